using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception.Doa;

/// <summary>
/// Steered response power with phase transform (DiBiase 2000) over the array's own steering vectors, so that the head's shadow is in it.
/// |Σ_m conj(a_m) φ_m|² is written over pairs of microphones, M + 2 Re Σ conj(a_m) a_n φ_m φ_n*, so that frames are averaged before the search
/// and not after it. Several talkers: the strongest direction's own share is taken out of the products before the next is sought (CLEAN,
/// Högbom 1974), which takes its side lobes with it.
/// </summary>
public sealed class SrpLocalizer : IDirectionFinder
{
    private readonly PhaseCovariance _phases;
    private readonly SteeringVectors _vectors;
    private readonly PairSteering _table;
    private readonly float[] _map, _search, _restRe, _restIm;
    private readonly Func<int, double> _azimuth;
    private long _mapFrames = -1;

    /// <param name="stepDeg">Grid of directions, degrees; peaks are found between its points.</param>
    /// <param name="memoryS">Time constant of the map, seconds.</param>
    public SrpLocalizer(MicrophoneArray array, double stepDeg = 4, double memoryS = 0.3)
    {
        _phases = new PhaseCovariance(array, memoryS, sharp: true);
        _vectors = new SteeringVectors(array, PhaseCovariance.FftSize);
        _table = new PairSteering(_vectors, SteeringTable.Horizontal(stepDeg), _phases);
        (_map, _search) = (new float[_table.Directions.Count], new float[_table.Directions.Count]);
        (_restRe, _restIm) = (new float[_phases.Pairs * _phases.Width], new float[_phases.Pairs * _phases.Width]);
        _azimuth = AzimuthHeadRad;
    }

    /// <summary>[directions] share of the largest possible steered power; 1/M where the microphones have nothing in common.</summary>
    public ReadOnlySpan<float> Map
    {
        get
        {
            if (_mapFrames != _phases.Frames) Steer(_phases.PairRe, _phases.PairIm, _map);
            _mapFrames = _phases.Frames;
            return _map;
        }
    }

    /// <summary>Azimuth of a direction of <see cref="Map"/>, radians, HEAD.</summary>
    public double AzimuthHeadRad(int direction) => -Math.PI + (direction + 1) * 2 * Math.PI / _map.Length;

    /// <summary>How far the sound stands clear of its noise floor, mean over bins, [0, 1): about 0.1 for a steady noise.</summary>
    public double Presence
    {
        get
        {
            float total = 0;
            foreach (float w in _phases.Weight) total += w;
            return total / _phases.Bins;
        }
    }

    public void Add(AudioBlock block) => _phases.Add(block);

    public int FindPeaks(Span<DirectionPeak> peaks, double separationRad, double least = 0)
    {
        if (peaks.Length == 0) return 0;
        _phases.PairRe.CopyTo(_restRe);
        _phases.PairIm.CopyTo(_restIm);
        Map.CopyTo(_search);
        int found = 0;
        while (true)
        {
            double at = RingPeaks.Highest(_search, peaks[..found], separationRad, _azimuth);
            if (double.IsNaN(at)) return found;
            int grid = (int)Math.Round(at) % _map.Length;
            double power = _search[grid];
            if (!(power > least)) return found;
            peaks[found++] = new DirectionPeak(Core.Geometry.Angles.WrapRad(AzimuthHeadRad(0) + at * 2 * Math.PI / _map.Length), Math.Min(1, power));
            if (found == peaks.Length) return found;
            _table.TakeOut(grid, _phases.Weight, _restRe, _restIm);
            Steer(_restRe, _restIm, _search);
        }
    }

    private void Steer(ReadOnlySpan<float> pairRe, ReadOnlySpan<float> pairIm, Span<float> map)
    {
        float total = 0;
        foreach (float w in _phases.Weight) total += w;
        int mics = _phases.Array.Count;
        if (!(total > 0)) { map.Clear(); return; }
        float scale = 2 / (total * mics * mics);
        for (int d = 0; d < map.Length; d++) map[d] = Math.Max(0, 1f / mics + scale * _table.Correlate(d, pairRe, pairIm));
    }
}
