using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Listener;

/// <summary>
/// The head, stepped at a fixed rate: it follows the eye with a gain and a delay (critically damped, never faster than 140°/s [A]),
/// and sways. State only; <see cref="ListenerMotion"/> drives it.
/// </summary>
internal sealed class HeadModel
{
    private const double NaturalFrequency = 8; // rad/s: a 40° head turn then peaks near 120°/s
    private const double PitchGain = 0.5;
    private static readonly double SpeedLimitRad = Angles.ToRadians(140);

    private readonly double _stepS, _bodyYawRad, _gain, _eyeRangeRad;
    private readonly Vector3D _restM;
    private readonly Sway _swayYaw, _swayPitch, _swayRoll, _swayX, _swayY, _swayZ;
    private double _yaw, _yawRate, _yawTarget, _pitch, _pitchRate, _pitchTarget; // relative to the body, radians

    public HeadModel(ListenerProfile profile, Pose restingHead, double stepS, SeededRandom random)
    {
        _stepS = stepS;
        _restM = restingHead.PositionRoomM;
        _bodyYawRad = restingHead.RoomFromFrame.Apply(Vector3D.Front).AzimuthRad;
        _gain = profile.HeadGain;
        _eyeRangeRad = Angles.ToRadians(profile.EyeRangeDeg);
        _swayYaw = new Sway(Angles.ToRadians(1.2), stepS, random);
        _swayPitch = new Sway(Angles.ToRadians(0.8), stepS, random);
        _swayRoll = new Sway(Angles.ToRadians(0.8), stepS, random);
        _swayX = new Sway(0.004, stepS, random);
        _swayY = new Sway(0.004, stepS, random);
        _swayZ = new Sway(0.002, stepS, random);
    }

    public double YawRad => _bodyYawRad + _yaw + _swayYaw.Value;
    public double PitchRad => _pitch + _swayPitch.Value;
    public double RollRad => _swayRoll.Value;
    public Vector3D PositionRoomM => _restM + new Vector3D(_swayX.Value, _swayY.Value, _swayZ.Value);

    /// <summary>Sets what the head turns towards, given a gaze target in ROOM angles: gain × azimuth, and further where the eye would leave its range.</summary>
    public void TurnTowards(double azimuthRoomRad, double elevationRad)
    {
        double azimuth = Angles.WrapRad(azimuthRoomRad - _bodyYawRad);
        double yaw = _gain * azimuth;
        _yawTarget = Math.Clamp(yaw, azimuth - _eyeRangeRad, azimuth + _eyeRangeRad);
        _pitchTarget = PitchGain * elevationRad;
    }

    public void Step()
    {
        Track(_yawTarget, ref _yaw, ref _yawRate);
        Track(_pitchTarget, ref _pitch, ref _pitchRate);
        _swayYaw.Step(); _swayPitch.Step(); _swayRoll.Step();
        _swayX.Step(); _swayY.Step(); _swayZ.Step();
    }

    private void Track(double target, ref double angle, ref double rate)
    {
        rate += _stepS * (NaturalFrequency * NaturalFrequency * (target - angle) - 2 * NaturalFrequency * rate);
        rate = Math.Clamp(rate, -SpeedLimitRad, SpeedLimitRad);
        angle += _stepS * rate;
    }

    /// <summary>Slow random movement with a given standard deviation: Ornstein–Uhlenbeck (2.5 s), smoothed (0.3 s). R.</summary>
    private sealed class Sway
    {
        private const double TauS = 2.5, SmoothS = 0.3;
        private readonly double _keep, _kick, _blend;
        private readonly SeededRandom _random;
        private double _raw;

        public Sway(double sd, double stepS, SeededRandom random)
        {
            _random = random;
            _keep = Math.Exp(-stepS / TauS);
            // The smoothing takes variance in the ratio τ / (τ + τs).
            double rawSd = sd * Math.Sqrt((TauS + SmoothS) / TauS);
            _kick = rawSd * Math.Sqrt(1 - _keep * _keep);
            _blend = 1 - Math.Exp(-stepS / SmoothS);
            _raw = rawSd * random.Normal();
            Value = sd * random.Normal();
        }

        public double Value { get; private set; }

        public void Step()
        {
            _raw = _keep * _raw + _kick * _random.Normal();
            Value += _blend * (_raw - Value);
        }
    }
}
