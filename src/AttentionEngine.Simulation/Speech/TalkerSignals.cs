using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Simulation.Speech;

/// <summary>A talker's mouth makes sound.</summary>
/// <param name="Talker">Index in the scene's order.</param>
/// <param name="StartS">Seconds since the start of the scene, at the mouth.</param>
public sealed record SpeechActivity(int Talker, double StartS, double EndS);

/// <summary>What every talker says: dry signals as they would be measured at 1 m from the mouth in free field.</summary>
/// <param name="Dry">[K][samples], full scale ±1.</param>
/// <param name="Activity">When there is speech, from the energy of <paramref name="Dry"/>; ordered by start.</param>
public sealed record TalkerSignals(double RateHz, IReadOnlyList<float[]> Dry, IReadOnlyList<SpeechActivity> Activity)
{
    private const double FadeS = 0.02, BridgeS = 0.2, ShortestS = 0.05;

    public int Samples => Dry[0].Length;

    /// <summary>Each turn goes on where the talker's last one stopped, from the next speech onset; a talker starts at a place that the seed draws.</summary>
    public static TalkerSignals Make(Scene scene, ConversationPlan plan, SeededRandom random)
    {
        double rateHz = scene.Rig.Array.SampleRateHz;
        int samples = (int)Math.Round(plan.DurationS * rateHz);
        var dry = new float[scene.Talkers.Count][];
        var activity = new List<SpeechActivity>();
        for (int k = 0; k < dry.Length; k++)
        {
            var material = SpeechMaterial.Load(scene.Voices[k].Files, rateHz);
            long position = random.Fork("speech of talker " + scene.Talkers[k].Id).Index(material.Samples.Length);
            dry[k] = new float[samples];
            foreach (var turn in plan.Turns.Where(t => t.Talker == k).OrderBy(t => t.StartS)) position = Speak(material, position, turn, rateHz, dry[k]);
            activity.AddRange(FindActivity(k, dry[k], rateHz));
            float gain = (float)Math.Pow(10, (scene.LevelDbfs + scene.Voices[k].LevelDb) / 20);
            foreach (ref float x in dry[k].AsSpan()) x *= gain;
        }
        return new TalkerSignals(rateHz, dry, [.. activity.OrderBy(a => a.StartS).ThenBy(a => a.Talker)]);
    }

    private static long Speak(SpeechMaterial material, long position, FloorTurn turn, double rateHz, float[] dry)
    {
        int start = Math.Clamp((int)Math.Round(turn.StartS * rateHz), 0, dry.Length), end = Math.Clamp((int)Math.Round(turn.EndS * rateHz), start, dry.Length);
        if (start == end) return position;
        position = material.NextSpeech(position);
        var span = dry.AsSpan(start, end - start);
        material.Copy(position, span);
        int fade = Math.Min((int)(FadeS * rateHz), span.Length / 2);
        for (int i = 0; i < fade; i++)
        {
            float w = (float)(0.5 - 0.5 * Math.Cos(Math.PI * (i + 0.5) / fade));
            span[i] *= w;
            span[^(i + 1)] *= w;
        }
        return position + span.Length;
    }

    /// <summary>Speech frames joined over gaps of up to 0.2 s (stops and short breaths are part of speech); shorter bits than 50 ms dropped.</summary>
    private static IEnumerable<SpeechActivity> FindActivity(int talker, float[] unitLevel, double rateHz)
    {
        bool[] speech = SpeechMaterial.SpeechFrames(unitLevel, rateHz);
        int start = -1, last = -1;
        for (int f = 0; f <= speech.Length; f++)
        {
            bool on = f < speech.Length && speech[f];
            if (on)
            {
                if (start < 0) start = f;
                last = f;
            }
            else if (start >= 0 && (f == speech.Length || (f - last) * SpeechMaterial.FrameS > BridgeS))
            {
                double startS = start * SpeechMaterial.FrameS, endS = (last + 1) * SpeechMaterial.FrameS;
                if (endS - startS >= ShortestS) yield return new SpeechActivity(talker, startS, endS);
                start = -1;
            }
        }
    }
}
