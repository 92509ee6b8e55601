using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Two models on the same data at one window length, paired.</summary>
/// <param name="Units">What the pairs are: participants, or trials where there is one participant.</param>
/// <param name="MeanFirst">Accuracy, mean over units.</param>
/// <param name="Difference">First minus second.</param>
/// <param name="Low">95 % interval of the difference, Student's t.</param>
/// <param name="P">Two-sided, of exchanging the two models in each pair.</param>
public sealed record ModelDifference(string First, string Second, double WindowS, string Units, int Pairs, double MeanFirst, double MeanSecond, double Difference, double Low, double High, double P);

/// <summary>Every model against the first one named, on participants that have both.</summary>
public static class ModelComparison
{
    public static IReadOnlyList<ModelDifference> Of(IReadOnlyList<DecodingResult> results, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(results);
        var models = results.Select(r => r.Model).Distinct().ToList();
        var differences = new List<ModelDifference>();
        var random = new SeededRandom(seed).Fork("comparison");
        foreach (var other in models.Skip(1))
        {
            var pairs = results.Where(r => r.Model == models[0]).Select(a => (A: a, B: results.FirstOrDefault(b => b.Model == other && b.ParticipantId == a.ParticipantId))).Where(p => p.B is not null).ToList();
            foreach (double windowS in pairs.SelectMany(p => p.A.Accuracy).Where(a => a.WindowCount > 0).Select(a => a.WindowS).Distinct().Order())
            {
                bool people = pairs.Count > 1;
                (double First, double Second)[] values = people
                    ? [.. pairs.Select(p => (Accuracy(p.A, windowS), Accuracy(p.B!, windowS)))]
                    : [.. ByTrial(pairs[0].A, windowS).Zip(ByTrial(pairs[0].B!, windowS))];
                values = [.. values.Where(v => double.IsFinite(v.First) && double.IsFinite(v.Second))];
                if (values.Length < 2) continue;
                double[] d = [.. values.Select(v => v.First - v.Second)];
                var interval = MeanInterval.StudentT(d);
                string name = $"{DecodingModels.NameOf(other)} {windowS}";
                double p = Math.Min(1, 2 * Math.Min(GroupStatistics.SignFlip(d, random.Fork(name)).P, GroupStatistics.SignFlip([.. d.Select(v => -v)], random.Fork(name)).P));
                differences.Add(new(DecodingModels.NameOf(models[0]), DecodingModels.NameOf(other), windowS, people ? "participants" : "trials", d.Length, values.Average(v => v.First), values.Average(v => v.Second), interval.Mean, interval.Low, interval.High, p));
            }
        }
        return differences;
    }

    private static double Accuracy(DecodingResult result, double windowS) => result.Accuracy.FirstOrDefault(a => a.WindowS == windowS && a.WindowCount > 0)?.Accuracy ?? double.NaN;

    private static IEnumerable<double> ByTrial(DecodingResult result, double windowS)
    {
        int w = result.Accuracy.ToList().FindIndex(a => a.WindowS == windowS);
        return w < 0 ? [] : result.Trials.Select(t =>
        {
            int talkers = t.Correlation.Length, windows = t.WindowCorrelation[w].Length / talkers;
            return windows == 0 ? double.NaN : (double)WindowScores.Correct(t.WindowCorrelation[w], talkers, t.AttendedIndex) / windows;
        });
    }
}
