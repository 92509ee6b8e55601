using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>
/// Multi-channel Wiener filter against artefacts of any kind (Somers, Francart, Bertrand 2018, J. Neural Eng. 15:036007): the covariance where there
/// are artefacts against that where there are none, in a generalised eigenvalue decomposition of low rank; the estimated artefact is subtracted.
/// One filter per trial, without labels and stimuli, so nothing passes from one trial to another.
/// </summary>
public static class ArtefactWienerFilter
{
    /// <summary>Eye channels (else frontal ones, else all) beyond this are taken for an artefact.</summary>
    private const double Deviations = 4;

    /// <summary>Relative to the mean of the diagonal: keeps the clean covariance positive definite after an average reference.</summary>
    private const double Loading = 1e-8;

    /// <summary>Of the autocorrelation, samples.</summary>
    private const int MostLags = 128;

    /// <param name="delays">Samples before and after each sample that the filter sees too; 0: spatial only.</param>
    /// <param name="causal">Only samples before.</param>
    public static EegDataset Remove(DenseAlgebra algebra, EegDataset dataset, int delays, bool causal)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegative(delays);
        int treated = 0, all = 0, components = 0, marked = 0, samples = 0;
        var participants = dataset.Participants.Select(p =>
        {
            int[] scalp = EegPreprocessing.Indices(p, EegChannelType.Eeg), looked = Looked(p, scalp);
            int left = 0;
            var trials = p.Trials.Select(trial =>
            {
                bool[] artefact = BadSegments.Find(trial.Eeg, p.Channels.Count, looked, p.RateHz, Deviations, Deviations);
                all++;
                samples += artefact.Length;
                marked += artefact.Count(a => a);
                if (Clean(algebra, trial.Eeg, p.Channels.Count, scalp, artefact, delays, causal) is not { } cleaned) { left++; return trial; }
                treated++;
                components += cleaned.Rank;
                return trial with { Eeg = cleaned.Eeg };
            }).ToList();
            return p with { Trials = trials, Flags = left == 0 ? p.Flags : [.. p.Flags, $"Wiener artefact removal: {left} of {p.Trials.Count} trials have too few samples with or without artefacts for it, and stay as they are"] };
        }).ToList();
        return EegPreprocessing.With(dataset with { Participants = participants }, "artefact removal", string.Create(CultureInfo.InvariantCulture,
            $"multi-channel Wiener filter (Somers et al., 2018) with {delays} samples {(causal ? "before" : "before and after")}, one per trial ({treated} of {all} trials, mean rank {(treated > 0 ? (double)components / treated : 0):F1}), artefacts in {100.0 * marked / Math.Max(1, samples):F1} % of the time where eye, otherwise frontal, channels exceed {Deviations} robust standard deviations"));
    }

    private static int[] Looked(EegParticipant p, int[] scalp)
    {
        int[] eyes = EegPreprocessing.Indices(p, EegChannelType.Eog);
        if (eyes.Length > 0) return eyes;
        int[] frontal = [.. scalp.Where(c => p.Channels[c].Name.StartsWith("Fp", StringComparison.OrdinalIgnoreCase) || p.Channels[c].Name.StartsWith("AF", StringComparison.OrdinalIgnoreCase))];
        return frontal.Length > 0 ? frontal : scalp;
    }

    /// <returns>Null where either part has fewer samples than the filter has inputs, those without artefacts counted as independent ones.</returns>
    internal static (double[] Eeg, int Rank)? Clean(DenseAlgebra algebra, double[] values, int channels, int[] scalp, bool[] artefact, int delays, bool causal)
    {
        int m = scalp.Length, taps = causal ? delays + 1 : 2 * delays + 1, n = m * taps, samples = artefact.Length;
        int marked = artefact.Count(a => a), rest = samples - marked;
        double share = IndependentShare(values, channels, scalp);
        if (marked <= n || rest * share <= n) return null;
        double[] rows = Lagged(values, channels, scalp, taps, -delays, samples);
        double[] noisy = Covariance(algebra, rows, n, artefact, true, marked), clean = Covariance(algebra, rows, n, artefact, false, rest);
        double mean = 0;
        for (int i = 0; i < n; i++) mean += clean[i * n + i] / n;
        for (int i = 0; i < n; i++) clean[i * n + i] += Loading * mean;
        if (!(mean > 0) || !algebra.CholeskyFactor(clean, n)) return null;
        // L⁻¹ R L⁻ᵀ: forward substitution of the rows, then of the rows of the transpose (R is symmetric).
        algebra.CholeskyForwardRows(clean, n, noisy, n);
        Transpose(noisy, n);
        algebra.CholeskyForwardRows(clean, n, noisy, n);
        var eigenvalues = new double[n];
        algebra.SymmetricEigen(noisy, n, eigenvalues);
        // Above what sampling alone can reach (Marchenko and Pastur 1967) a component is an artefact; correlated samples are fewer than they look.
        double limit = Math.Pow(1 + Math.Sqrt(n / (marked * share)), 2) * Math.Pow(1 - Math.Sqrt(n / (rest * share)), -2);
        int[] kept = [.. Enumerable.Range(0, n).Where(i => eigenvalues[i] > limit)];
        var result = (double[])values.Clone();
        if (kept.Length == 0) return (result, 0);
        // d = L U D Uᵀ L⁻¹ y, only the rows of the present sample.
        algebra.CholeskyForwardRows(clean, n, rows, samples);
        int present = (causal ? taps - 1 : delays) * m;
        var mixing = new double[kept.Length * m];
        var unmix = new double[kept.Length * n];
        for (int k = 0; k < kept.Length; k++)
        {
            var u = noisy.AsSpan(kept[k] * n, n);
            u.CopyTo(unmix.AsSpan(k * n, n));
            double gain = (eigenvalues[kept[k]] - 1) / eigenvalues[kept[k]];
            for (int c = 0; c < m; c++) mixing[k * m + c] = gain * RowMath.Dot(clean.AsSpan((present + c) * n, present + c + 1), u[..(present + c + 1)]);
        }
        var activity = new double[samples * kept.Length];
        algebra.Multiply(false, true, samples, kept.Length, n, 1, rows, n, unmix, n, 0, activity, kept.Length);
        var estimate = new double[samples * m];
        algebra.Multiply(false, false, samples, m, kept.Length, 1, activity, kept.Length, mixing, m, 0, estimate, m);
        for (int t = 0; t < samples; t++)
            for (int c = 0; c < m; c++) result[t * channels + scalp[c]] -= estimate[t * m + c];
        return (result, kept.Length);
    }

    /// <summary>
    /// Independent samples per sample for a covariance: 1 / (1 + 2 Σ ρ(k)²) over lags up to a second, the mean over channels (Bartlett 1946).
    /// </summary>
    internal static double IndependentShare(double[] values, int channels, int[] scalp)
    {
        int samples = values.Length / channels, most = Math.Min(samples / 4, MostLags);
        double share = 0;
        var x = new double[samples];
        foreach (int c in scalp)
        {
            double mean = 0;
            for (int t = 0; t < samples; t++) mean += (x[t] = values[t * channels + c]) / samples;
            foreach (ref double v in x.AsSpan()) v -= mean;
            double power = RowMath.Dot(x, x), sum = 0;
            for (int k = 1; k <= most && power > 0; k++)
            {
                double rho = RowMath.Dot(x.AsSpan(0, samples - k), x.AsSpan(k)) / power;
                sum += rho * rho;
            }
            share += 1 / (1 + 2 * sum) / scalp.Length;
        }
        return share;
    }

    /// <returns>[samples × (taps × m)] centred, the earliest tap first; zeros outside the trial.</returns>
    private static double[] Lagged(double[] values, int channels, int[] scalp, int taps, int firstShift, int samples)
    {
        int m = scalp.Length, n = m * taps;
        var mean = new double[m];
        for (int t = 0; t < samples; t++)
            for (int c = 0; c < m; c++) mean[c] += values[t * channels + scalp[c]] / samples;
        var rows = new double[samples * n];
        for (int t = 0; t < samples; t++)
            for (int k = 0; k < taps; k++)
                if (t + firstShift + k is var at && at >= 0 && at < samples)
                    for (int c = 0; c < m; c++) rows[t * n + k * m + c] = values[at * channels + scalp[c]] - mean[c];
        return rows;
    }

    private static double[] Covariance(DenseAlgebra algebra, double[] rows, int n, bool[] artefact, bool wanted, int count)
    {
        var chosen = new double[count * n];
        for (int t = 0, o = 0; t < artefact.Length; t++)
            if (artefact[t] == wanted) rows.AsSpan(t * n, n).CopyTo(chosen.AsSpan(n * o++, n));
        var covariance = new double[n * n];
        algebra.Multiply(true, false, n, n, count, 1.0 / count, chosen, n, chosen, n, 0, covariance, n);
        return covariance;
    }

    private static void Transpose(double[] a, int n)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) (a[i * n + j], a[j * n + i]) = (a[j * n + i], a[i * n + j]);
    }
}
