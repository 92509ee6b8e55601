using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Perception;

/// <summary>
/// Who is where, who speaks and whose mouth moves, at each tick: from head pose, talker positions, the talkers' beams and the
/// ego camera. World-locked: head rotation is removed before anything is fused. Runs on one Stream thread; nothing is
/// allocated after the constructor; no clock is read: the same calls give the same scene.
/// </summary>
public sealed class PerceptionStage
{
    private const double PositionSdM = 0.03;        // of a tracked or measured talker position
    private const double HeadDriftRadPerS = 0.5;    // growth of the uncertainty while no pose comes
    private const double DefaultStaleS = 0.5;

    private readonly IReadOnlyList<string> _talkerIds;
    private readonly HeadPoseTrack _head;
    private readonly bool _tracked;
    private readonly TalkerPositions _positions;
    private readonly BeamActivity _activity;
    private readonly MouthMotion? _mouth;
    private readonly double _cameraStaleS;
    private double _lastFrameS = double.NegativeInfinity;

    /// <param name="talkerIds">The session's talkers, K ≥ 1, in the order of every [K] array.</param>
    public PerceptionStage(Rig rig, IReadOnlyList<string> talkerIds)
    {
        _talkerIds = talkerIds;
        _tracked = rig.Find(StreamRole.Head) is not null;
        _head = new HeadPoseTrack(StaleS(rig, StreamRole.Head));
        _positions = new TalkerPositions(rig, talkerIds);
        _activity = new BeamActivity(talkerIds.Count, rig.Attention.TickMs * 1e-3);
        _mouth = rig.EgoCamera is { } camera ? new MouthMotion(camera, talkerIds.Count) : null;
        _cameraStaleS = StaleS(rig, StreamRole.EgoCamera);
    }

    public int TalkerCount => _talkerIds.Count;

    public void AddHead(HeadPoseChunk chunk) => _head.Add(chunk);

    /// <param name="chunk">[frames × 3K] x, y, z of each talker in ROOM, metres, in the order of the ids; NaN where unknown.</param>
    public void AddTalkerPositions(SampleChunk chunk) => _positions.Add(chunk);

    /// <param name="beams">[K × frames] planar: this tick's talker beams before any attention gain.</param>
    public void AddBeams(ReadOnlySpan<float> beams) => _activity.Add(beams);

    /// <summary>A picture of the ego camera. Head pose and positions up to its capture time should have been added before.</summary>
    public void AddFrame(VideoFrame frame)
    {
        if (_mouth is null || !_mouth.BeginFrame(frame)) return;
        double timeS = frame.CaptureTime.Seconds;
        _lastFrameS = timeS;
        if (!_head.TryGet(timeS, out Pose head, out _)) { _mouth.Lose(); return; }
        _positions.MoveTo(timeS);
        for (int k = 0; k < _positions.Count; k++)
            _mouth.AddFace(frame, k, _positions.TryGet(k, out Vector3D mouthRoomM) ? head.ToFrame(mouthRoomM) : Vector3D.Zero);
    }

    /// <summary>Fills <paramref name="scene"/> with what is known at <paramref name="time"/>. Once a tick.</summary>
    /// <param name="scene">Capacity ≥ K.</param>
    public void Update(StreamTime time, TalkerScene scene)
    {
        double timeS = time.Seconds;
        _activity.Update();
        _positions.MoveTo(timeS);
        scene.Time = time;
        scene.Count = TalkerCount;
        scene.HeadValid = _head.TryGet(timeS, out Pose head, out double headAgeS);
        if (!_tracked) headAgeS = 0; // a rig without a head tracker: the head stays where it is
        scene.RoomFromHead = head;
        if (_mouth is not null && !(timeS - _lastFrameS <= _cameraStaleS)) _mouth.Lose();
        for (int k = 0; k < TalkerCount; k++) Fill(scene.Talkers[k], k, head, headAgeS);
    }

    private void Fill(TalkerTrack track, int k, Pose head, double headAgeS)
    {
        track.Id = _talkerIds[k];
        if (_positions.TryGet(k, out Vector3D positionRoomM))
        {
            Vector3D offsetRoomM = positionRoomM - head.PositionRoomM;
            track.DirectionRoom = offsetRoomM.Normalized();
            track.DirectionHead = head.RoomFromFrame.Inverse().Apply(track.DirectionRoom);
            double positionSd = PositionSdM / Math.Max(0.1, offsetRoomM.Norm), headSd = HeadDriftRadPerS * headAgeS;
            track.DirectionSdRad = Math.Min(Math.PI, Math.Sqrt(positionSd * positionSd + headSd * headSd));
        }
        else
        {
            track.DirectionRoom = track.DirectionHead = Vector3D.Front;
            track.DirectionSdRad = Math.PI; // anywhere
        }
        track.BeamLevelDb = (float)_activity.LevelDb(k);
        track.Activity = (float)_activity.Probability(k);
        track.InView = _mouth?.InView(k) ?? false;
        track.MouthMotion = (float)(_mouth?.Motion(k) ?? 0);
        track.FaceYawRad = float.NaN;
    }

    private static double StaleS(Rig rig, StreamRole role) => rig.Find(role) is { } stream ? stream.StaleMs * 1e-3 : DefaultStaleS;
}
