using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Every format, both ways, with a liblsl that shares no code with ours.</summary>
[Collection("lsl")]
public class LslForeignPeerTests
{
    private const int Channels = 3;
    private const int Frames = 600;

    public static TheoryData<ChannelFormat, int> NumericAndChunk() =>
        new(NumericFormats.SelectMany(f => new[] { (f, 0), (f, 20) }));

    [Theory, MemberData(nameof(NumericAndChunk))]
    public void Numbers_from_a_foreign_outlet_arrive_bit_exact(ChannelFormat format, int chunk)
    {
        ForeignPeer.SkipIfAbsent();
        switch (format)
        {
            case ChannelFormat.Float32: FromForeign<float>(format, chunk); break;
            case ChannelFormat.Double64: FromForeign<double>(format, chunk); break;
            case ChannelFormat.Int32: FromForeign<int>(format, chunk); break;
            case ChannelFormat.Int16: FromForeign<short>(format, chunk); break;
            case ChannelFormat.Int8: FromForeign<sbyte>(format, chunk); break;
            default: FromForeign<long>(format, chunk); break;
        }
    }

    private static void FromForeign<T>(ChannelFormat format, int chunk) where T : unmanaged
    {
        using var transport = new LslTransport();
        string source = UniqueId("foreign");
        using var peer = StartOutlet(format, source, Frames, chunk);
        using var inlet = OpenInlet(transport, source);
        Assert.Equal("<C&0>ü", inlet.Info.ChannelLabels![0]);
        peer.Go();
        var (values, stampsS) = PullAll<T>(inlet, Frames);
        var got = new List<string>();
        for (int i = 0; i < Frames; i++) got.Add(HexLine(stampsS[i], values.AsSpan(i * Channels, Channels)));
        Assert.Equal(peer.ReadUntil("pushed", out _), got);
        peer.Go();
        Assert.Equal(0, peer.WaitForExit());
    }

