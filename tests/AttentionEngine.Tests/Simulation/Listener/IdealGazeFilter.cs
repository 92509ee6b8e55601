using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Tests.Simulation.Listener;

/// <summary>
/// A hidden Markov filter that is told what no sensor tells: the true look targets, the floors, the listener's own parameters and the
/// simulator's rates. States: attended conversation × conversation that gaze follows. One vote per look.
/// </summary>
internal static class IdealGazeFilter
{
    private const double TickS = 0.1;

    /// <returns>Ticks on which the likeliest talker is the attended one, and ticks.</returns>
    public static (double Correct, double Ticks) Score(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, ListenerProfile profile, IReadOnlyList<Look> looks)
    {
        double f = profile.PartedFraction, together = (profile.LookProbability - 0.05 * f) / (1 - f);
        const double leave = TickS / 38; // attention changes conversation
        double apart = TickS / (8.9 * (1 - f) / f), back = TickS / 8.9;
        var p = new double[2, 2];
        for (int a = 0; a < 2; a++) for (int g = 0; g < 2; g++) p[a, g] = 0.5 * (a == g ? 1 - f : f);
        int look = 0;
        double correct = 0, ticks = 0;
        for (double t = 0; t < plan.DurationS; t += TickS)
        {
            var q = new double[2, 2];
            for (int a = 0; a < 2; a++)
                for (int g = 0; g < 2; g++)
                {
                    // When attention moves, gaze that follows it moves along, gaze that is apart stays.
                    q[1 - a, a == g ? 1 - g : g] += p[a, g] * leave;
                    double part = a == g ? apart : back;
                    q[a, 1 - g] += p[a, g] * (1 - leave) * part;
                    q[a, g] += p[a, g] * (1 - leave) * (1 - part);
                }
            p = q;
            int[] holder = [Holder(plan, talkers, 0, t), Holder(plan, talkers, 1, t)];
            for (; look < looks.Count && looks[look].StartS <= t; look++)
            {
                int target = looks[look].Target;
                for (int g = 0; g < 2; g++)
                {
                    double likelihood = target < 0 ? (1 - together) * 0.25
                        : target == holder[g] ? together
                        : (1 - together) * 0.75 * (target == holder[1 - g] ? 0.6 : 0.2);
                    for (int a = 0; a < 2; a++) p[a, g] *= likelihood;
                }
            }
            double z = p[0, 0] + p[0, 1] + p[1, 0] + p[1, 1];
            for (int a = 0; a < 2; a++) for (int g = 0; g < 2; g++) p[a, g] /= z;
            int best = p[0, 0] + p[0, 1] >= 0.5 ? 0 : 1;
            ticks++;
            if (holder[best] == plan.Attended.Last(s => s.StartS <= t).Talker) correct++;
        }
        return (correct, ticks);
    }

    private static int Holder(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, int conversation, double t) =>
        (plan.Turns.LastOrDefault(x => x.StartS <= t && talkers[x.Talker].Conversation == conversation)
         ?? plan.Turns.First(x => talkers[x.Talker].Conversation == conversation)).Talker;
}
