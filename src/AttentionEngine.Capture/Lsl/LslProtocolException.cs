namespace AttentionEngine.Capture.Lsl;

/// <summary>The other side of a data connection said something that the protocol does not allow. Caught where the connection is owned: it is closed and counted.</summary>
internal sealed class LslProtocolException(string message) : Exception(message);
