using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;

namespace AttentionEngine.Simulation.Camera;

/// <summary>
/// Where each talker's face points, at the camera's rate: towards whoever holds the floor of its conversation when listening; when
/// speaking, at the partner, the listener or elsewhere in turn. It never depends on the listener's attention. R (assumptions).
/// </summary>
internal static class TalkerFacing
{
    private const double GlanceMedianS = 2, TurnTauS = 0.15;

    /// <returns>[talkers][frames] azimuth in ROOM in which the face points, radians.</returns>
    public static float[][] Azimuths(ConversationPlan plan, IReadOnlyList<SceneTalker> talkers, Vector3D listenerRoomM, double rateHz, int frames, SeededRandom random)
    {
        var azimuths = new float[talkers.Count][];
        for (int k = 0; k < talkers.Count; k++)
        {
            azimuths[k] = new float[frames];
            var own = random.Fork($"facing {k}");
            int[] partners = [.. Enumerable.Range(0, talkers.Count).Where(p => p != k && talkers[p].Conversation == talkers[k].Conversation)];
            double current = Towards(talkers[k], listenerRoomM), target = current, until = 0;
            double share = 1 - Math.Exp(-1 / (TurnTauS * rateHz));
            for (int i = 0; i < frames; i++)
            {
                double t = i / rateHz;
                if (t >= until)
                {
                    target = Choose(k, t);
                    until = t + own.LogNormal(GlanceMedianS, 0.5);
                }
                current += share * Angles.WrapRad(target - current);
                azimuths[k][i] = (float)current;
            }

            double Choose(int self, double t)
            {
                double toListener = Towards(talkers[self], listenerRoomM);
                double u = own.Uniform();
                if (partners.Length == 0) return u < 0.7 ? toListener : toListener + own.Normal(0, 0.5);
                bool speaks = plan.Turns.Any(x => x.Talker == self && x.StartS <= t && t < x.EndS);
                var holder = plan.Turns.LastOrDefault(x => x.StartS <= t && partners.Contains(x.Talker));
                int partner = speaks || holder is null ? partners[own.Index(partners.Length)] : holder.Talker;
                if (u < (speaks ? 0.50 : 0.75)) return Towards(talkers[self], talkers[partner].PositionRoomM);
                return u < (speaks ? 0.75 : 0.85) ? toListener : toListener + own.Normal(0, 0.5);
            }
        }
        return azimuths;
    }

    private static double Towards(SceneTalker from, Vector3D pointRoomM) => (pointRoomM - from.PositionRoomM).AzimuthRad;
}
