namespace AttentionEngine.Capture.Lsl;

/// <summary>Remembers the queries of the last moments, so that one query that reaches us by several ways is answered once, and limits their rate.</summary>
internal sealed class RecentQueries
{
    private const double SameQueryS = 0.05;

    private readonly (string From, QueryMessage Message, double AtS)[] entries = new (string, QueryMessage, double)[32];
    private readonly Lock gate = new();
    private int next;
    private double tokens = LslLimits.QueriesPerSecond;
    private double refilledS;

    /// <returns>False when more queries than the limit come in a second.</returns>
    public bool Allow(double nowS)
    {
        lock (gate)
        {
            tokens = Math.Min(LslLimits.QueriesPerSecond, tokens + (nowS - refilledS) * LslLimits.QueriesPerSecond);
            refilledS = nowS;
            if (tokens < 1) return false;
            tokens -= 1;
            return true;
        }
    }

    public bool IsFirst(string from, QueryMessage message, double nowS)
    {
        lock (gate)
        {
            foreach (var entry in entries)
                if (nowS - entry.AtS < SameQueryS && entry.From == from && entry.Message == message) return false;
            entries[next] = (from, message, nowS);
            next = (next + 1) % entries.Length;
            return true;
        }
    }
}
