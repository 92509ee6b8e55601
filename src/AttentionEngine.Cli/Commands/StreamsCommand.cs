using System.CommandLine;
using System.Globalization;
using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend streams</c>: lists the LSL streams that can be found now.</summary>
internal static class StreamsCommand
{
    public static Command Create()
    {
        var watch = new Option<bool>("--watch") { Description = "List again and again until Ctrl-C (with --json: one object each time)." };
        var seconds = new Option<double>("--seconds") { Description = "How long to look, seconds.", DefaultValueFactory = _ => 1 };
        var bind = new Option<string>("--bind") { Description = "IPv4 address to look from: 127.0.0.1 is this machine only, 0.0.0.0 every network.", DefaultValueFactory = _ => "127.0.0.1" };
        var command = new Command("streams", "Lists the LSL streams that are there now. Example: attend streams --watch") { watch, seconds, bind };
        // On a pool thread: Ctrl-C is only watched once the action has returned its task.
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            Run(parsed.GetValue(watch), parsed.GetValue(seconds), parsed.GetValue(bind)!, parsed.GetValue(GlobalOptions.Json), cancellation);
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    /// <summary>The value of <c>--bind</c>.</summary>
    public static IPAddress Address(string bind) => IPAddress.TryParse(bind, out var address) ? address
        : throw new ConfigurationException($"--bind is '{bind}', which is not an IP address. Use 127.0.0.1 for this machine or 0.0.0.0 for every network.");

    private static void Run(bool watch, double seconds, string bind, bool json, CancellationToken cancellation)
    {
        if (!double.IsFinite(seconds) || seconds <= 0 || seconds > 3600)
            throw new ConfigurationException($"--seconds is {seconds.ToString(CultureInfo.InvariantCulture)}; expected more than 0 and at most 3600.");
        var address = Address(bind);
        using var transport = new LslTransport(new LslOptions { BindAddress = address });
        do
        {
            var found = transport.Resolve(new StreamQuery(), TimeSpan.FromSeconds(seconds), 0, cancellation);
            if (json) PrintJson(found);
            else PrintTable(found);
            if (found.Count == 0)
                Console.Error.WriteLine($"attend: no stream answered within {seconds.ToString(CultureInfo.InvariantCulture)} s from {address}. Start its program, or look beyond this machine with --bind 0.0.0.0.");
        }
        while (watch && !cancellation.WaitHandle.WaitOne(1000));
        cancellation.ThrowIfCancellationRequested();
    }

    private static void PrintJson(IReadOnlyList<StreamInfo> found) => JsonOutput.Print(new
    {
        Schema = "attend.streams/1",
        Streams = found.Select(s => new
        {
            s.Name,
            s.Type,
            s.ChannelCount,
            NominalRateHz = s.NominalRateHz,
            Format = s.Format.XdfName(),
            s.SourceId,
            Host = s.HostName,
            s.Uid,
            SameSourceId = s.SourceId.Length > 0 && found.Count(o => o.SourceId == s.SourceId) > 1,
        }),
    });

    private static void PrintTable(IReadOnlyList<StreamInfo> found)
    {
        string[] head = ["name", "type", "channels", "rate_hz", "format", "source_id", "host"];
        var rows = found.Select(s => new[]
        {
            s.Name, s.Type, s.ChannelCount.ToString(CultureInfo.InvariantCulture),
            s.NominalRateHz > 0 ? s.NominalRateHz.ToString("0.###", CultureInfo.InvariantCulture) : "irregular",
            s.Format.XdfName(), s.SourceId.Length > 0 ? s.SourceId : "-", s.HostName,
        }).Prepend(head).Select(r => r.Select(Printable).ToArray()).ToList();
        var widths = head.Select((_, c) => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows) Console.Out.WriteLine(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }

    /// <summary>Names come from the network: control characters must not reach the terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
