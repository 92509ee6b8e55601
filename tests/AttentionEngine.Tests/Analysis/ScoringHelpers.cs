using AttentionEngine.Analysis.Scoring;

namespace AttentionEngine.Tests.Analysis;

/// <summary>Takes the likeliest entry: enough to judge scoring by hand.</summary>
internal sealed class ArgMaxRule : IDecisionRule
{
    public int[] Decide(IReadOnlyList<double> timeS, ReadOnlySpan<float> posterior, int talkers)
    {
        var decisions = new int[timeS.Count];
        for (int t = 0; t < decisions.Length; t++)
        {
            ReadOnlySpan<float> row = posterior.Slice(t * (talkers + 1), talkers + 1);
            int best = 0;
            for (int k = 1; k <= talkers; k++)
                if (row[k] > row[best]) best = k;
            decisions[t] = best == talkers ? -1 : best;
        }
        return decisions;
    }
}

internal static class Scoring
{
    public static SessionTruth Truth(TalkerSpan[] attended, TalkerSpan[]? activity = null) => new()
    {
        Seed = 1,
        Scene = "hand-made",
        Attended = attended,
        Activity = activity ?? [],
        Conversation = [-1, -1, -1],
        FirstSampleTimeS = 0,
        AudioRateHz = 16000,
        ImagesScale = 1,
    };

    /// <summary>Ticks of 0.1 s from 0.</summary>
    public static double[] Times(int count) => [.. Enumerable.Range(0, count).Select(t => t * 0.1)];
}
