namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Passes over long arrays in blocks of a fixed size, on all cores. Sums are added up in the order of the blocks, so that a result does not
/// depend on how many cores there are.
/// </summary>
internal static class XdfBlocks
{
    private const int Samples = 1 << 19;

    public static void Run(int count, Action<int, int> block)
    {
        int blocks = (count + Samples - 1) / Samples;
        if (blocks < 2) block(0, count);
        else Parallel.For(0, blocks, b => block(b * Samples, Math.Min(Samples, count - b * Samples)));
    }

    public static (double A, double B) Sum(int count, Func<int, int, (double A, double B)> block)
    {
        int blocks = (count + Samples - 1) / Samples;
        if (blocks < 2) return block(0, count);
        var parts = new (double A, double B)[blocks];
        Parallel.For(0, blocks, b => parts[b] = block(b * Samples, Math.Min(Samples, count - b * Samples)));
        var sum = parts[0];
        for (int b = 1; b < blocks; b++) sum = (sum.A + parts[b].A, sum.B + parts[b].B);
        return sum;
    }
}
