using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>One candidate of the inner loop.</summary>
/// <param name="Choice">In words.</param>
/// <param name="Eeg">[trial][samples × channels]</param>
internal sealed record ModelVariant(string Choice, double[][] Eeg, int Channels, LagRange Lags);

/// <summary>
/// Backward models to the envelope: ridge and shrinkage are one variant, single-lag is one per lag, banded ridge one per ratio of the λ of its bands (a band with the
/// larger λ is a band with smaller values, so that one λ serves all). The inner loop chooses variant and λ together.
/// </summary>
internal static class ReconstructionModel
{
    internal const int FilterOrder = 2;
    private const int MostBands = 3;
    private static readonly double[] Ratios = [1, 0.1, 10];

    public static ModelOutcome Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, HeldOutUnits units, double[][] eeg, int channels, int[] windowSamples, LabelPermutation? permutation, IProgress<double>? progress, CancellationToken cancel)
    {
        bool shrinkage = job.Model == DecodingModel.LedoitWolf;
        var variants = Variants(participant, job, eeg, channels);
        int trials = participant.Trials.Count;
        var inner = new double[variants.Count][][];
        var curve = new List<LagFigures>();
        NestedRidge? nested = null;
        IReadOnlyList<TrialCross> cross = [];
        SolverReport? report = null;
        double searched = permutation is null ? 1 : 0.6;
        for (int v = 0; v < variants.Count; v++)
        {
            var variant = variants[v]();
            (nested, cross) = Nested(algebra, participant, job, units, variant);
            int done = v;
            if (!shrinkage) nested.ChooseLambdas(progress is null ? null : new Part(p => progress.Report(searched * (done + p) / variants.Count)), cancel);
            inner[v] = nested.InnerCorrelation;
            if (job.Model == DecodingModel.SingleLag) curve.Add(AtLag(algebra, participant, units, nested, variant, windowSamples));
            var own = nested.Report;
            report = report is null ? own : new(own.Backend, report.Systems + own.Systems, Math.Max(report.Iterations, own.Iterations), Math.Max(report.WorstResidual, own.WorstResidual), report.CholeskyFallbacks + own.CholeskyFallbacks);
        }
        int[] chosen = [.. Enumerable.Range(0, units.Count).Select(i => Enumerable.Range(0, variants.Count).MaxBy(v => inner[v][i].Max()))];
        var held = new HeldOut[trials];
        var lambdas = new double[trials];
        var choices = new string[trials];
        int finished = 0;
        foreach (int v in chosen.Distinct().Order())
        {
            var variant = variants[v]();
            if (variants.Count > 1)
            {
                (nested, cross) = Nested(algebra, participant, job, units, variant);
                for (int i = 0; i < units.Count; i++) inner[v][i].CopyTo(nested.InnerCorrelation[i], 0);
            }
            for (int u = 0; u < units.Count; u++)
            {
                if (chosen[u] != v) continue;
                cancel.ThrowIfCancellationRequested();
                var (lambda, diagonal, model) = shrinkage ? nested!.FitShrunk(u, eeg.Where((_, t) => units.OfTrial[t] != u)) : nested!.Fit(u);
                foreach (int i in units.Trials(u))
                {
                    (lambdas[i], choices[i]) = (lambda, variant.Choice);
                    held[i] = new HeldOutPairs([model.Predict(algebra, variant.Eeg[i])], [1], null);
                    progress?.Report(searched + (1 - searched) * ++finished / trials);
                }
                permutation?.Add(units.TrialsOf(u), variant, nested.Systems.Without(u), cross, diagonal);
            }
        }
        return new ModelOutcome(held, lambdas, [.. units.OfTrial.Select(u => shrinkage ? [] : inner[chosen[u]][u])], choices, report!, permutation?.Correct) { LagCurve = curve };
    }

    private static List<Func<ModelVariant>> Variants(EegParticipant participant, DecodingJob job, double[][] eeg, int channels)
    {
        var lags = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        switch (job.Model)
        {
            case DecodingModel.SingleLag:
                return [.. Enumerable.Range(0, lags.Count).Select(b => lags.Shift(lags.Count - 1 - b)).Select(s => (Func<ModelVariant>)(() => new(FormattableString.Invariant($"lag {1000 * s / participant.RateHz:0} ms"), eeg, channels, new LagRange(s, 1))))];
            case DecodingModel.Banded:
                int bands = job.FilterBankHz.Count - 1;
                if (bands is < 2 or > MostBands) throw new ConfigurationException($"Banded ridge regression takes two or three bands; --filter-bank-hz has {job.FilterBankHz.Count} edges, expected three or four.");
                var filtered = new Lazy<double[][][]>(() => [.. Enumerable.Range(0, bands).Select(b => eeg.Select(e => Filtered(e, channels, job, b, participant.RateHz)).ToArray())]);
                return [.. Enumerable.Range(0, (int)Math.Pow(Ratios.Length, bands - 1)).Select(c => (Func<ModelVariant>)(() => Banded(filtered.Value, channels, bands, c, lags)))];
            default:
                return [() => new("", eeg, channels, lags)];
        }
    }

    /// <summary>EEG in one band of the job's filter bank.</summary>
    internal static double[] Filtered(double[] eeg, int channels, DecodingJob job, int band, double rateHz)
    {
        double low = job.FilterBankHz[band], high = job.FilterBankHz[band + 1];
        if (!(low > 0 && high > low && high < rateHz / 2)) throw new ConfigurationException(FormattableString.Invariant($"The band {low} to {high} Hz of --filter-bank-hz does not lie between 0 and {rateHz / 2} Hz, half the rate."));
        return EegPreprocessing.Filter(eeg, channels, ButterworthDesign.BandPass(FilterOrder, low, high, rateHz), job.Causal);
    }

    private static ModelVariant Banded(double[][][] filtered, int channels, int bands, int combination, LagRange lags)
    {
        double[] ratio = [1, .. Enumerable.Range(1, bands - 1).Select(b => Ratios[combination / (int)Math.Pow(Ratios.Length, b - 1) % Ratios.Length])];
        double[][] eeg = [.. filtered[0].Select((first, t) =>
        {
            int samples = first.Length / channels;
            var all = new double[samples * channels * bands];
            for (int b = 0; b < bands; b++)
                for (int n = 0; n < samples; n++) RowMath.AddScaled(1 / Math.Sqrt(ratio[b]), filtered[b][t].AsSpan(n * channels, channels), all.AsSpan((n * bands + b) * channels, channels));
            return all;
        })];
        return new($"λ of the bands as {string.Join(" : ", ratio.Select(r => r.ToString("G3", System.Globalization.CultureInfo.InvariantCulture)))}", eeg, channels * bands, lags);
    }

    /// <summary>Statistics of what is held out together are one; cross-covariances of the trials are kept apart for the permutation.</summary>
    private static (NestedRidge Nested, IReadOnlyList<TrialCross> Cross) Nested(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, HeldOutUnits units, ModelVariant variant)
    {
        var statistics = new LaggedStatistics?[units.Count];
        var cross = new TrialCross[participant.Trials.Count];
        for (int t = 0; t < cross.Length; t++)
        {
            var own = Statistics(algebra, participant.Trials[t], variant.Eeg[t], variant.Channels, variant.Lags);
            cross[t] = TrialCross.Of(own);
            if (statistics[units.OfTrial[t]] is { } sum) sum.Add(own);
            else statistics[units.OfTrial[t]] = own;
        }
        var nested = new NestedRidge(algebra, [.. statistics.Select(s => s!)], job.Lambdas, job.Convention, participant.RateHz) { Shrinkage = job.Model == DecodingModel.LedoitWolf };
        return (nested, [.. cross.Select(c => c.About(nested.Systems.Means, nested.Systems.TargetMeans))]);
    }

    private static LagFigures AtLag(DenseAlgebra algebra, EegParticipant participant, HeldOutUnits units, NestedRidge nested, ModelVariant variant, int[] windowSamples)
    {
        double attended = 0, other = 0;
        LinearModel[] models = [.. Enumerable.Range(0, units.Count).Select(u => nested.Fit(u).Model)];
        int talkers = participant.Trials[0].Envelopes.Length;
        int[] correct = new int[windowSamples.Length], windows = new int[windowSamples.Length];
        for (int i = 0; i < participant.Trials.Count; i++)
        {
            var trial = participant.Trials[i];
            double[] prediction = models[units.OfTrial[i]].Predict(algebra, variant.Eeg[i]), r = [.. trial.Envelopes.Select(e => Correlations.Pearson(prediction, e))];
            attended += r[trial.AttendedIndex] / participant.Trials.Count;
            other += r.Where((_, k) => k != trial.AttendedIndex).DefaultIfEmpty(double.NaN).Average() / participant.Trials.Count;
            for (int w = 0; w < windowSamples.Length && talkers > 1; w++)
            {
                double[] scores = Correlations.InWindows(prediction, trial.Envelopes, windowSamples[w]);
                correct[w] += WindowScores.Correct(scores, talkers, trial.AttendedIndex);
                windows[w] += scores.Length / talkers;
            }
        }
        return new LagFigures(variant.Lags.FirstShift / participant.RateHz, attended, other, [.. correct.Select((c, w) => windows[w] == 0 ? double.NaN : (double)c / windows[w])]);
    }

    private static LaggedStatistics Statistics(DenseAlgebra algebra, EegTrial trial, double[] eeg, int channels, LagRange lags)
    {
        int talkers = trial.Envelopes.Length;
        if (trial.Samples <= lags.Count) throw new InputDataException($"Trial {trial.Id} has {trial.Samples} samples, not more than the {lags.Count} lags of the model.");
        var targets = new double[trial.Samples * talkers];
        for (int k = 0; k < talkers; k++)
            for (int i = 0, row = LabelPermutation.Row(trial, k); i < trial.Samples; i++) targets[i * talkers + row] = trial.Envelopes[k][i];
        return LaggedStatistics.Of(algebra, eeg, channels, targets, talkers, lags);
    }

    private sealed class Part(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
