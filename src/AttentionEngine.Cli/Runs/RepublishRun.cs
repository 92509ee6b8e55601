using System.Globalization;
using System.Net;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Pipeline.Replay;

namespace AttentionEngine.Cli.Runs;

/// <summary><c>attend replay SESSION --to-lsl</c> from start to exit code.</summary>
internal static class RepublishRun
{
    /// <param name="path">Session folder, or an XDF file.</param>
    public static int Execute(string path, RepublishOptions options, IPAddress? bind, bool json, CancellationToken cancellation)
    {
        bool isFile = File.Exists(path);
        string xdf = isFile ? Path.GetFullPath(path) : SessionFolder.Open(path).Xdf;
        using var transport = LslSetup.Open(isFile ? null : RigReader.Read(SessionFolder.Open(path).Rig).Network, bind);
        var progress = new Progress("sending", options.Seconds);
        var republisher = new Republisher(xdf, transport, options)
        {
            Ready = () => Console.Error.WriteLine(FormattableString.Invariant($"attend: the streams of {xdf} are offered; they start when each has a listener, or after {options.WaitS:0.#} s. Ctrl-C stops.")),
            Progress = progress.Report,
        };
        var result = republisher.Run(cancellation);
        progress.Done();
        foreach (string name in result.LeftOut) Console.Error.WriteLine($"attend: `{name}` was left out: it is what an engine or a recorder made of the others, or has no samples that LSL can carry");
        long dropped = result.Streams.Sum(s => s.Dropped);
        if (json)
        {
            JsonOutput.Print(new
            {
                Schema = "attend.replay-to-lsl/1",
                File = xdf,
                result.Ended,
                result.Seconds,
                options.Speed,
                Streams = result.Streams.Select(s => new { s.Info.Name, s.Info.Type, s.Info.SourceId, s.Samples, s.Dropped, s.Heard }),
                result.LeftOut,
                LateMsP99 = double.IsFinite(result.LateMsP99) ? result.LateMsP99 : (double?)null,
                result.LateMsMax,
                Dropped = dropped,
            });
        }
        else
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sent                 {result.Seconds:F1} s of {xdf}, {result.Ended}; late by at most {result.LateMsP99:F2} ms (99 %), {result.LateMsMax:F1} ms"));
            foreach (var s in result.Streams) Console.Out.WriteLine($"  {s.Info.Name,-18} {s.Samples} samples{(s.Dropped > 0 ? $", {s.Dropped} dropped by slow receivers" : s.Heard ? "" : ", nobody listening at the end")}");
        }
        if (result.Ended == "interrupted") return ExitCode.Interrupted;
        return dropped > 0 ? ExitCode.DataLoss : ExitCode.Ok;
    }
}
