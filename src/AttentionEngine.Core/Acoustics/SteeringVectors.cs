using System.Numerics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Core.Acoustics;

/// <summary>
/// Far-field transfer functions from a direction to every microphone of an array, relative to the head's centre in free field
/// (e^{+jωt}; a microphone nearer to the source has the phase of an earlier arrival). For a rigid sphere the field depends on the angle
/// between microphone and source only: it is tabulated once every half degree and read by linear interpolation (error below −55 dB at
/// 8 kHz for a head), so a direction costs microseconds. Measured responses are interpolated between directions without their delays, and the
/// delays apart. Immutable: may be shared by threads.
/// </summary>
public sealed class SteeringVectors
{
    private const int Angles = 361;
    private readonly Vector3D[] _microphones;  // unit vectors (sphere) or positions in metres (free field)
    private readonly int[] _table;             // [M] which radius
    private readonly Complex[][] _tables;      // per distinct radius: [angle × bins]
    private readonly double[] _wavenumber;     // [bins] radians per metre
    private readonly DirectionInterpolator? _measured;
    private readonly Complex[] _aligned = [];  // [directions × bins × M] measured, without delays
    private readonly double[] _delayM = [];    // [directions × M] the delays times the speed of sound

    /// <param name="array">Geometry, head model and sample rate.</param>
    /// <param name="fftSize">N: bin k is the frequency k · rate / N, k = 0 … N/2.</param>
    public SteeringVectors(MicrophoneArray array, int fftSize)
    {
        ArgumentNullException.ThrowIfNull(array);
        Array = array;
        Bins = fftSize / 2 + 1;
        _wavenumber = new double[Bins];
        for (int b = 0; b < Bins; b++) _wavenumber[b] = 2 * Math.PI * b * array.SampleRateHz / fftSize / SoundSpeed.Default;
        _table = new int[array.Count];
        if (array.HeadModel == HeadModelKind.Measured)
        {
            var responses = array.Measured ?? throw new ArgumentException("an array with measured responses needs them", nameof(array));
            _microphones = new Vector3D[array.Count];
            _tables = [];
            _measured = new DirectionInterpolator(responses.DirectionsHead);
            double[] frequenciesHz = [.. Enumerable.Range(0, Bins).Select(b => b * array.SampleRateHz / fftSize)];
            (_aligned, double[] delayS) = responses.Evaluate([.. array.Microphones.Select(m => m.Receiver)], frequenciesHz);
            _delayM = [.. delayS.Select(d => d * SoundSpeed.Default)];
            return;
        }
        if (array.HeadModel == HeadModelKind.FreeField)
        {
            _microphones = [.. array.Microphones.Select(m => m.PositionHeadM)];
            _tables = [];
            return;
        }
        _microphones = [.. array.Microphones.Select(m => m.PositionHeadM.Normalized())];
        var radii = new List<double>();
        for (int m = 0; m < array.Count; m++)
        {
            double radiusM = array.Microphones[m].PositionHeadM.Norm;
            if (radiusM < array.SphereRadiusM + 5e-4) radiusM = array.SphereRadiusM; // rounding in a rig file is on the surface
            int found = radii.FindIndex(r => Math.Abs(r - radiusM) < 1e-5);
            if (found < 0) { found = radii.Count; radii.Add(radiusM); }
            _table[m] = found;
        }
        _tables = [.. radii.Select(r => MakeTable(new RigidSphere(array.SphereRadiusM), r))];
    }

    public MicrophoneArray Array { get; }

    /// <summary>N/2 + 1.</summary>
    public int Bins { get; }

    /// <summary>Transfer functions for one direction.</summary>
    /// <param name="directionHead">Unit vector from the head to the source, HEAD.</param>
    /// <param name="result">[bins × M], bin-major.</param>
    public void Fill(Vector3D directionHead, Span<Complex> result)
    {
        int mics = _microphones.Length;
        if (result.Length != Bins * mics) throw new ArgumentException($"needs [bins × M] = {Bins * mics} values, got {result.Length}", nameof(result));
        if (_measured is not null) { FillMeasured(directionHead, result); return; }
        for (int m = 0; m < mics; m++)
        {
            double projection = directionHead.Dot(_microphones[m]);
            if (_tables.Length == 0) FillFreeField(projection, m, result); else FillSphere(projection, m, result);
        }
    }

    private void FillMeasured(Vector3D direction, Span<Complex> result)
    {
        Span<int> near = stackalloc int[3];
        Span<double> weights = stackalloc double[3];
        int used = _measured!.Fill(direction, near, weights), mics = _microphones.Length, stride = Bins * mics;
        for (int m = 0; m < mics; m++)
        {
            double delayM = 0;
            for (int i = 0; i < used; i++) delayM += weights[i] * _delayM[near[i] * mics + m];
            for (int b = 0; b < Bins; b++)
            {
                Complex sum = 0;
                for (int i = 0; i < used; i++) sum += weights[i] * _aligned[near[i] * stride + b * mics + m];
                var (s, c) = ExactMath.SinCos(_wavenumber[b] * delayM);
                result[b * mics + m] = sum * new Complex(c, -s);
            }
        }
    }

    private void FillFreeField(double projectionM, int m, Span<Complex> result)
    {
        for (int b = 0; b < Bins; b++)
        {
            var (s, c) = ExactMath.SinCos(_wavenumber[b] * projectionM);
            result[b * _microphones.Length + m] = new Complex(c, s);
        }
    }

    private void FillSphere(double cosine, int m, Span<Complex> result)
    {
        double position = ExactMath.Acos(cosine) * ((Angles - 1) / Math.PI);
        int index = Math.Min((int)position, Angles - 2);
        double fraction = position - index;
        var low = _tables[_table[m]].AsSpan(index * Bins, Bins);
        var high = _tables[_table[m]].AsSpan((index + 1) * Bins, Bins);
        for (int b = 0; b < Bins; b++) result[b * _microphones.Length + m] = (1 - fraction) * low[b] + fraction * high[b];
    }

    private Complex[] MakeTable(RigidSphere sphere, double microphoneRadiusM)
    {
        var table = new Complex[Angles * Bins];
        var cosines = new double[Angles];
        for (int i = 0; i < Angles; i++) cosines[i] = ExactMath.SinCos(Math.PI * i / (Angles - 1)).Cos;
        var column = new Complex[Angles];
        for (int b = 0; b < Bins; b++)
        {
            sphere.Fill(_wavenumber[b] * sphere.SoundSpeedMPerS / (2 * Math.PI), microphoneRadiusM, double.PositiveInfinity, cosines, column);
            for (int i = 0; i < Angles; i++) table[i * Bins + b] = column[i];
        }
        return table;
    }
}
