using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Core.Eeg;

public sealed class EegDatasetCheckTests
{
    private static EegTrial Trial(string id = "1") => new()
    {
        Id = id, Eeg = [1, 2, 3, 1, 5, 6, 7, 9], Envelopes = [[1, 2, 3, 4], [4, 3, 2, 1]], AttendedIndex = 1,
    };

    private static EegParticipant Participant(params EegTrial[] trials) => new()
    {
        Id = "S1", RateHz = 64, Channels = [new("Cz", EegChannelType.Eeg), new("Fz", EegChannelType.Eeg)], Trials = trials,
    };

    [Fact]
    public void Whole_data_pass()
    {
        var participant = Participant(Trial("1"), Trial("2"));
        EegDatasetCheck.Check(new EegDataset { Name = "d", Participants = [participant] });
        Assert.Equal(4, participant.Trials[0].Samples);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "nan", "channel Fz, sample 1" }, { "flat", "Cz is flat" }, { "copy", "Fz is a copy of Cz" }, { "length", "envelope 1 has 3 samples" },
        { "eeg", "7 EEG values are not 4 samples" }, { "index", "expected 0 to 1" }, { "twice", "Two trials of participant S1 are called 1" }, { "envelope", "envelope 0, sample 2" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_with_its_place(string fault, string says)
    {
        var trial = fault switch
        {
            "nan" => Trial() with { Eeg = [1, 2, 3, double.NaN, 5, 6, 7, 9] },
            "flat" => Trial() with { Eeg = [1, 2, 1, 1, 1, 6, 1, 9] },
            "copy" => Trial() with { Eeg = [1, 1, 2, 2, 5, 5, 7, 7] },
            "length" => Trial() with { Envelopes = [[1, 2, 3, 4], [1, 2, 3]] },
            "eeg" => Trial() with { Eeg = [1, 2, 3, 1, 5, 6, 7] },
            "index" => Trial() with { AttendedIndex = 2 },
            "envelope" => Trial() with { Envelopes = [[1, 2, double.PositiveInfinity, 4]], AttendedIndex = 0 },
            _ => Trial(),
        };
        var participant = fault == "twice" ? Participant(trial, trial) : Participant(trial);
        var error = Assert.Throws<InputDataException>(() => EegDatasetCheck.Check(participant));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
