using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Separation;

/// <summary>Voiced syllables of 100–300 ms with gliding pitch, and pauses: sparse in time and frequency, as speech is.</summary>
internal static class SpeechLike
{
    public static float[] Make(int frames, ulong seed)
    {
        var random = new SeededRandom(seed);
        var x = new float[frames];
        double gain = 0, pitchHz = 120, glide = 0, phase = 0, smooth = 0, pole = 0.5;
        for (int i = 0, left = 0; i < frames; i++)
        {
            if (left-- == 0) { left = 1600 + random.Index(3200); gain = random.Uniform() < 0.2 ? 0 : random.Uniform(0.3, 1); pitchHz = random.Uniform(90, 220); glide = random.Uniform(-80, 80); pole = random.Uniform(0.2, 0.8); }
            pitchHz += glide / SeparationFixture.RateHz;
            phase += pitchHz / SeparationFixture.RateHz;
            phase -= Math.Floor(phase);
            smooth = pole * smooth + (1 - pole) * (2 * phase - 1);
            x[i] = (float)(0.05 * gain * smooth + 1e-4 * random.Normal());
        }
        return x;
    }
}
