using System.Globalization;
using System.Net;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Cli.Runs;

/// <param name="Rig">Null where streams are chosen by <paramref name="All"/> or <paramref name="Also"/> alone.</param>
internal sealed record RecordRunOptions(Rig? Rig, string Output, bool All, IReadOnlyList<StreamQuery> Also, double? Seconds, double WaitS, string? Failover, IPAddress? Bind);

/// <summary>One recording from start to exit code.</summary>
internal static class RecordRun
{
    public static int Execute(RecordRunOptions options, bool json, CancellationToken cancellation)
    {
        using var device = options.Rig?.AudioDevice is null ? null : RigDevices.Open(options.Rig, withOutput: false);
        var session = SessionFolder.Create(options.Output);
        var failoverSession = options.Failover is { } other ? SessionFolder.Create(other) : null;
        if (options.Rig is { } rig) SessionRig.Save(rig, session);
        var bus = LslSetup.OpenBackend(options.Rig?.Network ?? Core.Rigs.RigNetwork.LoopbackOnly, options.Bind);
        using var closing = (IDisposable)bus;
        using var sound = device is null ? null : new DeviceSound(options.Rig!, bus, device);
        var transport = sound?.Transport ?? bus;
        using var file = new XdfWriter(session.Xdf, TimeProvider.System.GetLocalNow());
        bool failedOver = false;
        XdfWriter Failover()
        {
            failedOver = true;
            Console.Error.WriteLine($"attend: {session.Xdf} cannot be written any more; going on in {failoverSession!.Xdf}");
            return new XdfWriter(failoverSession.Xdf, TimeProvider.System.GetLocalNow());
        }

        var line = new RecordProgress(session.Root, options.Seconds);
        using var recorder = new StreamRecorder(new WantedStreams(options.Rig, options.All, options.Also), transport, file, failoverSession is null ? null : Failover, new RecorderOptions(options.Seconds, options.WaitS))
        {
            Started = () => Console.Error.WriteLine($"attend: recording to {session.Xdf}; Ctrl-C stops and finishes the file"),
            Progress = line.Show,
            Event = line.Event,
        };
        Console.Error.WriteLine("attend: looking for the streams");
        var result = recorder.Run(cancellation);
        line.Done();
        file.Dispose(); // footers: before anybody is told that the file is finished
        if (failedOver) recorder.Dispose();
        string[] files = failedOver ? [session.Xdf, failoverSession!.Xdf] : [session.Xdf];
        Report(result, files, json);
        if (result.Failure is { } failure)
        {
            Console.Error.WriteLine($"attend: {failure.Message}");
            return failure.ExitCode;
        }
        if (result.Ended == "interrupted") return ExitCode.Interrupted;
        if (result.Lost == 0 && !failedOver) return ExitCode.Ok;
        Console.Error.WriteLine($"attend: {result.Lost} samples were lost; the stream `RecorderEvents` in the file says where{(failedOver ? ", and what the full disk did not take is lost" : "")}.");
        return ExitCode.DataLoss;
    }

    private static void Report(RecordResult result, string[] files, bool json)
    {
        if (json)
        {
            JsonOutput.Print(new
            {
                Schema = "attend.record/1",
                File = files[^1],
                Files = files,
                result.Ended,
                result.Seconds,
                Streams = result.Streams.Select(s => new
                {
                    s.Name, s.Info.Type, s.Info.SourceId, Host = s.Info.HostName, s.Info.ChannelCount, Format = s.Info.Format.XdfName(), NominalRateHz = s.Info.NominalRateHz,
                    s.RateHz, s.OffsetUs, s.OffsetUncertaintyUs, s.Samples, s.Lost, s.Reconnects, s.Connected,
                }),
                result.Lost,
                Events = result.Events.Select(e => new { TimeS = e.Time.Seconds, e.Kind, e.Source, e.Count, e.Detail }),
                Error = result.Failure?.Message,
            });
            return;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"file                 {files[^1]}, {result.Seconds:F1} s, {result.Ended}"));
        foreach (var s in result.Streams)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {s.Name,-18} {s.Samples} samples{(double.IsFinite(s.RateHz) && s.Info.NominalRateHz > 0 ? $", {s.RateHz:F3} Hz" : "")}, {s.Lost} lost, clock {(double.IsFinite(s.OffsetUncertaintyUs) ? $"± {s.OffsetUncertaintyUs:F0} µs" : "not probed")}"));
    }
}

/// <summary>Events at once, and on a terminal one changing line: time, rates, what is lost, the worst clock, room on the disk.</summary>
internal sealed class RecordProgress(string folder, double? totalS)
{
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _bytes;
    private double _bytesAtS;

    public void Event(HealthEvent e) =>
        Console.Error.WriteLine($"{(_terminal ? "\r" : "")}attend: {e.Kind} {e.Source}: {e.Detail}");

    public void Show(double doneS, IReadOnlyList<RecordedStream> streams)
    {
        if (!_terminal) return;
        string of = totalS is { } total ? string.Create(CultureInfo.InvariantCulture, $"/{total:F0}") : "";
        string rates = string.Join("  ", streams.Select(s => string.Create(CultureInfo.InvariantCulture,
            $"{s.Name} {(s.Connected ? double.IsFinite(s.RateHz) && s.Info.NominalRateHz > 0 ? $"{s.RateHz:F1} Hz" : $"{s.Samples}" : "GONE")}{(s.Lost > 0 ? $" LOST {s.Lost}" : "")}")));
        double worstUs = streams.Select(s => s.OffsetUncertaintyUs).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{doneS:F1}{of} s  {rates}  clock ±{worstUs:F0} µs  {Disk(doneS, streams)}   "));
    }

    private string Disk(double doneS, IReadOnlyList<RecordedStream> streams)
    {
        long free = new DriveInfo(folder).AvailableFreeSpace;
        long bytes = streams.Sum(s => s.Samples * (s.Info.ChannelCount * Math.Max(1, s.Info.Format.ByteSize()) + 1));
        double perS = doneS > _bytesAtS ? (bytes - _bytes) / (doneS - _bytesAtS) : 0;
        (_bytes, _bytesAtS) = (bytes, doneS);
        return string.Create(CultureInfo.InvariantCulture, $"disk {perS / 1e6:F2} MB/s, room for {(perS > 0 ? $"{free / perS / 3600:F1} h" : $"{free / 1e9:F1} GB")}");
    }

    public void Done()
    {
        if (_terminal) Console.Error.WriteLine();
    }
}
