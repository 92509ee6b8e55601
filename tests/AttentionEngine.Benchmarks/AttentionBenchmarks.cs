using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Benchmarks;

internal static class AttentionBenchmarks
{
    public static IEnumerable<Benchmark> All => [new("attention-tick", $"a 40 ms tick of {Desk.Talkers} talkers: head, gaze, {Desk.Electrodes} electrodes, envelopes, fusion network", 0, Create)];

    private static (Action, IDisposable?) Create()
    {
        var desk = new Desk();
        return (desk.Tick, desk);
    }

    /// <summary>A decoder with every sense, fed with made data at the rates of the rig sim-bte4.</summary>
    private sealed class Desk : IDisposable
    {
        public const int Talkers = 4, Electrodes = 24;
        private const double TickS = 0.04;
        private static readonly string[] Labels = [.. Enumerable.Range(0, Electrodes).Select(i => $"E{i}")];

        private readonly string _folder = Directory.CreateTempSubdirectory("attend-bench-").FullName;
        private readonly AttentionDecoder _decoder;
        private readonly TalkerScene _scene = new(Talkers) { Count = Talkers, HeadValid = true, RoomFromHead = new Pose(Vector3D.Zero, Rotation.Identity) };
        private readonly AttentionEstimate _estimate = new(Talkers);
        private readonly MadeStream _head = new(7, 100), _gaze = new(4, 120), _eeg = new(Electrodes, 128), _envelopes = new(Talkers, 64);
        private long _tick;

        public Desk()
        {
            var random = new SeededRandom(1);
            const int lags = 17;
            var response = new TemporalResponseFunction { Name = "bench", Version = "1", Channels = Labels, Lags = lags, Weights = [.. Enumerable.Range(0, Electrodes * lags).Select(_ => (float)random.Normal())] };
            response.Write(_folder, "For a benchmark.");
            var settings = new AttentionSettings(RepositoryFolder.PathOf("models/fusion"), Path.Combine(_folder, "decoder.yaml"), TickS * 1000, 0.5, 0.3);
            _decoder = new AttentionDecoder(settings, ["a", "b", "c", "d"], new EegStream(Labels, 128));
            for (int k = 0; k < Talkers; k++)
            {
                var track = _scene.Talkers[k];
                track.DirectionRoom = track.DirectionHead = Vector3D.FromAzimuthElevation(Angles.ToRadians(60 - 40 * k));
                (track.BeamLevelDb, track.Activity, track.InView, track.FaceYawRad) = (-30, 0.5f, true, float.NaN);
            }
            _head.Fill((frame, _) => frame[3] = 1);
            _gaze.Fill((frame, i) => (frame[0], frame[1], frame[2], frame[3]) = (MathF.Cos(0.02f * i), MathF.Sin(0.02f * i), 0, 1));
            _eeg.Fill((frame, _) => { for (int c = 0; c < Electrodes; c++) frame[c] = (float)(10 * random.Normal()); });
            _envelopes.Fill((frame, i) => { for (int k = 0; k < Talkers; k++) frame[k] = 1 + MathF.Sin(0.4f * i + k); });
        }

        public void Tick()
        {
            double t = ++_tick * TickS;
            _decoder.AddHead(new HeadPoseChunk(_head.Take(t)));
            _decoder.AddGaze(new GazeChunk(_gaze.Take(t)));
            _decoder.AddEeg(new EegChunk(_eeg.Take(t)));
            _decoder.AddEnvelope(new SpeechEnvelope(_envelopes.Take(t)));
            _decoder.AddFrame(StreamTime.FromSeconds(t));
            _decoder.Tick(_tick, StreamTime.FromSeconds(t), _scene, _estimate);
            if (!float.IsFinite(_estimate.Posterior[0])) throw new InvalidOperationException("the decoder's posterior is not a number");
        }

        public void Dispose()
        {
            _decoder.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
