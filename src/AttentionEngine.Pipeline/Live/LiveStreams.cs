using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Pipeline.Live;

/// <summary>The streams of a live run: a pump for each, its way into the graph and into the recording. Host thread, but for the pumps.</summary>
public sealed class LiveStreams(Rig rig, IStreamTransport transport, IRecordingSink recording, HealthLog health, string sessionRoot) : IDisposable
{
    private readonly List<(RigStream Rig, StreamPump Pump, StreamFeed? Feed, int Recorded)> _streams = [];
    private LateJoiner? _joiner;
    private FrameTarget? _frames;

    /// <summary>The array's way into the graph.</summary>
    public StreamFeed Audio => _streams.First(s => s.Rig.Role == StreamRole.Audio).Feed!;
    public IReadOnlyList<(StreamRole Role, string SourceId)> Sources => _streams.Select(s => (s.Rig.Role, s.Rig.SourceId)).ToList();
    public IReadOnlyList<StreamReport> Reports => _streams.Select(s => StreamReport.Of(s.Rig, s.Pump.Tap, s.Feed, s.Pump.OffsetUncertaintyS, s.Pump.Counters, health) with { FittedRateHz = s.Pump.FittedRateHz }).ToList();

    /// <summary>Starts the pumps of open inlets, and the search for what is missing.</summary>
    public void Start(IReadOnlyDictionary<StreamRole, IStreamInlet> inlets, AttentionPipeline pipeline)
    {
        foreach (var (role, inlet) in inlets) Add(rig.Find(role)!, inlet, pipeline);
        foreach (var stream in _streams) stream.Pump.Start();
        _joiner = new LateJoiner(transport, rig.Streams.Where(s => !inlets.ContainsKey(s.Role)));
    }

    /// <summary>Takes in streams that have come late.</summary>
    public void TakeLate(AttentionPipeline pipeline)
    {
        while (_joiner is not null && _joiner.TryTake(out var late))
        {
            string said = "the stream came after the start and is used from here";
            if (late.Rig.Role == StreamRole.Eeg) said = Expect(late.Inlet.Info, pipeline) ?? said;
            Add(late.Rig, late.Inlet, pipeline);
            _streams[^1].Pump.Start();
            health.Report(new HealthEvent(Now, HealthKind.Reconnect, late.Rig.Role.ToString(), 1, said));
        }
    }

    /// <summary>Has late EEG decoded. EEG that does not fit would have stopped the run at its start; now it is recorded, and said.</summary>
    /// <returns>Why it is not decoded, or null.</returns>
    private static string? Expect(StreamInfo info, AttentionPipeline pipeline)
    {
        try
        {
            pipeline.ExpectEeg(LiveRunner.EegOf(info)!);
            return null;
        }
        catch (AttendException e)
        {
            return $"the EEG came after the start and is recorded, but cannot be decoded: {e.Message}";
        }
    }

    /// <returns>Whether the graph uses the stream.</returns>
    private bool Add(RigStream stream, IStreamInlet inlet, AttentionPipeline pipeline)
    {
        StreamFeed? feed = null;
        if (FeedTargets.For(stream.Role, inlet.Info, rig, pipeline, FeedTargets.VideoPath(inlet.Info, sessionRoot), health) is { } target)
        {
            _frames ??= target as FrameTarget;
            feed = new StreamFeed(stream, inlet.Info, target);
        }
        var pump = PumpFactory.Create(inlet, transport, health, stream.Role.ToString(), feed, keepMarkers: true);
        _streams.Add((stream, pump, feed, recording.AddStream(inlet.Info)));
        return feed is not null;
    }

    /// <summary>Writes what has come since the last call.</summary>
    public void Record(SessionWriter writer)
    {
        foreach (var (stream, pump, _, recorded) in _streams)
        {
            pump.Tap.Drain(recording, recorded);
            while (pump.ClockUpdates.TryTake(out var update)) writer.Journal.Clock(stream.Role, update);
            if (pump is TextPump text)
                while (text.TryTakeMarker(out var marker)) writer.Journal.Marker(marker.CaptureTime.Seconds, marker.Text);
        }
    }

    public bool AnyFailed => _streams.Any(s => s.Pump.Failure is not null);

    public void ThrowIfFailed()
    {
        foreach (var stream in _streams)
            if (stream.Pump.Failure is { } failure) throw failure is AttendException known ? known : new InvalidOperationException($"the receiver of {stream.Pump.Name} failed", failure);
    }

    /// <summary>Ends the pumps; samples that were received are still in their taps.</summary>
    public void Stop()
    {
        foreach (var stream in _streams) stream.Pump.RequestStop();
        foreach (var stream in _streams) stream.Pump.Join();
        _frames?.Finish();
        foreach (var stream in _streams)
            if (stream.Pump.Tap.Refused is > 0 and var refused)
                health.Report(new HealthEvent(Now, HealthKind.Drop, stream.Rig.Role.ToString(), refused, "samples not recorded: the disk was too slow"));
    }

    private StreamTime Now => StreamTime.FromSeconds(transport.LocalClockS);

    public void Dispose()
    {
        _joiner?.Dispose();
        foreach (var stream in _streams) stream.Pump.Dispose();
        _frames?.Dispose();
    }
}
