using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Yaml;
using AttentionEngine.Simulation.Conversation;

namespace AttentionEngine.Tests.Simulation.Conversation;

public class ConversationPlannerTests
{
    private const double TickS = 0.1;

    [Theory]
    [InlineData(4, 2)]
    [InlineData(12, 2)]
    [InlineData(30, 2)]
    [InlineData(12, 4)] // four single talkers
    public void Dwell_has_the_asked_median_and_the_attended_talker_holds_the_floor(double dwellMedianS, int conversations)
    {
        var settings = new ConversationSettings { DwellMedianS = dwellMedianS };
        var dwells = new List<double>();
        double held = 0, attendedS = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            var plan = ConversationPlanner.Plan(Talkers(4, conversations), settings, 60 * dwellMedianS, new SeededRandom(seed));
            for (int i = 1; i + 1 < plan.Attended.Count; i++) dwells.Add(plan.Attended[i].EndS - plan.Attended[i].StartS);
            foreach (var span in plan.Attended)
            {
                attendedS += span.EndS - span.StartS;
                held += plan.Turns.Where(t => t.Talker == span.Talker).Sum(t => Math.Max(0, Math.Min(t.EndS, span.EndS) - Math.Max(t.StartS, span.StartS)));
            }
        }
        dwells.Sort();
        Assert.InRange(dwells[dwells.Count / 2], 0.9 * dwellMedianS, 1.1 * dwellMedianS);
        Assert.InRange(held / attendedS, 0.95, 1);
    }

    [Fact]
    public void Activity_alone_does_not_tell_who_is_attended()
    {
        // Three readings of the floors that know nothing else: any active talker, who started last, who has talked longest.
        double any = 0, newest = 0, oldest = 0, chance = 0;
        int ticks = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            var plan = ConversationPlanner.Plan(Talkers(4, 2), new ConversationSettings(), 600, new SeededRandom(1000 + seed));
            for (double t = 1; t < plan.DurationS; t += TickS)
            {
                var active = plan.Turns.Where(turn => turn.StartS <= t && t < turn.EndS).ToList();
                if (active.Count < 2) continue;
                int attended = AttendedAt(plan, t);
                ticks++;
                chance += 1.0 / active.Count;
                any += active.Any(a => a.Talker == attended) ? 1.0 / active.Count : 0;
                newest += active[^1].Talker == attended ? 1 : 0;
                oldest += active[0].Talker == attended ? 1 : 0;
            }
        }
        chance /= ticks;
        Assert.InRange(any / ticks - chance, -0.02, 0.02);
        Assert.InRange(newest / ticks - chance, -0.04, 0.04);
        Assert.InRange(oldest / ticks - chance, -0.04, 0.04);
    }

    [Fact]
    public void Floor_turns_of_attended_and_unattended_conversations_have_the_same_statistics()
    {
        var attendedTurns = new List<double>();
        var otherTurns = new List<double>();
        for (ulong seed = 0; seed < 60; seed++)
        {
            var talkers = Talkers(4, 2);
            var plan = ConversationPlanner.Plan(talkers, new ConversationSettings(), 600, new SeededRandom(seed));
            foreach (var turn in plan.Turns.Where(t => t.StartS > 0 && t.EndS < 600))
            {
                // Sorted by what attention did at the onset, which the floor cannot know.
                bool attended = talkers[AttendedAt(plan, turn.StartS - 1e-6)].Conversation == talkers[turn.Talker].Conversation;
                (attended ? attendedTurns : otherTurns).Add(turn.EndS - turn.StartS);
            }
        }
        Assert.True(attendedTurns.Count > 500 && otherTurns.Count > 500);
        Assert.InRange(attendedTurns.Average() / otherTurns.Average(), 0.93, 1.07);
        Assert.InRange((double)attendedTurns.Count / otherTurns.Count, 0.85, 1.18);
    }

    [Fact]
    public void Attention_follows_the_floor_with_the_asked_probability()
    {
        int follow = 0, all = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            var talkers = Talkers(4, 2);
            var plan = ConversationPlanner.Plan(talkers, new ConversationSettings(), 600, new SeededRandom(seed));
            for (int i = 1; i < plan.Attended.Count; i++, all++)
                if (talkers[plan.Attended[i].Talker].Conversation == talkers[plan.Attended[i - 1].Talker].Conversation) follow++;
        }
        Assert.InRange((double)follow / all, 0.60, 0.70);
    }

    [Fact]
    public void Plan_is_well_formed_and_repeats_with_its_seed()
    {
        foreach (var (talkers, conversations) in new[] { (1, 1), (2, 1), (2, 2), (3, 1), (5, 2), (6, 3), (3, 2) })
        {
            var settings = new ConversationSettings { DwellMedianS = 4, NobodyProbability = 0.3 };
            var plan = ConversationPlanner.Plan(Talkers(talkers, conversations), settings, 120, new SeededRandom(9));
            var again = ConversationPlanner.Plan(Talkers(talkers, conversations), settings, 120, new SeededRandom(9));
            Assert.Equal(plan.Turns, again.Turns);
            Assert.Equal(plan.Attended, again.Attended);
            Assert.Equal(0, plan.Attended[0].StartS);
            Assert.Equal(120, plan.Attended[^1].EndS);
            for (int i = 1; i < plan.Attended.Count; i++)
            {
                Assert.Equal(plan.Attended[i - 1].EndS, plan.Attended[i].StartS);
                Assert.NotEqual(plan.Attended[i - 1].Talker, plan.Attended[i].Talker);
            }
            foreach (var own in plan.Turns.GroupBy(t => t.Talker).Select(g => g.ToList()))
                for (int i = 1; i < own.Count; i++) Assert.True(own[i].StartS >= own[i - 1].EndS);
            Assert.All(plan.Turns, t => Assert.True(t.EndS > t.StartS && t.StartS >= 0 && t.EndS <= 120));
        }
    }

    [Fact]
    public void An_unknown_key_is_refused_with_the_nearest_valid_one()
    {
        var map = YamlMap.Parse("schema: s\nconversation:\n  dwel_median_s: 5\n", "scene.yaml", "s");
        var error = Assert.Throws<ConfigurationException>(() => ConversationSettings.Read(map.Map("conversation")));
        Assert.Contains("dwell_median_s", error.Message, StringComparison.Ordinal);
        Assert.Contains("scene.yaml:3", error.Message, StringComparison.Ordinal);
    }

    internal static SceneTalker[] Talkers(int count, int conversations) => Enumerable.Range(0, count).Select(k =>
        new SceneTalker($"t{k}", k % conversations, 1.5 * Vector3D.FromAzimuthElevation(Angles.ToRadians(count == 1 ? 0 : 55 - 110.0 * k / (count - 1))), "voice")).ToArray();

    internal static int AttendedAt(ConversationPlan plan, double t) => plan.Attended.Last(a => a.StartS <= t).Talker;
}
