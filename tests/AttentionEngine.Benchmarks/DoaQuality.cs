using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception.Doa;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench doa</c>: directions of one to four simultaneous talkers every 40 ms, ours and the textbook's (doa_textbook.py, numpy) on the same
/// signals with the same steering vectors. Both are told how many talkers spoke in the last 0.3 s.
/// </summary>
internal static class DoaQuality
{
    private const int TickFrames = 640, MostTalkers = 4;
    private const double WarmUpS = 0.6, WindowS = 0.3, SeparationRad = 0.26;

    public static int Run(string[] args)
    {
        string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : otherwise;
        if (args.Contains("--help"))
        {
            Console.Out.WriteLine("Usage: ./attend bench doa [--scene rigs/sim-room.yaml] [--draws 4] [--seconds 6] [--rt60-s 0,0.3,0.6] [--snr-db=-5,5,20] [--talkers 1,2,3,4] [--no-peer] [--json FILE]");
            return ExitCode.Ok;
        }
        double[] Numbers(string text) => [.. text.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        var model = SceneReader.Read(Path.GetFullPath(Option("--scene", RepositoryFolder.PathOf("rigs/sim-room.yaml"))));
        int draws = int.Parse(Option("--draws", "4"), CultureInfo.InvariantCulture);
        double seconds = Numbers(Option("--seconds", "6"))[0];
        string snr = args.FirstOrDefault(a => a.StartsWith("--snr-db=", StringComparison.Ordinal))?[9..] ?? "-5,5,20";
        var cases = new List<DoaCase>();
        string folder = Directory.CreateTempSubdirectory("attend-bench-doa").FullName;
        try
        {
            foreach (double rt60 in Numbers(Option("--rt60-s", "0,0.3,0.6")))
                for (int draw = 0; draw < draws; draw++)
                {
                    var made = DoaScenes.Make(model, rt60, draw, seconds);
                    Console.Error.WriteLine(FormattableString.Invariant($"RT60 {rt60} s, draw {draw + 1} of {draws}"));
                    foreach (double db in Numbers(snr))
                        foreach (double k in Numbers(Option("--talkers", "1,2,3,4")))
                            cases.Add(DoaCase.Mix(made, (int)k, db, rt60, folder, cases.Count, model.Rig.Array.SampleRateHz));
                }
            Ours(model, cases, "SRP-PHAT", a => new SrpLocalizer(a));
            Ours(model, cases, "MUSIC", a => new MusicLocalizer(a));
            if (!args.Contains("--no-peer")) Textbook(model, cases, folder);
            Print(cases, seconds);
            if (Option("--json", "") is { Length: > 0 } json) File.WriteAllText(json, JsonSerializer.Serialize(new { Schema = "attend.bench-doa/1", Cases = cases.Select(c => new { c.Rt60S, c.Talkers, c.SnrDb, c.CpuS, MedianDeg = c.Errors.ToDictionary(e => e.Key, e => Quantile(e.Value, 0.5)) }) }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return ExitCode.Ok;
    }

    private static void Ours(Scene model, List<DoaCase> cases, string name, Func<Core.Rigs.MicrophoneArray, IDirectionFinder> make)
    {
        var array = model.Rig.Array;
        var block = new float[array.Count * TickFrames];
        var peaks = new DirectionPeak[MostTalkers];
        var estimate = new double[MostTalkers];
        foreach (var c in cases)
        {
            var finder = make(array);
            var mix = NpyReader.Read(c.File).ToSingles();
            int n = mix.Length / array.Count;
            double cpuMs = 0;
            for (int tick = 0; (tick + 1) * TickFrames <= n; tick++)
            {
                for (int m = 0; m < array.Count; m++) mix.AsSpan(m * n + tick * TickFrames, TickFrames).CopyTo(block.AsSpan(m * TickFrames));
                double startMs = ThreadCpuClock.NowMs();
                finder.Add(new AudioBlock(block, array.Count, tick * TickFrames, StreamTime.Zero));
                int found = finder.FindPeaks(peaks.AsSpan(0, c.Wanted[tick]), SeparationRad);
                cpuMs += ThreadCpuClock.NowMs() - startMs;
                for (int k = 0; k < found; k++) estimate[k] = peaks[k].AzimuthHeadRad;
                c.Score(name, tick, estimate.AsSpan(0, found), WarmUpS, WindowS);
            }
            c.CpuS[name] = cpuMs / 1000;
        }
    }

    private static void Textbook(Scene model, List<DoaCase> cases, string folder)
    {
        var array = model.Rig.Array;
        var directions = SteeringTable.Horizontal(1);
        var table = new SteeringTable(new SteeringVectors(array, PhaseCovariance.FftSize), directions);
        using (var re = new NpyWriter<float>(Path.Combine(folder, "steer_re.npy"), table.Bins, table.Microphones))
        using (var im = new NpyWriter<float>(Path.Combine(folder, "steer_im.npy"), table.Bins, table.Microphones))
            for (int d = 0; d < directions.Count; d++) { re.Append(table.Re(d)); im.Append(table.Im(d)); }
        var start = new ProcessStartInfo("python3", [RepositoryFolder.PathOf("tests/AttentionEngine.Benchmarks/doa_textbook.py"), folder, cases.Count.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true };
        if (File.Exists("/usr/bin/python3")) start.FileName = "/usr/bin/python3"; // the one that a distribution's packages belong to
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) { Console.Error.WriteLine($"attend: the textbook was not run: {error.Trim().Split('\n')[^1]}"); return; }
        foreach (var c in cases)
            foreach (string name in new[] { "SRP-PHAT", "MUSIC" })
            {
                var values = NpyReader.Read(c.File.Replace("mix", name, StringComparison.Ordinal)).ToDoubles();
                c.CpuS["numpy " + name] = values[0];
                for (int tick = 0; tick < c.Wanted.Length; tick++)
                    c.Score("numpy " + name, tick, values.AsSpan(1 + tick * MostTalkers, MostTalkers)[..c.Wanted[tick]], WarmUpS, WindowS);
            }
    }

    private static void Print(List<DoaCase> cases, double seconds)
    {
        string[] names = [.. cases[0].CpuS.Keys];
        void Row(string label, IReadOnlyList<DoaCase> some)
        {
            foreach (string name in names)
            {
                double[] errors = [.. some.SelectMany(c => c.Errors[name])];
                double cpu = some.Sum(c => c.CpuS[name]) / (some.Count * seconds);
                string ratio = some[0].CpuS.ContainsKey("numpy " + name) ? string.Create(CultureInfo.InvariantCulture, $"  numpy takes {some.Sum(c => c.CpuS["numpy " + name]) / some.Sum(c => c.CpuS[name]):0.0} times that") : "";
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {label,-22} {name,-15} median {Quantile(errors, 0.5),5:0.0}°  90 % {Quantile(errors, 0.9),6:0.0}°  recall at 10° {100.0 * errors.Count(e => e <= 10) / errors.Length,5:0.0} %  CPU {1000 * cpu,7:0.00} ms/s{ratio}"));
            }
        }
        foreach (var room in cases.GroupBy(c => c.Rt60S))
        {
            Console.Out.WriteLine(room.Key == 0 ? "anechoic" : FormattableString.Invariant($"RT60 {room.Key} s"));
            foreach (var k in room.GroupBy(c => c.Talkers)) Row(FormattableString.Invariant($"{k.Key} talkers, all SNR"), [.. k]);
            foreach (var db in room.GroupBy(c => c.SnrDb)) Row(FormattableString.Invariant($"SNR {db.Key} dB"), [.. db]);
        }
        Console.Out.WriteLine("everything");
        Row("", cases);
    }

    internal static double Quantile(IReadOnlyList<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)(q * (sorted.Length - 1) + 0.5)];
    }
}
