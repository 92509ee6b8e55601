using System.Runtime.InteropServices;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.NativeLsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>The installed liblsl as second backend, against the managed protocol, both ways and with itself. Skipped, loudly, where none is installed.</summary>
[Collection("lsl")]
public class NativeLslTests
{
    private const int Channels = 3, Frames = 700;

    /// <summary>Both use the one library of this process, which is set up by the first transport.</summary>
    private static NativeLslTransport NativeOrSkip()
    {
        if (!NativeLslTransport.IsAvailable(out string why)) Assert.Skip($"SKIPPED: {why}");
        return new NativeLslTransport(new LslOptions());
    }

    [Fact]
    public void Without_a_library_or_with_one_that_is_too_old_it_says_what_to_do()
    {
        if (NativeLslTransport.IsAvailable(out string why)) Assert.Skip("SKIPPED: a liblsl is installed.");
        Assert.Contains("managed backend", why, StringComparison.Ordinal);
        Assert.Contains("managed backend", Assert.Throws<StreamMissingException>(() => new NativeLslTransport()).Message, StringComparison.Ordinal);
    }

    public static TheoryData<ChannelFormat, string> FormatsAndPairs() =>
        new(NumericFormats.Append(ChannelFormat.Text).SelectMany(f => new[] { "native to managed", "managed to native", "native to native" }.Select(p => (f, p))));

    [Theory, MemberData(nameof(FormatsAndPairs))]
    public void Every_format_arrives_bit_exact(ChannelFormat format, string pair)
    {
        using var native = NativeOrSkip();
        using var managed = new LslTransport();
        IStreamTransport from = pair.StartsWith("native", StringComparison.Ordinal) ? native : managed, to = pair.EndsWith("native", StringComparison.Ordinal) ? native : managed;
        switch (format)
        {
            case ChannelFormat.Float32: Numbers<float>(format, from, to); break;
            case ChannelFormat.Double64: Numbers<double>(format, from, to); break;
            case ChannelFormat.Int32: Numbers<int>(format, from, to); break;
            case ChannelFormat.Int16: Numbers<short>(format, from, to); break;
            case ChannelFormat.Int8: Numbers<sbyte>(format, from, to); break;
            case ChannelFormat.Int64: Numbers<long>(format, from, to); break;
            default: Texts(from, to); break;
        }
    }

    private static void Numbers<T>(ChannelFormat format, IStreamTransport from, IStreamTransport to) where T : unmanaged
    {
        using var outlet = from.CreateOutlet(Info("native", format, Channels) with { Desc = StreamInfo.DescOf([("Ü<&>", "EEG", "uV")]) }, new OutletOptions());
        using var inlet = Open(to, outlet.Info.SourceId);
        Assert.Equal("Ü<&>", inlet.Info.ChannelLabels![0]);
        Assert.True(outlet.WaitForConsumers(1, Patience, CancellationToken.None)); // between two liblsl 1.17 what is pushed right after Open may be lost
        var random = new SeededRandom(9);
        var values = new T[Frames * Channels];
        var stampsS = new double[Frames];
        for (int i = 0; i < Frames; i++) stampsS[i] = 100 + i * 0.002 + random.Uniform() * 1e-4;
        foreach (ref byte b in MemoryMarshal.AsBytes(values.AsSpan())) b = (byte)random.NextUInt64();
        for (int at = 0, n; at < Frames; at += n)
        {
            n = Math.Min(1 + random.Index(40), Frames - at);
            outlet.Push<T>(values.AsSpan(at * Channels, n * Channels), stampsS.AsSpan(at, n));
        }
        var (got, gotS) = PullAll<T>(inlet, Frames);
        Assert.Equal(MemoryMarshal.AsBytes(values.AsSpan()), MemoryMarshal.AsBytes(got.AsSpan()));
        Assert.Equal(stampsS, gotS);
        WaitUntil(() => inlet.CopyClockProbes(new ClockProbe[1]) == 1, "a clock probe");
        var probe = new ClockProbe[1];
        inlet.CopyClockProbes(probe);
        Assert.InRange(Math.Abs(probe[0].OffsetS), 0, probe[0].RoundTripS / 2 + 200e-6); // one clock; liblsl's own bias is some tens of us
    }

    private static void Texts(IStreamTransport from, IStreamTransport to)
    {
        using var outlet = from.CreateOutlet(Info("native", ChannelFormat.Text, 2, 0), new OutletOptions());
        using var inlet = Open(to, outlet.Info.SourceId);
        Assert.True(outlet.WaitForConsumers(1, Patience, CancellationToken.None));
        string[] texts = ["", "a", "nul\0inside", "Grüße <&> 中 🎧", new('x', 255), new('y', 256), new('z', 70_000)];
        var got = new string[2];
        for (int i = 0; i < texts.Length; i++)
        {
            outlet.PushText([texts[i], texts[^(i + 1)]], 50 + i);
            Assert.True(inlet.PullText(got, out double stampS, Patience));
            Assert.Equal((texts[i], texts[^(i + 1)], 50.0 + i), (got[0], got[1], stampS));
        }
    }

    [Fact]
    public void Wrong_lengths_never_reach_the_library()
    {
        using var native = NativeOrSkip();
        using var outlet = native.CreateOutlet(Info("native", channels: 64), new OutletOptions());
        Assert.Throws<ArgumentException>(() => outlet.Push<float>(new float[1], [1]));
        Assert.Throws<ArgumentException>(() => outlet.Push<double>(new double[64], [1]));
        Assert.Throws<ArgumentException>(() => outlet.Push<float>(new float[128], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => outlet.PushText(["x"], 1));
        Assert.Equal(0, outlet.Pushed);
    }

    [Fact]
    public void Disposing_under_a_pull_that_waits_is_safe()
    {
        using var native = NativeOrSkip();
        for (int i = 0; i < 10; i++)
        {
            using var outlet = native.CreateOutlet(Info("native"), new OutletOptions());
            var inlet = Open(native, outlet.Info.SourceId);
            int pulled = -1;
            var puller = new Thread(() => pulled = inlet.Pull(new float[8], new double[8], TimeSpan.FromMinutes(5)));
            puller.Start();
            WaitUntil(() => (puller.ThreadState & ThreadState.WaitSleepJoin) != 0, "the pull waits");
            inlet.Dispose();
            Assert.True(puller.Join(Patience));
            Assert.Equal(0, pulled);
        }
    }

    private static IStreamInlet Open(IStreamTransport transport, string sourceId)
    {
        var inlet = transport.CreateInlet(Assert.Single(transport.Resolve(new StreamQuery(SourceId: sourceId), Patience, 1, CancellationToken.None)), new InletOptions());
        inlet.Open(Patience, CancellationToken.None);
        return inlet;
    }
}
