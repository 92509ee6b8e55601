using System.Globalization;
using System.Numerics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>A scalp channel that does not measure the scalp, and why it is thought so.</summary>
public sealed record BadChannel(string Name, string Reason);

/// <summary>
/// Scalp channels that are not finite, flat, copies, far louder than the others, or strangers to their neighbours (as in PREP, Bigdely-Shamlo et al.
/// 2015, Front. Neuroinform. 9:16). Amplitudes and correlations are those of the decoding band. Labels and stimuli are not looked at.
/// </summary>
public static class BadChannels
{
    private const double FlatShare = 1e-3, CopyCorrelation = 0.9999, LoudDeviation = 5, LonelyCorrelation = 0.3, SmallestSpread = 0.05;
    private const int Neighbours = 4, FewestForStatistics = 8;

    /// <param name="bandHz">Band of amplitudes and correlations; null: as the data are.</param>
    public static IReadOnlyList<BadChannel> Find(EegParticipant participant, (double Low, double High)? bandHz)
    {
        ArgumentNullException.ThrowIfNull(participant);
        int[] scalp = EegPreprocessing.Indices(participant, EegChannelType.Eeg);
        var reasons = new string?[scalp.Length];
        MarkBroken(participant, scalp, reasons);
        var deviations = new List<double[]>();
        var correlations = new List<double[]>();
        var sections = bandHz is { } b ? ButterworthDesign.BandPass(2, b.Low, b.High, participant.RateHz) : [];
        foreach (var trial in participant.Trials)
        {
            double[][] columns = [.. scalp.Select((c, i) => reasons[i] is null ? Column(trial.Eeg, participant.Channels.Count, c, sections) : [])];
            deviations.Add([.. columns.Select(x => x.Length == 0 ? double.NaN : Math.Sqrt(x.Average(v => v * v)))]);
            correlations.Add(Correlations(columns));
        }
        double[] deviation = [.. Enumerable.Range(0, scalp.Length).Select(i => Median(deviations.Select(d => d[i])))];
        double[] correlation = [.. Enumerable.Range(0, scalp.Length * scalp.Length).Select(i => Median(correlations.Select(r => r[i])))];
        MarkCopies(participant, scalp, correlation, reasons);
        MarkLoud(deviation, reasons);
        MarkLonely(participant, scalp, correlation, reasons);
        return [.. Enumerable.Range(0, scalp.Length).Where(i => reasons[i] is not null).Select(i => new BadChannel(participant.Channels[scalp[i]].Name, reasons[i]!))];
    }

