using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.NativeLsl;

/// <summary>A stream offered through liblsl. Lengths are checked before the library sees a pointer; its return codes are not ignored.</summary>
internal sealed unsafe class NativeLslOutlet : IStreamOutlet
{
    private readonly NativeOutletHandle handle;
    private readonly double intervalS;
    private readonly double[] stampsS = new double[4096];
    private readonly Lock pushGate = new();
    private long pushed;

    public NativeLslOutlet(StreamInfo info, OutletOptions options)
    {
        PushCheck.Validate(info);
        intervalS = info.NominalRateHz > 0 ? 1.0 / info.NominalRateHz : 0;
        using var native = NativeLslMethods.CreateInfo(info.Name, info.Type, info.ChannelCount, info.NominalRateHz, (int)info.Format, info.SourceId);
        if (native.IsInvalid) throw new ArgumentException($"liblsl refuses the info of stream {info.Name}: {NativeLslTransport.LastError}", nameof(info));
        Append(NativeLslMethods.GetDesc(native), info.Desc);
        // liblsl counts in seconds, or in hundreds of samples where the rate is irregular.
        handle = NativeLslMethods.CreateOutlet(native, Math.Max(0, options.ChunkSamples), (int)Math.Clamp(Math.Ceiling(options.MaxBufferedS), 1, 86_400));
        if (handle.IsInvalid) throw new InvalidOperationException($"liblsl cannot open an outlet for {info.Name}: {NativeLslTransport.LastError}");
        using var full = NativeLslMethods.InfoOf(handle);
        Info = NativeLslTransport.InfoOf(full) ?? throw new InvalidOperationException("liblsl gives an info that cannot be read");
    }

    public StreamInfo Info { get; }
    public bool HasConsumers => NativeLslMethods.HaveConsumers(handle) != 0;
    public long Pushed => Interlocked.Read(ref pushed);

    /// <summary>liblsl does not count what it drops.</summary>
    public long Dropped => 0;

    /// <remarks>liblsl does not tell how many there are: it waits for the first.</remarks>
    public bool WaitForConsumers(int count, TimeSpan timeout, CancellationToken cancellation)
    {
        if (count > 1) throw new NotSupportedException("liblsl waits for one consumer only");
        for (double leftS = timeout.TotalSeconds; leftS > 0; leftS -= 0.2)
        {
            cancellation.ThrowIfCancellationRequested();
            if (NativeLslMethods.WaitForConsumers(handle, Math.Min(leftS, 0.2)) != 0) return true;
        }
        return HasConsumers;
    }

    public void Push<T>(ReadOnlySpan<T> interleaved, ReadOnlySpan<double> timestampsS) where T : unmanaged
    {
        int frames = PushCheck.Frames(Info, interleaved, timestampsS);
        lock (pushGate)
        {
            for (int first = 0; first < frames; first += stampsS.Length)
            {
                int n = Math.Min(stampsS.Length, frames - first);
                for (int i = 0; i < n; i++)
                    stampsS[i] = timestampsS.Length == frames ? timestampsS[first + i] : timestampsS[0] - (frames - 1 - first - i) * intervalS;
                fixed (T* values = interleaved.Slice(first * Info.ChannelCount, n * Info.ChannelCount))
                fixed (double* stamps = stampsS)
                    Check(PushNative(values, n * Info.ChannelCount, stamps));
            }
        }
        Interlocked.Add(ref pushed, frames);
    }

    public void PushText(ReadOnlySpan<string> values, double timestampS)
    {
        PushCheck.Text(Info, values, timestampS);
        var bytes = new byte[values.Length][];
        for (int i = 0; i < values.Length; i++) bytes[i] = Encoding.UTF8.GetBytes(values[i]);
        var pins = bytes.Select(b => GCHandle.Alloc(b, GCHandleType.Pinned)).ToArray();
        try
        {
            var pointers = stackalloc byte*[values.Length];
            var lengths = stackalloc uint[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                pointers[i] = (byte*)pins[i].AddrOfPinnedObject();
                lengths[i] = (uint)bytes[i].Length;
            }
            lock (pushGate) Check(NativeLslMethods.PushText(handle, pointers, lengths, timestampS, 1));
        }
        finally
        {
            foreach (var pin in pins) pin.Free();
        }
        Interlocked.Increment(ref pushed);
    }

    private int PushNative(void* values, int count, double* stamps)
    {
        var n = new CULong((uint)count);
        return Info.Format switch
        {
            ChannelFormat.Float32 => NativeLslMethods.PushFloat(handle, values, n, stamps, 1),
            ChannelFormat.Double64 => NativeLslMethods.PushDouble(handle, values, n, stamps, 1),
            ChannelFormat.Int64 => NativeLslMethods.PushLong(handle, values, n, stamps, 1),
            ChannelFormat.Int32 => NativeLslMethods.PushInt(handle, values, n, stamps, 1),
            ChannelFormat.Int16 => NativeLslMethods.PushShort(handle, values, n, stamps, 1),
            _ => NativeLslMethods.PushByte(handle, values, n, stamps, 1),
        };
    }

    private static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException($"liblsl refuses the samples (error {result}): {NativeLslTransport.LastError}");
    }

    private static void Append(nint parent, XElement from)
    {
        foreach (var child in from.Elements())
        {
            if (child.HasElements) Append(NativeLslMethods.AppendChild(parent, child.Name.LocalName), child);
            else NativeLslMethods.AppendChildValue(parent, child.Name.LocalName, child.Value);
        }
    }

    public void Dispose() => handle.Dispose();
}
