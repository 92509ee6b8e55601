using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Simulation.Camera;

/// <summary>
/// The head-fixed camera's pictures: talkers as simple shaded heads whose mouths open with their dry speech, in front of walls that move
/// as the head turns, with sensor noise and a slow drift of exposure. A picture depends on its index only, not on the order of calls;
/// nothing is allocated per picture. Geometry: <see cref="HeadCamera"/>. Not thread-safe.
/// </summary>
public sealed class EgoCameraRenderer
{
    private const double NoiseGrey = 2.5;
    private const int NoiseLength = 1 << 15;
    private const float ClosedMouth = 0.15f; // envelope below which the mouth is closed, relative to loud speech

    private readonly CameraModel _camera;
    private readonly IReadOnlyList<SceneTalker> _talkers;
    private readonly IHeadTrajectory _head;
    private readonly float[][] _facing;
    private readonly float[][] _mouth; // [talkers][frames] opening in [0, 1]
    private readonly float[] _skin, _hair, _cloth;
    private readonly RoomTexture _walls;
    private readonly sbyte[] _noise = new sbyte[NoiseLength];
    private readonly ulong _noiseSeed;
    private readonly double _exposurePhase;
    private readonly int[] _order;
    private readonly double[] _depthM;

    /// <param name="envelopes">[talkers] dry envelopes on the 64 Hz grid from time 0 (<see cref="Eeg.EegSimulator.DryEnvelope"/>).</param>
    public EgoCameraRenderer(CameraModel camera, IReadOnlyList<SceneTalker> talkers, ConversationPlan plan, IReadOnlyList<float[]> envelopes, IHeadTrajectory head, SeededRandom random)
    {
        if (envelopes.Count != talkers.Count) throw new ArgumentException($"{envelopes.Count} envelopes given for {talkers.Count} talkers.", nameof(envelopes));
        (_camera, _talkers, _head) = (camera, talkers, head);
        FrameCount = (int)Math.Ceiling(plan.DurationS * camera.RateHz);
        _facing = TalkerFacing.Azimuths(plan, talkers, head.HeadAt(0).PositionRoomM, camera.RateHz, FrameCount, random.Fork("facing"));
        _mouth = [.. envelopes.Select(e => MouthOpening(e, camera.RateHz, FrameCount))];
        var look = random.Fork("looks");
        _skin = Draw(talkers.Count, look, 150, 205);
        _hair = Draw(talkers.Count, look, 25, 110);
        _cloth = Draw(talkers.Count, look, 40, 150);
        _walls = new RoomTexture(camera, random.Fork("walls"));
        var noise = random.Fork("noise");
        for (int i = 0; i < NoiseLength; i++) _noise[i] = (sbyte)Math.Clamp(Math.Round(noise.Normal(0, NoiseGrey)), -12, 12);
        _noiseSeed = noise.NextUInt64();
        _exposurePhase = noise.Uniform(0, 2 * Math.PI);
        _order = new int[talkers.Count];
        _depthM = new double[talkers.Count];
    }

    /// <summary>Pictures in the scene; picture i is taken at i / <see cref="CameraModel.RateHz"/> s.</summary>
    public int FrameCount { get; }

