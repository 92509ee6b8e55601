using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Analysis.Decoding;

/// <summary>The synthetic attention-decoding sets with numbers of other tools (values are int16 · 2⁻¹¹, so covariances are exact).</summary>
internal sealed class GoldenSet
{
    public const double RateHz = 64;
    private readonly Lazy<IReadOnlyDictionary<string, NpyArray>> _golden;

    private GoldenSet(string name)
    {
        var eeg = NpyReader.Read(SharedData.PathOrSkip($"bench/aad/{name}_eeg.npy"));
        var envelopes = NpyReader.Read(SharedData.PathOrSkip($"bench/aad/{name}_env.npy"));
        string golden = SharedData.PathOrSkip($"bench/aad/golden/{name}_golden.npz");
        _golden = new(() => NpyReader.ReadNpz(golden));
        (int trials, Samples, Channels) = (eeg.Shape[0], eeg.Shape[1], eeg.Shape[2]);
        double[] x = eeg.ToDoubles(), y = envelopes.ToDoubles();
        int size = Samples * Channels;
        Eeg = [.. Enumerable.Range(0, trials).Select(t => x[(t * size)..((t + 1) * size)].Select(v => v / 2048).ToArray())];
        Envelopes = [.. Enumerable.Range(0, trials).Select(t =>
            Enumerable.Range(0, 2).Select(k => y[((2 * t + k) * Samples)..((2 * t + k + 1) * Samples)].Select(v => v / 2048).ToArray()).ToArray())];
    }

    public int Samples { get; }
    public int Channels { get; }

    /// <summary>[trial][samples × channels]</summary>
    public double[][] Eeg { get; }

    /// <summary>[trial][attended, unattended][samples]</summary>
    public double[][][] Envelopes { get; }

    public static IReadOnlyList<double> Lambdas { get; } = [.. Enumerable.Range(0, 15).Select(i => Math.Pow(10, -1 + i * 0.5))];
    public static DenseAlgebra Algebra { get; } = DenseAlgebra.Open(_ => { });
    public static LagRange Lags { get; } = LagRange.Backward(0, 0.25, RateHz);

    public static GoldenSet Load(string name) => new(name);

    public NpyArray Golden(string name) => _golden.Value[name];

    /// <summary>Statistics with the attended and the unattended envelope as targets.</summary>
    public LaggedStatistics Statistics(int trial, LagRange? lags = null, DenseAlgebra? algebra = null)
    {
        var both = new double[2 * Samples];
        for (int i = 0; i < Samples; i++) (both[2 * i], both[2 * i + 1]) = (Envelopes[trial][0][i], Envelopes[trial][1][i]);
        return LaggedStatistics.Of(algebra ?? Algebra, Eeg[trial], Channels, both, 2, lags ?? Lags);
    }

    /// <summary>Statistics with the attended envelope only.</summary>
    public LaggedStatistics Attended(int trial) => LaggedStatistics.Of(Algebra, Eeg[trial], Channels, Envelopes[trial][0], 1, Lags);

    public LaggedStatistics Sum(LagRange? lags = null)
    {
        var sum = Statistics(0, lags);
        for (int t = 1; t < Eeg.Length; t++) sum.Add(Statistics(t, lags));
        return sum;
    }

    public static double RelativeError(ReadOnlySpan<double> ours, ReadOnlySpan<double> theirs)
    {
        Assert.Equal(theirs.Length, ours.Length);
        double difference = 0, size = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs(ours[i] - theirs[i]));
            size = Math.Max(size, Math.Abs(theirs[i]));
        }
        return difference / size;
    }
}
