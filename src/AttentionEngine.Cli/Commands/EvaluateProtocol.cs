using System.Globalization;
using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Cli.Evaluation;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend evaluate --protocol FILE</c>: the fusion network under the conditions of a protocol, over unseen simulated listeners.</summary>
internal static class EvaluateProtocol
{
    public static int Run(string file, int? listeners, string? model, int jobs, bool json, CancellationToken cancellation)
    {
        var protocol = EvaluationProtocol.Read(file);
        if (listeners is { } n) protocol = protocol with { Listeners = n is >= 1 and <= 10_000 ? n : throw new ConfigurationException($"--listeners is {n}; expected 1 to 10000.") };
        if (jobs is < 1 or > 256) throw new ConfigurationException($"--jobs is {jobs}; expected 1 to 256.");
        if (model is not null && !Directory.Exists(model)) throw new ConfigurationException($"--model {model}: no such folder; expected one with model.onnx and model.yaml.");
        var progress = new Progress($"evaluate {protocol.Name}: sessions", protocol.Listeners * protocol.Conditions.Count);
        if (!json) Header(protocol);
        var figures = ProtocolRun.Execute(protocol, model is null ? null : Path.GetFullPath(model), jobs, f => { if (!json) Print(f); }, done => progress.Report(done), cancellation);
        progress.Done();
        if (json) JsonOutput.Print(new { Schema = "attend.evaluate/1", Protocol = protocol.Name, protocol.Seconds, protocol.FirstSeed, Beams = "modelled", Conditions = figures.Select(Condition) });
        return ExitCode.Ok;
    }

    private static void Header(EvaluationProtocol p)
    {
        Console.Out.WriteLine(FormattableString.Invariant($"{p.Name}: {p.Listeners} listeners (seeds {p.FirstSeed} to {p.FirstSeed + (ulong)p.Listeners - 1}) of {p.Seconds:F0} s each, modelled beams; accuracy in %, mean and 95 % interval"));
        Console.Out.WriteLine($"{"condition",-26} {"all senses",-20} {"best single sense",-18} {"gain, paired",-20} {"ECE",-5} {"nats",-6} {"latency",-8} {"missed",-9} {"false/min",-9} wrong s/min");
    }

    private static void Print(ConditionFigures f)
    {
        string Percent(MeanInterval i) => string.Create(CultureInfo.InvariantCulture, $"{100 * i.Mean,5:F1} [{100 * i.Low:F1}, {100 * i.High:F1}]");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{f.Name,-26} {Percent(f.Accuracy),-20} {f.BestSingleSense.Replace("_only", "", StringComparison.Ordinal) + " " + (100 * f.Baselines[f.BestSingleSense].Mean).ToString("F1", CultureInfo.InvariantCulture),-18} {Percent(f.GainOverBestSingle),-20} {f.CalibrationError.Mean,-5:F3} {f.PosteriorNats.Mean,-6:F2} {f.SwitchLatencyMedianS,5:F2} s  {f.MissedSwitches + "/" + f.TrueSwitches,-9} {f.FalseSwitchesPerMin.Mean,-9:F1} {f.WrongTalkerSPerMin.Mean:F1}"));
    }

    private static object Condition(ConditionFigures f) => new
    {
        f.Name, f.Listeners,
        Accuracy = f.Accuracy.Mean, AccuracyCi95 = Ends(f.Accuracy),
        f.BestSingleSense, GainOverBestSingle = f.GainOverBestSingle.Mean, GainOverBestSingleCi95 = Ends(f.GainOverBestSingle),
        SwitchLatencySMedian = f.SwitchLatencyMedianS, f.TrueSwitches, f.MissedSwitches,
        FalseSwitchesPerMin = f.FalseSwitchesPerMin.Mean, FalseSwitchesPerMinCi95 = Ends(f.FalseSwitchesPerMin),
        WrongTalkerSPerMin = f.WrongTalkerSPerMin.Mean, Ece = f.CalibrationError.Mean, EceCi95 = Ends(f.CalibrationError),
        CapturedNats = f.PosteriorNats.Mean, CapturedNatsCi95 = Ends(f.PosteriorNats),
        Baselines = f.Baselines.ToDictionary(b => b.Key, b => new { b.Value.Mean, Ci95 = Ends(b.Value) }),
        f.AccuracyByListener,
    };

    private static double[] Ends(MeanInterval interval) => [interval.Low, interval.High];
}
