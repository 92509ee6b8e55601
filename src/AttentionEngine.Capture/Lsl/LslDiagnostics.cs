namespace AttentionEngine.Capture.Lsl;

/// <summary>What the transport refused or could not do, counted since it was made. Nothing from the network is ignored without a count.</summary>
public sealed class LslDiagnostics
{
    private long malformed, unsupportedQueries, rateLimited, refusedConnections, protocolErrors, acceptErrors, unavailableSockets, unreachable;

    /// <summary>Datagrams and replies that were not well formed.</summary>
    public long Malformed => Interlocked.Read(ref malformed);

    /// <summary>Queries with predicates outside the part of XPath that is known here; they get no answer.</summary>
    public long UnsupportedQueries => Interlocked.Read(ref unsupportedQueries);

    /// <summary>Queries and time probes dropped because too many came in a second.</summary>
    public long RateLimited => Interlocked.Read(ref rateLimited);

    /// <summary>Connections refused: too many at once, a wrong uid, or a protocol version below 1.10.</summary>
    public long RefusedConnections => Interlocked.Read(ref refusedConnections);

    /// <summary>Data connections closed because the other side broke the protocol.</summary>
    public long ProtocolErrors => Interlocked.Read(ref protocolErrors);

    /// <summary>Failures of accept (out of descriptors, for example).</summary>
    public long AcceptErrors => Interlocked.Read(ref acceptErrors);

    /// <summary>Discovery sockets that this system did not let us open, so that discovery has fewer ways.</summary>
    public long UnavailableSockets => Interlocked.Read(ref unavailableSockets);

    /// <summary>Discovery datagrams that this system could not send (no route to a multicast group, for example).</summary>
    public long Unreachable => Interlocked.Read(ref unreachable);

    internal void CountUnreachable() => Interlocked.Increment(ref unreachable);
    internal void CountMalformed() => Interlocked.Increment(ref malformed);
    internal void CountUnsupportedQuery() => Interlocked.Increment(ref unsupportedQueries);
    internal void CountRateLimited() => Interlocked.Increment(ref rateLimited);
    internal void CountRefusedConnection() => Interlocked.Increment(ref refusedConnections);
    internal void CountProtocolError() => Interlocked.Increment(ref protocolErrors);
    internal void CountAcceptError() => Interlocked.Increment(ref acceptErrors);
    internal void CountUnavailableSocket() => Interlocked.Increment(ref unavailableSockets);
}
