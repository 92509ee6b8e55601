using AttentionEngine.Core.Health;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation.Safety;

public class DeadMicrophoneTests
{
    private const int M = 4, Frames = 1 << 15;

    private static AttentionEngine.Core.Rigs.AudioPathSettings Settings(string backend) =>
        SeparationFixture.Settings(backend) with { MaskModel = backend == "mask-mwf" ? Repository.PathOf("models/masks") : null };

    // Filters after the sound, in hops of 128.
    private static BeamformerWeights Design(BeamDesigner designer, float[] x, TalkerScene scene)
    {
        BeamformerWeights? last = null;
        var block = new float[M * 128];
        for (int at = 0; at + 128 <= Frames; at += 128)
        {
            for (int m = 0; m < M; m++) System.Array.Copy(x, m * Frames + at, block, m * 128, 128);
            designer.Observe(block, scene);
            last = designer.Design(scene) ?? last;
        }
        return last!;
    }

    private static double LevelDb(BeamformerWeights weights, float[] image)
    {
        using var path = new AudioPath(SeparationFixture.Array, SeparationFixture.Settings() with { LimiterCeilingDbfs = 0 }, 2);
        path.PushWeights(weights, -1);
        path.PushGains(SeparationFixture.Gains(0, 0, 1, 0), -1);
        float[] output = new float[2 * Frames];
        path.Process(image, output, []);
        return SeparationFixture.PowerDb(output.AsSpan(4000, Frames - 4000));
    }

    [Theory]
    [InlineData("delay-and-sum", -0.5)]
    [InlineData("superdirective", -3)]
    [InlineData("mvdr", -9)]
    [InlineData("lcmv", -9)]
    [InlineData("mwf", -6)]
    [InlineData("mask-mwf", -6)]
    public void Filters_are_designed_without_the_left_ears_microphone_and_still_separate(string backend, double otherAtMostDb)
    {
        using var designer = new BeamDesigner(SeparationFixture.Array, Settings(backend), 2);
        var scene = SeparationFixture.Scene(30, -45);
        designer.SetActive([false, true, true, true]);
        Assert.Equal((2, 1), (designer.LeftReference, designer.RightReference)); // the rear one of the same ear
        float[] target = SeparationFixture.Image(SpeechLike.Make(Frames, 1), 30), other = SeparationFixture.Image(SpeechLike.Make(Frames, 2), -45), x = new float[M * Frames];
        for (int i = 0; i < x.Length; i++) x[i] = i < Frames ? float.NaN : target[i] + other[i];
        var weights = Design(designer, x, scene);
        for (int row = 0; row < 2 * 2; row++) Assert.All(weights.Filters.AsSpan(row * M * weights.Taps, weights.Taps).ToArray(), v => Assert.Equal(0, v));
        Assert.All(weights.Filters, v => Assert.True(float.IsFinite(v)));
        double own = LevelDb(weights, target) - SeparationFixture.PowerDb(target.AsSpan(2 * Frames + 4000, Frames - 4000));
        double rest = LevelDb(weights, other) - SeparationFixture.PowerDb(other.AsSpan(2 * Frames + 4000, Frames - 4000));
        Assert.True(own is > -5 and < 1 && rest - own < otherAtMostDb, $"{backend}: own {own:F1} dB, other {rest:F1} dB");
    }

    [Fact]
    public void Every_number_of_dead_microphones_is_survived_and_all_alive_is_as_new()
    {
        float[] x = SeparationFixture.Image(SpeechLike.Make(Frames, 1), 30);
        var scene = SeparationFixture.Scene(30, -45);
        foreach (string backend in BeamDesigner.Backends.Where(b => b != "pass"))
        {
            using var designer = new BeamDesigner(SeparationFixture.Array, Settings(backend), 2);
            float[] fresh = [.. Design(designer, x, scene).Filters];
            foreach (bool[] active in new bool[][] { [true, true, false, true], [false, true, true, false], [false, false, false, true] })
            {
                designer.SetActive(active);
                var weights = Design(designer, x, scene);
                for (int m = 0; m < M; m++)
                    if (!active[m]) Assert.All(weights.Filters.AsSpan(m * weights.Taps, weights.Taps).ToArray(), v => Assert.Equal(0, v));
                Assert.All(weights.Filters, v => Assert.True(float.IsFinite(v)));
                Assert.Contains(weights.Filters, v => v != 0);
            }
            designer.SetActive([true, true, true, true]);
            Assert.Equal(fresh, Design(designer, x, scene).Filters);
            Assert.Throws<ArgumentException>(() => designer.SetActive([false, false, false, false]));
        }
    }

