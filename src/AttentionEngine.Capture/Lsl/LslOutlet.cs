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
        Validate(info);
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
        if (SampleConverter.FormatOf<T>() != Info.Format)
            throw new ArgumentException($"Stream {Info.Name} carries {Info.Format.XdfName()}, but {typeof(T).Name} was pushed. Convert before pushing.", nameof(interleaved));
        int frames = interleaved.Length / Info.ChannelCount;
        if (frames * Info.ChannelCount != interleaved.Length)
            throw new ArgumentException($"Stream {Info.Name} has {Info.ChannelCount} channels, but {interleaved.Length} values were pushed, which is not whole frames.", nameof(interleaved));
        if (frames == 0) return;
        if (timestampsS.Length != frames && timestampsS.Length != 1)
            throw new ArgumentException($"{frames} frames were pushed to stream {Info.Name} with {timestampsS.Length} time stamps; expected {frames}, or 1 for the last frame.", nameof(timestampsS));
        foreach (double stampS in timestampsS) CheckStamp(stampS);
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
        if (Info.Format != ChannelFormat.Text) throw new ArgumentException($"Stream {Info.Name} carries {Info.Format.XdfName()}, not text.", nameof(values));
        if (values.Length != Info.ChannelCount)
            throw new ArgumentException($"Stream {Info.Name} has {Info.ChannelCount} channels, but {values.Length} texts were pushed.", nameof(values));
        CheckStamp(timestampS);
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

    private void CheckStamp(double stampS)
    {
        if (!double.IsFinite(stampS)) throw new ArgumentException($"A time stamp of {stampS} was pushed to stream {Info.Name}; expected LSL seconds.");
    }

    private static void Validate(StreamInfo info)
    {
        if (string.IsNullOrEmpty(info.Name)) throw new ArgumentException("A stream needs a name.", nameof(info));
        if (info.ChannelCount is < 1 or > LslLimits.MaxChannels)
            throw new ArgumentException($"Stream {info.Name} has {info.ChannelCount} channels; expected 1 to {LslLimits.MaxChannels}.", nameof(info));
        if (info.Format == ChannelFormat.Undefined) throw new ArgumentException($"Stream {info.Name} has no value format.", nameof(info));
        if (!double.IsFinite(info.NominalRateHz) || info.NominalRateHz < 0 || info.NominalRateHz > LslLimits.MaxRateHz)
            throw new ArgumentException($"Stream {info.Name} has a rate of {info.NominalRateHz} Hz; expected 0 (irregular) or a positive number.", nameof(info));
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
