using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Gaze;

public enum GazeEventKind { Fixation, Saccade, Blink, Lost }

/// <param name="Direction">Mean of a fixation, end of a saccade; the last one seen for a blink or a loss. Same frame as the input.</param>
/// <param name="AmplitudeRad">Of a saccade; 0 else.</param>
public readonly record struct GazeEvent(GazeEventKind Kind, double StartS, double EndS, Vector3D Direction, double AmplitudeRad);

/// <summary>
/// Fixations and saccades by velocity threshold (I-VT: Salvucci &amp; Goldberg 2000, doi:10.1145/355017.355028; 30 degrees/s and joining of short
/// fixations as Olsen 2012, Tobii's white paper). Feed it gaze in ROOM: there the eyes' counter-rotation to a turning head cancels out. A gap of 70
/// to 500 ms is a blink, a longer one a loss. Streaming: an event is told when it has ended. Nothing is allocated per sample.
/// </summary>
public sealed class GazeEvents
{
    private const double ThresholdRadPerS = 30 * Math.PI / 180, ShortestBlinkS = 0.07, LongestBlinkS = 0.5, ShortestFixationS = 0.06;
    private Vector3D _last, _start, _sum;
    private double _lastS = double.NaN, _startS;
    private bool _moving;

    /// <summary>One sample.</summary>
    /// <param name="timeS">Increasing.</param>
    /// <param name="direction">Unit vector; ignored where it is not valid.</param>
    /// <param name="ended">The event that this sample ended.</param>
    /// <returns>Whether one ended.</returns>
    public bool Add(double timeS, Vector3D direction, bool valid, out GazeEvent ended)
    {
        ended = default;
        if (!valid) return false;
        double gapS = timeS - _lastS;
        if (double.IsNaN(_lastS)) { Begin(timeS, direction, moving: false); return false; }
        if (gapS <= 0) return false; // repeated or out of order: says nothing about velocity
        if (gapS >= ShortestBlinkS)
        {
            ended = new GazeEvent(gapS <= LongestBlinkS ? GazeEventKind.Blink : GazeEventKind.Lost, _lastS, timeS, _last, 0);
            Begin(timeS, direction, moving: false);
            return true;
        }
        bool moving = _last.AngleTo(direction) / gapS > ThresholdRadPerS, told = false;
        if (moving != _moving)
        {
            bool tooShort = !_moving && _lastS - _startS < ShortestFixationS; // a dip in the velocity of one movement
            if (!tooShort)
            {
                ended = _moving
                    ? new GazeEvent(GazeEventKind.Saccade, _startS, _lastS, _last, _start.AngleTo(_last))
                    : new GazeEvent(GazeEventKind.Fixation, _startS, _lastS, _sum.Normalized(), 0);
                told = true;
            }
            (_moving, _startS, _start, _sum) = (moving, _lastS, _last, Vector3D.Zero);
        }
        _sum += direction;
        (_last, _lastS) = (direction, timeS);
        return told;
    }

    private void Begin(double timeS, Vector3D direction, bool moving) =>
        (_moving, _startS, _start, _sum, _last, _lastS) = (moving, timeS, direction, direction, direction, timeS);
}
