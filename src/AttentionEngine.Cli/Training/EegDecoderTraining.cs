using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Formats;
using AttentionEngine.Simulation.Eeg;

namespace AttentionEngine.Cli.Training;

/// <summary>How well a decoder tells two talkers apart, over unseen listeners.</summary>
/// <param name="AccuracyMean">Mean over listeners.</param>
/// <param name="Ci95Half">Half-width of the 95 % interval of the mean over listeners.</param>
internal sealed record WindowAccuracy(double WindowS, double AccuracyMean, double Ci95Half, int Windows);

internal sealed record EegDecoderMetrics(double Ridge, double RAttended, double RUnattended, IReadOnlyList<WindowAccuracy> Accuracy);

/// <summary>Trains the backward decoder on simulated listeners and measures it on others.</summary>
internal static class EegDecoderTraining
{
    private static readonly double[] WindowsS = [1, 2, 5, 10, 20, 30, 60];
    private const int SkipFrames = 128; // filters settle

    public static (TemporalResponseFunction Decoder, EegDecoderMetrics Metrics) Run(EegDecoderConfig config, Action<string> progress, CancellationToken cancellation)
    {
        var bank = Bank(config.TrainingVoices);
        var algebra = DenseAlgebra.Open(progress);
        var lags = new LagRange(config.Lags - 1, config.Lags);
        LaggedStatistics? fit = null, heldOut = null;
        var check = new List<SimulatedEegTrial>();
        for (int i = 0; i < config.TrainingListeners; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var trial = SimulatedEegTrial.Make(bank, config.TrainingS, config.TrainingSeed + (ulong)i);
            var statistics = LaggedStatistics.Of(algebra, Array.ConvertAll(trial.Eeg, v => (double)v), EegMontage.Count, Array.ConvertAll(trial.Attended, v => (double)v), 1, lags);
            if (i % 5 == 4) Sum(ref heldOut, statistics); else Sum(ref fit, statistics);
            if (i % 5 == 4) check.Add(trial);
            if (i % 10 == 9) progress($"listener {i + 1} of {config.TrainingListeners}");
        }
        // The ridge parameter that serves a fifth of the training listeners best; then all of them.
        double ridge = config.Ridge.MaxBy(r => { var w = Solve(algebra, fit!, r); return check.Count == 0 ? 0 : check.Average(t => Score(t, w).Attended); });
        if (heldOut is not null) fit!.Add(heldOut);
        var weights = Solve(algebra, fit!, ridge);
        progress(FormattableString.Invariant($"ridge {ridge}; testing on {config.TestListeners} other listeners and voices"));
        var decoder = new TemporalResponseFunction { Name = config.Name, Version = config.Version, Channels = EegMontage.Labels, Lags = config.Lags, Weights = weights };
        return (decoder, Test(config, weights, ridge, cancellation));
    }

    private static void Sum(ref LaggedStatistics? sum, LaggedStatistics trial)
    {
        if (sum is null) sum = trial; else sum.Add(trial);
    }

    /// <param name="relativeLambda">Relative to the mean of the covariance's diagonal.</param>
    private static float[] Solve(DenseAlgebra algebra, LaggedStatistics sum, double relativeLambda) =>
        LiveDecoderTraining.LiveWeights(RidgeFit.Solve(algebra, sum, new LambdaScale(LambdaConvention.PerSample, 64, 1, RidgeFit.MeanDiagonal(sum)).ToDiagonal(relativeLambda)));

    private static EegDecoderMetrics Test(EegDecoderConfig config, float[] weights, double ridge, CancellationToken cancellation)
    {
        var bank = Bank(config.TestVoices);
        var perListener = new double[WindowsS.Length, config.TestListeners];
        var windows = new int[WindowsS.Length];
        double attended = 0, unattended = 0;
        for (int i = 0; i < config.TestListeners; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var trial = SimulatedEegTrial.Make(bank, config.TestS, config.TestSeed + (ulong)i);
            var s = EegFrontEnd.Reconstruct(trial.Eeg, EegMontage.Count, weights);
            int end = s.Length - config.Lags + 1;
            attended += EegFrontEnd.Correlation(s.AsSpan(SkipFrames..end), trial.Attended.AsSpan(SkipFrames..end)) / config.TestListeners;
            unattended += EegFrontEnd.Correlation(s.AsSpan(SkipFrames..end), trial.Other.AsSpan(SkipFrames..end)) / config.TestListeners;
            for (int w = 0; w < WindowsS.Length; w++)
            {
                int frames = (int)(WindowsS[w] * 64), right = 0, all = 0;
                for (int from = SkipFrames; from + frames <= end; from += frames, all++)
                    if (EegFrontEnd.Correlation(s.AsSpan(from, frames), trial.Attended.AsSpan(from, frames)) > EegFrontEnd.Correlation(s.AsSpan(from, frames), trial.Other.AsSpan(from, frames))) right++;
                perListener[w, i] = (double)right / Math.Max(1, all);
                windows[w] += all;
            }
        }
        var accuracy = new List<WindowAccuracy>();
        for (int w = 0; w < WindowsS.Length; w++)
        {
            double mean = 0, variance = 0;
            for (int i = 0; i < config.TestListeners; i++) mean += perListener[w, i] / config.TestListeners;
            for (int i = 0; i < config.TestListeners; i++) variance += (perListener[w, i] - mean) * (perListener[w, i] - mean) / (config.TestListeners - 1);
            accuracy.Add(new WindowAccuracy(WindowsS[w], mean, 2 * Math.Sqrt(variance / config.TestListeners), windows[w]));
        }
        return new EegDecoderMetrics(ridge, attended, unattended, accuracy);
    }

    private static (double Attended, double Other) Score(SimulatedEegTrial trial, float[] weights)
    {
        var s = EegFrontEnd.Reconstruct(trial.Eeg, EegMontage.Count, weights);
        return (EegFrontEnd.Correlation(s.AsSpan(SkipFrames), trial.Attended.AsSpan(SkipFrames)), EegFrontEnd.Correlation(s.AsSpan(SkipFrames), trial.Other.AsSpan(SkipFrames)));
    }

    private static List<float[]> Bank(IReadOnlyList<string> files) => [.. files.Select(f =>
    {
        var sound = AudioFile.Read(f);
        return EegSimulator.DryEnvelope(sound.Channel(0), sound.RateHz);
    })];
}
