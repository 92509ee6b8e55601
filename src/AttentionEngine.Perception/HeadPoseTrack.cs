using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <summary>Head pose at any recent time: interpolated between samples, held after the last one, stale after the rig's time.</summary>
internal sealed class HeadPoseTrack(double staleS)
{
    private readonly TimedSamples _samples = new(HeadPoseChunk.ChannelCount, capacity: 256);

    /// <summary>Until the first pose: at the origin of ROOM, looking along x.</summary>
    private Pose _last = new(Vector3D.Zero, Rotation.Identity);

    public void Add(HeadPoseChunk chunk) => _samples.Add(chunk.Samples);

    /// <param name="ageS">Seconds since the newest usable sample at <paramref name="timeS"/>; infinite when there is none.</param>
    /// <returns>Whether the pose is not stale. A stale pose is the last one known.</returns>
    public bool TryGet(double timeS, out Pose pose, out double ageS)
    {
        int age = _samples.AgeAt(timeS);
        while (age >= 0 && age < _samples.Count && !IsPose(_samples.Frame(age))) age++; // a tracker writes NaN or zeros while it is lost
        if (age < 0 || age >= _samples.Count) { pose = _last; ageS = double.PositiveInfinity; return false; }
        double beforeS = _samples.TimeS(age);
        pose = ToPose(_samples.Frame(age));
        ageS = timeS - beforeS;
        if (age > 0 && IsPose(_samples.Frame(age - 1)) && _samples.TimeS(age - 1) - beforeS is > 0 and var spanS && spanS <= staleS)
        {
            pose = Interpolate(pose, ToPose(_samples.Frame(age - 1)), ageS / spanS);
            ageS = 0;
        }
        _last = pose;
        return ageS <= staleS;
    }

    private static bool IsPose(ReadOnlySpan<float> v)
    {
        float sum = 0;
        foreach (float x in v) sum += x;
        double norm = (double)v[3] * v[3] + (double)v[4] * v[4] + (double)v[5] * v[5] + (double)v[6] * v[6];
        return float.IsFinite(sum) && norm is > 0.5 and < 2; // a unit quaternion, with room for rounding
    }

    private static Pose ToPose(ReadOnlySpan<float> v) => new(new Vector3D(v[0], v[1], v[2]), new Rotation(v[3], v[4], v[5], v[6]).Normalized());

    /// <summary>Linear in position; normalised linear in rotation, which differs from the great arc by less than 0.01 degrees at 140 degrees/s and 10 ms.</summary>
    private static Pose Interpolate(Pose a, Pose b, double t)
    {
        Rotation p = a.RoomFromFrame, q = b.RoomFromFrame;
        double sign = p.W * q.W + p.X * q.X + p.Y * q.Y + p.Z * q.Z < 0 ? -1 : 1; // q and −q are the same rotation
        var mixed = new Rotation(
            (1 - t) * p.W + t * sign * q.W, (1 - t) * p.X + t * sign * q.X,
            (1 - t) * p.Y + t * sign * q.Y, (1 - t) * p.Z + t * sign * q.Z);
        return new Pose((1 - t) * a.PositionRoomM + t * b.PositionRoomM, mixed.Normalized());
    }
}
