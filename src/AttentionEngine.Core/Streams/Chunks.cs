using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>Consecutive samples of a numeric stream, already on the capture host's clock. Owns no memory: valid only during the call that passes it.</summary>
/// <param name="values">[frames × channels], frame-major.</param>
/// <param name="timesS">[frames] capture time of each frame, LSL seconds on the capture host's clock, declared sensor latency removed.</param>
/// <param name="firstSample">Index of the first frame in its stream.</param>
/// <param name="receiveTimeS">When the newest frame reached this machine, LSL seconds.</param>
public readonly ref struct SampleChunk(ReadOnlySpan<float> values, ReadOnlySpan<double> timesS, int channels, long firstSample, double receiveTimeS)
{
    public ReadOnlySpan<float> Values { get; } = values;
    public ReadOnlySpan<double> TimesS { get; } = timesS;
    public int Channels { get; } = channels;
    public long FirstSample { get; } = firstSample;
    public double ReceiveTimeS { get; } = receiveTimeS;
    public int Frames => TimesS.Length;
    public ReadOnlySpan<float> Frame(int frame) => Values.Slice(frame * Channels, Channels);
}

/// <summary>EEG in microvolts: values [frames × channels].</summary>
public readonly ref struct EegChunk(SampleChunk samples)
{
    public SampleChunk Samples { get; } = samples;
}

/// <summary>Gaze: values [frames × 4] = unit direction x, y, z in HEAD and confidence in [0, 1]; NaN direction where the tracker saw nothing.</summary>
public readonly ref struct GazeChunk(SampleChunk samples)
{
    public const int ChannelCount = 4;
    public SampleChunk Samples { get; } = samples;
}

/// <summary>Head pose: values [frames × 7] = position x, y, z in ROOM (m) and roomFromHead quaternion w, x, y, z.</summary>
public readonly ref struct HeadPoseChunk(SampleChunk samples)
{
    public const int ChannelCount = 7;
    public SampleChunk Samples { get; } = samples;
}

/// <summary>Speech envelopes of all talkers' beams on the common 64 Hz grid: values [frames × K].</summary>
public readonly ref struct SpeechEnvelope(SampleChunk samples)
{
    /// <summary>Hz of the grid; grid sample n is at n / 64 s of LSL time.</summary>
    public const double GridRateHz = 64;
    public SampleChunk Samples { get; } = samples;
}

/// <summary>One picture. Owns no memory.</summary>
/// <param name="gray">[height × width] luminance, row-major, top row first.</param>
public readonly ref struct VideoFrame(ReadOnlySpan<byte> gray, int widthPx, int heightPx, long frameIndex, StreamTime captureTime)
{
    public ReadOnlySpan<byte> Gray { get; } = gray;
    public int WidthPx { get; } = widthPx;
    public int HeightPx { get; } = heightPx;
    public long FrameIndex { get; } = frameIndex;
    public StreamTime CaptureTime { get; } = captureTime;
}
