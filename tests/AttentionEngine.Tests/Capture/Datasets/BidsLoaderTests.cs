using System.Globalization;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Datasets;

public class BidsLoaderTests
{
    private const string Events = "onset\tduration\ttrial_type\tattended_stimulus\tunattended_stimulus\n0.5\tn/a\tbutton\tn/a\tn/a\n1\t3\tquiet\ta.wav\tb.wav\n5\t3\tquiet\tb.wav\tstimuli/a.wav\n";

    internal static void Make(TempFolder folder)
    {
        string stem = folder.File("bids/sub-07/eeg/sub-07_task-x_");
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        File.WriteAllText(stem + "eeg.vhdr", "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=sub-07_task-x_eeg.eeg\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=3\nSamplingInterval=7812.5\n[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n[Channel Infos]\nCh1=Fz,,1,µV\nCh2=Cz,,1,µV\nCh3=Pulse,,1,\n");
        File.WriteAllBytes(stem + "eeg.eeg", [.. Enumerable.Range(0, 10 * 128 * 3).SelectMany(i => BitConverter.GetBytes((float)(i / 3 + 0.001 * (i % 3))))]);
        File.WriteAllText(stem + "events.tsv", Events);
        File.WriteAllText(stem + "channels.tsv", "name\ttype\tunits\tstatus\nFz\tEEG\tµV\tgood\nCz\tEEG\tµV\tbad\nPulse\tMISC\tn/a\tgood\n");
        Directory.CreateDirectory(folder.File("bids/stimuli"));
        foreach (string name in new[] { "a", "b" })
        {
            using var wav = new WavWriter(folder.File($"bids/stimuli/{name}.wav"), 1, 8000, WavEncoding.Float32);
            wav.Append([.. Enumerable.Range(0, 24000).Select(i => (float)Math.Sin(i * 0.5))]);
        }
    }

    [Fact]
    public void Rows_with_a_stimulus_are_trials_of_the_good_EEG_channels()
    {
        using var folder = new TempFolder();
        Make(folder);
        string subject = Assert.Single(ListeningDataset.SubjectFiles(folder.File("bids")));
        var trials = ListeningDataset.ReadSubject(subject);
        Assert.Equal(2, trials.Count);
        Assert.Equal(["Fz"], trials[0].Channels.Select(c => c.Name));
        Assert.Equal((384, 128.0, 128.0), (trials[0].SampleCount, trials[0].Eeg[0], trials[0].RateHz));
        Assert.Equal(["b.wav", "stimuli/a.wav"], trials[1].Talkers.Select(t => t.Name));
        Assert.True(File.Exists(trials[1].Talkers[1].SoundFile));
        var participant = Assert.Single(EegDatasetReader.Read(folder.File("bids"), ["07"]).Participants);
        Assert.Equal((64.0, 192), (participant.RateHz, participant.Trials[0].Samples));
    }

    [Theory]
    [InlineData("5\t3\tquiet\tb.wav", "9\t3\tquiet\tb.wav", "does not lie within the 10.0 s")]
    [InlineData("a.wav\tb.wav", "a.wav\tc.wav", "the stimulus c.wav is not in")]
    [InlineData("a.wav\tb.wav", "a.wav\t../../secret.wav", "is not in")]
    [InlineData("1\t3\tquiet", "1\tn/a\tquiet", "the duration reads 'n/a'")]
    [InlineData("attended_stimulus", "what", "has no row with a stimulus")]
    public void Wrong_events_are_said(string from, string to, string message)
    {
        using var folder = new TempFolder();
        Make(folder);
        File.WriteAllText(folder.File("bids/sub-07/eeg/sub-07_task-x_events.tsv"), string.Create(CultureInfo.InvariantCulture, $"{Events}").Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("bids/sub-07"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_events_are_said()
    {
        using var folder = new TempFolder();
        Make(folder);
        File.Delete(folder.File("bids/sub-07/eeg/sub-07_task-x_events.tsv"));
        Assert.Contains("give onset, duration and attended_stimulus", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("bids/sub-07"))).Message, StringComparison.Ordinal);
    }
}
