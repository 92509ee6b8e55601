namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// A few numbers that stand for one tick of a beam, so that two runs can be compared without its samples: sums of the samples with fixed
/// random signs (Alon, Matias and Szegedy 1996). The square of the difference of two such sums has, over the signs, the mean of the
/// energy of the samples' difference: any difference shows, whatever its shape, and its size is known to about a third.
/// </summary>
public static class BeamSketch
{
    /// <summary>Sums of one beam.</summary>
    public const int Sums = 4;

    /// <param name="samples">Planar [K × frames].</param>
    /// <param name="firstSample">Number of the first of the frames since the start: the signs hang on it.</param>
    /// <param name="sketch">[K × 4], overwritten.</param>
    public static void Of(ReadOnlySpan<float> samples, int frames, long firstSample, Span<double> sketch)
    {
        sketch.Clear();
        for (int k = 0; k < sketch.Length / Sums; k++)
        {
            double a = 0, b = 0, c = 0, d = 0;
            for (int i = 0; i < frames; i++)
            {
                ulong signs = Signs((ulong)(firstSample + i));
                double x = samples[k * frames + i];
                a += (signs & 1) == 0 ? x : -x;
                b += (signs & 2) == 0 ? x : -x;
                c += (signs & 4) == 0 ? x : -x;
                d += (signs & 8) == 0 ? x : -x;
            }
            (sketch[Sums * k], sketch[Sums * k + 1], sketch[Sums * k + 2], sketch[Sums * k + 3]) = (a, b, c, d);
        }
    }

    /// <summary>RMS over the tick's samples of the difference of two beams, as far as their sketches tell.</summary>
    /// <param name="one">[4] of one talker.</param>
    /// <param name="two">[4] of the same.</param>
    public static double RmsDifference(ReadOnlySpan<double> one, ReadOnlySpan<double> two, int frames)
    {
        double energy = 0;
        for (int j = 0; j < Sums; j++) energy += (one[j] - two[j]) * (one[j] - two[j]);
        return frames > 0 ? Math.Sqrt(energy / Sums / frames) : 0;
    }

    // SplitMix64 (Steele, Lea and Flood 2014) of the sample's number.
    private static ulong Signs(ulong x)
    {
        x += 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
