using AttentionEngine.Analysis.Scoring;

namespace AttentionEngine.Tests.Analysis;

public class CapturedNatsTests
{
    private static SessionTruth Truth(params TalkerSpan[] attended) => new()
    {
        Seed = 1, Scene = "", Attended = attended, Activity = [], Conversation = [0, 0, 1], FirstSampleTimeS = 0, AudioRateHz = 16000, ImagesScale = 1,
    };

    [Theory]
    [InlineData(1f / 3, 0)]
    [InlineData(1f, 1.0986122886681098)]      // ln 3
    [InlineData(0.5f, 0.4054651081081644)]    // ln 1.5
    [InlineData(0f, -12.716898269296166)]     // the floor of 1e-6
    public void It_is_the_log_probability_over_a_guess_among_the_talkers(float probability, double expected)
    {
        float[] posterior = [probability, 0, 0, 0, probability, 0, 0, 0];
        Assert.Equal(expected, CapturedNats.Mean([0, 1], posterior, 3, Truth(new TalkerSpan(0, 0, 2))), 1e-6);
    }

    [Fact]
    public void Ticks_without_an_attended_talker_do_not_count()
    {
        float[] posterior = [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];
        var truth = Truth(new TalkerSpan(0, 0, 1), new TalkerSpan(-1, 1, 2)); // the third tick lies after the truth
        Assert.Equal(Math.Log(3), CapturedNats.Mean([0, 1, 2], posterior, 3, truth), 1e-12);
        Assert.True(double.IsNaN(CapturedNats.Mean([5], [1, 0, 0, 0], 3, truth)));
    }
}
