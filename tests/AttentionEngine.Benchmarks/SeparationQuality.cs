using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench separation PAIRS</c>: SI-SDR and ESTOI of every backend over scenes (tests/claims/make-separation-pairs.py),
/// attending either talker, against the best microphone, at the delay that is applied; mean and 95 % interval over pairs. The backend
/// `ideal` is mask-mwf with ideal masks.
/// </summary>
internal static class SeparationQuality
{
    private const double FrameS = 0.02, ActiveDb = 40;

    public static int Run(string[] args)
    {
        var options = new PairsOptions(args, "--rooms", "--sir-db", "--floor-db", "--backends", "--pairs", "--steering-error-deg", "--json");
        var rig = RigReader.Read(RepositoryFolder.PathOf("rigs/bench-sphere-bte4.yaml"));
        string floorText = options.Text("--floor-db", "-inf");
        double floorDb = options.Number("--floor-db", double.NegativeInfinity), errorDeg = options.Number("--steering-error-deg", 0), most = options.Number("--pairs", 1000);
        string[] backends = options.List("--backends", "delay-and-sum,superdirective,mvdr,lcmv,mwf,mask-mwf,ideal");
        var rows = new List<Row>();
        foreach (string room in options.List("--rooms", "anechoic,rt300"))
        {
            string[] files = options.Pairs(room, most);
            foreach (string sir in options.List("--sir-db", "0,-5"))
            {
                Console.Out.WriteLine(FormattableString.Invariant($"{room}, {sir} dB, floor {floorText} dB, {files.Length} pairs"));
                foreach (string backend in backends)
                {
                    var scores = files.Select(f => Score(rig, f, backend, PairsOptions.Parse("--sir-db", sir), floorDb, errorDeg)).ToList();
                    var row = new Row(room, sir, floorText, backend, scores.Count, Interval(scores, s => s.Db), Interval(scores, s => s.Estoi), scores.Average(s => s.Cpu), scores[0].Db, [.. scores.Select(s => Math.Round(s.Db, 2))]);
                    rows.Add(row);
                    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {backend,-16} SI-SDR {row.Db.Mean,+6:+0.00;-0.00} dB [{row.Db.Low:+0.00;-0.00}, {row.Db.High:+0.00;-0.00}]  ESTOI {row.Estoi.Mean:+0.000;-0.000}  first pair {row.First:+0.0;-0.0}  CPU {row.CpuSPerS:0.000}"));
                }
            }
        }
        if (options.Text("--json", "") is { Length: > 0 } json) File.WriteAllText(json, JsonSerializer.Serialize(new { Schema = "attend.bench-separation/1", SteeringErrorDeg = errorDeg, Rows = rows }));
        return ExitCode.Ok;
    }

    private sealed record Row(string Room, string SirDb, string FloorDb, string Backend, int Pairs, Range Db, Range Estoi, double CpuSPerS, double First, double[] PerPair);
    private sealed record Range(double Mean, double Low, double High);
    private readonly record struct One(double Db, double Estoi, double Cpu);

    private static One Score(Rig rig, string file, string backend, double sirDb, double floorDb, double errorDeg)
    {
        var each = new List<One>();
        for (int target = 0; target < 2; target++) each.Add(Attend(rig, new SeparationPair(rig, file, target, sirDb, errorDeg), backend, floorDb));
        return new One(each.Average(e => e.Db), each.Average(e => e.Estoi), each.Average(e => e.Cpu));
    }

    private static One Attend(Rig rig, SeparationPair pair, string backend, double floorDb)
    {
        int n = pair.Frames;
        double rateHz = rig.Array.SampleRateHz;
        using var separation = pair.Open(rig, backend, floorDb);
        var output = new float[2 * n];
        double startMs = ThreadCpuClock.NowMs();
        separation.Run(pair.Mix, output, pair.At);
        double cpu = (ThreadCpuClock.NowMs() - startMs) / 1000 / (n / rateHz);
        int delay = separation.Path.AlgorithmicDelaySamples;
        var truth = pair.Image(pair.Target, pair.Reference);
        bool[] mask = Active(truth, rateHz), others = new bool[n];
        for (int k = 0; k < pair.Talkers; k++)
        {
            if (k == pair.Target) continue;
            bool[] other = Active(pair.Image(k, pair.Reference), rateHz);
            for (int i = 0; i < n; i++) others[i] |= other[i];
        }
        for (int i = 0; i < n; i++) mask[i] &= others[i];
        double best = double.NegativeInfinity;
        int bestMic = 0;
        for (int m = 0; m < pair.Microphones; m++)
        {
            double db = SiSdr.Db(truth, pair.Mix.AsSpan(m * n, n), rateHz, 0, mask);
            if (db > best) (best, bestMic) = (db, m);
        }
        var heard = output.AsSpan(pair.Ear * n, n);
        double estoi = Estoi.Score(truth[..(n - delay)], heard[delay..], rateHz) - Estoi.Score(truth, pair.Mix.AsSpan(bestMic * n, n), rateHz);
        return new One(SiSdr.Db(truth, heard, rateHz, delay, mask) - best, estoi, cpu);
    }

    private static bool[] Active(ReadOnlySpan<float> image, double rateHz)
    {
        int frame = (int)(FrameS * rateHz), count = (image.Length + frame - 1) / frame;
        var power = new double[count];
        for (int i = 0; i < image.Length; i++) power[i / frame] += (double)image[i] * image[i];
        double[] sorted = [.. power.Order()];
        double threshold = sorted[(int)(0.95 * (count - 1))] * Math.Pow(10, -ActiveDb / 10);
        var active = new bool[image.Length];
        for (int i = 0; i < active.Length; i++) active[i] = power[i / frame] > threshold;
        return active;
    }

    private static Range Interval(IReadOnlyList<One> scores, Func<One, double> of)
    {
        double mean = scores.Average(of), variance = scores.Count > 1 ? scores.Sum(s => (of(s) - mean) * (of(s) - mean)) / (scores.Count - 1) : 0;
        double half = 2.09 * Math.Sqrt(variance / scores.Count); // t for about 20 pairs
        return new Range(mean, mean - half, mean + half);
    }
}
