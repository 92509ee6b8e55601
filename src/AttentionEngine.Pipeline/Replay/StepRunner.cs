using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>Runs the graph over a recording on one thread in virtual time.</summary>
public sealed class StepRunner(Rig rig, SessionFolder input, SessionFolder output, IRecordedStreams recorded, SessionJournal? journal, string engineVersion, IReadOnlyList<(string Name, string Sha256)> models) : IRecordedVisitor
{
    private const double LookAheadS = 0.5, LargestJumpS = 3600;
    private readonly HealthLog _health = new();
    private readonly ReplayFeed?[] _feeds = new ReplayFeed?[recorded.Streams.Count];
    private readonly FittedTimes?[] _fitted = new FittedTimes?[recorded.Streams.Count];
    private HeldAudio? _held;
    private int _audioStream = -1;
    private double _firstAudioS = double.NaN, _newestAudioStampS = double.NaN;
    private Divergence? _divergence;
    private long _compared;

    /// <summary>The last filter set, for the report.</summary>
    public BeamformerWeights? LastWeights { get; private set; }

    /// <summary>Called now and then with seconds done.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>Called before each tick with its time since the start, seconds: may wait, to replay no faster than wanted.</summary>
    public Action<double>? Pace { get; init; }

    /// <summary>Take the fusion network's outputs from the session; needs a journal.</summary>
    public bool RecordedFusion { get; init; }

    /// <param name="seconds">Stop after this much; null for all of it.</param>
    public (RunResult Result, ReplayVerdict Verdict) Run(double? seconds, CancellationToken cancellation)
    {
        var roles = rig.Streams.ToDictionary(s => s.Role, s => FindStream(s));
        foreach (var missing in rig.Streams.Where(s => s.Required && roles[s.Role] < 0))
            throw new InputDataException($"the recording has no stream with source_id `{missing.SourceId}` ({missing.Role}), which the rig requires. It holds: {string.Join(", ", recorded.Streams.Select(s => $"`{s.SourceId}`"))}.");
        StreamInfo? Info(StreamRole role) => roles.TryGetValue(role, out int i) && i >= 0 ? recorded.Streams[i] : null;

        var talkerIds = TalkerNames.Of(rig, Info(StreamRole.Talkers));
        // EEG that came late was decoded from the first tick that consumed some, or only recorded if none did.
        bool fromStart = journal is null || journal.RolesAtStart.Contains(StreamRole.Eeg);
        var eeg = fromStart ? Info(StreamRole.Eeg) : null;
        ISteeringSchedule schedule = journal is null ? new IdealSchedule() : new JournaledSchedule(journal.Takes);
        var ears = rig.Output is { } earOutput && journal?.DoseBudgetPa2H is { } budget ? new EarProtection(earOutput, budget) : null;
        using var pipeline = new AttentionPipeline(rig, talkerIds, Live.LiveRunner.EegOf(eeg), schedule, ears) { RecordedFusion = RecordedFusion && journal is not null ? new RecordedEstimates(input, talkerIds.Count).Fill : null };
        if (journal is not null && journal.Takes.TryGetValue((SteeringKind.Stop, 1), out long stop)) pipeline.Audio.StopAtSample = stop;
        if (!fromStart && Info(StreamRole.Eeg) is { } late && journal!.Ticks.Exists(t => t.Consumed[TickInputs.Slot(StreamRole.Eeg)] > 0))
            pipeline.ExpectEeg(Live.LiveRunner.EegOf(late)!);
        foreach (var (role, index) in roles)
        {
            if (index < 0 || FeedTargets.For(role, recorded.Streams[index], rig, pipeline, input.EgoVideo, _health) is not { } target) continue;
            _feeds[index] = new ReplayFeed(new StreamFeed(rig.Find(role)!, recorded.Streams[index], target), journal?.Clocks.GetValueOrDefault(role));
            if (journal is not null) continue;
            _fitted[index] = new FittedTimes(recorded.Scanned(index));
            _feeds[index]!.Feed.SetClock(new ClockModelUpdate(0, ClockModel.Identity with { UncertaintyS = _fitted[index]!.UncertaintyS }, Jumped: false));
        }

        _audioStream = roles[StreamRole.Audio];
        var audio = _held = new HeldAudio(_feeds[_audioStream]!, pipeline.Audio);
        while (audio.Held == 0 && recorded.Next(this)) { }
        if (audio.Held == 0) throw new InputDataException($"{input.Xdf} holds no audio sample.");
        double startS = journal?.StartS ?? _firstAudioS;

        var ticks = new TickRing(4, talkerIds.Count, pipeline.FeatureNames.Count);
        var journalOut = new JournalWriter(output.Journal);
        journalOut.Header(new JournalHeader(engineVersion, rig.Name, rig.Attention.TickMs, startS, pipeline.Audio.BlockFrames, talkerIds,
            rig.Streams.Select(s => (s.Role, s.SourceId)).ToList(), models, journal?.DoseBudgetPa2H));
        using var writer = new SessionWriter(output, pipeline, ticks, _health, journalOut, startS, []);
        string reason = Step(pipeline, ticks, writer, audio, startS, seconds, cancellation);
        foreach (var feed in _feeds) (feed?.Feed.Target as FrameTarget)?.Finish();
        writer.Drain();
        journalOut.Finish(reason);
        LastWeights = pipeline.LastWeights;
        var streams = roles.Where(r => r.Value >= 0 && _feeds[r.Value] is not null)
            .Select(r => StreamReport.Of(rig.Find(r.Key)!, null, _feeds[r.Value]!.Feed, _feeds[r.Value]!.Feed.Clock.UncertaintyS, default, _health)).ToList();
        return (RunResult.From(rig, pipeline, writer, _health, startS, reason, streams), new ReplayVerdict(_compared, _divergence));
    }

