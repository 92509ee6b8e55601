using System.CommandLine;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend rig check RIG</c>: reads a rig file as the engine would and says what it found. <c>attend rig show RIG</c>: draws its array.</summary>
internal static class RigCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("RIG") { Description = "Rig file, for example rigs/sim-bte4.yaml" };
        var check = new Command("check", "Reads and checks a rig file. Example: attend rig check rigs/sim-bte4.yaml") { file };
        check.SetAction(parsed => Check(parsed.GetValue(file)!, parsed.GetValue(GlobalOptions.Json)));
        var output = new Option<string?>("--out") { Description = "New SVG file (default: the SVG goes to stdout)" };
        var show = new Command("show", "Draws a rig's microphone array. Example: attend rig show rigs/sim-bte4.yaml --out array.svg") { file, output };
        show.SetAction(parsed => Show(parsed.GetValue(file)!, parsed.GetValue(output), parsed.GetValue(GlobalOptions.Json)));
        return new Command("rig", "Checks or draws a laboratory set-up file.") { check, show };
    }

    private static int Show(string file, string? output, bool json)
    {
        var rig = RigReader.Read(file);
        string svg = RigPicture.Svg(rig);
        if (output is not null) { using var picture = new NewFile(output); picture.Append(System.Text.Encoding.UTF8.GetBytes(svg)); }
        string? path = output is null ? null : Path.GetFullPath(output);
        if (json) JsonOutput.Print(new { Schema = "attend.rig-show/1", rig.Name, Picture = path, Microphones = rig.Array.Count, rig.Array.HeadModel });
        else Console.Out.WriteLine(path is null ? svg : $"{rig.Name}: {path}");
        return ExitCode.Ok;
    }

    private static int Check(string file, bool json)
    {
        var rig = RigReader.Read(file);
        if (json)
        {
            JsonOutput.Print(new
            {
                Schema = "attend.rig-check/1",
                rig.Name,
                Microphones = rig.Array.Microphones.Select(m => new { m.Name, PositionM = new[] { m.PositionHeadM.X, m.PositionHeadM.Y, m.PositionHeadM.Z } }),
                HeadModel = rig.Array.HeadModel,
                RateHz = rig.Array.SampleRateHz,
                Streams = rig.Streams.Select(s => new { s.Role, s.SourceId, s.Required }),
            });
            return ExitCode.Ok;
        }
        Console.Out.WriteLine($"{rig.Name}: ok");
        Console.Out.WriteLine($"  array: {rig.Array.Count} microphones, {rig.Array.HeadModel}, {rig.Array.SampleRateHz} Hz");
        if (rig.Array.Measured is { } m) Console.Out.WriteLine(FormattableString.Invariant($"  sofa: {m.Source}, {m.DirectionsHead.Count} directions, {m.ReceiversHeadM.Count} receivers, data up to {m.HighestHz} Hz"));
        if (rig.AudioDevice is { } d) Console.Out.WriteLine($"  audio device: {d.SourceId}, inputs {string.Join(", ", d.Inputs)}; {(d.HasOutput ? "outputs " + string.Join(", ", d.Outputs) : "no outputs")}");
        if (rig.Calibration is { } c)
            foreach (var x in c.Microphones) Console.Out.WriteLine($"  calibrated {x.Name}: channel {x.Channel + 1}{(x.Inverted ? ", inverted" : "")}{(double.IsFinite(x.FullScaleDbSpl) ? FormattableString.Invariant($", full scale {x.FullScaleDbSpl:F2} dB SPL on {x.CalibratedOn}") : ", no level")}");
        if (rig.Output is { } e) Console.Out.WriteLine(FormattableString.Invariant($"  output: full scale {e.FullScaleDbSpl:F2} dB SPL on {e.CalibratedOn}, cap {e.PeakCapDbSpl} dB SPL, {e.LongTermLimitDba} dBA"));
        if (rig.SteeringOut is { } o) Console.Out.WriteLine($"  steering out: {(o.Lsl is { } lsl ? $"LSL stream {lsl.Name}{(lsl.IndexBank is { } bank ? $" and {bank.StreamName}" : "")} " : "")}{(o.Osc is { } osc ? $"OSC to {osc.Target}, {osc.Messages.Count} messages" : "")}");
        foreach (var s in rig.Streams) Console.Out.WriteLine($"  stream {s.Role}: source_id {s.SourceId}{(s.Required ? ", required" : "")}");
        return ExitCode.Ok;
    }
}
