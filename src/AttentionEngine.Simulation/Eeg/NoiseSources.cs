using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>1/f noise of unit variance: a sum of first-order processes with corner frequencies an octave apart (van der Ziel 1950).</summary>
internal sealed class PinkNoise
{
    private const double LowestHz = 0.25;
    private const int Octaves = 9;
    private readonly double[] _state = new double[Octaves], _keep = new double[Octaves], _kick = new double[Octaves];
    private readonly SeededRandom _random;

    public PinkNoise(double rateHz, SeededRandom random)
    {
        _random = random;
        for (int k = 0; k < Octaves; k++)
        {
            _keep[k] = Math.Exp(-2 * Math.PI * LowestHz * (1 << k) / rateHz);
            _kick[k] = Math.Sqrt((1 - _keep[k] * _keep[k]) / Octaves);
            _state[k] = random.Normal() / Math.Sqrt(Octaves);
        }
    }

    public double Next()
    {
        double sum = 0;
        for (int k = 0; k < Octaves; k++)
        {
            _state[k] = _keep[k] * _state[k] + _kick[k] * _random.Normal();
            sum += _state[k];
        }
        return sum;
    }
}

/// <summary>A rhythm that waxes and wanes: noise through a resonator, times a slow random gain.</summary>
internal sealed class RhythmicBursts
{
    private const double BandwidthHz = 1.5, GainTauS = 1.2, GainSigma = 0.9;
    private readonly double _a1, _a2, _drive, _gainKeep, _gainKick;
    private readonly SeededRandom _random;
    private double _y1, _y2, _logGain;

    public RhythmicBursts(double frequencyHz, double rateHz, SeededRandom random)
    {
        _random = random;
        double radius = Math.Exp(-Math.PI * BandwidthHz / rateHz), theta = 2 * Math.PI * frequencyHz / rateHz;
        _a1 = 2 * radius * Math.Cos(theta);
        _a2 = -radius * radius;
        // Variance of a second-order autoregression driven by unit noise (Box & Jenkins).
        _drive = 1 / Math.Sqrt((1 - _a2) / ((1 + _a2) * ((1 - _a2) * (1 - _a2) - _a1 * _a1)));
        _gainKeep = Math.Exp(-1 / (GainTauS * rateHz));
        _gainKick = GainSigma * Math.Sqrt(1 - _gainKeep * _gainKeep);
        _logGain = GainSigma * random.Normal();
    }

    /// <summary>Root mean square about 1 where it bursts.</summary>
    public double Next()
    {
        _logGain = _gainKeep * _logGain + _gainKick * _random.Normal();
        double y = _a1 * _y1 + _a2 * _y2 + _drive * _random.Normal();
        (_y2, _y1) = (_y1, y);
        return y * Math.Exp(_logGain - GainSigma * GainSigma);
    }
}
