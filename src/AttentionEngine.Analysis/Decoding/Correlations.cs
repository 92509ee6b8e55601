namespace AttentionEngine.Analysis.Decoding;

/// <summary>Pearson correlation over whole trials and over decision windows.</summary>
public static class Correlations
{
    /// <returns>0 where one of the two does not vary.</returns>
    public static double Pearson(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"{a.Length} and {b.Length} samples cannot be correlated.", nameof(b));
        double meanA = Mean(a), meanB = Mean(b), ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double u = a[i] - meanA, v = b[i] - meanB;
            (ab, aa, bb) = (ab + u * v, aa + u * u, bb + v * v);
        }
        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }

    /// <summary>Windows without overlap from the start of the trial; a remainder shorter than a window is not used.</summary>
    /// <param name="prediction">[samples]</param>
    /// <param name="envelopes">[K][samples]</param>
    /// <returns>[window × K] row-major.</returns>
    public static double[] InWindows(ReadOnlySpan<double> prediction, double[][] envelopes, int windowSamples)
    {
        ArgumentNullException.ThrowIfNull(envelopes);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowSamples, 2);
        int windows = prediction.Length / windowSamples, talkers = envelopes.Length;
        var r = new double[windows * talkers];
        for (int w = 0; w < windows; w++)
            for (int k = 0; k < talkers; k++)
                r[w * talkers + k] = Pearson(prediction.Slice(w * windowSamples, windowSamples), envelopes[k].AsSpan(w * windowSamples, windowSamples));
        return r;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double v in values) sum += v;
        return sum / values.Length;
    }
}
