using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.LslVerbs;
using AttentionEngine.Capture.NativeLsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>A program as a user of liblsl-CSharp would write it, over the managed backend and, where there is one, the native.</summary>
[Collection("lsl")]
public class LslVerbsTests
{
    [Theory]
    [InlineData(false), InlineData(true)]
    public void The_familiar_program_runs(bool native)
    {
        if (native && !NativeLslTransport.IsAvailable(out string why)) Assert.Skip($"SKIPPED: {why}");
        IStreamTransport transport = native ? new NativeLslTransport() : new LslTransport();
        var lsl = new LslSession(transport);
        string id = UniqueId("verbs");
        var info = LslSession.StreamInfo("BioSemi", "EEG", 4, 100, ChannelFormat.Float32, id);
        using (var outlet = lsl.StreamOutlet(info))
        {
            using var resolver = lsl.ContinuousResolver("source_id", id);
            var found = Assert.Single(lsl.ResolveStream("source_id", id));
            using var inlet = lsl.StreamInlet(found, processing: ProcessingOptions.All);
            inlet.OpenStream(20);
            Assert.True(outlet.WaitForConsumers(20));
            double sentS = lsl.LocalClock();
            outlet.PushSample([1f, 2, 3, 4], sentS);
            var sample = new float[4];
            Assert.Equal(sentS, inlet.PullSample(sample, 20), 0.01);
            Assert.Equal([1f, 2, 3, 4], sample);
            outlet.PushChunk(new float[,] { { 5, 6, 7, 8 }, { 9, 10, 11, 12 } }, sentS + 0.02);
            var chunk = new float[8, 4];
            var stamps = new double[8];
            int got = 0;
            WaitUntil(() => inlet.SamplesAvailable == 2, "two samples");
            got = inlet.PullChunk(chunk, stamps, 20);
            Assert.Equal((2, 5f, 12f), (got, chunk[0, 0], chunk[1, 3]));
            Assert.Equal(sentS + 0.01, stamps[0], 0.01);
            Assert.InRange(Math.Abs(inlet.TimeCorrection(out double uncertaintyS, 20)), 0, uncertaintyS + 200e-6);
            Assert.False(inlet.WasClockReset);
            Assert.False(inlet.IsLost);
            Assert.Equal(0, inlet.PullSample(sample, 0.05));
            WaitUntil(() => resolver.Results().Count == 1, "the continuous resolver sees it");
            Assert.Throws<ArgumentException>(() => outlet.PushSample([1f]));
            Assert.Throws<ArgumentException>(() => inlet.PullSample(new float[3]));
            Assert.Throws<ConfigurationException>(() => lsl.ResolveStream("colour", "red"));
        }
        using (var markers = lsl.StreamOutlet(LslSession.StreamInfo("marks", "Markers", 1, 0, ChannelFormat.Text, id + "m")))
        {
            using var inlet = lsl.StreamInlet(Assert.Single(lsl.ResolveStream("source_id", id + "m")));
            inlet.OpenStream(20);
            Assert.True(markers.WaitForConsumers(20));
            markers.PushSample(["start"], 12.5);
            var text = new string[1];
            Assert.Equal(12.5, inlet.PullSample(text, 20));
            Assert.Equal("start", text[0]);
        }
        ((IDisposable)transport).Dispose();
    }
}
