using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>Simulated EEG.</summary>
/// <param name="Frames">[samples × 32] microvolts, frame-major, average reference; sample i at i / 128 s; channels in the order of <see cref="EegMontage.Labels"/>.</param>
public sealed record EegRecording(float[] Frames)
{
    public int Samples => Frames.Length / EegMontage.Count;
}

/// <summary>
/// Forward model of a listener's EEG: responses to every talker's dry envelope with an attention gain, through auditory scalp maps, in
/// realistic background. A linear decoder trained on other simulated listeners decides between two talkers with z ≈ 0.16 to 0.28 √T
/// (DESIGN.md §4), which the EEG strength test checks.
/// </summary>
public static class EegSimulator
{
    public const double RateHz = 128;

    /// <summary>The envelope of a talker's dry speech on the scene's 64 Hz grid.</summary>
    /// <param name="speech">Mono, from time 0 of the scene.</param>
    /// <returns>[samples at 64 Hz] value n at n / 64 s, as long as the speech.</returns>
    public static float[] DryEnvelope(ReadOnlySpan<float> speech, double rateHz)
    {
        var extractor = new EnvelopeExtractor(rateHz);
        var clock = new SampleClock(0, StreamTime.Zero, rateHz, 0);
        int count = (int)(speech.Length * SpeechEnvelope.GridRateHz / rateHz);
        int tail = (int)(extractor.DelayS * rateHz) + (int)rateHz / 32;
        var values = new float[count + (int)(tail * SpeechEnvelope.GridRateHz / rateHz) + 4];
        int written = extractor.Process(speech, clock, values, out _);
        extractor.Process(new float[tail], clock, values.AsSpan(written), out _); // the filters' delay
        return values[..count];
    }

    /// <param name="envelopes">[talkers] dry envelopes on the 64 Hz grid (<see cref="DryEnvelope"/>), in the plan's order.</param>
    /// <param name="blinks">Times at which the eyes close (<see cref="ListenerMotion.Blinks"/>).</param>
    public static EegRecording Render(ConversationPlan plan, IReadOnlyList<float[]> envelopes, IReadOnlyList<Interval> blinks, ListenerProfile profile, SeededRandom random)
    {
        if (envelopes.Count != plan.TalkerCount) throw new ArgumentException($"{envelopes.Count} envelopes given for {plan.TalkerCount} talkers.", nameof(envelopes));
        int samples = (int)Math.Ceiling(plan.DurationS * RateHz);
        var person = random.Fork("eeg person");
        var response = new double[samples];
        var speech = new SpeechResponse(profile, person);
        for (int k = 0; k < envelopes.Count; k++) speech.Add(envelopes[k], plan.Attended.Where(a => a.Talker == k), response);
        var map = Topography.Auditory(person);
        var background = new EegBackground(profile, blinks, samples, random.Fork("eeg background"));
        var frames = new float[samples * EegMontage.Count];
        Span<double> frame = stackalloc double[EegMontage.Count];
        for (int i = 0; i < samples; i++)
        {
            for (int c = 0; c < frame.Length; c++) frame[c] = response[i] * map[c];
            background.Add(i, frame);
            for (int c = 0; c < frame.Length; c++) frames[i * EegMontage.Count + c] = (float)frame[c];
        }
        return new EegRecording(frames);
    }
}
