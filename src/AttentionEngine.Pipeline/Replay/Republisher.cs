using System.Xml.Linq;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Pipeline.Replay;

/// <param name="Speed">Seconds of the recording sent in a second.</param>
/// <param name="Seconds">How much of the recording; null for all.</param>
/// <param name="FromS">Leave out so much of its beginning.</param>
/// <param name="WaitS">How long to wait until every stream has a listener.</param>
/// <param name="OriginalStamps">Send the stamps as recorded instead of the times of sending.</param>
/// <param name="Loop">Begin again at the end, with stamps that go on rising.</param>
public sealed record RepublishOptions(double Speed = 1, double? Seconds = null, double FromS = 0, double WaitS = 10, bool OriginalStamps = false, bool Loop = false);

public sealed record RepublishedStream(StreamInfo Info, long Samples, long Dropped, bool Heard);

/// <param name="LateMsP99">How long after its due time a sample was sent, 99 % of them at most.</param>
public sealed record RepublishResult(string Ended, double Seconds, IReadOnlyList<RepublishedStream> Streams, IReadOnlyList<string> LeftOut, double LateMsP99, double LateMsMax);

/// <summary>
/// Sends the streams of a recording over LSL again, with their metadata: each sample when it was taken, none before its time. Stamps are
/// moved to this host's clock, each stream by its recorded clock offsets and all by one constant, so that what lay between streams stays.
/// Constant memory: the file is read a few seconds ahead, which also puts streams in order that were written in chunks.
/// </summary>
public sealed class Republisher(string xdfPath, IStreamTransport transport, RepublishOptions options)
{
    private const double LookAheadS = 5, LeadS = 0.3, LoopGapS = 0.1, TurnS = 0.001;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20), Linger = TimeSpan.FromSeconds(1);
    private readonly DurationHistogram _late = new();
    private readonly List<string> _leftOut = [];
    private double _firstS = double.PositiveInfinity, _newestReadS, _startS;
    private double[] _timesS = [], _dueS = [], _stampsS = [];

    /// <summary>Called when the outlets exist.</summary>
    public Action? Ready { get; init; }

    /// <summary>Called now and then with seconds of the recording sent.</summary>
    public Action<double>? Progress { get; init; }

    /// <exception cref="InputDataException">The file cannot be read or holds nothing that can be sent.</exception>
    public RepublishResult Run(CancellationToken cancellation)
    {
        var scan = new RecordingScan(xdfPath);
        var pending = new PendingSamples?[scan.Streams.Count];
        try
        {
            for (int i = 0; i < pending.Length; i++)
            {
                var stream = scan.Streams[i];
                if (EngineStreams.IsOurs(stream.Info) || stream.Info.Format == ChannelFormat.Undefined || stream.Info.ChannelCount < 1) { _leftOut.Add(stream.Info.Name); continue; }
                pending[i] = PendingSamples.For(transport.CreateOutlet(WithVideo(stream.Info), new OutletOptions()));
                if (double.IsFinite(stream.FirstStampS)) _firstS = Math.Min(_firstS, new XdfClockMap(stream.Offsets).ToRecorder(stream.FirstStampS));
            }
            if (!double.IsFinite(_firstS)) throw new InputDataException($"{xdfPath} holds no sample that can be sent.");
            Ready?.Invoke();
            string ended = WaitForListeners(pending, cancellation) ? Send(scan, pending, cancellation) : "interrupted";
            double doneS = Math.Max(0, (transport.LocalClockS - _startS) * options.Speed);
            if (ended == "completed") cancellation.WaitHandle.WaitOne(Linger); // receivers take what is on its way
            return new RepublishResult(ended, doneS, [.. pending.OfType<PendingSamples>().Select(p => new RepublishedStream(p.Outlet.Info, p.Sent, p.Outlet.Dropped, p.Outlet.HasConsumers))],
                _leftOut, _late.PercentileMs(0.99), _late.MaxMs);
        }
        finally
        {
            foreach (var stream in pending) stream?.Outlet.Dispose();
        }
    }

    /// <summary>A video that the metadata name relative to the session is named from the root, so that whoever listens finds it.</summary>
    private StreamInfo WithVideo(StreamInfo info)
    {
        if (info.Desc.Element("video")?.Element("uri") is not { Value.Length: > 0 } || Path.GetDirectoryName(Path.GetFullPath(xdfPath)) is not { } folder) return info;
        var desc = new XElement(info.Desc);
        var uri = desc.Element("video")!.Element("uri")!;
        string path = Path.GetFullPath(Path.Combine(folder, uri.Value));
        if (!File.Exists(path)) return info;
        uri.Value = path;
        return info with { Desc = desc };
    }

    private bool WaitForListeners(PendingSamples?[] pending, CancellationToken cancellation)
    {
        double untilS = transport.LocalClockS + options.WaitS;
        while (transport.LocalClockS < untilS && !Array.TrueForAll(pending, p => p is null || p.Outlet.HasConsumers))
            if (cancellation.WaitHandle.WaitOne(Poll)) return false;
        return !cancellation.IsCancellationRequested;
    }

    private string Send(RecordingScan scan, PendingSamples?[] pending, CancellationToken cancellation)
    {
        double shiftS = 0, nextProgressS = 0;
        _startS = transport.LocalClockS + LeadS;
        while (true)
        {
            using var reader = new XdfEventReader(xdfPath);
            FittedClock[] clocks = [.. scan.Streams.Select(s => new FittedClock(new XdfClockMap(s.Offsets)))];
            bool read = true;
            _newestReadS = double.NegativeInfinity;
            while (true)
            {
                double nowS = transport.LocalClockS, doneS = (nowS - _startS) * options.Speed;
                while (read && _newestReadS - _firstS + shiftS - options.FromS < doneS + LookAheadS) read = ReadOne(reader, scan, pending, clocks, shiftS);
                double nextS = double.PositiveInfinity;
                foreach (var stream in pending)
                {
                    if (stream is null) continue;
                    double dueS = stream.NextDueS;
                    if (dueS <= nowS)
                    {
                        _late.Add(1000 * (nowS - dueS));
                        stream.Send(nowS);
                        dueS = stream.NextDueS;
                    }
                    nextS = Math.Min(nextS, dueS);
                }
                if (doneS >= nextProgressS) { Progress?.Invoke(Math.Max(0, doneS)); nextProgressS = doneS + 0.5 * options.Speed; }
                if (options.Seconds is { } seconds && doneS >= seconds) return "completed";
                if (!read && double.IsInfinity(nextS)) break;
                double waitS = Math.Min(nextS - transport.LocalClockS, 0.1);
                if (waitS > 0 ? cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Max(waitS, TurnS))) : cancellation.IsCancellationRequested) return "interrupted";
            }
            if (!options.Loop) return "completed";
            shiftS += _newestReadS - _firstS - options.FromS + LoopGapS;
        }
    }

    /// <summary>Reads the next piece of the file.</summary>
    /// <returns>False at its end.</returns>
    private bool ReadOne(XdfEventReader reader, RecordingScan scan, PendingSamples?[] pending, FittedClock[] clocks, double shiftS)
    {
        if (!reader.Read()) return false;
        if (reader.Kind != XdfEventKind.Samples) return true;
        int index = scan.IndexOf(reader.Stream.StreamId), frames = reader.Frames;
        if (pending[index] is not { } stream) return true;
        if (_timesS.Length < frames) (_timesS, _dueS, _stampsS) = (new double[2 * frames], new double[2 * frames], new double[2 * frames]);
        bool any = false;
        for (int i = 0; i < frames; i++)
        {
            double stampS = reader.StampsS[i];
            if (!double.IsFinite(stampS)) throw new InputDataException($"{xdfPath}: stream `{stream.Outlet.Info.Name}` has a time stamp of {stampS}, which has no time to be sent at. `attend xdf check` lists what is wrong with the file.");
            double timeS = clocks[index].Next(stampS);
            _newestReadS = Math.Max(_newestReadS, timeS);
            double sinceS = timeS - _firstS - options.FromS;
            _dueS[i] = _startS + (sinceS + shiftS) / options.Speed;
            _stampsS[i] = options.OriginalStamps ? stampS : _dueS[i];
            any |= sinceS >= 0;
        }
        // A piece that begins before FromS is sent whole if its end is wanted: no stream starts in the middle of a chunk without its stamps.
        if (any) stream.Add(reader, _dueS.AsSpan(0, frames), _stampsS.AsSpan(0, frames));
        return true;
    }

    /// <summary>Keeps the order of a stream's samples where its clock was set back.</summary>
    private sealed class FittedClock(XdfClockMap map)
    {
        private double _lastS = double.NegativeInfinity;

        public double Next(double stampS) => _lastS = Math.Max(_lastS, map.ToRecorder(stampS));
    }
}
