using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>
/// The cortical response to all talkers: each talker's envelope convolved with a temporal response function of P1-N1-P2 shape over
/// 0 to 300 ms. Attention raises N1 and P2, hardly P1 (Ding &amp; Simon 2012; Lalor &amp; Foxe 2010) [R]. Talkers share the scalp maps.
/// </summary>
internal sealed class SpeechResponse
{
    private const double KernelS = 0.35, AttentionRampS = 0.2;

    /// <summary>Microvolts of the response per unit of normalised envelope. D: fitted so that a decoder trained on other simulated
    /// listeners reaches DESIGN.md §4's accuracy; see the EEG strength test.</summary>
    public const double AmplitudeUv = 0.09;

    // Component: latency (s), width (s), amplitude unattended, amplitude attended at strength 1.
    private static readonly (double LatencyS, double WidthS, double Unattended, double Attended)[] Components =
    [
        (0.050, 0.012, 0.50, 0.55),
        (0.105, 0.020, -0.50, -0.90),
        (0.185, 0.030, 0.40, 0.95),
    ];

    private readonly double[] _attended, _unattended; // [lags at 128 Hz] microvolts

    public SpeechResponse(ListenerProfile profile, SeededRandom random)
    {
        _attended = new double[(int)(KernelS * EegSimulator.RateHz)];
        _unattended = new double[_attended.Length];
        foreach (var component in Components)
        {
            double latency = component.LatencyS + profile.EegLatencyS + random.Normal(0, 0.006);
            double gain = AmplitudeUv * Math.Exp(random.Normal(0, 0.15));
            double attended = component.Unattended + profile.EegStrength * (component.Attended - component.Unattended);
            for (int lag = 0; lag < _attended.Length; lag++)
            {
                double z = (lag / EegSimulator.RateHz - latency) / component.WidthS;
                double shape = gain * Math.Exp(-z * z / 2);
                _attended[lag] += attended * shape;
                _unattended[lag] += component.Unattended * shape;
            }
        }
    }

    /// <summary>Adds the response to one talker.</summary>
    /// <param name="envelope">[64 Hz grid] dry envelope.</param>
    /// <param name="attended">Spans in which this talker is attended.</param>
    /// <param name="response">[samples at 128 Hz] microvolts, added to.</param>
    public void Add(ReadOnlySpan<float> envelope, IEnumerable<AttentionSpan> attended, Span<double> response)
    {
        double scale = 1 / ActiveMean(envelope);
        if (double.IsInfinity(scale)) return; // a talker who says nothing
        var weight = AttentionWeight(attended, response.Length);
        var on = new double[response.Length];
        var off = new double[response.Length];
        for (int i = 0; i < response.Length; i++)
        {
            double place = i * (SpeechEnvelope.GridRateHz / EegSimulator.RateHz);
            int n = (int)place;
            double a = n < envelope.Length ? envelope[n] : 0, b = n + 1 < envelope.Length ? envelope[n + 1] : a;
            double value = scale * (a + (place - n) * (b - a));
            on[i] = weight[i] * value;
            off[i] = value - on[i];
        }
        for (int i = 0; i < response.Length; i++)
        {
            double sum = 0;
            int lags = Math.Min(_attended.Length, i + 1);
            for (int lag = 0; lag < lags; lag++) sum += _attended[lag] * on[i - lag] + _unattended[lag] * off[i - lag];
            response[i] += sum;
        }
    }

    /// <summary>Mean of the envelope where the talker speaks (above a fifth of the largest value): levels do not count, modulations do.</summary>
    private static double ActiveMean(ReadOnlySpan<float> envelope)
    {
        float largest = 0;
        foreach (float v in envelope) largest = Math.Max(largest, v);
        double sum = 0;
        int count = 0;
        foreach (float v in envelope) if (v > 0.2f * largest) { sum += v; count++; }
        return count > 0 ? sum / count : 0;
    }

    /// <summary>[samples] 1 where attended, with ramps of <see cref="AttentionRampS"/> that start at the switch.</summary>
    private static double[] AttentionWeight(IEnumerable<AttentionSpan> attended, int samples)
    {
        var weight = new double[samples];
        foreach (var span in attended)
            for (int i = Math.Max(0, (int)(span.StartS * EegSimulator.RateHz)); i < Math.Min(samples, (span.EndS + AttentionRampS) * EegSimulator.RateHz); i++)
            {
                double t = i / EegSimulator.RateHz;
                double rise = span.StartS <= 0 ? 1 : Math.Clamp((t - span.StartS) / AttentionRampS, 0, 1);
                double fall = Math.Clamp((span.EndS + AttentionRampS - t) / AttentionRampS, 0, 1);
                weight[i] = Math.Max(weight[i], Math.Min(rise, fall));
            }
        return weight;
    }
}
