using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Eeg;

/// <summary>The streaming decoder's own front end over whole recordings: training sees exactly what decoding sees.</summary>
public static class EegFrontEnd
{
    /// <summary>EEG on the 64 Hz grid, band-passed.</summary>
    /// <param name="values">[frames × C] microvolts, frame-major.</param>
    /// <param name="timesS">[frames] LSL seconds.</param>
    /// <param name="rateHz">Nominal rate, ≥ 64 Hz.</param>
    /// <param name="firstGrid">Grid index of the first frame wanted.</param>
    /// <param name="gridFrames">Frames wanted.</param>
    /// <returns>[gridFrames × C]; zeros where there was no good EEG.</returns>
    public static float[] EegToGrid(ReadOnlySpan<float> values, ReadOnlySpan<double> timesS, int channels, double rateHz, long firstGrid, int gridFrames)
    {
        if (values.Length != timesS.Length * channels) throw new ArgumentException($"{values.Length} values are not {timesS.Length} frames of {channels} channels.", nameof(values));
        var collector = new Collector(channels, firstGrid, gridFrames);
        var resampler = new EegGridResampler(channels, rateHz);
        int[] pick = [.. Enumerable.Range(0, channels)];
        var scratch = new float[channels];
        for (int i = 0; i < timesS.Length; i++) resampler.Push(timesS[i], values.Slice(i * channels, channels), pick, scratch, collector);
        return collector.Values;
    }

    /// <summary>An envelope on the grid through the same band-pass.</summary>
    /// <param name="envelope">[frames] at 64 Hz.</param>
    public static float[] Envelope(ReadOnlySpan<float> envelope)
    {
        var values = envelope.ToArray();
        var filter = new BiquadCascade(ButterworthDesign.BandPass(GridBandPass.Order, GridBandPass.LowHz, GridBandPass.HighHz, SpeechEnvelope.GridRateHz));
        if (values.Length > 0) filter.Settle(values[0]);
        filter.Process(values);
        return values;
    }

    /// <summary>ŝ = Σ weights · EEG over whole recordings; the last L − 1 frames stay 0.</summary>
    /// <param name="eeg">[frames × C] from <see cref="EegToGrid"/>.</param>
    /// <param name="weights">[C × L]</param>
    public static float[] Reconstruct(ReadOnlySpan<float> eeg, int channels, ReadOnlySpan<float> weights)
    {
        int lags = weights.Length / channels, frames = eeg.Length / channels;
        var result = new float[frames];
        for (int n = 0; n + lags <= frames; n++)
        {
            double sum = 0;
            for (int lag = 0; lag < lags; lag++)
                for (int c = 0; c < channels; c++) sum += weights[c * lags + lag] * eeg[(n + lag) * channels + c];
            result[n] = (float)sum;
        }
        return result;
    }

    /// <summary>Pearson's r; 0 where one side is constant.</summary>
    public static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double meanA = 0, meanB = 0, ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++) { meanA += a[i]; meanB += b[i]; }
        meanA /= a.Length;
        meanB /= a.Length;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i] - meanA, y = b[i] - meanB;
            ab += x * y; aa += x * x; bb += y * y;
        }
        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }

    private sealed class Collector(int channels, long first, int frames) : IGridSink
    {
        public float[] Values { get; } = new float[frames * channels];

        public void Grid(long index, ReadOnlySpan<float> values, bool good)
        {
            if (good && index >= first && index < first + frames) values.CopyTo(Values.AsSpan((int)(index - first) * channels));
        }
    }
}
