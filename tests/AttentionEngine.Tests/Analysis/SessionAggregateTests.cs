using System.Globalization;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Analysis;

public sealed class SessionAggregateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string scene, int seed, double accuracy, double gaze, double head)
    {
        string session = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(session);
        File.WriteAllText(Path.Combine(session, "summary.json"), string.Create(CultureInfo.InvariantCulture,
            $$$"""{"schema":"x","scene":"{{{scene}}}","seed":{{{seed}}},"accuracy":{{{accuracy}}},"calibration_error":0.1,"si_sdr_improvement_db":null,"switch_latency_s_median":1.5,"missed_switches":1,"true_switches":3,"false_switches_per_min":2,"wrong_talker_s_per_min":5,"baselines":{"gaze_only":{{{gaze}}},"head_only":{{{head}}},"chance":0.99}}"""));
    }

    [Fact]
    public void Means_intervals_and_the_paired_gain_are_those_of_the_numbers()
    {
        Write("a", "s", 1, 0.8, 0.7, 0.5);
        Write("b", "s", 2, 0.9, 0.7, 0.75);
        Write("c", "other", 1, 0.5, 0.4, 0.3);
        var scenes = SessionAggregates.Read(_folder.Path);
        Assert.Equal(["other", "s"], scenes.Select(s => s.Scene));
        var s = scenes[1];
        Assert.Equal(2, s.Sessions);
        Assert.Equal(0.85, s.Accuracy.Mean, 9);
        Assert.Equal("gaze_only", s.BestSingleSense); // 0.7 on average against 0.625; the chance line is no sense
        Assert.Equal(0.15, s.GainOverBestSingle.Mean, 9);
        Assert.Equal(0.15 + 12.7062 * 0.05, s.GainOverBestSingle.High, 3); // t(0.975, 1) = 12.7062, standard error 0.05
        Assert.True(double.IsNaN(s.SiSdrImprovementDb.Mean));
        Assert.Equal(6, s.TrueSwitches);
    }

    [Fact]
    public void A_session_replayed_twice_counts_once()
    {
        Write("a/replay-1", "s", 1, 0.2, 0.1, 0.1);
        Write("a/replay-2", "s", 1, 0.8, 0.1, 0.1);
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "a/replay-1/summary.json"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var s = Assert.Single(SessionAggregates.Read(_folder.Path));
        Assert.Equal(1, s.Sessions);
        Assert.Equal(0.8, s.Accuracy.Mean, 9);
    }

    [Fact]
    public void A_folder_without_scored_sessions_says_how_to_make_them()
    {
        Assert.Contains("attend replay", Assert.Throws<InputDataException>(() => SessionAggregates.Read(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<InputDataException>(() => SessionAggregates.Read(_folder.File("nowhere")));
    }
}
