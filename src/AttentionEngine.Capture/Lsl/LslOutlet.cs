using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A stream that this process offers. Pushing copies into a ring and returns; threads of the consumers do the sending.</summary>
internal sealed class LslOutlet : IStreamOutlet
{
    private readonly HostServices services;
    private readonly OutletServer server;
    private readonly SampleRing ring;
    private readonly double intervalS;
    private readonly double[] spreadStampsS = new double[256];
    private readonly Lock pushGate = new();
    private bool disposed;

    public LslOutlet(StreamInfo info, OutletOptions options, LslNetwork network, HostServices services, LslDiagnostics diagnostics)
    {
        PushCheck.Validate(info);
        this.services = services;
        intervalS = info.NominalRateHz > 0 ? 1.0 / info.NominalRateHz : 0;
        int sampleBytes = info.ChannelCount * info.Format.ByteSize();
        ring = new SampleRing(sampleBytes, LslLimits.RingSamples(options.MaxBufferedS, info.NominalRateHz, sampleBytes));
        Info = info with { Uid = OutletIdentity.NewUid(), HostName = Environment.MachineName, SessionId = network.Options.SessionId, CreatedAtS = LslClock.NowS };
        var listeners = Listen(network, diagnostics);
        try
        {
            var ports = new StreamPorts(PortOf(listeners, AddressFamily.InterNetwork), services.ServicePortV4, PortOf(listeners, AddressFamily.InterNetworkV6), services.ServicePortV6);
            ShortInfo = StreamInfoXml.Write(Info, ports, withDesc: false);
            FullInfo = StreamInfoXml.Write(Info, ports, withDesc: true);
            if (ShortInfo.Length > LslLimits.MaxShortInfoBytes || FullInfo.Length > LslLimits.MaxInfoBytes)
                throw new ArgumentException($"The info of a stream is {ShortInfo.Length} bytes without and {FullInfo.Length} with its description; at most {LslLimits.MaxShortInfoBytes} and {LslLimits.MaxInfoBytes} can be sent.", nameof(info));
            server = new OutletServer(this, listeners, ring, options.ChunkSamples, diagnostics);
        }
        catch
        {
            foreach (var listener in listeners) listener.Dispose();
            throw;
        }
        services.Add(this);
    }

    /// <summary>A data socket for each IP version.</summary>
    private static List<Socket> Listen(LslNetwork network, LslDiagnostics diagnostics)
    {
        var listeners = new List<Socket>(2);
        foreach (var address in network.BindAddresses)
        {
            try
            {
                listeners.Add(Sockets.BindInRange(SocketType.Stream, address, network.Options));
            }
            catch (SocketException) when (listeners.Count > 0)
            {
                diagnostics.CountUnavailableSocket(); // IPv6 is switched off in this system; IPv4 works.
            }
        }
        return listeners;
    }

    private static int PortOf(List<Socket> listeners, AddressFamily family) =>
        listeners.Find(l => l.AddressFamily == family) is { } listener ? ((IPEndPoint)listener.LocalEndPoint!).Port : 0;

    public StreamInfo Info { get; }
    internal byte[] ShortInfo { get; }
    internal byte[] FullInfo { get; }
    public bool HasConsumers => server.ConsumerCount > 0;
    public long Pushed => ring.Head;
    public long Dropped => server.Dropped;

    public bool WaitForConsumers(int count, TimeSpan timeout, CancellationToken cancellation) => server.WaitForConsumers(count, timeout, cancellation);

    public void Push<T>(ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged
    {
        int frames = PushCheck.Frames(Info, interleaved, timestampsS);
        if (frames == 0) return;
        var bytes = MemoryMarshal.AsBytes(interleaved);
        lock (pushGate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (timestampsS.Length == frames) ring.Write(bytes, timestampsS);
            else WriteSpread(bytes, frames, timestampsS[0]);
        }
    }

    public void PushText(ReadOnlySpan<string> values, double timestampS)
    {
        PushCheck.Text(Info, values, timestampS);
        byte[] payload = TextCodec.Encode(values);
        lock (pushGate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ring.WriteText(payload, timestampS);
        }
    }

    /// <summary>Writes frames whose last one has the given time, the others at the nominal rate before it.</summary>
    private void WriteSpread(ReadOnlySpan<byte> bytes, int frames, double lastS)
    {
        int frameBytes = bytes.Length / frames;
        for (int first = 0; first < frames; first += spreadStampsS.Length)
        {
            int n = Math.Min(spreadStampsS.Length, frames - first);
            for (int i = 0; i < n; i++) spreadStampsS[i] = lastS - (frames - 1 - first - i) * intervalS;
            ring.Write(bytes.Slice(first * frameBytes, n * frameBytes), spreadStampsS.AsSpan(0, n));
        }
    }

    /// <summary>Stops being found, lets consumers take what they have not seen for a short time, and closes.</summary>
    public void Dispose()
    {
        lock (pushGate)
        {
            if (disposed) return;
            disposed = true;
        }
        services.Remove(this);
        server.Dispose();
    }
}
