using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// Canonical correlation of the EEG channels with the attended envelope at the job's lags. Per trial one joint covariance is all that is needed. The inner loop
/// chooses λ (added to the EEG's covariance) by the first correlation on the inner validation trials, and says what each further pair is worth: pairs count by
/// their mean correlation there, those that do not hold up count nothing.
/// </summary>
internal static class CcaModel
{
    private const int MostPairs = 5;
    private const double EnvelopeRidge = 1e-6;

    /// <summary>Part of the progress before the permutations.</summary>
    private const double SearchShare = 0.5;

    public static ModelOutcome Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, HeldOutUnits units, double[][] eeg, int channels, int[] windowSamples, SeededRandom? permutation, IProgress<double>? progress, CancellationToken cancel)
    {
        // EEG follows the sound: the EEG of now beside the envelope of lag samples ago.
        var backward = LagRange.Backward(job.MinLagS, job.MaxLagS, participant.RateHz);
        int[] lags = [.. Enumerable.Range(0, backward.Count).Select(b => backward.Shift(backward.Count - 1 - b))];
        int trials = units.Count, p = channels, q = lags.Length, pairs = Math.Min(MostPairs, Math.Min(p, q));
        if (trials < 3) throw new InputDataException($"There are {trials} trials (or groups); nested leave-one-trial-out needs three at least: one to test, one to choose λ, one to train.");
        JointCovariance[] ofTrial = [.. participant.Trials.Select((t, i) => JointCovariance.Of(algebra, eeg[i], p, t.Envelopes[t.AttendedIndex], lags))];
        JointCovariance[] own = [.. Enumerable.Range(0, trials).Select(u => units.Trials(u).Select(t => ofTrial[t]).Aggregate((a, b) => a.Plus(b)))];
        var total = own[0].Minus(own[0]);
        foreach (var o in own) total = total.Plus(o);
        // [held-out][λ][pair] summed over inner validation trials.
        double[][][] inner = [.. Enumerable.Range(0, trials).Select(_ => job.Lambdas.Select(_ => new double[pairs]).ToArray())];
        for (int i = 0; i < trials; i++)
        {
            for (int j = i + 1; j < trials; j++)
            {
                cancel.ThrowIfCancellationRequested();
                var training = total.Minus(own[i]).Minus(own[j]);
                for (int l = 0; l < job.Lambdas.Count; l++)
                {
                    var cca = Fit(algebra, training, p, q, job, participant.RateHz, trials - 2, job.Lambdas[l]);
                    for (int c = 0; c < pairs; c++)
                    {
                        inner[i][l][c] += own[j].Correlation(cca, c, p, q) / (trials - 1);
                        inner[j][l][c] += own[i].Correlation(cca, c, p, q) / (trials - 1);
                    }
                }
            }
            progress?.Report((permutation is null ? 1 : SearchShare) * (i + 1.0) / trials);
        }
        var held = new HeldOut[eeg.Length];
        var lambdas = new double[eeg.Length];
        var choices = new string[eeg.Length];
        int[] best = [.. inner.Select(i => Enumerable.Range(0, job.Lambdas.Count).MaxBy(l => i[l][0]))];
        double[][] weights = [.. inner.Select((i, u) => Weights(i[best[u]]))];
        for (int i = 0; i < trials; i++)
        {
            var cca = Fit(algebra, total.Minus(own[i]), p, q, job, participant.RateHz, trials - 1, job.Lambdas[best[i]]);
            foreach (int t in units.Trials(i)) (lambdas[t], choices[t], held[t]) = (job.Lambdas[best[i]], $"{weights[i].Count(w => w > 0)} pairs", Decoder(algebra, eeg[t], p, lags, cca, weights[i]));
        }
        int[][]? permuted = permutation is null ? null : Permuted();
        return new ModelOutcome(held, lambdas, [.. units.OfTrial.Select(u => inner[u].Select(c => c[0]).ToArray())], choices, new SolverReport(algebra.Name, trials * (trials - 1) / 2 * job.Lambdas.Count, 0, 0, 0), permuted)
        {
            Flags = permuted is null ? [] : ["permutation: for each draw the filters were trained again on the drawn labels; λ and the weights of the pairs are those of the true labels"],
        };

        int[][] Permuted()
        {
            int[][] labels = LabelPermutation.Draw(participant.Trials, job.Permutations, permutation);
            JointCovariance[][] ofTalker = [.. participant.Trials.Select((t, i) => t.Envelopes.Select((e, k) => k == t.AttendedIndex ? ofTrial[i] : JointCovariance.Of(algebra, eeg[i], p, e, lags)).ToArray())];
            var drawn = new RefittedPermutation(participant.Trials, windowSamples, labels.Length);
            for (int d = 0; d < labels.Length; d++)
            {
                cancel.ThrowIfCancellationRequested();
                var ofUnit = Enumerable.Range(0, trials).Select(u => units.Trials(u).Select(t => ofTalker[t][labels[d][t]]).Aggregate((a, b) => a.Plus(b))).ToArray();
                var all = ofUnit.Aggregate((a, b) => a.Plus(b));
                for (int u = 0; u < trials; u++)
                {
                    var cca = Fit(algebra, all.Minus(ofUnit[u]), p, q, job, participant.RateHz, trials - 1, job.Lambdas[best[u]]);
                    foreach (int t in units.Trials(u)) drawn.Add(d, t, Decoder(algebra, eeg[t], p, lags, cca, weights[u]), labels[d][t]);
                }
                progress?.Report(SearchShare + (1 - SearchShare) * (d + 1) / labels.Length);
            }
            return drawn.Correct;
        }
    }

    /// <summary>Pairs count by their mean correlation on inner validation trials.</summary>
    private static double[] Weights(double[] inner)
    {
        double[] weights = [.. inner.Select(r => Math.Max(0, r))];
        if (weights.Sum() == 0) weights[0] = 1;
        return weights;
    }

    private static HeldOutPairs Decoder(DenseAlgebra algebra, double[] eeg, int channels, int[] lags, CanonicalCorrelation cca, double[] weights)
    {
        int samples = eeg.Length / channels, pairs = weights.Length;
        var bySample = new double[pairs * samples];
        algebra.Multiply(false, true, pairs, samples, channels, 1, cca.First, channels, eeg, channels, 0, bySample, samples);
        return new HeldOutPairs([.. Enumerable.Range(0, pairs).Select(c => bySample[(c * samples)..((c + 1) * samples)])], weights, envelope => [.. Enumerable.Range(0, pairs).Select(c => weights[c] > 0 || c == 0 ? Temporal(envelope, lags, cca.Second.AsSpan(c * lags.Length, lags.Length)) : [])]);
    }

    private static CanonicalCorrelation Fit(DenseAlgebra algebra, JointCovariance training, int p, int q, DecodingJob job, double rateHz, int trials, double lambda)
    {
        var (xx, yy, xy) = training.Centred(p, q);
        double diagonal = new LambdaScale(job.Convention, rateHz, trials, Enumerable.Range(0, p).Average(k => xx[k * p + k])).ToDiagonal(lambda), small = EnvelopeRidge * Enumerable.Range(0, q).Average(k => yy[k * q + k]);
        for (int k = 0; k < p; k++) xx[k * p + k] += diagonal;
        for (int k = 0; k < q; k++) yy[k * q + k] += small;
        return CanonicalCorrelation.Of(algebra, xx, p, yy, q, xy);
    }

    private static double[] Temporal(double[] envelope, int[] lags, ReadOnlySpan<double> filter)
    {
        var v = new double[envelope.Length];
        for (int l = 0; l < lags.Length; l++)
        {
            int from = Math.Max(0, lags[l]), count = envelope.Length - Math.Abs(lags[l]);
            if (count > 0) RowMath.AddScaled(filter[l], envelope.AsSpan(from - lags[l], count), v.AsSpan(from, count));
        }
        return v;
    }
}

