using System.CommandLine;
using System.Globalization;
using AttentionEngine.Cli.Designs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.ArrayDesign;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend design RIG --out DIR</c>: filters, beam patterns and figures of a rig's microphone array.</summary>
internal static class DesignCommand
{
    private static readonly Argument<string> RigFile = new("RIG") { Description = "Rig file: its array (free field, rigid sphere or SOFA) and its audio path's filter length and delay" };
    private static readonly Option<string> Output = new("--out") { Description = "New folder for report.html, design.json, tables (CSV) and filters", Required = true };
    private static readonly Option<string> Directions = new("--direction-deg") { Description = "Azimuths to look at in HEAD, degrees, left positive", DefaultValueFactory = _ => "0,30,60,90,-30,-60,-90" };
    private static readonly Option<string> Backends = new("--backend") { Description = $"Of {string.Join(", ", ArrayDesigner.ClassicalBackends)}", DefaultValueFactory = _ => string.Join(",", ArrayDesigner.ClassicalBackends) };
    private static readonly Option<string?> Interferers = new("--interferer-deg") { Description = "Azimuths of the other talkers of mvdr and lcmv (default: one, 90 degrees to the right of the look direction)" };
    private static readonly Option<string?> Patterns = new("--pattern-hz") { Description = "Frequencies of the beam patterns (default: octaves from 250 Hz)" };
    private static readonly Option<double> PositionError = new("--position-error-mm") { Description = "Standard deviation of each coordinate of each microphone", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Trials = new("--trials") { Description = "Monte Carlo trials over position errors; 0 for none", DefaultValueFactory = _ => 50 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Of the same", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Format = new("--filters") { Description = "Format of the filters: npy or csv", DefaultValueFactory = _ => "npy" };

    private static readonly Option<string?> Judge = new("--judge") { Description = "Another rig with the same microphones: filters are designed with RIG's head model and judged in this one's (a measured head, say)" };

    public static Command Create()
    {
        var command = new Command("design", "Designs and judges the beams of a microphone array. Example: attend design rigs/bte-2x2.yaml --out design")
        { RigFile, Output, Directions, Backends, Interferers, Patterns, PositionError, Trials, Seed, Format, Judge };
        command.SetAction(parsed => Run(parsed, parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    private static int Run(ParseResult parsed, bool json)
    {
        string folder = Path.GetFullPath(parsed.GetValue(Output)!), format = parsed.GetValue(Format)!;
        if (format is not ("npy" or "csv")) throw new ConfigurationException($"--filters is `{format}`, expected npy or csv.");
        if (Path.Exists(folder) && (File.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).Any())) throw new ConfigurationException($"{folder} exists and is not empty; nothing is overwritten. Give another --out.");
        var rig = RigReader.Read(parsed.GetValue(RigFile)!);
        var options = new ArrayDesignOptions(
            Numbers("--direction-deg", parsed.GetValue(Directions)!, -360, 360, 72), Words(parsed.GetValue(Backends)!),
            parsed.GetValue(Interferers) is { } interferers ? Numbers("--interferer-deg", interferers, -360, 360, 7) : [],
            parsed.GetValue(Patterns) is { } patterns ? Numbers("--pattern-hz", patterns, 1, rig.Array.SampleRateHz / 2, 12) : Octaves(rig.Array.SampleRateHz),
            Within("--position-error-mm", parsed.GetValue(PositionError), 0, 50), (int)Within("--trials", parsed.GetValue(Trials), 0, 10000), parsed.GetValue(Seed));
        var judge = parsed.GetValue(Judge) is { } other ? RigReader.Read(other) : null;
        var result = ArrayDesigner.Run(rig.Array, rig.AudioPath, options, judge?.Array);

        Directory.CreateDirectory(folder);
        var files = DesignFiles.Write(folder, rig, options, result, format == "npy");
        object summary = DesignFacts.Of(folder, rig, options, result, judge, files);
        DesignFiles.WriteText(Path.Combine(folder, "design.json"), System.Text.Json.JsonSerializer.Serialize(summary, JsonOutput.Options));
        DesignFiles.WriteText(Path.Combine(folder, "report.html"), DesignPage.Html(rig, options, result, judge));
        if (json) { JsonOutput.Print(summary); return ExitCode.Ok; }
        Console.Out.WriteLine($"{rig.Name}: {Path.Combine(folder, "report.html")}");
        foreach (var beam in result.Beams.Where(b => b.DirectionDeg == options.DirectionsDeg[0]))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {beam.Backend,-15} at {beam.DirectionDeg:0.#} deg, 250 to 4000 Hz: directivity index {DesignFacts.BandMean(result, beam.DirectivityIndexDb):F1} dB, white-noise gain {DesignFacts.BandMean(result, beam.WhiteNoiseGainDb):F1} dB"));
        return ExitCode.Ok;
    }

    private static List<double> Octaves(double rateHz)
    {
        var result = new List<double>();
        for (double f = 250; f <= 0.46 * rateHz && f <= 8000; f *= 2) result.Add(f);
        return result;
    }

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static double Within(string option, double value, double low, double high) =>
        value >= low && value <= high ? value : throw new ConfigurationException(FormattableString.Invariant($"{option} is {value}; expected {low} to {high}."));

    private static double[] Numbers(string option, string text, double low, double high, int most)
    {
        string[] words = Words(text);
        if (words.Length < 1 || words.Length > most) throw new ConfigurationException($"{option} has {words.Length} values, expected 1 to {most}, separated by commas.");
        return [.. words.Select(w => double.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && v >= low && v <= high
            ? v : throw new ConfigurationException(FormattableString.Invariant($"{option} has `{w}`; expected numbers from {low} to {high}, separated by commas (write {option}=-30,30)."))).Distinct()];
    }
}
