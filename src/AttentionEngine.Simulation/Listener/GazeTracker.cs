using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Listener;

/// <summary>What an eye tracker makes of a true gaze direction: bias of the session, slip, sample noise, blinks and losses.</summary>
internal sealed class GazeTracker
{
    private const double PrecisionDeg = 0.2; // rms of the angle between consecutive directions, R
    private readonly ListenerProfile _profile;
    private readonly SeededRandom _random;
    private readonly List<Interval> _invalid;
    private int _next;
    private double _invalidUntilS = double.NegativeInfinity;

    public GazeTracker(ListenerProfile profile, ListenerSettings settings, IReadOnlyList<Interval> blinks, double durationS, SeededRandom random)
    {
        _profile = profile;
        _random = random.Fork("noise");
        _invalid = [.. blinks, .. Blinks.Dropouts(profile.TrackerDropout, durationS, random.Fork("dropouts"))];
        if (settings.TrackerDeadFromS is { } from) _invalid.Add(new Interval(from, from + settings.TrackerDeadForS));
        _invalid.Sort((a, b) => a.StartS.CompareTo(b.StartS));
    }

    /// <param name="timeS">Increasing from call to call.</param>
    /// <param name="trueHead">Unit vector in HEAD.</param>
    /// <param name="frame">[4] direction x, y, z and confidence.</param>
    public void Sample(double timeS, Vector3D trueHead, Span<float> frame)
    {
        double sdRad = Angles.ToRadians(PrecisionDeg / Math.Sqrt(2)); // in each of two axes
        double azimuth = trueHead.AzimuthRad + Angles.ToRadians(_profile.TrackerBiasAzimuthDeg + _profile.TrackerSlipDegPerMinute * timeS / 60) + _random.Normal(0, sdRad);
        double elevation = trueHead.ElevationRad + Angles.ToRadians(_profile.TrackerBiasElevationDeg) + _random.Normal(0, sdRad);
        double confidence = Math.Clamp(_random.Normal(0.95, 0.03), 0.6, 1);
        if (Invalid(timeS))
        {
            frame[..3].Fill(float.NaN);
            frame[3] = 0;
            return;
        }
        var d = Vector3D.FromAzimuthElevation(azimuth, elevation);
        (frame[0], frame[1], frame[2], frame[3]) = ((float)d.X, (float)d.Y, (float)d.Z, (float)confidence);
    }

    private bool Invalid(double timeS)
    {
        for (; _next < _invalid.Count && _invalid[_next].StartS <= timeS; _next++) _invalidUntilS = Math.Max(_invalidUntilS, _invalid[_next].EndS);
        return timeS < _invalidUntilS;
    }
}
