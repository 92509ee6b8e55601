using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Attention;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Analysis;

public sealed class FusionBaselinesTests
{
    private const int Ticks = 250;

    /// <summary>Two talkers; the gaze lies on the first for 5 s, then on the second; the beams say nothing.</summary>
    private static TickLog Log(IReadOnlyList<string>? features = null)
    {
        int f = FeatureLayout.Count;
        var values = new float[Ticks * 2 * f];
        for (int t = 0; t < Ticks; t++)
        {
            int looked = t < Ticks / 2 ? 0 : 1, since = t % (Ticks / 2);
            for (int k = 0; k < 2; k++)
            {
                Span<float> row = values.AsSpan((t * 2 + k) * f, f);
                void Set(Span<float> r, string name, double value) => r[FeatureLayout.Names.ToList().IndexOf(name)] = (float)value;
                double near = k == looked ? 1 : 0, ago = since * 0.04;
                Set(row, "gaze.near_4deg", near);
                Set(row, "gaze.near_10deg", near);
                Set(row, "gaze.near_25deg", near);
                Set(row, "gaze.margin", k == looked ? 1.5 : -1.5);
                Set(row, "gaze.valid", 1);
                Set(row, "gaze.fixating", 1);
                double on = k == looked ? 1 : 0, was = 1 - on;
                Set(row, "gaze.dwell_300ms", on * (1 - Math.Exp(-ago / 0.3)) + (t < Ticks / 2 ? 0 : was * Math.Exp(-ago / 0.3)));
                Set(row, "gaze.dwell_1s", on * (1 - Math.Exp(-ago)) + (t < Ticks / 2 ? 0 : was * Math.Exp(-ago)));
                Set(row, "gaze.dwell_3s", on * (1 - Math.Exp(-ago / 3)) + (t < Ticks / 2 ? 0 : was * Math.Exp(-ago / 3)));
                Set(row, "gaze.dwell_10s", on * (1 - Math.Exp(-ago / 10)) + (t < Ticks / 2 ? 0 : was * Math.Exp(-ago / 10)));
            }
        }
        return new TickLog
        {
            Talkers = ["a", "b"],
            Features = features ?? FeatureLayout.Names,
            TickS = 0.04,
            TimeS = [.. Enumerable.Range(0, Ticks).Select(t => t * 0.04)],
            Posterior = new float[Ticks * 3],
            EvidenceNats = new float[Ticks * 10],
            Attended = new int[Ticks],
            FeatureValues = values,
            Available = [.. Enumerable.Repeat(1f, Ticks * Modalities.Count)],
            DirectionHeadRad = new float[Ticks * 4],
            HeadYawRad = new float[Ticks],
            GazeRoomRad = new float[Ticks * 2],
            BeamLevelDb = new float[Ticks * 2],
        };
    }

    [Fact]
    public void Gaze_alone_follows_the_gaze_and_a_sense_is_not_fed_by_another()
    {
        using var network = new FusionNetwork(Repository.PathOf("models/fusion"));
        var decoder = new FusionSingleSense(network);
        float[] gaze = decoder.Posteriors(Log(), Modality.Gaze), eeg = decoder.Posteriors(Log(), Modality.Eeg);
        Assert.True(gaze[3 * 120] > gaze[3 * 120 + 1], "first half: the first talker");
        // A glance that stays where it is may have parted from attention: how far the belief moves is the model's; that it moves is asked here.
        Assert.True(gaze[3 * 240 + 1] > 1.2 * gaze[3 * 120 + 1], $"the second talker's belief rises when the gaze goes there: {gaze[3 * 120 + 1]} to {gaze[3 * 240 + 1]}");
        for (int t = 0; t < Ticks; t++) Assert.Equal(eeg[3 * t], eeg[3 * t + 1], 1e-3); // both talkers look alike to the EEG
        Assert.Equal(gaze, decoder.Posteriors(Log(), Modality.Gaze)); // a fresh state each time
        Assert.Throws<InputDataException>(() => decoder.Posteriors(Log([.. FeatureLayout.Names.Reverse()]), Modality.Gaze));
    }

    [Fact]
    public void The_rule_is_the_engines_policy_accept_and_hold()
    {
        var rule = new PolicyRule(new AttentionSettings("", null, 100, AcceptProbability: 0.6, HoldS: 0.5));
        double[] timeS = Scoring.Times(12);
        var posterior = new float[12 * 3];
        for (int t = 0; t < 12; t++)
        {
            float first = t switch { < 2 => 0.55f, < 4 => 0.8f, _ => 0.1f }; // unsure, then the first, then the second
            (posterior[3 * t], posterior[3 * t + 1], posterior[3 * t + 2]) = (first, 0.95f - first, 0.05f);
        }
        Assert.Equal([-1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], rule.Decide(timeS, posterior, 2));
    }
}
