using System.Net;
using System.Net.Sockets;
using System.Text;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Whatever comes from the network is refused or understood; it never throws, and never makes us hold more than came.</summary>
[Collection("lsl")]
public class LslFuzzTests
{
    private const int Rounds = 4000;

    [Fact]
    public void Message_parsers_survive_mutated_input()
    {
        var info = Info("fuzz", ChannelFormat.Text, 2) with { Uid = "u", HostName = "h" };
        byte[][] seeds =
        [
            QueryMessage.Format("session_id='default' and name='x'", 4000, "77"),
            "77\r\n<?xml version=\"1.0\"?><info><name>n</name></info>"u8.ToArray(),
            "LSL:timedata\r\n5 123.456\r\n"u8.ToArray(),
            " 5 1.5 2.5 3.5"u8.ToArray(),
            StreamInfoXml.Write(info, new StreamPorts(16572, 16573, 16572, 16573), withDesc: true),
            FeedHandshake.Request(info, 100, "host"),
            FeedHandshake.Accept(info),
        ];
        var random = new SeededRandom(20);
        int understood = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] bytes = Mutate(seeds[i % seeds.Length], random, i / seeds.Length % 4);
            string text = Encoding.UTF8.GetString(bytes);
            if (QueryMessage.TryParse(bytes, out var query) && StreamPredicate.TryParse(query.Predicate)?.Matches(info) is not null) understood++;
            if (QueryMessage.TryParseReply(bytes, out _, out var xml)) StreamInfoXml.TryRead(xml, IPAddress.Loopback);
            if (TimeMessage.TryParseProbe(bytes, out _, out _)) understood++;
            if (TimeMessage.TryParseReply(bytes, out _, out _, out _)) understood++;
            if (StreamInfoXml.TryRead(bytes, IPAddress.Loopback) is not null) understood++;
            if (FeedHandshake.TryParseRequest(FeedHandshake.StreamFeed + text, text, out _)) understood++;
            try
            {
                FeedHandshake.ReadAnswer(text, "u");
                understood++;
            }
            catch (LslProtocolException)
            {
                // The right way to refuse.
            }
        }
        Assert.InRange(understood, Rounds / 20, Rounds * 4); // The mutations reach behind the first check.
    }

    [Theory]
    [InlineData(ChannelFormat.Float32), InlineData(ChannelFormat.Int8), InlineData(ChannelFormat.Text)]
    public void The_sample_decoder_survives_mutated_input_and_holds_only_what_came(ChannelFormat format)
    {
        var info = Info("fuzz", format, 2);
        byte[] good = [.. FeedEncoder.TestPatterns(info), .. Samples(info)];
        var random = new SeededRandom(21);
        int refused = 0, taken = 0;
        using var pair = new SocketPair();
        for (int i = 0; i < 600; i++)
        {
            byte[] bytes = Mutate(good, random, i % 4);
            pair.Send(bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var ring = new SampleRing(info.ChannelCount * format.ByteSize(), 100);
            ring.Join(100);
            var buffer = new ReceiveBuffer(4096);
            var decoder = new FeedDecoder(info, swapBytes: i % 5 == 4);
            try
            {
                for (int left = bytes.Length; left > 0; left -= pair.FillOnce(buffer, decoder.MaxMessageBytes)) taken += decoder.Decode(buffer, ring);
                taken += decoder.Decode(buffer, ring);
            }
            catch (LslProtocolException)
            {
                refused++;
                pair.Drain();
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
        Assert.True(refused > 100);
        Assert.True(taken > 100);
    }

    [Theory]
    [InlineData("<!DOCTYPE info [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><info><name>&x;</name></info>")]
    [InlineData("<info><name>n</name><channel_count>999999999</channel_count></info>")]
    [InlineData("<info>")]
    [InlineData("")]
    public void Hostile_infos_are_refused(string xml) => Assert.Null(StreamInfoXml.TryRead(Encoding.UTF8.GetBytes(xml), IPAddress.Loopback));

    [Fact]
    public void Deep_infos_are_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000));
        Assert.Null(StreamInfoXml.TryRead(Encoding.UTF8.GetBytes($"<info><desc>{deep}</desc></info>"), IPAddress.Loopback));
    }

    [Fact]
    public void An_outlet_under_fire_keeps_serving_and_counts()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("fire"), new OutletOptions());
        var source = transport.Known(Find(transport, outlet.Info.SourceId).Uid)!;
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var random = new SeededRandom(22);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.SendTo("LSL:shortinfo\r\n//name='x'\r\n4000 5\r\n"u8, source.Service);
        for (int i = 0; i < 300; i++) udp.SendTo(Mutate("LSL:timedata\r\n5 123.456\r\n"u8.ToArray(), random, 1 + i % 3), source.Service);
        var hanging = new List<Socket>();
        for (int i = 0; i < 30; i++)
        {
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Connect(source.Data);
            tcp.Send(Mutate(FeedHandshake.Request(outlet.Info, 10, "h"), random, i % 4));
            if (i % 2 == 0) hanging.Add(tcp);
            else tcp.Dispose();
        }
        for (int i = 0; i < 1000; i++) outlet.Push<float>([i], [i]);
        Assert.Equal(999, PullAll<float>(inlet, 1000).Values[^1]);
        WaitUntil(() => transport.Diagnostics.Malformed > 100 && transport.Diagnostics.UnsupportedQueries == 1, "bad datagrams counted");
        WaitUntil(() => transport.Diagnostics.ProtocolErrors + transport.Diagnostics.RefusedConnections > 0, "bad connections counted");
        foreach (var tcp in hanging) tcp.Dispose();
    }

    private static byte[] Samples(StreamInfo info)
    {
        var ring = new SampleRing(info.ChannelCount * info.Format.ByteSize(), 100);
        var reader = ring.Join(100);
        for (int i = 0; i < 20; i++)
        {
            if (info.Format == ChannelFormat.Text) ring.WriteText(TextCodec.Encode([new string('a', i * 40), "b"]), i);
            else ring.Write(new byte[info.ChannelCount * info.Format.ByteSize()], [i * 0.002]);
        }
        var encoder = new FeedEncoder(info);
        lock (ring.Gate) return encoder.Buffer[..encoder.Fill(ring, reader, 100)];
    }

    /// <summary>0: as it is; 1: some bytes changed; 2: cut short; 3: a stretch doubled and bytes changed.</summary>
    private static byte[] Mutate(byte[] seed, SeededRandom random, int kind)
    {
        byte[] bytes = kind switch
        {
            2 => seed[..(int)(random.NextUInt64() % (ulong)seed.Length)],
            3 => [.. seed[..(seed.Length / 2)], .. seed[(seed.Length / 3)..]],
            _ => (byte[])seed.Clone(),
        };
        for (int i = 0; kind is 1 or 3 && i < 1 + (int)(random.NextUInt64() % 8); i++) bytes[random.NextUInt64() % (ulong)bytes.Length] = (byte)random.NextUInt64();
        return bytes;
    }

    /// <summary>Two ends of a TCP connection on loopback.</summary>
    private sealed class SocketPair : IDisposable
    {
        private readonly Socket near, far;

        public SocketPair()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            near.Connect(listener.LocalEndPoint!);
            far = listener.Accept();
            far.NoDelay = true;
        }

        public void Send(byte[] bytes) => far.Send(bytes);

        public int FillOnce(ReceiveBuffer buffer, int maxBytes)
        {
            int before = buffer.Unread.Length;
            Assert.True(buffer.Fill(near, maxBytes));
            return buffer.Unread.Length - before;
        }

        public void Drain()
        {
            var waste = new byte[4096];
            while (near.Available > 0) near.Receive(waste);
        }

        public void Dispose()
        {
            near.Dispose();
            far.Dispose();
        }
    }
}
