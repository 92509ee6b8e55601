using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Journal;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// The audio path over a microphone stream: cuts it into blocks, runs the native path, and keeps microphones, beams and ears for the
/// tick and the files. A stretch that the stream lost is filled with silence, so that sample n of every output is sample n of the
/// array. The same code runs on the audio thread (live) and in the step runner (replay).
/// </summary>
public sealed class AudioStage : IFeedTarget, IDisposable
{
    public const int Ears = 2;
    private const double HistoryS = 20;
    private const double GapS = 0.02, MaxFillS = 4, StartUpS = 1;

    private readonly AudioPath _path;
    private readonly FilterRenewal _filters;
    private readonly int _microphones, _block;
    private readonly double _rateHz;
    private readonly float[] _input, _beams, _output;
    private readonly float[] _one = new float[1];
    private readonly double[] _blockTime = new double[1];
    private readonly float[] _after;
    private readonly int[] _channels;
    private readonly float[] _gains;
    private readonly double[] _energy;
    private DeferredSteering? _deferred;
    private AudioPath? _played;
    private bool _stopped;
    private int _filled;
    private long _fillLeft;
    private double _afterTimeS;
    private double _expectedStampS = double.NaN, _firstTimeS = double.NaN;

    /// <param name="tickS">Time between filters of backends that have no hop of their own.</param>
    /// <param name="ears">Limits of what a participant hears; null where nobody does.</param>
    /// <param name="wiring">Order, polarity and gain of the stream's channels; null: as they come.</param>
    public AudioStage(MicrophoneArray array, AudioPathSettings settings, int talkers, double tickS, EarProtection? ears = null, MicrophoneWiring? wiring = null)
    {
        wiring ??= MicrophoneWiring.Straight(array.Count);
        (_channels, _gains) = ([.. wiring.Channels], [.. wiring.Gains]);
        _path = new AudioPath(array, settings, talkers, ears: ears);
        _filters = new FilterRenewal(array, settings, talkers, tickS, _path);
        MicrophoneHealth = new MicrophoneGuard(array);
        _microphones = array.Count;
        _rateHz = array.SampleRateHz;
        _block = _path.BlockFrames;
        _input = new float[_microphones * _block];
        _beams = new float[talkers * _block];
        _output = new float[Ears * _block];
        _after = new float[_microphones];
        _energy = new double[_microphones];
        int history = (int)(HistoryS * _rateHz) / _block * _block;
        Microphones = new AudioHistory(_microphones, history);
        Beams = new AudioHistory(talkers, history);
        Output = new AudioHistory(Ears, history);
        Blocks = new StreamBuffer(1, history / _block);
    }

    public AudioPath Path => _path;

    /// <summary>The path inside an audio device, where there is one: it gets all gains and filters too, and its faults are the ones that count. From any thread.</summary>
    public AudioPath? Played
    {
        get => Volatile.Read(ref _played);
        set
        {
            Volatile.Write(ref _played, value);
            _filters.Played = value;
        }
    }

    /// <summary>Set before the sound begins where a device plays it: the faults of this path, which nobody hears, are not reported.</summary>
    public bool HeardElsewhere { get; set; }

    /// <summary>Of what goes to the ears.</summary>
    public AudioSafetyStatus ReadSafety() => (Played ?? _path).ReadSafety();

    /// <summary>Mean square of a microphone so far, full scale², after its gain; 0 before the first sample. When the sound has ended.</summary>
    public double MeanSquare(int microphone) => Microphones.Written > 0 ? _energy[microphone] / Microphones.Written : 0;

    /// <summary>Participant stop.</summary>
    public void Stop()
    {
        Played?.Stop();
        _path.Stop();
    }

    public FilterRenewal Filters => _filters;
    public int BlockFrames => _block;

    /// <summary>What went wrong with the sound at the ears.</summary>
    public EarFaults Faults { get; } = new();

    /// <summary>Dead, clipping and exchanged microphones.</summary>
    public MicrophoneGuard MicrophoneHealth { get; }

    /// <summary>What the array heard, [M].</summary>
    public AudioHistory Microphones { get; }

    /// <summary>Each talker's beam before attention gains, [K].</summary>
    public AudioHistory Beams { get; }

    /// <summary>What goes to the ears, [2].</summary>
    public AudioHistory Output { get; }

    /// <summary>One frame a processed block: the time of its last sample on the capture host's clock.</summary>
    public StreamBuffer Blocks { get; }
    public DurationHistogram BlockCpu { get; } = new();
    public SpscRing<SteeringTake> Takes { get; } = new(1024);

    /// <summary>Chunks that arrived later than this after their capture count as xruns: a device would have run dry. The first second is not counted.</summary>
    public double PlayoutBufferS { get; init; } = 0.06;
    public long Xruns { get; private set; }

    /// <summary>Samples that the stream lost and that were filled with silence (at most four seconds of a gap).</summary>
    public long Filled { get; private set; }

    /// <summary>
    /// Replay: blocks that may have been processed by now. A gap that live was filled in one go, while filters were taken in the middle of
    /// it, is filled only so far; the frame after it waits. Live there is no limit.
    /// </summary>
    public long BlockLimit { get; private set; } = long.MaxValue;

