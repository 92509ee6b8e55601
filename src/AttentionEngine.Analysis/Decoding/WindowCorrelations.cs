namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The correlations of <see cref="Correlations.InWindows"/> for many predictions against the same envelopes and at all window lengths: sums over blocks that divide
/// every window are taken once, and windows add them up. Envelopes and predictions are centred over the trial first, so that little is lost to cancellation.
/// </summary>
internal sealed class WindowCorrelations
{
    private const int LeastBlock = 8;
    private readonly double[][] _envelopes;
    private readonly int[] _windowSamples;
    private readonly int _block, _blocks;
    private readonly double[][] _sums, _squares;

    /// <param name="envelopes">[K][samples]</param>
    public WindowCorrelations(double[][] envelopes, int[] windowSamples)
    {
        _windowSamples = windowSamples;
        _envelopes = [.. envelopes.Select(Centred)];
        _block = windowSamples.Length == 0 ? 1 : windowSamples.Aggregate(Divisor);
        _blocks = envelopes[0].Length / _block;
        _sums = [.. _envelopes.Select(e => Blocks(e, null))];
        _squares = [.. _envelopes.Select(e => Blocks(e, e))];
    }

    /// <returns>[window length][window × K]</returns>
    public double[][] Of(ReadOnlySpan<double> prediction)
    {
        if (_block < LeastBlock)
        {
            var direct = new double[_windowSamples.Length][];
            for (int w = 0; w < direct.Length; w++) direct[w] = Correlations.InWindows(prediction, _envelopes, _windowSamples[w]);
            return direct;
        }
        double[] p = Centred(prediction), sums = Blocks(p, null), squares = Blocks(p, p);
        double[][] cross = [.. _envelopes.Select(e => Blocks(p, e))];
        return [.. _windowSamples.Select(w => InWindows(w, sums, squares, cross))];
    }

    private double[] InWindows(int samples, double[] sums, double[] squares, double[][] cross)
    {
        int per = samples / _block, windows = _envelopes[0].Length / samples, talkers = _envelopes.Length;
        var r = new double[windows * talkers];
        for (int w = 0; w < windows; w++)
            for (int k = 0; k < talkers; k++)
            {
                double a = 0, aa = 0, b = 0, bb = 0, ab = 0;
                for (int i = w * per; i < (w + 1) * per; i++) (a, aa, b, bb, ab) = (a + sums[i], aa + squares[i], b + _sums[k][i], bb + _squares[k][i], ab + cross[k][i]);
                double va = aa - a * a / samples, vb = bb - b * b / samples;
                r[w * talkers + k] = va > 1e-12 * aa && vb > 1e-12 * bb ? (ab - a * b / samples) / Math.Sqrt(va * vb) : 0;
            }
        return r;
    }

    private double[] Blocks(double[] a, double[]? b)
    {
        var sums = new double[_blocks];
        for (int i = 0; i < _blocks; i++) sums[i] = b is null ? RowMath.Sum(a.AsSpan(i * _block, _block)) : RowMath.Dot(a.AsSpan(i * _block, _block), b.AsSpan(i * _block, _block));
        return sums;
    }

    private static double[] Centred(double[] values) => Centred(values.AsSpan());

    private static double[] Centred(ReadOnlySpan<double> values)
    {
        double mean = RowMath.Sum(values) / values.Length;
        double[] centred = values.ToArray();
        foreach (ref double v in centred.AsSpan()) v -= mean;
        return centred;
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
