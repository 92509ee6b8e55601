using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Attention;

/// <summary>
/// From belief to decision: the most probable of the talkers and none is taken when its posterior exceeds the accept probability and
/// the last switch is at least the hold time ago; otherwise the decision stays. Gains follow the decision's confidence.
/// </summary>
public sealed class DecisionPolicy
{
    private const double FullConfidence = 0.9;
    private readonly double _accept, _holdS, _floor;
    private int _talker = -1;
    private StreamTime _switched;
    private bool _everSwitched;

    /// <param name="floorDb">Gain of unattended talkers at full confidence, dB ≤ 0; −∞ mutes them.</param>
    public DecisionPolicy(AttentionSettings settings, double floorDb)
    {
        (_accept, _holdS) = (settings.AcceptProbability, settings.HoldS);
        _floor = Linear(floorDb);
    }

    /// <summary>The decision after a tick; −1 for none.</summary>
    public AttendedTalker Decide(AttentionEstimate estimate)
    {
        int best = 0;
        for (int k = 1; k <= estimate.Count; k++)
            if (estimate.Posterior[k] > estimate.Posterior[best]) best = k;
        int candidate = best == estimate.Count ? -1 : best;
        bool held = _everSwitched && estimate.Time.SecondsSince(_switched) < _holdS;
        if (candidate != _talker && estimate.Posterior[best] > _accept && !held)
        {
            _talker = candidate;
            _switched = estimate.Time;
            _everSwitched = true;
        }
        return new AttendedTalker(estimate.Time, estimate.Tick, _talker, estimate.Posterior[_talker < 0 ? estimate.Count : _talker]);
    }

    /// <summary>Gains for the audio path: the attended talker at 0 dB, all else between 0 dB (no idea) and the floor (sure); everything as it is while nobody is attended.</summary>
    public void Steer(AttentionEstimate estimate, AttendedTalker attended, SteeringCommand command)
    {
        command.Time = estimate.Time;
        command.Tick = estimate.Tick;
        double chance = 1.0 / (estimate.Count + 1);
        double sure = attended.Talker < 0 ? 0 : Math.Clamp((attended.Confidence - chance) / (FullConfidence - chance), 0, 1);
        command.Attend(attended.Talker, estimate.Count, (float)(1 - sure * (1 - _floor)));
    }

    private static double Linear(double db) => double.IsNegativeInfinity(db) ? 0 : ExactMath.Exp(db * 2.302585092994046 / 20);
}
