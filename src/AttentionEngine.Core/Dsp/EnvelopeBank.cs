using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Dsp;

/// <summary>One <see cref="EnvelopeExtractor"/> for each talker's beam; gives the <see cref="SpeechEnvelope"/> that the decoder takes.</summary>
public sealed class EnvelopeBank
{
    private readonly EnvelopeExtractor[] _extractors;
    private readonly float[] _one, _values;
    private readonly double[] _timesS;

    /// <param name="maxBlockFrames">Longest block that will be passed.</param>
    public EnvelopeBank(double rateHz, int talkers, int maxBlockFrames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(talkers);
        _extractors = new EnvelopeExtractor[talkers];
        for (int k = 0; k < talkers; k++) _extractors[k] = new EnvelopeExtractor(rateHz);
        int most = (int)Math.Ceiling(maxBlockFrames * SpeechEnvelope.GridRateHz / rateHz) + 3;
        _one = new float[most];
        _values = new float[most * talkers];
        _timesS = new double[most];
    }

    /// <inheritdoc cref="EnvelopeExtractor.DelayS"/>
    public double DelayS => _extractors[0].DelayS;

    /// <summary>Takes a block of all beams; the result is valid until the next call and may hold no frame.</summary>
    /// <param name="beams">Planar [talkers × frames]; continues where the last block ended.</param>
    /// <param name="clock">Sample index (0 = first sample ever passed) to LSL time.</param>
    /// <param name="receiveTimeS">When the newest sample reached this machine, LSL seconds.</param>
    public SpeechEnvelope Process(AudioBlock beams, SampleClock clock, double receiveTimeS)
    {
        if (beams.Channels != _extractors.Length) throw new ArgumentException($"{beams.Channels} beams given, {_extractors.Length} talkers expected.", nameof(beams));
        int count = 0;
        long first = 0;
        for (int k = 0; k < _extractors.Length; k++)
        {
            count = _extractors[k].Process(beams.Channel(k), clock, _one, out first);
            for (int i = 0; i < count; i++) _values[i * _extractors.Length + k] = _one[i];
        }
        for (int i = 0; i < count; i++) _timesS[i] = (first + i) / SpeechEnvelope.GridRateHz;
        return new SpeechEnvelope(new SampleChunk(_values.AsSpan(0, count * _extractors.Length), _timesS.AsSpan(0, count), _extractors.Length, first, receiveTimeS));
    }

    public void Reset()
    {
        foreach (var extractor in _extractors) extractor.Reset();
    }
}
