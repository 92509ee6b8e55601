using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Cli.Training;

/// <summary>Two competing talkers, one attended throughout, and the EEG of one simulated listener, through the decoder's front end.</summary>
/// <param name="Eeg">[frames × C] on the 64 Hz grid.</param>
/// <param name="Attended">[frames] band-passed envelope.</param>
/// <param name="Other">[frames]</param>
internal sealed record SimulatedEegTrial(float[] Eeg, float[] Attended, float[] Other)
{
    /// <param name="bank">Dry envelopes at 64 Hz, one for each voice; at least two.</param>
    public static SimulatedEegTrial Make(IReadOnlyList<float[]> bank, double seconds, ulong seed)
    {
        var random = new SeededRandom(seed);
        int attended = random.Index(2), first = random.Index(bank.Count), second = (first + 1 + random.Index(bank.Count - 1)) % bank.Count;
        float[][] envelopes = [Loop(bank[first], seconds, random.Fork("a")), Loop(bank[second], seconds, random.Fork("b"))];
        var plan = new ConversationPlan(seconds, 2, [new FloorTurn(0, 0, seconds), new FloorTurn(1, 0, seconds)], [new AttentionSpan(attended, 0, seconds)]);
        SceneTalker[] talkers = [new("a", 0, Vector3D.FromAzimuthElevation(0.8), "a"), new("b", 1, Vector3D.FromAzimuthElevation(-0.8), "b")];
        var settings = new ListenerSettings();
        var profile = ListenerProfile.Draw(settings, random.Fork("profile"));
        var motion = ListenerMotion.Render(plan, talkers, default, profile, settings, random.Fork("motion"));
        var eeg = EegSimulator.Render(plan, envelopes, motion.Blinks, profile, random.Fork("eeg"));
        var timesS = new double[eeg.Samples];
        for (int i = 0; i < timesS.Length; i++) timesS[i] = i / EegSimulator.RateHz;
        int frames = envelopes[0].Length;
        return new SimulatedEegTrial(EegFrontEnd.EegToGrid(eeg.Frames, timesS, EegMontage.Count, EegSimulator.RateHz, 0, frames),
            EegFrontEnd.Envelope(envelopes[attended]), EegFrontEnd.Envelope(envelopes[1 - attended]));
    }

    private static float[] Loop(float[] material, double seconds, SeededRandom random)
    {
        var result = new float[(int)(seconds * SpeechEnvelope.GridRateHz)];
        int start = random.Index(material.Length);
        for (int i = 0; i < result.Length; i++) result[i] = material[(start + i) % material.Length];
        return result;
    }
}
