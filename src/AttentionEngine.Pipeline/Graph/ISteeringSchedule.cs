using AttentionEngine.Pipeline.Journal;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>From which audio sample a scene or gains count: as soon as the audio thread polls (live), or where it did (replay).</summary>
public interface ISteeringSchedule
{
    /// <summary>As soon as the audio thread polls.</summary>
    const long Now = -1;

    /// <summary>The audio thread never took this: it was replaced before.</summary>
    const long Never = -2;

    /// <param name="id">The tick + 1.</param>
    /// <param name="audioSample">Samples that the tick has consumed.</param>
    long EffectiveSample(SteeringKind kind, long id, long audioSample);
}

/// <summary>
/// Live. Gains are polled at the start of a block. A scene is taken at the end of one, where a tick may have seen the block already: it counts after the
/// sound that its tick has consumed, or a replay, which runs the tick when the block is done, could not take it at the same sample.
/// </summary>
public sealed class ImmediateSchedule : ISteeringSchedule
{
    public long EffectiveSample(SteeringKind kind, long id, long audioSample) => kind == SteeringKind.Scene ? audioSample + 1 : ISteeringSchedule.Now;
}

/// <summary>Recorded sessions without a journal: at the first sample that the tick has not consumed.</summary>
public sealed class IdealSchedule : ISteeringSchedule
{
    public long EffectiveSample(SteeringKind kind, long id, long audioSample) => audioSample;
}

/// <summary>Replay of a live run: exactly where the audio thread took each.</summary>
public sealed class JournaledSchedule(IReadOnlyDictionary<(SteeringKind Kind, long Id), long> takes) : ISteeringSchedule
{
    public long EffectiveSample(SteeringKind kind, long id, long audioSample) => takes.TryGetValue((kind, id), out long sample) ? sample : ISteeringSchedule.Never;
}
