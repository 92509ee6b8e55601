using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>What loaders know of trials reaches the guard against leaks; what they do not know can be declared.</summary>
public sealed class TrialGroupsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private EegParticipant Read() => Assert.Single(EegDatasetReader.Read(_folder.Path, []).Participants);

    [Fact]
    public void The_attended_talker_is_the_speaker_and_splitting_him_is_refused()
    {
        PublishedLayout.DtuPreprocessed(_folder.File("S1_data_preproc.mat"), 640);
        var participant = Read();
        Assert.Equal(["female", "male"], participant.Trials.Select(t => t.Groups.Speaker));
        var twice = participant with { Trials = [.. participant.Trials, participant.Trials[0] with { Id = "again" }] };
        Assert.Contains("training and test trials would share a speaker: `female` is in 2 trials (1, again)", Assert.Throws<ConfigurationException>(() => GroupLeak.Check(twice, SharedGroups.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_declares_what_the_files_do_not_tell()
    {
        PublishedLayout.DtuPreprocessed(_folder.File("S1_data_preproc.mat"), 640);
        File.WriteAllText(_folder.File("trial_groups.tsv"), "participant\ttrial\tstory\tspeaker\tsession\nS1\t1\tAlice\tn/a\ta\nS1\t2\tn/a\tBob\tb\nS2\t1\tx\tx\tx\n");
        Assert.Equal([("Alice", "female", "a"), (null, "Bob", "b")], Read().Trials.Select(t => (t.Groups.Story, t.Groups.Speaker, t.Groups.Session)));
        File.WriteAllText(_folder.File("trial_groups.tsv"), "participant\ttrial\tstory\nS1\t3\tAlice\n");
        Assert.Contains("participant S1 has no trial 3; there are 1, 2", Assert.Throws<InputDataException>(Read).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("trial_groups.tsv"), "participant\ttrial\tstory\nS1\t1\tAlice\nS1\t1\tBob\n");
        Assert.Contains("trial 1 of participant S1 has 2 rows", Assert.Throws<InputDataException>(Read).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("trial_groups.tsv"), "participant\ttrial\tplace\nS1\t1\tAlice\n");
        Assert.Contains("expected participant, trial and some of story, speaker, session, presentation", Assert.Throws<InputDataException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_session_is_flagged_and_several_are_guarded()
    {
        PublishedLayout.DtuPreprocessed(_folder.File("S1_data_preproc.mat"), 640);
        var participant = Read();
        EegParticipant Sessions(params string[] names) => participant with { Trials = [.. names.Select((n, i) => participant.Trials[i % 2] with { Id = $"{i}", Groups = new() { Session = n } })] };
        Assert.Contains(GroupLeak.Check(Sessions("ses-1", "ses-1"), SharedGroups.None), f => f.StartsWith("session: all trials are of one, `ses-1`", StringComparison.Ordinal));
        Assert.Contains("share a session", Assert.Throws<ConfigurationException>(() => GroupLeak.Check(Sessions("ses-1", "ses-1", "ses-2"), SharedGroups.Story)).Message, StringComparison.Ordinal);
    }
}
