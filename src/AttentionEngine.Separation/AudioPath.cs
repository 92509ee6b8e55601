using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation.Native;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Separation;

/// <summary>
/// The native audio path: microphones → filters per talker and ear → gains and ambient → limiter → two ears. The result is the same to
/// the last bit however a signal is cut into calls. Until the first weights <em>and</em> gains are taken, each ear hears its reference microphone,
/// delayed like everything else. One thread calls <see cref="Process"/>; one thread pushes and reads what was taken.
/// </summary>
public sealed class AudioPath : IDisposable
{
    // Cross-fades short enough to end before the next change, long enough not to click (mask-driven filters come every 8 ms).
    private const double GainFadeMs = 25, FilterFadeMs = 16, FastFilterFadeMs = 6, ReleaseMs = 60;

    /// <summary>Look-ahead of the limiter: its share of the delay.</summary>
    public const double LookaheadMs = 1;

    private readonly AudioPathHandle _handle;

    /// <param name="array">Microphones, references and rate.</param>
    /// <param name="settings">Delay, length and ceiling.</param>
    /// <param name="maxTalkers">K: rows of the beams, most talkers of a weight set; 1 to 16.</param>
    /// <param name="heartbeatMs">After so long without a push taken, fade to limited pass-through (for output to ears); 0 = never.</param>
    /// <param name="filterFadeMs">Cross-fade between filter sets, above 0 to 1000 ms; null = 6 ms for filters from masks, else 16 ms.</param>
    /// <param name="ears">For sound that a participant hears: cap, long-term level, dose, howl detection, ramps and the hold without commands (in place of <paramref name="heartbeatMs"/>); null for files.</param>
    /// <exception cref="ArgumentException">The configuration is outside what the native path takes.</exception>
    public AudioPath(MicrophoneArray array, AudioPathSettings settings, int maxTalkers, double heartbeatMs = 0, double? filterFadeMs = null, EarProtection? ears = null)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        double fadeMs = filterFadeMs ?? (settings.Backend == "mask-mwf" ? FastFilterFadeMs : FilterFadeMs);
        if (!(fadeMs > 0 && fadeMs <= 1000)) throw new ArgumentOutOfRangeException(nameof(filterFadeMs), filterFadeMs, "the cross-fade between filter sets must be above 0 and at most 1000 ms");
        Microphones = array.Count;
        MaxTalkers = maxTalkers;
        Layout = FilterLayout.Of(array, settings);
        double rate = array.SampleRateHz;
        BlockFrames = Math.Max(1, (int)Math.Round(settings.BlockMs * rate / 1000));
        int lookahead = Math.Max(8, (int)Math.Round(LookaheadMs * rate / 1000));
        var config = new NativeMethods.PathConfig
        {
            Microphones = array.Count, MaxTalkers = maxTalkers, MaxTaps = Layout.Taps, DelaySamples = Layout.DelaySamples,
            LeftReference = array.LeftReference, RightReference = array.RightReference, LookaheadSamples = lookahead,
            FilterFadeSamples = Samples(fadeMs), GainFadeSamples = Samples(GainFadeMs), ReleaseSamples = Samples(ReleaseMs),
            HeartbeatSamples = (long)Math.Round((ears?.HoldMs ?? heartbeatMs) * rate / 1000), Ceiling = (float)Math.Pow(10, Math.Min(settings.LimiterCeilingDbfs, ears?.CeilingDbfs ?? 0) / 20),
        };
        var result = NativeMethods.Create(config, out nint path);
        if (result != NativeMethods.Result.Ok) throw new ArgumentException($"the audio path refuses this configuration ({result}): {array.Count} microphones, {maxTalkers} talkers, {settings}");
        _handle = new AudioPathHandle(path);
        if (ears is not null) Check(NativeMethods.SetSafety(_handle, ears.ConfigFor(rate)));
        AlgorithmicDelaySamples = Layout.DelaySamples + lookahead;
        AlgorithmicDelayMs = AlgorithmicDelaySamples * 1000 / rate;
        double blockMs = BlockFrames * 1000 / rate;
        Delays =
        [
            new("input block", blockMs, false), new("filter", Layout.DelaySamples * 1000 / rate, true),
            new("limiter look-ahead", lookahead * 1000 / rate, true), new("output block", blockMs, false),
        ];

