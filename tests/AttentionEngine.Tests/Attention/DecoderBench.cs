using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Tests.Attention;

/// <summary>A decoder for two talkers, 30 degrees left (0) and right (1), fed with made streams tick by tick.</summary>
internal sealed class DecoderBench : IDisposable
{
    private const double TickS = 0.04;
    private readonly TempFolder _folder = new();
    private readonly TalkerScene _scene = new(2) { Count = 2 };
    private readonly SeededRandom _random = new(9);
    private readonly float[] _gaze = new float[4 * 64], _head = new float[7 * 64], _eeg = new float[3 * 64], _envelope = new float[2 * 64];
    private readonly double[] _times = new double[64];
    private long _tick, _gazeIndex, _headIndex, _eegIndex, _envelopeIndex;

    public DecoderBench(string[]? eegLabels = null)
    {
        var trf = new TemporalResponseFunction { Name = "bench", Version = "1", Channels = ["Fz", "Cz", "Pz"], Lags = 17, Weights = [.. Enumerable.Range(0, 51).Select(i => i % 17 == 8 ? 1f : 0f)] };
        trf.Write(_folder.Path, "For a test.");
        var settings = new AttentionSettings(Repository.PathOf("models/fusion"), _folder.File("decoder.yaml"), 40, 0.5, 0.3);
        try { Decoder = new AttentionDecoder(settings, ["left", "right"], new EegStream(eegLabels ?? ["Pz", "x", "Fz", "Cz"], 128)); }
        catch { _folder.Dispose(); throw; }
        _eeg = new float[4 * 64];
        for (int k = 0; k < 2; k++)
        {
            _scene.Talkers[k].DirectionRoom = Vector3D.FromAzimuthElevation(Angles.ToRadians(k == 0 ? 30 : -30));
            _scene.Talkers[k].FaceYawRad = float.NaN;
            _scene.Talkers[k].InView = true;
        }
    }

    public AttentionDecoder Decoder { get; }
    public AttentionEstimate Estimate { get; } = new(2);

    /// <summary>Nothing is fed, only ticks go on.</summary>
    public bool Silence { get; set; }

    /// <summary>Largest chunk.</summary>
    public int ChunkFrames { get; set; } = 64;
    public Func<double, int, float> Activity { get; set; } = (t, k) => Math.Sin(2 * t + k) > 0 ? 0.9f : 0.1f;

    /// <returns>Bytes that the decoder's calls allocated.</returns>
    public long Run(double seconds, Func<double, double> headYawDeg, Func<double, double> gazeRoomDeg, Func<double, bool> gazeValid)
    {
        long allocated = 0;
        for (int i = 0; i < (int)Math.Round(seconds / TickS); i++)
        {
            double t = ++_tick * TickS, yawNow = Angles.ToRadians(headYawDeg(t));
            _scene.RoomFromHead = new Pose(Vector3D.Zero, Rotation.FromYawPitchRoll(yawNow));
            _scene.HeadValid = !Silence;
            for (int k = 0; k < 2; k++) { _scene.Talkers[k].Activity = Activity(t, k); _scene.Talkers[k].BeamLevelDb = -40 + 20 * Activity(t, k); _scene.Talkers[k].MouthMotion = Activity(t, k); }
            int heads = Fill(ref _headIndex, 100, t, _head, 7, (s, f) =>
            {
                var q = Rotation.FromYawPitchRoll(Angles.ToRadians(headYawDeg(s)));
                (f[0], f[1], f[2], f[3], f[4], f[5], f[6]) = (0, 0, 1.2f, (float)q.W, (float)q.X, (float)q.Y, (float)q.Z);
            });
            allocated += Feed(heads, 7, _head, _headIndex, c => Decoder.AddHead(new HeadPoseChunk(c)));
            int gazes = Fill(ref _gazeIndex, 120, t, _gaze, 4, (s, f) =>
            {
                var d = Vector3D.FromAzimuthElevation(Angles.ToRadians(gazeRoomDeg(s) - headYawDeg(s)));
                bool ok = gazeValid(s);
                (f[0], f[1], f[2], f[3]) = ok ? ((float)d.X, (float)d.Y, (float)d.Z, 1f) : (float.NaN, float.NaN, float.NaN, 0f);
            });
            allocated += Feed(gazes, 4, _gaze, _gazeIndex, c => Decoder.AddGaze(new GazeChunk(c)));
            int eegs = Fill(ref _eegIndex, 128, t, _eeg, 4, (_, f) => { for (int c = 0; c < 4; c++) f[c] = (float)(10_000 + 10 * _random.Normal()); });
            allocated += Feed(eegs, 4, _eeg, _eegIndex, c => Decoder.AddEeg(new EegChunk(c)));
            int envelopes = Fill(ref _envelopeIndex, 64, t, _envelope, 2, (s, f) => { for (int k = 0; k < 2; k++) f[k] = (float)(1 + Math.Sin((4 + k) * 2 * Math.PI * s)); });
            allocated += Feed(envelopes, 2, _envelope, _envelopeIndex, c => Decoder.AddEnvelope(new SpeechEnvelope(c)));
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (!Silence) Decoder.AddFrame(StreamTime.FromSeconds(t));
            Decoder.Tick(_tick, StreamTime.FromSeconds(t), _scene, Estimate);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated;
    }

    public void Dispose()
    {
        Decoder.Dispose();
        _folder.Dispose();
    }

    private delegate void Frame(double timeS, Span<float> values);
    private delegate void Sink(SampleChunk chunk);

    private int Fill(ref long index, double rateHz, double untilS, float[] values, int channels, Frame frame)
    {
        int n = 0;
        for (; index / rateHz <= untilS - 1e-9; index++, n++)
        {
            _times[n] = index / rateHz;
            frame(_times[n], values.AsSpan(n * channels, channels));
        }
        return n;
    }

    private long Feed(int frames, int channels, float[] values, long next, Sink sink)
    {
        long allocated = 0;
        for (int at = 0; at < frames && !Silence; at += ChunkFrames)
        {
            int n = Math.Min(ChunkFrames, frames - at);
            long before = GC.GetAllocatedBytesForCurrentThread();
            sink(new SampleChunk(values.AsSpan(at * channels, n * channels), _times.AsSpan(at, n), channels, next - frames + at, 0));
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated;
    }
}
