using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.NativeLsl;

/// <summary>
/// LSL through a liblsl (1.16 or later) that the user has installed, behind the same interface as the managed protocol. What it cannot do
/// that <see cref="LslTransport"/> does: its sockets listen on every network whatever the bind address; its outlets drop without a count
/// (<see cref="IStreamOutlet.Dropped"/> stays 0) and may stamp what is left of a chunk wrongly after a drop; what its outlets push right after
/// Open has returned may be lost (wait for consumers); a dead peer is noticed by the lack
/// of clock answers only. Thread-safe. The library is one for the process: the first transport's settings hold for all.
/// </summary>
public sealed unsafe class NativeLslTransport : IStreamTransport, IDisposable
{
    public const int LeastVersion = 116;
    private const int MostStreams = 1024;
    private static readonly Lock Gate = new();
    private static bool configured;
    private readonly ConcurrentDictionary<string, NativeInfoHandle> known = new(StringComparer.Ordinal);

    /// <exception cref="StreamMissingException">No liblsl is installed, or it is too old.</exception>
    public NativeLslTransport(LslOptions? options = null)
    {
        if (!IsAvailable(out string why)) throw new StreamMissingException(why);
        Options = options ?? new LslOptions();
        lock (Gate)
        {
            if (configured) return;
            configured = true;
            NativeLibraries.TryLoadLsl(out nint library);
            if (NativeLibrary.TryGetExport(library, "lsl_set_config_content", out _)) NativeLslMethods.SetConfigContent(LslConfigFile.Format(Options));
        }
    }

    public LslOptions Options { get; }
    public double LocalClockS => NativeLslMethods.LocalClock();

    /// <summary>The library's own description of itself.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)NativeLslMethods.LibraryInfo()) ?? "";

    /// <summary>Whether an installed library can be used.</summary>
    /// <param name="why">What is missing.</param>
    public static bool IsAvailable(out string why)
    {
        NativeLslMethods.Prepare();
        why = "";
        if (!NativeLibraries.TryLoadLsl(out _))
        {
            why = "no liblsl is installed. Install liblsl 1.16 or later (or name its file in ATTEND_LIBLSL), or use the managed backend, which needs none.";
            return false;
        }
        int version = NativeLslMethods.LibraryVersion();
        if (version < LeastVersion) why = FormattableString.Invariant($"the installed liblsl is {version / 100}.{version % 100}; expected 1.16 or later (older ones corrupt memory when a buffer overflows). Use the managed backend.");
        return version >= LeastVersion;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StreamInfo> Resolve(StreamQuery query, TimeSpan timeout, int atLeast, CancellationToken cancellation)
    {
        string predicate = StreamPredicate.Format(query, Options.SessionId);
        var found = new Dictionary<string, StreamInfo>(StringComparer.Ordinal);
        var handles = stackalloc nint[MostStreams];
        double endS = LocalClockS + timeout.TotalSeconds;
        for (double leftS; (leftS = endS - LocalClockS) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            // In slices, so that a cancellation is heeded.
            int count = NativeLslMethods.Resolve(handles, MostStreams, predicate, Math.Max(1, atLeast), Math.Min(leftS, 0.5));
            if (count < 0) throw new InvalidOperationException($"liblsl refuses to resolve: {LastError}");
            for (int i = 0; i < count; i++)
            {
                var handle = new NativeInfoHandle(handles[i]);
                if (InfoOf(handle) is { } info && StreamPredicate.Matches(query, Options.SessionId, info) && known.TryAdd(info.Uid, handle)) found[info.Uid] = info;
                else
                {
                    if (InfoOf(handle) is { } again && known.ContainsKey(again.Uid)) found[again.Uid] = again;
                    handle.Dispose();
                }
            }
            if (atLeast > 0 && found.Count >= atLeast) break;
        }
        return [.. found.Values.OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.SourceId, StringComparer.Ordinal).ThenBy(s => s.Uid, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public IStreamOutlet CreateOutlet(StreamInfo info, OutletOptions options) => new NativeLslOutlet(info, options);

    /// <inheritdoc/>
    public IStreamInlet CreateInlet(StreamInfo info, InletOptions options) => new NativeLslInlet(this, info, options);

    /// <summary>The library's handle of a stream; looks for it by source_id where it was not resolved here.</summary>
    internal NativeInfoHandle? HandleOf(StreamInfo info, TimeSpan timeout, CancellationToken cancellation)
    {
        if (known.TryGetValue(info.Uid, out var handle)) return handle;
        var same = Resolve(new StreamQuery(info.SourceId, info.Name, info.Type), timeout, 1, cancellation);
        return same.Count == 1 ? known.GetValueOrDefault(same[0].Uid) : null;
    }

    internal static string LastError => Marshal.PtrToStringUTF8((nint)NativeLslMethods.LastError()) ?? "";

    internal static StreamInfo? InfoOf(NativeInfoHandle handle)
    {
        byte* xml = NativeLslMethods.GetXml(handle);
        if (xml is null) return null;
        try
        {
            return StreamInfoXml.TryReadInfo(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(xml));
        }
        finally
        {
            NativeLslMethods.DestroyString(xml);
        }
    }

    public void Dispose()
    {
        foreach (string uid in known.Keys)
            if (known.TryRemove(uid, out var handle)) handle.Dispose();
    }
}
