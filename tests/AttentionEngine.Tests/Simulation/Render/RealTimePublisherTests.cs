using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Tests.Capture.Lsl;
using AttentionEngine.Tests.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Render;

[Collection("lsl")]
public class RealTimePublisherTests
{
    [Fact]
    public void The_scene_starts_when_it_is_listened_to_and_nothing_is_lost()
    {
        using var folder = new SceneFolder();
        MakeSourceIdsUnique(folder);
        var session = SimulatedSessionTests.Render(folder, 1, seconds: 1);
        using var lab = new LslTransport();
        using var engine = new LslTransport();
        using var publisher = new RealTimePublisher(session, lab);
        var inlets = session.Streams.Select(s => LslTestKit.OpenInlet(engine, s.Info.SourceId)).ToList();
        double startS = publisher.WaitForConsumers(LslTestKit.Patience, CancellationToken.None);
        Assert.True(startS > lab.LocalClockS - 1);
        publisher.Publish(startS, CancellationToken.None);

        var (sound, stampsS) = LslTestKit.PullAll<float>(inlets[0], session.Signals.Samples);
        Assert.Equal(startS, stampsS[0], 1e-9);
        for (int i = 0; i < stampsS.Length; i += 331)
        {
            Assert.Equal(startS + i / 16000.0, stampsS[i], 1e-6);
            Assert.Equal(session.Recording.Mixture[1][i], sound[i * 4 + 1]);
        }
        var (_, headStampsS) = LslTestKit.PullAll<float>(inlets[1], 100);
        Assert.Equal(startS + 0.99, headStampsS[^1], 1e-6);
        foreach (var inlet in inlets) inlet.Dispose();
    }

    [Fact]
    public void Without_a_listener_the_wait_ends_with_what_to_do()
    {
        using var folder = new SceneFolder();
        MakeSourceIdsUnique(folder);
        var session = SimulatedSessionTests.Render(folder, 1, seconds: 1);
        using var lab = new LslTransport();
        using var publisher = new RealTimePublisher(session, lab);
        var e = Assert.Throws<StreamMissingException>(() => publisher.WaitForConsumers(TimeSpan.FromMilliseconds(50), CancellationToken.None));
        Assert.Contains(session.Streams[0].Info.SourceId, e.Message, StringComparison.Ordinal);
        using var interrupted = new CancellationTokenSource();
        interrupted.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => publisher.Publish(lab.LocalClockS, interrupted.Token));
    }

    private static void MakeSourceIdsUnique(SceneFolder folder)
    {
        string rig = Path.Combine(folder.Root, "rig.yaml");
        File.WriteAllText(rig, File.ReadAllText(rig).Replace("source_id: sim-", $"source_id: {LslTestKit.UniqueId("sim")}-", StringComparison.Ordinal));
    }
}