/// <summary>Σ z zᵀ and Σ z of z = (EEG channels, envelope at each lag); zeros outside the trial.</summary>
internal sealed record JointCovariance(double[] Products, double[] Sums, int Samples)
{
    public static JointCovariance Of(DenseAlgebra algebra, double[] eeg, int channels, double[] envelope, int[] lags)
    {
        int samples = envelope.Length, d = channels + lags.Length;
        var z = new double[samples * d];
        for (int n = 0; n < samples; n++)
        {
            eeg.AsSpan(n * channels, channels).CopyTo(z.AsSpan(n * d));
            for (int l = 0; l < lags.Length; l++)
                if (n - lags[l] is var at && at >= 0 && at < samples) z[n * d + channels + l] = envelope[at];
        }
        var products = new double[d * d];
        algebra.Multiply(true, false, d, d, samples, 1, z, d, z, d, 0, products, d);
        var sums = new double[d];
        for (int n = 0; n < samples; n++) RowMath.AddScaled(1, z.AsSpan(n * d, d), sums);
        return new(products, sums, samples);
    }

    public JointCovariance Plus(JointCovariance other) => Combined(other, 1);

    public JointCovariance Minus(JointCovariance other) => Combined(other, -1);

    public (double[] Xx, double[] Yy, double[] Xy) Centred(int p, int q)
    {
        double[] xx = new double[p * p], yy = new double[q * q], xy = new double[p * q];
        int d = p + q;
        for (int i = 0; i < d; i++)
            for (int j = 0; j < d; j++)
            {
                double v = Products[i * d + j] - Sums[i] * Sums[j] / Samples;
                if (i < p && j < p) xx[i * p + j] = v;
                else if (i >= p && j >= p) yy[(i - p) * q + j - p] = v;
                else if (i < p) xy[i * q + j - p] = v;
            }
        return (xx, yy, xy);
    }

    /// <summary>Correlation of a pair of filters on these samples; 0 where one output does not vary.</summary>
    public double Correlation(CanonicalCorrelation cca, int pair, int p, int q)
    {
        var (xx, yy, xy) = Centred(p, q);
        double[] u = cca.First[(pair * p)..((pair + 1) * p)], v = cca.Second[(pair * q)..((pair + 1) * q)];
        double uu = Form(u, xx, u), vv = Form(v, yy, v);
        return uu > 0 && vv > 0 ? Form(u, xy, v) / Math.Sqrt(uu * vv) : 0;
    }

    private static double Form(double[] left, double[] matrix, double[] right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++) sum += left[i] * RowMath.Dot(matrix.AsSpan(i * right.Length, right.Length), right);
        return sum;
    }

    private JointCovariance Combined(JointCovariance other, int sign)
    {
        double[] products = (double[])Products.Clone(), sums = (double[])Sums.Clone();
        RowMath.AddScaled(sign, other.Products, products);
        RowMath.AddScaled(sign, other.Sums, sums);
        return new(products, sums, Samples + sign * other.Samples);
    }
}
