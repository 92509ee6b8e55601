using System.Net;

namespace AttentionEngine.Core.Rigs;

/// <summary>How far the engine's LSL reaches. Only a rig opens it beyond this machine.</summary>
/// <param name="Bind">Address that sockets are bound to: loopback, an interface's address, or 0.0.0.0 for every network.</param>
/// <param name="SessionId">Streams of other LSL sessions (another room's, say) are neither found nor offered; null: what lsl_api.cfg says, or `default`.</param>
/// <param name="NativeBackend">Use the installed liblsl instead of the managed protocol.</param>
public sealed record RigNetwork(IPAddress Bind, string? SessionId, bool NativeBackend = false)
{
    public static readonly RigNetwork LoopbackOnly = new(IPAddress.Loopback, null);
}
