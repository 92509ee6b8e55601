using System.Text;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation;

/// <summary>The blocks that the native tests recorded, played through the managed binding: configuration, calls, sound and reports to the last bit.</summary>
public class AudioPathGoldenTests
{
    private enum Call { Weights = 0, Gains = 1, References = 2, Stop = 3 }

    private sealed record Push(Call Call, int Talkers, int Taps, long At, long Id, long Effective, float Ambient, float[] Values, float[] Shares);

    private sealed record Golden(int Microphones, int MaxTalkers, bool Armed, int Frames, IReadOnlyList<Push> Pushes, float[] Input, float[] Output, float[] Beams, IReadOnlyList<(TakenKind, long, long)> Reports);

    private static Golden Read(string name)
    {
        using var r = new BinaryReader(File.OpenRead(Repository.PathOf($"tests/golden/audio-path/{name}.golden")), Encoding.ASCII);
        Assert.Equal("AEGOLD01", Encoding.ASCII.GetString(r.ReadBytes(8)));
        int mics = r.ReadInt32(), talkers = r.ReadInt32(), armed = r.ReadInt32(), frames = r.ReadInt32(), pushCount = r.ReadInt32(), reportCount = r.ReadInt32();
        var pushes = new List<Push>();
        for (int i = 0; i < pushCount; i++)
        {
            var call = (Call)r.ReadInt32();
            int k = r.ReadInt32(), taps = r.ReadInt32();
            long at = r.ReadInt64(), id = r.ReadInt64(), effective = r.ReadInt64();
            float ambient = r.ReadSingle();
            int values = call switch { Call.Weights => k * 2 * mics * taps, Call.Gains => k, _ => 0 };
            pushes.Add(new Push(call, k, taps, at, id, effective, ambient, Floats(values), Floats(call == Call.Weights ? k : 0)));
        }
        float[] input = Floats(mics * frames), output = Floats(2 * frames), beams = Floats(talkers * frames);
        var reports = new List<(TakenKind, long, long)>();
        for (int i = 0; i < reportCount; i++) reports.Add(((TakenKind)r.ReadInt64(), r.ReadInt64(), r.ReadInt64()));
        Assert.Equal(r.BaseStream.Length, r.BaseStream.Position);
        return new Golden(mics, talkers, armed == 1, frames, pushes, input, output, beams, reports);

        float[] Floats(int count)
        {
            var values = new float[count];
            for (int i = 0; i < count; i++) values[i] = r.ReadSingle();
            return values;
        }
    }

    [Theory]
    [InlineData("steered", 60, 32)]
    [InlineData("steered", 60, 77)]
    [InlineData("guarded", 0, 32)]
    [InlineData("guarded", 0, 1024)]
    public void Recorded_blocks_come_out_of_the_binding_to_the_last_bit(string name, double heartbeatMs, int block)
    {
        var golden = Read(name);
        var array = new MicrophoneArray(HeadModelKind.FreeField, 0, 16000, [.. Enumerable.Range(0, golden.Microphones).Select(m => new Microphone($"m{m}", new Vector3D(0.02 * m, 0, 0)))], 0, 1);
        var ears = golden.Armed ? new EarProtection(new RigOutput(110, "2026-11-01"), 1.6) : null;
        using var path = new AudioPath(array, SeparationFixture.Settings(), golden.MaxTalkers, heartbeatMs, ears: ears);
        float[] output = new float[golden.Output.Length], beams = new float[golden.Beams.Length];
        var reports = new List<(TakenKind Kind, long Id, long Sample)>();
        var waiting = new Queue<Push>(golden.Pushes);
        for (int at = 0; at < golden.Frames;)
        {
            while (waiting.TryPeek(out var push) && push.At == at) Make(path, waiting.Dequeue(), golden.Microphones);
            int n = (int)Math.Min(Math.Min(block, golden.Frames - at), waiting.TryPeek(out var next) ? next.At - at : long.MaxValue);
            float[] x = new float[golden.Microphones * n], y = new float[2 * n], b = new float[golden.MaxTalkers * n];
            for (int m = 0; m < golden.Microphones; m++) System.Array.Copy(golden.Input, m * golden.Frames + at, x, m * n, n);
            path.Process(x, y, b);
            for (int e = 0; e < 2; e++) System.Array.Copy(y, e * n, output, e * golden.Frames + at, n);
            for (int k = 0; k < golden.MaxTalkers; k++) System.Array.Copy(b, k * n, beams, k * golden.Frames + at, n);
            while (path.TryReadTaken(out long id, out long sample, out var kind)) reports.Add((kind, id, sample));
            at += n;
        }
        Assert.Equal(golden.Reports, reports.OrderBy(r => r.Sample).ThenBy(r => r.Kind).ThenBy(r => r.Id).Select(r => (r.Kind, r.Id, r.Sample)));
        Assert.Equal(golden.Output, output);
        Assert.Equal(golden.Beams, beams);
    }

    private static void Make(AudioPath path, Push push, int microphones)
    {
        switch (push.Call)
        {
            case Call.Weights:
                Assert.True(path.PushWeights(new BeamformerWeights(push.Talkers, 2, microphones, push.Taps, push.Values) { Id = push.Id, LeftShares = push.Shares }, push.Effective));
                break;
            case Call.Gains:
                Assert.True(path.PushGains(SeparationFixture.Gains(push.Id - 1, push.Ambient, push.Values), push.Effective));
                break;
            case Call.References:
                path.SetReferences(push.Talkers, push.Taps);
                break;
            default:
                path.Stop();
                break;
        }
    }
}
