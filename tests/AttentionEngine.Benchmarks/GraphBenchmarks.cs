using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Benchmarks;

/// <summary>The whole graph as it runs live, but for sockets and files: what the Stream zone does in a tick.</summary>
internal static class GraphBenchmarks
{
    public static IEnumerable<Benchmark> All => [new("graph-tick", $"40 ms of the rig sim-bte4 through the whole graph: {Laboratory.Talkers} talkers, audio path, camera, EEG, design of filters", 0, Create)];

    private static (Action, IDisposable?) Create()
    {
        var laboratory = new Laboratory();
        return (laboratory.Tick, laboratory);
    }

    private sealed class Laboratory : IDisposable
    {
        public const int Talkers = 4;
        private const double EegRateHz = 128;

        private readonly AttentionPipeline _pipeline;
        private readonly TickRecord _record;
        private readonly MadeStream _audio, _eeg, _head = new(7, 100), _gaze = new(4, 120), _positions = new(3 * Talkers, 10);
        private readonly byte[] _picture;
        private readonly long[] _counts = new long[TickInputs.Count];
        private long _tick;

        public Laboratory()
        {
            var rig = RigReader.Read(RepositoryFolder.PathOf("rigs/sim-bte4.yaml"));
            var labels = TemporalResponseFunction.Read(rig.Attention.EegDecoder!).Channels;
            _pipeline = new AttentionPipeline(rig, ["a", "b", "c", "d"], new EegStream(labels, EegRateHz), new ImmediateSchedule());
            _record = _pipeline.NewRecord();
            var random = new SeededRandom(1);
            _audio = new MadeStream(rig.Array.Count, rig.Array.SampleRateHz);
            _audio.Fill((frame, _) => { for (int m = 0; m < frame.Length; m++) frame[m] = (float)(0.05 * random.Normal()); });
            _eeg = new MadeStream(labels.Count, EegRateHz);
            _eeg.Fill((frame, _) => { for (int c = 0; c < frame.Length; c++) frame[c] = (float)(10 * random.Normal()); });
            _head.Fill((frame, _) => (frame[2], frame[3]) = (1.2f, 1));
            _gaze.Fill((frame, i) => (frame[0], frame[1], frame[2], frame[3]) = (MathF.Cos(0.02f * i), MathF.Sin(0.02f * i), 0, 1));
            _positions.Fill((frame, _) =>
            {
                for (int k = 0; k < Talkers; k++)
                {
                    double azimuthRad = Core.Geometry.Angles.ToRadians(60 - 40 * k);
                    (frame[3 * k], frame[3 * k + 1], frame[3 * k + 2]) = ((float)(1.5 * Math.Cos(azimuthRad)), (float)(1.5 * Math.Sin(azimuthRad)), 1.2f);
                }
            });
            _picture = new byte[_pipeline.Inputs.Frames!.WidthPx * _pipeline.Inputs.Frames.HeightPx];
            for (int i = 0; i < _picture.Length; i++) _picture[i] = (byte)random.Index(256);
        }

        public void Tick()
        {
            double timeS = _tick * _pipeline.TickS;
            var audio = _audio.Take(timeS);
            _pipeline.Audio.Accept(audio.Values, audio.TimesS, audio.TimesS, timeS);
            Add(StreamRole.Head, _head.Take(timeS));
            Add(StreamRole.Gaze, _gaze.Take(timeS));
            Add(StreamRole.Eeg, _eeg.Take(timeS));
            Add(StreamRole.Talkers, _positions.Take(timeS));
            var frames = _pipeline.Inputs.Frames!;
            _picture.CopyTo(frames.Next());
            frames.Publish(_tick, timeS);

            _pipeline.Inputs.CountUpTo(timeS, _counts);
            _pipeline.Tick(_tick++, StreamTime.FromSeconds(timeS), _counts, _record);
            while (_pipeline.Audio.Takes.TryTake(out _)) { }
            if (_pipeline.Audio.Filled > 0 || _pipeline.Inputs.Refused > 0 || !float.IsFinite(_record.Posterior[0])) throw new InvalidOperationException($"the graph is not healthy: {_pipeline.Audio.Filled} samples filled, {_pipeline.Inputs.Refused} refused, posterior {_record.Posterior[0]}");
        }

        public void Dispose() => _pipeline.Dispose();

        private void Add(StreamRole role, SampleChunk chunk)
        {
            if (chunk.Frames > 0) _pipeline.Inputs.Buffer(role)!.Append(chunk.Values, chunk.TimesS, chunk.ReceiveTimeS);
        }
    }
}
