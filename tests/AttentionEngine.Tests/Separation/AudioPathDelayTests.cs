using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Tests.Separation;

/// <summary>The delay that the path states from its configuration is the delay that an impulse has.</summary>
public class AudioPathDelayTests
{
    [Theory]
    [InlineData(16000, 0)]
    [InlineData(16000, 1)] // the 2 ms mode for open fits: 1 ms of filter and 1 ms of limiter
    [InlineData(16000, 4)]
    [InlineData(24000, 1)]
    [InlineData(32000, 1)]
    [InlineData(44100, 1)]
    [InlineData(48000, 1)]
    [InlineData(48000, 5)]
    public void An_impulse_comes_out_after_the_stated_delay_with_and_without_filters(double rateHz, double delayMs)
    {
        var like = SeparationFixture.Array;
        var array = new MicrophoneArray(HeadModelKind.RigidSphere, like.SphereRadiusM, rateHz, like.Microphones, like.LeftReference, like.RightReference);
        using var path = new AudioPath(array, SeparationFixture.Settings(delayMs: delayMs), 1);
        var table = path.Delays.Where(d => d.Algorithmic).ToArray();
        Assert.Equal(["filter", "limiter look-ahead"], table.Select(d => d.Name));
        Assert.Equal(path.AlgorithmicDelaySamples, table.Sum(d => d.Ms) * rateHz / 1000, 1e-9);
        Assert.InRange(path.AlgorithmicDelayMs, delayMs + AudioPath.LookaheadMs - 0.03, delayMs + AudioPath.LookaheadMs + 0.03);
        Assert.Equal(path.AlgorithmicDelaySamples, MeasuredDelay(path)); // pass-through

        int microphones = path.Microphones, taps = path.Layout.Taps;
        var filters = new float[2 * microphones * taps];
        for (int ear = 0; ear < 2; ear++) filters[(((ear * microphones) + array.LeftReference) * taps) + path.Layout.DelaySamples] = 1;
        Assert.True(path.PushWeights(new BeamformerWeights(1, 2, microphones, taps, filters) { Id = 1 }, -1));
        Assert.True(path.PushGains(SeparationFixture.Gains(0, 0, 1), -1));
        path.Process(new float[microphones * 4800], new float[9600], []); // the fades end
        Assert.False(path.ReadStatus().Bypassed);
        Assert.Equal(path.AlgorithmicDelaySamples, MeasuredDelay(path));
    }

    // Samples from an impulse at the left reference microphone to the only sample of the left ear that is not 0.
    private static int MeasuredDelay(AudioPath path)
    {
        const int Frames = 4000;
        float[] input = new float[path.Microphones * Frames], output = new float[2 * Frames];
        input[100] = 0.5f; // the left reference is microphone 0
        path.Process(input, output, []);
        int at = System.Array.FindIndex(output, 0, Frames, v => v != 0);
        Assert.Equal(0.5f, output[at], 1e-6f);
        Assert.Equal(at, System.Array.FindLastIndex(output, Frames - 1, Frames, v => v != 0));
        return at - 100;
    }
}
