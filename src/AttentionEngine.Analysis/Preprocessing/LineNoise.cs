using System.Globalization;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>How the hum of the mains is taken out.</summary>
public enum LineNoiseMethod
{
    /// <summary>A notch at the mains' frequency and each of its multiples.</summary>
    Notch,

    /// <summary>Sine and cosine at each of them, fitted in overlapping windows and subtracted: nothing between them is touched.</summary>
    Regression,
}

/// <summary>Removal of the mains' frequency and its multiples below half the rate, from EEG only.</summary>
public static class LineNoise
{
    private const double NotchWidthHz = 2, WindowS = 4;

    /// <summary>Where delays are stated when no band is given.</summary>
    internal const double StatedAtHz = 5;

    /// <exception cref="ConfigurationException">The mains' frequency is not in the data, or the regression was asked for as a causal filter.</exception>
    public static EegDataset Remove(EegDataset dataset, double mainsHz, LineNoiseMethod method, bool causal)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.Participants.FirstOrDefault(p => !(mainsHz > 0 && mainsHz < p.RateHz / 2)) is { } p)
            throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"Line noise at {mainsHz} Hz cannot be in EEG at {p.RateHz} Hz (participant {p.Id}): it lies above half the rate, where resampling took it out or folded it down. Leave out --line-noise-hz."));
        if (causal && method == LineNoiseMethod.Regression) throw new ConfigurationException("Line noise regression looks at windows around each sample and is not causal; give --line-noise notch with --causal.");
        var result = EegPreprocessing.ForEach(dataset, (participant, trial) => trial with
        {
            Eeg = method == LineNoiseMethod.Notch ? EegPreprocessing.Filter(trial.Eeg, participant.Channels.Count, Notches(mainsHz, participant.RateHz), causal)
                : Regress(trial.Eeg, participant.Channels.Count, Multiples(mainsHz, participant.RateHz), participant.RateHz),
        });
        double rateHz = dataset.Participants[0].RateHz;
        string at = string.Join(", ", Multiples(mainsHz, rateHz).Select(f => f.ToString("G4", CultureInfo.InvariantCulture)));
        string how = method == LineNoiseMethod.Regression ? string.Create(CultureInfo.InvariantCulture, $"sine and cosine fitted in windows of {WindowS} s with half overlap and subtracted (no delay, not causal)")
            : causal ? string.Create(CultureInfo.InvariantCulture, $"notches {NotchWidthHz} Hz wide, causal, delay {1000 * DelayS(mainsHz, StatedAtHz, rateHz):F1} ms at {StatedAtHz} Hz on the EEG only")
            : string.Create(CultureInfo.InvariantCulture, $"notches {NotchWidthHz} Hz wide, forward and backward (zero phase, not causal)");
        return EegPreprocessing.With(result, "line noise", $"{at} Hz: {how}, EEG, per trial");
    }

    /// <summary>Group delay of the causal notches, s.</summary>
    internal static double DelayS(double mainsHz, double atHz, double rateHz) => ButterworthDesign.GroupDelayS(Notches(mainsHz, rateHz), atHz, rateHz);

    private static double[] Multiples(double mainsHz, double rateHz) => [.. Enumerable.Range(1, (int)(rateHz / 2 / mainsHz)).Select(k => k * mainsHz).Where(f => f < rateHz / 2)];

    private static Biquad[] Notches(double mainsHz, double rateHz) => [.. Multiples(mainsHz, rateHz).Select(f => NotchDesign.Notch(f, Math.Min(NotchWidthHz, rateHz / 8), rateHz))];

    /// <summary>Windows weighted by a raised cosine add up to one; at the ends the first and last fit stand alone.</summary>
    private static double[] Regress(double[] eeg, int channels, double[] hz, double rateHz)
    {
        int samples = eeg.Length / channels, window = Math.Min(samples, 2 * (int)Math.Round(WindowS * rateHz / 2)), hop = Math.Max(1, window / 2), count = hz.Length * 2;
        var removed = new double[eeg.Length];
        var weights = new double[samples];
        for (int from = 0; ; from += hop)
        {
            from = Math.Min(from, samples - window);
            var basis = Orthonormal(hz, rateHz, window);
            for (int c = 0; c < channels; c++)
            {
                double mean = 0;
                for (int n = 0; n < window; n++) mean += eeg[(from + n) * channels + c] / window;
                var fit = new double[window];
                for (int b = 0; b < count; b++)
                {
                    double weight = 0;
                    for (int n = 0; n < window; n++) weight += (eeg[(from + n) * channels + c] - mean) * basis[b][n];
                    for (int n = 0; n < window; n++) fit[n] += weight * basis[b][n];
                }
                for (int n = 0; n < window; n++) removed[(from + n) * channels + c] += Taper(n, window) * fit[n];
            }
            for (int n = 0; n < window; n++) weights[from + n] += Taper(n, window);
            if (from + window >= samples) break;
        }
        var result = new double[eeg.Length];
        for (int i = 0; i < eeg.Length; i++) result[i] = eeg[i] - removed[i] / weights[i / channels];
        return result;
    }

    private static double Taper(int n, int window) => 1e-6 + 0.5 - 0.5 * Math.Cos(2 * Math.PI * (n + 0.5) / window);

    /// <returns>[2 × frequencies][window] orthonormal, each without mean.</returns>
    private static double[][] Orthonormal(double[] hz, double rateHz, int window)
    {
        var basis = new List<double[]>();
        foreach (double f in hz)
            foreach (double phase in new[] { 0, Math.PI / 2 })
            {
                double[] v = [.. Enumerable.Range(0, window).Select(n => Math.Sin(2 * Math.PI * f * n / rateHz + phase))];
                double mean = v.Average();
                for (int n = 0; n < window; n++) v[n] -= mean;
                foreach (double[] b in basis)
                {
                    double along = v.Zip(b, (x, y) => x * y).Sum();
                    for (int n = 0; n < window; n++) v[n] -= along * b[n];
                }
                double length = Math.Sqrt(v.Sum(x => x * x));
                for (int n = 0; n < window; n++) v[n] = length > 1e-9 ? v[n] / length : 0;
                basis.Add(v);
            }
        return [.. basis];
    }
}
