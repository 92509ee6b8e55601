using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>One recorded trial as the live engine meets it.</summary>
/// <param name="RawEeg">[samples × C] as recorded.</param>
/// <param name="RateHz">Of the raw EEG.</param>
/// <param name="RawEnvelopes">[K][frames] on the 64 Hz grid.</param>
/// <param name="FilteredEeg">[frames × C] through the engine's causal front end.</param>
/// <param name="FilteredEnvelopes">[K][frames] through the same band-pass.</param>
internal sealed record GridTrial(float[] RawEeg, int Channels, double RateHz, float[][] RawEnvelopes, double[] FilteredEeg, double[][] FilteredEnvelopes, int Attended)
{
    public static GridTrial Of(double[] eeg, int channels, double rateHz, EegTrial trial)
    {
        float[] raw = Array.ConvertAll(eeg, v => (float)v);
        float[][] envelopes = [.. trial.Envelopes.Select(e => Resampler.Resample(Array.ConvertAll(e, v => (float)v), rateHz, SpeechEnvelope.GridRateHz))];
        int frames = Math.Min(envelopes.Min(e => e.Length), (int)(trial.Samples / rateHz * SpeechEnvelope.GridRateHz));
        double[] timesS = [.. Enumerable.Range(0, raw.Length / channels).Select(i => i / rateHz)];
        envelopes = [.. envelopes.Select(e => e[..frames])];
        float[] filtered = EegFrontEnd.EegToGrid(raw, timesS, channels, rateHz, 0, frames);
        return new GridTrial(raw, channels, rateHz, envelopes, Array.ConvertAll(filtered, v => (double)v), [.. envelopes.Select(e => Array.ConvertAll(EegFrontEnd.Envelope(e), v => (double)v))], trial.AttendedIndex);
    }

    /// <summary>Sends the trial through a live decoder, a second at a time.</summary>
    /// <returns>[window][K] evidence, nats; windows of sound without overlap, a remainder is left out.</returns>
    public List<double[]> Stream(TemporalResponseFunction trf, double windowS)
    {
        int talkers = RawEnvelopes.Length, grid = (int)SpeechEnvelope.GridRateHz, frames = RawEnvelopes[0].Length, samples = RawEeg.Length / Channels, sent = 0;
        var decoder = new EegDecoder(trf, talkers, trf.Channels, RateHz);
        var envelope = new float[grid * talkers];
        var nats = new float[talkers];
        var result = new List<double[]>();
        var sum = new double[talkers];
        int seconds = 0;
        for (int from = 0; from + grid <= frames; from += grid)
        {
            int until = Math.Min(samples, (int)Math.Ceiling((from + grid) / SpeechEnvelope.GridRateHz * RateHz));
            double[] timesS = [.. Enumerable.Range(sent, until - sent).Select(i => i / RateHz)];
            decoder.AddEeg(new EegChunk(new SampleChunk(RawEeg.AsSpan(sent * Channels, (until - sent) * Channels), timesS, Channels, sent, 0)));
            sent = until;
            for (int i = 0; i < grid; i++)
                for (int k = 0; k < talkers; k++) envelope[i * talkers + k] = RawEnvelopes[k][from + i];
            double[] gridS = [.. Enumerable.Range(from, grid).Select(i => i / SpeechEnvelope.GridRateHz)];
            decoder.AddEnvelope(new SpeechEnvelope(new SampleChunk(envelope, gridS, talkers, from, 0)));
            decoder.TakeEvidence(nats);
            for (int k = 0; k < talkers; k++) sum[k] += nats[k];
            if (++seconds < windowS) continue;
            result.Add(sum);
            (sum, seconds) = (new double[talkers], 0);
        }
        return result;
    }
}
