using AttentionEngine.Attention;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>The live engine's <see cref="DecisionPolicy"/> over whole posteriors.</summary>
public sealed class PolicyRule(AttentionSettings settings) : IDecisionRule
{
    public int[] Decide(IReadOnlyList<double> timeS, ReadOnlySpan<float> posterior, int talkers)
    {
        var policy = new DecisionPolicy(settings, floorDb: 0);
        var estimate = new AttentionEstimate(talkers) { Count = talkers };
        var decisions = new int[timeS.Count];
        for (int t = 0; t < decisions.Length; t++)
        {
            estimate.Tick = t;
            estimate.Time = StreamTime.FromSeconds(timeS[t]);
            posterior.Slice(t * (talkers + 1), talkers + 1).CopyTo(estimate.Posterior);
            decisions[t] = policy.Decide(estimate).Talker;
        }
        return decisions;
    }
}

/// <summary>The fusion model again over a session's recorded features, with one sense available where it was available live.</summary>
/// <param name="network">The model that the engine used.</param>
public sealed class FusionSingleSense(FusionNetwork network) : ISingleSenseDecoder
{
    public float[] Posteriors(TickLog log, Modality only)
    {
        if (!log.Features.SequenceEqual(FeatureLayout.Names))
            throw new InputDataException($"The session has {log.Features.Count} features where this engine computes {FeatureLayout.Count}, or others; replay it to write them again.");
        int k = log.TalkerCount, f = log.Features.Count;
        var estimate = new AttentionEstimate(k);
        Span<float> available = stackalloc float[Modalities.Count];
        var posterior = new float[log.TickCount * (k + 1)];
        using FusionFilter filter = network.CreateFilter(k);
        for (int t = 0; t < log.TickCount; t++)
        {
            available.Clear();
            available[(int)only] = log.Available[t * Modalities.Count + (int)only];
            filter.Step(log.FeatureValues.AsSpan(t * k * f, k * f), available, t == 0 ? log.TickS : log.TimeS[t] - log.TimeS[t - 1], estimate);
            estimate.Posterior.AsSpan(0, k + 1).CopyTo(posterior.AsSpan(t * (k + 1)));
        }
        return posterior;
    }
}
