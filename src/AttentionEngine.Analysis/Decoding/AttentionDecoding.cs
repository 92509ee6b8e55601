using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>One participant from data to result: leak check, nested leave-one-trial-out, windows, intervals, nulls.</summary>
public static class AttentionDecoding
{
    /// <summary>Time between switches in <see cref="SwitchDetection"/>.</summary>
    private const double SwitchEveryS = 30;

    /// <exception cref="InputDataException">The data cannot be decoded; the message says which value and where.</exception>
    /// <exception cref="ConfigurationException">The split would leak, or the job is wrong.</exception>
    public static DecodingResult Run(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        EegDatasetCheck.Check(participant);
        int talkers = participant.Trials[0].Envelopes.Length;
        if (participant.Trials.FirstOrDefault(t => t.Envelopes.Length != talkers) is { } odd)
            throw new InputDataException($"Participant {participant.Id}, trial {odd.Id} has {odd.Envelopes.Length} talkers, trial {participant.Trials[0].Id} has {talkers}. Decode them apart.");
        List<string> flags = [.. GroupLeak.Check(participant, job.AllowShared), .. participant.Flags];
        var lags = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        if (lags.FirstShift > 0) flags.Add(FormattableString.Invariant($"not causal: an envelope sample is reconstructed from EEG up to {lags.FirstShift / participant.RateHz:0.###} s later, which a live decoder waits for"));
        double[][] eeg = [.. participant.Trials.Select(t => ScalpEeg(participant, t))];
        int channels = participant.Channels.Count(c => c.Type == EegChannelType.Eeg);
        var nested = new NestedRidge(algebra, [.. participant.Trials.Select((t, i) => Statistics(algebra, t, eeg[i], channels, lags))], job.Lambdas, job.Convention, participant.RateHz) { Shrinkage = job.Model == DecodingModel.LedoitWolf };
        if (!nested.Shrinkage) nested.ChooseLambdas(progress, cancel);

        int[] windowSamples = Windows(job, participant, flags);
        var trials = new List<DecodedTrial>();
        var diagonals = new double[participant.Trials.Count];
        for (int i = 0; i < participant.Trials.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var trial = participant.Trials[i];
            var (lambda, diagonal, model) = nested.Shrinkage ? nested.FitShrunk(i, eeg) : nested.Fit(i);
            diagonals[i] = diagonal;
            double[] prediction = model.Predict(algebra, eeg[i]);
            trials.Add(new DecodedTrial(
                trial.Id, trial.AttendedIndex, lambda, nested.Shrinkage ? [] : nested.InnerCorrelation[i], prediction, [.. trial.Envelopes.Select(e => Correlations.Pearson(prediction, e))],
                [.. windowSamples.Select(w => Correlations.InWindows(prediction, trial.Envelopes, w))]));
        }
        if (nested.Shrinkage) flags.Add("Ledoit-Wolf: the shrinkage comes from the training trials in closed form, λ was not searched");
        else FlagEdges(trials, job, flags);
        return Score(algebra, participant, job, nested, trials, diagonals, eeg, channels, lags, windowSamples, flags, cancel);
    }

