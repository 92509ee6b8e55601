namespace AttentionEngine.Core.Randomness;

/// <summary>
/// xoshiro256** (Blackman &amp; Vigna 2018, public domain algorithm) seeded through splitmix64. Same seed, same numbers on any
/// machine and runtime. Not thread-safe: fork one per component with <see cref="Fork"/>.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;
    private readonly ulong _seed;
    private double _spareNormal = double.NaN;

    public SeededRandom(ulong seed)
    {
        _seed = seed;
        ulong x = seed;
        _s0 = SplitMix(ref x); _s1 = SplitMix(ref x); _s2 = SplitMix(ref x); _s3 = SplitMix(ref x);
    }

    /// <summary>An independent generator whose numbers depend on this one's seed and <paramref name="name"/> only, not on how many numbers were drawn.</summary>
    public SeededRandom Fork(string name)
    {
        ulong h = 14695981039346656037UL ^ _seed;
        foreach (char c in name) h = (h ^ c) * 1099511628211UL;
        return new SeededRandom(h);
    }

    public ulong NextUInt64()
    {
        ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0; _s3 ^= _s1; _s1 ^= _s2; _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public double Uniform(double low, double high) => low + (high - low) * Uniform();

    /// <summary>Uniform integer in [0, <paramref name="count"/>).</summary>
    public int Index(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)(((UInt128)NextUInt64() * (ulong)count) >> 64);
    }

    /// <summary>Standard normal (polar method).</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spareNormal)) { double spare = _spareNormal; _spareNormal = double.NaN; return spare; }
        double u, v, s;
        do { u = 2 * Uniform() - 1; v = 2 * Uniform() - 1; s = u * u + v * v; } while (s is >= 1 or 0);
        double f = Math.Sqrt(-2 * Math.Log(s) / s);
        _spareNormal = v * f;
        return u * f;
    }

    public double Normal(double mean, double standardDeviation) => mean + standardDeviation * Normal();

    /// <summary>Lognormal with the given median; <paramref name="sigma"/> is the standard deviation of the logarithm.</summary>
    public double LogNormal(double median, double sigma) => median * Math.Exp(sigma * Normal());

    public double Exponential(double mean) => -mean * Math.Log(1 - Uniform());

    private static ulong SplitMix(ref ulong x)
    {
        ulong z = x += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
