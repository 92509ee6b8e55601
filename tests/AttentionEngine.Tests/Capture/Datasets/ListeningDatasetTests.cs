using AttentionEngine.Capture.Cnd;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Datasets;

public class ListeningDatasetTests
{
    private static string Refused(Action read)
    {
        var e = Assert.Throws<InputDataException>(read);
        Assert.Equal(ExitCode.InputInvalid, e.ExitCode);
        return e.Message;
    }

    [Fact]
    public void KUL_ear_track_repetition_and_dry_sound()
    {
        using var folder = new TempFolder();
        PublishedLayout.Kul(folder.File("S1.mat"), 128, 640);
        var trials = ListeningDataset.ReadSubject(folder.File("S1.mat"));
        Assert.Equal([0, 1, 0], trials.Select(t => t.Attended));
        Assert.Equal(["L", "R"], trials[1].Talkers.Select(t => t.Side));
        // The repetition shares its story with the first trial, whatever the name of its file.
        Assert.Equal(["part1", "part2", "part1"], trials.Select(t => t.Story));
        Assert.Equal([false, false, true], trials.Select(t => t.IsRepetition));
        Assert.EndsWith(Path.Combine("stimuli", "part1_track1_dry.wav"), trials[0].Talkers[0].SoundFile, StringComparison.Ordinal);
        Assert.Equal(["Cz", "Pz"], trials[0].Channels.Select(c => c.Name));
        Assert.Equal(640, trials[0].SampleCount);
    }

    [Fact]
    public void Sound_becomes_envelopes_and_wrong_rates_are_caught()
    {
        using var folder = new TempFolder();
        PublishedLayout.Kul(folder.File("S1.mat"), 128, 1280);
        void Sound(string name, double seconds)
        {
            using var wav = new WavWriter(folder.File($"stimuli/{name}"), 1, 16000, WavEncoding.Float32);
            wav.Append([.. Enumerable.Range(0, (int)(16000 * seconds)).Select(i => (float)(Math.Sin(i * 0.3) * (1 + Math.Sin(2 * Math.PI * 4 * i / 16000)) * 0.2))]);
        }
        Directory.CreateDirectory(folder.File("stimuli"));
        foreach (string name in new[] { "part1_track1_dry.wav", "part1_track2_dry.wav", "part2_track1_dry.wav", "part2_track2_dry.wav", "rep_part1_track1_dry.wav" }) Sound(name, 10);
        Sound("rep_part1_track2_dry.wav", 13);
        Assert.Contains("lasts 13.0 s, the EEG 10.0 s", Refused(() => EegDatasetReader.Read(folder.File("S1.mat"), [])), StringComparison.Ordinal);
        File.Delete(folder.File("stimuli/rep_part1_track2_dry.wav"));
        Sound("rep_part1_track2_dry.wav", 10);
        var participant = Assert.Single(EegDatasetReader.Read(folder.File("S1.mat"), ["S1"]).Participants);
        Assert.Equal(64, participant.RateHz);
        Assert.Equal(640, participant.Trials[0].Samples);
        // A 4 Hz modulation of the sound has its maxima where the sound is loudest: the delay of the filters is taken out.
        double[] envelope = participant.Trials[0].Envelopes[0];
        int best = Enumerable.Range(0, 16).MaxBy(shift => Enumerable.Range(128, 256).Sum(n => envelope[n] * Math.Sin(2 * Math.PI * 4 * (n - shift) / 64.0)));
        Assert.True(best is 0 or 1 or 15, $"the envelope lags by {best} samples");
    }

    [Fact]
    public void DTU_wavA_is_attended_and_the_event_is_a_gender()
    {
        using var folder = new TempFolder();
        PublishedLayout.DtuPreprocessed(folder.File("S1_data_preproc.mat"), 640);
        var trials = ListeningDataset.ReadSubject(folder.File("S1_data_preproc.mat"));
        Assert.Equal("S1", trials[0].Subject);
        Assert.All(trials, t => Assert.Equal(0, t.Attended));
        Assert.Equal(["female", "male"], trials.Select(t => t.Talkers[t.Attended].Speaker));
        var participant = EegDatasetReader.Convert(trials, "x");
        Assert.Equal(AttentionEngine.Core.Eeg.EegChannelType.Eog, participant.Channels[2].Type);
    }

    [Fact]
    public void An_envelope_at_another_rate_is_refused()
    {
        using var folder = new TempFolder();
        PublishedLayout.DtuPreprocessed(folder.File("S1_data_preproc.mat"), 1280);
        Assert.Contains("wavB{1} has 1280 samples, the EEG of the trial 640", Refused(() => ListeningDataset.ReadSubject(folder.File("S1_data_preproc.mat"))), StringComparison.Ordinal);
    }

