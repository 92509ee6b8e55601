using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.Design;

/// <summary>The array without its dead microphones, and the way back: filters of a dead microphone are zero.</summary>
internal sealed class MicrophoneSelection
{
    private readonly int[] _kept; // [m] index in the whole array
    private readonly int _all;
    private float[] _input = [];

    /// <param name="active">[M] at least one is true.</param>
    public MicrophoneSelection(MicrophoneArray array, ReadOnlySpan<bool> active)
    {
        var kept = new List<int>();
        for (int m = 0; m < active.Length; m++) if (active[m]) kept.Add(m);
        if (active.Length != array.Count || kept.Count == 0) throw new ArgumentException($"{kept.Count} of {active.Length} microphones are active, expected at least one of {array.Count}", nameof(active));
        _kept = [.. kept];
        _all = array.Count;
        LeftReference = Nearest(array.LeftReference);
        RightReference = Nearest(array.RightReference);
        Array = array with
        {
            Microphones = [.. _kept.Select(m => array.Microphones[m])], LeftReference = System.Array.IndexOf(_kept, LeftReference), RightReference = System.Array.IndexOf(_kept, RightReference),
        };

        // The living microphone nearest to an ear's own.
        int Nearest(int reference) => _kept.MinBy(m => (array.Microphones[m].PositionHeadM - array.Microphones[reference].PositionHeadM).Norm);
    }

    /// <summary>Living microphones only.</summary>
    public MicrophoneArray Array { get; }

    /// <summary>Indices in the whole array.</summary>
    public int LeftReference { get; }

    public int RightReference { get; }

    /// <summary>Rows of the living microphones; valid until the next call.</summary>
    /// <param name="input">[M × frames] planar.</param>
    public ReadOnlySpan<float> Keep(ReadOnlySpan<float> input)
    {
        int frames = input.Length / _all, size = _kept.Length * frames;
        if (_input.Length < size) _input = new float[size];
        for (int m = 0; m < _kept.Length; m++) input.Slice(_kept[m] * frames, frames).CopyTo(_input.AsSpan(m * frames));
        return _input.AsSpan(0, size);
    }

    /// <summary>Spreads [K × 2 × m × taps] to [K × 2 × M × taps].</summary>
    public void Expand(BeamformerWeights from, int talkers, BeamformerWeights to)
    {
        int taps = to.Taps;
        to.Filters.AsSpan(0, talkers * 2 * _all * taps).Clear();
        for (int row = 0; row < 2 * talkers; row++)
            for (int m = 0; m < _kept.Length; m++) from.Filters.AsSpan((row * _kept.Length + m) * taps, taps).CopyTo(to.Filters.AsSpan((row * _all + _kept[m]) * taps));
    }
}
