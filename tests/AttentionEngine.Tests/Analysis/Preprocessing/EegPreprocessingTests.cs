using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Preprocessing;

public class EegPreprocessingTests
{
    private const double RateHz = 64;

    internal static EegDataset Made(int trials, int samples, Func<int, int, int, double> value, params EegChannel[] channels) => new()
    {
        Name = "made",
        Participants = [new EegParticipant { Id = "P1", RateHz = RateHz, Channels = channels, Trials = [.. Enumerable.Range(0, trials).Select(t => new EegTrial
        {
            Id = $"{t}", AttendedIndex = 0, Envelopes = [[.. Enumerable.Range(0, samples).Select(n => (double)(n % 7))]],
            Eeg = [.. Enumerable.Range(0, samples * channels.Length).Select(i => value(t, i / channels.Length, i % channels.Length))],
        })] }],
    };

    private static EegChannel Scalp(string name) => new(name, EegChannelType.Eeg);

    [Theory, InlineData(false), InlineData(true)]
    public void The_band_is_kept_and_the_rest_goes(bool causal)
    {
        double[] hz = [0.2, 4, 25];
        var data = Made(1, 64 * 60, (_, n, c) => 100 + Math.Sin(2 * Math.PI * hz[c] * n / RateHz), Scalp("slow"), Scalp("mid"), Scalp("fast"));
        var trial = EegPreprocessing.BandPass(data, 1, 9, 2, causal).Participants[0].Trials[0];
        double Rms(int c) => Math.Sqrt(Enumerable.Range(64 * 20, 64 * 20).Average(n => Math.Pow(trial.Eeg[n * 3 + c], 2)) * 2);
        Assert.InRange(Rms(1), causal ? 0.9 : 0.85, 1.02);
        Assert.InRange(Rms(0), 0, 0.06);
        Assert.InRange(Rms(2), 0, 0.06);
        // Zero phase: the kept tone stays in step with what it was.
        double inStep = Enumerable.Range(64 * 20, 64 * 20).Sum(n => trial.Eeg[n * 3 + 1] * Math.Cos(2 * Math.PI * 4 * n / RateHz)) / (64 * 10);
        if (!causal) Assert.InRange(Math.Abs(inStep), 0, 1e-3);
    }

    [Fact]
    public void A_causal_filter_knows_no_future()
    {
        EegDataset Data(double last) => Made(1, 128, (_, n, _) => n == 127 ? last : Math.Sin(n), Scalp("Cz"));
        double[] a = EegPreprocessing.BandPass(Data(0), 1, 9, 2, causal: true).Participants[0].Trials[0].Eeg, b = EegPreprocessing.BandPass(Data(1000), 1, 9, 2, causal: true).Participants[0].Trials[0].Eeg;
        Assert.Equal(a[..127], b[..127]);
        Assert.NotEqual(a[127], b[127]);
        Assert.NotEqual(EegPreprocessing.BandPass(Data(0), 1, 9, 2, causal: false).Participants[0].Trials[0].Eeg[126], EegPreprocessing.BandPass(Data(1000), 1, 9, 2, causal: false).Participants[0].Trials[0].Eeg[126]);
    }

    [Fact]
    public void Average_reference_leaves_no_common_part_and_no_other_channel_alone()
    {
        var random = new SeededRandom(1);
        var data = Made(2, 50, (_, _, c) => random.Normal() + 7, Scalp("a"), Scalp("b"), Scalp("c"), new EegChannel("EXG3", EegChannelType.Eog));
        var result = EegPreprocessing.AverageReference(data);
        double[] before = data.Participants[0].Trials[1].Eeg, after = result.Participants[0].Trials[1].Eeg;
        for (int n = 0; n < 50; n++)
        {
            Assert.Equal(0, after[4 * n] + after[4 * n + 1] + after[4 * n + 2], 12);
            Assert.Equal(before[4 * n + 3], after[4 * n + 3]);
        }
        Assert.Equal("average reference", result.Provenance[^1].Step);
    }

    [Fact]
    public void Eye_movements_are_regressed_out_also_with_copied_EOG_channels()
    {
        var random = new SeededRandom(2);
        double[] eye = [.. Enumerable.Range(0, 640).Select(_ => 100 * random.Normal())], brain = [.. Enumerable.Range(0, 640).Select(_ => random.Normal())];
        var data = Made(1, 640, (_, n, c) => c == 0 ? brain[n] + 0.3 * eye[n] : eye[n], Scalp("Fz"), new EegChannel("VEOG", EegChannelType.Eog), new EegChannel("copy", EegChannelType.Eog));
        double[] cleaned = EegPreprocessing.RegressEog(data).Participants[0].Trials[0].Eeg;
        // The offset of the channel stays; what goes is what varies with the eye.
        double offset = Enumerable.Range(0, 640).Average(n => cleaned[3 * n] - brain[n]);
        double error = Enumerable.Range(0, 640).Average(n => Math.Pow(cleaned[3 * n] - brain[n] - offset, 2));
        Assert.InRange(error, 0, 0.02);
        Assert.Throws<ConfigurationException>(() => EegPreprocessing.RegressEog(Made(1, 10, (_, n, _) => n, Scalp("Cz"))));
    }

    [Fact]
    public void Channels_go_by_kind_and_by_name_and_errors_name_what_there_is()
    {
        var data = Made(1, 4, (_, n, c) => 10 * n + c, Scalp("Fz"), new EegChannel("EXG3", EegChannelType.Eog), new EegChannel("Status", EegChannelType.Trigger));
        var scalp = EegPreprocessing.ScalpAndEyes(data);
        Assert.Equal([0, 1, 10, 11, 20, 21, 30, 31], scalp.Participants[0].Trials[0].Eeg);
        Assert.Equal([1, 11, 21, 31], EegPreprocessing.DropChannels(scalp, ["Fz"]).Participants[0].Trials[0].Eeg);
        Assert.Contains("No channel is called Oz; participant P1 has Fz, EXG3", Assert.Throws<ConfigurationException>(() => EegPreprocessing.DropChannels(scalp, ["Oz"])).Message, StringComparison.Ordinal);
        Assert.Contains("half the rate", Assert.Throws<ConfigurationException>(() => EegPreprocessing.BandPass(data, 1, 40, 2, false)).Message, StringComparison.Ordinal);
    }
}