        int Samples(double ms) => Math.Max(1, (int)Math.Round(ms * rate / 1000));
    }

    internal AudioPathHandle Handle => _handle;

    public int Microphones { get; }
    public int MaxTalkers { get; }
    public FilterLayout Layout { get; }

    /// <summary>Frames of a block of the audio device; <see cref="Process"/> takes any number.</summary>
    public int BlockFrames { get; }

    /// <summary>By how much the output lags the input as signals, samples: filter and limiter.</summary>
    public int AlgorithmicDelaySamples { get; }

    /// <summary>The same in milliseconds: the sum of the algorithmic rows of <see cref="Delays"/>.</summary>
    public double AlgorithmicDelayMs { get; }

    /// <summary>Where the delay from microphone to ear comes from, converters excepted.</summary>
    public IReadOnlyList<DelayRow> Delays { get; }

    /// <summary>Runs the path; no allocation.</summary>
    /// <param name="input">[M × n] planar. NaN, infinite and absurd samples are silenced and counted.</param>
    /// <param name="output">[2 × n]: left, right.</param>
    /// <param name="beams">[K × n], K = <see cref="MaxTalkers"/>: each talker's mono beam before gains, delayed by the filter only; or empty.</param>
    public unsafe void Process(ReadOnlySpan<float> input, Span<float> output, Span<float> beams)
    {
        int frames = output.Length / 2;
        if (input.Length != Microphones * frames || output.Length != 2 * frames || (beams.Length != 0 && beams.Length != MaxTalkers * frames))
            throw new ArgumentException($"for n frames the input needs {Microphones}·n, the output 2·n and the beams {MaxTalkers}·n samples; got {input.Length}, {output.Length}, {beams.Length}");
        fixed (float* i = input, o = output, b = beams) Check(NativeMethods.Process(_handle, i, o, b, frames));
    }

    /// <summary>Queues a filter set; copied. Sets are taken in order, each at exactly its sample, also while the cross-fade to the one before runs.</summary>
    /// <param name="effectiveSample">First frame that uses it; −1 as soon as polled.</param>
    /// <returns>False when refused (not finite, absurd, or the mailbox is full): the last good set stays, the refusal is counted.</returns>
    public unsafe bool PushWeights(BeamformerWeights weights, long effectiveSample)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Ears != 2 || weights.Microphones != Microphones || (long)weights.Talkers * 2 * Microphones * weights.Taps > weights.Filters.Length || weights.LeftShares?.Length < weights.Talkers)
            throw new ArgumentException($"weights of {weights.Talkers} talkers × {weights.Ears} ears × {weights.Microphones} microphones × {weights.Taps} taps in {weights.Filters.Length} numbers do not fit a path of 2 ears and {Microphones} microphones", nameof(weights));
        fixed (float* f = weights.Filters, s = weights.LeftShares)
            return Accepted(NativeMethods.PushWeights(_handle, weights.Id, f, weights.Talkers, weights.Taps, s, effectiveSample));
    }

    /// <summary>Queues gains; their id in the journal is the command's tick + 1 (ids start at 1).</summary>
    /// <returns>As <see cref="PushWeights"/>.</returns>
    public unsafe bool PushGains(SteeringCommand command, long effectiveSample)
    {
        ArgumentNullException.ThrowIfNull(command);
        fixed (float* g = command.Gains)
            return Accepted(NativeMethods.PushGains(_handle, command.Tick + 1, g, command.Count, command.AmbientGain, effectiveSample));
    }

    /// <summary>What the audio thread took and at which sample, oldest first.</summary>
    public bool TryReadTaken(out long id, out long sample, out TakenKind kind)
    {
        var result = NativeMethods.ReadTaken(_handle, out int taken, out id, out sample);
        kind = (TakenKind)taken;
        return result == NativeMethods.Result.Ok;
    }

    /// <summary>Participant stop: silence within <see cref="EarProtection.StopFadeMs"/>, until a restart (<see cref="Reset"/>). From any thread.</summary>
    public void Stop() => Check(NativeMethods.Stop(_handle));

    /// <summary>Microphones that the ears hear unprocessed, where the rig's are dead: cross-faded from the next block on, until <see cref="Reset"/>.</summary>
    public void SetReferences(int left, int right) => Check(NativeMethods.SetReferences(_handle, left, right));

    /// <summary>Faults, dose and gains of the guard; from any thread.</summary>
    public AudioSafetyStatus ReadSafety()
    {
        Check(NativeMethods.GetSafety(_handle, out var s));
        return new AudioSafetyStatus(s.Samples, s.Dose, (AudioFaults)s.Faults, s.Howls, s.LevelGain, s.HowlGain, s.MuteGain);
    }

    /// <summary>Back to the state after construction, queues included. Not beside any other call.</summary>
    public void Reset() => Check(NativeMethods.Reset(_handle));

    public AudioPathStatus ReadStatus()
    {
        Check(NativeMethods.GetStatus(_handle, out var s));
        return new AudioPathStatus(s.Samples, s.WeightsId, s.GainsId, s.BadInputSamples, s.LimitedSamples, s.RejectedPushes, s.TakenLost, s.LimiterGain, s.Bypassed != 0);
    }

    public void Dispose() => _handle.Dispose();

    private static bool Accepted(NativeMethods.Result result)
    {
        if (result is NativeMethods.Result.NotFinite or NativeMethods.Result.Busy) return false;
        Check(result);
        return true;
    }

    private static void Check(NativeMethods.Result result)
    {
        if (result != NativeMethods.Result.Ok) throw new ArgumentException($"the native audio path says {result}");
    }
}
