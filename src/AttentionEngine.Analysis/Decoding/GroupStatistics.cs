using AttentionEngine.Analysis.Statistics;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>Over participants: what a reader may conclude about people, not about windows.</summary>
/// <param name="Name">For example "accuracy, 10 s".</param>
/// <param name="Low">95 % interval over participants, Student's t.</param>
/// <param name="Chance">What the mean is tested against.</param>
/// <param name="P">One-sided, of exchanging the sign of each participant's difference from chance.</param>
/// <param name="SmallestP">The smallest that so many participants can give.</param>
public sealed record GroupFigure(string Name, int Participants, double Mean, double Low, double High, double Chance, double P, double SmallestP)
{
    public DecodingModel Model { get; init; }
}

/// <summary>
/// Permutation across participants: if there were no effect, each participant's difference from chance could as well have the other sign. All 2^n signs up
/// to 16 participants, drawn ones beyond.
/// </summary>
public static class GroupStatistics
{
    private const int MostExact = 16, Draws = 100_000;

    /// <summary>Accuracies per window, match-mismatch per window, and the attended correlation against its shifted null.</summary>
    /// <returns>Model by model; empty with fewer than two participants.</returns>
    public static IReadOnlyList<GroupFigure> Of(IReadOnlyList<DecodingResult> results, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(results);
        var figures = new List<GroupFigure>();
        foreach (var model in results.GroupBy(r => r.Model)) figures.AddRange(OfModel([.. model], seed).Select(f => f with { Model = model.Key }));
        return figures;
    }

    private static List<GroupFigure> OfModel(List<DecodingResult> results, ulong seed)
    {
        var figures = new List<GroupFigure>();
        if (results.Count < 2) return figures;
        var random = new SeededRandom(seed).Fork("group");
        foreach (double windowS in results.SelectMany(r => r.Accuracy).Where(a => a.WindowCount > 0).Select(a => a.WindowS).Distinct().Order())
            Add(FormattableString.Invariant($"accuracy, {windowS:G4} s"), results.SelectMany(r => r.Accuracy).Where(a => a.WindowS == windowS && a.WindowCount > 0).Select(a => (a.Accuracy, a.Chance)));
        foreach (double windowS in results.SelectMany(r => r.MatchMismatch).Select(a => a.WindowS).Distinct().Order())
            Add(FormattableString.Invariant($"match-mismatch, {windowS:G4} s"), results.SelectMany(r => r.MatchMismatch).Where(a => a.WindowS == windowS).Select(a => (a.Accuracy, 0.5)));
        Add("r attended over shifted envelopes", results.Select(r => (r.MeanAttended, r.ShiftedCorrelationMean)));
        return figures;

        void Add(string name, IEnumerable<(double Value, double Chance)> values)
        {
            (double Value, double Chance)[] finite = [.. values.Where(v => double.IsFinite(v.Value) && double.IsFinite(v.Chance))];
            if (finite.Length < 2) return;
            var interval = MeanInterval.StudentT(finite.Select(v => v.Value));
            var (p, smallest) = SignFlip([.. finite.Select(v => v.Value - v.Chance)], random.Fork(name));
            figures.Add(new GroupFigure(name, finite.Length, interval.Mean, interval.Low, interval.High, finite.Average(v => v.Chance), p, smallest));
        }
    }

    /// <returns>One-sided p of a mean above 0, and the smallest possible.</returns>
    public static (double P, double Smallest) SignFlip(double[] differences, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(differences);
        double observed = differences.Sum(), tolerance = 1e-12 * differences.Sum(Math.Abs);
        int n = differences.Length;
        bool exact = n <= MostExact;
        int draws = exact ? 1 << n : Draws, atLeast = 0;
        for (int d = 0; d < draws; d++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++) sum += (exact ? (d >> i & 1) == 0 : random.Index(2) == 0) ? differences[i] : -differences[i];
            if (sum >= observed - tolerance) atLeast++;
        }
        // Among all signs is the observed one; drawn ones need it added.
        return exact ? ((double)atLeast / draws, 1.0 / draws) : ((1.0 + atLeast) / (1 + draws), 1.0 / (1 + draws));
    }
}
