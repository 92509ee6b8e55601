using System.Globalization;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Tests.Simulation.Eeg;

/// <summary>Two competing talkers, one attended throughout; a decoder trained on some listeners and talkers, tested on others.</summary>
internal static class EegStrength
{
    public static readonly double[] WindowsS = [1, 2, 5, 10, 20, 30];

    /// <param name="speech">Dry envelope of one trial: (seconds, random) to [64 Hz].</param>
    /// <returns>[windows] accuracy over test listeners, windows that do not overlap; and per listener the accuracy at 10 s.</returns>
    public static (double[] Accuracy, double[] ListenersAt10S) Measure(Func<bool, double, SeededRandom, float[]> speech, int train, int test, double trainS, double testS, ListenerSettings settings)
    {
        var decoder = new BackwardDecoder();
        for (int i = 0; i < train; i++)
        {
            var (eeg, attended, _) = Trial(speech, true, trainS, new ListenerSettings(), new SeededRandom(10_000UL + (ulong)i));
            decoder.Add(eeg, attended);
        }
        decoder.Solve(1e-3);
        var correct = new double[WindowsS.Length];
        var count = new double[WindowsS.Length];
        var listeners = new double[test];
        for (int i = 0; i < test; i++)
        {
            var (eeg, attended, other) = Trial(speech, false, testS, settings, new SeededRandom(20_000UL + (ulong)i));
            float[] reconstruction = decoder.Reconstruct(eeg);
            for (int w = 0; w < WindowsS.Length; w++)
            {
                int frames = (int)(WindowsS[w] * 64);
                double right = 0, all = 0;
                for (int from = 128; from + frames < Math.Min(reconstruction.Length - BackwardDecoder.Lags, attended.Length); from += frames, all++)
                    if (BackwardDecoder.Correlation(reconstruction, attended, from, frames) > BackwardDecoder.Correlation(reconstruction, other, from, frames)) right++;
                correct[w] += right;
                count[w] += all;
                if (WindowsS[w] == 10) listeners[i] = right / all;
            }
        }
        for (int w = 0; w < correct.Length; w++) correct[w] /= count[w];
        return (correct, listeners);
    }

    public static string Table(double[] accuracy) => string.Join("  ", WindowsS.Select((w, i) =>
        string.Create(CultureInfo.InvariantCulture, $"{w:0} s {100 * accuracy[i]:0.0} %")));

    private static (float[] Eeg, float[] Attended, float[] Other) Trial(Func<bool, double, SeededRandom, float[]> speech, bool training, double durationS, ListenerSettings settings, SeededRandom random)
    {
        int attended = random.Index(2);
        float[][] envelopes = [speech(training, durationS, random.Fork("a")), speech(training, durationS, random.Fork("b"))];
        var plan = new ConversationPlan(durationS, 2, [new FloorTurn(0, 0, durationS), new FloorTurn(1, 0, durationS)], [new AttentionSpan(attended, 0, durationS)]);
        var profile = ListenerProfile.Draw(settings, random.Fork("profile"));
        SceneTalker[] talkers = Conversation.ConversationPlannerTests.Talkers(2, 2);
        var motion = ListenerMotion.Render(plan, talkers, default, profile, settings, random.Fork("motion"));
        var eeg = EegSimulator.Render(plan, envelopes, motion.Blinks, profile, random.Fork("eeg"));
        return (BackwardDecoder.Prepare(eeg), BackwardDecoder.Prepare(envelopes[attended]), BackwardDecoder.Prepare(envelopes[1 - attended]));
    }
}
