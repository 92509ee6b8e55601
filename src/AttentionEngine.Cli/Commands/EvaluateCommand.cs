using System.CommandLine;
using System.Globalization;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend evaluate</c>: mean and interval of every figure over scored sessions, by scene (<c>--sessions</c>), or over the conditions of a protocol.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var sessions = new Option<string?>("--sessions") { Description = "Folder of scored sessions (simulated and replayed, or demos)" };
        var protocol = new Option<string?>("--protocol") { Description = "Protocol file: conditions that unseen simulated listeners go through, with modelled beams (tests/protocols)" };
        var listeners = new Option<int?>("--listeners") { Description = "Listeners of each condition instead of the protocol's" };
        var model = new Option<string?>("--model") { Description = "Folder of another fusion model than the rig's, with --protocol" };
        var jobs = new Option<int>("--jobs") { Description = "Listeners at a time", DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("evaluate", "Accuracy, calibration, switches and baselines over listeners, mean and 95 % interval. Example: attend evaluate --protocol tests/protocols/default.yaml; attend evaluate --sessions sessions/claim")
            { sessions, protocol, listeners, model, jobs };
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var (folder, file, json) = (parsed.GetValue(sessions), parsed.GetValue(protocol), parsed.GetValue(GlobalOptions.Json));
            if ((folder is null) == (file is null)) throw new ConfigurationException("evaluate needs either --sessions FOLDER (figures of sessions that were scored) or --protocol FILE (simulates listeners).");
            if (file is not null) return EvaluateProtocol.Run(file, parsed.GetValue(listeners), parsed.GetValue(model), parsed.GetValue(jobs), json, cancellation);
            if (parsed.GetValue(listeners) is not null || parsed.GetValue(model) is not null) throw new ConfigurationException("--listeners and --model belong to --protocol: the sessions of --sessions are scored already.");
            var scenes = SessionAggregates.Read(folder!);
            if (json) JsonOutput.Print(new { Schema = "attend.evaluate/1", Conditions = scenes.Select(Condition) });
            else foreach (var scene in scenes) Print(scene);
            return ExitCode.Ok;
        }, CancellationToken.None));
        return command;
    }

    private static object Condition(SceneAggregate s) => new
    {
        Name = s.Scene, Listeners = s.Sessions,
        Accuracy = s.Accuracy.Mean, AccuracyCi95 = Ends(s.Accuracy),
        GainOverBestSingle = s.GainOverBestSingle.Mean, GainOverBestSingleCi95 = Ends(s.GainOverBestSingle), s.BestSingleSense,
        s.SwitchLatencySMedian, s.MissedSwitches, s.TrueSwitches,
        FalseSwitchesPerMin = s.FalseSwitchesPerMin.Mean, WrongTalkerSPerMin = s.WrongTalkerSPerMin.Mean, Ece = s.CalibrationError.Mean,
        SiSdrImprovementDb = s.SiSdrImprovementDb.Mean, SiSdrImprovementDbCi95 = Ends(s.SiSdrImprovementDb),
        SiSdrImprovementWhenRightDb = s.SiSdrImprovementRightDb.Mean, SiSdrImprovementWhenRightDbCi95 = Ends(s.SiSdrImprovementRightDb),
        Baselines = s.Baselines.ToDictionary(b => b.Key, b => new { b.Value.Mean, Ci95 = Ends(b.Value) }),
    };

    private static double[] Ends(MeanInterval interval) => [interval.Low, interval.High];

    private static void Print(SceneAggregate s)
    {
        string Percent(MeanInterval i) => string.Create(CultureInfo.InvariantCulture, $"{100 * i.Mean,5:F1} %  [{100 * i.Low:F1}, {100 * i.High:F1}]");
        string Plain(MeanInterval i, string unit) => string.Create(CultureInfo.InvariantCulture, $"{i.Mean,5:F2} {unit}  [{i.Low:F2}, {i.High:F2}]");
        Console.Out.WriteLine($"{s.Scene}: {s.Sessions} sessions, mean and 95 % interval");
        Console.Out.WriteLine($"  all senses           {Percent(s.Accuracy)}");
        foreach (var (name, value) in s.Baselines) Console.Out.WriteLine($"  {name.Replace('_', ' '),-20} {Percent(value)}");
        Console.Out.WriteLine($"  over {s.BestSingleSense.Replace('_', ' '),-15} {Percent(s.GainOverBestSingle)}  points, paired");
        Console.Out.WriteLine($"  SI-SDR improvement   {Plain(s.SiSdrImprovementDb, "dB")}");
        Console.Out.WriteLine($"    while right        {Plain(s.SiSdrImprovementRightDb, "dB")}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  switches             {s.TrueSwitches} true, {s.MissedSwitches} missed, median of the sessions' median latencies {s.SwitchLatencySMedian:F2} s"));
        Console.Out.WriteLine($"  false switches       {Plain(s.FalseSwitchesPerMin, "per min")}");
        Console.Out.WriteLine($"  wrong talker         {Plain(s.WrongTalkerSPerMin, "s/min")}");
        Console.Out.WriteLine($"  calibration error    {Plain(s.CalibrationError, "")}");
    }
}
