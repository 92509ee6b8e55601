using System.Net;
using System.Text;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using AttentionEngine.Tests.Fuzzing;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Every parser that bytes from the network reach, with mutated sound messages. LSL has no authentication: whatever comes is understood or refused, in bounded memory.</summary>
public class LslParserFuzzTests
{
    private const int MostBytes = 1 << 13;
    private static readonly StreamInfo Text = Info("fuzz", ChannelFormat.Text, 2) with { Uid = "u", HostName = "h", Desc = StreamInfo.DescOf([("Fz", "EEG", "uV"), ("<&>ü", "EEG", "uV")]) };

    private static readonly byte[][] Words =
    [
        "LSL:shortinfo\r\n"u8.ToArray(), "LSL:fullinfo\r\n"u8.ToArray(), "LSL:timedata\r\n"u8.ToArray(), "LSL:streamfeed/110 "u8.ToArray(), "\r\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(),
        "session_id='default' and "u8.ToArray(), " and "u8.ToArray(), " or not("u8.ToArray(), "string(desc/*)!="u8.ToArray(), "'"u8.ToArray(), "</info>"u8.ToArray(), "<desc>"u8.ToArray(), "<!DOCTYPE x [<!ENTITY e \"f\">]>"u8.ToArray(), "&e;"u8.ToArray(),
        "NaN"u8.ToArray(), "-1"u8.ToArray(), "99999999999999999999"u8.ToArray(), "1e999"u8.ToArray(), "string"u8.ToArray(), "int64"u8.ToArray(), "4321"u8.ToArray(), [1], [2], [4], [8], [0xFF, 0xFE],
    ];

    [Fact]
    public void Messages_survive_mutated_input() => Say("messages", RunMessages(61, 60_000));

    [Fact, Trait("tier", "long")]
    public void Messages_survive_millions() => Say("messages", RunMessages(62, 4_000_000));

    public static TheoryData<ChannelFormat> Formats => new(NumericFormats.Append(ChannelFormat.Text));

    [Theory, MemberData(nameof(Formats))]
    public void The_sample_decoder_survives_mutated_input(ChannelFormat format) => Say($"samples {format}", RunSamples(format, 71, 6_000));

    [Theory, MemberData(nameof(Formats)), Trait("tier", "long")]
    public void The_sample_decoder_survives_a_million(ChannelFormat format) => Say($"samples {format}", RunSamples(format, 72, 1_000_000));

    private static FuzzRun.Result RunMessages(ulong seed, long inputs)
    {
        byte[][] seeds =
        [
            QueryMessage.Format("session_id='default' and name='x' and type=\"EEG\"", 4000, "77"),
            QueryMessage.Format("type='EEG' and (starts-with(name,'x') or not(count(desc/channels/channel)>=2)) and nominal_srate<1e3", 4000, "77"),
            [.. "77\r\n"u8, .. StreamInfoXml.Write(Text, new StreamPorts(16572, 16573, 16572, 16573), withDesc: false)],
            "LSL:timedata\r\n5 123.456\r\n"u8.ToArray(), " 5 1.5 2.5 3.5"u8.ToArray(),
            StreamInfoXml.Write(Text, new StreamPorts(16572, 16573), withDesc: true),
            FeedHandshake.Request(Text, 100, "host"), FeedHandshake.Accept(Text), FeedHandshake.NotFound,
            Encoding.UTF8.GetBytes("[ports]\nIPv6 = allow\n[lab]\nKnownPeers = {10.0.0.5, ::1}\nSessionID = x\n"),
        ];
        // XML of 8 KB may become a tree of some hundred bytes an element.
        var result = FuzzRun.Of(new Mutator(seed, seeds, Words, MostBytes), inputs, Understands, length => 1_000_000 + 600L * length);
        Assert.InRange(result.Understood, inputs / 50, inputs);
        return result;
    }

    /// <returns>Whether any parser took it.</returns>
    private static bool Understands(byte[] bytes)
    {
        bool understood = QueryMessage.TryParse(bytes, out var query) && StreamPredicate.TryParse(query.Predicate)?.Matches(Text) is not null;
        if (QueryMessage.TryParseReply(bytes, out _, out var xml)) understood |= StreamInfoXml.TryRead(xml, IPAddress.Loopback) is not null;
        understood |= TimeMessage.TryParseProbe(bytes, out _, out _) | TimeMessage.TryParseReply(bytes, out _, out _, out _);
        understood |= StreamInfoXml.TryRead(bytes, IPAddress.IPv6Loopback) is not null;
        string text = Encoding.UTF8.GetString(bytes);
        int end = text.IndexOf("\r\n", StringComparison.Ordinal);
        if (end >= 0 && text.StartsWith(FeedHandshake.StreamFeed, StringComparison.Ordinal)) understood |= FeedHandshake.TryParseRequest(text[..end], text[(end + 2)..], out _);
        try
        {
            FeedHandshake.ReadAnswer(text, "u");
            return true;
        }
        catch (LslProtocolException)
        {
            // The right way to refuse.
        }
        try
        {
            LslConfigFile.Parse(text, "x", IPAddress.Loopback);
            return true;
        }
        catch (AttentionEngine.Core.Errors.ConfigurationException)
        {
            return understood;
        }
    }

    private static FuzzRun.Result RunSamples(ChannelFormat format, ulong seed, long inputs)
    {
        var info = Info("fuzz", format, 2);
        byte[] patterns = FeedEncoder.TestPatterns(info);
        var mutator = new Mutator(seed, [Samples(info)], Words, MostBytes);
        long inputNumber = 0;
        var result = FuzzRun.Of(mutator, inputs, bytes =>
        {
            var ring = new SampleRing(info.ChannelCount * format.ByteSize(), 100);
            ring.Join(100);
            var buffer = new ReceiveBuffer(4096);
            var decoder = new FeedDecoder(info, swapBytes: false);
            // Every tenth is mutated in its patterns too; the others reach the samples.
            byte[] all = inputNumber++ % 10 == 0 ? bytes : [.. patterns, .. bytes];
            try
            {
                for (int at = 0; at < all.Length;)
                {
                    at += buffer.Fill(all.AsSpan(at), decoder.MaxMessageBytes);
                    decoder.Decode(buffer, ring);
                }
            }
            catch (LslProtocolException)
            {
                // The right way to refuse.
            }
            return ring.Head > 0;
        }, length => 2_000_000 + 300L * length);
        Assert.InRange(result.Understood, inputs / 4, inputs);
        return result;
    }

    private static byte[] Samples(StreamInfo info)
    {
        var ring = new SampleRing(info.ChannelCount * info.Format.ByteSize(), 100);
        var reader = ring.Join(100);
        for (int i = 0; i < 20; i++)
        {
            if (info.Format == ChannelFormat.Text) ring.WriteText(TextCodec.Encode([new string('a', i * 20), "b"]), i);
            else ring.Write(new byte[info.ChannelCount * info.Format.ByteSize()], [i < 10 ? i * 0.002 : i * i]);
        }
        var encoder = new FeedEncoder(info);
        lock (ring.Gate) return encoder.Buffer[..encoder.Fill(ring, reader, 100)];
    }

    private static void Say(string what, FuzzRun.Result result) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
        $"{what}: {result.Inputs} inputs, {result.Understood} understood, at most {result.MostAllocatedBytes} bytes allocated for one, {result.CpuS:0.0} CPU s, nothing broke"));
}
