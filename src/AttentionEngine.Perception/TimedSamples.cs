using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <summary>The newest frames of a numeric stream with their times, in a ring that never grows. Frames older than the newest one are refused and counted.</summary>
internal sealed class TimedSamples(int channels, int capacity)
{
    private readonly float[] _values = new float[channels * capacity];
    private readonly double[] _timesS = new double[capacity];
    private long _written;

    /// <summary>Frames that came with a time before the newest one held.</summary>
    public long OutOfOrder { get; private set; }

    public void Add(SampleChunk chunk)
    {
        if (chunk.Frames == 0) return; // also of a stream that the rig does not have
        if (chunk.Channels != channels)
            throw new ArgumentException($"A chunk of {chunk.Channels} channels came where {channels} are expected.");
        for (int i = 0; i < chunk.Frames; i++)
        {
            double timeS = chunk.TimesS[i];
            if (_written > 0 && timeS < _timesS[(_written - 1) % capacity]) { OutOfOrder++; continue; }
            int slot = (int)(_written % capacity);
            chunk.Frame(i).CopyTo(_values.AsSpan(slot * channels, channels));
            _timesS[slot] = timeS;
            _written++;
        }
    }

    /// <summary>Frames held.</summary>
    public int Count => (int)Math.Min(_written, capacity);

    /// <param name="age">0 is the newest frame.</param>
    public double TimeS(int age) => _timesS[(_written - 1 - age) % capacity];

    /// <returns>[channels] of the frame that is <paramref name="age"/> frames old.</returns>
    public ReadOnlySpan<float> Frame(int age) => _values.AsSpan((int)((_written - 1 - age) % capacity) * channels, channels);

    /// <summary>Age of the newest frame at or before <paramref name="timeS"/>; −1 when there is none.</summary>
    public int AgeAt(double timeS)
    {
        for (int age = 0; age < Count; age++)
            if (TimeS(age) <= timeS) return age;
        return -1;
    }
}
