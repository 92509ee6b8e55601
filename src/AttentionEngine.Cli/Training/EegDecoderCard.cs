using System.Globalization;
using System.Text;

namespace AttentionEngine.Cli.Training;

internal static class EegDecoderCard
{
    public static string Text(EegDecoderConfig config, EegDecoderMetrics metrics, string configFile)
    {
        var table = new StringBuilder();
        foreach (var a in metrics.Accuracy)
            table.AppendLine(CultureInfo.InvariantCulture, $"| {a.WindowS} | {100 * a.AccuracyMean:F1} ± {100 * a.Ci95Half:F1} | {a.Windows} |");
        return FormattableString.Invariant($"""
            # {config.Name} {config.Version}

            **What it is.** A backward ridge decoder: 32 EEG channels (10-20 labels), 1–9 Hz at 64 Hz, EEG 0 to {(config.Lags - 1) * 1000 / 64.0} ms after the
            sound, to the envelope of the attended talker. For simulated listeners of this project: demonstrations, tests, training of the
            fusion network. It knows nothing about real heads; train one on your own recordings for people.

            **Training.** `attend train {Path.GetFileName(configFile)}` (in `models/training`): {config.TrainingListeners} simulated listeners × {config.TrainingS} s (seeds from {config.TrainingSeed}),
            two competing talkers of the default speech, dry envelopes, one attended throughout; ridge {metrics.Ridge} × mean variance, chosen
            on a fifth of the training listeners.

            **Test.** {config.TestListeners} other listeners × {config.TestS} s (seeds from {config.TestSeed}), other voices. Correlation with the attended envelope {metrics.RAttended:F3},
            with the unattended {metrics.RUnattended:F3}. Two talkers, windows that do not overlap, mean and 95 % interval over listeners:

            | window s | accuracy % | windows |
            |---|---|---|
            {table}
            **Limits.** Dry envelopes; with envelopes from the separated beams the accuracy is lower. Some simulated listeners carry no
            attention in their EEG, as some people do.

            """);
    }
}
