using System.CommandLine;
using AttentionEngine.Cli.Training;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Yaml;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend train CONFIG</c>: trains a model of <c>models/</c> in this program (networks are trained by models/training/*.sh).</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "What to train, for example models/training/eeg-decoder-sim.yaml" };
        var outFolder = new Option<string?>("--out") { Description = "Where to write the model; default: the config's `out`." };
        var replace = new Option<bool>("--replace") { Description = "Replace the model that is there." };
        var command = new Command("train", "Trains a model and writes it with contract and card. Example: attend train models/training/eeg-decoder-sim.yaml --out /tmp/decoder") { config, outFolder, replace };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed.GetValue(config)!, parsed.GetValue(outFolder), parsed.GetValue(replace), parsed.GetValue(GlobalOptions.Json), cancellation), cancellation));
        return command;
    }

    private static int Run(string file, string? outFolder, bool replace, bool json, CancellationToken cancellation)
    {
        var config = EegDecoderConfig.Read(file, VoiceFiles);
        string folder = outFolder ?? config.OutFolder;
        string[] files = [.. new[] { "decoder.yaml", "decoder.npy", "CARD.md" }.Select(f => Path.Combine(folder, f))];
        if (!replace && files.FirstOrDefault(File.Exists) is { } there)
            throw new ConfigurationException($"{there} exists and would be overwritten. Give another folder with --out, or --replace if that is meant.");
        try { Directory.CreateDirectory(folder); } // before minutes of work
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The folder {folder} cannot be made ({e.Message.TrimEnd('.')}). Give one that can be written with --out.", e);
        }
        var (decoder, metrics) = EegDecoderTraining.Run(config, Console.Error.WriteLine, cancellation);
        foreach (string old in files) File.Delete(old);
        decoder.Write(folder, "Backward ridge decoder trained on simulated listeners.");
        File.WriteAllText(Path.Combine(folder, "CARD.md"), EegDecoderCard.Text(config, metrics, file));
        if (json)
        {
            JsonOutput.Print(new { Schema = "attend.train/1", Model = folder, Metrics = metrics });
            return ExitCode.Ok;
        }
        Console.Out.WriteLine(FormattableString.Invariant($"{folder}: ridge {metrics.Ridge}, r attended {metrics.RAttended:F3}, unattended {metrics.RUnattended:F3}"));
        foreach (var a in metrics.Accuracy) Console.Out.WriteLine(FormattableString.Invariant($"  {a.WindowS,3} s: {100 * a.AccuracyMean:F1} ± {100 * a.Ci95Half:F1} %"));
        return ExitCode.Ok;
    }

    private static IReadOnlyList<string> VoiceFiles(YamlMap map, IReadOnlyList<string> voices)
    {
        var folder = SpeechFolder.Read(map);
        if (voices.Count < 2) throw map.Error("speech", "needs at least two voices for training and two for the test");
        return [.. voices.SelectMany(v => folder.Voice(map, v))];
    }
}
