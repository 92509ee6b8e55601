using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception;

namespace AttentionEngine.Tests.Perception;

/// <summary>Feeds a perception stage by hand.</summary>
internal sealed class PerceptionHarness
{
    public static readonly CameraModel Camera = new(320, 180, 110, 25);

    public static Rig MakeRig(params FixedTalker[] fixedTalkers) => new()
    {
        Name = "test",
        FilePath = "test.yaml",
        Array = new MicrophoneArray(HeadModelKind.RigidSphere, 0.083, 16000, [new Microphone("m", new Vector3D(0, 0.083, 0))], 0, 0),
        Streams = [new RigStream(StreamRole.Head, "head", null, true, 0, 500), new RigStream(StreamRole.EgoCamera, "camera", null, false, 0, 1000)],
        FixedTalkers = fixedTalkers,
        EgoCamera = Camera,
        AudioPath = new AudioPathSettings(2, 16, 4, -12, "mwf", -3),
        Attention = new AttentionSettings("", null, 40, 0.5, 0.3),
    };

    private readonly double[] _timeS = new double[1];
    private readonly float[] _pose = new float[7];
    private readonly float[] _positions;

    public PerceptionHarness(int talkers, Rig? rig = null)
    {
        Stage = new PerceptionStage(rig ?? MakeRig(), [.. Enumerable.Range(0, talkers).Select(k => $"t{k}")]);
        Scene = new TalkerScene(talkers);
        _positions = new float[3 * talkers];
    }

    public PerceptionStage Stage { get; }
    public TalkerScene Scene { get; }

    public void Head(double timeS, double yawRad, Vector3D position = default)
    {
        Rotation r = Rotation.FromYawPitchRoll(yawRad);
        _timeS[0] = timeS;
        (_pose[0], _pose[1], _pose[2]) = ((float)position.X, (float)position.Y, (float)position.Z);
        (_pose[3], _pose[4], _pose[5], _pose[6]) = ((float)r.W, (float)r.X, (float)r.Y, (float)r.Z);
        Stage.AddHead(new HeadPoseChunk(new SampleChunk(_pose, _timeS, 7, 0, timeS)));
    }

    public void HeadLost(double timeS)
    {
        Array.Fill(_pose, float.NaN);
        _timeS[0] = timeS;
        Stage.AddHead(new HeadPoseChunk(new SampleChunk(_pose, _timeS, 7, 0, timeS)));
    }

    public void Positions(double timeS, ReadOnlySpan<Vector3D> talkersRoomM)
    {
        for (int k = 0; k < talkersRoomM.Length; k++)
            (_positions[3 * k], _positions[3 * k + 1], _positions[3 * k + 2]) = ((float)talkersRoomM[k].X, (float)talkersRoomM[k].Y, (float)talkersRoomM[k].Z);
        _timeS[0] = timeS;
        Stage.AddTalkerPositions(new SampleChunk(_positions, _timeS, _positions.Length, 0, timeS));
    }

    public TalkerScene Update(double timeS)
    {
        Stage.Update(StreamTime.FromSeconds(timeS), Scene);
        return Scene;
    }
}
