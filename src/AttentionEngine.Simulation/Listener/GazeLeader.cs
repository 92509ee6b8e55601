using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;

namespace AttentionEngine.Simulation.Listener;

/// <summary>
/// Whom gaze follows. Most of the time the attended talker; for seconds at a time ("parted") the floor of another conversation, so that
/// many glances in a row can be wrong together, as they are in life, and gaze cannot be integrated to certainty.
/// </summary>
internal sealed class GazeLeader(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, ListenerProfile profile, ListenerSettings settings, SeededRandom random)
{
    /// <summary>Spans of the talker that gaze follows, contiguous from 0 to the end of the plan; −1 for nobody.</summary>
    public List<AttentionSpan> Spans()
    {
        var spans = new List<AttentionSpan>();
        double decorrelatedS = settings.GazeDecorrelatedFromS ?? double.PositiveInfinity;
        double meanPartedS = profile.PartedMedianS * Math.Exp(0.5 * 0.5 / 2);
        double meanTogetherS = profile.PartedFraction > 0 ? meanPartedS * (1 - profile.PartedFraction) / profile.PartedFraction : double.PositiveInfinity;
        bool parted = random.Uniform() < profile.PartedFraction;
        double t = 0;
        while (t < plan.DurationS)
        {
            bool apart = parted || t >= decorrelatedS;
            double length = apart ? random.LogNormal(profile.PartedMedianS, 0.5)
                : double.IsInfinity(meanTogetherS) ? double.PositiveInfinity : random.LogNormal(meanTogetherS * Math.Exp(-0.5 * 0.5 / 2), 0.5);
            double end = Math.Min(plan.DurationS, t + length);
            if (!apart) end = Math.Min(end, Math.Max(t, decorrelatedS));
            if (t >= decorrelatedS) FollowFloor(spans, random.Index(talkers.Count), t, end); // any conversation, the attended one too
            else if (apart) FollowFloor(spans, Decoy(t), t, end);
            else foreach (var a in plan.Attended) Add(spans, a.Talker, Math.Max(t, a.StartS), Math.Min(end, a.EndS));
            t = end;
            parted = !parted;
        }
        return spans;
    }

    /// <summary>A talker of another conversation than the attended one, or of the same where there is no other.</summary>
    private int Decoy(double t)
    {
        int attended = plan.Attended.Last(a => a.StartS <= t).Talker;
        int conversation = attended >= 0 ? talkers[attended].Conversation : -1;
        int[] others = Enumerable.Range(0, talkers.Count).Where(k => talkers[k].Conversation != conversation).ToArray();
        if (others.Length == 0) others = Enumerable.Range(0, talkers.Count).Where(k => k != attended).ToArray();
        return others.Length == 0 ? attended : others[random.Index(others.Length)];
    }

    /// <summary>Follows whoever holds the floor in the conversation of <paramref name="member"/>; a scene of one conversation stays on the member.</summary>
    private void FollowFloor(List<AttentionSpan> spans, int member, double start, double end)
    {
        int conversation = member >= 0 ? talkers[member].Conversation : -1;
        int holder = member;
        double from = start;
        if (talkers.Any(t => t.Conversation != conversation))
            foreach (var turn in plan.Turns)
            {
                if (turn.StartS >= end) break;
                if (talkers[turn.Talker].Conversation != conversation) continue;
                if (turn.StartS > start) { Add(spans, holder, from, turn.StartS); from = turn.StartS; }
                holder = turn.Talker;
            }
        Add(spans, holder, from, end);
    }

    private static void Add(List<AttentionSpan> spans, int talker, double startS, double endS)
    {
        if (endS <= startS) return;
        if (spans.Count > 0 && spans[^1].Talker == talker) spans[^1] = spans[^1] with { EndS = endS };
        else spans.Add(new AttentionSpan(talker, startS, endS));
    }
}
