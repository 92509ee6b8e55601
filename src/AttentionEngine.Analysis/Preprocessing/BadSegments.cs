using System.Globalization;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Half-second windows in which many channels, or one channel by very much, leave their usual range; trial by trial, without labels.</summary>
public static class BadSegments
{
    internal const double WindowS = 0.5, MostDeviations = 6, MostDeviationsOfOne = 15, ShareOfChannels = 0.1;
    private const double RampS = 0.1, FlaggedShare = 0.1;

    /// <param name="blank">Fade the EEG of these windows to zero (it then says nothing about the sound), or only report their share.</param>
    public static EegDataset Treat(EegDataset dataset, bool blank)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var shares = new List<string>();
        var participants = dataset.Participants.Select(p =>
        {
            int[] scalp = EegPreprocessing.Indices(p, EegChannelType.Eeg);
            bool[][] bad = [.. p.Trials.Select(t => Find(t.Eeg, p.Channels.Count, scalp, p.RateHz, MostDeviations, MostDeviationsOfOne))];
            double share = (double)bad.Sum(b => b.Count(x => x)) / Math.Max(1, bad.Sum(b => b.Length));
            shares.Add(string.Create(CultureInfo.InvariantCulture, $"{p.Id} {100 * share:F1} %"));
            return p with
            {
                Trials = blank ? [.. p.Trials.Select((t, i) => t with { Eeg = Faded(t.Eeg, p.Channels.Count, scalp, bad[i], Math.Max(1, (int)(RampS * p.RateHz))) })] : p.Trials,
                Flags = share > FlaggedShare ? [.. p.Flags, string.Create(CultureInfo.InvariantCulture, $"{100 * share:F0} % of the time lies in bad segments, {(blank ? "blanked" : "left in")}")] : p.Flags,
            };
        }).ToList();
        return EegPreprocessing.With(dataset with { Participants = participants }, "bad segments", string.Create(CultureInfo.InvariantCulture,
            $"windows of {WindowS} s in which {100 * ShareOfChannels:F0} % of the channels exceed {MostDeviations} robust standard deviations, or one exceeds {MostDeviationsOfOne}, per trial: {string.Join(", ", shares)} of the time, {(blank ? $"faded to zero within {1000 * RampS:F0} ms" : "reported only")}"));
    }

    /// <returns>[samples] true in bad windows. A channel's standard deviation is its median absolute value over the trial / 0.6745.</returns>
    internal static bool[] Find(double[] eeg, int channels, int[] looked, double rateHz, double many, double one)
    {
        int samples = eeg.Length / channels, window = Math.Clamp((int)Math.Round(WindowS * rateHz), 1, Math.Max(1, samples));
        int windows = (samples + window - 1) / window;
        var loud = new int[windows];
        var veryLoud = new bool[windows];
        foreach (int c in looked)
        {
            double[] x = [.. Enumerable.Range(0, samples).Select(n => eeg[n * channels + c])];
            double middle = BadChannels.Median(x), deviation = BadChannels.Median(x.Select(v => Math.Abs(v - middle))) / 0.6745;
            if (!(deviation > 0)) continue;
            for (int w = 0; w < windows; w++)
            {
                double peak = 0;
                for (int n = w * window; n < Math.Min(samples, (w + 1) * window); n++) peak = Math.Max(peak, Math.Abs(x[n] - middle));
                if (peak > many * deviation) loud[w]++;
                veryLoud[w] |= peak > one * deviation;
            }
        }
        bool[] bad = new bool[samples];
        for (int n = 0; n < samples; n++) bad[n] = veryLoud[n / window] || loud[n / window] >= Math.Max(1, ShareOfChannels * looked.Length);
        return bad;
    }

    private static double[] Faded(double[] values, int channels, int[] scalp, bool[] bad, int ramp)
    {
        var eeg = (double[])values.Clone();
        int samples = bad.Length;
        int[] distance = new int[samples]; // to the nearest bad sample
        for (int n = 0, d = ramp; n < samples; n++) distance[n] = d = bad[n] ? 0 : Math.Min(ramp, d + 1);
        for (int n = samples - 1, d = ramp; n >= 0; n--) distance[n] = Math.Min(distance[n], d = bad[n] ? 0 : Math.Min(ramp, d + 1));
        for (int n = 0; n < samples; n++)
        {
            if (distance[n] == ramp) continue;
            double gain = 0.5 - 0.5 * Math.Cos(Math.PI * distance[n] / ramp);
            foreach (int c in scalp) eeg[n * channels + c] *= gain;
        }
        return eeg;
    }
}
