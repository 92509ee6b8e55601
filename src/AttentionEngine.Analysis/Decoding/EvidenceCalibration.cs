namespace AttentionEngine.Analysis.Decoding;

/// <summary>What a held-out window gave for each talker, and who was attended.</summary>
/// <param name="Trial">Windows of one trial are left out together.</param>
/// <param name="Sums">[K] products of reconstruction and envelope, summed.</param>
public sealed record EvidenceWindow(int Trial, double[] Sums, int Attended);

/// <summary>
/// How many nats a decoder's summed products are worth, so that probabilities made of them are frequencies: softmax regression with one slope, no
/// intercept (talkers are exchangeable), targets smoothed as Platt (1999) does.
/// </summary>
/// <param name="NatsPerProduct">0 where the decoder tells talkers apart no better than chance.</param>
/// <param name="Error">Expected calibration error over 10 bins, slope learned on the other trials.</param>
/// <param name="LogLossNats">Mean −log p of the attended talker, likewise; log K is knowing nothing.</param>
/// <param name="Accuracy">Share of windows in which the attended talker has the largest sum.</param>
/// <param name="Bins">Mean probability, share attended and count per bin that is not empty.</param>
public sealed record EvidenceCalibration(double NatsPerProduct, double Error, double LogLossNats, double Accuracy, int Windows, IReadOnlyList<(double Probability, double Attended, int Count)> Bins)
{
    private const int BinCount = 10;

    public static EvidenceCalibration Fit(IReadOnlyList<EvidenceWindow> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        var trials = windows.Select(w => w.Trial).Distinct().ToList();
        double[] probability = new double[BinCount], attended = new double[BinCount];
        var count = new int[BinCount];
        double loss = 0;
        int right = 0;
        foreach (int trial in trials)
        {
            double slope = Slope([.. windows.Where(w => w.Trial != trial)]);
            foreach (var w in windows.Where(w => w.Trial == trial))
            {
                double[] p = Softmax(w.Sums, slope);
                loss -= Math.Log(p[w.Attended]) / windows.Count;
                if (w.Sums.Where((_, k) => k != w.Attended).All(s => s < w.Sums[w.Attended])) right++;
                for (int k = 0; k < p.Length; k++)
                {
                    int bin = Math.Clamp((int)(p[k] * BinCount), 0, BinCount - 1);
                    probability[bin] += p[k];
                    count[bin]++;
                    if (k == w.Attended) attended[bin]++;
                }
            }
        }
        double error = Enumerable.Range(0, BinCount).Sum(b => Math.Abs(probability[b] - attended[b])) / Math.Max(1, count.Sum());
        return new EvidenceCalibration(Slope(windows), error, loss, windows.Count == 0 ? double.NaN : (double)right / windows.Count, windows.Count,
            [.. Enumerable.Range(0, BinCount).Where(b => count[b] > 0).Select(b => (probability[b] / count[b], attended[b] / count[b], count[b]))]);
    }

    /// <summary>Newton's method on a concave likelihood of one parameter.</summary>
    internal static double Slope(IReadOnlyList<EvidenceWindow> windows)
    {
        if (windows.Count == 0) return 0;
        double slope = 0, sure = (windows.Count + 1.0) / (windows.Count + 2.0);
        for (int step = 0; step < 100; step++)
        {
            double gradient = 0, curvature = 0;
            foreach (var w in windows)
            {
                double[] p = Softmax(w.Sums, slope);
                double mean = 0, square = 0, wanted = 0;
                for (int k = 0; k < p.Length; k++)
                {
                    mean += p[k] * w.Sums[k];
                    square += p[k] * w.Sums[k] * w.Sums[k];
                    wanted += (k == w.Attended ? sure : (1 - sure) / (p.Length - 1)) * w.Sums[k];
                }
                gradient += wanted - mean;
                curvature += square - mean * mean;
            }
            if (!(curvature > 0)) break;
            // A step is at most a factor of a few beyond the last slope: far out the curvature vanishes.
            double change = Math.Clamp(gradient / curvature, -Math.Abs(slope) - 0.01, Math.Abs(slope) + 0.01);
            slope += change;
            if (Math.Abs(change) <= 1e-12 * Math.Abs(slope)) break;
        }
        return Math.Max(0, slope);
    }

    private static double[] Softmax(double[] sums, double slope)
    {
        double largest = sums.Max(s => slope * s), z = sums.Sum(s => Math.Exp(slope * s - largest));
        return [.. sums.Select(s => Math.Exp(slope * s - largest) / z)];
    }
}
