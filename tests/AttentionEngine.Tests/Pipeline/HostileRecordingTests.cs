using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Tests.Pipeline;

/// <summary>Time stamps of a damaged or hostile file end a replay with an error; they never hang it.</summary>
public sealed class HostileRecordingTests
{
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    [InlineData(1e6)]
    public void An_impossible_stamp_is_named(double stampS)
    {
        using var folder = new TempFolder();
        var session = new SessionFolder(folder.Path);
        var runner = new StepRunner(RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml")), session, SessionFolder.Create(folder.File("out")), new Recording(stampS), null, "test", []);
        var error = Assert.Throws<InputDataException>(() => runner.Run(null, CancellationToken.None));
        Assert.Contains("sim-array", error.Message, StringComparison.Ordinal);
        Assert.Contains("attend xdf check", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A tenth of a second of good sound, then one stamp.</summary>
    private sealed class Recording(double stampS) : IRecordedStreams
    {
        private int _next;

        public IReadOnlyList<StreamInfo> Streams { get; } =
        [
            Info("sim-array", "Audio", 4, 16000), Info("sim-head", "MoCap", 7, 100),
            Info("sim-talkers", "Position", 3, 10) with { Desc = StreamInfo.DescOf([("a_X", "Position", "m"), ("a_Y", "Position", "m"), ("a_Z", "Position", "m")]) },
        ];

        public bool Next(IRecordedVisitor visitor)
        {
            if (_next > 10) return false;
            if (_next++ < 10) visitor.Samples(0, new float[4 * 160], [.. Enumerable.Range(0, 160).Select(i => 100 + (_next - 1) * 0.01 + i / 16000.0)]);
            else visitor.Samples(0, new float[4], [stampS]);
            return true;
        }

        public void Dispose() { }

        private static StreamInfo Info(string id, string type, int channels, double rateHz) =>
            new() { Name = id, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = id };
    }
}
