using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>A stream's clock, followed from its probes: the same code on an inlet and on a recording's clock offsets.</summary>
public sealed class ClockTracker
{
    private readonly ClockOffsetEstimator _estimator = new();

    /// <summary>Whether a probe has been seen: before, stamps cannot be placed.</summary>
    public bool Known => _estimator.HasEstimate || _replaced;
    public ClockModel Model { get; private set; } = ClockModel.Identity;
    public int Jumps => _estimator.Jumps;

    /// <summary>Puts another model in place, and forgets the probes behind the present one.</summary>
    public void Replace(ClockModel model)
    {
        _estimator.Reset();
        Model = model;
        _replaced = true;
    }

    private bool _replaced;

    /// <summary>Takes a probe and refits.</summary>
    /// <returns>True when the remote clock was found to have jumped.</returns>
    public bool Add(ClockProbe probe)
    {
        bool jumped = _estimator.Add(probe);
        if (!_estimator.HasEstimate) return jumped;
        double referenceS = probe.LocalTimeS - _estimator.OffsetAt(probe.LocalTimeS);
        double drift = _estimator.DriftPpm * 1e-6;
        Model = new ClockModel(referenceS, _estimator.ToLocal(referenceS) - referenceS, drift / (1 - drift), _estimator.UncertaintyAt(probe.LocalTimeS));
        return jumped;
    }
}
