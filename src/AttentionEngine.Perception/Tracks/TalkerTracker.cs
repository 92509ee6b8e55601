using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Numerics;

namespace AttentionEngine.Perception.Tracks;

/// <summary>How tracks come and go.</summary>
/// <param name="GateSd">Standard deviations beyond which a measurement is not a track's.</param>
/// <param name="ConfirmHits">Measurements within about a second that make a tentative track a talker.</param>
/// <param name="TentativeS">A tentative track that is not seen for this long is dropped.</param>
/// <param name="ForgetS">A talker who is not heard for this long is gone. Talkers pause while others have the floor.</param>
/// <param name="ResolutionRad">Two talkers nearer than this may give one measurement.</param>
/// <param name="HiddenS">A track that lies behind another for longer is taken for a double of it.</param>
/// <param name="SilentS">A talker who is not heard for this long takes no single measurement: a wrong one would carry it off. A new track must be
/// confirmed near it, and then is it.</param>
public sealed record TrackerSettings(double GateSd = 2.8, double ConfirmHits = 6, double TentativeS = 0.6, double ForgetS = 10, double ResolutionRad = 0.17, double HiddenS = 8, double SilentS = 0.5);

/// <summary>
/// Directions, measured tick by tick in no order, to talkers with identities: gated global nearest neighbours by the cheapest assignment, one Kalman
/// filter each, in ROOM, so that the head's turning moves nobody. Where two talkers pass each other and give one measurement, both go on at
/// their own rates. Deterministic; nothing is allocated after the constructor.
/// </summary>
public sealed class TalkerTracker
{
    private const double MissCost = 30, SharedVariances = 4;
    private readonly TrackerSettings _settings;
    private readonly DirectionTrack[] _tracks;
    private readonly int _mostMeasurements;
    private readonly LinearAssignment _assignment;
    private readonly double[] _cost;
    private readonly int[] _columnOf;
    private readonly bool[] _taken;
    private int _nextId = 1, _measured;
    private double _timeS = double.NaN;

    /// <param name="capacity">Most tracks at a time, tentative ones included.</param>
    /// <param name="mostMeasurements">Most measurements at a tick.</param>
    public TalkerTracker(int capacity = 12, int mostMeasurements = 8, TrackerSettings? settings = null)
    {
        _settings = settings ?? new TrackerSettings();
        _tracks = new DirectionTrack[capacity];
        for (int i = 0; i < capacity; i++) _tracks[i] = new DirectionTrack();
        _mostMeasurements = mostMeasurements;
        _assignment = new LinearAssignment(capacity, capacity + mostMeasurements);
        _cost = new double[capacity * (capacity + mostMeasurements)];
        _columnOf = new int[capacity];
        _taken = new bool[mostMeasurements];
    }

    /// <summary>Tracks alive, in the order of their birth.</summary>
    public ReadOnlySpan<DirectionTrack> Tracks => _tracks.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <param name="timeS">Not before the last tick.</param>
    /// <param name="measurements">In any order; beyond the capacity the last are left out.</param>
    public void Update(double timeS, ReadOnlySpan<DirectionMeasurement> measurements)
    {
        if (timeS < _timeS) throw new ArgumentOutOfRangeException(nameof(timeS), timeS, $"A tick came after {_timeS} s; expected times that do not go back.");
        measurements = measurements[..Math.Min(measurements.Length, _mostMeasurements)];
        double dtS = double.IsNaN(_timeS) ? 0 : timeS - _timeS;
        _timeS = timeS;
        foreach (var track in Tracks) if (IsSilent(track)) track.Rest(dtS); else track.Predict(dtS);
        _measured = measurements.Length;
        Associate(measurements);
        _taken.AsSpan().Clear();
        for (int i = 0; i < Count; i++) if (_columnOf[i] < measurements.Length) _taken[_columnOf[i]] = true;
        for (int i = 0; i < Count; i++)
            if (_columnOf[i] < measurements.Length) Seen(i, measurements[_columnOf[i]]); else Missed(i, dtS);
        Die();
        for (int m = 0; m < measurements.Length; m++) if (!_taken[m]) Birth(measurements[m]);
    }

