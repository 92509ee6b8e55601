using System.Numerics;
using System.Runtime.Intrinsics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Core.Acoustics;

/// <summary>
/// Measured transfer functions from D directions to R receivers, as impulse responses or as transfer functions on a frequency grid. They
/// are read at any frequency, which makes resampling exact: an impulse response's Fourier transform is evaluated where it is asked for.
/// Immutable.
/// </summary>
public sealed class MeasuredResponses
{
    private const double NormLowHz = 200, NormHighHz = 1000;
    private readonly double[] _responses;      // [D × R × N]
    private readonly double[] _delayS;         // [D × R] that come on top of the responses
    private readonly double _rateHz;           // of impulse responses; 0 for transfer functions
    private readonly Complex[] _transfer;      // [D × R × F]
    private readonly double[] _frequenciesHz;  // [F]
    private readonly double _commonStepRad;    // phase from one frequency to the next, mean over all

    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="directionsHead">D unit vectors to the source, HEAD.</param>
    /// <param name="receiversHeadM">R positions, metres.</param>
    /// <param name="responses">[D × R × N].</param>
    /// <param name="delayS">[D × R] seconds that come on top.</param>
    /// <param name="rateHz">Of the responses.</param>
    public MeasuredResponses(string source, IReadOnlyList<Vector3D> directionsHead, IReadOnlyList<Vector3D> receiversHeadM, double[] responses, double[] delayS, double rateHz)
        : this(source, directionsHead, receiversHeadM, responses, delayS, rateHz, [], []) => HighestHz = rateHz / 2;

    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="directionsHead">D unit vectors to the source, HEAD.</param>
    /// <param name="receiversHeadM">R positions, metres.</param>
    /// <param name="transfer">[D × R × F].</param>
    /// <param name="frequenciesHz">[F] rising.</param>
    public MeasuredResponses(string source, IReadOnlyList<Vector3D> directionsHead, IReadOnlyList<Vector3D> receiversHeadM, Complex[] transfer, double[] frequenciesHz)
        : this(source, directionsHead, receiversHeadM, [], [], 0, transfer, frequenciesHz)
    {
        HighestHz = frequenciesHz[^1];
        _commonStepRad = CommonStep();
    }

    private MeasuredResponses(string source, IReadOnlyList<Vector3D> directions, IReadOnlyList<Vector3D> receivers, double[] responses, double[] delayS, double rateHz, Complex[] transfer, double[] frequenciesHz)
    {
        (Source, DirectionsHead, ReceiversHeadM) = (source, directions, receivers);
        (_responses, _delayS, _rateHz, _transfer, _frequenciesHz) = (responses, delayS, rateHz, transfer, frequenciesHz);
    }

    public string Source { get; }
    public IReadOnlyList<Vector3D> DirectionsHead { get; }
    public IReadOnlyList<Vector3D> ReceiversHeadM { get; }

    /// <summary>Frequency up to which there are data.</summary>
    public double HighestHz { get; }

    /// <summary>The same without some directions.</summary>
    public MeasuredResponses Without(IReadOnlyCollection<int> directions)
    {
        int[] kept = [.. Enumerable.Range(0, DirectionsHead.Count).Except(directions)];
        Vector3D[] heard = [.. kept.Select(d => DirectionsHead[d])];
        T[] Of<T>(T[] values) => [.. kept.SelectMany(d => values.AsSpan(d * (values.Length / DirectionsHead.Count), values.Length / DirectionsHead.Count).ToArray())];
        return _rateHz > 0
            ? new MeasuredResponses(Source, heard, ReceiversHeadM, Of(_responses), Of(_delayS), _rateHz)
            : new MeasuredResponses(Source, heard, ReceiversHeadM, Of(_transfer), _frequenciesHz);
    }

