using System.CommandLine;
using System.Globalization;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend xdf info|check|export FILE</c>: any XDF file, also foreign and damaged ones.</summary>
internal static class XdfCommand
{
    public static Command Create() => new("xdf", "Looks into XDF recordings, also foreign and damaged ones.") { CreateInfo(), CreateCheck(), CreateExport() };

    private static Argument<string> FileArgument() => new("FILE") { Description = "An .xdf, .xdfz or .xdf.gz file" };

    private static Command CreateInfo()
    {
        var file = FileArgument();
        var command = new Command("info", "Lists streams, rates, gaps and damage. Example: attend xdf info session/session.xdf") { file };
        command.SetAction(parsed => { Report(parsed.GetValue(file)!, parsed.GetValue(GlobalOptions.Json), "attend.xdf-info/1"); return ExitCode.Ok; });
        return command;
    }

    private static Command CreateCheck()
    {
        var file = FileArgument();
        var command = new Command("check", "As info, and exits with 4 when the file is damaged. Example: attend xdf check session/session.xdf") { file };
        command.SetAction(parsed => Report(parsed.GetValue(file)!, parsed.GetValue(GlobalOptions.Json), "attend.xdf-check/1") ? ExitCode.Ok : ExitCode.InputInvalid);
        return command;
    }

