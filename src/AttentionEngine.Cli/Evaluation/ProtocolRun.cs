using System.Runtime.ExceptionServices;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Attention;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Cli.Evaluation;

/// <summary>Figures of one condition: mean and 95 % interval (Student t) over listeners.</summary>
/// <param name="SwitchLatencyMedianS">Kaplan–Meier median over the true switches of all listeners, missed ones censored; NaN when fewer than half were followed.</param>
internal sealed record ConditionFigures(string Name, int Listeners, MeanInterval Accuracy, MeanInterval CalibrationError, IReadOnlyDictionary<string, MeanInterval> Baselines, string BestSingleSense,
    MeanInterval GainOverBestSingle, double SwitchLatencyMedianS, int TrueSwitches, int MissedSwitches, MeanInterval FalseSwitchesPerMin, MeanInterval WrongTalkerSPerMin, MeanInterval PosteriorNats,
    IReadOnlyList<double> AccuracyByListener);

/// <summary>Runs a protocol: every condition over the same unseen listeners.</summary>
internal static class ProtocolRun
{
    private static readonly string[] Baselines = ["activity_only", "loudest", "gaze_only", "head_only", "vision_only", "beams_only", "eeg_only"];

    /// <param name="model">Folder of another fusion model than the rig's, or null.</param>
    /// <param name="jobs">Listeners at a time.</param>
    /// <param name="done">Told after each condition.</param>
    /// <param name="progress">Told the number of sessions done.</param>
    public static List<ConditionFigures> Execute(EvaluationProtocol protocol, string? model, int jobs, Action<ConditionFigures> done, Action<int> progress, CancellationToken cancellation)
    {
        var all = new List<ConditionFigures>();
        int sessions = 0;
        foreach (var condition in protocol.Conditions)
        {
            var scores = new (SessionScore Score, double Nats)[protocol.Listeners];
            var used = model is null ? condition : condition with { Scene = condition.Scene with { Rig = WithModel(condition.Scene.Rig, model) } };
            try
            {
                Parallel.For(0, protocol.Listeners, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation }, i =>
                {
                    scores[i] = Score(used, protocol.FirstSeed + (ulong)i, protocol.Seconds, cancellation);
                    progress(Interlocked.Increment(ref sessions));
                });
            }
            catch (AggregateException e) when (e.InnerExceptions.OfType<AttendException>().FirstOrDefault() is { } said)
            {
                ExceptionDispatchInfo.Throw(said); // of several listeners the first: it is what the user has to mend
            }
            var figures = Figures(condition.Name, scores);
            all.Add(figures);
            done(figures);
        }
        return all;
    }

    private static Rig WithModel(Rig rig, string model) => rig with { Attention = rig.Attention with { FusionModel = model } };

    private static (SessionScore, double) Score(EvaluationCondition condition, ulong seed, double seconds, CancellationToken cancellation)
    {
        const ulong anotherListener = 1_000_000_007; // far from any seed that a protocol counts through
        var senses = SimulatedSenses.Render(condition.Scene, seed, seconds, cancellation);
        var eeg = condition.EegOfAnother ? SimulatedSenses.Render(condition.Scene, seed + anotherListener, seconds, cancellation).Eeg : senses.Eeg;
        var session = new FeatureSession(condition, senses, eeg);
        var log = session.Run(cancellation);
        var truth = session.Truth();
        using var network = new FusionNetwork(condition.Scene.Rig.Attention.FusionModel);
        var score = SessionScorer.Score(log, truth, new PolicyRule(condition.Scene.Rig.Attention), new FusionSingleSense(network));
        return (score, CapturedNats.Mean(log.TimeS, log.Posterior, log.TalkerCount, truth));
    }

    private static ConditionFigures Figures(string name, (SessionScore Score, double Nats)[] scores)
    {
        MeanInterval Over(Func<SessionScore, double> value) => MeanInterval.StudentT(scores.Select(s => value(s.Score)));
        var baselines = Baselines.ToDictionary(b => b, b => Over(s => s.Baselines[b].Accuracy));
        baselines["chance"] = Over(s => s.Chance);
        // Chosen once for the condition: by listener it would favour the baseline by luck.
        string best = Baselines.OrderByDescending(b => baselines[b].Mean).First();
        double[] accuracy = [.. scores.Select(s => s.Score.Fused.Accuracy)];
        var latencies = scores.SelectMany(s => s.Score.Fused.Latencies).Select(l => (l.LatencyS, l.Missed)).ToList();
        return new ConditionFigures(name, scores.Length, MeanInterval.StudentT(accuracy), Over(s => s.CalibrationError), baselines, best,
            MeanInterval.Paired(accuracy, [.. scores.Select(s => s.Score.Baselines[best].Accuracy)]), KaplanMeier.Median(latencies), latencies.Count, latencies.Count(l => l.Missed),
            Over(s => s.Fused.FalseSwitchesPerMin), Over(s => s.Fused.WrongTalkerSPerMin), MeanInterval.StudentT(scores.Select(s => s.Nats)), accuracy);
    }
}