    private sealed class Sink : IHealthSink
    {
        public List<HealthEvent> Events { get; } = [];
        public void Report(HealthEvent healthEvent) => Events.Add(healthEvent);
    }

    [Fact]
    public void In_the_graph_a_microphone_that_dies_is_said_left_out_and_taken_back()
    {
        using var stage = new AudioStage(SeparationFixture.Array, SeparationFixture.Settings("lcmv"), 2, 0.04);
        stage.Filters.Push(SeparationFixture.Scene(30, -45), 1, ISteeringSchedule.Now);
        stage.Push(SeparationFixture.Gains(0, 1, 0, 0), ISteeringSchedule.Now); // the ears hear the reference microphones
        const int seconds = 6;
        float[] source = SeparationFixture.Noise(1 << 17, 1, 0.05), image = SeparationFixture.Image(source, 30);
        var frame = new float[M];
        var sink = new Sink();
        float[]? without = null;
        for (int i = 0; i < seconds * 16000; i++)
        {
            for (int m = 0; m < M; m++) frame[m] = m == 0 && i is > 16000 and < 48000 ? 0 : image[m * (1 << 17) + i];
            if (i == 70000) frame[2] = 1;
            stage.Accept(frame, [i / 16000.0], [i / 16000.0], i / 16000.0);
            if (i == 47000) without = [.. stage.Filters.Last!.Filters];
        }
        stage.MicrophoneHealth.Report(sink);
        int taps = stage.Path.Layout.Taps;
        Assert.All(without!.AsSpan(0, taps).ToArray(), v => Assert.Equal(0, v));
        Assert.Contains(without!.AsSpan(taps, taps).ToArray(), v => v != 0);
        Assert.Contains(stage.Filters.Last!.Filters.AsSpan(0, taps).ToArray(), v => v != 0);
        Assert.Equal(3, sink.Events.Count);
        Assert.All(sink.Events, e => Assert.Equal(HealthKind.Sensor, e.Kind));
        Assert.Contains("`left_front` (channel 1) is dead: its signal does not change", sink.Events[0].Detail, StringComparison.Ordinal);
        Assert.InRange(sink.Events[0].Time.Seconds, 1.29, 1.41);
        Assert.Contains("alive again", sink.Events[2].Detail, StringComparison.Ordinal);
        Assert.Contains("`left_rear` (channel 3) clips: 1 samples", sink.Events[1].Detail, StringComparison.Ordinal);
        var heard = new float[2 * 1000];
        Assert.True(stage.Output.TryCopy(40000, 1000, heard));
        for (int i = 0; i < 1000; i++) Assert.Equal(image[2 * (1 << 17) + 40000 + i - stage.Path.AlgorithmicDelaySamples], heard[i], 1e-6f); // the left ear hears its rear microphone
    }

    [Fact]
    public void Faults_at_the_ears_are_said_when_they_begin_and_end_and_the_end_of_a_run_is_none()
    {
        var sink = new Sink();
        var faults = new EarFaults();
        faults.Add(AudioFaults.Howl, 1);
        faults.Add(AudioFaults.Howl | AudioFaults.Input, 2);
        faults.Add(AudioFaults.Input, 3);
        faults.Report(sink);
        Assert.Equal(["howl", "input", "howl"], sink.Events.Select(e => e.Detail.Split(':')[0]));
        Assert.EndsWith("over", sink.Events[2].Detail, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], sink.Events.Select(e => e.Time.Seconds));
        faults.Ended();
        faults.Add(AudioFaults.Input | AudioFaults.Control, 4); // no more decisions come
        faults.Report(sink);
        Assert.Equal(3, sink.Events.Count);
    }
}