    private static Command CreateExport()
    {
        var file = FileArgument();
        var stream = new Option<uint>("--stream") { Description = "Stream id, as `xdf info` lists it", Required = true };
        var output = new Option<string>("--out") { Description = "New file: .npy (float64 [samples × (1 + channels)], column 0 is the time in seconds) or .csv", Required = true };
        var noSync = new Option<bool>("--no-sync") { Description = "Keep the source's clock" };
        var noDejitter = new Option<bool>("--no-dejitter") { Description = "Keep the stamps' jitter" };
        var command = new Command("export", "Writes one stream's samples and times. Example: attend xdf export session.xdf --stream 2 --out eeg.npy") { file, stream, output, noSync, noDejitter };
        command.SetAction(parsed => Export(parsed.GetValue(file)!, parsed.GetValue(stream), parsed.GetValue(output)!,
            new XdfTimingOptions(!parsed.GetValue(noSync), !parsed.GetValue(noDejitter)), parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    /// <returns>Whether the file is sound.</returns>
    private static bool Report(string file, bool json, string schema)
    {
        var recording = ReadOrRefuse(file, _ => false);
        var streams = recording.Streams.Select(s => (Data: s, Times: XdfTimes.Of(s))).ToList();
        var warnings = streams.SelectMany(s => Warnings(s.Data, s.Times)).ToList();
        if (json) JsonOutput.Print(new
        {
            Schema = schema,
            File = file,
            Streams = streams.Select(s => new
            {
                s.Data.Stream.StreamId,
                s.Data.Info.Name,
                s.Data.Info.Type,
                s.Data.Info.SourceId,
                s.Data.Info.ChannelCount,
                ChannelFormat = s.Data.Info.Format.XdfName(),
                NominalSrate = s.Data.Info.NominalRateHz,
                EffectiveSrate = s.Times.EffectiveRateHz,
                SampleCount = s.Times.TimesS.Length,
                FirstTimestamp = s.Times.TimesS.Length > 0 ? s.Times.TimesS[0] : double.NaN,
                LastTimestamp = s.Times.TimesS.Length > 0 ? s.Times.TimesS[^1] : double.NaN,
                Segments = s.Times.Segments.Select(g => new[] { g.First, g.Last }),
                Gaps = s.Times.Gaps.Select(g => new { g.AfterSample, g.MissingSamples }),
                ClockOffsets = s.Data.ClockOffsets.Length,
                s.Times.ClockResets,
            }),
            recording.Damage,
            Warnings = warnings,
        });
        else Print(file, recording, streams, warnings);
        return recording.Damage.Count == 0;
    }

    private static void Print(string file, XdfRecording recording, List<(XdfStreamData Data, XdfTimes Times)> streams, List<string> warnings)
    {
        Console.Out.WriteLine($"{file}: {streams.Count} stream{(streams.Count == 1 ? "" : "s")}, {(recording.Damage.Count == 0 ? "no damage" : $"{recording.Damage.Count} damaged places")}");
        foreach (var (data, times) in streams)
        {
            var info = data.Info;
            double spanS = times.TimesS.Length > 0 ? times.TimesS[^1] - times.TimesS[0] : 0;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {data.Stream.StreamId}  {info.Name} ({info.Type}): {info.ChannelCount} × {info.Format.XdfName()}, {(info.NominalRateHz > 0 ? $"{info.NominalRateHz:0.###} Hz (measured {times.EffectiveRateHz:0.####})" : "irregular")}, {times.TimesS.Length} samples, {spanS:0.###} s, {data.ClockOffsets.Length} clock offsets{(times.ClockResets > 0 ? $", {times.ClockResets} clock resets" : "")}"));
            foreach (var gap in times.Gaps) Console.Out.WriteLine($"       gap: {gap.MissingSamples} samples are missing after sample {gap.AfterSample}");
        }
        foreach (var d in recording.Damage) Console.Out.WriteLine($"  damage at byte {d.OffsetBytes}, {d.LengthBytes} bytes{(d.StreamId is { } id ? $", stream {id}" : "")}: {d.What}");
        foreach (string warning in warnings) Console.Out.WriteLine($"  note: {warning}");
    }

    private static IEnumerable<string> Warnings(XdfStreamData data, XdfTimes times)
    {
        string name = $"stream {data.Stream.StreamId} ('{data.Info.Name}')";
        if (data.FooterXml is null) yield return $"{name} has no footer: the recorder was stopped before it could write it";
        if (times.TimesS.Length < data.SampleCount) yield return $"{name}: {data.SampleCount - times.TimesS.Length} samples at the end, which the source never sent, are left out";
        if (data.Info.NominalRateHz > 0 && times.TimesS.Length > 100 && Math.Abs(times.EffectiveRateHz / data.Info.NominalRateHz - 1) > 0.1)
            yield return string.Create(CultureInfo.InvariantCulture, $"{name}: the measured rate {times.EffectiveRateHz:0.###} Hz is far from the declared {data.Info.NominalRateHz:0.###} Hz");
    }

    private static int Export(string file, uint streamId, string output, XdfTimingOptions timing, bool json)
    {
        if (File.Exists(output)) throw new ConfigurationException($"{output} exists, and is not overwritten. Give another name.");
        var recording = ReadOrRefuse(file, s => s.StreamId == streamId);
        var stream = recording.Find(streamId)
            ?? throw new ConfigurationException($"--stream {streamId}: {file} has no such stream; it has {string.Join(", ", recording.Streams.Select(s => $"{s.Stream.StreamId} ({s.Info.Name})"))}.");
        var (rows, columns) = XdfExport.Write(stream, XdfTimes.Of(stream, timing), output);
        foreach (var d in recording.Damage) Console.Error.WriteLine($"attend: {file}: damage at byte {d.OffsetBytes}: {d.What}");
        if (json) JsonOutput.Print(new { Schema = "attend.xdf-export/1", File = output, Rows = rows, Columns = columns, recording.Damage });
        else Console.Out.WriteLine($"{output}: {rows} rows, {columns} columns");
        return ExitCode.Ok;
    }

    private static XdfRecording ReadOrRefuse(string file, Func<XdfStream, bool> wantValues)
    {
        var recording = XdfRecording.Read(file, wantValues);
        return recording.HasMagic || recording.Streams.Count > 0 ? recording
            : throw new InputDataException($"{file} is not an XDF file: it does not begin with 'XDF:' and holds no stream.");
    }
}
