using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <param name="RandomWindows">Mean accuracy with windows of every trial on both sides (10 folds of windows): what leaks.</param>
/// <param name="TrialDisjoint">Mean accuracy when a trial is wholly held out.</param>
/// <param name="Draws">Label draws.</param>
public readonly record struct FingerprintResult(double RandomWindows, double TrialDisjoint, int Draws);

/// <summary>
/// How well labels that mean nothing, drawn per trial, are 'decoded' from log power per channel by a shrinkage discriminant. Above chance with random
/// windows: trials can be told apart (drift, impedance, state), so any label that is constant in a trial can be, and only trial-disjoint
/// figures of such features mean something.
/// </summary>
public static class TrialFingerprint
{
    private const int Folds = 10;

    /// <param name="eeg">[trial][samples × channels]</param>
    public static FingerprintResult Measure(DenseAlgebra algebra, IReadOnlyList<double[]> eeg, int channels, int windowSamples, int draws, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(eeg);
        return Measure(algebra, [.. eeg.Select(e => Rows(e, channels, windowSamples))], draws, random);
    }

    /// <param name="windows">[trial][window][feature]</param>
    internal static FingerprintResult Measure(DenseAlgebra algebra, IReadOnlyList<double[][]> windows, int draws, SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        if (windows.Count < 4) throw new InputDataException($"There are {windows.Count} trials; the fingerprint control needs four at least.");
        List<double[]> rows = [.. windows.SelectMany(w => w)];
        int[] trialOf = [.. windows.SelectMany((w, t) => w.Select(_ => t))];
        double leaky = 0, disjoint = 0;
        for (int d = 0; d < draws; d++)
        {
            bool[] label = Labels(windows.Count, random);
            int[] fold = [.. Enumerable.Range(0, rows.Count).Select(_ => random.Index(Folds))];
            leaky += Accuracy(algebra, rows, [.. trialOf.Select(t => label[t])], fold, Folds) / draws;
            disjoint += Accuracy(algebra, rows, [.. trialOf.Select(t => label[t])], trialOf, windows.Count) / draws;
        }
        return new(leaky, disjoint, draws);
    }

    /// <returns>[window][channel] log power, windows without overlap.</returns>
    internal static double[][] Rows(double[] eeg, int channels, int windowSamples) =>
        [.. Enumerable.Range(0, eeg.Length / channels / windowSamples).Select(w => LogPower(eeg, channels, w * windowSamples, windowSamples))];

    /// <summary>Each trial's label on its own: drawn again only when a class would have fewer than two trials.</summary>
    private static bool[] Labels(int trials, SeededRandom random)
    {
        while (true)
        {
            bool[] label = [.. Enumerable.Range(0, trials).Select(_ => random.Index(2) == 1)];
            int second = label.Count(l => l);
            if (second >= 2 && trials - second >= 2) return label;
        }
    }

    private static double Accuracy(DenseAlgebra algebra, List<double[]> rows, bool[] second, int[] fold, int folds)
    {
        int right = 0;
        for (int f = 0; f < folds; f++)
        {
            int[] train = [.. Enumerable.Range(0, rows.Count).Where(i => fold[i] != f)], test = [.. Enumerable.Range(0, rows.Count).Where(i => fold[i] == f)];
            if (test.Length == 0) continue;
            var model = ShrinkageDiscriminant.Train(algebra, [.. train.Select(i => rows[i])], [.. train.Select(i => second[i])]);
            right += test.Count(i => model.IsSecond(rows[i]) == second[i]);
        }
        return (double)right / rows.Count;
    }

    private static double[] LogPower(double[] eeg, int channels, int start, int count)
    {
        var power = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, squares = 0;
            for (int i = start; i < start + count; i++)
            {
                double v = eeg[i * channels + c];
                (sum, squares) = (sum + v, squares + v * v);
            }
            power[c] = Math.Log(Math.Max(squares / count - sum / count * (sum / count), 1e-300));
        }
        return power;
    }
}
