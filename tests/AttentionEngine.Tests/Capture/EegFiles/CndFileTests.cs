using AttentionEngine.Capture.Cnd;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Capture.EegFiles;

public class CndFileTests
{
    [Fact]
    public void Written_stimuli_and_responses_are_read_again()
    {
        using var folder = new TempFolder();
        MatValue Trial(int columns, double first) => MatValue.Numeric([3, columns], Enumerable.Range(0, 3 * columns).Select(i => first + i).ToArray());
        CndFile.Write(folder.File("dataStim.mat"), new CndStimuli(64, ["attended", "unattended"], [[Trial(1, 0), Trial(1, 10)], [Trial(1, 20), Trial(1, 30)]], [4, 0], ["quiet", "babble"]));
        CndFile.Write(folder.File("dataSub1.mat"), new CndResponses(64, [Trial(2, 0), Trial(2, 50)], ["Fz", "Cz"], [1, 0], 5, "BioSemi", "average"));
        var stimuli = CndFile.ReadStimuli(folder.File("dataStim.mat"));
        Assert.Equal(64, stimuli.RateHz);
        Assert.Equal(["attended", "unattended"], stimuli.FeatureNames);
        Assert.Equal([30, 31, 32], stimuli.Features[1][1].ToDoubles());
        Assert.Equal([4, 0], stimuli.StimulusIndex);
        Assert.Equal(["quiet", "babble"], stimuli.Condition);
        var responses = CndFile.ReadResponses(folder.File("dataSub1.mat"));
        Assert.Equal([50, 51, 52, 53, 54, 55], responses.Trials[1].ToDoubles());
        Assert.Equal(["Fz", "Cz"], responses.ChannelNames);
        Assert.Equal([1, 0], responses.OriginalTrial);
        Assert.Equal(5, responses.PaddingStartSample);
        Assert.Equal(5, MatFile.Read(folder.File("dataStim.mat"))["stim"].Field("stimIdxs")!.ToDoubles()[0]);
    }

    [Fact]
    public void A_legacy_file_without_indices_and_with_conditions_as_text_is_read()
    {
        using var folder = new TempFolder();
        var data = MatValue.CellArray([1, 2], [MatValue.Numeric([2, 1], new double[2]), MatValue.Numeric([2, 1], new double[2])]);
        MatWriter.Write(folder.File("dataStim.mat"), [("stim", MatValue.Struct(("fs", MatValue.Scalar(128)), ("data", data), ("condIdxs", MatValue.CellArray([1, 2], [MatValue.Chars("a"), MatValue.Chars("b")]))))]);
        var stimuli = CndFile.ReadStimuli(folder.File("dataStim.mat"));
        Assert.Equal([0, 1], stimuli.StimulusIndex);
        Assert.Equal(["a", "b"], stimuli.Condition);
        var error = Assert.Throws<InputDataException>(() => CndFile.ReadResponses(folder.File("dataStim.mat")));
        Assert.Contains("has no struct 'eeg', but stim", error.Message, StringComparison.Ordinal);
    }
}
