using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Conversation;

/// <summary>
/// Plans a scene: conversations that run side by side with the same turn statistics, and a listener whose attention stays on one
/// talker at a time. Every conversation is drawn without reference to attention, and attention changes conversation at times drawn
/// without reference to the floors: so voice activity and floor changes alone cannot tell which conversation is attended
/// (DESIGN.md §6). Inside a conversation attention follows the floor.
/// </summary>
public static class ConversationPlanner
{
    private const int Nobody = -1;

    /// <param name="talkers">At least one.</param>
    /// <param name="durationS">Length of the scene, seconds, &gt; 0.</param>
    /// <param name="random">Source of all numbers; the plan depends on its seed only.</param>
    public static ConversationPlan Plan(IReadOnlyList<SceneTalker> talkers, ConversationSettings settings, double durationS, SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfZero(talkers.Count, nameof(talkers));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(durationS);
        var members = Enumerable.Range(0, talkers.Count).GroupBy(i => talkers[i].Conversation).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        double follow = members.Length == 1 ? 1 : settings.FollowProbability;
        double floorMedianS = FloorTiming.FloorMedianS(settings.DwellMedianS, settings.DwellSigma, follow);
        var floors = new List<FloorTurn>[members.Length];
        for (int c = 0; c < members.Length; c++)
            floors[c] = FloorSimulator.Turns(members[c], settings, floorMedianS, durationS, random.Fork($"floor {c}"));
        var turns = floors.SelectMany(f => f).OrderBy(t => t.StartS).ThenBy(t => t.Talker).ToList();
        bool anyPartner = members.Any(m => m.Length > 1);
        double meanStayS = !anyPartner || double.IsInfinity(FloorTiming.StayOverFloor(follow)) ? double.PositiveInfinity
            : FloorTiming.StayOverFloor(follow) * (floorMedianS * Math.Exp(settings.DwellSigma * settings.DwellSigma / 2) + settings.GapMeanS);
        var attention = new AttentionWalk(floors, settings, anyPartner, meanStayS, random.Fork("attention"));
        return new ConversationPlan(durationS, talkers.Count, turns, attention.Run(durationS));
    }

    /// <summary>The listener's attention as a walk over conversations.</summary>
    private sealed class AttentionWalk(List<FloorTurn>[] floors, ConversationSettings settings, bool anyPartner, double meanStayS, SeededRandom random)
    {
        private readonly List<AttentionSpan> _spans = [];

        public List<AttentionSpan> Run(double durationS)
        {
            int conversation = random.Index(floors.Length);
            // A dwell under way at time 0 has a random part of its stay behind it.
            double t = 0, left = Stay() * (anyPartner ? 1 : random.Uniform());
            while (t < durationS)
            {
                double leave = floors.Length == 1 ? durationS : Math.Min(durationS, t + left);
                if (conversation == Nobody) Add(Nobody, t, leave);
                else leave = Follow(conversation, t, leave, durationS);
                t = leave;
                left = Next(ref conversation);
            }
            return _spans;
        }

        private double Stay() => anyPartner
            ? settings.DwellMinS + random.Exponential(Math.Max(0, meanStayS - settings.DwellMinS))
            : Math.Max(settings.DwellMinS, random.LogNormal(settings.DwellMedianS, settings.DwellSigma));

        private int _before;

        /// <summary>Chooses where attention goes next; returns how long it stays, seconds.</summary>
        private double Next(ref int conversation)
        {
            if (floors.Length == 1) return double.PositiveInfinity;
            if (conversation == Nobody)
            {
                conversation = Other(_before);
                return Stay();
            }
            _before = conversation;
            if (random.Uniform() < settings.NobodyProbability)
            {
                conversation = Nobody;
                return Math.Max(0.5, random.LogNormal(settings.NobodyMedianS, 0.5));
            }
            conversation = Other(conversation);
            return Stay();
        }

        private int Other(int conversation) => (conversation + 1 + random.Index(floors.Length - 1)) % floors.Length;

        /// <summary>Attends to whoever holds the floor of the conversation from <paramref name="start"/> on; returns when attention leaves it.</summary>
        private double Follow(int conversation, double start, double leave, double durationS)
        {
            double from = start;
            int talker = -1;
            foreach (var turn in floors[conversation])
            {
                // The floor passes when the next talker starts. One about to pass is not joined: attention arrives with the new talker.
                if (turn.StartS <= start || talker < 0 || (from == start && turn.StartS < start + Math.Min(settings.DwellMinS, leave - start))) { talker = turn.Talker; continue; }
                if (turn.StartS >= leave) break;
                if (turn.Talker == talker) continue;
                Add(talker, from, turn.StartS);
                (talker, from) = (turn.Talker, turn.StartS);
            }
            if (leave < durationS) leave = Math.Min(durationS, Math.Max(leave, from + settings.DwellMinS));
            Add(talker, from, leave);
            return leave;
        }

        private void Add(int talker, double startS, double endS)
        {
            if (endS <= startS) return;
            if (_spans.Count > 0 && _spans[^1].Talker == talker) _spans[^1] = _spans[^1] with { EndS = endS };
            else _spans.Add(new AttentionSpan(talker, startS, endS));
        }
    }
}
