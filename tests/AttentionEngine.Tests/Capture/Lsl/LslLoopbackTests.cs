using System.Runtime.InteropServices;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Our outlets and our inlets over real sockets.</summary>
[Collection("lsl")]
public class LslLoopbackTests
{
    [Theory]
    [InlineData(ChannelFormat.Float32), InlineData(ChannelFormat.Double64), InlineData(ChannelFormat.Int32)]
    [InlineData(ChannelFormat.Int16), InlineData(ChannelFormat.Int8), InlineData(ChannelFormat.Int64)]
    public void Numeric_formats_arrive_bit_exact_with_their_stamps(ChannelFormat format)
    {
        switch (format)
        {
            case ChannelFormat.Float32: RoundTrip<float>(format); break;
            case ChannelFormat.Double64: RoundTrip<double>(format); break;
            case ChannelFormat.Int32: RoundTrip<int>(format); break;
            case ChannelFormat.Int16: RoundTrip<short>(format); break;
            case ChannelFormat.Int8: RoundTrip<sbyte>(format); break;
            default: RoundTrip<long>(format); break;
        }
    }

    private static void RoundTrip<T>(ChannelFormat format) where T : unmanaged
    {
        const int frames = 2000, channels = 5;
        var random = new SeededRandom(11);
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("formats", format, channels), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var values = new T[frames * channels];
        foreach (ref byte b in MemoryMarshal.AsBytes(values.AsSpan())) b = (byte)random.NextUInt64();
        var stampsS = new double[frames];
        for (int i = 0; i < frames; i++) stampsS[i] = i % 3 == 0 ? 1000 + random.Uniform() : stampsS[i - 1] + 1.0 / 500;
        for (int at = 0, n = 1; at < frames; at += n, n = Math.Min(n + 7, frames - at))
            outlet.Push<T>(values.AsSpan(at * channels, n * channels), stampsS.AsSpan(at, n));

        var got = PullAll<T>(inlet, frames);
        Assert.Equal(MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), MemoryMarshal.AsBytes(got.Values.AsSpan()).ToArray());
        Assert.Equal(stampsS, got.StampsS);
        Assert.Equal(frames, outlet.Pushed);
        Assert.Equal(0, outlet.Dropped);
        Assert.Equal(new InletCounters(frames, 0, 0, true), inlet.Counters);
    }

    [Fact]
    public void Text_of_any_length_arrives_exactly()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("text", ChannelFormat.Text, 2, 0), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        string[] texts = ["", "a", "nul\0inside", "Grüße <&> 中 🎧", new('x', 255), new('y', 256), new('z', 70_000)];
        for (int i = 0; i < texts.Length; i++) outlet.PushText([texts[i], texts[^(i + 1)]], 10 + i);
        for (int i = 0; i < texts.Length; i++)
        {
            var values = new string[2];
            Assert.True(inlet.PullText(values, out double stampS, Patience));
            Assert.Equal([texts[i], texts[^(i + 1)]], values);
            Assert.Equal(10 + i, stampS);
        }
        Assert.False(inlet.PullText(new string[2], out _, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void The_info_arrives_whole_with_its_description()
    {
        using var transport = new LslTransport();
        var info = Info("described", ChannelFormat.Float32, 2, 512.25) with
        {
            Desc = StreamInfo.DescOf([("Fp1 <&>", "EEG", "microvolts"), ("Größe", "EEG", "microvolts")]),
        };
        using var outlet = transport.CreateOutlet(info, new OutletOptions());
        var found = Find(transport, info.SourceId);
        Assert.Null(found.ChannelLabels); // Discovery leaves the description out.
        using var inlet = transport.CreateInlet(found, new InletOptions());
        inlet.Open(Patience, CancellationToken.None);
        Assert.Equal(["Fp1 <&>", "Größe"], inlet.Info.ChannelLabels);
        Assert.Equal(outlet.Info with { Desc = inlet.Info.Desc }, inlet.Info);
        Assert.Equal(outlet.Info.Desc.ToString(), inlet.Info.Desc.ToString());
    }

    [Fact]
    public void A_single_stamp_is_the_time_of_the_last_frame()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("spread", rateHz: 100), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        outlet.Push<float>(new float[600], [50.0]);
        var (_, stampsS) = PullAll<float>(inlet, 600);
        for (int i = 0; i < 600; i++) Assert.Equal(50 - (599 - i) / 100.0, stampsS[i], 1e-9);
        Assert.Equal(50.0, stampsS[^1]);
    }

    [Fact]
    public void Numbers_convert_to_the_asked_type()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("convert", ChannelFormat.Double64), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        outlet.Push<double>([1.9, -1.9, 1e12, double.NaN], [1, 2, 3, 4]);
        Assert.Equal([1, -1, short.MaxValue, 0], PullAll<short>(inlet, 4).Values);
        outlet.Push<double>([0.5, -2], [5, 6]);
        Assert.Equal([0.5f, -2f], PullAll<float>(inlet, 2).Values);
    }

    [Fact]
    public void A_sample_pushed_right_after_open_arrives() => PushAfterOpen(200);

    [Fact, Trait("tier", "long")]
    public void A_sample_pushed_right_after_open_arrives_a_thousand_times() => PushAfterOpen(1000);

    private static void PushAfterOpen(int times)
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("ready"), new OutletOptions());
        var found = Find(transport, outlet.Info.SourceId);
        for (int i = 0; i < times; i++)
        {
            using var inlet = transport.CreateInlet(found, new InletOptions());
            inlet.Open(Patience, CancellationToken.None);
            outlet.Push<float>([i], [i]);
            Assert.Equal([i], PullAll<float>(inlet, 1).Values);
        }
    }

    [Fact]
    public void Wrong_pushes_are_refused_with_a_reason()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("misuse", channels: 2), new OutletOptions());
        Assert.Contains("float32", Assert.Throws<ArgumentException>(() => outlet.Push<double>([1, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("whole frames", Assert.Throws<ArgumentException>(() => outlet.Push<float>([1, 2, 3], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("time stamps", Assert.Throws<ArgumentException>(() => outlet.Push<float>([1, 2, 3, 4, 5, 6], [1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => outlet.Push<float>([1, 2], [double.NaN]));
        Assert.Throws<ArgumentException>(() => outlet.PushText(["a", "b"], 1));
        Assert.Equal(0, outlet.Pushed);
    }

    [Fact]
    public void Impossible_streams_are_refused_with_a_reason()
    {
        using var transport = new LslTransport();
        void Refused(StreamInfo info, string why, OutletOptions? options = null) => Assert.Contains(why,
            Assert.ThrowsAny<ArgumentException>(() => transport.CreateOutlet(info, options ?? new OutletOptions())).Message, StringComparison.Ordinal);
        var good = Info("good");
        Refused(good with { Name = "" }, "name");
        Refused(good with { ChannelCount = 0 }, "0 channels");
        Refused(good with { NominalRateHz = double.NaN }, "rate");
        Refused(good with { Format = ChannelFormat.Undefined }, "format");
        Refused(good with { Type = new string('x', 70_000) }, "60000");
        Refused(good, "0 seconds", new OutletOptions(MaxBufferedS: double.NaN));
        Assert.Empty(transport.Resolve(new StreamQuery(good.SourceId), TimeSpan.FromSeconds(0.1), 0, CancellationToken.None));
    }
}
