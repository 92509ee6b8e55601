using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>One talker as perception knows it at a tick. Mutable and reused: no allocation per tick.</summary>
public sealed class TalkerTrack
{
    public string Id { get; set; } = "";

    /// <summary>Unit vector from the listener's head to the talker, in ROOM axes.</summary>
    public Vector3D DirectionRoom { get; set; }

    /// <summary>The same direction in HEAD axes.</summary>
    public Vector3D DirectionHead { get; set; }

    /// <summary>Standard deviation of the direction, radians.</summary>
    public double DirectionSdRad { get; set; }

    /// <summary>Level of the talker's beam over the last tick, dB relative to full scale.</summary>
    public float BeamLevelDb { get; set; }

    /// <summary>Probability that the talker is speaking, from the beams, in [0, 1].</summary>
    public float Activity { get; set; }

    /// <summary>Whether the talker's face lies in the ego camera's picture.</summary>
    public bool InView { get; set; }

    /// <summary>Motion energy of the mouth region relative to the face region; 0 when not in view.</summary>
    public float MouthMotion { get; set; }

    /// <summary>Yaw of the face relative to the camera axis (0 = facing the listener), radians; NaN when unknown.</summary>
    public float FaceYawRad { get; set; }
}

/// <summary>All talkers at a tick, in a fixed order for the session. Mutable and reused.</summary>
public sealed class TalkerScene(int capacity)
{
    public StreamTime Time { get; set; }
    public int Count { get; set; }
    public TalkerTrack[] Talkers { get; } = MakeTracks(capacity);

    /// <summary>Head rotation, HEAD to ROOM, at <see cref="Time"/>.</summary>
    public Pose RoomFromHead { get; set; }

    /// <summary>Whether a head pose has been seen within its stale time.</summary>
    public bool HeadValid { get; set; }

    private static TalkerTrack[] MakeTracks(int capacity)
    {
        var tracks = new TalkerTrack[capacity];
        for (int i = 0; i < capacity; i++) tracks[i] = new TalkerTrack();
        return tracks;
    }
}
