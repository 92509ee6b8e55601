using System.Net;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Runs;

/// <summary>The one place where a command gets its LSL: the rig says how far it reaches, lsl_api.cfg how.</summary>
internal static class LslSetup
{
    /// <param name="network">Of the rig, or null without one.</param>
    /// <param name="bind">From the command line; counts before the rig.</param>
    /// <param name="sessionId">From the command line; counts before the rig and lsl_api.cfg.</param>
    public static LslTransport Open(RigNetwork? network = null, IPAddress? bind = null, string? sessionId = null)
    {
        var config = LslConfigFile.Load(bind ?? network?.Bind ?? IPAddress.Loopback);
        foreach (string note in config.Notes) Console.Error.WriteLine($"attend: {note}");
        return new LslTransport(config.Options with { SessionId = sessionId ?? network?.SessionId ?? config.Options.SessionId });
    }
}