    private void Associate(ReadOnlySpan<DirectionMeasurement> measurements)
    {
        int columns = measurements.Length + Count;
        double gate = _settings.GateSd * _settings.GateSd;
        for (int i = 0; i < Count; i++)
        {
            var row = _cost.AsSpan(i * columns, columns);
            // A talker goes before a track that may be a reflection.
            double miss = _tracks[i].State == TrackState.Confirmed ? MissCost : MissCost - 6;
            row[measurements.Length..].Fill(miss);
            for (int m = 0; m < measurements.Length; m++)
            {
                var (square, variance) = _tracks[i].Distance(measurements[m]);
                row[m] = square <= gate && !IsSilent(_tracks[i]) ? square + Core.Dsp.ExactMath.Log(variance / (measurements[m].SdRad * measurements[m].SdRad)) : 2 * MissCost;
            }
        }
        _assignment.Solve(_cost, Count, columns, _columnOf);
        for (int i = 0; i < Count; i++)
            if (_columnOf[i] < measurements.Length && _cost[i * columns + _columnOf[i]] >= MissCost) _columnOf[i] = measurements.Length;
    }

    private void Seen(int index, in DirectionMeasurement m)
    {
        var track = _tracks[index];
        double more = 0;
        for (int j = 0; j < Count; j++)
            if (j != index && _tracks[j].State == TrackState.Confirmed && !IsSilent(_tracks[j]) && !HasOwn(j) && Apart(_tracks[j], track) < _settings.ResolutionRad)
                more = SharedVariances * _settings.ResolutionRad * _settings.ResolutionRad;
        track.Correct(m, more);
        track.LastSeenS = _timeS;
        track.HiddenS = 0;
        track.Hits++;
        if (track.State == TrackState.Tentative && track.Hits >= _settings.ConfirmHits) Confirm(track);
    }

    private void Confirm(DirectionTrack track)
    {
        track.State = TrackState.Confirmed;
        DirectionTrack? nearest = null;
        foreach (var other in Tracks)
        {
            if (other.State != TrackState.Confirmed || !IsSilent(other)) continue;
            double reach = _settings.GateSd * Math.Sqrt(other.AzimuthSdRad * other.AzimuthSdRad + track.AzimuthSdRad * track.AzimuthSdRad);
            if (Apart(other, track) < Math.Min(reach, nearest is null ? reach : Apart(nearest, track))) nearest = other;
        }
        if (nearest is null) return;
        track.BecomeAgain(nearest);
        nearest.LastSeenS = double.NegativeInfinity;
    }

    private bool IsSilent(DirectionTrack track) => track.State == TrackState.Confirmed && _timeS - track.LastSeenS > _settings.SilentS;

    private bool HasOwn(int index) => _columnOf[index] < _measured;

    private static double Apart(DirectionTrack a, DirectionTrack b) => Math.Abs(Angles.WrapRad(a.AzimuthRoomRad - b.AzimuthRoomRad));

    private void Missed(int index, double dtS)
    {
        var track = _tracks[index];
        if (track.State != TrackState.Confirmed) return;
        for (int j = 0; j < Count; j++)
        {
            if (j == index || _tracks[j].State != TrackState.Confirmed || !HasOwn(j) || Apart(_tracks[j], track) >= _settings.ResolutionRad) continue;
            track.HiddenS += dtS;
            return;
        }
    }

    private void Die()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            var track = _tracks[i];
            bool gone = _timeS - track.LastSeenS > (track.State == TrackState.Confirmed ? _settings.ForgetS : _settings.TentativeS) || track.HiddenS > _settings.HiddenS;
            if (gone) continue;
            (_tracks[kept], _tracks[i]) = (track, _tracks[kept]);
            kept++;
        }
        Count = kept;
    }

    private void Birth(in DirectionMeasurement m)
    {
        if (Count == _tracks.Length) return;
        _tracks[Count++].Start(_nextId++, _timeS, m);
    }
}
