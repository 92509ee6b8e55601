using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Tests.Pipeline;

public sealed class FrameTargetTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HealthLog _health = new();
    private double _timeS;

    public void Dispose() => _folder.Dispose();

    private List<HealthEvent> Told()
    {
        var told = new List<HealthEvent>();
        while (_health.TryTake(out var e)) told.Add(e);
        return told;
    }

    private void Send(FrameTarget target, params float[] indices)
    {
        foreach (float index in indices)
        {
            _timeS += 0.04;
            target.Accept([index], [_timeS], [_timeS], _timeS);
        }
    }

    [Fact]
    public void An_outage_is_told_once_and_at_its_end_and_every_picture_is_counted()
    {
        string path = _folder.File("ego.y4m");
        var buffer = new FrameBuffer(4, 2, 100);
        using var target = new FrameTarget(buffer, path, _health);
        Send(target, 0, 1, 2, 3, 4);
        Assert.Equal(1, Assert.Single(Told()).Count);
        using (var video = new Y4mWriter(path, 4, 2, 25)) for (byte i = 0; i < 8; i++) video.Append([i, i, i, i, i, i, i, i]);

        Send(target, 5, 6);
        Assert.Equal((4, 0.24), (Assert.Single(Told()) is var back ? back.Count : 0, Math.Round(back.Time.Seconds, 6)));
        Send(target, 20, 7); // one picture alone
        Assert.Equal(1, Assert.Single(Told()).Count);
        Send(target, 30, 31, 32);
        target.Finish();
        target.Finish();
        Assert.Equal([1L, 2], Told().Select(e => e.Count));
        Assert.Equal((9, 9), (target.Missing, _health.Count("EgoCamera", HealthKind.Sensor)));
        Assert.Equal(3, buffer.Written);
    }
}
