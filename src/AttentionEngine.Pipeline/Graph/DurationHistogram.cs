namespace AttentionEngine.Pipeline.Graph;

/// <summary>Durations in logarithmic bins (1 µs to 10 s, 5 % wide): p50, p99, max without allocation. One writer.</summary>
public sealed class DurationHistogram
{
    private const double Ratio = 1.05, FloorMs = 1e-3;
    private readonly long[] _bins = new long[340];
    private double _maxMs, _sumMs;
    private long _count;

    public long Count => Volatile.Read(ref _count);
    public double MaxMs => _maxMs;
    public double MeanMs => _count > 0 ? _sumMs / _count : double.NaN;

    public void Add(double milliseconds)
    {
        int bin = milliseconds <= FloorMs ? 0 : Math.Min(_bins.Length - 1, 1 + (int)(Math.Log(milliseconds / FloorMs) / Math.Log(Ratio)));
        _bins[bin]++;
        _sumMs += milliseconds;
        if (milliseconds > _maxMs) _maxMs = milliseconds;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <param name="fraction">0.5 for the median, 0.99 for p99.</param>
    /// <returns>Upper edge of the bin, ms; NaN when empty.</returns>
    public double PercentileMs(double fraction)
    {
        if (_count == 0) return double.NaN;
        long target = (long)Math.Ceiling(fraction * _count), seen = 0;
        for (int i = 0; i < _bins.Length; i++)
        {
            seen += _bins[i];
            if (seen >= target) return Math.Min(_maxMs, FloorMs * Math.Pow(Ratio, i));
        }
        return _maxMs;
    }
}
