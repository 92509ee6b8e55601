using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>A plain MATLAB file of whole arrays: eeg [trials × samples × channels], att and unatt [trials × samples], fs; integers times eeg_lsb and env_lsb.</summary>
internal static class TrialArrays
{
    public static bool Recognises(IReadOnlyDictionary<string, MatValue> file) => file.GetValueOrDefault("eeg") is { Kind: MatKind.Numeric } && file.ContainsKey("att") && file.ContainsKey("fs");

    public static List<ListeningTrial> Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        var eeg = file["eeg"];
        if (eeg.Shape.Count != 3) throw new InputDataException($"{path}: eeg is {eeg.Describe()}; expected trials × samples × channels.");
        int trials = eeg.Shape[0], samples = eeg.Shape[1], channels = eeg.Shape[2];
        double rateHz = file["fs"].Scalar(path, "fs"), eegScale = Scale(file, "eeg_lsb", path), envelopeScale = Scale(file, "env_lsb", path);
        string[] streams = file.ContainsKey("unatt") ? ["att", "unatt"] : ["att"];
        foreach (string s in streams)
            if (file[s].Kind != MatKind.Numeric || file[s].Shape.Count != 2 || file[s].Shape[0] != trials || file[s].Shape[1] != samples)
                throw new InputDataException($"{path}: {s} is {file[s].Describe()}; expected {trials} trials × {samples} samples, as eeg.");
        double[] all = eeg.ToDoubles();
        double[][] envelopes = [.. streams.Select(s => file[s].ToDoubles())];
        double[] sides = file.GetValueOrDefault("side") is { Kind: MatKind.Numeric } side && side.Count == trials ? side.ToDoubles() : [];
        var result = new List<ListeningTrial>();
        for (int t = 0; t < trials; t++)
        {
            var values = new double[samples * channels];
            for (int n = 0; n < samples; n++)
                for (int c = 0; c < channels; c++) values[n * channels + c] = all[t + trials * (n + (long)samples * c)] * eegScale;
            double[] Envelope(int k) => [.. Enumerable.Range(0, samples).Select(n => envelopes[k][t + trials * n] * envelopeScale)];
            string Side(int k) => sides.Length == 0 ? "" : sides[t] == 0 == (k == 0) ? "L" : "R";
            string name = FormattableString.Invariant($"{t + 1}");
            result.Add(new ListeningTrial(Path.GetFileNameWithoutExtension(path), name, rateHz, MatTrials.Channels([], channels), values,
                [.. streams.Select((s, k) => new TalkerStimulus($"{s} {name}", Envelope(k), null, "", Side(k)))], 0, null, $"trial {name}", ""));
        }
        return result;
    }

    private static double Scale(IReadOnlyDictionary<string, MatValue> file, string name, string path) => file.TryGetValue(name, out var v) ? v.Scalar(path, name) : 1;
}
