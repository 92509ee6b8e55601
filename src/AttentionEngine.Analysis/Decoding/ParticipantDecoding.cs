using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>One participant's whole job: guard against leakage, nested ridge, held-out predictions, accuracy with its limits.</summary>
public static class ParticipantDecoding
{
    /// <param name="algebra">What does the linear algebra.</param>
    /// <exception cref="ConfigurationException">Trials share what the job does not allow them to share.</exception>
    /// <exception cref="InputDataException">Fewer than three trials, or a singular system.</exception>
    public static DecodingResult Run(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        var flags = SplitGuard.Check(participant, job.AllowShared);
        var lags = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        int channels = participant.Channels.Count;
        var statistics = new List<LaggedStatistics>();
        foreach (var trial in participant.Trials)
        {
            cancellation.ThrowIfCancellationRequested();
            statistics.Add(LaggedStatistics.Of(algebra, trial.Eeg, channels, trial.Envelopes[trial.AttendedIndex], 1, lags));
        }
        var nested = new NestedRidge(algebra, statistics, job.Lambdas, job.Convention, participant.RateHz);
        nested.ChooseLambdas(progress, cancellation);
        var decoded = new List<DecodedTrial>();
        for (int t = 0; t < participant.Trials.Count; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            var trial = participant.Trials[t];
            var (lambda, model) = nested.Fit(t);
            double[] prediction = model.Predict(algebra, trial.Eeg);
            decoded.Add(new DecodedTrial(trial.Id, trial.AttendedIndex, lambda, nested.InnerCorrelation[t], prediction, [.. trial.Envelopes.Select(e => Correlations.Pearson(prediction, e))],
                [.. job.WindowsS.Select(w => Correlations.InWindows(prediction, trial.Envelopes, WindowSamples(w, participant.RateHz)))]));
        }
        int unknown = participant.Trials.Count(t => t.Groups.Story is null);
        if (unknown > 0) flags.Add($"The stories of {unknown} of {participant.Trials.Count} trials are unknown: that training and test share no stimulus could not be checked");
        bool competing = participant.Trials.All(t => t.Envelopes.Length > 1);
        if (!competing) flags.Add("There are trials with one talker only: correlations are given, accuracy is not");
        flags.Add("MESD is not computed");
        flags.Add("Controls with eye channels only, frontal channels only and trial fingerprints were not run");
        return new DecodingResult(participant.Id, decoded, competing ? AccuracyEvaluation.Of(participant, decoded, job, cancellation) : [], double.NaN, nested.Report, flags);
    }

    internal static int WindowSamples(double windowS, double rateHz) => Math.Max(2, (int)Math.Round(windowS * rateHz));
}
