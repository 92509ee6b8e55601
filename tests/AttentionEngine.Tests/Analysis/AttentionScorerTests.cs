using AttentionEngine.Analysis.Scoring;

namespace AttentionEngine.Tests.Analysis;

public class AttentionScorerTests
{
    /// <summary>10 s on talker 0, 10 s on 1, 10 s on 2; decisions run from (talker, from tick) on.</summary>
    private static AttentionFigures Score(params (int Talker, int FromTick)[] runs)
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 10), new(1, 10, 20), new(2, 20, 30)]);
        var decisions = new int[300];
        foreach (var (talker, from) in runs) decisions.AsSpan(from).Fill(talker);
        return AttentionScorer.Score(Scoring.Times(300), decisions, 0.1, truth);
    }

    [Fact]
    public void A_known_sequence_gives_the_known_figures()
    {
        AttentionFigures f = Score((0, 0), (1, 115), (2, 230)); // 1.5 s and 3 s late
        Assert.Equal((300 - 15 - 30) / 300.0, f.Accuracy, 1e-12);
        Assert.Equal(2, f.Switches);
        Assert.Equal(0, f.MissedSwitches);
        Assert.Equal([1.5, 3.0], f.Latencies.Select(l => Math.Round(l.LatencyS, 9)));
        Assert.Equal(1.5, f.SwitchLatencyMedianS, 1e-9);
        Assert.Equal(0, f.FalseSwitchesPerMin);
        Assert.Equal(4.5 * 2, f.WrongTalkerSPerMin, 1e-9); // 4.5 s in half a minute
    }

    [Fact]
    public void A_correct_run_shorter_than_half_a_second_is_not_a_switch()
    {
        AttentionFigures f = Score((0, 0), (1, 105), (0, 109), (1, 140), (2, 200)); // 0.4 s right, back, then right at 4 s
        Assert.Equal(4.0, f.Latencies[0].LatencyS, 1e-9);
        Assert.Equal(0.0, f.Latencies[1].LatencyS, 1e-9);
        Assert.Equal(1 * 2, f.FalseSwitchesPerMin, 1e-9); // the way back to talker 0
    }

    [Fact]
    public void A_missed_switch_is_censored_at_the_length_of_its_span_and_counted()
    {
        AttentionFigures f = Score((0, 0), (2, 205));
        Assert.Equal(2, f.Switches);
        Assert.Equal(1, f.MissedSwitches);
        Assert.True(f.Latencies[0].Missed);
        Assert.Equal(10, f.Latencies[0].LatencyS, 1e-9);
        Assert.Equal(0.5, f.SwitchLatencyMedianS, 1e-9);
        AttentionFigures none = Score((0, 0));
        Assert.Equal(2, none.MissedSwitches);
        Assert.True(double.IsNaN(none.SwitchLatencyMedianS));
    }

    [Fact]
    public void None_counts_as_wrong_but_not_as_a_wrong_talker_nor_as_a_switch()
    {
        AttentionFigures f = Score((0, 0), (-1, 50), (0, 60), (1, 100), (2, 200));
        Assert.Equal(290 / 300.0, f.Accuracy, 1e-12);
        Assert.Equal(0, f.WrongTalkerSPerMin);
        Assert.Equal(0, f.FalseSwitchesPerMin);
    }

    [Fact]
    public void Truly_none_is_scored_apart()
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 5), new(-1, 5, 10)]);
        int[] decisions = [.. Enumerable.Repeat(0, 75), .. Enumerable.Repeat(-1, 25)];
        AttentionFigures f = AttentionScorer.Score(Scoring.Times(100), decisions, 0.1, truth);
        Assert.Equal(1, f.Accuracy);
        Assert.Equal(50, f.ScoredTicks);
        Assert.Equal(0.5, f.NoneAccuracy, 1e-12);
    }

    [Fact]
    public void Missing_ticks_count_with_the_decision_that_was_held()
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 5), new(1, 5, 10)]);
        double[] times = [.. Scoring.Times(100).Where(t => t is < 4.95 or > 7.95)]; // 5.0 to 7.9 s lost
        int[] decisions = [.. times.Select(t => t < 5 ? 0 : 1)];
        AttentionFigures f = AttentionScorer.Score(times, decisions, 0.1, truth);
        Assert.Equal(100, f.ScoredTicks);
        Assert.Equal(0.7, f.Accuracy, 1e-12);
        Assert.Equal(3.0, f.Latencies[0].LatencyS, 1e-9);
    }

    [Fact]
    public void Chance_picks_among_those_who_talk()
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 4)], [new(0, 0, 2), new(1, 0, 1), new(1, 2, 3)]);
        // 0–1 s: 0 and 1 talk, 1/2; 1–2 s: 0 alone, 1; 2–3 s: 1 alone, 0; 3–4 s: nobody, 1/3
        Assert.Equal((0.5 + 1 + 0 + 1 / 3.0) / 4, AttentionScorer.Chance(Scoring.Times(40), 3, truth), 1e-9);
    }

    [Fact]
    public void Calibration_error_is_the_gap_between_belief_and_frequency()
    {
        SessionTruth truth = Scoring.Truth([new(0, 0, 6), new(1, 6, 10)]);
        var posterior = new float[100 * 3];
        for (int t = 0; t < 100; t++) (posterior[3 * t], posterior[3 * t + 1]) = (0.6f, 0.4f);
        Assert.Equal(0, Calibration.Error(Scoring.Times(100), posterior, 2, truth), 1e-6);
        for (int t = 0; t < 100; t++) (posterior[3 * t], posterior[3 * t + 1]) = (0.9f, 0.1f);
        Assert.Equal(0.3, Calibration.Error(Scoring.Times(100), posterior, 2, truth), 1e-6);
    }
}