    /// <summary>Leaves the bad channels out, or puts in their place what a spherical spline makes of the others.</summary>
    /// <exception cref="InputDataException">Too few good ones are left.</exception>
    public static EegDataset Treat(EegDataset dataset, (double Low, double High)? bandHz, bool interpolate)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var told = new List<string>();
        var participants = dataset.Participants.Select(p =>
        {
            var bad = Find(p, bandHz);
            if (bad.Count == 0) return p;
            int scalp = EegPreprocessing.Indices(p, EegChannelType.Eeg).Length;
            string list = string.Join(", ", bad.Select(b => $"{b.Name} ({b.Reason})"));
            if (2 * bad.Count > scalp) throw new InputDataException($"Participant {p.Id}: {bad.Count} of {scalp} scalp channels look bad: {list}. Check the recording; leave out --bad-channels to use it as it is.");
            told.Add($"{p.Id}: {list}");
            var kept = EegPreprocessing.KeepChannels(p, c => !bad.Any(b => b.Name == c.Name), "bad channels left out");
            var treated = interpolate ? ChannelInterpolation.Restore(p, kept, [.. bad.Select(b => b.Name)]) : kept;
            return treated with { Flags = [.. p.Flags, $"{bad.Count} of {scalp} scalp channels {(interpolate ? "interpolated" : "left out")} as bad: {list}"] };
        }).ToList();
        return EegPreprocessing.With(dataset with { Participants = participants }, "bad channels", string.Create(CultureInfo.InvariantCulture,
            $"{(told.Count == 0 ? "none found" : string.Join("; ", told))}; not finite, flat, copies (r above {CopyCorrelation}), robust deviation of log amplitude above {LoudDeviation}, or correlation with the nearest {Neighbours} below {LonelyCorrelation}; {(interpolate ? "replaced by spherical spline interpolation" : "left out")}"));
    }

    private static void MarkBroken(EegParticipant participant, int[] scalp, string?[] reasons)
    {
        int channels = participant.Channels.Count;
        foreach (var trial in participant.Trials)
        {
            var spread = new double[scalp.Length];
            for (int i = 0; i < scalp.Length; i++)
            {
                double low = double.PositiveInfinity, high = double.NegativeInfinity;
                for (int at = scalp[i]; at < trial.Eeg.Length; at += channels)
                {
                    double v = trial.Eeg[at];
                    if (!double.IsFinite(v)) reasons[i] ??= $"not finite in trial {trial.Id}";
                    (low, high) = (Math.Min(low, v), Math.Max(high, v));
                }
                spread[i] = high - low;
            }
            double typical = Median(spread.Where(double.IsFinite));
            for (int i = 0; i < scalp.Length; i++)
                if (spread[i] <= FlatShare * typical) reasons[i] ??= $"flat in trial {trial.Id}";
        }
    }

    /// <summary>Of two copies the later one goes.</summary>
    private static void MarkCopies(EegParticipant participant, int[] scalp, double[] correlation, string?[] reasons)
    {
        for (int i = 0; i < scalp.Length; i++)
            for (int j = 0; j < i && reasons[i] is null; j++)
                if (reasons[j] is null && correlation[i * scalp.Length + j] > CopyCorrelation) reasons[i] = $"copy of {participant.Channels[scalp[j]].Name}";
    }

    private static void MarkLoud(double[] deviation, string?[] reasons)
    {
        double[] logs = [.. deviation.Select(d => Math.Log(d))];
        double[] good = [.. logs.Where((_, i) => reasons[i] is null)];
        if (good.Length < FewestForStatistics) return;
        double middle = Median(good), spread = Math.Max(SmallestSpread, 1.4826 * Median(good.Select(l => Math.Abs(l - middle))));
        for (int i = 0; i < logs.Length; i++)
            if (reasons[i] is null && (logs[i] - middle) / spread > LoudDeviation) reasons[i] = string.Create(CultureInfo.InvariantCulture, $"{Math.Exp(logs[i] - middle):F1} times as loud as the median");
    }

    /// <summary>With known positions the nearest channels are the neighbours; without, those that correlate most.</summary>
    private static void MarkLonely(EegParticipant participant, int[] scalp, double[] correlation, string?[] reasons)
    {
        int[] good = [.. Enumerable.Range(0, scalp.Length).Where(i => reasons[i] is null)];
        if (good.Length < FewestForStatistics) return;
        Vector3?[] at = [.. scalp.Select(c => EegPositions.Of(participant.Channels[c]))];
        foreach (int i in good)
        {
            var others = good.Where(j => j != i);
            double best = (at[i] is { } here && good.All(j => at[j] is not null) ? others.OrderBy(j => Vector3.Distance(at[j]!.Value, here)).Take(Neighbours).Select(j => Math.Abs(correlation[i * scalp.Length + j]))
                : others.Select(j => Math.Abs(correlation[i * scalp.Length + j]))).Max();
            if (best < LonelyCorrelation) reasons[i] = string.Create(CultureInfo.InvariantCulture, $"correlation with neighbours {best:F2}");
        }
    }

    private static double[] Column(double[] eeg, int channels, int channel, Biquad[] sections)
    {
        double[] x = new double[eeg.Length / channels];
        for (int n = 0; n < x.Length; n++) x[n] = eeg[n * channels + channel];
        double mean = x.Average();
        for (int n = 0; n < x.Length; n++) x[n] -= mean;
        return sections.Length == 0 ? x : EegPreprocessing.Filter(x, 1, sections, causal: false);
    }

    private static double[] Correlations(double[][] columns)
    {
        int count = columns.Length;
        double[] length = [.. columns.Select(x => Math.Sqrt(Decoding.RowMath.Dot(x, x)))];
        var r = new double[count * count];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++)
                r[i * count + j] = r[j * count + i] = length[i] > 0 && length[j] > 0 ? Decoding.RowMath.Dot(columns[i], columns[j]) / (length[i] * length[j]) : double.NaN;
        return r;
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
