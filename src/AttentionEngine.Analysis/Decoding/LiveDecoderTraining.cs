using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>A decoder for the live engine and what held-out trials say about it.</summary>
/// <param name="RAttended">Mean over held-out trials.</param>
/// <param name="RUnattended">NaN with one talker.</param>
/// <param name="Calibration">Null with one talker: then the decoder gives no evidence of its own.</param>
public sealed record LiveDecoder(TemporalResponseFunction Decoder, double RAttended, double RUnattended, EvidenceCalibration? Calibration);

/// <summary>
/// Trains the decoder that the live engine runs on recorded trials: through the engine's own causal front end (<see cref="EegFrontEnd"/>), by the same
/// nested leave-one-trial-out as every offline result; each held-out trial is then streamed through <see cref="EegDecoder"/> itself to learn what its
/// evidence is worth.
/// </summary>
public static class LiveDecoderTraining
{
    private const double WindowS = 5;

    /// <param name="participant">Trials as recorded: EEG in its unit, not filtered; at 64 Hz or more.</param>
    /// <param name="reference">As it was recorded, for the file.</param>
    /// <exception cref="InputDataException">The data cannot be used.</exception>
    /// <exception cref="ConfigurationException">The job is not one that the live engine can run, or its split would leak.</exception>
    public static LiveDecoder Run(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, string version, string reference, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        if (job.MinLagS != 0) throw new ConfigurationException(FormattableString.Invariant($"A decoder for the live engine begins at lag 0, not at {1000 * job.MinLagS} ms."));
        if (participant.RateHz < SpeechEnvelope.GridRateHz) throw new InputDataException(FormattableString.Invariant($"Participant {participant.Id} is at {participant.RateHz} Hz; a decoder for the live engine needs EEG at 64 Hz or more."));
        GroupLeak.Check(participant, job.AllowShared);
        var lags = LagRange.Backward(0, job.MaxLagS, SpeechEnvelope.GridRateHz);
        int channels = participant.Channels.Count(c => c.Type == EegChannelType.Eeg);
        string[] labels = [.. participant.Channels.Where(c => c.Type == EegChannelType.Eeg).Select(c => c.Name)];
        var trials = participant.Trials.Select(t => GridTrial.Of(AttentionDecoding.ScalpEeg(participant, t), channels, participant.RateHz, t)).ToList();
        var nested = new NestedRidge(algebra, [.. trials.Select(t => LaggedStatistics.Of(algebra, t.FilteredEeg, channels, t.FilteredEnvelopes[t.Attended], 1, lags))], job.Lambdas, job.Convention, SpeechEnvelope.GridRateHz);
        nested.ChooseLambdas(null, cancel);

        TemporalResponseFunction Decoder(LinearModel model, double lambda) => new()
        {
            Name = $"eeg-{participant.Id}", Version = version, Channels = labels, Lags = lags.Count, Weights = LiveWeights(model), Training = new DecoderTraining(lambda, job.Convention, reference, $"AttentionEngine {version}, {algebra.Name}", participant.Trials.Count),
        };
        double attended = 0, other = 0;
        var windows = new List<EvidenceWindow>();
        for (int i = 0; i < trials.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var (lambda, _, model) = nested.Fit(i);
            double[] prediction = model.Predict(algebra, trials[i].FilteredEeg);
            for (int k = 0; k < trials[i].FilteredEnvelopes.Length; k++)
            {
                double r = Correlations.Pearson(prediction, trials[i].FilteredEnvelopes[k]) / trials.Count;
                if (k == trials[i].Attended) attended += r; else other += r / (trials[i].FilteredEnvelopes.Length - 1);
            }
            windows.AddRange(trials[i].Stream(Decoder(model, lambda) with { NatsPerProduct = 1 }, WindowS).Select(sums => new EvidenceWindow(i, sums, trials[i].Attended)));
        }
        bool several = trials[0].FilteredEnvelopes.Length > 1;
        var calibration = several ? EvidenceCalibration.Fit(windows) : null;
        // The value that serves the trials best on average, then all of them.
        int best = Enumerable.Range(0, job.Lambdas.Count).MaxBy(l => nested.InnerCorrelation.Sum(row => row[l]));
        var total = nested.Systems.Total;
        double diagonal = new LambdaScale(job.Convention, SpeechEnvelope.GridRateHz, trials.Count, RidgeFit.MeanDiagonal(total)).ToDiagonal(job.Lambdas[best]);
        var decoder = Decoder(RidgeFit.Solve(algebra, total, diagonal), job.Lambdas[best]) with { NatsPerProduct = calibration?.NatsPerProduct ?? 0, CalibrationError = calibration?.Error ?? double.NaN };
        return new LiveDecoder(decoder, attended, several ? other : double.NaN, calibration);
    }

    /// <summary>A model's weights in the order of the live decoder.</summary>
    /// <returns>[C × L] row-major, lag 0 first. The bias is left out: band-passed signals have none.</returns>
    public static float[] LiveWeights(LinearModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Lags.LastShift != 0) throw new ArgumentException($"The model's last lag is {model.Lags.LastShift} samples; the live decoder begins at 0.", nameof(model));
        int channels = model.Channels, count = model.Lags.Count;
        var weights = new float[channels * count];
        for (int c = 0; c < channels; c++)
            for (int lag = 0; lag < count; lag++) weights[c * count + lag] = (float)model.Weights[(model.Lags.FirstShift - lag) * channels + c];
        return weights;
    }
}
