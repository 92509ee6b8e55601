using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Sessions;

namespace AttentionEngine.Simulation.Render;

/// <summary>Files that a simulated laboratory leaves in a session's folder beside the streams.</summary>
public static class SessionFiles
{
    /// <summary>Writes the ego camera's pictures where the stream's metadata say; nothing when the rig has no camera.</summary>
    /// <exception cref="OperationCanceledException"/>
    public static void WriteVideo(SimulatedSession session, SessionFolder folder, CancellationToken cancellation)
    {
        if (session.EgoCamera is not { } renderer) return;
        var camera = session.Scene.Rig.EgoCamera!;
        string path = Path.Combine(folder.Root, SimulatedSession.EgoVideoUri);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        bool whole = camera.RateHz == Math.Round(camera.RateHz);
        using var video = new Y4mWriter(path, camera.WidthPx, camera.HeightPx, (int)Math.Round(whole ? camera.RateHz : 1000 * camera.RateHz), whole ? 1 : 1000);
        var gray = new byte[camera.WidthPx * camera.HeightPx];
        for (int i = 0; i < renderer.FrameCount; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            renderer.Render(i, gray);
            video.Append(gray);
        }
    }
}
