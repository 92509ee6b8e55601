using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Attention.Features;

/// <summary>Small functions that the features share; same bits on any processor.</summary>
internal static class FeatureMath
{
    public const double Degree = Math.PI / 180;

    /// <summary>Angle between unit vectors, radians, exact near 0 and near π.</summary>
    public static double AngleRad(Vector3D a, Vector3D b)
    {
        double sum = (a + b).Norm, difference = (a - b).Norm;
        return sum == 0 ? Math.PI : 2 * ExactMath.Atan(difference / sum);
    }

    /// <summary>exp(−½ (angle / width)²).</summary>
    public static double Bump(double angleRad, double widthDeg)
    {
        double x = angleRad / (widthDeg * Degree);
        return ExactMath.Exp(-0.5 * x * x);
    }

    /// <summary>What an exponential window of <paramref name="tauS"/> keeps after <paramref name="dtS"/>.</summary>
    public static double Keep(double dtS, double tauS) => dtS <= 0 ? 1 : ExactMath.Exp(-dtS / tauS);

    public static void Smooth(ref double state, double value, double keep) => state = keep * state + (1 - keep) * value;

    /// <summary>The smallest angle of the other talkers minus this one's, over 30°, within ±1; 0 for a lone talker.</summary>
    public static double Margin(ReadOnlySpan<double> anglesRad, int talker)
    {
        double other = double.PositiveInfinity;
        for (int k = 0; k < anglesRad.Length; k++)
            if (k != talker && anglesRad[k] < other) other = anglesRad[k];
        return double.IsInfinity(other) ? 0 : Math.Clamp((other - anglesRad[talker]) / (30 * Degree), -1, 1);
    }
}