    /// <summary>Replay: where the participant stopped the sound.</summary>
    public long StopAtSample { get; set; } = long.MaxValue;
    public int Free => Math.Max(0, Blocks.Free - 4096 / _block) * _block;
    public long Available => Blocks.Written;

    /// <summary>Tick thread: gains for the audio thread, from <paramref name="sample"/> on (see <see cref="ISteeringSchedule"/>).</summary>
    public void Push(SteeringCommand gains, long sample)
    {
        if (sample == ISteeringSchedule.Now)
        {
            _path.PushGains(gains, sample);
            Played?.PushGains(gains, sample);
        }
        else if (sample != ISteeringSchedule.Never) (_deferred ??= new DeferredSteering(_path)).Add(gains, sample);
    }

    /// <inheritdoc/>
    public void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS, ReadOnlySpan<double> timesS, double receiveTimeS)
    {
        if (double.IsNaN(_firstTimeS)) _firstTimeS = timesS[0];
        if (receiveTimeS - timesS[^1] > PlayoutBufferS && timesS[^1] - _firstTimeS > StartUpS) Xruns++;
        for (int i = 0; i < stampsS.Length; i++)
        {
            double lostS = stampsS[i] - _expectedStampS;
            _expectedStampS = stampsS[i] + 1 / _rateHz;
            var frame = values.Slice(i * _microphones, _microphones);
            if (lostS > GapS) Fill(lostS, frame, timesS[i]);
            else Put(frame, timesS[i]);
        }
    }

    /// <inheritdoc/>
    public void ClockJumped() => _expectedStampS = double.NaN;

    /// <summary>Replay: sets <see cref="BlockLimit"/> and goes on with a fill that it had stopped.</summary>
    public void AllowBlocks(long blocks)
    {
        BlockLimit = blocks;
        if (_fillLeft > 0) ContinueFill();
    }

    /// <summary>Silence for a lost stretch, then the frame after it.</summary>
    private void Fill(double lostS, ReadOnlySpan<float> after, double afterTimeS)
    {
        if (_fillLeft > 0) throw new InvalidOperationException("audio came while a gap was still being filled");
        _fillLeft = (long)Math.Round(Math.Min(lostS, MaxFillS) * _rateHz);
        Filled += _fillLeft;
        after.CopyTo(_after);
        _afterTimeS = afterTimeS;
        ContinueFill();
    }

    private void ContinueFill()
    {
        for (; _fillLeft > 0; _fillLeft--)
        {
            if (Blocks.Written >= BlockLimit) return;
            for (int m = 0; m < _microphones; m++) _input[m * _block + _filled] = 0;
            if (++_filled == _block) ProcessBlock(_afterTimeS - _fillLeft / _rateHz);
        }
        Put(_after, _afterTimeS);
    }

    private void Put(ReadOnlySpan<float> frame, double timeS)
    {
        for (int m = 0; m < _microphones; m++) _input[m * _block + _filled] = _gains[m] * frame[_channels[m]];
        if (++_filled == _block) ProcessBlock(timeS);
    }

    private void ProcessBlock(double lastSampleTimeS)
    {
        _deferred?.Release(Microphones.Written + _block);
        if (Microphones.Written >= StopAtSample) _path.Stop();
        double startMs = ThreadCpuClock.NowMs();
        _path.Process(_input, _output, _beams);
        BlockCpu.Add(ThreadCpuClock.NowMs() - startMs);
        while (_path.TryReadTaken(out long id, out long sample, out var kind))
        {
            if (kind == TakenKind.Gains) Takes.TryAdd(new SteeringTake(SteeringKind.Gains, id, sample));
            else if (kind == TakenKind.Fault) TakeFaults((AudioFaults)id, sample, lastSampleTimeS - (Microphones.Written + _block - 1 - sample) / _rateHz);
        }
        if (Played is { } played)
            while (played.TryReadTaken(out long bits, out _, out var kind))
                if (kind == TakenKind.Fault) Faults.Add((AudioFaults)bits, lastSampleTimeS);
        for (int m = 0; m < _microphones; m++)
        {
            float sum = 0;
            foreach (float x in _input.AsSpan(m * _block, _block)) sum += x * x;
            if (float.IsFinite(sum)) _energy[m] += sum;
        }
        Microphones.Append(_input, _block);
        Beams.Append(_beams, _block);
        Output.Append(_output, _block); // before Blocks: a tick that sees the block finds its sound
        _blockTime[0] = lastSampleTimeS;
        Blocks.Append(_one, _blockTime, lastSampleTimeS);
        _filled = 0;
        if (MicrophoneHealth.After(_input, _filters.Scene, lastSampleTimeS)) _filters.SetActive(MicrophoneHealth.Active);
        _filters.After(_input, _block, Microphones.Written, Takes);
    }

    private void TakeFaults(AudioFaults faults, long sample, double timeS)
    {
        if (faults.HasFlag(AudioFaults.Stopped) && !_stopped)
        {
            _stopped = true;
            Takes.TryAdd(new SteeringTake(SteeringKind.Stop, 1, sample));
        }
        if (!HeardElsewhere) Faults.Add(faults, timeS);
    }

    public void Dispose()
    {
        _filters.Dispose();
        _path.Dispose();
    }
}
