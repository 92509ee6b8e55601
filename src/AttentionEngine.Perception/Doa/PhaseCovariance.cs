using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception.Doa;

/// <summary>
/// What both direction finders start from: smoothed products φ_m φ_n* of the microphones' phases (the phase transform) in each bin, every bin
/// weighted by how far it stands clear of its noise floor at that moment. The direction finders read it when a tick asks, so that a search over
/// directions costs once per tick and not once per frame. Fixed order of operations, eight lanes; nothing is allocated after the constructor.
/// </summary>
public sealed class PhaseCovariance
{
    public const int FftSize = 512;
    private const int Hop = FftSize / 2, Lanes = 8;
    private const double LowestHz = 300, HighestHz = 4500;
    private const float FloorRisePerS = 1.6f;          // 2 dB a second: a floor follows a noise that grows, and not a sentence
    private const float PowerSmooth = 0.5f, Over = 2.5f, AbsoluteFloor = 1e-9f, Tiny = 1e-30f;

    private readonly RealFft<float> _fft = new(FftSize);
    private readonly float[] _window = new float[FftSize], _frame = new float[FftSize], _re = new float[FftSize / 2 + 1], _im = new float[FftSize / 2 + 1];
    private readonly float[] _input;                   // [M × FftSize] newest samples
    private readonly float[] _phaseRe, _phaseIm;       // [M × Width]
    private readonly float[] _power, _smooth, _floor, _weight, _gain; // [Width]
    private readonly float[] _pairRe, _pairIm;         // [pairs × Width]
    private readonly float _share, _rise;
    private int _filled;
    private readonly bool _sharp;
    private bool _started;

    /// <param name="memoryS">Time constant of the products, seconds.</param>
    /// <param name="sharp">Weights squared: less from bins that are half noise.</param>
    public PhaseCovariance(MicrophoneArray array, double memoryS, bool sharp)
    {
        Array = array;
        _sharp = sharp;
        FirstBin = Math.Max(1, (int)Math.Ceiling(LowestHz * FftSize / array.SampleRateHz));
        Bins = Math.Min(FftSize / 2 - 1, (int)(HighestHz * FftSize / array.SampleRateHz)) - FirstBin + 1;
        Width = (Bins + Lanes - 1) / Lanes * Lanes;
        Pairs = array.Count * (array.Count - 1) / 2;
        _input = new float[array.Count * FftSize];
        (_phaseRe, _phaseIm) = (new float[array.Count * Width], new float[array.Count * Width]);
        (_power, _smooth, _floor, _weight, _gain) = (new float[Width], new float[Width], new float[Width], new float[Width], new float[Width]);
        (_pairRe, _pairIm) = (new float[Pairs * Width], new float[Pairs * Width]);
        double hopS = Hop / array.SampleRateHz;
        _share = (float)(1 - ExactMath.Exp(-hopS / memoryS));
        _rise = (float)ExactMath.Pow(FloorRisePerS, hopS);
        for (int i = 0; i < FftSize; i++) _window[i] = (float)(0.5 - 0.5 * ExactMath.SinCos(2 * Math.PI * (i + 0.5) / FftSize).Cos);
    }

    public MicrophoneArray Array { get; }

    /// <summary>First bin of the FFT that is used; from 300 to 4500 Hz.</summary>
    public int FirstBin { get; }

    /// <summary>Bins in use.</summary>
    public int Bins { get; }

    /// <summary>Bins rounded up to whole vectors: the stride of every array here. What lies beyond <see cref="Bins"/> is 0.</summary>
    public int Width { get; }

    /// <summary>M(M−1)/2, in the order (0,1), (0,2) … (1,2) ….</summary>
    public int Pairs { get; }

    /// <summary>[Width] smoothed weights: what the products would be if all microphones had the phases of one source.</summary>
    public ReadOnlySpan<float> Weight => _weight;

    /// <summary>[pairs × Width] Σ weight φ_m φ_n*, real parts.</summary>
    public ReadOnlySpan<float> PairRe => _pairRe;

    /// <summary>[pairs × Width] imaginary parts.</summary>
    public ReadOnlySpan<float> PairIm => _pairIm;

    /// <summary>Frames analysed so far.</summary>
    public long Frames { get; private set; }

    /// <param name="block">One channel per microphone; any number of frames.</param>
    public void Add(AudioBlock block)
    {
        if (block.Channels != Array.Count) throw new ArgumentException($"A block of {block.Channels} channels came where the array has {Array.Count} microphones.");
        for (int done = 0; done < block.Frames;)
        {
            int take = Math.Min(block.Frames - done, FftSize - _filled);
            for (int m = 0; m < block.Channels; m++) block.Channel(m).Slice(done, take).CopyTo(_input.AsSpan(m * FftSize + _filled, take));
            _filled += take;
            done += take;
            if (_filled < FftSize) continue;
            Analyse();
            for (int m = 0; m < block.Channels; m++) _input.AsSpan(m * FftSize + Hop, FftSize - Hop).CopyTo(_input.AsSpan(m * FftSize));
            _filled = FftSize - Hop;
        }
    }

    private void Analyse()
    {
        Span<float> power = _power;
        power.Clear();
        for (int m = 0; m < Array.Count; m++)
        {
            for (int i = 0; i < FftSize; i++) _frame[i] = _window[i] * _input[m * FftSize + i];
            _fft.Forward(_frame, _re, _im);
            for (int b = 0; b < Bins; b++)
            {
                float re = _re[FirstBin + b], im = _im[FirstBin + b], square = re * re + im * im, scale = square > Tiny ? 1 / MathF.Sqrt(square) : 0;
                power[b] += square;
                _phaseRe[m * Width + b] = re * scale;
                _phaseIm[m * Width + b] = im * scale;
            }
        }
        Weigh();
        Accumulate();
        Frames++;
    }

    private void Weigh()
    {
        float scale = 1f / (Array.Count * FftSize * FftSize);
        for (int b = 0; b < Bins; b++)
        {
            float power = _power[b] * scale;
            _smooth[b] = _started ? _smooth[b] + PowerSmooth * (power - _smooth[b]) : power;
            _floor[b] = _started ? Math.Min(_smooth[b], _floor[b] * _rise) : _smooth[b];
            float clear = power / (power + Over * _floor[b] + AbsoluteFloor / Bins);
            _gain[b] = _sharp ? clear * clear : clear;
        }
        _started = true;
        for (int b = 0; b < Bins; b++) _weight[b] += _share * (_gain[b] - _weight[b]);
    }

    private void Accumulate()
    {
        var share = Vector256.Create(_share);
        for (int m = 0, pair = 0; m < Array.Count; m++)
        {
            for (int n = m + 1; n < Array.Count; n++, pair++)
            {
                Span<Vector256<float>> ar = Vectors(_phaseRe, m), ai = Vectors(_phaseIm, m);
                Span<Vector256<float>> br = Vectors(_phaseRe, n), bi = Vectors(_phaseIm, n);
                Span<Vector256<float>> sumRe = Vectors(_pairRe, pair), sumIm = Vectors(_pairIm, pair), gain = Vectors(_gain, 0);
                for (int v = 0; v < sumRe.Length; v++)
                {
                    sumRe[v] += share * (gain[v] * (ar[v] * br[v] + ai[v] * bi[v]) - sumRe[v]);
                    sumIm[v] += share * (gain[v] * (ai[v] * br[v] - ar[v] * bi[v]) - sumIm[v]);
                }
            }
        }
    }

    private Span<Vector256<float>> Vectors(float[] rows, int row) => MemoryMarshal.Cast<float, Vector256<float>>(rows.AsSpan(row * Width, Width));
}
