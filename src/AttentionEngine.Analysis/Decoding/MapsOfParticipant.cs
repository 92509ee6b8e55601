using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Activation pattern and temporal response functions of one participant, for pictures.</summary>
public static class MapsOfParticipant
{
    /// <summary>Lags of the forward model, s: some before the sound, where a response would be a sign of an error.</summary>
    private const double FirstTrfLagS = -0.1, LastTrfLagS = 0.5;

    /// <summary>The result with its maps; as it is where the model is no backward model over all lags and channels.</summary>
    public static DecodingResult AddTo(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, DecodingResult result)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(result);
        if (result.Model is not (DecodingModel.Ridge or DecodingModel.LedoitWolf)) return result;
        double lambda = result.Trials.Select(t => t.Lambda).Order().ElementAt(result.Trials.Count / 2);
        return result with { Maps = Of(algebra, participant, job, lambda) };
    }

    /// <param name="lambda">Of the backward model, in the job's convention.</param>
    public static DecoderMaps Of(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, double lambda)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        int[] scalp = EegPreprocessing.Indices(participant, EegChannelType.Eeg);
        double[][] eeg = [.. participant.Trials.Select(t => AttentionDecoding.ScalpEeg(participant, t))];
        var lags = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        var (pattern, patternLags) = Pattern(algebra, participant, job, eeg, scalp.Length, lags, lambda);
        var forward = LagRange.Forward(FirstTrfLagS, LastTrfLagS, participant.RateHz);
        var attended = Statistics(algebra, participant, eeg, scalp.Length, forward, t => [t.Envelopes[t.AttendedIndex]]);
        var (trfLambda, correlation) = BestLambda(algebra, attended, participant, eeg, scalp.Length);
        double[] trfLags = [.. Enumerable.Range(0, forward.Count).Select(b => -forward.Shift(b) / participant.RateHz)];
        var others = Statistics(algebra, participant, eeg, scalp.Length, forward, t => [.. t.Envelopes.Where((_, k) => k != t.AttendedIndex)]);
        return new DecoderMaps([.. scalp.Select(c => participant.Channels[c].Name)], [.. scalp.Select(c => EegPositions.Of(participant.Channels[c]) is { } at ? new double[] { at.X, at.Y, at.Z } : [])],
            patternLags, pattern, lambda, trfLags, Response(algebra, attended, trfLambda), others.Count == 0 ? [] : Response(algebra, others, trfLambda), trfLambda, correlation);
    }

    private static (double[][] Pattern, double[] LagS) Pattern(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, double[][] eeg, int channels, LagRange lags, double lambda)
    {
        LaggedStatistics? sum = null;
        for (int i = 0; i < eeg.Length; i++)
        {
            var trial = participant.Trials[i];
            var one = LaggedStatistics.Of(algebra, eeg[i], channels, trial.Envelopes[trial.AttendedIndex], 1, lags);
            if (sum is null) sum = one;
            else sum.Add(one);
        }
        double diagonal = new LambdaScale(job.Convention, participant.RateHz, eeg.Length, RidgeFit.MeanDiagonal(sum!)).ToDiagonal(lambda);
        double[] flat = RidgeFit.SolveInPlace(algebra, sum!, diagonal).ActivationPatterns(algebra, eeg);
        return ([.. Enumerable.Range(0, lags.Count).Select(l => flat[(l * channels)..((l + 1) * channels)])], [.. Enumerable.Range(0, lags.Count).Select(l => lags.Shift(lags.Count - 1 - l) / participant.RateHz)]);
    }

    /// <summary>One per trial and chosen talker: EEG from that talker's envelope in units of its standard deviation.</summary>
    private static List<(LaggedStatistics Statistics, int Trial, double[] Regressor)> Statistics(DenseAlgebra algebra, EegParticipant participant, double[][] eeg, int channels, LagRange lags, Func<EegTrial, IReadOnlyList<double[]>> talkers)
    {
        var all = new List<(LaggedStatistics, int, double[])>();
        for (int i = 0; i < eeg.Length; i++)
            foreach (double[] envelope in talkers(participant.Trials[i]))
            {
                double mean = envelope.Average(), deviation = Math.Sqrt(envelope.Average(v => (v - mean) * (v - mean)));
                double[] regressor = [.. envelope.Select(v => deviation > 0 ? (v - mean) / deviation : 0)];
                all.Add((LaggedStatistics.Of(algebra, regressor, 1, eeg[i], channels, lags), i, regressor));
            }
        return all;
    }

    private static (double Lambda, double Correlation) BestLambda(DenseAlgebra algebra, List<(LaggedStatistics Statistics, int Trial, double[] Regressor)> trials, EegParticipant participant, double[][] eeg, int channels)
    {
        var sum = Sum(trials);
        var (best, correlation) = (DecodingJob.DefaultLambdas[0], double.NegativeInfinity);
        foreach (double lambda in DecodingJob.DefaultLambdas)
        {
            double mean = 0;
            foreach (var (statistics, trial, regressor) in trials)
            {
                sum.Subtract(statistics);
                double[] prediction = RidgeFit.Solve(algebra, sum, lambda * RidgeFit.MeanDiagonal(sum)).Predict(algebra, regressor);
                sum.Add(statistics);
                for (int c = 0; c < channels; c++) mean += Correlations.Pearson(Column(prediction, channels, c), Column(eeg[trial], channels, c)) / (channels * trials.Count);
            }
            if (mean > correlation) (best, correlation) = (lambda, mean);
        }
        return (best, double.IsFinite(correlation) ? correlation : double.NaN);
    }

    /// <returns>[lags][channels]</returns>
    private static double[][] Response(DenseAlgebra algebra, List<(LaggedStatistics Statistics, int Trial, double[] Regressor)> trials, double lambda)
    {
        var sum = Sum(trials);
        var model = RidgeFit.Solve(algebra, sum, lambda * RidgeFit.MeanDiagonal(sum));
        return [.. Enumerable.Range(0, model.Lags.Count).Select(l => Enumerable.Range(0, model.Targets).Select(c => model.Weights[c * model.Lags.Count + l]).ToArray())];
    }

    private static LaggedStatistics Sum(List<(LaggedStatistics Statistics, int Trial, double[] Regressor)> trials)
    {
        var sum = trials[0].Statistics.Empty();
        foreach (var (statistics, _, _) in trials) sum.Add(statistics);
        return sum;
    }

    private static double[] Column(double[] values, int channels, int channel) => [.. Enumerable.Range(0, values.Length / channels).Select(n => values[n * channels + channel])];
}
