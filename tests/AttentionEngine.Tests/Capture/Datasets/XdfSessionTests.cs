using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Datasets;

public class XdfSessionTests
{
    private const double RateHz = 128;

    /// <summary>20 s of EEG whose clock is 500 s behind the recorder's, with 0.25 s missing after 5 s; a pulse at 1012 s of the recorder's clock on channel Cz.</summary>
    private static string Make(TempFolder folder, bool eeg = true, bool gap = true)
    {
        Directory.CreateDirectory(folder.File("p01"));
        string path = folder.File("p01/session.xdf");
        using var writer = new XdfWriter(path, options: new XdfWriterOptions(SyncEveryS: 0));
        StreamInfo Info(string name, string type, int channels, double rateHz, ChannelFormat format, params (string, string, string)[] labels) => new()
        {
            Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = name, Desc = StreamInfo.DescOf(labels),
        };
        int cap = writer.AddStream(Info("cap", eeg ? "EEG" : "Other", 3, RateHz, ChannelFormat.Float32, ("Fz", "EEG", "microvolts"), ("Cz", "EEG", "microvolts"), ("left eye", "EOG", "microvolts")));
        int markers = writer.AddStream(Info("m", "Markers", 1, 0, ChannelFormat.Text));
        for (int i = 0; i < 11; i++) writer.WriteClockOffset(cap, new ClockProbe(1000 + 2 * i, 500, 1e-4));
        for (int i = 0; i < 20 * RateHz; i++)
        {
            if (gap && i is >= 640 and < 672) continue;
            double t = i / RateHz;
            writer.Write<float>(cap, [(float)Math.Sin(i), Math.Abs(t - 12) < 0.05 ? 1 : 0, 2], [500 + t]);
        }
        writer.WriteText(markers, ["go"], 1002);
        writer.WriteText(markers, ["go"], 1010);
        return path;
    }

    /// <summary>A burst of 100 ms in the middle of four seconds of quiet noise.</summary>
    private static void Sounds(TempFolder folder)
    {
        Directory.CreateDirectory(folder.File("stimuli"));
        foreach (string name in new[] { "a", "b" })
        {
            using var wav = new WavWriter(folder.File($"stimuli/{name}.wav"), 1, 16000, WavEncoding.Float32);
            wav.Append([.. Enumerable.Range(0, 64000).Select(i => (float)((name == "a" && Math.Abs(i - 32000) < 800 ? 1 : 0.01) * Math.Sin(0.35 * i)))]);
        }
    }

    private static void Table(TempFolder folder, string rows) => File.WriteAllText(folder.File("p01/trials.tsv"), "onset\tmarker\tduration\tattended_stimulus\tunattended_stimulus\n" + rows);

    [Fact]
    public void Trials_lie_at_onsets_and_markers_in_step_with_their_sounds()
    {
        using var folder = new TempFolder();
        Make(folder);
        Sounds(folder);
        Table(folder, "n/a\tgo\t2\tb.wav\ta.wav\nn/a\tgo\t4\ta.wav\tb.wav\n10\tn/a\t4\ta.wav\tb.wav\n");
        var participant = Assert.Single(EegDatasetReader.FromTrials("x", [("p01", SessionLoader.ReadSubject(XdfSession.Find(folder.File("p01"))!))]).Participants);
        Assert.Equal(("p01", 64.0), (participant.Id, participant.RateHz));
        Assert.Equal(["Fz", "Cz", "left eye"], participant.Channels.Select(c => c.Name));
        Assert.Equal(AttentionEngine.Core.Eeg.EegChannelType.Eog, participant.Channels[2].Type);
        Assert.Equal([128, 256, 256], participant.Trials.Select(t => t.Samples));
        foreach (var trial in participant.Trials.Skip(1))
        {
            // The pulse of the EEG at 1012 s and the burst of the sound that began at 1010 s are at the same sample.
            int Peak(Func<int, double> at) => (int)Math.Round(Enumerable.Range(0, 256).Sum(n => n * Math.Max(0, at(n) - 0.3)) / Enumerable.Range(0, 256).Sum(n => Math.Max(0, at(n) - 0.3)));
            double loudest = trial.Envelopes[0].Max();
            Assert.Equal(128, Peak(n => trial.Eeg[n * 3 + 1]), 1.0);
            Assert.Equal(128, Peak(n => trial.Envelopes[0][n] / loudest), 1.5);
            Assert.True(trial.Envelopes[1].Skip(10).Max() < 0.3 * loudest);
        }
        // The first trial ends before the gap; nothing in it is missing.
        Assert.True(participant.Trials[0].Eeg.All(double.IsFinite));
    }

    [Fact]
    public void Lost_samples_are_NaN_in_their_place()
    {
        using var folder = new TempFolder();
        var session = XdfSession.Read(Make(folder));
        Assert.Equal((int)(20 * RateHz), session.TimesS.Length);
        Assert.Equal(32, Enumerable.Range(0, session.TimesS.Length).Count(n => double.IsNaN(session.Samples[n * 3])));
        Assert.True(double.IsNaN(session.Samples[640 * 3]) && double.IsNaN(session.Samples[671 * 3]));
        Assert.Equal(1012, session.TimesS[(int)(12 * RateHz)], 2e-3);
        Assert.Equal([(1002.0, "go"), (1010.0, "go")], session.Markers);
    }

    [Theory]
    [InlineData("n/a\tstart\t2\ta.wav\tb.wav\n", "no marker 'start' is left in")]
    [InlineData("n/a\tgo\t2\ta.wav\tb.wav\nn/a\tgo\t2\ta.wav\tb.wav\nn/a\tgo\t2\ta.wav\tb.wav\n", "trial 3: no marker 'go' is left")]
    [InlineData("18\tn/a\t4\ta.wav\tb.wav\n", "does not lie within the 20.0 s of EEG")]
    [InlineData("1\tn/a\t9\ta.wav\tb.wav\n", "a.wav lasts 4.0 s, the trial 9 s")]
    [InlineData("1\tn/a\t2\tc.wav\tb.wav\n", "the stimulus c.wav is not in")]
    [InlineData("one\tn/a\t2\ta.wav\tb.wav\n", "the onset reads 'one'")]
    public void Wrong_trials_are_said(string rows, string message)
    {
        using var folder = new TempFolder();
        string path = Make(folder);
        Sounds(folder);
        Table(folder, rows);
        Assert.Contains(message, Assert.Throws<InputDataException>(() => SessionLoader.ReadSubject(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_without_EEG_or_trials_is_said()
    {
        using var folder = new TempFolder();
        string path = Make(folder, eeg: false);
        Assert.Contains("has no EEG among cap (Other), m (Markers)", Assert.Throws<InputDataException>(() => XdfSession.Read(path)).Message, StringComparison.Ordinal);
        Assert.Contains("trials.tsv is not there", Assert.Throws<InputDataException>(() => SessionLoader.ReadSubject(path)).Message, StringComparison.Ordinal);
        Assert.Null(XdfSession.Find(folder.File("")));
    }
}
