using System.IO.Compression;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Tests.Capture.EegFiles;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>NJU, AVED, SparrKULee and EventAAD on files made to their layout.</summary>
public class MoreDatasetTests
{
    private static void Set(string path, int samples, double rateHz, params string[] names) => MatWriter.Write(path, [("EEG", MatValue.Struct(
        ("nbchan", MatValue.Scalar(names.Length)), ("pnts", MatValue.Scalar(samples)), ("trials", MatValue.Scalar(1)), ("srate", MatValue.Scalar(rateHz)),
        ("data", MatValue.Numeric([names.Length, samples], Enumerable.Range(0, names.Length * samples).Select(i => (float)Math.Sin(0.01 * i * (1 + i % names.Length))).ToArray())),
        ("chanlocs", MatValue.StructArray([1, names.Length], new Dictionary<string, IReadOnlyList<MatValue>> { ["labels"] = [.. names.Select(MatValue.Chars)] }))))]);

    private static void Wav(string path, double seconds, params double[] amplitudes)
    {
        using var wav = new WavWriter(path, amplitudes.Length, 8000, WavEncoding.Float32);
        wav.Append([.. Enumerable.Range(0, (int)(8000 * seconds) * amplitudes.Length).Select(i => (float)(amplitudes[i % amplitudes.Length] * Math.Sin(0.7 * (i / amplitudes.Length))))]);
    }

