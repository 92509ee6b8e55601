using AttentionEngine.Attention;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Attention;

public class DecisionPolicyTests
{
    private static readonly AttentionSettings Settings = new("", null, 40, 0.5, 0.3);

    private static AttentionEstimate Estimate(double timeS, params float[] posterior)
    {
        var e = new AttentionEstimate(posterior.Length - 1) { Count = posterior.Length - 1, Time = StreamTime.FromSeconds(timeS) };
        posterior.CopyTo(e.Posterior, 0);
        return e;
    }

    [Fact]
    public void Takes_what_exceeds_the_threshold_and_holds_between()
    {
        var policy = new DecisionPolicy(Settings, -12);
        Assert.Equal(-1, policy.Decide(Estimate(0, 0.45f, 0.35f, 0.2f)).Talker);   // nobody exceeds 0.5 yet
        Assert.Equal(0, policy.Decide(Estimate(0.04, 0.6f, 0.3f, 0.1f)).Talker);
        Assert.Equal(0, policy.Decide(Estimate(0.08, 0.1f, 0.8f, 0.1f)).Talker);   // held for 0.3 s
        var now = policy.Decide(Estimate(0.36, 0.1f, 0.8f, 0.1f));
        Assert.Equal(1, now.Talker);
        Assert.Equal(0.8f, now.Confidence);
        Assert.Equal(1, policy.Decide(Estimate(0.8, 0.48f, 0.42f, 0.1f)).Talker);  // best, but not above the threshold
        Assert.Equal(-1, policy.Decide(Estimate(0.9, 0.1f, 0.2f, 0.7f)).Talker);
    }

    [Fact]
    public void Gains_follow_confidence_down_to_the_floor()
    {
        var policy = new DecisionPolicy(Settings, -12);
        var command = new SteeringCommand(3);
        var sure = Estimate(1, 0.97f, 0.02f, 0.01f);
        policy.Steer(sure, policy.Decide(sure), command);
        double floor = Math.Pow(10, -12 / 20.0);
        Assert.Equal(floor, command.AmbientGain, 1e-5);
        Assert.Equal(1 - floor, command.Gains[0], 1e-5); // with the talker's share of the ambient: full level
        Assert.Equal(0, command.Gains[1]);
        var unsure = Estimate(1.04, 0.55f, 0.4f, 0.05f);
        policy.Steer(unsure, policy.Decide(unsure), command);
        Assert.InRange(command.AmbientGain, 0.5f, 0.9f);
        Assert.Equal(1, command.Gains[0] + command.AmbientGain, 1e-5);
        var nobody = Estimate(3, 0.1f, 0.1f, 0.8f);
        policy.Steer(nobody, policy.Decide(nobody), command);
        Assert.Equal(1, command.AmbientGain);
        Assert.Equal(0, command.Gains[0]);
        var muting = new DecisionPolicy(Settings, double.NegativeInfinity);
        muting.Steer(sure, muting.Decide(sure), command);
        Assert.Equal(0, command.AmbientGain);
        Assert.Equal(1, command.Gains[0]);
    }
}
