using System.Globalization;
using System.Text.Json;
using AttentionEngine.Benchmarks;
using AttentionEngine.Core.Errors;

// ./attend bench [NAME...] [--json]: times and allocated bytes of the Stream zone's operations. Exit 6 when one allocates more than it may.
bool json = args.Contains("--json");
if (args is ["xdf-load-child", var mode, var file]) return XdfLoad.RunChild(mode, file);
if (args is ["separation" or "cues" or "eeg-files", ..])
{
    try { return args[0] == "cues" ? SeparationCues.Run(args) : args[0] == "eeg-files" ? EegFiles.Run(args) : SeparationQuality.Run(args); }
    catch (AttendException e) { Console.Error.WriteLine($"attend: {e.Message}"); return e.ExitCode; }
}
if (args is ["doa", ..]) return DoaQuality.Run(args);
if (args.Contains("xdf-load")) return XdfLoad.Run(json);
if (args.Contains("eeg")) return EegDecoding.Run(json);
if (args.Contains("recorder")) return RecorderCpu.Run(json);
var names = args.Where(a => a != "--json").ToList();
if (names.Exists(n => n.StartsWith('-')))
{
    bool help = names.Contains("--help") || names.Contains("-h");
    (help ? Console.Out : Console.Error).WriteLine($"Usage: ./attend bench [NAME...] [--json]\n  A NAME selects all that contain it. There are: {string.Join(", ", BenchmarkList.All.Select(b => b.Name))}\n  xdf-load, apart: loads 525 MB beside pyxdf and libxdf.\n  separation PAIRS and cues PAIRS, apart: decibels, and what is left of the interaural cues.\n  doa, apart: directions of several talkers beside textbook SRP-PHAT and MUSIC in numpy (doa --help).\n  recorder, apart: CPU of attend record beside LabRecorder.\n  eeg, apart: the standard job of offline EEG decoding, beside mTRFpy and MNE where they are installed.\n  eeg-files DIR, apart: a made-up study of 16 listeners at 128 Hz for attend decode.\n  Example: ./attend bench lsl --json");
    return help ? ExitCode.Ok : ExitCode.Usage;
}
var chosen = BenchmarkList.All.Where(b => names.Count == 0 || names.Exists(n => b.Name.Contains(n, StringComparison.OrdinalIgnoreCase))).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"attend: no benchmark is named {string.Join(" or ", names)}. There are: {string.Join(", ", BenchmarkList.All.Select(b => b.Name))}");
    return ExitCode.Usage;
}

var results = new List<Measurement>();
if (!json) Console.Out.WriteLine($"{"name",-26} {"ns/op",12} {"bytes/op",10} {"allowed",8}  one operation");
foreach (var benchmark in chosen)
{
    var m = Meter.Measure(benchmark);
    results.Add(m);
    if (!json) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{m.Name,-26} {m.NsPerOperation,12:0.0} {m.BytesPerOperation,10:0.##} {m.BytesGate?.ToString("0", CultureInfo.InvariantCulture) ?? "-",8}  {m.What}{(m.Fails ? "   TOO MUCH" : "")}"));
}
if (json)
{
    var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
    Console.Out.WriteLine(JsonSerializer.Serialize(new { Schema = "attend.bench/1", Benchmarks = results }, options));
}
var failed = results.Where(m => m.Fails).Select(m => m.Name).ToList();
if (failed.Count == 0) return ExitCode.Ok;
Console.Error.WriteLine($"attend: allocates in steady state: {string.Join(", ", failed)}");
return ExitCode.Mismatch;
