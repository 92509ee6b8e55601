using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary><c>--save-decoder</c>: one participant's decoder for the live engine.</summary>
internal static class SavedDecoder
{
    /// <param name="recorded">As it was read.</param>
    /// <param name="prepared">As it was decoded: says which channels are left.</param>
    /// <param name="participantFolder">Gets a folder <c>decoder</c>; one that is whole is left as it is.</param>
    public static void Write(DenseAlgebra algebra, EegParticipant recorded, EegParticipant prepared, DecodingJob job, string participantFolder, CancellationToken cancellation)
    {
        string folder = Path.Combine(participantFolder, "decoder");
        // The contract is written after the weights: with it the decoder is whole.
        if (File.Exists(Path.Combine(folder, "decoder.yaml"))) return;
        var left = prepared.Channels.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        int[] kept = [.. Enumerable.Range(0, recorded.Channels.Count).Where(c => left.Contains(recorded.Channels[c].Name))];
        var raw = recorded with { Channels = [.. kept.Select(c => recorded.Channels[c])], Trials = [.. recorded.Trials.Select(t => t with { Eeg = Columns(t.Eeg, recorded.Channels.Count, kept) })] };
        var live = LiveDecoderTraining.Run(algebra, raw, job, EngineVersion.Text, "as recorded", cancellation);
        string worth = live.Calibration is { } c
            ? FormattableString.Invariant($"evidence calibrated on {c.Windows} held-out windows of 5 s: {100 * c.Accuracy:F1} % right, log loss {c.LogLossNats:F3} nats (log K = {Math.Log(recorded.Trials[0].Envelopes.Length):F3}), calibration error {c.Error:F3}")
            : "one talker: no evidence to calibrate";
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        live.Decoder.Write(folder, FormattableString.Invariant($"Participant {recorded.Id}, {recorded.Trials.Count} trials."));
        Console.Error.WriteLine(FormattableString.Invariant($"attend: {folder}: live front end, r attended {live.RAttended:F3}, unattended {live.RUnattended:F3}; {worth}"));
    }

    /// <exception cref="ConfigurationException">A step that the live engine does not have.</exception>
    public static void RefuseWhatIsNotLive(PreprocessingPlan plan)
    {
        string? step = plan switch
        {
            { Reference: not null } => "--reference",
            { WienerDelays: not null } => "--wiener",
            { RegressEog: true } => "--regress-eog",
            { LineNoiseHz: not null } => "--line-noise-hz",
            { BadSegments: BadTreatment.Blank } => "--bad-segments Blank",
            { BadChannels: BadTreatment.Interpolate } => "--bad-channels Interpolate",
            _ => null,
        };
        if (step is not null) throw new ConfigurationException($"--save-decoder trains through the live engine's own front end, which has no step for {step}. Leave it out, or decode without --save-decoder.");
    }

    private static double[] Columns(double[] values, int channels, int[] kept)
    {
        if (kept.Length == channels) return values;
        var result = new double[values.Length / channels * kept.Length];
        for (int n = 0, o = 0; n < values.Length; n += channels)
            foreach (int c in kept) result[o++] = values[n + c];
        return result;
    }
}
