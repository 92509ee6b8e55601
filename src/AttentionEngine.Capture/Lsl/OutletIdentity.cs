using System.Security.Cryptography;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The one place where identities of outlets are made: a new uid at each start, so that a restarted source can be told from its past self.</summary>
internal static class OutletIdentity
{
    public static string NewUid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes).ToString("D");
    }

    /// <summary>A start value for query and wave ids, so that late answers to another process are not taken for ours.</summary>
    public static int NewIdBase() => RandomNumberGenerator.GetInt32(1, 1 << 29);
}
