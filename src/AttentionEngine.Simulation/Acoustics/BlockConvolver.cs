using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>One signal through many long responses, block by block (overlap-save). Blocks come out in order, each a whole number of hops.</summary>
public sealed class BlockConvolver
{
    private readonly RealFft<float> _fft;
    private readonly int _history;
    private readonly float[][] _re, _im;   // [responses][bins]
    private readonly float[] _segment, _xRe, _xIm, _yRe, _yIm;

    /// <param name="responses">Of equal length.</param>
    /// <param name="hop">Blocks are a multiple of this many samples.</param>
    public BlockConvolver(IReadOnlyList<float[]> responses, int hop)
    {
        int length = responses[0].Length;
        _history = (length + hop - 1) / hop * hop;
        _fft = new RealFft<float>((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * _history, 16 * hop)));
        BlockSamples = _fft.Size - _history;
        _segment = new float[_fft.Size];
        (_xRe, _xIm, _yRe, _yIm) = (new float[_fft.Bins], new float[_fft.Bins], new float[_fft.Bins], new float[_fft.Bins]);
        (_re, _im) = (new float[responses.Count][], new float[responses.Count][]);
        for (int r = 0; r < responses.Count; r++)
        {
            Array.Clear(_segment);
            responses[r].CopyTo(_segment, 0);
            (_re[r], _im[r]) = (new float[_fft.Bins], new float[_fft.Bins]);
            _fft.Forward(_segment, _re[r], _im[r]);
        }
    }

    public int BlockSamples { get; }

    /// <summary>Convolves one block with every response.</summary>
    /// <param name="signal">The whole signal.</param>
    /// <param name="start">First sample of the block.</param>
    /// <param name="outputs">[responses] each at least <paramref name="offset"/> + <see cref="BlockSamples"/> long; filled from the offset on.</param>
    /// <returns>False when nothing sounds in this block; the outputs are zero then.</returns>
    public bool Process(ReadOnlySpan<float> signal, int start, float[][] outputs, int offset)
    {
        int from = Math.Max(0, start - _history), to = Math.Min(signal.Length, start + BlockSamples);
        bool sounds = from < to && signal[from..to].ContainsAnyExcept(0f);
        if (!sounds)
        {
            foreach (float[] output in outputs) output.AsSpan(offset, BlockSamples).Clear();
            return false;
        }
        Array.Clear(_segment);
        signal[from..to].CopyTo(_segment.AsSpan(from - (start - _history)));
        _fft.Forward(_segment, _xRe, _xIm);
        for (int r = 0; r < _re.Length; r++)
        {
            Multiply(_re[r], _im[r]);
            _fft.Inverse(_yRe, _yIm, _segment);
            _segment.AsSpan(_history, BlockSamples).CopyTo(outputs[r].AsSpan(offset));
        }
        return true;
    }

    private void Multiply(float[] hRe, float[] hIm)
    {
        int v = Vector<float>.Count, b = 0;
        for (; b <= hRe.Length - v; b += v)
        {
            Vector<float> xr = new(_xRe, b), xi = new(_xIm, b), hr = new(hRe, b), hi = new(hIm, b);
            (xr * hr - xi * hi).CopyTo(_yRe, b);
            (xr * hi + xi * hr).CopyTo(_yIm, b);
        }
        for (; b < hRe.Length; b++)
        {
            _yRe[b] = _xRe[b] * hRe[b] - _xIm[b] * hIm[b];
            _yIm[b] = _xRe[b] * hIm[b] + _xIm[b] * hRe[b];
        }
    }
}