    [Fact]
    public void DTU_raw_asks_for_the_table_as_CSV_and_reads_it()
    {
        using var folder = new TempFolder();
        PublishedLayout.DtuRaw(folder.File("S1.mat"));
        string message = Refused(() => ListeningDataset.ReadSubject(folder.File("S1.mat")));
        Assert.Contains($"Give {folder.File("S1.csv")} beside it", message, StringComparison.Ordinal);
        Assert.Contains("writetable(expinfo", message, StringComparison.Ordinal);
        const string head = "trigger,attend_mf,attend_lr,acoustic_condition,n_speakers,wavfile_male,wavfile_female\n";
        File.WriteAllText(folder.File("S1.csv"), head + "1,1,2,1,2,m1.wav,f1.wav\n2,2,1,2,2,m2.wav,f2.wav\n3,1,1,3,1,\"m,3.wav\",\n");
        var trials = ListeningDataset.ReadSubject(folder.File("S1.mat"));
        Assert.Equal([0, 1, 0], trials.Select(t => t.Attended));
        Assert.Equal([2, 2, 1], trials.Select(t => t.Talkers.Count));
        Assert.Equal("R", trials[0].Talkers[0].Side);
        Assert.Equal("m,3.wav", trials[2].Talkers[0].Name);
        Assert.Equal(100, trials[0].SampleCount);
        File.WriteAllText(folder.File("S1.csv"), head + "1,1,2,1,2,m1.wav,f1.wav\n9,2,1,2,2,m2.wav,f2.wav\n3,1,1,3,1,m3.wav,\n");
        Assert.Contains("trial 2 begins with trigger 2, its row in the table says 9", Refused(() => ListeningDataset.ReadSubject(folder.File("S1.mat"))), StringComparison.Ordinal);
        File.AppendAllText(folder.File("S1.csv"), "4,1\n");
        Assert.Contains("line 5: 2 columns; the header has 7", Refused(() => ListeningDataset.ReadSubject(folder.File("S1.mat"))), StringComparison.Ordinal);
    }

    [Fact]
    public void AVGC_keeps_the_talker_when_sides_swap()
    {
        using var folder = new TempFolder();
        PublishedLayout.AvGc(folder.File("2024-AV-GC-AAD-sub01_preprocessed.mat"));
        var trial = Assert.Single(ListeningDataset.ReadSubject(folder.File("2024-AV-GC-AAD-sub01_preprocessed.mat")));
        Assert.Equal(("01", 0, "R", 300.0, "MovingVideo"), (trial.Subject, trial.Attended, trial.Talkers[0].Side, trial.SideSwitchS, trial.Condition));
        Assert.Equal(["EXG3", "EXG6"], new[] { trial.Channels[64].Name, trial.Channels[67].Name });
    }

    [Fact]
    public void CND_padding_is_cut_and_the_stimulus_is_the_story()
    {
        using var folder = new TempFolder();
        CndFile.Write(folder.File("dataStim.mat"), new CndStimuli(64, ["unattended env", "attended env"], [[PublishedLayout.Noise(100, 1, 1)], [PublishedLayout.Noise(100, 1, 2)]], [6], ["a"]));
        CndFile.Write(folder.File("dataSub3.mat"), new CndResponses(64, [PublishedLayout.Noise(110, 2, 3)], ["Fz", "Cz"], [0], 10, "", ""));
        var trial = Assert.Single(ListeningDataset.ReadSubject(folder.File("dataSub3.mat")));
        Assert.Equal(("3", "stimulus 7", 100), (trial.Subject, trial.Story, trial.SampleCount));
        Assert.StartsWith("attended", trial.Talkers[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_known_set_and_a_participant_that_is_not_there_are_said()
    {
        using var folder = new TempFolder();
        MatWriter.Write(folder.File("x.mat"), [("foo", MatValue.Scalar(1))]);
        Assert.Contains("has the variables foo", Refused(() => ListeningDataset.ReadSubject(folder.File("x.mat"))), StringComparison.Ordinal);
        File.Delete(folder.File("x.mat"));
        PublishedLayout.DtuPreprocessed(folder.File("S1_data_preproc.mat"), 640);
        Assert.Contains("no participant S9; there are S1", Refused(() => EegDatasetReader.Read(folder.Path, ["S9"])), StringComparison.Ordinal);
    }

    [Fact]
    public void The_parity_set_and_real_single_talker_EEG_are_read()
    {
        var tiny = Assert.Single(EegDatasetReader.Read(SharedData.PathOrSkip("bench/aad/tiny_64hz.mat"), []).Participants);
        var npy = NpyReader.Read(SharedData.PathOrSkip("bench/aad/tiny_64hz_eeg.npy"));
        Assert.Equal([6, 640, 16], npy.Shape);
        Assert.Equal((6, 16), (tiny.Trials.Count, tiny.Channels.Count));
        double[] expected = npy.ToDoubles();
        Assert.All(tiny.Trials.Select((t, i) => (t, i)), p => Assert.True(p.t.Eeg.AsSpan().SequenceEqual(expected.AsSpan(p.i * 10240, 10240).ToArray().Select(v => v * Math.Pow(2, -11)).ToArray())));
        var real = EegDatasetReader.Read(SharedData.PathOrSkip("data/eeg/dtu_single_talker"), ["S1"]);
        Assert.Equal((10, 64, 3200), (real.Participants[0].Trials.Count, real.Participants[0].Channels.Count, real.Participants[0].Trials[0].Samples));
    }
}
