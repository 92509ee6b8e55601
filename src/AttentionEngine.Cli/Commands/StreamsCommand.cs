using System.CommandLine;
using System.Globalization;
using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend streams</c>: lists the LSL streams that can be found now, and what listening to them shows of their rate and clock.</summary>
internal static class StreamsCommand
{
    public static Command Create()
    {
        var watch = new Option<bool>("--watch") { Description = "List again and again until Ctrl-C (with --json: one object each time)." };
        var seconds = new Option<double>("--seconds") { Description = "How long to look, seconds.", DefaultValueFactory = _ => 1 };
        var listen = new Option<double>("--listen") { Description = "How long to listen to each stream for its rate and clock, seconds; 0: only list.", DefaultValueFactory = _ => 1 };
        var bind = new Option<string?>("--bind") { Description = "Address to look from: 127.0.0.1 is this machine only (the default), 0.0.0.0 every network." };
        var session = new Option<string?>("--session") { Description = "LSL session to look in, instead of the one in lsl_api.cfg." };
        var command = new Command("streams", "Lists the LSL streams that are there now, with measured rate, clock offset and its uncertainty. Example: attend streams --watch") { watch, seconds, listen, bind, session };
        // On a pool thread: Ctrl-C is only watched once the action has returned its task.
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            Run(parsed.GetValue(watch), parsed.GetValue(seconds), parsed.GetValue(listen), Address(parsed.GetValue(bind)), parsed.GetValue(session), parsed.GetValue(GlobalOptions.Json), cancellation);
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    /// <summary>The value of <c>--bind</c>; null where it was not given.</summary>
    public static IPAddress? Address(string? bind) => bind is null ? null : IPAddress.TryParse(bind, out var address) ? address
        : throw new ConfigurationException($"--bind is '{bind}', which is not an IP address. Use 127.0.0.1 for this machine or 0.0.0.0 for every network.");

    private static void Run(bool watch, double seconds, double listen, IPAddress? bind, string? session, bool json, CancellationToken cancellation)
    {
        if (!double.IsFinite(seconds) || seconds <= 0 || seconds > 3600)
            throw new ConfigurationException($"--seconds is {seconds.ToString(CultureInfo.InvariantCulture)}; expected more than 0 and at most 3600.");
        if (!double.IsFinite(listen) || listen < 0 || listen > 3600)
            throw new ConfigurationException($"--listen is {listen.ToString(CultureInfo.InvariantCulture)}; expected 0 to 3600.");
        using var transport = LslSetup.Open(bind: bind, sessionId: session);
        do
        {
            var found = transport.Resolve(new StreamQuery(), TimeSpan.FromSeconds(seconds), 0, cancellation);
            var looks = listen > 0 ? StreamLook.At(transport, found, listen, cancellation) : [.. found.Select(i => new StreamLook(i, double.NaN, double.NaN, double.NaN, double.NaN, null))];
            if (json) PrintJson(looks);
            else PrintTable(looks);
            if (found.Count == 0)
                Console.Error.WriteLine($"attend: no stream answered within {seconds.ToString(CultureInfo.InvariantCulture)} s from {transport.Options.BindAddress}. Start its program, or look beyond this machine with --bind 0.0.0.0.");
            foreach (var twins in looks.Where(l => l.Info.SourceId.Length > 0).GroupBy(l => l.Info.SourceId).Where(g => g.Count() > 1))
                Console.Error.WriteLine(Printable($"attend: {twins.Count()} sources offer source_id '{twins.Key}' ({string.Join(", ", twins.Select(t => $"{t.Info.Name} on {t.Info.HostName}"))}): a run refuses them until only one does, or the rig pins `host`."));
            foreach (var deaf in looks.Where(l => l.Problem is not null)) Console.Error.WriteLine(Printable($"attend: {deaf.Info.Name}: {deaf.Problem}"));
        }
        while (watch && !cancellation.WaitHandle.WaitOne(1000));
        cancellation.ThrowIfCancellationRequested();
    }

    private static void PrintJson(IReadOnlyList<StreamLook> looks) => JsonOutput.Print(new
    {
        Schema = "attend.streams/1",
        Streams = looks.Select(l => new
        {
            l.Info.Name,
            l.Info.Type,
            l.Info.ChannelCount,
            NominalRateHz = l.Info.NominalRateHz,
            Format = l.Info.Format.XdfName(),
            l.Info.SourceId,
            Host = l.Info.HostName,
            l.Info.SessionId,
            l.Info.Uid,
            SameSourceId = l.Info.SourceId.Length > 0 && looks.Count(o => o.Info.SourceId == l.Info.SourceId) > 1,
            l.RateHz,
            OffsetUs = l.OffsetS * 1e6,
            OffsetUncertaintyUs = l.UncertaintyS * 1e6,
            l.DriftPpm,
        }),
    });

    private static void PrintTable(IReadOnlyList<StreamLook> looks)
    {
        string[] head = ["name", "type", "channels", "rate_hz", "measured_hz", "format", "clock_offset", "source_id", "host"];
        var rows = looks.Select(l => new[]
        {
            l.Info.Name, l.Info.Type, l.Info.ChannelCount.ToString(CultureInfo.InvariantCulture),
            l.Info.NominalRateHz > 0 ? l.Info.NominalRateHz.ToString("0.###", CultureInfo.InvariantCulture) : "irregular",
            double.IsFinite(l.RateHz) ? l.RateHz.ToString("0.###", CultureInfo.InvariantCulture) : "-",
            l.Info.Format.XdfName(), Clock(l), l.Info.SourceId.Length > 0 ? l.Info.SourceId : "-", l.Info.HostName,
        }).Prepend(head).Select(r => r.Select(Printable).ToArray()).ToList();
        var widths = head.Select((_, c) => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows) Console.Out.WriteLine(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }

    private static string Clock(StreamLook look) => !double.IsFinite(look.UncertaintyS) ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{look.OffsetS * 1e3:0.000} ms ± {look.UncertaintyS * 1e6:0} us");

    /// <summary>Names come from the network: control characters must not reach the terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
