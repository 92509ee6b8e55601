using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>One trainer, offline and live; the same evidence whoever runs the decoder.</summary>
public sealed class LiveDecoderTests : IDisposable
{
    private static readonly string[] Labels = ["Fz", "Cz", "Pz"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_that_made_the_envelope_come_back_in_the_live_order()
    {
        const int channels = 3, lags = 5, frames = 20_000;
        var random = new SeededRandom(2);
        float[] truth = [.. Enumerable.Range(0, channels * lags).Select(_ => (float)random.Normal())];
        float[] eeg = [.. Enumerable.Range(0, frames * channels).Select(_ => (float)random.Normal())];
        double[] envelope = Array.ConvertAll(EegFrontEnd.Reconstruct(eeg, channels, truth), v => (double)v);
        var statistics = LaggedStatistics.Of(GoldenSet.Algebra, Array.ConvertAll(eeg, v => (double)v), channels, envelope, 1, new LagRange(lags - 1, lags));
        float[] found = LiveDecoderTraining.LiveWeights(RidgeFit.Solve(GoldenSet.Algebra, statistics, 1e-6 * RidgeFit.MeanDiagonal(statistics)));
        for (int i = 0; i < truth.Length; i++) Assert.Equal(truth[i], found[i], 1e-2);
    }

    [Fact]
    public void A_decoder_goes_from_trials_through_its_file_into_the_engine_and_gives_the_offline_evidence()
    {
        var participant = Participant(128, seed: 4);
        var live = LiveDecoderTraining.Run(GoldenSet.Algebra, participant, new DecodingJob(), "1.2.3", "as recorded", TestContext.Current.CancellationToken);
        Assert.InRange(live.RAttended, 0.3, 0.95);
        Assert.InRange(live.RUnattended, -0.15, 0.15);
        Assert.InRange(live.Calibration!.Accuracy, 0.8, 1);
        Assert.InRange(live.Calibration.Error, 0, 0.15);
        Assert.InRange(live.Calibration.LogLossNats, 0, 0.5);
        live.Decoder.Write(_folder.Path, "For a test.");
        var read = TemporalResponseFunction.Read(_folder.File("decoder.yaml"));
        Assert.Equal(live.Decoder.NatsPerProduct, read.NatsPerProduct);
        Assert.Equal(live.Decoder.CalibrationError, read.CalibrationError);
        Assert.Equal(live.Decoder.Training, read.Training);
        Assert.Equal(Labels, read.Channels);

        // Another listening of the same kind: once as offline work streams it, once in the engine's node, cut otherwise, with more channels.
        var trial = Participant(128, seed: 5).Trials[0];
        var offline = GridTrial.Of(trial.Eeg, 3, 128, trial).Stream(read, 5);
        double[] expected = [.. Enumerable.Range(0, 2).Select(k => offline.Sum(w => w[k]))];
        double[] found = InEngine(trial);
        for (int k = 0; k < 2; k++) Assert.Equal(expected[k], found[k], 1e-3 * Math.Max(1, Math.Abs(expected[k])));
        Assert.True(found[trial.AttendedIndex] - found[1 - trial.AttendedIndex] > 3, $"{found[0]} and {found[1]} nats after a minute");
    }

    /// <summary>
    /// Real EEG through the live front end: three trials of a subject, each decoded by the model of the other two, against the reference figures of the
    /// data's page (plain ridge, lags to about 420 ms): S1 mean r 0.080, S7 mean r 0.200; envelopes shifted in time as the null.
    /// </summary>
    [Theory]
    [InlineData("S1", 0.080)]
    [InlineData("S7", 0.200)]
    public void Real_eeg_gives_the_reference_correlation(string subject, double reference)
    {
        string folder = SharedData.PathOrSkip("data/eeg/dtu_single_talker");
        const int channels = 64, lags = 28, trials = 3;
        var eeg = new float[trials][];
        var envelope = new float[trials][];
        var parts = new LaggedStatistics[trials];
        for (int t = 0; t < trials; t++)
        {
            var arrays = NpyReader.ReadNpz(Path.Combine(folder, $"DTU_{subject}_{t:000}.npz"));
            float[] raw = arrays["eeg"].ToSingles();
            double[] timesS = [.. Enumerable.Range(0, raw.Length / channels).Select(i => i / 64.0)];
            eeg[t] = EegFrontEnd.EegToGrid(raw, timesS, channels, 64, 0, timesS.Length);
            envelope[t] = EegFrontEnd.Envelope(arrays["envelope"].ToSingles());
            parts[t] = LaggedStatistics.Of(GoldenSet.Algebra, Array.ConvertAll(eeg[t], v => (double)v), channels, Array.ConvertAll(envelope[t], v => (double)v), 1, new LagRange(lags - 1, lags));
        }
        double r = 0, shifted = 0;
        for (int t = 0; t < trials; t++)
        {
            var training = parts[0].Empty();
            foreach (var part in parts.Where(p => p != parts[t])) training.Add(part);
            float[] s = EegFrontEnd.Reconstruct(eeg[t], channels, LiveDecoderTraining.LiveWeights(RidgeFit.Solve(GoldenSet.Algebra, training, 0.1 * RidgeFit.MeanDiagonal(training))));
            int from = 64, count = s.Length - lags - 64;
            r += EegFrontEnd.Correlation(s.AsSpan(from, count), envelope[t].AsSpan(from, count)) / trials;
            for (int shift = 5; shift <= 20; shift += 5)
                shifted += EegFrontEnd.Correlation(s.AsSpan(from, count - shift * 64), envelope[t].AsSpan(from + shift * 64, count - shift * 64)) / (trials * 4);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{subject}: r {r:F3}, reference {reference:F3}, shifted envelopes {shifted:F3}"));
        Assert.InRange(r, reference - 0.04, reference + 0.06);
        Assert.InRange(Math.Abs(shifted), 0, 0.06);
    }

    [Fact]
    public void The_shipped_decoder_is_not_calibrated_and_gives_no_evidence_of_its_own()
    {
        var shipped = TemporalResponseFunction.Read(Repository.PathOf("models/eeg-decoder-sim/decoder.yaml"));
        Assert.Equal(0, shipped.NatsPerProduct);
        Assert.Null(shipped.Training);
        Assert.False(new EegDecoder(shipped, 2, shipped.Channels, 128).IsCalibrated);
    }

    [Theory]
    [InlineData(0.6, 2, 0.15)] // attended sums lie 0.6 above the other's, variance 2 each: the log-likelihood ratio has slope 0.6 / 2
    [InlineData(3, 9, 0.15)]
    [InlineData(0, 1, 0)]
    public void Calibration_finds_what_a_sum_is_worth(double mean, double variance, double tolerance)
    {
        var random = new SeededRandom(8);
        var windows = Enumerable.Range(0, 4000).Select(i =>
        {
            int attended = random.Index(2);
            double[] sums = [.. Enumerable.Range(0, 2).Select(k => (k == attended ? mean : 0) + Math.Sqrt(variance) * random.Normal())];
            return new EvidenceWindow(i / 100, sums, attended);
        }).ToList();
        var calibration = EvidenceCalibration.Fit(windows);
        if (mean > 0) Assert.Equal(mean / variance, calibration.NatsPerProduct, tolerance * mean / variance);
        else Assert.InRange(calibration.NatsPerProduct, 0, 0.06);
        Assert.InRange(calibration.Error, 0, 0.03);
        Assert.InRange(calibration.LogLossNats, 0, Math.Log(2) + 0.005);
    }

    [Fact]
    public void Trials_that_the_live_engine_could_not_decode_are_refused()
    {
        var job = new DecodingJob();
        Assert.Contains("begins at lag 0", Assert.Throws<ConfigurationException>(() => Train(Participant(128, 1), job with { MinLagS = 0.1 })).Message, StringComparison.Ordinal);
        Assert.Contains("64 Hz or more", Assert.Throws<InputDataException>(() => Train(Participant(128, 1) with { RateHz = 32 }, job)).Message, StringComparison.Ordinal);
        static void Train(EegParticipant participant, DecodingJob job) => LiveDecoderTraining.Run(GoldenSet.Algebra, participant, job, "1", "as recorded");
    }

    /// <summary>EEG in millivolts of offset and noise; Cz follows the attended envelope after 125 ms.</summary>
    private static EegParticipant Participant(double rateHz, ulong seed)
    {
        var random = new SeededRandom(seed);
        var trials = Enumerable.Range(0, 5).Select(t =>
        {
            int samples = (int)(60 * rateHz), attended = random.Index(2), delay = (int)(0.125 * rateHz);
            double[][] envelopes = [.. Enumerable.Range(0, 2).Select(_ => Envelope(random, samples, rateHz))];
            var eeg = new double[samples * 3];
            for (int i = 0; i < samples; i++)
            {
                double follows = i >= delay ? envelopes[attended][i - delay] : 0, common = 4 * random.Normal();
                (eeg[3 * i], eeg[3 * i + 1], eeg[3 * i + 2]) = (5000 + common + random.Normal(), -3000 + common + 0.8 * follows + 3 * random.Normal(), 100 + 4 * random.Normal());
            }
            return new EegTrial { Id = $"t{t}", Eeg = eeg, Envelopes = envelopes, AttendedIndex = attended };
        });
        return new EegParticipant { Id = "made", RateHz = rateHz, Channels = [.. Labels.Select(l => new EegChannel(l, EegChannelType.Eeg))], Trials = [.. trials] };
    }

    /// <summary>Positive, about 4 Hz wide.</summary>
    private static double[] Envelope(SeededRandom random, int samples, double rateHz)
    {
        double[] hz = [.. Enumerable.Range(0, 20).Select(_ => random.Uniform(1.5, 8))], phase = [.. hz.Select(_ => random.Uniform(0, 6.28))];
        return [.. Enumerable.Range(0, samples).Select(i => 5 + hz.Select((f, j) => 0.4 * Math.Sin(2 * Math.PI * f * i / rateHz + phase[j])).Sum())];
    }

    private double[] InEngine(EegTrial trial)
    {
        const double tickS = 0.04;
        using var engine = new AttentionDecoder(new AttentionSettings(Repository.PathOf("models/fusion"), _folder.File("decoder.yaml"), 40, 0.5, 0.3), ["a", "b"], new EegStream(["Pz", "x", "Cz", "Fz"], 128));
        Assert.True(engine.EegIsCalibrated);
        var scene = new TalkerScene(2) { Count = 2 };
        var estimate = new AttentionEstimate(2);
        var total = new double[2];
        var grid = GridTrial.Of(trial.Eeg, 3, 128, trial);
        int sample = 0, frame = 0, frames = grid.RawEnvelopes[0].Length;
        for (int tick = 1; tick * tickS <= 60.5; tick++)
        {
            for (; sample < trial.Samples && sample / 128.0 < tick * tickS; sample++)
            {
                float At(int c) => (float)trial.Eeg[sample * 3 + c];
                engine.AddEeg(new EegChunk(new SampleChunk([At(2), 0, At(1), At(0)], [sample / 128.0], 4, sample, 0)));
            }
            for (; frame < frames && frame / 64.0 < tick * tickS - 0.1; frame++)
                engine.AddEnvelope(new SpeechEnvelope(new SampleChunk([grid.RawEnvelopes[0][frame], grid.RawEnvelopes[1][frame]], [frame / 64.0], 2, frame, 0)));
            engine.Tick(tick, StreamTime.FromSeconds(tick * tickS), scene, estimate);
            for (int k = 0; k < 2; k++) total[k] += engine.EegNats[k];
        }
        return total;
    }
}
