using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>
/// Everything a run leaves behind, written by one thread (live) or inline (replay): ticks, journal, ear files, the engine's own
/// streams. It drains rings that others fill; nothing on a Stream thread waits for it.
/// </summary>
public sealed class SessionWriter : IDisposable
{
    private readonly AttentionPipeline _pipeline;
    private readonly TickRing _ticks;
    private readonly HealthLog _health;
    private readonly TickLogWriter _tickLog;
    private readonly EarFiles _ears;
    private readonly List<(IRecordingSink Sink, int Posterior, int Decision, int Health)> _outputs = [];
    private readonly double[] _one = new double[1];
    private readonly string[] _text = new string[1];
    private int _lastAttended = int.MinValue;

    /// <param name="sinks">Where the engine's own streams go: the recording, LSL outlets; may be empty.</param>
    public SessionWriter(SessionFolder folder, AttentionPipeline pipeline, TickRing ticks, HealthLog health, JournalWriter journal, double startS, IReadOnlyList<IRecordingSink> sinks)
    {
        _pipeline = pipeline;
        _ticks = ticks;
        _health = health;
        Journal = journal;
        _tickLog = new TickLogWriter(folder.Ticks, pipeline.TalkerIds, pipeline.FeatureNames, pipeline.Rig.Attention.TickMs, startS);
        _ears = new EarFiles(folder.SteeredWav, folder.UnprocessedWav, pipeline.Audio, pipeline.Rig.Array);
        foreach (var sink in sinks)
        {
            _outputs.Add((sink,
                sink.AddStream(EngineStreams.Posterior(pipeline.Rig.Name, pipeline.TalkerIds, pipeline.Rig.Attention.TickMs)),
                sink.AddStream(EngineStreams.Decision(pipeline.Rig.Name, pipeline.TalkerIds)),
                sink.AddStream(EngineStreams.Health(pipeline.Rig.Name))));
        }
    }

    public JournalWriter Journal { get; }
    public List<HealthEvent> HealthEvents { get; } = [];
    public long Ticks { get; private set; }
    public int Switches { get; private set; }
    public long EarSamplesLost => _ears.Lost;

    public void Drain()
    {
        while (_pipeline.Audio.Takes.TryTake(out var take)) Journal.Take(take);
        while (_ticks.Peek() is { } record)
        {
            Journal.Tick(record);
            _tickLog.Append(record);
            Publish(record);
            Ticks++;
            _ticks.Release();
        }
        _pipeline.Audio.MicrophoneHealth.Report(_health);
        _pipeline.Audio.Faults.Report(_health);
        while (_health.TryTake(out var health))
        {
            Journal.Health(health);
            if (HealthEvents.Count < 10_000) HealthEvents.Add(health);
            _text[0] = $"{health.Kind} {health.Source} {health.Count}: {health.Detail}";
            foreach (var output in _outputs) output.Sink.WriteText(output.Health, _text, health.Time.Seconds);
        }
        _ears.Drain();
    }

    private void Publish(TickRecord record)
    {
        _one[0] = record.TimeS;
        bool switched = record.Attended != _lastAttended;
        if (switched)
        {
            if (_lastAttended >= 0 && record.Attended >= 0) Switches++;
            _lastAttended = record.Attended;
            _text[0] = record.Attended < 0 ? "none" : _pipeline.TalkerIds[record.Attended];
        }
        foreach (var output in _outputs)
        {
            output.Sink.Write<float>(output.Posterior, record.Posterior, _one);
            if (switched) output.Sink.WriteText(output.Decision, _text, record.TimeS);
        }
    }

    public void Dispose()
    {
        _tickLog.Dispose();
        _ears.Dispose();
        Journal.Dispose();
    }
}
