using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench cues PAIRS</c>: interaural level and time differences of the attended and of the other talkers before and after the
/// audio path, each talker's image sent alone through the very filters that were designed on the mixture.
/// </summary>
internal static class SeparationCues
{
    // Cues nearer to the median plane than this have no sign that anyone hears: the thresholds of the benchmark's "Limits to design to".
    private const double LeastIldDb = 1, LeastItdUs = 50;

    public static int Run(string[] args)
    {
        var options = new PairsOptions(args, "--rooms", "--sir-db", "--floor-db", "--backends", "--pairs", "--json");
        var rig = RigReader.Read(RepositoryFolder.PathOf("rigs/bench-sphere-bte4.yaml"));
        double sirDb = options.Number("--sir-db", 0), floorDb = options.Number("--floor-db", -12), most = options.Number("--pairs", 1000);
        var rows = new List<Row>();
        foreach (string room in options.List("--rooms", "anechoic,rt300"))
        {
            string[] files = options.Pairs(room, most);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{room}, {sirDb} dB, floor {floorDb} dB, {files.Length} pairs: |error| of the attended talker's cues, mean and largest; of the others, how often the sign stays and how much of the cue (median, 10th percentile)"));
            foreach (string backend in options.List("--backends", "delay-and-sum,mvdr,mwf,mask-mwf"))
            {
                var cues = files.SelectMany(f => Enumerable.Range(0, 2).SelectMany(t => Measure(rig, new SeparationPair(rig, f, t, sirDb, 0), backend, floorDb))).ToList();
                var row = Row.Of(room, backend, cues);
                rows.Add(row);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {backend,-16} attended ILD {row.TargetIldDb:0.00} (≤ {row.WorstIldDb:0.0}) dB, ITD {row.TargetItdUs:0} (≤ {row.WorstItdUs:0}) µs   others ILD sign {row.OthersIldSign:P0}, share {row.OthersIldShare:0.00} ({row.OthersIldShareTenth:0.00}); ITD sign {row.OthersItdSign:P0}, share {row.OthersItdShare:0.00} ({row.OthersItdShareTenth:0.00})"));
            }
        }
        if (options.Text("--json", "") is { Length: > 0 } json) File.WriteAllText(json, JsonSerializer.Serialize(new { Schema = "attend.bench-cues/1", SirDb = sirDb, FloorDb = floorDb, Rows = rows }));
        return ExitCode.Ok;
    }

    private readonly record struct Cue(bool Attended, InterauralCues Before, InterauralCues After);

    private sealed record Row(string Room, string Backend, double TargetIldDb, double WorstIldDb, double TargetItdUs, double WorstItdUs,
        double OthersIldSign, double OthersIldShare, double OthersIldShareTenth, double OthersItdSign, double OthersItdShare, double OthersItdShareTenth)
    {
        public static Row Of(string room, string backend, List<Cue> cues)
        {
            var target = cues.Where(c => c.Attended).ToList();
            double[] ild = [.. target.Select(c => Math.Abs(c.After.IldDb - c.Before.IldDb))], itd = [.. target.Select(c => Math.Abs(c.After.ItdUs - c.Before.ItdUs))];
            double[] ildShares = [.. cues.Where(c => !c.Attended && Math.Abs(c.Before.IldDb) >= LeastIldDb).Select(c => c.After.IldDb / c.Before.IldDb).Order()];
            double[] itdShares = [.. cues.Where(c => !c.Attended && Math.Abs(c.Before.ItdUs) >= LeastItdUs).Select(c => c.After.ItdUs / c.Before.ItdUs).Order()];
            return new Row(room, backend, ild.Average(), ild.Max(), itd.Average(), itd.Max(), ildShares.Average(s => s > 0 ? 1.0 : 0), At(ildShares, 0.5), At(ildShares, 0.1), itdShares.Average(s => s > 0 ? 1.0 : 0), At(itdShares, 0.5), At(itdShares, 0.1));
        }

        private static double At(double[] sorted, double part) => sorted[(int)(part * (sorted.Length - 1))];
    }

    private static List<Cue> Measure(Rig rig, SeparationPair pair, string backend, double floorDb)
    {
        int n = pair.Frames;
        using var separation = pair.Open(rig, backend, floorDb);
        var alone = new (float[] Input, float[] Output)[pair.Talkers];
        for (int k = 0; k < pair.Talkers; k++) alone[k] = (pair.Image(k), new float[2 * n]);
        separation.Run(pair.Mix, new float[2 * n], pair.At, null, alone);
        int delay = separation.Path.AlgorithmicDelaySamples, start = (int)rig.Array.SampleRateHz; // the first second is the start of the masks
        var cues = new List<Cue>();
        for (int k = 0; k < pair.Talkers; k++)
        {
            var before = InterauralCues.Measure(pair.Image(k, pair.Array.LeftReference)[start..(n - delay)], pair.Image(k, pair.Array.RightReference)[start..(n - delay)], rig.Array.SampleRateHz);
            var after = InterauralCues.Measure(alone[k].Output.AsSpan(start + delay, n - delay - start), alone[k].Output.AsSpan(n + start + delay, n - delay - start), rig.Array.SampleRateHz);
            cues.Add(new Cue(k == pair.Target, before, after));
        }
        return cues;
    }
}