    /// <summary>
    /// Spectra without their delay, and the delays, so that both can be interpolated between directions. The delay of a response is the centroid
    /// of its energy (its energy-weighted mean group delay), relative to the mean over all; levels are relative to the mean power of 200 to 1000 Hz over all.
    /// </summary>
    /// <param name="receivers">M receivers, from 0.</param>
    /// <param name="frequenciesHz">[bins] rising, up to <see cref="HighestHz"/>.</param>
    /// <returns>[D × bins × M] and [D × M] seconds.</returns>
    internal (Complex[] Aligned, double[] DelayS) Evaluate(IReadOnlyList<int> receivers, double[] frequenciesHz)
    {
        int mics = receivers.Count, bins = frequenciesHz.Length, directions = DirectionsHead.Count;
        var delayS = new double[directions * mics];
        double mean = 0;
        for (int d = 0; d < directions; d++)
            for (int m = 0; m < mics; m++) mean += delayS[d * mics + m] = Delay(d, receivers[m]);
        mean /= delayS.Length;
        for (int i = 0; i < delayS.Length; i++) delayS[i] -= mean;

        var aligned = new Complex[directions * bins * mics];
        double power = 0;
        int counted = 0;
        var (cos, sin) = (new double[Length], new double[Length]);
        for (int b = 0; b < bins; b++)
        {
            double f = frequenciesHz[b];
            bool inBand = f >= NormLowHz && f <= NormHighHz;
            for (int n = 0; n < cos.Length; n++) (sin[n], cos[n]) = ExactMath.SinCos(2 * Math.PI * f * n / _rateHz);
            for (int d = 0; d < directions; d++)
                for (int m = 0; m < mics; m++)
                {
                    int row = d * ReceiversHeadM.Count + receivers[m];
                    double extraS = _rateHz > 0 ? _delayS[row] : 0;
                    Complex h = _rateHz > 0 ? Transform(_responses.AsSpan(row * Length, Length), cos, sin) : Interpolate(row, f, delayS[d * mics + m] + mean);
                    var (s, c) = ExactMath.SinCos(2 * Math.PI * f * (delayS[d * mics + m] + mean - extraS));
                    h *= new Complex(c, s);
                    aligned[(d * bins + b) * mics + m] = h;
                    if (inBand) { power += h.Real * h.Real + h.Imaginary * h.Imaginary; counted++; }
                }
        }
        if (counted > 0 && power > 0)
        {
            double scale = 1 / Math.Sqrt(power / counted);
            for (int i = 0; i < aligned.Length; i++) aligned[i] *= scale;
        }
        return (aligned, delayS);
    }

    private int Length => _rateHz > 0 ? _responses.Length / (DirectionsHead.Count * ReceiversHeadM.Count) : 0;

    private double Delay(int direction, int receiver)
    {
        int row = direction * ReceiversHeadM.Count + receiver;
        if (_rateHz > 0)
        {
            double energy = 0, moment = 0;
            for (int n = 0; n < Length; n++)
            {
                double e = _responses[row * Length + n] * _responses[row * Length + n];
                energy += e;
                moment += n * e;
            }
            return _delayS[row] + (energy > 0 ? moment / energy / _rateHz : 0);
        }
        // Phase from one frequency to the next, energy-weighted; unwrapped around the mean over all directions and receivers.
        Complex sum = 0;
        var h = _transfer.AsSpan(row * _frequenciesHz.Length, _frequenciesHz.Length);
        var (ks, kc) = ExactMath.SinCos(_commonStepRad);
        for (int k = 1; k < h.Length; k++) sum += h[k] * Complex.Conjugate(h[k - 1]) * new Complex(kc, -ks);
        return -(_commonStepRad + Angle(sum)) / (2 * Math.PI * MeanStepHz);
    }

    private double MeanStepHz => (_frequenciesHz[^1] - _frequenciesHz[0]) / (_frequenciesHz.Length - 1);

    private double CommonStep()
    {
        int count = _frequenciesHz.Length;
        Complex sum = 0;
        for (int row = 0; row < _transfer.Length / count; row++)
            for (int k = 1; k < count; k++) sum += _transfer[row * count + k] * Complex.Conjugate(_transfer[row * count + k - 1]);
        return Angle(sum);
    }

    // Of the transfer function without its delay, straight lines between the grid's frequencies, constant below the lowest.
    private Complex Interpolate(int row, double frequencyHz, double delayS)
    {
        int count = _frequenciesHz.Length, above = Array.BinarySearch(_frequenciesHz, frequencyHz);
        if (above < 0) above = ~above;
        above = Math.Clamp(above, 1, count - 1);
        double low = _frequenciesHz[above - 1], high = _frequenciesHz[above], part = Math.Clamp((frequencyHz - low) / (high - low), 0, 1);
        Complex h = (1 - part) * Aligned(above - 1) + part * Aligned(above);
        var (s, c) = ExactMath.SinCos(2 * Math.PI * frequencyHz * delayS);
        return h * new Complex(c, -s);

        Complex Aligned(int k)
        {
            var (sk, ck) = ExactMath.SinCos(2 * Math.PI * _frequenciesHz[k] * delayS);
            return _transfer[row * count + k] * new Complex(ck, sk);
        }
    }

    private static double Angle(Complex z) => z == Complex.Zero ? 0 : z.Imaginary < 0 ? -ExactMath.Acos(z.Real / Complex.Abs(z)) : ExactMath.Acos(z.Real / Complex.Abs(z));

    // Fixed order of operations: the same bits on any machine.
    private static Complex Transform(ReadOnlySpan<double> response, ReadOnlySpan<double> cos, ReadOnlySpan<double> sin)
    {
        Vector256<double> re = default, im = default;
        int n = 0;
        for (; n + 4 <= response.Length; n += 4)
        {
            var h = Vector256.Create(response.Slice(n, 4));
            re += h * Vector256.Create(cos.Slice(n, 4));
            im += h * Vector256.Create(sin.Slice(n, 4));
        }
        double r = (re[0] + re[1]) + (re[2] + re[3]), i = (im[0] + im[1]) + (im[2] + im[3]);
        for (; n < response.Length; n++) { r += response[n] * cos[n]; i += response[n] * sin[n]; }
        return new Complex(r, -i);
    }
}
