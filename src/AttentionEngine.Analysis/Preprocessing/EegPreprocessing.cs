using System.Globalization;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Steps between reading and decoding. Each works trial by trial, so nothing passes from one trial to another, and adds a line to the provenance.</summary>
public static class EegPreprocessing
{
    /// <summary>Butterworth band-pass of EEG and envelopes alike.</summary>
    /// <param name="order">At each edge; a zero-phase filter applies it twice.</param>
    /// <param name="causal">Forward only (as live; its delay is the same on both sides), or forward and backward (no delay, not causal).</param>
    public static EegDataset BandPass(EegDataset dataset, double lowHz, double highHz, int order, bool causal)
    {
        if (dataset.Participants.FirstOrDefault(p => !(lowHz > 0 && lowHz < highHz && highHz < p.RateHz / 2)) is { } p)
            throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"The band {lowHz} to {highHz} Hz does not lie between 0 and {p.RateHz / 2} Hz, half the rate of participant {p.Id}."));
        var result = ForEach(dataset, (participant, trial) =>
        {
            var sections = ButterworthDesign.BandPass(order, lowHz, highHz, participant.RateHz);
            return trial with { Eeg = Filter(trial.Eeg, participant.Channels.Count, sections, causal), Envelopes = [.. trial.Envelopes.Select(e => Filter(e, 1, sections, causal))] };
        });
        double delayS = causal ? ButterworthDesign.GroupDelayS(ButterworthDesign.BandPass(order, lowHz, highHz, dataset.Participants[0].RateHz), Math.Sqrt(lowHz * highHz), dataset.Participants[0].RateHz) : 0;
        return With(result, "band-pass", string.Create(CultureInfo.InvariantCulture, $"{lowHz} to {highHz} Hz, Butterworth of order {order} at each edge, {(causal ? $"causal, delay {1000 * delayS:F0} ms on EEG and envelopes alike" : "forward and backward (zero phase, not causal)")}, EEG and envelopes, per trial"));
    }

    /// <summary>Keeps scalp EEG, which is decoded, and eye channels, which only the control sees.</summary>
    public static EegDataset ScalpAndEyes(EegDataset dataset) => KeepChannels(dataset, c => c.Type is EegChannelType.Eeg or EegChannelType.Eog, "scalp channels; eye channels for the control only");

    /// <summary>Drops channels by name, in all participants that have them.</summary>
    /// <exception cref="ConfigurationException">No participant has a channel of that name.</exception>
    public static EegDataset DropChannels(EegDataset dataset, IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(n => !dataset.Participants.Any(p => p.Channels.Any(c => c.Name == n))) is { } unknown)
            throw new ConfigurationException($"No channel is called {unknown}; participant {dataset.Participants[0].Id} has {string.Join(", ", dataset.Participants[0].Channels.Select(c => c.Name))}.");
        return KeepChannels(dataset, c => !names.Contains(c.Name), $"dropped {string.Join(", ", names)}");
    }

    /// <summary>Subtracts the mean over scalp channels from each of them, sample by sample. The result has one dimension less than channels.</summary>
    public static EegDataset AverageReference(EegDataset dataset) => With(ForEach(dataset, (participant, trial) =>
    {
        int[] scalp = Indices(participant, EegChannelType.Eeg);
        int channels = participant.Channels.Count;
        var eeg = (double[])trial.Eeg.Clone();
        for (int at = 0; at < eeg.Length; at += channels)
        {
            double mean = 0;
            foreach (int c in scalp) mean += eeg[at + c];
            mean /= scalp.Length;
            foreach (int c in scalp) eeg[at + c] -= mean;
        }
        return trial with { Eeg = eeg };
    }), "average reference", "mean over scalp channels subtracted, per sample");

    /// <summary>Takes out of each scalp channel what least squares predicts from the EOG channels (Gratton-type regression), per trial.</summary>
    /// <exception cref="ConfigurationException">A participant has no EOG channel.</exception>
    public static EegDataset RegressEog(EegDataset dataset) => With(ForEach(dataset, (participant, trial) =>
    {
        int[] eog = Indices(participant, EegChannelType.Eog), scalp = Indices(participant, EegChannelType.Eeg);
        if (eog.Length == 0) throw new ConfigurationException($"Participant {participant.Id} has no EOG channels to regress on; leave out --regress-eog.");
        return trial with { Eeg = EogRegression.Remove(trial.Eeg, participant.Channels.Count, eog, scalp) };
    }), "EOG regression", "least squares on the EOG channels, per trial");

    internal static double[] Filter(double[] values, int channels, Biquad[] sections, bool causal)
    {
        var cascade = new BiquadCascade(sections, channels);
        var output = new double[values.Length];
        for (int c = 0; c < channels; c++) cascade.Settle(values.Length > c ? values[c] : 0, c);
        for (int i = 0; i < values.Length; i++) output[i] = cascade.Step(values[i], i % channels);
        if (causal) return output;
        cascade.Reset();
        int frames = values.Length / channels;
        for (int c = 0; c < channels; c++) cascade.Settle(output[(frames - 1) * channels + c], c);
        for (int n = frames - 1; n >= 0; n--)
            for (int c = 0; c < channels; c++) output[n * channels + c] = cascade.Step(output[n * channels + c], c);
        return output;
    }

    private static EegDataset KeepChannels(EegDataset dataset, Func<EegChannel, bool> keep, string what)
    {
        return With(dataset with { Participants = [.. dataset.Participants.Select(p => KeepChannels(p, keep, what))] }, "channels", what);
    }

    internal static EegParticipant KeepChannels(EegParticipant p, Func<EegChannel, bool> keep, string what)
    {
        int[] kept = [.. Enumerable.Range(0, p.Channels.Count).Where(c => keep(p.Channels[c]))];
        if (kept.Length == 0) throw new ConfigurationException($"No channel of participant {p.Id} is left ({what}).");
        if (kept.Length == p.Channels.Count) return p;
        return p with { Channels = [.. kept.Select(c => p.Channels[c])], Trials = [.. p.Trials.Select(t => t with { Eeg = Columns(t.Eeg, p.Channels.Count, kept) })] };
    }

    private static double[] Columns(double[] values, int channels, int[] kept)
    {
        var result = new double[values.Length / channels * kept.Length];
        for (int n = 0, o = 0; n < values.Length; n += channels)
            foreach (int c in kept) result[o++] = values[n + c];
        return result;
    }

    internal static int[] Indices(EegParticipant p, EegChannelType type) => [.. Enumerable.Range(0, p.Channels.Count).Where(c => p.Channels[c].Type == type)];

    internal static EegDataset ForEach(EegDataset dataset, Func<EegParticipant, EegTrial, EegTrial> step) =>
        dataset with { Participants = [.. dataset.Participants.Select(p => p with { Trials = [.. p.Trials.Select(t => step(p, t))] })] };

    internal static EegDataset With(EegDataset dataset, string step, string detail) => dataset with { Provenance = [.. dataset.Provenance, new ProvenanceStep(step, detail)] };
}
