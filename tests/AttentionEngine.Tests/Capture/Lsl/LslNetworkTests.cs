using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;
using static AttentionEngine.Tests.Capture.Lsl.LslTestKit;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>Who may reach us, how many, and how often.</summary>
[Collection("lsl")]
public class LslNetworkTests
{
    [Fact]
    public void By_default_nothing_listens_beyond_loopback()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("SKIPPED: reads /proc/net, which only Linux has.");
        var before = OwnBoundAddresses();
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("closed"), new OutletOptions());
        using var inlet = OpenInlet(transport, outlet.Info.SourceId);
        var added = OwnBoundAddresses();
        foreach (string address in before) added.Remove(address);
        Assert.True(added.Count >= 4, $"expected the data, service and query sockets, found {added.Count}");
        Assert.All(added, address => Assert.EndsWith("7F", address, StringComparison.Ordinal)); // Hex, lowest byte last: 127.x.x.x.
    }

    [Fact]
    public void Bound_to_every_interface_it_is_found_and_read_too()
    {
        using var open = new LslTransport(new LslOptions { BindAddress = IPAddress.Any });
        using var outlet = open.CreateOutlet(Info("open"), new OutletOptions());
        foreach (var seeker in new[] { open, new LslTransport() })
        {
            using var inlet = OpenInlet(seeker, outlet.Info.SourceId);
            outlet.Push<float>([7], [1]);
            Assert.Equal([7f], PullAll<float>(inlet, 1).Values);
            WaitUntil(() => inlet.CopyClockProbes(new ClockProbe[1]) == 1, "a clock probe");
        }
    }

    [Fact]
    public void Too_many_connections_are_refused_and_counted()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("crowd"), new OutletOptions());
        var source = transport.Known(Find(transport, outlet.Info.SourceId).Uid)!;
        var crowd = Enumerable.Range(0, LslLimits.MaxConnectionsPerOutlet + 6).Select(_ =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(source.Data);
            return socket;
        }).ToList();
        WaitUntil(() => transport.Diagnostics.RefusedConnections == 6, "six refused");
        foreach (var socket in crowd) socket.Dispose();
        using var inlet = OpenInlet(transport, outlet.Info.SourceId); // The places are free again.
        Assert.True(outlet.HasConsumers);
    }

    [Fact]
    public void Several_consumers_each_get_everything()
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("several", channels: 4), new OutletOptions(ChunkSamples: 10));
        var inlets = Enumerable.Range(0, 5).Select(_ => OpenInlet(transport, outlet.Info.SourceId)).ToList();
        Assert.True(outlet.WaitForConsumers(5, Patience, CancellationToken.None));
        for (int i = 0; i < 5000; i++) outlet.Push<float>([i, i, i, i], [i * 0.002]);
        foreach (var inlet in inlets)
        {
            var (values, _) = PullAll<float>(inlet, 5000);
            for (int i = 0; i < 5000; i++) Assert.Equal(i, values[4 * i]);
            inlet.Dispose();
        }
        WaitUntil(() => !outlet.HasConsumers, "the consumers' leaving noticed");
        Assert.Equal(0, outlet.Dropped);
    }

    [Fact]
    public void Queries_are_limited_per_second()
    {
        var recent = new RecentQueries();
        int allowed = 0;
        for (int i = 0; i < 10_000; i++) allowed += recent.Allow(1000) ? 1 : 0;
        Assert.Equal(LslLimits.QueriesPerSecond, allowed);
        Assert.True(recent.Allow(1000.01));
        var message = new QueryMessage("name='x'", 1, "2");
        Assert.True(recent.IsFirst("a", message, 5));
        Assert.False(recent.IsFirst("a", message, 5.01));
        Assert.True(recent.IsFirst("b", message, 5.01));
        Assert.True(recent.IsFirst("a", message, 5.2));
    }

    [Theory]
    [InlineData("LSL:streamfeed/110 somebody-else\r\nData-Protocol-Version: 110\r\nMax-Buffer-Length: 5\r\n\r\n", "LSL/110 404")]
    [InlineData("LSL:streamfeed/100 \r\n\r\n", "LSL/110 505")]
    [InlineData("LSL:streamfeed/210 \r\nData-Protocol-Version: 210\r\n\r\n", "LSL/110 505")]
    [InlineData("LSL:streamfeed\r\n1 1\r\n\r\n", "LSL/110 505")]
    [InlineData("LSL:shortinfo\r\nname='refuse'\r\n", "<?xml")]
    [InlineData("LSL:shortinfo\r\nname='other'\r\n", "")]
    [InlineData("LSL:shortinfo\r\ncontains(name,'r') and nominal_srate>0\r\n", "<?xml")]
    [InlineData("LSL:shortinfo\r\n//name='refuse'\r\n", "")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "")]
    public void Requests_get_the_answer_that_the_protocol_says(string request, string answer)
    {
        using var transport = new LslTransport();
        using var outlet = transport.CreateOutlet(Info("refuse"), new OutletOptions());
        var source = transport.Known(Find(transport, outlet.Info.SourceId).Uid)!;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(source.Data);
        socket.Send(System.Text.Encoding.ASCII.GetBytes(request));
        var buffer = new byte[64];
        int n = socket.Receive(buffer);
        string got = System.Text.Encoding.ASCII.GetString(buffer, 0, n);
        Assert.StartsWith(answer, got, StringComparison.Ordinal);
        Assert.Equal(answer.Length == 0, n == 0);
        Assert.False(outlet.HasConsumers);
    }

    [Theory]
    [InlineData(ChannelFormat.Int16), InlineData(ChannelFormat.Double64), InlineData(ChannelFormat.Text)]
    public void A_big_endian_source_is_understood(ChannelFormat format)
    {
        var info = Info("swapped", format, 2);
        using var stream = new MemoryStream();
        Span<byte> stamp = stackalloc byte[9];
        stamp[0] = 2;
        for (int i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteDoubleBigEndian(stamp[1..], i < 2 ? 123456.789 : 55.25);
            stream.Write(stamp);
            byte[] sample = TestPattern.Sample(format, 2, i == 0 ? 4 : 2);
            if (format == ChannelFormat.Text) sample = [4, 0, 0, 0, 2, .. "10"u8, 2, 0, 3, .. "-11"u8];
            else for (int k = 0; k < 2; k++) sample.AsSpan(k * format.ByteSize(), format.ByteSize()).Reverse();
            stream.Write(sample);
        }
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Connect(listener.LocalEndPoint!);
        using var near = listener.Accept();
        far.Send(stream.ToArray());
        var ring = new SampleRing(2 * format.ByteSize(), 10);
        var reader = ring.Join(10);
        var buffer = new ReceiveBuffer();
        var decoder = new FeedDecoder(info, swapBytes: true);
        while (ring.Head == 0)
        {
            Assert.True(buffer.Fill(near, 1 << 20));
            decoder.Decode(buffer, ring);
        }
        lock (ring.Gate)
        {
            if (format == ChannelFormat.Text)
            {
                Assert.Equal(1, ring.PeekText(reader, 1, out var payloads, out var stampsS));
                var texts = new string[2];
                TextCodec.Decode(payloads[0], texts);
                Assert.Equal(["10", "-11"], texts);
                Assert.Equal(55.25, stampsS[0]);
            }
            else
            {
                Assert.Equal(1, ring.Peek(reader, 1, out var bytes, out var stampsS));
                Assert.Equal(TestPattern.Sample(format, 2, 2), bytes.ToArray());
                Assert.Equal(55.25, stampsS[0]);
            }
        }
    }

    /// <summary>Local addresses, as the kernel's hex, of this process's listening TCP and all its UDP sockets.</summary>
    private static List<string> OwnBoundAddresses()
    {
        var inodes = Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget)
            .Where(t => t?.StartsWith("socket:[", StringComparison.Ordinal) == true).Select(t => t![8..^1]).ToHashSet();
        var result = new List<string>();
        foreach (string table in new[] { "tcp", "udp", "tcp6", "udp6" })
        {
            if (!File.Exists($"/proc/net/{table}")) continue;
            foreach (string line in File.ReadLines($"/proc/net/{table}").Skip(1))
            {
                string[] f = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                bool counts = table.StartsWith("udp", StringComparison.Ordinal) || int.Parse(f[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == 10;
                if (counts && inodes.Contains(f[9])) result.Add(f[1].Split(':')[0]);
            }
        }
        return result;
    }
}
