using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>One participant and one model from data to result: leak check, nested leave-one-trial-out, windows, intervals, nulls.</summary>
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
        List<string> flags = [.. GroupLeak.Check(participant, job.AllowShared, job.LeaveOut), .. participant.Flags];
        var units = HeldOutUnits.Of(participant, job.LeaveOut);
        var lags = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        double lagS = job.Model.IsSpatial() ? 0 : Math.Max(0, lags.FirstShift / participant.RateHz);
        var latency = CausalLatency.Of(participant, job, lagS);
        if (job.Causal) flags.Add(latency.Text(job.WindowsS));
        else if (lagS > 0) flags.Add(FormattableString.Invariant($"not causal: an envelope sample is reconstructed from EEG up to {lags.FirstShift / participant.RateHz:0.###} s later, which a live decoder waits for"));
        double[][] eeg = [.. participant.Trials.Select(t => ScalpEeg(participant, t))];
        int channels = participant.Channels.Count(c => c.Type == EegChannelType.Eeg);
        int[] windowSamples = Windows(job, participant, flags);
        var random = new SeededRandom(job.Seed).Fork(participant.Id);
        var permutation = talkers > 1 && job.Permutations > 0 ? random.Fork("permutation") : null;
        var outcome = job.Model switch
        {
            DecodingModel.Cca => CcaModel.Decode(algebra, participant, job, units, eeg, channels, windowSamples, permutation, progress, cancel),
            DecodingModel.FbCsp or DecodingModel.Riemann => SpatialModel.Decode(algebra, participant, job, units, eeg, channels, windowSamples, permutation, progress, cancel),
            _ => ReconstructionModel.Decode(algebra, participant, job, units, eeg, channels, windowSamples, permutation is null ? null : new LabelPermutation(algebra, participant, windowSamples, job.Permutations, permutation), progress, cancel),
        };
        var trials = participant.Trials.Select((trial, i) => new DecodedTrial(
            trial.Id, trial.AttendedIndex, outcome.Lambdas[i], outcome.Inner[i], outcome.Trials[i] is HeldOutPairs pairs ? pairs.First : [], [.. trial.Envelopes.Select(outcome.Trials[i].Whole)],
            [.. windowSamples.Select(w => outcome.Trials[i].InWindows(trial.Envelopes, w))]) { Choice = outcome.Choices[i] }).ToList();
        flags.AddRange(outcome.Flags);
        if (job.Model == DecodingModel.LedoitWolf) flags.Add("Ledoit-Wolf: the shrinkage comes from the training trials in closed form, λ was not searched");
        else FlagEdges(trials, job, flags);
        return Score(participant, job, units, outcome, trials, windowSamples, flags, random) with { Model = job.Model, LatencyS = job.Causal ? latency.TotalS : double.NaN };
    }

    private static DecodingResult Score(EegParticipant participant, DecodingJob job, HeldOutUnits units, ModelOutcome outcome, List<DecodedTrial> trials, int[] windowSamples, List<string> flags, SeededRandom random)
    {
        int talkers = participant.Trials[0].Envelopes.Length;
        bool reconstructs = outcome.Trials[0] is HeldOutPairs;
        var (shifted, shiftedAttended) = ShiftedEnvelopes.Run(participant.Trials, outcome.Trials, windowSamples, reconstructs ? job.Shifts : 0, random.Fork("shift"));
        double shiftedLimit = WindowScores.Against(shiftedAttended, 0).Limit95, shiftedMean = shiftedAttended.DefaultIfEmpty(double.NaN).Average();
        var result = new DecodingResult(participant.Id, trials, [], double.NaN, outcome.Report, flags) { ShiftedCorrelationLimit95 = shiftedLimit, ShiftedCorrelationMean = shiftedMean, LagCurve = outcome.LagCurve };
        var attended = participant.Trials.Select((t, i) => outcome.Trials[i].Pair(t.Envelopes[t.AttendedIndex])).ToList();
        if (talkers == 1)
        {
            flags.Add("one talker: there is no attention to decode; the correlation is given with its shifted null");
            return result with { MatchMismatch = MatchMismatch.Run([.. attended.Select(a => a!.Value.FromEnvelope)], [.. attended.Select(a => a!.Value.FromEeg)], windowSamples, participant.RateHz, job, random.Fork("match-mismatch")) };
        }
        int[][] permuted = outcome.PermutationCorrect ?? [];
        var accuracy = new List<WindowAccuracy>();
        for (int w = 0; w < windowSamples.Length; w++)
        {
            int[] correct = [.. trials.Select(t => WindowScores.Correct(t.WindowCorrelation[w], talkers, t.AttendedIndex))];
            int[] windows = [.. trials.Select(t => t.WindowCorrelation[w].Length / talkers)];
            int all = windows.Sum();
            double share = (double)correct.Sum() / all, windowS = windowSamples[w] / participant.RateHz;
            var (low, high) = WindowScores.Bootstrap([.. Enumerable.Range(0, units.Count).Select(u => units.Trials(u).Sum(t => correct[t]))], [.. Enumerable.Range(0, units.Count).Select(u => units.Trials(u).Sum(t => windows[t]))], job.Bootstraps, random.Fork($"bootstrap {w}"));
            var (limit, p) = WindowScores.Against(permuted.Length > 0 ? [.. permuted[w].Select(c => (double)c / all)] : [], share);
            accuracy.Add(new WindowAccuracy(windowS, all, share, low, high, 1.0 / talkers, limit, p, WindowScores.Against(shifted[w], share).Limit95, InformationRate.BitsPerMinute(share, talkers, windowS)));
        }
        if (accuracy.Where(a => a.High < a.Chance).Select(a => FormattableString.Invariant($"{a.WindowS:G4} s")).ToList() is { Count: > 0 } below)
            flags.Add($"below chance at {string.Join(", ", below)}: with few trials the class of the held-out one is the rarer one among the others, or the labels alternate; the limit of the permutations has the same bias, one half has not");
        double mesd = talkers == 2 ? SwitchDuration.Minimal([.. accuracy.Select(a => a.WindowS)], [.. accuracy.Select(a => a.Accuracy)]).MesdS : double.NaN;
        if (talkers == 2 && double.IsNaN(mesd)) flags.Add("MESD is undefined: no window is above one half");
        return result with
        {
            Accuracy = accuracy, MesdS = mesd,
            Switching = talkers == 2 && reconstructs ? SwitchDetection.Measure([.. participant.Trials.Select((t, i) => new TwoTalkerTrial(attended[i]!.Value.FromEeg, attended[i]!.Value.FromEnvelope, outcome.Trials[i].Pair(t.Envelopes[1 - t.AttendedIndex])!.Value.FromEnvelope))], participant.RateHz, SwitchEveryS) : null,
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
