namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Least-squares removal of a few channels from the others.</summary>
internal static class EogRegression
{
    /// <summary>Relative to the largest pivot: EOG channels that are copies of each other are used once.</summary>
    private const double SmallestPivot = 1e-10;

    /// <param name="values">[samples × channels] sample-major.</param>
    public static double[] Remove(double[] values, int channels, int[] from, int[] targets)
    {
        int samples = values.Length / channels;
        var basis = new List<double[]>();
        double largest = 0;
        // Orthogonalise the EOG channels (modified Gram-Schmidt); each target then loses its part along each.
        foreach (int e in from)
        {
            double[] v = Centred(values, channels, e, samples);
            foreach (double[] b in basis) Subtract(v, b, Dot(v, b));
            double energy = Dot(v, v);
            largest = Math.Max(largest, energy);
            if (energy <= SmallestPivot * largest || energy == 0) continue;
            double scale = 1 / Math.Sqrt(energy);
            for (int n = 0; n < samples; n++) v[n] *= scale;
            basis.Add(v);
        }
        var result = (double[])values.Clone();
        foreach (int t in targets)
        {
            double[] centred = Centred(values, channels, t, samples);
            foreach (double[] b in basis)
            {
                double weight = Dot(centred, b);
                for (int n = 0; n < samples; n++) result[n * channels + t] -= weight * b[n];
            }
        }
        return result;
    }

    private static double[] Centred(double[] values, int channels, int channel, int samples)
    {
        var v = new double[samples];
        double mean = 0;
        for (int n = 0; n < samples; n++) mean += v[n] = values[n * channels + channel];
        mean /= Math.Max(1, samples);
        for (int n = 0; n < samples; n++) v[n] -= mean;
        return v;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int n = 0; n < a.Length; n++) sum += a[n] * b[n];
        return sum;
    }

    private static void Subtract(double[] from, double[] what, double scale)
    {
        for (int n = 0; n < from.Length; n++) from[n] -= scale * what[n];
    }
}
