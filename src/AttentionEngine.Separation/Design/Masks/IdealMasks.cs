using System.Numerics;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>Masks from the classes' own images: what a perfect network would say. For benchmarks.</summary>
internal sealed class IdealMasks : IMaskSource
{
    private readonly double[][][] _frames; // [T][K + 1][bins]
    private readonly int _bins;
    private int _next;

    /// <param name="images">[K + 1 × M × n]: each talker's image at the microphones, then everything else.</param>
    public IdealMasks(ReadOnlySpan<float> images, int talkers, int microphones)
    {
        int samples = images.Length / ((talkers + 1) * microphones), hop = MaskFeatures.Hop;
        _bins = MaskFeatures.FftSize / 2 + 1;
        _frames = new double[samples / hop][][];
        for (int t = 0; t < _frames.Length; t++) _frames[t] = [.. Enumerable.Range(0, talkers + 1).Select(_ => new double[_bins])];
        var part = new float[microphones * hop];
        for (int c = 0; c <= talkers; c++)
        {
            var spectra = new SpectralFrames(microphones, MaskFeatures.FftSize, hop);
            for (int t = 0; t < _frames.Length; t++)
            {
                for (int m = 0; m < microphones; m++) images.Slice((c * microphones + m) * samples + t * hop, hop).CopyTo(part.AsSpan(m * hop));
                int at = 0;
                spectra.TryNext(part, hop, ref at);
                for (int b = 0; b < _bins; b++)
                    for (int m = 0; m < microphones; m++) { Complex x = spectra.Spectrum[b * microphones + m]; _frames[t][c][b] += HermitianSolver.Norm(x); }
            }
        }
        foreach (double[][] frame in _frames)
        {
            for (int b = 0; b < _bins; b++)
            {
                double sum = 1e-20;
                for (int c = 0; c <= talkers; c++) sum += frame[c][b];
                for (int c = 0; c <= talkers; c++) frame[c][b] /= sum;
            }
        }
    }

    public void Reset(int talkers) => _next = 0;

    public void Estimate(ReadOnlySpan<float> features, double[][] now, double[][] ahead)
    {
        Copy(Math.Min(_next, _frames.Length - 1), now);
        Copy(Math.Min(_next + NetworkMasks.AheadFrames, _frames.Length - 1), ahead);
        _next++;
    }

    private void Copy(int frame, double[][] to)
    {
        for (int c = 0; c < _frames[frame].Length; c++) _frames[frame][c].CopyTo(to[c], 0);
    }
}
