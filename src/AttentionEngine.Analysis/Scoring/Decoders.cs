using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>The fusion model with all senses but one unavailable. Implemented where the model is at hand.</summary>
public interface ISingleSenseDecoder
{
    /// <summary>Runs over a whole session from a fresh state, with the session's own features.</summary>
    /// <returns>[T × (K + 1)] posteriors: talkers, then none.</returns>
    float[] Posteriors(TickLog log, Modality only);
}

/// <summary>The decision policy of the live engine, so that every baseline is judged by the same rule.</summary>
public interface IDecisionRule
{
    /// <summary>Runs from a fresh state.</summary>
    /// <param name="timeS">[T] LSL seconds.</param>
    /// <param name="posterior">[T × (K + 1)] talkers, then none.</param>
    /// <returns>[T] talker, −1 for none.</returns>
    int[] Decide(IReadOnlyList<double> timeS, ReadOnlySpan<float> posterior, int talkers);
}
