using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Gaze;

/// <summary>
/// On whom gaze rests, given what the tracker's error makes of it: talkers' directions blurred by their own and the tracker's standard deviation
/// (round Gaussians on the tangent plane), and a uniform share for looking at nobody. Dwell is the expected time. No allocation per sample.
/// </summary>
/// <param name="trackerSdRad">Accuracy and precision of the tracker together.</param>
/// <param name="faceSdRad">How far from the mouth people look who look at a face.</param>
/// <param name="nobody">Share of time that gaze is on no talker, before looking.</param>
public sealed class GazeDwell(int talkers, double trackerSdRad, double faceSdRad = 0.035, double nobody = 0.3)
{
    private readonly double[] _dwellS = new double[talkers], _probability = new double[talkers];

    /// <summary>[K] expected seconds.</summary>
    public ReadOnlySpan<double> DwellS => _dwellS;

    /// <summary>[K] of the last sample; what is missing to 1 is nobody.</summary>
    public ReadOnlySpan<double> Probability => _probability;

    /// <param name="directions">[K] unit vectors, same frame as gaze.</param>
    /// <param name="sdRad">[K] standard deviation of each.</param>
    /// <param name="durationS">That the sample stands for.</param>
    public void Add(Vector3D gaze, ReadOnlySpan<Vector3D> directions, ReadOnlySpan<double> sdRad, double durationS)
    {
        double sum = nobody / (4 * Math.PI); // density over the sphere
        for (int k = 0; k < _probability.Length; k++)
        {
            double variance = trackerSdRad * trackerSdRad + faceSdRad * faceSdRad + sdRad[k] * sdRad[k], angle = gaze.AngleTo(directions[k]);
            _probability[k] = (1 - nobody) / _probability.Length * ExactMath.Exp(-0.5 * angle * angle / variance) / (2 * Math.PI * variance);
            sum += _probability[k];
        }
        for (int k = 0; k < _probability.Length; k++)
        {
            _probability[k] /= sum;
            _dwellS[k] += _probability[k] * durationS;
        }
    }
}

/// <summary>
/// The tracker's slow offset in HEAD, from fixations on targets whose place is known: a running mean of the error in yaw and pitch. An error
/// larger than the limit is somebody looking elsewhere and is left out. For offsets of a few degrees.
/// </summary>
/// <param name="limitRad">Largest error that is believed.</param>
/// <param name="memory">Fixations over which the mean runs.</param>
public sealed class GazeDriftCorrection(double limitRad = 0.15, double memory = 8)
{
    private double _yawRad, _pitchRad;

    /// <summary>Fixations believed so far.</summary>
    public int Count { get; private set; }

    /// <summary>Fixations left out.</summary>
    public int Rejected { get; private set; }

    /// <summary>Size of the offset, radians.</summary>
    public double OffsetRad => Math.Sqrt(_yawRad * _yawRad + _pitchRad * _pitchRad);

    /// <param name="measuredHead">Uncorrected mean of a fixation.</param>
    /// <param name="targetHead">Where the target was.</param>
    /// <returns>Whether it was believed.</returns>
    public bool Learn(Vector3D measuredHead, Vector3D targetHead)
    {
        double yaw = Angles.WrapRad(measuredHead.AzimuthRad - targetHead.AzimuthRad), pitch = measuredHead.ElevationRad - targetHead.ElevationRad;
        if (Math.Abs(yaw) > limitRad || Math.Abs(pitch) > limitRad) { Rejected++; return false; }
        Count++;
        double share = 1 / Math.Min(Count, memory);
        _yawRad += share * (yaw - _yawRad);
        _pitchRad += share * (pitch - _pitchRad);
        return true;
    }

    public Vector3D Apply(Vector3D directionHead) => Vector3D.FromAzimuthElevation(directionHead.AzimuthRad - _yawRad, directionHead.ElevationRad - _pitchRad);
}
