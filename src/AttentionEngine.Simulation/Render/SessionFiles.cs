using AttentionEngine.Core.Sessions;

namespace AttentionEngine.Simulation.Render;

/// <summary>Files that a simulated laboratory leaves in a session's folder beside the streams.</summary>
public static class SessionFiles
{
    /// <summary>Writes the ego camera's pictures where the stream's metadata say.</summary>
    public static void WriteVideo(SimulatedSession session, SessionFolder folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(session);
        cancellation.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.EgoVideo)!);
    }
}
