using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Simulation.Acoustics;

namespace AttentionEngine.Simulation.Render;

/// <summary>
/// One talker at the microphones of a moving head. Each frame (about 8 ms) takes the direct sound with the delay, level and direction
/// of that instant, and every reflection with its direction relative to the head at that instant; frames cross-fade.
/// Reflections keep the delays of the head's resting place (it moves by millimetres).
/// </summary>
internal sealed class TalkerImage
{
    private readonly HeadFilters _filters;
    private readonly FrameGrid _grid;
    private readonly IHeadTrajectory _head;
    private readonly double _rateHz;
    private readonly RealFft<float> _fft;
    private readonly float[] _window, _frame, _re, _im, _sumRe, _sumIm;

    public TalkerImage(HeadFilters filters, IHeadTrajectory head, double rateHz)
    {
        (_filters, _grid, _head, _rateHz) = (filters, filters.Grid, head, rateHz);
        _fft = new RealFft<float>(_grid.FftSize);
        _window = new float[_grid.Window];
        for (int i = 0; i < _window.Length; i++) _window[i] = (float)(0.5 - 0.5 * ExactMath.SinCos(Math.PI * i / _grid.Hop).Cos);
        _frame = new float[_grid.FftSize];
        (_re, _im) = (new float[_grid.Bins], new float[_grid.Bins]);
        (_sumRe, _sumIm) = (new float[_grid.Bins * filters.Microphones], new float[_grid.Bins * filters.Microphones]);
    }

    /// <param name="positionRoomM">The talker's mouth.</param>
    /// <param name="reflections">Of the room; none: anechoic.</param>
    /// <param name="dry">[samples] as at 1 m in free field.</param>
    /// <returns>[M][samples].</returns>
    public float[][] Render(Vector3D positionRoomM, IReadOnlyList<Wavefront> reflections, float[] dry, CancellationToken cancellation)
    {
        int hop = _grid.Hop;
        var images = new float[_filters.Microphones][];
        for (int m = 0; m < images.Length; m++) images[m] = new float[dry.Length];
        var convolver = reflections.Count > 0 ? new BlockConvolver([.. reflections.Select(r => r.Response)], hop) : null;
        int block = convolver?.BlockSamples ?? 64 * hop;
        // Frame j covers samples (j − 1) hop … (j + 1) hop, so lines hold one hop before the block.
        var lines = reflections.Select(_ => new float[hop + block]).ToArray();
        for (int start = 0; start < dry.Length + 2 * hop; start += block)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (float[] line in lines) line.AsSpan(block, hop).CopyTo(line);
            bool reflectionsSound = convolver?.Process(dry, start, lines, hop) ?? false;
            reflectionsSound |= lines.Any(l => l.AsSpan(0, hop).ContainsAnyExcept(0f));
            for (int at = 0; at < block; at += hop) Frame(start + at, at, positionRoomM, reflections, reflectionsSound ? lines : [], dry, images);
        }
        return images;
    }

    /// <param name="centre">Sample at the frame's centre.</param>
    /// <param name="lineOffset">Where the frame starts in the lines.</param>
    private void Frame(int centre, int lineOffset, Vector3D positionRoomM, IReadOnlyList<Wavefront> reflections, float[][] lines, float[] dry, float[][] images)
    {
        var pose = _head.HeadAt(centre / _rateHz);
        Array.Clear(_sumRe);
        Array.Clear(_sumIm);
        var toTalkerM = pose.ToFrame(positionRoomM);
        double distanceM = toTalkerM.Norm;
        bool sounds = Direct(centre - _grid.Hop, distanceM, dry);
        if (sounds) Accumulate((1 / distanceM) * toTalkerM);
        var headFromRoom = pose.RoomFromFrame.Inverse();
        for (int r = 0; r < lines.Length; r++)
        {
            var line = lines[r].AsSpan(lineOffset, _grid.Window);
            if (!line.ContainsAnyExcept(0f)) continue;
            for (int i = 0; i < line.Length; i++) _frame[i] = line[i] * _window[i];
            Accumulate(headFromRoom.Apply(reflections[r].DirectionRoom));
            sounds = true;
        }
        if (sounds) Add(centre - _grid.Hop - _filters.DelaySamples, images);
    }

    /// <summary>Puts the windowed direct sound into the frame; false when it is silent.</summary>
    private bool Direct(int start, double distanceM, float[] dry)
    {
        double delay = distanceM / SoundSpeed.Default * _rateHz;
        int first = Math.Max(0, (int)(start - delay) - FractionalDelay.Taps), last = Math.Min(dry.Length, (int)(start + _grid.Window - delay) + FractionalDelay.Taps);
        if (first >= last || !dry.AsSpan(first, last - first).ContainsAnyExcept(0f)) return false;
        float gain = (float)(1 / distanceM);
        for (int i = 0; i < _grid.Window; i++) _frame[i] = gain * _window[i] * FractionalDelay.At(dry, start + i - delay);
        return true;
    }

    /// <summary>Adds what is in the frame, arriving from one direction, to every microphone's spectrum.</summary>
    private void Accumulate(Vector3D directionHead)
    {
        _frame.AsSpan(_grid.Window).Clear();
        _fft.Forward(_frame, _re, _im);
        for (int m = 0; m < _filters.Microphones; m++)
            _filters.Accumulate(directionHead, m, _re, _im, _sumRe.AsSpan(m * _grid.Bins, _grid.Bins), _sumIm.AsSpan(m * _grid.Bins, _grid.Bins));
    }

    private void Add(int start, float[][] images)
    {
        for (int m = 0; m < images.Length; m++)
        {
            _fft.Inverse(_sumRe.AsSpan(m * _grid.Bins, _grid.Bins), _sumIm.AsSpan(m * _grid.Bins, _grid.Bins), _frame);
            int first = Math.Max(0, -start), last = Math.Min(_grid.FftSize, images[m].Length - start);
            for (int i = first; i < last; i++) images[m][start + i] += _frame[i];
        }
    }
}