    private static DecodingResult Score(
        DenseAlgebra algebra, EegParticipant participant, DecodingJob job, NestedRidge nested, List<DecodedTrial> trials, double[] diagonals, double[][] eeg, int channels, LagRange lags,
        int[] windowSamples, List<string> flags, CancellationToken cancel)
    {
        var random = new SeededRandom(job.Seed).Fork(participant.Id);
        int talkers = participant.Trials[0].Envelopes.Length;
        var (shifted, shiftedAttended) = ShiftedEnvelopes.Run(participant.Trials, [.. trials.Select(t => t.Prediction)], windowSamples, job.Shifts, random.Fork("shift"));
        double shiftedLimit = WindowScores.Against(shiftedAttended, 0).Limit95, shiftedMean = shiftedAttended.DefaultIfEmpty(double.NaN).Average();
        if (talkers == 1)
        {
            flags.Add("one talker: there is no attention to decode; the correlation is given with its shifted null");
            return new DecodingResult(participant.Id, trials, [], double.NaN, nested.Report, flags)
            {
                ShiftedCorrelationLimit95 = shiftedLimit,
                ShiftedCorrelationMean = shiftedMean,
                MatchMismatch = MatchMismatch.Run(participant.Trials, [.. trials.Select(t => t.Prediction)], windowSamples, participant.RateHz, job, random.Fork("match-mismatch")),
            };
        }
        var permutation = new LabelPermutation(algebra, participant, channels, lags, windowSamples);
        if (job.Permutations > 0) permutation.Run(eeg, i => nested.Systems.Without(i), nested.Systems.Trials, diagonals, job.Permutations, random.Fork("permutation"), cancel);
        var accuracy = new List<WindowAccuracy>();
        for (int w = 0; w < windowSamples.Length; w++)
        {
            int[] correct = [.. trials.Select(t => WindowScores.Correct(t.WindowCorrelation[w], talkers, t.AttendedIndex))];
            int[] windows = [.. trials.Select(t => t.WindowCorrelation[w].Length / talkers)];
            int all = windows.Sum();
            double share = (double)correct.Sum() / all, windowS = windowSamples[w] / participant.RateHz;
            var (low, high) = WindowScores.Bootstrap(correct, windows, job.Bootstraps, random.Fork($"bootstrap {w}"));
            var (limit, p) = WindowScores.Against(job.Permutations > 0 ? [.. permutation.Correct[w].Select(c => (double)c / all)] : [], share);
            accuracy.Add(new WindowAccuracy(windowS, all, share, low, high, 1.0 / talkers, limit, p, WindowScores.Against(shifted[w], share).Limit95, InformationRate.BitsPerMinute(share, talkers, windowS)));
        }
        double mesd = talkers == 2 ? SwitchDuration.Minimal([.. accuracy.Select(a => a.WindowS)], [.. accuracy.Select(a => a.Accuracy)]).MesdS : double.NaN;
        if (talkers == 2 && double.IsNaN(mesd)) flags.Add("MESD is undefined: no window is above one half");
        return new DecodingResult(participant.Id, trials, accuracy, mesd, nested.Report, flags)
        {
            ShiftedCorrelationLimit95 = shiftedLimit,
            ShiftedCorrelationMean = shiftedMean,
            Switching = talkers == 2 ? SwitchDetection.Measure([.. participant.Trials.Select((t, i) => new TwoTalkerTrial(trials[i].Prediction, t.Envelopes[t.AttendedIndex], t.Envelopes[1 - t.AttendedIndex]))], participant.RateHz, SwitchEveryS) : null,
        };
    }

    /// <returns>[samples × scalp channels]</returns>
    internal static double[] ScalpEeg(EegParticipant participant, EegTrial trial)
    {
        int[] scalp = [.. Enumerable.Range(0, participant.Channels.Count).Where(c => participant.Channels[c].Type == EegChannelType.Eeg)];
        if (scalp.Length == participant.Channels.Count) return trial.Eeg;
        if (scalp.Length == 0) throw new InputDataException($"Participant {participant.Id} has no channel of type EEG among {participant.Channels.Count}.");
        var eeg = new double[trial.Samples * scalp.Length];
        for (int i = 0; i < trial.Samples; i++)
            for (int c = 0; c < scalp.Length; c++) eeg[i * scalp.Length + c] = trial.Eeg[i * participant.Channels.Count + scalp[c]];
        return eeg;
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

    private static int[] Windows(DecodingJob job, EegParticipant participant, List<string> flags)
    {
        int longest = participant.Trials.Max(t => t.Samples);
        var windows = new List<int>();
        foreach (double windowS in job.WindowsS)
        {
            int samples = (int)Math.Round(windowS * participant.RateHz);
            if (samples < 2) throw new ConfigurationException(FormattableString.Invariant($"A decision window of {windowS} s has {samples} samples at {participant.RateHz} Hz; expected two at least."));
            if (samples <= longest) windows.Add(samples);
            else flags.Add(FormattableString.Invariant($"window of {windowS} s: no trial is that long (the longest is {longest / participant.RateHz:0.#} s)"));
        }
        return [.. windows];
    }

    private static void FlagEdges(List<DecodedTrial> trials, DecodingJob job, List<string> flags)
    {
        int low = trials.Count(t => t.Lambda == job.Lambdas[0]), high = trials.Count(t => t.Lambda == job.Lambdas[^1]);
        if (job.Lambdas.Count > 1 && low + high > 0) flags.Add($"λ is at the end of its grid in {low + high} of {trials.Count} folds ({low} lowest, {high} highest): widen the grid");
    }
}
