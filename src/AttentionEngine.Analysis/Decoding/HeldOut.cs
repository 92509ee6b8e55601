namespace AttentionEngine.Analysis.Decoding;

/// <summary>A held-out trial as a trained decoder judges it.</summary>
internal abstract class HeldOut
{
    /// <param name="envelopes">[K][samples]</param>
    /// <returns>[window × K] a score per talker, the largest wins; windows without overlap, a remainder is not used.</returns>
    public abstract double[] InWindows(double[][] envelopes, int windowSamples);

    /// <returns>[window length] the same at several lengths.</returns>
    public virtual double[][] InWindows(double[][] envelopes, int[] windowSamples) => [.. windowSamples.Select(w => InWindows(envelopes, w))];

    /// <summary>Correlation over the whole trial with an envelope; NaN where the decoder reconstructs nothing.</summary>
    public virtual double Whole(double[] envelope) => double.NaN;

    /// <summary>The signal from the EEG and what an envelope becomes beside it; null where there is none.</summary>
    public virtual (double[] FromEeg, double[] FromEnvelope)? Pair(double[] envelope) => null;
}

/// <summary>Pairs of a signal made from the EEG and one made from an envelope; their correlations are summed with weights.</summary>
/// <param name="fromEeg">[pair][samples]</param>
/// <param name="weights">[pair]</param>
/// <param name="fromEnvelope">[samples] to [pair][samples]; null: the envelope itself, one pair.</param>
internal sealed class HeldOutPairs(double[][] fromEeg, double[] weights, Func<double[], double[][]>? fromEnvelope) : HeldOut
{
    public double[] First => fromEeg[0];

    public override double[] InWindows(double[][] envelopes, int windowSamples)
    {
        if (fromEnvelope is null) return Correlations.InWindows(fromEeg[0], envelopes, windowSamples);
        double[][][] made = [.. envelopes.Select(fromEnvelope)];
        var sum = new double[fromEeg[0].Length / windowSamples * envelopes.Length];
        for (int c = 0; c < fromEeg.Length; c++)
            if (weights[c] > 0) RowMath.AddScaled(weights[c], Correlations.InWindows(fromEeg[c], [.. made.Select(m => m[c])], windowSamples), sum);
        return sum;
    }

    /// <summary>As one by one, to rounding, with the sums taken once for all lengths.</summary>
    public override double[][] InWindows(double[][] envelopes, int[] windowSamples)
    {
        double[][][] made = [.. envelopes.Select(e => fromEnvelope is null ? [e] : fromEnvelope(e))];
        double[][] sum = [.. windowSamples.Select(w => new double[fromEeg[0].Length / w * envelopes.Length])];
        for (int c = 0; c < fromEeg.Length; c++)
        {
            if (weights[c] <= 0) continue;
            double[][] r = new WindowCorrelations([.. made.Select(m => m[c])], windowSamples).Of(fromEeg[c]);
            for (int w = 0; w < r.Length; w++) RowMath.AddScaled(weights[c], r[w], sum[w]);
        }
        return sum;
    }

    public override double Whole(double[] envelope) => Pair(envelope) is var (a, b) ? Correlations.Pearson(a, b) : double.NaN;

    public override (double[] FromEeg, double[] FromEnvelope)? Pair(double[] envelope) => (fromEeg[0], fromEnvelope is null ? envelope : fromEnvelope(envelope)[0]);
}

/// <summary>A decoder of the label that sees no sound: a score per class and second; longer windows add up.</summary>
/// <param name="scores">[second × classes]</param>
/// <param name="talkerOfClass">[class]</param>
/// <param name="secondSamples">Samples that one score was made of.</param>
internal sealed class HeldOutLabel(double[] scores, int[] talkerOfClass, int secondSamples) : HeldOut
{
    public override double[] InWindows(double[][] envelopes, int windowSamples)
    {
        int per = windowSamples / secondSamples, classes = talkerOfClass.Length, seconds = scores.Length / classes;
        if (per == 0) return [];
        var sum = new double[seconds / per * classes];
        for (int s = 0; s / per < seconds / per; s++)
            for (int c = 0; c < classes; c++) sum[s / per * classes + talkerOfClass[c]] += scores[s * classes + c];
        return sum;
    }
}

/// <summary>What a model gives the common evaluation.</summary>
/// <param name="Trials">[trial]</param>
/// <param name="Lambdas">[trial] NaN where none is searched.</param>
/// <param name="Inner">[trial][candidate] what the inner loop saw.</param>
/// <param name="Choices">[trial] what else the inner loop chose, in words.</param>
/// <param name="PermutationCorrect">[window length][draw] with the decoders trained again; null without permutations.</param>
internal sealed record ModelOutcome(HeldOut[] Trials, double[] Lambdas, double[][] Inner, string[] Choices, Core.Eeg.SolverReport Report, int[][]? PermutationCorrect)
{
    public IReadOnlyList<Core.Eeg.LagFigures> LagCurve { get; init; } = [];
    public IReadOnlyList<string> Flags { get; init; } = [];
}