    private static void Npy(string path, int[] rowLength, double[] values)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new NpyWriter<double>(path, rowLength.Length == 0 ? 1 : rowLength[0]);
        writer.Append(values);
    }

    private static double[] Noise(int count, ulong seed)
    {
        var random = new AttentionEngine.Core.Randomness.SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
    }

    [Fact]
    public void NJU_is_a_cell_of_trials_in_which_wavA_is_attended()
    {
        using var folder = new TempFolder();
        MatValue Trial(int seed, int unattended) => MatValue.Struct(("eeg", PublishedLayout.Noise(640, 4, seed)), ("wavA", PublishedLayout.Noise(640, 1, seed + 1)), ("wavB", PublishedLayout.Noise(unattended, 1, seed + 2)),
            ("event", MatValue.Struct(("eeg", MatValue.Struct(("value", MatValue.Scalar(3)))))));
        MatWriter.Write(folder.File("S01_data_preproc.mat"), [("data", PublishedLayout.Cells(Trial(1, 640), Trial(4, 640)))]);
        var trials = ListeningDataset.ReadSubject(folder.File("S01_data_preproc.mat"));
        Assert.Equal(("S01", 2, 64.0, 0, "position 3"), (trials[0].Subject, trials.Count, trials[0].RateHz, trials[0].Attended, trials[0].Condition));
        Assert.Equal(PublishedLayout.Noise(640, 1, 5).ToDoubles(), trials[1].Talkers[0].Envelope);
        MatWriter.Write(folder.File("S02_data_preproc.mat"), [("data", PublishedLayout.Cells(Trial(1, 320)))]);
        Assert.Contains("data{1}.wavB has 320 samples, the EEG of the trial 640", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("S02_data_preproc.mat"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVED_alternates_sides_takes_a_talker_per_channel_and_warns_that_the_label_is_the_order()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("audio_video/sub2"));
        Directory.CreateDirectory(folder.File("mixed_audio"));
        for (int k = 1; k <= 2; k++)
        {
            Set(folder.File($"audio_video/sub2/trial{k}.set"), 128 * 4, 128, "Fz", "Cz");
            Wav(folder.File($"mixed_audio/{k}.wav"), 4, 1, 0.1);
        }
        string subject = Assert.Single(ListeningDataset.SubjectFiles(folder.File("audio_video")));
        var trials = ListeningDataset.ReadSubject(subject);
        Assert.Equal([0, 1], trials.Select(t => t.Attended));
        Assert.Equal([("L", 0), ("R", 1)], trials[0].Talkers.Select(t => (t.Side, t.SoundChannel!.Value)));
        var participant = Assert.Single(EegDatasetReader.Read(folder.File("audio_video"), ["sub2"]).Participants);
        Assert.Contains("the label is the trials' order", Assert.Single(participant.Flags), StringComparison.Ordinal);
        // Power 0.6 of a tenth of the amplitude.
        Assert.Equal(Math.Pow(0.1, 0.6), participant.Trials[0].Envelopes[1][128] / participant.Trials[0].Envelopes[0][128], 0.02);
        Directory.CreateDirectory(folder.File("audio_only"));
        Assert.Contains("two conditions", Assert.Throws<InputDataException>(() => ListeningDataset.SubjectFiles(folder.File(""))).Message, StringComparison.Ordinal);
        File.Delete(folder.File("mixed_audio/2.wav"));
        Assert.Contains("2.wav is not there", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(subject)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVED_tables_are_cut_into_trials_of_152_seconds()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("mixed_audio"));
        foreach (int k in new[] { 1, 2 }) Wav(folder.File($"mixed_audio/{k}.wav"), 1, 1, 1);
        string[] lines = [.. Enumerable.Range(0, 2 * 152 * 128).Select(i => FormattableString.Invariant($"{i},{-i}"))];
        File.WriteAllLines(folder.File("sub7.csv"), lines);
        var trials = ListeningDataset.ReadSubject(Assert.Single(ListeningDataset.SubjectFiles(folder.File(""))));
        Assert.Equal((2, 152 * 128, 1, 152.0 * 128), (trials.Count, trials[1].SampleCount, trials[1].Attended, trials[1].Eeg[0]));
        File.WriteAllLines(folder.File("sub7.csv"), lines[..^1]);
        Assert.Contains("are not whole trials", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("sub7.csv"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparrKULee_splits_of_a_stimulus_are_one_presentation()
    {
        using var folder = new TempFolder();
        foreach (string split in new[] { "train", "test" })
        {
            Npy(folder.File($"split/{split}_-_sub-003_-_audiobook_1_-_eeg.npy"), [64], Noise(64 * 640, 1));
            Npy(folder.File($"split/{split}_-_sub-003_-_audiobook_1_-_envelope.npy"), [], Noise(640, 2));
        }
        string file = Assert.Single(ListeningDataset.SubjectFiles(folder.File("split")));
        var trials = ListeningDataset.ReadSubject(file);
        Assert.Equal(["test audiobook_1", "train audiobook_1"], trials.Select(t => t.Name));
        Assert.Equal(("003", "audiobook_1", "audiobook_1", "Cz"), (trials[0].Subject, trials[0].Story, trials[0].Presentation, trials[0].Channels[47].Name));
        Assert.Equal((640, 640), (trials[0].SampleCount, trials[0].Talkers[0].Envelope!.Length));
        Npy(folder.File("split/train_-_sub-003_-_podcast_2_-_eeg.npy"), [64], Noise(64 * 640, 1));
        Assert.Contains("podcast_2_-_envelope.npy is not there", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparrKULee_whole_recordings_find_their_envelope_among_the_stimuli()
    {
        using var folder = new TempFolder();
        string stem = "derivatives/preprocessed_eeg/sub-001/ses-shortstories01/sub-001_ses-shortstories01_task-listening_run-02_desc-preproc-audio-audiobook_5_1";
        Npy(folder.File(stem + "_eeg.npy"), [64], Noise(64 * 640, 1));
        Npy(folder.File("derivatives/preprocessed_stimuli/audiobook_5_1_envelope.npy"), [], Noise(650, 2));
        var trial = Assert.Single(ListeningDataset.ReadSubject(Assert.Single(ListeningDataset.SubjectFiles(folder.File("derivatives")))));
        Assert.Equal(("audiobook_5_1", 640), (trial.Name, trial.SampleCount));
        File.Delete(folder.File("derivatives/preprocessed_stimuli/audiobook_5_1_envelope.npy"));
        Npy(folder.File("derivatives/preprocessed_stimuli/audiobook_5_1_envelope.npy"), [], Noise(1280, 2));
        Assert.Contains("has 1280 samples, the EEG 640", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File(stem + "_eeg.npy"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparrKULee_raw_recordings_and_sounds_are_read_packed()
    {
        using var folder = new TempFolder();
        string stem = folder.File("sub-001/ses-1/eeg/sub-001_ses-1_task-listening_run-01_");
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        Directory.CreateDirectory(folder.File("stimuli/eeg"));
        Pack(stem + "eeg.bdf.gz", EegFileTests.Edf(bdf: true, records: 8));
        File.WriteAllText(stem + "events.tsv", "onset\tduration\tstim_file\ttrigger_file\n2\t4\teeg/audiobook_1.npz.gz\tn/a\n");
        using var npz = new MemoryStream();
        using (var zip = new ZipArchive(npz, ZipArchiveMode.Create, leaveOpen: true))
        {
            Npy(folder.File("audio.npy"), [], [.. Enumerable.Range(0, 4 * 8000).Select(i => Math.Sin(0.5 * i))]);
            Npy(folder.File("fs.npy"), [], [8000]);
            foreach (string name in new[] { "audio.npy", "fs.npy" })
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(File.ReadAllBytes(folder.File(name)));
            }
        }
        Pack(folder.File("stimuli/eeg/audiobook_1.npz.gz"), npz.ToArray());
        var trial = Assert.Single(ListeningDataset.ReadSubject(Assert.Single(ListeningDataset.SubjectFiles(folder.File("")))));
        Assert.Equal((4.0, 16, 40f), (trial.RateHz, trial.SampleCount, (float)trial.Eeg[0]));
        Assert.Equal(256, EegDatasetReader.FromSound(trial.Talkers[0].SoundFile!).Length);
        File.WriteAllBytes(stem + "eeg.bdf.gz", File.ReadAllBytes(stem + "eeg.bdf.gz")[..60]);
        Assert.Contains("eeg.bdf.gz", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("sub-001"))).Message, StringComparison.Ordinal);
    }

    private static void Pack(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        gzip.Write(bytes);
    }

    [Fact]
    public void EventAAD_trials_are_from_8_to_9_and_know_the_other_talkers()
    {
        using var folder = new TempFolder();
        string stem = folder.File("sub-05/eeg/sub-05_task-aad_");
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        Directory.CreateDirectory(folder.File("stimuli"));
        foreach (string s in new[] { "a", "b", "c" }) Wav(folder.File($"stimuli/{s}.wav"), 3, 1);
        Set(stem + "eeg.set", 128 * 12, 128, "Fz", "Cz");
        string events = "onset\tduration\tvalue\tattended_stimulus\n0.5\tn/a\t3\tn/a\n1\tn/a\t8\tb.wav\n4\tn/a\t9\tn/a\n6\tn/a\t8\tc.wav\n9\tn/a\t9\tn/a\n";
        File.WriteAllText(stem + "events.tsv", events);
        File.WriteAllText(stem + "events.json", "[{\"stimulies\": [\"a.wav\", \"b.wav\"]}, {\"stimulies\": [\"c.wav\", \"a.wav\", \"b.wav\"]}]");
        var trials = ListeningDataset.ReadSubject(folder.File("sub-05"));
        Assert.Equal([["b.wav", "a.wav"], ["c.wav", "a.wav", "b.wav"]], trials.Select(t => t.Talkers.Select(k => k.Name).ToArray()));
        Assert.Equal([384, 384], trials.Select(t => t.SampleCount));
        File.WriteAllText(stem + "events.tsv", events.Replace("4\tn/a\t9\tn/a\n", "", StringComparison.Ordinal));
        Assert.Contains("begins at 1 s has no end", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("sub-05"))).Message, StringComparison.Ordinal);
        File.WriteAllText(stem + "events.tsv", events.Replace("b.wav", "q.wav", StringComparison.Ordinal));
        Assert.Contains("'q.wav' of trial 1 is none of its sounds a.wav, b.wav", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("sub-05"))).Message, StringComparison.Ordinal);
        File.Delete(stem + "events.json");
        Assert.Contains("events.json is not there", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("sub-05"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_MATLAB_table_of_an_unknown_set_says_which_file_to_give()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("S3.mat"), [.. MatWriter.Encode([("x", MatValue.Scalar(1))], compress: false), .. PublishedLayout.Opaque("trialinfo", "table")]);
        Assert.Contains("writetable(trialinfo, 'S3.csv')", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("S3.mat"))).Message, StringComparison.Ordinal);
        PublishedLayout.DtuRaw(folder.File("S1.mat"));
        File.WriteAllText(folder.File("S1.csv"), "trigger,attended_lr,file_left,file_right\n1,1,a.wav,b.wav\n");
        Assert.Contains("expected wavfile_male and wavfile_female", Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(folder.File("S1.mat"))).Message, StringComparison.Ordinal);
    }
}
