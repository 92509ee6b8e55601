namespace AttentionEngine.Perception;

/// <summary>
/// The level that a signal falls back to: the smallest power over a sliding window of sixteen sub-windows
/// (minimum statistics, Martin 2001, doi:10.1109/89.928915), raised by a fixed bias because a minimum lies below the mean.
/// </summary>
internal sealed class MinimumFloor(int ticksPerSubwindow)
{
    private const int Subwindows = 16;
    private const double Bias = 1.6; // 2 dB

    private readonly double[] _minima = new double[Subwindows];
    private int _tick, _current, _filled = 1;

    public double Update(double power)
    {
        if (_tick++ % ticksPerSubwindow == 0)
        {
            if (_tick > 1) { _current = (_current + 1) % Subwindows; _filled = Math.Min(_filled + 1, Subwindows); }
            _minima[_current] = power;
        }
        _minima[_current] = Math.Min(_minima[_current], power);
        double minimum = _minima[0];
        for (int i = 1; i < _filled; i++) minimum = Math.Min(minimum, _minima[i]);
        return Bias * minimum;
    }
}
