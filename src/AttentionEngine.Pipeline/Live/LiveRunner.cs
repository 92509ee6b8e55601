using AttentionEngine.Attention;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Pipeline.SteeringOut;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Live;

/// <param name="Seconds">Length of the run from the first audio sample; null until cancelled.</param>
/// <param name="WaitS">How long required streams may take to appear.</param>
/// <param name="AllowanceS">How long after its time a tick waits for data on their way.</param>
public sealed record LiveOptions(double? Seconds, double WaitS = 10, double AllowanceS = 0.03, string EngineVersion = "", IReadOnlyList<(string Name, string Sha256)>? Models = null);

/// <summary>Runs the graph on live streams: a receiver thread per stream, one tick thread, one host thread that records.</summary>
public sealed class LiveRunner
{
    private const double OptionalPatienceS = 1.5, DrainS = 0.2;
    private readonly Rig _rig;
    private readonly IStreamTransport _transport;
    private readonly LiveOptions _options;
    private readonly SessionFolder _folder;
    private readonly IRecordingSink _recording;
    private readonly IRecordingSink _outlets;
    private readonly HealthLog _health = new();
    private volatile AudioStage? _audio;

    /// <param name="recording">The session's file; gets the rig's streams and the engine's own.</param>
    /// <param name="outlets">Where the engine publishes its own streams.</param>
    public LiveRunner(Rig rig, IStreamTransport transport, SessionFolder folder, IRecordingSink recording, IRecordingSink outlets, LiveOptions options)
    {
        (_rig, _transport, _folder, _recording, _outlets, _options) = (rig, transport, folder, recording, outlets, options);
    }

    public HealthLog Health => _health;

    /// <summary>The last filter set, for the report.</summary>
    public BeamformerWeights? LastWeights { get; private set; }

    /// <summary>Limits for this participant, and where what was heard is counted; null without a participant.</summary>
    public EarSession? Ears { get; init; }

    /// <summary>The host's calendar, for the dose.</summary>
    public TimeProvider Calendar { get; init; } = TimeProvider.System;

    /// <summary>Participant stop: silence at the ears within 20 ms, until the run ends. From any thread; before the sound begins it does nothing.</summary>
    public void StopSound() => _audio?.Stop();

    /// <summary>The rig's audio device, whose transport this runner was given; null where the microphones come over the network.</summary>
    public DeviceSound? Device { get; init; }

    /// <summary>Called when the first audio sample has come and the ticks begin.</summary>
    public Action? Started { get; set; }

    /// <summary>Called about twice a second with seconds done, for a progress line.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>Runs to the end, or until cancelled; everything recorded so far is finalised either way.</summary>
    /// <exception cref="StreamMissingException">A required stream did not appear.</exception>
    public RunResult Run(CancellationToken cancellation)
    {
        var found = StreamDirectory.Find(_rig, _transport, TimeSpan.FromSeconds(_options.WaitS), TimeSpan.FromSeconds(OptionalPatienceS), cancellation);
        foreach (var missing in _rig.Streams.Where(s => !found.ContainsKey(s.Role)))
            _health.Report(new HealthEvent(Now, HealthKind.MissingStream, missing.Role.ToString(), 1, $"optional stream source_id `{missing.SourceId}` was not there at the start; the run goes on without it"));

        WarmUp.Run(_rig, found.GetValueOrDefault(StreamRole.Talkers), found.GetValueOrDefault(StreamRole.Eeg)); // nothing flows yet: no tick begins late
        var inlets = new Dictionary<StreamRole, IStreamInlet>();
        try
        {
            foreach (var (role, resolved) in found)
            {
                inlets[role] = _transport.CreateInlet(resolved, new InletOptions());
                inlets[role].Open(TimeSpan.FromSeconds(_options.WaitS), cancellation); // from here on Info has the source's full metadata
            }
            return RunOn(inlets, cancellation);
        }
        finally
        {
            foreach (var inlet in inlets.Values) inlet.Dispose();
        }
    }

    private RunResult RunOn(Dictionary<StreamRole, IStreamInlet> inlets, CancellationToken cancellation)
    {
        StreamInfo? Info(StreamRole role) => inlets.GetValueOrDefault(role)?.Info;
        var talkerIds = TalkerNames.Of(_rig, Info(StreamRole.Talkers));
        var eeg = Info(StreamRole.Eeg);
        CheckAudio(Info(StreamRole.Audio)!);
        using var pipeline = new AttentionPipeline(_rig, talkerIds, EegOf(eeg), new ImmediateSchedule(), Ears?.Protection);
        pipeline.Audio.HeardElsewhere = Device is { Plays: true } && Ears is not null;
        using var streams = new LiveStreams(_rig, _transport, _recording, _health, _folder.Root);
        using var steering = new SteeringOutputs(_rig, talkerIds, _transport);
        streams.Start(inlets, pipeline);
        _audio = pipeline.Audio;
        try { return RunConnected(streams, pipeline, steering, cancellation); }
        finally
        {
            _audio = null; // the path is about to go
            var heard = Device?.End(pipeline, _health, Now) ?? pipeline.Audio.ReadSafety();
            Ears?.End(heard, Calendar.GetUtcNow());
        }
    }

    private StreamTime Now => StreamTime.FromSeconds(_transport.LocalClockS);

