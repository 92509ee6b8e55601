using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// Gains that count from a later sample than the audio has reached: kept (copied) until their block comes. Live, the audio
/// thread may run several ticks ahead of a slow tick thread; a replay must give them at the same sample however many wait.
/// Replay only: it allocates.
/// </summary>
public sealed class DeferredSteering(AudioPath path)
{
    private readonly Queue<(long Sample, SteeringCommand Gains)> _waiting = new();

    public void Add(SteeringCommand gains, long sample)
    {
        var copy = new SteeringCommand(gains.Gains.Length) { Time = gains.Time, Tick = gains.Tick, Count = gains.Count, AmbientGain = gains.AmbientGain };
        gains.Gains.CopyTo(copy.Gains, 0);
        _waiting.Enqueue((sample, copy));
    }

    /// <summary>Pushes everything that counts before <paramref name="endSample"/>, in the order of the samples.</summary>
    public void Release(long endSample)
    {
        int count = _waiting.Count;
        for (int i = 0; i < count; i++)
        {
            var next = _waiting.Dequeue();
            bool accepted = next.Sample >= endSample ? Keep(next) : path.PushGains(next.Gains, next.Sample);
            if (!accepted) throw new InvalidOperationException($"the audio path refused gains at sample {next.Sample} that it took live");
        }
    }

    private bool Keep((long, SteeringCommand) item)
    {
        _waiting.Enqueue(item);
        return true;
    }
}
