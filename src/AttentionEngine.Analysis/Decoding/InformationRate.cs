namespace AttentionEngine.Analysis.Decoding;

/// <summary>Information transfer rate (Wolpaw and Ramoser 1998) of decisions among K talkers.</summary>
public static class InformationRate
{
    /// <returns>Bits; 0 at or below chance.</returns>
    public static double BitsPerDecision(double accuracy, int talkers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(talkers, 2);
        if (accuracy <= 1.0 / talkers) return 0;
        double wrong = 1 - accuracy, bits = Math.Log2(talkers) + accuracy * Math.Log2(accuracy);
        return wrong > 0 ? bits + wrong * Math.Log2(wrong / (talkers - 1)) : bits;
    }

    public static double BitsPerMinute(double accuracy, int talkers, double windowS) => BitsPerDecision(accuracy, talkers) * 60 / windowS;
}
