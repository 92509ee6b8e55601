using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench recorder</c>: CPU and memory of <c>attend record</c> on 64 channels of EEG at 500 Hz, 8 of sound at 48 kHz, gaze at 120 Hz
/// and markers, beside LabRecorderCLI where it is installed. Each recorder is a process of its own on the same live streams.
/// </summary>
internal static class RecorderCpu
{
    private const double StartS = 3, Seconds = 15;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private sealed record Row(string Name, double CpuPercent, double PeakMb, double FileMb);

    public static int Run(bool json)
    {
        string folder = Directory.CreateTempSubdirectory("attend-bench-").FullName, type = $"Bench{Environment.ProcessId}";
        var rows = new List<Row>();
        var absent = new List<string>();
        using (var streams = new Streams(type))
        {
            string attend = RepositoryFolder.PathOf("artifacts/bin/AttentionEngine.Cli/release/attend.dll");
            rows.Add(Measure("ours", "dotnet", [attend, "record", "--also", $"type={type}", "--out", Path.Combine(folder, "ours"), "--seconds", (StartS + Seconds + 1).ToString(CultureInfo.InvariantCulture)], Path.Combine(folder, "ours", "session.xdf"))
                ?? throw new InvalidOperationException("attend record could not be started"));
            if (Measure("LabRecorder", "LabRecorderCLI", [Path.Combine(folder, "lab.xdf"), $"type='{type}'"], Path.Combine(folder, "lab.xdf")) is { } lab) rows.Add(lab);
            else absent.Add("NOT MEASURED: LabRecorder: LabRecorderCLI is not installed.");
        }
        Directory.Delete(folder, recursive: true);
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(new { Schema = "attend.bench-recorder/1", Seconds, Rows = rows, Absent = absent }, Json));
        else
        {
            Console.Out.WriteLine($"{"recorder",-14}{"% of a core",13}{"peak MB",10}{"file MB",10}   over {Seconds} s after the first {StartS}");
            foreach (var r in rows) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Name,-14}{r.CpuPercent,13:F1}{r.PeakMb,10:F0}{r.FileMb,10:F1}"));
            foreach (string a in absent) Console.Out.WriteLine(a);
        }
        return ExitCode.Ok;
    }

    private static Row? Measure(string name, string program, string[] arguments, string file)
    {
        try
        {
            using var recorder = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task drained = Task.WhenAll(recorder.StandardOutput.ReadToEndAsync(), recorder.StandardError.ReadToEndAsync());
            Thread.Sleep(TimeSpan.FromSeconds(StartS));
            var cpu = recorder.TotalProcessorTime;
            long from = Stopwatch.GetTimestamp();
            Thread.Sleep(TimeSpan.FromSeconds(Seconds - 1));
            recorder.Refresh();
            double percent = 100 * (recorder.TotalProcessorTime - cpu) / Stopwatch.GetElapsedTime(from), peakMb = recorder.PeakWorkingSet64 / 1e6;
            recorder.StandardInput.WriteLine(); // LabRecorderCLI stops at Enter
            recorder.WaitForExit();
            drained.Wait();
            return new Row(name, percent, peakMb, File.Exists(file) ? new FileInfo(file).Length / 1e6 : 0);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>The streams, paced by the LSL clock on a thread of their own.</summary>
    private sealed class Streams : IDisposable
    {
        private readonly LslTransport _transport = new();
        private readonly List<(IStreamOutlet Outlet, double RateHz, int Frames, float[] Values)> _outlets = [];
        private readonly Thread _thread;
        private volatile bool _stop;

        public Streams(string type)
        {
            foreach (var (name, channels, rateHz, frames) in ((string, int, double, int)[])[("sound", 8, 48000, 480), ("eeg", 64, 500, 4), ("gaze", 4, 120, 1)])
                _outlets.Add((Outlet(name, type, channels, rateHz, ChannelFormat.Float32), rateHz, frames, [.. Enumerable.Range(0, channels * frames).Select(i => 0.001f * i)]));
            var markers = Outlet("markers", type, 1, 0, ChannelFormat.Text);
            _thread = new Thread(() => Publish(markers)) { IsBackground = true };
            _thread.Start();
        }

        private IStreamOutlet Outlet(string name, string type, int channels, double rateHz, ChannelFormat format) => _transport.CreateOutlet(
            new StreamInfo { Name = name, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = format, SourceId = $"{type}-{name}" }, new OutletOptions(MaxBufferedS: 10));

        private void Publish(IStreamOutlet markers)
        {
            double startS = _transport.LocalClockS;
            var sent = new long[_outlets.Count];
            double[] stamp = new double[1];
            for (long turn = 0; !_stop; turn++)
            {
                double nowS = _transport.LocalClockS;
                for (int o = 0; o < sent.Length; o++)
                {
                    var (outlet, rateHz, frames, values) = _outlets[o];
                    for (; startS + (sent[o] + frames) / rateHz <= nowS; sent[o] += frames)
                    {
                        stamp[0] = startS + (sent[o] + frames - 1) / rateHz;
                        outlet.Push<float>(values, stamp);
                    }
                }
                if (turn % 250 == 0) markers.PushText(["a marker"], nowS);
                Thread.Sleep(2);
            }
            markers.Dispose();
        }

        public void Dispose()
        {
            _stop = true;
            _thread.Join();
            foreach (var (outlet, _, _, _) in _outlets) outlet.Dispose();
            _transport.Dispose();
        }
    }
}
