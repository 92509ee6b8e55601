using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Numerics;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core;

public class LinearAssignmentTests
{
    private static double Best(double[] cost, int rows, int columns, int row, int used)
    {
        if (row == rows) return 0;
        double best = double.PositiveInfinity;
        for (int c = 0; c < columns; c++)
            if ((used & 1 << c) == 0) best = Math.Min(best, cost[row * columns + c] + Best(cost, rows, columns, row + 1, used | 1 << c));
        return best;
    }

    [Fact]
    public void It_costs_what_the_best_of_all_permutations_costs()
    {
        var random = new SeededRandom(1);
        var solver = new LinearAssignment(6, 8);
        var columnOf = new int[6];
        for (int trial = 0; trial < 300; trial++)
        {
            int rows = random.Index(7), columns = rows + random.Index(9 - Math.Max(rows, 1));
            double[] cost = [.. Enumerable.Range(0, rows * columns).Select(_ => trial % 3 == 0 ? random.Index(4) : random.Normal())];
            solver.Solve(cost, rows, columns, columnOf);
            Assert.Equal(rows, columnOf.Take(rows).Distinct().Count());
            Assert.Equal(Best(cost, rows, columns, 0, 0), Enumerable.Range(0, rows).Sum(r => cost[r * columns + columnOf[r]]), 9);
        }
    }

    [Fact]
    public void More_rows_than_columns_and_costs_that_are_no_numbers_are_refused()
    {
        var solver = new LinearAssignment(4, 4);
        Assert.Throws<ArgumentException>(() => solver.Solve(new double[6], 3, 2, new int[3]));
        Assert.Throws<ArgumentException>(() => solver.Solve([double.NaN], 1, 1, new int[1]));
    }

    [Fact]
    public void A_hand_made_scene_has_the_hand_counted_score()
    {
        var score = new TrackingScore(0.2);
        Vector3D a = Vector3D.FromAzimuthElevation(0), b = Vector3D.FromAzimuthElevation(1);
        score.Add([(1, a), (2, b)], [(10, a), (11, b)]); // both found
        score.Add([(1, a), (2, b)], [(11, a), (10, b)]); // both exchanged: 2 switches
        score.Add([(1, a), (2, b)], [(11, a)]);          // one missed
        score.Add([(1, a)], [(11, a), (12, b)]);         // one false
        Assert.Equal((7, 1, 1, 2), (score.Truths, score.Misses, score.FalseTracks, score.IdSwitches));
        Assert.Equal(1 - 4 / 7.0, score.Mota, 12);
        Assert.Equal((0.2 / 2 + 0.2 / 2) / 4, score.OspaRad, 12);
    }
}
