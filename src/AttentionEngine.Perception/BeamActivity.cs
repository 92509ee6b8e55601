using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Perception;

/// <summary>
/// Who is speaking, from the levels of the talkers' beams. A beam also carries what leaks in from the others: the leakage of
/// talker k into beam j is learned as the low quantile of level j − level k while k is loud (there j is silent some of the
/// time), each tick is unmixed with it, and a talker is active when what remains stands clear of floor and leakage.
/// </summary>
internal sealed class BeamActivity
{
    private const double PreEmphasis = 0.9;        // beams of a head-sized array separate little below 1 kHz
    private const double AbsoluteFloor = 1e-10;    // −100 dBFS: digital silence is never speech
    private const double InitialLeakageDb = -9, MostLeakageDb = -1, LeastLeakageDb = -30;
    private const double LeakageQuantile = 0.15, LeakageStepDb = 0.4;
    private const double LoudDb = 10;              // a talker this far over its floor teaches the leakage
    private const double CentreDb = 3, SlopePerDb = 0.6; // the logistic's middle and steepness
    private const double AttackS = 0.04, ReleaseS = 0.25, LevelS = 0.06;
    private const double Unknown = 0.5;
    private const double Ln10 = 2.302585092994046;

    private readonly int _talkers;
    private readonly double _attack, _release, _smoothing;
    private readonly float[] _lastSample;
    private readonly double[] _power, _floor, _clean, _leakageDb, _leakage, _activity, _levelDb;
    private readonly MinimumFloor[] _floors;
    private bool _started, _fed;

    public BeamActivity(int talkers, double tickS)
    {
        _talkers = talkers;
        (_attack, _release, _smoothing) = (Share(tickS, AttackS), Share(tickS, ReleaseS), Share(tickS, LevelS));
        _lastSample = new float[talkers];
        _power = new double[talkers];
        _floor = new double[talkers];
        _clean = new double[talkers];
        _levelDb = new double[talkers];
        _activity = new double[talkers];
        _leakageDb = new double[talkers * talkers];
        _leakage = new double[talkers * talkers];
        _floors = new MinimumFloor[talkers];
        Array.Fill(_levelDb, ToDb(AbsoluteFloor));
        Array.Fill(_activity, Unknown);
        Array.Fill(_leakageDb, InitialLeakageDb);
        Array.Fill(_leakage, ToPower(InitialLeakageDb));
        for (int k = 0; k < talkers; k++) _floors[k] = new MinimumFloor(Math.Max(1, (int)Math.Round(1.25 / tickS)));
    }

    /// <summary>Level of the talker's beam over the last fed tick, dB relative to full scale.</summary>
    public double LevelDb(int talker) => _levelDb[talker];

    /// <summary>Probability that the talker is speaking, [0, 1].</summary>
    public double Probability(int talker) => _activity[talker];

    /// <summary>Learned leakage of one talker into another's beam, dB (≤ 0).</summary>
    public double LeakageDb(int from, int into) => _leakageDb[into * _talkers + from];

    /// <param name="beams">[K × frames] planar: this tick's talker beams, before any attention gain.</param>
    public void Add(ReadOnlySpan<float> beams)
    {
        if (beams.Length % _talkers != 0)
            throw new ArgumentException($"{beams.Length} beam samples cannot be {_talkers} talkers of equal length.");
        int frames = beams.Length / _talkers;
        if (frames == 0) return;
        for (int k = 0; k < _talkers; k++)
        {
            (double flat, double emphasised) = Powers(beams.Slice(k * frames, frames), ref _lastSample[k]);
            _levelDb[k] = ToDb(flat + AbsoluteFloor);
            _power[k] = _started ? _power[k] + _smoothing * (emphasised - _power[k]) : emphasised;
            _floor[k] = _floors[k].Update(_power[k]) + AbsoluteFloor;
        }
        _started = _fed = true;
    }

    /// <summary>Ends the tick. Without beams the probabilities drift to "unknown" (0.5).</summary>
    public void Update()
    {
        if (_fed)
        {
            LearnLeakage();
            Unmix();
        }
        for (int k = 0; k < _talkers; k++)
        {
            double now = _fed ? Now(k) : Unknown;
            _activity[k] += (_fed && now > _activity[k] ? _attack : _release) * (now - _activity[k]);
        }
        _fed = false;
    }

    private static (double Flat, double Emphasised) Powers(ReadOnlySpan<float> beam, ref float last)
    {
        double flat = 0, emphasised = 0, previous = last;
        foreach (float sample in beam)
        {
            double x = float.IsFinite(sample) ? sample : 0, d = x - PreEmphasis * previous;
            flat += x * x;
            emphasised += d * d;
            previous = x;
        }
        last = (float)previous;
        return (flat / beam.Length, emphasised / beam.Length);
    }

    private void LearnLeakage()
    {
        for (int k = 0; k < _talkers; k++)
        {
            double overFloorDb = ToDb(_power[k] / _floor[k]);
            if (!(overFloorDb > LoudDb)) continue;
            for (int j = 0; j < _talkers; j++)
            {
                if (j == k) continue;
                double ratioDb = ToDb((_power[j] + AbsoluteFloor) / _power[k]);
                ref double leakageDb = ref _leakageDb[j * _talkers + k];
                leakageDb += LeakageStepDb * (ratioDb > leakageDb ? LeakageQuantile : LeakageQuantile - 1);
                leakageDb = Math.Clamp(leakageDb, LeastLeakageDb, MostLeakageDb);
                _leakage[j * _talkers + k] = ToPower(leakageDb);
            }
        }
    }

    /// <summary>Non-negative powers s with power = s + leakage · s, by projected Gauss–Seidel from the measured powers.</summary>
    private void Unmix()
    {
        _power.CopyTo(_clean.AsSpan());
        for (int sweep = 0; sweep < 8; sweep++)
            for (int j = 0; j < _talkers; j++)
                _clean[j] = Math.Max(0, _power[j] - LeakedInto(j));
    }

    private double LeakedInto(int j)
    {
        double sum = 0;
        for (int k = 0; k < _talkers; k++)
            if (k != j) sum += _leakage[j * _talkers + k] * _clean[k];
        return sum;
    }

    private double Now(int k)
    {
        double marginDb = ToDb((_clean[k] + AbsoluteFloor) / (_floor[k] + 0.5 * LeakedInto(k)));
        return 1 / (1 + ExactMath.Exp(-SlopePerDb * (marginDb - CentreDb)));
    }

    private static double ToDb(double power) => 10 / Ln10 * ExactMath.Log(power);

    private static double ToPower(double levelDb) => ExactMath.Exp(levelDb * (Ln10 / 10));

    private static double Share(double tickS, double timeConstantS) => 1 - ExactMath.Exp(-tickS / timeConstantS);
}