    private void CheckAudio(StreamInfo audio)
    {
        if (audio.ChannelCount != _rig.Array.Count)
            throw new InputDataException($"audio stream `{audio.Name}` has {audio.ChannelCount} channels, the rig's array has {_rig.Array.Count} microphones. Correct `array.microphones` in {_rig.FilePath}, or the device's channel selection.");
        if (Math.Abs(audio.NominalRateHz - _rig.Array.SampleRateHz) > 0.5)
            throw new InputDataException(FormattableString.Invariant($"audio stream `{audio.Name}` runs at {audio.NominalRateHz} Hz, the rig says array.rate_hz {_rig.Array.SampleRateHz}. Set one to the other."));
    }

    public static EegStream? EegOf(StreamInfo? eeg)
    {
        if (eeg is null) return null;
        return eeg.ChannelLabels is { } labels && labels.Count == eeg.ChannelCount
            ? new EegStream(labels, eeg.NominalRateHz) : throw new InputDataException($"EEG stream `{eeg.Name}` has {eeg.ChannelCount} channels and {eeg.ChannelLabels?.Count ?? 0} labels in desc/channels; the decoder needs a 10-20 label for each.");
    }

    private RunResult RunConnected(LiveStreams streams, AttentionPipeline pipeline, SteeringOutputs steering, CancellationToken cancellation)
    {
        var audio = streams.Audio;
        double waitUntil = _transport.LocalClockS + _options.WaitS;
        while (double.IsNaN(audio.FirstTimeS))
        {
            cancellation.ThrowIfCancellationRequested();
            streams.ThrowIfFailed();
            if (_transport.LocalClockS > waitUntil)
                throw new StreamMissingException(FormattableString.Invariant($"audio stream `{audio.Info.Name}` is there but sent no sample within {_options.WaitS:0.#} s. Start its device."));
            Thread.Sleep(2);
        }
        double startS = audio.FirstTimeS;
        var ticks = new TickRing(512, pipeline.TalkerIds.Count, pipeline.FeatureNames.Count);
        var journal = new JournalWriter(_folder.Journal);
        journal.Header(new JournalHeader(_options.EngineVersion, _rig.Name, _rig.Attention.TickMs, startS, pipeline.Audio.BlockFrames, pipeline.TalkerIds,
            streams.Sources, _options.Models ?? [], Ears?.Protection.BudgetPa2H));
        using var writer = new SessionWriter(_folder, pipeline, ticks, _health, journal, startS, [_recording, _outlets]);

        var loop = new TickLoop(pipeline, ticks, steering, _transport, startS, _options.AllowanceS);
        long tickCount = _options.Seconds is { } seconds ? (long)Math.Round(seconds / pipeline.TickS) : long.MaxValue;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Device is { Plays: true } && Ears is not null) Device.Begin(pipeline, Ears.Protection, _folder.PlayedWav);
        Started?.Invoke();
        loop.Start(tickCount, stop.Token);
        string reason = Host(streams, pipeline, steering, writer, loop, cancellation);
        stop.Cancel();
        loop.Join();
        steering.Report(_health, Now);
        pipeline.Audio.Faults.Ended();
        if (Device?.End(pipeline, _health, Now) is { } last) Ears?.Count(last, Calendar.GetUtcNow());
        Thread.Sleep(TimeSpan.FromSeconds(DrainS)); // samples stamped before the stop are still on their way
        streams.Stop();
        ReportLosses(pipeline, ticks, writer);
        streams.Record(writer);
        writer.Drain();
        journal.Finish(reason);
        if (loop.Failure is { } failure) throw new InvalidOperationException("the tick thread failed", failure);
        streams.ThrowIfFailed();
        LastWeights = pipeline.LastWeights;
        var result = RunResult.From(_rig, pipeline, writer, _health, startS, reason, streams.Reports);
        return Device is null ? result : result with { Xruns = result.Xruns + Device.Status.Xruns };
    }

    /// <summary>The host thread's loop: recording, journal, progress.</summary>
    /// <returns>Why the run ended.</returns>
    private string Host(LiveStreams streams, AttentionPipeline pipeline, SteeringOutputs steering, SessionWriter writer, TickLoop loop, CancellationToken cancellation)
    {
        int turns = 0;
        long xruns = 0;
        while (loop.Running)
        {
            if (pipeline.Audio.Xruns is var now && now > xruns)
            {
                _health.Report(new HealthEvent(Now, HealthKind.Xrun, StreamRole.Audio.ToString(), now - xruns, FormattableString.Invariant($"sound came more than {pipeline.Audio.PlayoutBufferS * 1000:F0} ms after its time: a device would have run dry")));
                xruns = now;
            }
            streams.TakeLate(pipeline);
            if (turns % 250 == 0) steering.Report(_health, Now); // every 5 s: a receiver may be away for long
            Ears?.Count(pipeline.Audio.ReadSafety(), Calendar.GetUtcNow());
            Device?.Record(_health, Now);
            streams.Record(writer);
            writer.Drain();
            if (turns++ % 25 == 0) { writer.Journal.Flush(); Progress?.Invoke(loop.DoneS); }
            if (streams.AnyFailed) return "a receiver failed";
            if (cancellation.WaitHandle.WaitOne(20)) return "interrupted";
        }
        return loop.Failure is null ? "completed" : "the tick thread failed";
    }

    private void ReportLosses(AttentionPipeline pipeline, TickRing ticks, SessionWriter writer)
    {
        void Loss(long count, string source, string what)
        {
            if (count > 0) _health.Report(new HealthEvent(Now, HealthKind.Drop, source, count, what));
        }
        Loss(ticks.Refused, "ticks", "ticks not journaled: the disk was too slow");
        Loss(pipeline.Inputs.Refused, "graph", "frames refused at a full input of the graph");
        Loss(writer.EarSamplesLost, "ears", "samples missing from the ear files: the disk was too slow");
    }
}
