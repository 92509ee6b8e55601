using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>Where each role's frames enter the graph.</summary>
public static class FeedTargets
{
    /// <returns>Null for a stream that is recorded but not processed.</returns>
    /// <exception cref="InputDataException">The stream's channel count does not fit its role.</exception>
    public static IFeedTarget? For(StreamRole role, StreamInfo info, Rig rig, AttentionPipeline pipeline, string? videoPath, IHealthSink health)
    {
        switch (role)
        {
            case StreamRole.Audio:
                Require(role, info, rig.Array.Count);
                return pipeline.Audio;
            case StreamRole.Head:
                Require(role, info, HeadPoseChunk.ChannelCount);
                break;
            case StreamRole.Gaze:
                Require(role, info, GazeChunk.ChannelCount);
                break;
            case StreamRole.EgoCamera:
                Require(role, info, 1);
                if (pipeline.Inputs.Frames is null) return null;
                return videoPath is null
                    ? throw new InputDataException($"stream `{info.Name}` names no video: expected desc/video/uri with the path of a mono y4m file.")
                    : new FrameTarget(pipeline.Inputs.Frames, videoPath, health);
            case StreamRole.Markers or StreamRole.SceneCamera:
                return null;
        }
        return pipeline.Inputs.Buffer(role) is { } buffer ? new BufferTarget(buffer) : null;
    }

    /// <summary>The video that a frame-index stream names, or null; a relative path counts from the session's folder.</summary>
    /// <exception cref="InputDataException">Not a y4m file: metadata come from the network and must not make the engine open anything else.</exception>
    public static string? VideoPath(StreamInfo info, string sessionRoot)
    {
        if (info.Desc.Element("video")?.Element("uri")?.Value is not { } uri) return null;
        return Path.GetExtension(uri) == ".y4m" ? Path.GetFullPath(Path.Combine(sessionRoot, uri))
            : throw new InputDataException($"stream `{info.Name}` names the video `{uri}`; expected the path of a .y4m file.");
    }

    private static void Require(StreamRole role, StreamInfo info, int channels)
    {
        if (info.ChannelCount != channels)
            throw new InputDataException($"{role} stream `{info.Name}` has {info.ChannelCount} channels, expected {channels} (rigs/README.md lists them).");
    }
}
