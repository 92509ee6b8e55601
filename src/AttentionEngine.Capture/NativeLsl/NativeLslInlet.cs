using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.NativeLsl;

/// <summary>
/// A stream received through liblsl. A thread empties the library's own buffer into a ring that counts what it drops, in pulls of a fifth of a second,
/// so that disposing never meets a pull inside the library; another takes its clock measurements.
/// </summary>
internal sealed unsafe class NativeLslInlet(NativeLslTransport transport, StreamInfo info, InletOptions options) : RingInlet(info, options)
{
    private const int TimeoutError = -1, LostError = -2, ChunkFrames = 256;
    private const double SilenceS = 5;
    private readonly Lock openGate = new();
    private readonly ProbeLog probes = new();
    private readonly ManualResetEventSlim closing = new();
    private NativeInletHandle? handle;
    private Thread? data, clock;
    private double lastSignS;
    private volatile bool lost;

    public override InletCounters Counters => new(Ring.Head, Dropped, 0, !IsDisposed && handle is not null && !lost && transport.LocalClockS - Volatile.Read(ref lastSignS) < SilenceS);

    public override void Open(TimeSpan timeout, CancellationToken cancellation)
    {
        lock (openGate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (handle is not null) return;
            double endS = transport.LocalClockS + timeout.TotalSeconds;
            var source = transport.HandleOf(Info, timeout, cancellation) ?? throw Unreachable(timeout);
            var inlet = NativeLslMethods.CreateInlet(source, (int)Math.Clamp(Math.Ceiling(Options.MaxBufferedS), 1, 86_400), 0, Options.Recover ? 1 : 0);
            int error = 0;
            using var full = NativeLslMethods.FullInfo(inlet, Math.Max(0.05, endS - transport.LocalClockS), &error);
            if (error == 0 && !full.IsInvalid) Info = NativeLslTransport.InfoOf(full) ?? Info;
            if (error == 0) NativeLslMethods.OpenStream(inlet, Math.Max(0.05, endS - transport.LocalClockS), &error);
            if (error != 0)
            {
                inlet.Dispose();
                throw Unreachable(timeout);
            }
            handle = inlet;
            lastSignS = transport.LocalClockS;
            data = new Thread(Info.Format == ChannelFormat.Text ? ReceiveText : ReceiveNumbers) { Name = "lsl-native", IsBackground = true };
            clock = new Thread(FollowClock) { Name = "lsl-native-clock", IsBackground = true };
            data.Start();
            clock.Start();
        }
    }

    private TimeoutException Unreachable(TimeSpan timeout) =>
        new($"Stream {Info.Name} (source_id '{Info.SourceId}', host {Info.HostName}) did not answer within {timeout.TotalSeconds:0.###} s: {NativeLslTransport.LastError}. Is its program still running?");

    public override int CopyClockProbes(Span<ClockProbe> destination) => probes.Copy(destination);

    private void ReceiveNumbers()
    {
        int channels = Info.ChannelCount, valueBytes = Info.Format.ByteSize(), sampleBytes = channels * valueBytes;
        var values = new byte[sampleBytes * ChunkFrames];
        var stampsS = new double[ChunkFrames];
        fixed (byte* v = values)
        fixed (double* s = stampsS)
        {
            while (!closing.IsSet)
            {
                int error = 0;
                s[0] = NativeLslMethods.PullSample(handle!, v, sampleBytes, 0.2, &error);
                if (Ended(error)) return;
                if (s[0] == 0) continue;
                // The rest of what is there, without waiting: a chunk call that waits would wait until its buffer is full.
                int more = (int)PullNative(v + sampleBytes, s + 1, (ChunkFrames - 1) * channels, ChunkFrames - 1, &error).Value / channels;
                if (Ended(error)) return;
                Volatile.Write(ref lastSignS, transport.LocalClockS);
                Ring.Write(values.AsSpan(0, (1 + more) * sampleBytes), stampsS.AsSpan(0, 1 + more));
            }
        }
    }

    private CULong PullNative(void* values, double* stamps, int valueCount, int stampCount, int* error)
    {
        CULong v = new((uint)valueCount), s = new((uint)stampCount);
        return Info.Format switch
        {
            ChannelFormat.Float32 => NativeLslMethods.PullFloat(handle!, values, stamps, v, s, 0, error),
            ChannelFormat.Double64 => NativeLslMethods.PullDouble(handle!, values, stamps, v, s, 0, error),
            ChannelFormat.Int64 => NativeLslMethods.PullLong(handle!, values, stamps, v, s, 0, error),
            ChannelFormat.Int32 => NativeLslMethods.PullInt(handle!, values, stamps, v, s, 0, error),
            ChannelFormat.Int16 => NativeLslMethods.PullShort(handle!, values, stamps, v, s, 0, error),
            _ => NativeLslMethods.PullByte(handle!, values, stamps, v, s, 0, error),
        };
    }

    private void ReceiveText()
    {
        int channels = Info.ChannelCount;
        var pointers = stackalloc byte*[channels];
        var lengths = stackalloc uint[channels];
        var texts = new string[channels];
        while (!closing.IsSet)
        {
            int error = 0;
            double stampS = NativeLslMethods.PullText(handle!, pointers, lengths, channels, 0.2, &error);
            if (Ended(error)) return;
            if (stampS == 0) continue;
            Volatile.Write(ref lastSignS, transport.LocalClockS);
            for (int k = 0; k < channels; k++)
            {
                texts[k] = Encoding.UTF8.GetString(pointers[k], (int)lengths[k]);
                NativeLslMethods.DestroyString(pointers[k]);
            }
            Ring.WriteText(TextCodec.Encode(texts), stampS);
        }
    }

    private bool Ended(int error)
    {
        if (error is 0 or TimeoutError) return false;
        lost = true; // LostError: gone for good (no recovery); anything else: the library cannot go on.
        return true;
    }

    /// <summary>The library measures every two seconds; a new measurement shows by its time.</summary>
    private void FollowClock()
    {
        double newestS = double.NaN;
        while (!closing.Wait(TimeSpan.FromSeconds(0.25)))
        {
            int error = 0;
            double remoteS = 0, roundTripS = 0;
            double offsetS = NativeLslMethods.TimeCorrection(handle!, &remoteS, &roundTripS, 0.25, &error);
            if (error == LostError) return;
            if (error != 0 || remoteS == newestS) continue;
            newestS = remoteS;
            Volatile.Write(ref lastSignS, transport.LocalClockS);
            probes.Add(new ClockProbe(remoteS + offsetS, offsetS, Math.Max(0, roundTripS)));
        }
    }

    public override void Dispose()
    {
        lock (openGate)
        {
            if (IsDisposed) return;
            EndPulls();
            closing.Set();
            data?.Join();
            clock?.Join();
            handle?.Dispose();
            closing.Dispose();
        }
    }
}
