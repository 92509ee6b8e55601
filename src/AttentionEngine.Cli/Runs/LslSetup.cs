using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Capture.NativeLsl;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Runs;

/// <summary>The one place where a command gets its LSL: the rig says how far it reaches, lsl_api.cfg how.</summary>
internal static class LslSetup
{
    /// <param name="network">Of the rig, or null without one.</param>
    /// <param name="bind">From the command line; counts before the rig.</param>
    /// <param name="sessionId">From the command line; counts before the rig and lsl_api.cfg.</param>
    public static LslTransport Open(RigNetwork? network = null, IPAddress? bind = null, string? sessionId = null) => new(Options(network, bind, sessionId));

    /// <summary>On this machine alone, for a simulated source with a clock of its own.</summary>
    public static LslTransport OpenAhead(Func<double> clockAheadS) => new(Options(null, null, null) with { ClockAheadS = clockAheadS });

    /// <summary>The rig's backend: the managed protocol, or the installed liblsl.</summary>
    public static IStreamTransport OpenBackend(RigNetwork network, IPAddress? bind = null) =>
        network.NativeBackend ? new NativeLslTransport(Options(network, bind, null)) : Open(network, bind);

    private static LslOptions Options(RigNetwork? network, IPAddress? bind, string? sessionId)
    {
        var config = LslConfigFile.Load(bind ?? network?.Bind ?? IPAddress.Loopback);
        foreach (string note in config.Notes) Console.Error.WriteLine($"attend: {note}");
        return config.Options with { SessionId = sessionId ?? network?.SessionId ?? config.Options.SessionId };
    }
}
