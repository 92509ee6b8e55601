using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Perception.Doa;

namespace AttentionEngine.Perception.Tracks;

/// <summary>
/// Talkers found by ear alone: directions from the array every tick, turned into ROOM with the head's pose of that tick, and tracked. Azimuth only:
/// an array near the horizontal plane says little about elevation. One Stream thread; nothing is allocated after the constructor.
/// </summary>
public sealed class HeardTalkers
{
    private const int MostAtOnce = 4;
    private const double MemoryS = 0.15, SeparationRad = 0.2, SdRad = 0.07, LeastPresence = 0.25, LeastShareOfFirst = 0.4, LeastExcess = 0.08;

    private readonly SrpLocalizer _localizer;
    private readonly DirectionPeak[] _peaks = new DirectionPeak[MostAtOnce];
    private readonly DirectionMeasurement[] _measurements = new DirectionMeasurement[MostAtOnce];

    public HeardTalkers(MicrophoneArray array, TrackerSettings? settings = null)
    {
        _localizer = new SrpLocalizer(array, memoryS: MemoryS);
        Tracker = new TalkerTracker(mostMeasurements: MostAtOnce, settings: settings);
    }

    public TalkerTracker Tracker { get; }

    /// <summary>Directions of the last tick before tracking, HEAD.</summary>
    public ReadOnlySpan<DirectionPeak> Heard => _peaks.AsSpan(0, HeardCount);

    public int HeardCount { get; private set; }

    /// <param name="block">One channel per microphone, what came since the last tick.</param>
    public void Add(AudioBlock block) => _localizer.Add(block);

    /// <summary>Once a tick of 20 to 50 ms.</summary>
    /// <param name="roomFromHead">The head's rotation at the end of the sound that was added.</param>
    public void Update(double timeS, Rotation roomFromHead)
    {
        HeardCount = _localizer.Presence < LeastPresence ? 0 : Clear(_localizer.FindPeaks(_peaks, SeparationRad));
        for (int i = 0; i < HeardCount; i++)
            _measurements[i] = new DirectionMeasurement(roomFromHead.Apply(Vector3D.FromAzimuthElevation(_peaks[i].AzimuthHeadRad)), SdRad, HasElevation: false);
        Tracker.Update(timeS, _measurements.AsSpan(0, HeardCount));
    }

    /// <summary>Peaks that stand out of the map's mean, and beside the first of them.</summary>
    private int Clear(int found)
    {
        float mean = 0;
        foreach (float v in _localizer.Map) mean += v / _localizer.Map.Length;
        int clear = 0;
        while (clear < found && _peaks[clear].Power - mean >= Math.Max(LeastExcess, LeastShareOfFirst * (_peaks[0].Power - mean))) clear++;
        return clear;
    }
}
