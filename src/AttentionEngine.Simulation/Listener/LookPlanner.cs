using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;

namespace AttentionEngine.Simulation.Listener;

/// <summary>One look at one target: the truth behind the gaze samples, for analysis only.</summary>
/// <param name="Target">Talker index, or −1 for elsewhere.</param>
/// <param name="StartS">Onset of the saccade that leads to it, seconds.</param>
public sealed record Look(int Target, double StartS, double EndS);

/// <summary>
/// Draws looks. Each lasts a lognormal time; it goes to the talker that gaze follows with the listener's probability, otherwise mostly
/// to other talkers (those who talk more than silent ones), or elsewhere. A new talker is looked at along the S-curve of
/// Shiell et al. 2023: P(shift before t after the onset) = logistic((t − 0.30 s) / 0.25 s) [D].
/// </summary>
internal sealed class LookPlanner(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, ListenerProfile profile, ListenerSettings settings, SeededRandom random)
{
    private const double ShiftMedianS = 0.30, ShiftScaleS = 0.25;
    private const double LookSigma = 0.6;
    private const double ElsewhereShare = 0.25;
    private const double TalkingWeight = 3;

    public List<Look> Looks()
    {
        var shifts = Shifts();
        var looks = new List<Look>();
        double t = 0;
        int leader = 0;
        while (t < plan.DurationS)
        {
            while (leader + 1 < shifts.Count && shifts[leader + 1].StartS <= t) leader++;
            double end = t + Math.Max(profile.SaccadeLatencyS, random.LogNormal(profile.LookMedianS, LookSigma));
            if (leader + 1 < shifts.Count) end = Math.Min(end, Math.Max(shifts[leader + 1].StartS, t + profile.SaccadeLatencyS));
            end = Math.Min(end, plan.DurationS);
            int target = Pick(shifts[leader].Talker, t - profile.SaccadeLatencyS);
            if (looks.Count > 0 && looks[^1].Target == target && target >= 0) looks[^1] = looks[^1] with { EndS = end };
            else looks.Add(new Look(target, t, end));
            t = end;
        }
        return looks;
    }

    /// <summary>The talkers that gaze follows, each from the moment at which gaze may go there.</summary>
    private List<AttentionSpan> Shifts()
    {
        var leaders = new GazeLeader(plan, talkers, profile, settings, random.Fork("leader")).Spans();
        var shifts = new List<AttentionSpan>(leaders.Count);
        foreach (var span in leaders)
        {
            double u = Math.Clamp(random.Uniform(), 0.02, 0.98);
            double at = shifts.Count == 0 ? 0 : span.StartS + ShiftMedianS + ShiftScaleS * Math.Log(u / (1 - u));
            if (shifts.Count > 0) at = Math.Max(at, shifts[^1].StartS + 0.05);
            shifts.Add(span with { StartS = at });
        }
        return shifts;
    }

    /// <summary>
    /// Probability of the followed talker within a look such that the attended one gets <see cref="ListenerProfile.LookProbability"/> of
    /// all time: while parted it still gets a small share of the other looks.
    /// </summary>
    private double FollowedProbability
    {
        get
        {
            const double shareWhileParted = 0.05;
            double f = profile.PartedFraction;
            return Math.Clamp((profile.LookProbability - f * shareWhileParted) / (1 - f), 0, 0.97);
        }
    }

    private int Pick(int leader, double decisionS)
    {
        if (leader >= 0 && random.Uniform() < FollowedProbability) return leader;
        if (random.Uniform() < ElsewhereShare) return -1;
        double total = 0;
        for (int k = 0; k < talkers.Count; k++) if (k != leader) total += Weight(k, decisionS);
        double draw = random.Uniform() * total;
        for (int k = 0; k < talkers.Count; k++)
        {
            if (k == leader) continue;
            draw -= Weight(k, decisionS);
            if (draw <= 0) return k;
        }
        return -1;
    }

    private double Weight(int talker, double t)
    {
        foreach (var turn in plan.Turns)
        {
            if (turn.StartS > t) break;
            if (turn.Talker == talker && turn.EndS > t) return TalkingWeight;
        }
        return 1;
    }
}
