using System.Globalization;
using AttentionEngine.Capture.Cnd;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>A CND folder: dataStim.mat with the features "attended …" and "unattended …" (or one envelope: no competition) and dataSubK.mat.</summary>
public static class CndLoader
{
    internal static List<ListeningTrial> Convert(string stimulusPath, string responsePath)
    {
        var stimuli = CndFile.ReadStimuli(stimulusPath);
        var responses = CndFile.ReadResponses(responsePath);
        if (stimuli.RateHz != responses.RateHz) throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{responsePath} is at {responses.RateHz} Hz and {stimulusPath} at {stimuli.RateHz} Hz; bring both to one rate."));
        if (stimuli.Features[0].Count != responses.Trials.Count) throw new InputDataException($"{responsePath} has {responses.Trials.Count} trials, {stimulusPath} {stimuli.Features[0].Count}; expected the same.");
        int[] order = Order(stimuli, stimulusPath);
        var trials = new List<ListeningTrial>();
        for (int t = 0; t < responses.Trials.Count; t++)
        {
            string name = FormattableString.Invariant($"{t + 1}");
            var eeg = responses.Trials[t];
            int padding = responses.PaddingStartSample, channels = eeg.Shape[1], samples = eeg.Shape[0] - padding;
            if (padding < 0 || samples <= 0) throw new InputDataException($"{responsePath}: paddingStartSample is {padding}; trial {name} has {eeg.Shape[0]} samples.");
            var talkers = order.Select(f => new TalkerStimulus($"{stimuli.FeatureNames[f]} {stimuli.StimulusIndex[t] + 1}",
                MatTrials.Envelope(stimuli.Features[f][t], samples, stimulusPath, FormattableString.Invariant($"stim.data{{{f + 1},{t + 1}}}")), null, "", ""));
            trials.Add(new ListeningTrial(Path.GetFileNameWithoutExtension(responsePath).Replace("dataSub", "", StringComparison.OrdinalIgnoreCase), name, responses.RateHz, MatTrials.Channels([.. responses.ChannelNames], channels),
                MatTrials.Part(MatTrials.SampleMajor(eeg, responsePath, FormattableString.Invariant($"eeg.data{{{t + 1}}}")), channels, padding, samples), [.. talkers], 0,
                FormattableString.Invariant($"stimulus {stimuli.StimulusIndex[t] + 1}"), $"trial {name}", stimuli.Condition[t]));
        }
        return trials;
    }

    /// <summary>The attended feature first, then the unattended ones.</summary>
    private static int[] Order(CndStimuli stimuli, string path)
    {
        bool Is(int f, string word) => stimuli.FeatureNames[f].StartsWith(word, StringComparison.OrdinalIgnoreCase);
        int[] attended = [.. Enumerable.Range(0, stimuli.Features.Count).Where(f => Is(f, "att"))], unattended = [.. Enumerable.Range(0, stimuli.Features.Count).Where(f => Is(f, "unatt"))];
        if (attended.Length == 1) return [.. attended, .. unattended];
        int envelope = stimuli.FeatureNames.ToList().FindIndex(n => n.Contains("env", StringComparison.OrdinalIgnoreCase));
        return stimuli.Features.Count == 1 ? [0] : envelope >= 0 ? [envelope] : throw new InputDataException($"{path} has the features {string.Join(", ", stimuli.FeatureNames)}: none is called attended…, none envelope…. Rename the one that was attended.");
    }
}
