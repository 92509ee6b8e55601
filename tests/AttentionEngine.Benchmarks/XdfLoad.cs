using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench xdf-load</c>: loads a made recording of 525 MB (64 channels of EEG at 500 Hz, 8 of sound at 48 kHz, float32, 250 s, chunks
/// of 130 kB, every sample stamped) with ours and, where they are installed, with pyxdf (python3) and libxdf (g++). Each load is a
/// process of its own, so that wall and CPU seconds and the peak of its memory are its own; the file is in the system's cache. The readers
/// take turns for some rounds; a row is the median of its figures. "Load" is the reader's call alone, as the process itself times it, the first
/// and only one in it (compilation of our code is in it); "process" is all from start to end, runtime, interpreter and imports too.
/// </summary>
internal static class XdfLoad
{
    private const double Seconds = 250;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
    private static readonly string[] Ours = ["ours-values", "ours-unverified", "ours-compatible", "ours-with-times", "ours-streaming"];

    private const int Rounds = 3;

    private sealed record Row(string Name, double WallS, double ProcessWallS, double CpuS, double PeakMb, long Samples);

    public static int Run(bool json)
    {
        using var folder = new Folder();
        string file = Path.Combine(folder.Path, "load.xdf");
        Make(file, out double payloadMb);
        double fileMb = new FileInfo(file).Length / 1e6;
        string? libxdf = Libxdf(folder.Path);
        var runs = new List<Row>();
        var absent = new SortedSet<string>(StringComparer.Ordinal);
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string mode in Ours) runs.Add(Child(mode, Environment.ProcessPath!, [.. Host(), "xdf-load-child", mode, file])!);
            Add("libxdf", "libxdf's header and library (with pugixml's) are not installed, or g++ is not", () => libxdf is { } program ? Child("libxdf", program, [file]) : null);
            Add("pyxdf", "pyxdf cannot be imported by python3 (install it, or set PYTHONPATH)", () => Child("pyxdf", "python3", ["-c", Python, file]));
        }
        Row[] rows = [.. runs.GroupBy(r => r.Name).Select(Middle)];
        var ours = rows.First(r => r.Name == "ours-compatible");
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { Schema = "attend.bench-xdf-load/1", FileMb = fileMb, PayloadMb = payloadMb, Rounds, Rows = rows, Absent = absent }, Json));
            return ExitCode.Ok;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fileMb:F0} MB, payload {payloadMb:F0} MB; medians of {Rounds} rounds; × is against ours-compatible"));
        Console.Out.WriteLine($"{"reader",-18}{"load s",9}{"×",7}{"process s",11}{"×",7}{"CPU s",9}{"×",7}{"MB/s",8}{"peak MB",10}{"/ payload",11}");
        foreach (var r in rows)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Name,-18}{r.WallS,9:F2}{r.WallS / ours.WallS,7:F1}{r.ProcessWallS,11:F2}{r.ProcessWallS / ours.ProcessWallS,7:F1}{r.CpuS,9:F2}{r.CpuS / ours.CpuS,7:F1}{fileMb / r.WallS,8:F0}{r.PeakMb,10:F0}{r.PeakMb / payloadMb,11:F2}"));
        foreach (string a in absent) Console.Out.WriteLine(a);
        return ExitCode.Ok;

        void Add(string name, string why, Func<Row?> run)
        {
            if (run() is { } row) runs.Add(row);
            else absent.Add($"NOT MEASURED: {name}: {why}.");
        }
    }

    private static Row Middle(IGrouping<string, Row> runs) => new(runs.Key, Median(runs, r => r.WallS), Median(runs, r => r.ProcessWallS), Median(runs, r => r.CpuS), Median(runs, r => r.PeakMb), runs.First().Samples);

    private static double Median(IEnumerable<Row> rows, Func<Row, double> of)
    {
        double[] sorted = [.. rows.Select(of).Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>What a child does; it prints the samples and the seconds of the load, so that the start of its runtime does not count.</summary>
    public static int RunChild(string mode, string file)
    {
        var clock = Stopwatch.StartNew();
        long samples = 0;
        if (mode == "ours-streaming")
        {
            using var reader = new XdfEventReader(file);
            while (reader.Read()) if (reader.Kind == XdfEventKind.Samples) samples += reader.Frames;
        }
        else
        {
            var recording = XdfRecording.Read(file, verify: mode != "ours-unverified");
            var times = mode == "ours-compatible" ? XdfTimingMode.PyxdfCompatible : XdfTimingMode.GapAware;
            if (mode is "ours-with-times" or "ours-compatible") foreach (var s in recording.Streams) samples += XdfTimes.Of(s, new XdfTimingOptions(Mode: times)).TimesS.Length;
            else samples = recording.Streams.Sum(s => (long)s.SampleCount);
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{samples} {clock.Elapsed.TotalSeconds}"));
        return ExitCode.Ok;
    }

    private const string Python = """
        import sys, time
        try:
            import pyxdf
        except ImportError:
            sys.exit(3)
        t = time.perf_counter()
        streams, header = pyxdf.load_xdf(sys.argv[1])
        print(sum(len(s["time_stamps"]) for s in streams), time.perf_counter() - t)
        """;

    private const string Cpp = """
        #include <chrono>
        #include <cstdio>
        #include <iostream>
        #include <xdf.h>
        int main(int, char** argv) {
            auto t = std::chrono::steady_clock::now();
            std::cout.setstate(std::ios::failbit);
            Xdf x;
            if (x.load_xdf(argv[1])) return 1;
            long n = 0;
            for (auto& s : x.streams) n += (long)s.time_stamps.size();
            std::printf("%ld %f\n", n, std::chrono::duration<double>(std::chrono::steady_clock::now() - t).count());
        }
        """;

    private static string? Libxdf(string folder)
    {
        string source = Path.Combine(folder, "load.cpp"), program = Path.Combine(folder, "load");
        File.WriteAllText(source, Cpp);
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("g++", ["-O2", "-o", program, source, "-lxdf", "-lpugixml"]) { RedirectStandardError = true })!;
            compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string[] Host() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(XdfLoad).Assembly.Location] : [];

    /// <summary>Runs a process under a watch on its memory; null when it ends with an error.</summary>
    private static Row? Child(string name, string program, string[] arguments)
    {
        try
        {
            var clock = Stopwatch.StartNew();
            using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            double peakMb = 0, cpuS = 0;
            while (!child.WaitForExit(5))
            {
                try
                {
                    child.Refresh();
                    peakMb = Math.Max(peakMb, child.PeakWorkingSet64 / 1e6);
                    cpuS = child.TotalProcessorTime.TotalSeconds;
                }
                catch (InvalidOperationException)
                {
                    break; // It ended just now.
                }
            }
            double processS = clock.Elapsed.TotalSeconds;
            string[] said = child.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            child.WaitForExit();
            return child.ExitCode == 0 && said.Length >= 2 ? new Row(name, double.Parse(said[^1], CultureInfo.InvariantCulture), processS, cpuS, peakMb, long.Parse(said[^2], CultureInfo.InvariantCulture)) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void Make(string file, out double payloadMb)
    {
        var random = new SeededRandom(1);
        using var writer = new XdfWriter(file, options: new XdfWriterOptions(SyncEveryS: 0));
        int eeg = writer.AddStream(Info("EEG", 64, 500)), audio = writer.AddStream(Info("Audio", 8, 48000));
        var noise = new float[64 * 24000];
        for (int i = 0; i < noise.Length; i++) noise[i] = (float)random.Normal();
        var stamps = new double[24000];
        for (int half = 0; half < Seconds * 2; half++)
        {
            Put(eeg, 64, 250, 500, half);
            Put(audio, 8, 24000, 48000, half);
            if (half % 10 == 0) foreach (int s in new[] { eeg, audio }) writer.WriteClockOffset(s, new ClockProbe(1000 + half / 2.0, 3, 1e-4));
        }
        payloadMb = Seconds * (500 * (64 * 4 + 8) + 48000 * (8 * 4 + 8)) / 1e6;

        void Put(int stream, int channels, int frames, double rateHz, int half)
        {
            for (int i = 0; i < frames; i++) stamps[i] = 997 + (half * (double)frames + i) / rateHz + 1e-6 * random.Uniform();
            int from = random.Index(noise.Length - frames * channels + 1);
            writer.Write<float>(stream, noise.AsSpan(from, frames * channels), stamps.AsSpan(0, frames));
        }

        static StreamInfo Info(string type, int channels, double rateHz) => new() { Name = type, Type = type, ChannelCount = channels, NominalRateHz = rateHz, Format = ChannelFormat.Float32, SourceId = type };
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("attend-bench-").FullName;
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
