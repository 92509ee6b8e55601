using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Benchmarks;

/// <summary>One mixture in a file, who speaks in it when, and every method's errors.</summary>
/// <param name="Wanted">[ticks of 40 ms] talkers who spoke in at least half of the last 0.3 s.</param>
internal sealed record DoaCase(DoaDraw Draw, int Talkers, double SnrDb, double Rt60S, string File, int[] Wanted)
{
    private const double TickS = 0.04, FrameS = 0.01, WindowS = 0.3;

    /// <summary>Degrees, of each talker at each tick; 180 where a method gave too few directions.</summary>
    public Dictionary<string, List<double>> Errors { get; } = [];
    public Dictionary<string, double> CpuS { get; } = [];

    public static DoaCase Mix(DoaDraw draw, int talkers, double snrDb, double rt60S, string folder, int index, double rateHz)
    {
        string file = Path.Combine(folder, $"mix{index}.npy");
        float gain = (float)Math.Pow(10, -snrDb / 20);
        int n = draw.Noise[0].Length;
        using (var writer = new NpyWriter<float>(file, n))
            for (int m = 0; m < draw.Noise.Length; m++)
            {
                var x = new float[n];
                for (int i = 0; i < n; i++) { x[i] = gain * draw.Noise[m][i]; for (int k = 0; k < talkers; k++) x[i] += draw.Images[k][m][i]; }
                writer.Append(x);
            }
        var wanted = new int[(int)(n / rateHz / TickS + 1e-9)];
        for (int tick = 0; tick < wanted.Length; tick++)
            for (int k = 0; k < talkers; k++) if (Speaks(draw, k, tick)) wanted[tick]++;
        using (var writer = new NpyWriter<int>(file.Replace("mix", "wanted", StringComparison.Ordinal))) writer.Append(wanted);
        return new DoaCase(draw, talkers, snrDb, rt60S, file, wanted);
    }

    public void Score(string method, int tick, ReadOnlySpan<double> azimuths, double warmUpS, double windowS)
    {
        if (!Errors.TryGetValue(method, out var errors)) Errors[method] = errors = [];
        if ((tick + 1) * TickS < Math.Max(warmUpS, windowS) || Wanted[tick] == 0) return;
        double[] truth = [.. Enumerable.Range(0, Talkers).Where(k => Speaks(Draw, k, tick)).Select(k => Draw.AzimuthRad[k])];
        var given = azimuths.ToArray();
        double[]? best = null;
        Assign(truth, given, 0, 0, new double[truth.Length], ref best);
        errors.AddRange(best!);
    }

    /// <summary>Every assignment; the least sum of errors.</summary>
    private static void Assign(double[] truth, double[] given, int next, int used, double[] errors, ref double[]? best)
    {
        if (next == truth.Length)
        {
            if (best is null || errors.Sum() < best.Sum()) best = [.. errors];
            return;
        }
        for (int g = 0; g < Math.Max(given.Length, truth.Length); g++)
        {
            if ((used & 1 << g) != 0) continue;
            errors[next] = g < given.Length && double.IsFinite(given[g]) ? Math.Abs(Angles.ToDegrees(Angles.WrapRad(given[g] - truth[next]))) : 180;
            Assign(truth, given, next + 1, used | 1 << g, errors, ref best);
        }
    }

    private static bool Speaks(DoaDraw draw, int talker, int tick)
    {
        int end = (int)((tick + 1) * TickS / FrameS), frames = (int)(WindowS / FrameS), spoken = 0;
        for (int f = Math.Max(0, end - frames); f < end && f < draw.Active[talker].Length; f++) if (draw.Active[talker][f]) spoken++;
        return spoken >= frames / 2;
    }
}
