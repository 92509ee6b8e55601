using System.Text.Json;
using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Figures of many scored sessions of one scene: mean and 95 % interval (Student t) over sessions; each session is another simulated listener.</summary>
public sealed record SceneAggregate(string Scene, int Sessions, MeanInterval Accuracy, MeanInterval CalibrationError, IReadOnlyDictionary<string, MeanInterval> Baselines,
    string BestSingleSense, MeanInterval GainOverBestSingle, MeanInterval SiSdrImprovementDb, MeanInterval SiSdrImprovementRightDb, double SwitchLatencySMedian, int MissedSwitches, int TrueSwitches,
    MeanInterval FalseSwitchesPerMin, MeanInterval WrongTalkerSPerMin);

/// <summary>Reads the summaries that demo and replay leave and aggregates them by scene.</summary>
public static class SessionAggregates
{
    /// <summary>What the engine must beat: every baseline but the chance line.</summary>
    private static readonly string[] SingleSenses = ["activity_only", "loudest", "gaze_only", "head_only", "vision_only", "beams_only", "eeg_only"];

    /// <param name="folder">Searched for <c>summary.json</c> at any depth; of a session with several replays the newest counts.</param>
    /// <exception cref="InputDataException">No scored session in it.</exception>
    public static IReadOnlyList<SceneAggregate> Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new InputDataException($"{folder} does not exist. Give a folder of sessions that `attend replay` or `attend demo` scored.");
        var newest = Directory.EnumerateFiles(folder, "summary.json", SearchOption.AllDirectories)
            .Select(path => (Path: path, Summary: Parse(path)))
            .Where(s => s.Summary.TryGetProperty("accuracy", out var a) && a.ValueKind == JsonValueKind.Number && s.Summary.TryGetProperty("scene", out var n) && n.ValueKind == JsonValueKind.String)
            .GroupBy(s => (Scene: s.Summary.GetProperty("scene").GetString()!, Seed: s.Summary.GetProperty("seed").GetRawText()))
            .Select(g => g.OrderBy(s => File.GetLastWriteTimeUtc(s.Path)).Last().Summary)
            .GroupBy(s => s.GetProperty("scene").GetString()!)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Aggregate(g.Key, [.. g])).ToList();
        return newest.Count > 0 ? newest : throw new InputDataException($"{folder} holds no scored session (no summary.json with an accuracy). Simulate and replay some first: attend simulate SCENE --out {folder}/a; attend replay {folder}/a.");
    }

    private static JsonElement Parse(string path)
    {
        try { return JsonDocument.Parse(File.ReadAllText(path)).RootElement; }
        catch (JsonException e) { throw new InputDataException($"{path} is not JSON ({e.Message}). Replay its session again.", e); }
    }

    private static SceneAggregate Aggregate(string scene, List<JsonElement> sessions)
    {
        MeanInterval Over(Func<JsonElement, double> value) => MeanInterval.StudentT(sessions.Select(value).Where(double.IsFinite));
        var names = sessions[0].GetProperty("baselines").EnumerateObject().Select(b => b.Name).ToList();
        var baselines = names.ToDictionary(n => n, n => Over(s => Number(s.GetProperty("baselines"), n)));
        // The best sense on average, chosen once for the scene: choosing it per session would favour the baseline by luck, choosing it after the fact the engine.
        string best = SingleSenses.Where(names.Contains).OrderByDescending(n => baselines[n].Mean).First();
        var latencies = sessions.Select(s => Number(s, "switch_latency_s_median")).Where(double.IsFinite).Order().ToList();
        return new SceneAggregate(scene, sessions.Count, Over(s => Number(s, "accuracy")), Over(s => Number(s, "calibration_error")), baselines, best,
            MeanInterval.Paired([.. sessions.Select(s => Number(s, "accuracy"))], [.. sessions.Select(s => Number(s.GetProperty("baselines"), best))]),
            Over(s => Number(s, "si_sdr_improvement_db")), Over(s => Number(s, "si_sdr_improvement_when_right_db")), latencies.Count > 0 ? latencies[latencies.Count / 2] : double.NaN,
            (int)sessions.Sum(s => Number(s, "missed_switches")), (int)sessions.Sum(s => Number(s, "true_switches")),
            Over(s => Number(s, "false_switches_per_min")), Over(s => Number(s, "wrong_talker_s_per_min")));
    }

    private static double Number(JsonElement summary, string key) =>
        summary.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
}
