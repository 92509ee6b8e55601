namespace AttentionEngine.Perception.Doa;

/// <param name="AzimuthHeadRad">Counter-clockwise from front, HEAD.</param>
/// <param name="Power">How much of what is heard fits this direction, [0, 1].</param>
public readonly record struct DirectionPeak(double AzimuthHeadRad, double Power);

/// <summary>Where sound comes from, in the horizontal plane.</summary>
public interface IDirectionFinder
{
    /// <param name="block">One channel per microphone, any number of frames.</param>
    void Add(Core.Streams.AudioBlock block);

    /// <summary>The directions of the talkers who were heard lately, the clearest first.</summary>
    /// <param name="peaks">At most this many are wanted.</param>
    /// <param name="separationRad">Two are at least this far apart.</param>
    /// <param name="least">Power below which there is nobody.</param>
    /// <returns>Peaks written.</returns>
    int FindPeaks(Span<DirectionPeak> peaks, double separationRad, double least = 0);
}

/// <summary>Maxima of a function on a ring of directions.</summary>
internal static class RingPeaks
{
    /// <summary>The highest local maximum that is clear of those found before.</summary>
    /// <returns>Position in steps, between grid points by a parabola, or NaN where there is none.</returns>
    public static double Highest(ReadOnlySpan<float> map, ReadOnlySpan<DirectionPeak> clearOf, double separationRad, Func<int, double> azimuthRad)
    {
        int best = -1, n = map.Length;
        for (int d = 0; d < n; d++)
            if (map[d] >= map[(d + 1) % n] && map[d] > map[(d + n - 1) % n] && (best < 0 || map[d] > map[best]) && IsClear(clearOf, azimuthRad(d), separationRad)) best = d;
        if (best < 0) return double.NaN;
        double before = map[(best + n - 1) % n], at = map[best], after = map[(best + 1) % n], curve = before - 2 * at + after;
        return best + (curve < 0 ? Math.Clamp(0.5 * (before - after) / curve, -0.5, 0.5) : 0);
    }

    private static bool IsClear(ReadOnlySpan<DirectionPeak> peaks, double azimuthRad, double separationRad)
    {
        foreach (var peak in peaks)
            if (Math.Abs(Core.Geometry.Angles.WrapRad(peak.AzimuthHeadRad - azimuthRad)) < separationRad) return false;
        return true;
    }
}
