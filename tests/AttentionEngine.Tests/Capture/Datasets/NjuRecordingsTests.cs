using AttentionEngine.Capture.Datasets;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>NJU as recorded: data.eeg is a cell of trials, the table of trials is a MATLAB object.</summary>
public sealed class NjuRecordingsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private string File_ => _folder.File("exg/raw/S01.mat");

    public void Dispose() => _folder.Dispose();

    private void Make(int lost = -1, params (string, MatValue)[] more)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File_)!);
        MatValue Trial(int t) => t == lost ? MatValue.Numeric([0, 0], Array.Empty<double>()) : PublishedLayout.Noise(1280, 4, t + 1);
        var data = MatValue.Struct([("eeg", PublishedLayout.Cells(Trial(0), Trial(1), Trial(2))), .. more]);
        File.WriteAllBytes(File_, [.. MatWriter.Encode([("data", data)], compress: false), .. PublishedLayout.Opaque("expinfo", "table")]);
    }

    private void Table(string rows) => File.WriteAllText(_folder.File("exg/raw/S01.csv"), "trial,l_audio,r_audio,attended_lr,azimuth\n" + rows);

    private string Refused() => Assert.Throws<InputDataException>(() => ListeningDataset.ReadSubject(File_)).Message;

    [Fact]
    public void The_table_tells_which_sound_came_from_which_side_and_which_was_attended()
    {
        Make();
        Assert.Contains("writetable(expinfo, 'S01.csv')", Refused(), StringComparison.Ordinal);
        Table("1,a.wav,b.wav,left,-30;60\n2,c.wav,a.wav,right,0;90\n3,d.wav,e.wav,left,0;90\n");
        Assert.Contains("no folder stimuli lies beside it or above", Refused(), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.File("stimuli"));
        var trials = ListeningDataset.ReadSubject(File_);
        Assert.Equal([0, 1, 0], trials.Select(t => t.Attended));
        Assert.Equal(("S01", 128.0, "a.wav+b.wav", "azimuth -30;60"), (trials[0].Subject, trials[0].RateHz, trials[0].Story, trials[0].Condition));
        Assert.Equal([("c.wav", "L"), ("a.wav", "R")], trials[1].Talkers.Select(k => (k.Name, k.Side)));
        Assert.Equal(_folder.File("stimuli/a.wav"), trials[1].Talkers[1].SoundFile);
    }

    [Fact]
    public void A_lost_trial_keeps_its_row_and_is_not_read()
    {
        Make(lost: 1);
        Directory.CreateDirectory(_folder.File("stimuli"));
        Table("1,a.wav,b.wav,left,\n2,c.wav,d.wav,left,\n3,e.wav,f.wav,right,\n");
        var trials = ListeningDataset.ReadSubject(File_);
        Assert.Equal([("1", "a.wav"), ("3", "e.wav")], trials.Select(t => (t.Name, t.Talkers[0].Name)));
        Assert.Equal(1, trials[1].Attended);
    }

    [Fact]
    public void Envelopes_of_the_cleaned_files_are_taken_at_the_rate_of_the_EEG()
    {
        double[] slow = [.. Enumerable.Range(0, 640).Select(i => 2 + Math.Sin(2 * Math.PI * 3 * i / 64.0))];
        var envelopes = PublishedLayout.Cells([.. Enumerable.Range(0, 3).Select(_ => MatValue.Numeric([640, 1], slow))]);
        Make(-1, ("leftEnv", envelopes), ("rightEnv", envelopes), ("fsample", MatValue.Struct(("eeg", MatValue.Scalar(128)), ("leftEnv", MatValue.Scalar(64)), ("rightEnv", MatValue.Scalar(64)))));
        Table("1,a.wav,b.wav,left,\n2,c.wav,d.wav,R,\n3,e.wav,f.wav,left,\n");
        var trial = ListeningDataset.ReadSubject(File_)[1];
        Assert.Equal((1, 1280), (trial.Attended, trial.Talkers[0].Envelope!.Length));
        for (int i = 300; i < 900; i += 37) Assert.Equal(2 + Math.Sin(2 * Math.PI * 3 * i / 128.0), trial.Talkers[1].Envelope![i], 1e-3);
    }

    [Fact]
    public void What_contradicts_the_table_is_said()
    {
        Make();
        Directory.CreateDirectory(_folder.File("stimuli"));
        Table("1,a.wav,b.wav,left,\n2,c.wav,d.wav,up,\n3,e.wav,f.wav,left,\n");
        Assert.Contains("attended_lr of trial 2 is 'up'; expected left or right", Refused(), StringComparison.Ordinal);
        Table("1,a.wav,b.wav,left,\n2,c.wav,d.wav,left,\n");
        Assert.Contains("3 trials of EEG, 2 rows in the table", Refused(), StringComparison.Ordinal);
        File.WriteAllText(_folder.File("exg/raw/S01.csv"), "a,b\n1,2\n1,2\n1,2\n");
        Assert.Contains("has the columns a, b; expected attended_lr", Refused(), StringComparison.Ordinal);
    }
}