    [Fact]
    public void Text_from_a_foreign_outlet_arrives_exactly()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        string source = UniqueId("foreign");
        using var peer = StartOutlet(ChannelFormat.Text, source, 200, 0);
        using var inlet = OpenInlet(transport, source);
        peer.Go();
        var got = new List<string>();
        var values = new string[Channels];
        for (int i = 0; i < 200; i++)
        {
            Assert.True(inlet.PullText(values, out double stampS, Patience));
            got.Add(HexLine(stampS, values));
        }
        Assert.Equal(peer.ReadUntil("pushed", out _), got);
        peer.Go();
        Assert.Equal(0, peer.WaitForExit());
    }

    /// <summary>All formats at once, one peer each: a foreign inlet needs a second or two to find a stream.</summary>
    [Fact]
    public async Task Numbers_to_foreign_inlets_arrive_bit_exact()
    {
        ForeignPeer.SkipIfAbsent();
        await Task.WhenAll(
            Task.Run(() => ToForeign<float>(ChannelFormat.Float32)),
            Task.Run(() => ToForeign<double>(ChannelFormat.Double64)),
            Task.Run(() => ToForeign<int>(ChannelFormat.Int32)),
            Task.Run(() => ToForeign<short>(ChannelFormat.Int16)),
            Task.Run(() => ToForeign<sbyte>(ChannelFormat.Int8)),
            Task.Run(() => ToForeign<long>(ChannelFormat.Int64)));
    }

    private static void ToForeign<T>(ChannelFormat format) where T : unmanaged
    {
        var random = new SeededRandom(5);
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(InfoForForeign(format), new OutletOptions());
        using var peer = StartInlet(outlet, Frames, correct: false);
        var expected = new List<string>();
        // Single samples with stamps of their own, then chunks whose stamps can be deduced.
        for (int at = 0, chunk = 1; at < Frames; at += chunk)
        {
            if (at >= Frames / 2) chunk = 20;
            var values = new T[chunk * Channels];
            var stampsS = new double[chunk];
            foreach (ref byte b in MemoryMarshal.AsBytes(values.AsSpan())) b = (byte)random.NextUInt64();
            for (int k = 0; k < chunk; k++) stampsS[k] = k == 0 ? 2000 + at * 0.0013 + random.Uniform() * 1e-4 : stampsS[k - 1] + 1.0 / 500;
            outlet.Push<T>(values, stampsS);
            for (int k = 0; k < chunk; k++) expected.Add(HexLine(stampsS[k], values.AsSpan(k * Channels, Channels)));
        }
        Assert.Equal(expected, peer.ReadUntil("end", out _));
        peer.Go();
        Assert.Equal(0, peer.WaitForExit());
    }

    [Fact]
    public void Text_to_a_foreign_inlet_arrives_exactly()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(InfoForForeign(ChannelFormat.Text), new OutletOptions());
        string[] texts = ["", "a", "nul\0inside", "Grüße <&> 中 🎧", new('x', 255), new('y', 256), new('z', 70_000)];
        using var peer = StartInlet(outlet, texts.Length, correct: true);
        var expected = new List<string>();
        for (int i = 0; i < texts.Length; i++)
        {
            string[] values = [texts[i], texts[^(i + 1)], "third"];
            outlet.PushText(values, 3000 + i);
            expected.Add(HexLine(3000 + i, values));
        }
        Assert.Equal(expected, peer.ReadUntil("end", out string end));
        // Its estimate of our clock, which is the same clock.
        Assert.Equal("0", end.Split(' ')[2]);
        Assert.InRange(double.Parse(end.Split(' ')[1], CultureInfo.InvariantCulture), -0.02, 0.02);
        peer.Go();
        Assert.Equal(0, peer.WaitForExit());
    }

    [Fact]
    public void A_foreign_source_s_clock_is_measured()
    {
        ForeignPeer.SkipIfAbsent();
        using var transport = new LslTransport();
        string source = UniqueId("foreign");
        using var peer = StartOutlet(ChannelFormat.Float32, source, 1, 0);
        using var inlet = OpenInlet(transport, source);
        var probes = new ClockProbe[16];
        WaitUntil(() => inlet.CopyClockProbes(probes) > 0, "a clock probe");
        // The same machine, so the same clock: the offset must lie within half the round trip, plus what 16 digits cannot hold.
        Assert.InRange(Math.Abs(probes[0].OffsetS), 0, probes[0].RoundTripS / 2 + 1e-6);
        Assert.InRange(inlet.Info.CreatedAtS, transport.LocalClockS - 60, transport.LocalClockS);
    }

    private static ForeignPeer StartOutlet(ChannelFormat format, string source, int frames, int chunk)
    {
        var peer = new ForeignPeer("outlet", format.XdfName(), Text(Channels), "500", source, Text(frames), Text(chunk));
        Assert.Equal("ready", peer.ReadLine());
        return peer;
    }

    private static ForeignPeer StartInlet(IStreamOutlet outlet, int frames, bool correct)
    {
        var peer = new ForeignPeer("inlet", outlet.Info.SourceId, Text(frames), correct ? "1" : "0");
        Assert.Equal("open Kanal <&> ü", peer.ReadLine());
        Assert.True(outlet.WaitForConsumers(1, Patience, CancellationToken.None));
        return peer;
    }

    private static StreamInfo InfoForForeign(ChannelFormat format) => Info("toforeign", format, Channels, 500) with
    {
        Desc = StreamInfo.DescOf([("Kanal <&> ü", "Test", "none")]),
    };

    private static string HexLine<T>(double stampS, ReadOnlySpan<T> values) where T : unmanaged
    {
        var line = new StringBuilder(Hex(BitConverter.GetBytes(stampS)));
        foreach (T value in values) line.Append(' ').Append(Hex(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))));
        return line.ToString();
    }

    private static string HexLine<T>(double stampS, Span<T> values) where T : unmanaged => HexLine(stampS, (ReadOnlySpan<T>)values);

    private static string HexLine(double stampS, string[] values) =>
        Hex(BitConverter.GetBytes(stampS)) + string.Concat(values.Select(v => " " + (v.Length == 0 ? "-" : Hex(Encoding.UTF8.GetBytes(v)))));

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
