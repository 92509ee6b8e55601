using System.Net;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Lsl;

/// <summary>A stream and where it is served.</summary>
/// <param name="Data">TCP data port.</param>
/// <param name="Service">UDP port that answers time probes; port 0 when it has none.</param>
internal sealed record DiscoveredStream(StreamInfo Info, IPEndPoint Data, IPEndPoint Service);
