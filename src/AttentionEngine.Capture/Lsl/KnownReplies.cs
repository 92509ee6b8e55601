using System.Net;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Answers that one search has taken already: each outlet answers every wave, and reading XML costs more than comparing it.</summary>
internal sealed class KnownReplies
{
    private const int Most = 4 * LslLimits.MaxDiscovered;
    private const long MostBytes = 16 << 20;
    private readonly Dictionary<int, (byte[] Reply, IPAddress From)> replies = [];
    private long bytes;

    /// <summary>Whether this is the first time that this sender gives this answer. Two answers that only share a hash both count as new.</summary>
    public bool IsNew(ReadOnlySpan<byte> reply, IPAddress from)
    {
        var hash = new HashCode();
        hash.AddBytes(reply);
        hash.Add(from);
        int key = hash.ToHashCode();
        if (replies.TryGetValue(key, out var other)) return !other.From.Equals(from) || !reply.SequenceEqual(other.Reply);
        if (replies.Count >= Most || bytes + reply.Length > MostBytes) return true;
        replies.Add(key, (reply.ToArray(), from));
        bytes += reply.Length;
        return true;
    }
}
