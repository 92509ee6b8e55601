using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Conversation;

/// <summary>Draws the turns of one conversation, without knowing what the listener attends to.</summary>
internal static class FloorSimulator
{
    private const double ShortestTurnS = 0.8;

    /// <summary>Turns that overlap [0, durationS], clipped to it, ordered by start. The process is past its start-up at time 0.</summary>
    /// <param name="talkers">[n] indices of the conversation's talkers; one talker speaks in phrases with pauses.</param>
    public static List<FloorTurn> Turns(IReadOnlyList<int> talkers, ConversationSettings settings, double floorMedianS, double durationS, SeededRandom random)
    {
        bool alone = talkers.Count == 1;
        double median = alone ? settings.PhraseMedianS : floorMedianS;
        var turns = new List<FloorTurn>();
        int speaker = random.Index(talkers.Count);
        double start = -random.Uniform(6, 12) * median; // long enough that time 0 is an ordinary moment
        double turnS = Draw();
        while (start < durationS)
        {
            double nextS = Draw();
            // Overlaps stay shorter than the turns they join, so that a talker never overlaps itself.
            double gap = alone
                ? random.LogNormal(settings.PauseMedianS, 0.5)
                : Math.Max(random.Normal(settings.GapMeanS, settings.GapSdS), -0.4 * Math.Min(turnS, nextS));
            double end = start + turnS;
            if (end > 0) turns.Add(new FloorTurn(talkers[speaker], Math.Max(0, start), Math.Min(durationS, end)));
            start = end + gap;
            turnS = nextS;
            if (!alone) speaker = (speaker + 1 + random.Index(talkers.Count - 1)) % talkers.Count;
        }
        return turns;

        double Draw() => Math.Max(ShortestTurnS, random.LogNormal(median, settings.DwellSigma));
    }
}
