using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Simulation.Eeg;

/// <summary>Noise with the modulations of speech: syllables of 0.12 to 0.35 s with a random strength, short pauses. Needs no file.</summary>
internal static class SyntheticSpeech
{
    public static float[] Make(double durationS, double rateHz, SeededRandom random)
    {
        var audio = new float[(int)(durationS * rateHz)];
        int i = 0;
        double low = 0;
        while (i < audio.Length)
        {
            double length = random.LogNormal(0.20, 0.35);
            double strength = random.Uniform() < 0.12 ? 0 : random.LogNormal(0.1, 0.5);
            int samples = Math.Max(1, (int)(length * rateHz));
            double tilt = random.Uniform(0.3, 0.9);
            for (int n = 0; n < samples && i < audio.Length; n++, i++)
            {
                low = tilt * low + (1 - tilt) * random.Normal();
                double u = (double)n / samples;
                audio[i] = (float)(strength * low * u * (1 - u) * (1 - u) * 6.75);
            }
        }
        return audio;
    }
}