    /// <param name="frameIndex">0 to <see cref="FrameCount"/> − 1.</param>
    /// <param name="gray">[height × width] luminance, row-major, top row first; overwritten.</param>
    public void Render(int frameIndex, Span<byte> gray)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frameIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frameIndex, FrameCount);
        if (gray.Length != _camera.WidthPx * _camera.HeightPx)
            throw new ArgumentException($"A picture has {_camera.WidthPx} × {_camera.HeightPx} = {_camera.WidthPx * _camera.HeightPx} bytes, not {gray.Length}.", nameof(gray));
        double t = frameIndex / _camera.RateHz;
        var head = _head.HeadAt(t);
        var front = head.RoomFromFrame.Apply(Vector3D.Front);
        _walls.Draw(front.AzimuthRad, front.ElevationRad, gray);
        SortFarToNear(head);
        var canvas = new Canvas(gray, _camera.WidthPx, _camera.HeightPx);
        foreach (int k in _order)
            if (HeadCamera.TryProject(_camera, head.ToFrame(_talkers[k].PositionRoomM), out var face))
            {
                double toCamera = (head.PositionRoomM - _talkers[k].PositionRoomM).AzimuthRad;
                DrawTalker(canvas, k, face, (float)Angles.WrapRad(_facing[k][frameIndex] - toCamera), _mouth[k][frameIndex]);
            }
        Expose(frameIndex, t, gray);
    }

    private void SortFarToNear(Pose head)
    {
        for (int k = 0; k < _order.Length; k++)
        {
            _depthM[k] = head.ToFrame(_talkers[k].PositionRoomM).X;
            int place = k;
            for (; place > 0 && _depthM[_order[place - 1]] < _depthM[k]; place--) _order[place] = _order[place - 1];
            _order[place] = k;
        }
    }

    /// <param name="yawRad">Face direction relative to the direction to the camera; positive turns the nose to the right of the picture.</param>
    /// <param name="open">Mouth opening in [0, 1].</param>
    private void DrawTalker(Canvas canvas, int k, FaceInPicture face, float yawRad, float open)
    {
        float m = (float)face.PxPerM, x = (float)face.MouthXPx, y = (float)face.MouthYPx;
        float sin = MathF.Sin(yawRad), cos = MathF.Cos(yawRad);
        // The mouth stays where the sound comes from; the skull lies behind it.
        float skullX = x - 0.07f * sin * m, skullY = y - (float)HeadCamera.MouthBelowFaceCentreM * m;
        float halfWidth = (float)HeadCamera.FaceWidthM / 2 * m, halfHeight = (float)HeadCamera.FaceHeightM / 2 * m;
        canvas.Ellipse(skullX, y + 0.07f * m, 0.055f * m, 0.10f * m, 0.6f * _skin[k]);
        canvas.Ellipse(skullX, y + 0.60f * m, 0.24f * m, 0.49f * m, _cloth[k], 0.3f);
        canvas.Ellipse(skullX, skullY, halfWidth, halfHeight, _hair[k], 0.2f);
        if (cos < 0.1f) return; // seen from behind
        canvas.Ellipse(skullX + 0.02f * sin * m, skullY, halfWidth * (0.75f + 0.25f * cos), halfHeight, _skin[k], 0.35f, topPx: skullY - 0.55f * halfHeight);
        float eyeY = y - 0.075f * m;
        canvas.Ellipse(x - 0.033f * cos * m, eyeY, 0.013f * cos * m, 0.007f * m, 35);
        canvas.Ellipse(x + 0.033f * cos * m, eyeY, 0.013f * cos * m, 0.007f * m, 35);
        canvas.Ellipse(x + 0.022f * sin * m, y - 0.035f * m, 0.009f * m, 0.022f * m, 0.8f * _skin[k]);
        canvas.Ellipse(x, y, (0.026f - 0.004f * open) * cos * m, (0.003f + 0.016f * open) * m, 40);
    }

    private void Expose(int frameIndex, double t, Span<byte> gray)
    {
        int gain = (int)(256 * (1 + 0.03 * Math.Sin(2 * Math.PI * t / 17 + _exposurePhase) + 0.015 * Math.Sin(2 * Math.PI * t / 5.3 + 2 * _exposurePhase)));
        int width = _camera.WidthPx;
        for (int row = 0; row < _camera.HeightPx; row++)
        {
            ulong hash = (_noiseSeed ^ ((ulong)frameIndex << 20) ^ (ulong)row) * 0x9E3779B97F4A7C15UL;
            int offset = (int)((hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9UL >> 49);
            var line = gray.Slice(row * width, width);
            for (int i = 0; i < line.Length; i++)
                line[i] = (byte)Math.Clamp((line[i] * gain >> 8) + _noise[(offset + i) & (NoiseLength - 1)], 0, 255);
        }
    }

    /// <summary>Opening per picture: the envelope above a threshold, relative to its loud parts (the largest tenth of what is not silent).</summary>
    private static float[] MouthOpening(float[] envelope, double rateHz, int frames)
    {
        var opening = new float[frames];
        float largest = envelope.Length > 0 ? envelope.Max() : 0;
        float[] spoken = [.. envelope.Where(v => v > 0.05f * largest).Order()];
        if (spoken.Length == 0) return opening;
        float loud = spoken[(int)(0.9 * (spoken.Length - 1))];
        for (int i = 0; i < frames; i++)
        {
            double place = i / rateHz * SpeechEnvelope.GridRateHz;
            int n = (int)place;
            if (n + 1 >= envelope.Length) break;
            float value = envelope[n] + (float)(place - n) * (envelope[n + 1] - envelope[n]);
            opening[i] = Math.Clamp((value / loud - ClosedMouth) / (1 - ClosedMouth), 0, 1);
        }
        return opening;
    }

    private static float[] Draw(int count, SeededRandom random, double low, double high)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)random.Uniform(low, high);
        return values;
    }
}
