using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception.Doa;

/// <summary>
/// Incoherent wideband MUSIC (Schmidt 1986) in the array's own steering vectors, whitened by the coherence that spherically isotropic noise has at
/// them, so that its low frequencies do not pass for a source. Each bin's signal subspace has two dimensions (one for two microphones): speech
/// is sparse, more than two talkers rarely share a bin; a dimension counts by how far its eigenvalue stands above the mean of the rest. It is followed
/// from tick to tick by orthogonal iteration. Nothing is allocated after the constructor.
/// </summary>
public sealed class MusicLocalizer : IDirectionFinder
{
    private readonly PhaseCovariance _phases;
    private readonly WhitenedSteering _steering;
    private readonly SignalSubspace _subspace;
    private readonly float[] _map;
    private readonly Func<int, double> _azimuth;
    private long _mapFrames = -1;

    /// <param name="stepDeg">Grid of directions, degrees; peaks are found between its points.</param>
    /// <param name="memoryS">Time constant of the covariances, seconds.</param>
    public MusicLocalizer(MicrophoneArray array, double stepDeg = 4, double memoryS = 0.3)
    {
        _phases = new PhaseCovariance(array, memoryS, sharp: false);
        var vectors = new SteeringVectors(array, PhaseCovariance.FftSize);
        _steering = new WhitenedSteering(vectors, SteeringTable.Horizontal(stepDeg), _phases);
        _subspace = new SignalSubspace(_phases, _steering, Math.Clamp(array.Count - 1, 1, 2));
        _map = new float[_steering.Directions];
        _azimuth = AzimuthHeadRad;
    }

    /// <summary>[directions] weighted mean over bins of ε / (ε + distance from the signal subspace), (0, 1].</summary>
    public ReadOnlySpan<float> Map
    {
        get
        {
            if (_mapFrames == _phases.Frames) return _map;
            _mapFrames = _phases.Frames;
            _subspace.Update();
            for (int d = 0; d < _map.Length; d++) _map[d] = _subspace.Nearness(d);
            return _map;
        }
    }

    /// <summary>Azimuth of a direction of <see cref="Map"/>, radians, HEAD.</summary>
    public double AzimuthHeadRad(int direction) => -Math.PI + (direction + 1) * 2 * Math.PI / _map.Length;

    public void Add(AudioBlock block) => _phases.Add(block);

    public int FindPeaks(Span<DirectionPeak> peaks, double separationRad, double least = 0)
    {
        var map = Map;
        for (int found = 0; found < peaks.Length; found++)
        {
            double at = RingPeaks.Highest(map, peaks[..found], separationRad, _azimuth);
            if (double.IsNaN(at)) return found;
            double power = map[(int)Math.Round(at) % map.Length];
            if (!(power > least)) return found;
            peaks[found] = new DirectionPeak(Core.Geometry.Angles.WrapRad(AzimuthHeadRad(0) + at * 2 * Math.PI / map.Length), Math.Min(1, power));
        }
        return peaks.Length;
    }
}