    private string Step(AttentionPipeline pipeline, TickRing ticks, SessionWriter writer, HeldAudio audio, double startS, double? seconds, CancellationToken cancellation)
    {
        var counts = new long[TickInputs.Count];
        bool ended = false;
        for (long k = 0; ; k++)
        {
            if (cancellation.IsCancellationRequested) return "interrupted";
            if (seconds is { } limit && k * pipeline.TickS >= limit) return "completed";
            double timeS = startS + k * pipeline.TickS;
            if (journal is not null)
            {
                if (k >= journal.Ticks.Count) return "completed";
                timeS = journal.Ticks[(int)k].TimeS;
                journal.Ticks[(int)k].Consumed.CopyTo(counts, 0);
                while (!Reached(counts, audio) && !ended) ended = !recorded.Next(this);
                if (!Reached(counts, audio)) throw new InputDataException($"{input.Xdf} ends before the data that tick {k} used live; the recording is incomplete. Replay with --ideal.");
            }
            else
            {
                while (!ended && audio.NewestReadS < timeS + LookAheadS) ended = !recorded.Next(this);
                if (ended && audio.NewestReadS < timeS) return "completed";
                audio.ReleaseUntil(timeS);
                pipeline.Inputs.CountUpTo(timeS, counts);
            }
            Pace?.Invoke(timeS - startS);
            var record = ticks.Next();
            record.LateMs = 0;
            pipeline.Tick(k, StreamTime.FromSeconds(timeS), counts, record);
            if (journal is not null) Compare(journal.Ticks[(int)k], record);
            ticks.Publish(record);
            writer.Drain();
            if (k % 250 == 0) Progress?.Invoke(k * pipeline.TickS);
        }
    }

    private bool Reached(long[] counts, HeldAudio audio)
    {
        audio.ReleaseBlocks(counts[TickInputs.Slot(StreamRole.Audio)]);
        foreach (var feed in _feeds)
        {
            if (feed is null) continue;
            int slot = TickInputs.Slot(feed.Feed.Rig.Role);
            if (slot >= 0 && feed.Feed.Target.Available < counts[slot]) return false;
        }
        return true;
    }

    private void Compare(JournaledTick tick, TickRecord record)
    {
        _compared++;
        if (_divergence is not null) return;
        for (int n = 0; n < NodeHashes.Count; n++)
        {
            if (tick.Hashes[n] == record.Hashes[n]) continue;
            _divergence = new Divergence(((GraphNode)n).ToString(), record.Tick, record.TimeS, $"{tick.Hashes[n]:x16}", $"{record.Hashes[n]:x16}");
            return;
        }
    }

    private int FindStream(RigStream stream)
    {
        for (int i = 0; i < recorded.Streams.Count; i++)
            if (recorded.Streams[i].SourceId == stream.SourceId) return i;
        return -1;
    }

    void IRecordedVisitor.Samples(int stream, ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS) 
    {
        RequirePlausible(stream, stampsS);
        if (_fitted[stream] is { } fitted)
        {
            stampsS = fitted.Next(stampsS);
            if (fitted.ClockChanged) _feeds[stream]!.Feed.Target.ClockJumped();
        }
        if (stream != _audioStream) { _feeds[stream]?.Accept(values, stampsS); return; }
        if (double.IsNaN(_firstAudioS) && stampsS.Length > 0) _firstAudioS = _feeds[stream]!.TimeOf(stampsS[0]);
        _held!.Add(values, stampsS);
    }

    /// <summary>A stamp from a damaged file must not stall the ticks, nor make them run for ever towards it.</summary>
    private void RequirePlausible(int stream, ReadOnlySpan<double> stampsS)
    {
        foreach (double stampS in stampsS)
        {
            bool jumps = stream == _audioStream && stampS - _newestAudioStampS > LargestJumpS;
            if (!double.IsFinite(stampS) || jumps)
                throw new InputDataException(FormattableString.Invariant($"{input.Xdf}: stream `{recorded.Streams[stream].Name}` has a time stamp of {stampS} s{(jumps ? $" after {_newestAudioStampS} s" : "")}; expected finite stamps{(jumps ? " without a jump of more than an hour" : "")}. `attend xdf check` lists what is wrong with the file."));
            if (stream == _audioStream) _newestAudioStampS = stampS;
        }
    }
}
