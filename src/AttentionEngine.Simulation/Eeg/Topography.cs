using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>Scalp patterns of current dipoles: the potential in an infinite homogeneous medium, average-referenced. Enough for smooth, plausible maps; not a head model.</summary>
internal static class Topography
{
    /// <summary>[32] pattern of unit root mean square.</summary>
    public static double[] Dipole(Vector3D place, Vector3D moment) => Normalize(Raw(place, moment));

    /// <summary>A smooth random pattern: a dipole anywhere in the brain, [32] of unit root mean square.</summary>
    public static double[] RandomDipole(SeededRandom random)
    {
        var place = 0.75 * Math.Cbrt(random.Uniform()) * Direction(random);
        if (place.Z < -0.3) place = place with { Z = -place.Z };
        return Dipole(place, Direction(random));
    }

    /// <summary>
    /// Auditory response: one dipole in each temporal lobe, pointing to the fronto-central scalp, so that the sign turns over below the
    /// Sylvian fissure (Vaughan &amp; Ritter 1970). Places, directions and the balance of the two sides differ between listeners.
    /// </summary>
    public static double[] Auditory(SeededRandom random)
    {
        var left = Raw(Jitter(new Vector3D(0.02, 0.5, 0.12), 0.05, random), Jitter(new Vector3D(0.3, -0.1, 0.9), 0.15, random));
        var right = Raw(Jitter(new Vector3D(0.02, -0.5, 0.12), 0.05, random), Jitter(new Vector3D(0.3, 0.1, 0.9), 0.15, random));
        double balance = Math.Exp(random.Normal(0, 0.2));
        var sum = new double[left.Length];
        for (int c = 0; c < sum.Length; c++) sum[c] = left[c] / balance + right[c] * balance;
        return Normalize(sum);
    }

    /// <summary>Blinks: two dipoles behind the eyes, pointing up and forward; [32] with 1 at the mean of Fp1 and Fp2.</summary>
    public static double[] Blink(SeededRandom random)
    {
        var left = Raw(Jitter(new Vector3D(0.72, 0.3, -0.2), 0.02, random), Jitter(new Vector3D(0.8, 0, 0.6), 0.08, random));
        var right = Raw(Jitter(new Vector3D(0.72, -0.3, -0.2), 0.02, random), Jitter(new Vector3D(0.8, 0, 0.6), 0.08, random));
        var sum = new double[left.Length];
        for (int c = 0; c < sum.Length; c++) sum[c] = left[c] + right[c];
        double frontal = (sum[EegMontage.Labels.ToList().IndexOf("Fp1")] + sum[EegMontage.Labels.ToList().IndexOf("Fp2")]) / 2;
        for (int c = 0; c < sum.Length; c++) sum[c] /= frontal;
        return sum;
    }

    private static Vector3D Jitter(Vector3D v, double sd, SeededRandom random) =>
        v + new Vector3D(random.Normal(0, sd), random.Normal(0, sd), random.Normal(0, sd));

    private static Vector3D Direction(SeededRandom random) => new Vector3D(random.Normal(), random.Normal(), random.Normal()).Normalized();

    private static double[] Raw(Vector3D place, Vector3D moment)
    {
        var pattern = new double[EegMontage.Count];
        for (int c = 0; c < pattern.Length; c++)
        {
            var offset = EegMontage.Positions[c] - place;
            double r = offset.Norm;
            pattern[c] = offset.Dot(moment) / (r * r * r);
        }
        double mean = pattern.Average();
        for (int c = 0; c < pattern.Length; c++) pattern[c] -= mean;
        return pattern;
    }

    private static double[] Normalize(double[] pattern)
    {
        double rms = Math.Sqrt(pattern.Sum(v => v * v) / pattern.Length);
        for (int c = 0; c < pattern.Length; c++) pattern[c] /= rms;
        return pattern;
    }
}
