using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// SparrKULee's trigger blocks: the sound card played a pulse every second beside the stimulus (t_STIMULUS.npz.gz, arrays audio or triggers, and fs), which
/// the amplifier's Status channel recorded. First and last pulse give where the stimulus began in the EEG and how much faster one clock ran; the EEG
/// is brought onto the stimulus' clock. Traps: the pulses leave a resting value that is not 0; one pulse, the first or the last, may be missing.
/// </summary>
internal static class TriggerAlignment
{
    /// <summary>A pulse may lie this far from its place; beyond it others are missing. Pulses are taken this long before and after the row of the events.</summary>
    private const double MostErrorS = 0.02, AroundS = 5;

    /// <param name="row">For messages: where the trial stands.</param>
    /// <param name="onsetS">Of the row of the events; the pulses win over it.</param>
    /// <returns>First sample and samples of the EEG per sample of the stimulus' clock at the EEG's rate.</returns>
    public static (double FirstSample, double Step) Of(EegRecording recording, string triggerFile, double onsetS, double durationS, string row)
    {
        double[] stimulusS = Stimulus(triggerFile);
        double[] pulses = Pulses(recording, onsetS, durationS);
        if (pulses.Length < 2 || stimulusS.Length < 2) throw new InputDataException($"{row}: {pulses.Length} trigger pulses in {recording.Path}, {stimulusS.Length} in {triggerFile}; two at least are needed to bring them into step.");
        double[] eegS = Matched([.. pulses.Select(p => p / recording.RateHz)], stimulusS, recording.Path, triggerFile, row);
        double step = (eegS[^1] - eegS[0]) / (stimulusS[^1] - stimulusS[0]), first = eegS[0] - step * stimulusS[0];
        for (int i = 0; i < eegS.Length; i++)
            if (Math.Abs(eegS[i] - first - step * stimulusS[i]) is var error && error > MostErrorS)
                throw new InputDataException(FormattableString.Invariant($"{row}: trigger pulse {i + 1} of {recording.Path} is {error:F3} s from its place in {triggerFile}. The pulses are of another stimulus, or some were lost."));
        return (first * recording.RateHz, step);
    }

    /// <summary>EEG at whole samples of the stimulus' clock, between two samples by their line.</summary>
    /// <returns>[count × kept]</returns>
    public static double[] Resampled(EegRecording recording, int[] kept, double firstSample, double step, long count, string row)
    {
        if (firstSample < 0 || firstSample + step * (count - 1) > recording.SampleCount - 1) throw new InputDataException(FormattableString.Invariant($"{row}: by its trigger pulses the trial lasts from {firstSample / recording.RateHz:F2} s to {(firstSample + step * count) / recording.RateHz:F2} s, which does not lie within the {recording.SampleCount / recording.RateHz:F1} s of {recording.Path}."));
        int all = recording.Channels.Count;
        var eeg = new double[count * kept.Length];
        for (long n = 0, o = 0; n < count; n++)
        {
            double at = firstSample + step * n;
            long before = Math.Min((long)at, recording.SampleCount - 2);
            double part = at - before;
            foreach (int c in kept) eeg[o++] = (1 - part) * recording.Samples[before * all + c] + part * recording.Samples[(before + 1) * all + c];
        }
        return eeg;
    }

    private static double[] Stimulus(string path)
    {
        using var bytes = new MemoryStream(EegFile.ReadWhole(path, "the triggers of a stimulus"), writable: false);
        var arrays = NpyReader.ReadNpz(bytes, path);
        if ((arrays.GetValueOrDefault("triggers") ?? arrays.GetValueOrDefault("audio")) is not { } line || !arrays.TryGetValue("fs", out var fs) || fs.Length != 1)
            throw new InputDataException($"{path} holds {string.Join(", ", arrays.Keys)}; expected audio (or triggers) and fs.");
        double rateHz = fs.ToDoubles()[0];
        double[] values = line.ToDoubles();
        return [.. Enumerable.Range(0, values.Length).Where(i => values[i] > 0.5 && (i == 0 || values[i - 1] <= 0.5)).Select(i => i / rateHz)];
    }

    /// <summary>Where the Status channel leaves its resting value, the one it has most of the time.</summary>
    private static double[] Pulses(EegRecording recording, double onsetS, double durationS)
    {
        var changes = recording.StatusChanges;
        var lasts = new Dictionary<int, double>();
        for (int i = 0; i < changes.Count; i++)
            lasts[changes[i].Value] = lasts.GetValueOrDefault(changes[i].Value) + (i + 1 < changes.Count ? changes[i + 1].Sample : recording.SampleCount) - changes[i].Sample;
        if (lasts.Count == 0) return [];
        int resting = lasts.MaxBy(v => v.Value).Key;
        double from = (onsetS - AroundS) * recording.RateHz, to = (onsetS + durationS + AroundS) * recording.RateHz;
        return [.. changes.Where((c, i) => c.Value != resting && (i == 0 || changes[i - 1].Value == resting) && c.Sample > 0 && c.Sample >= from && c.Sample <= to).Select(c => c.Sample)];
    }

    /// <summary>As many pulses as the stimulus has: one that is missing at an end is put where it must have been.</summary>
    private static double[] Matched(double[] eegS, double[] stimulusS, string path, string triggerFile, string row)
    {
        if (eegS.Length == stimulusS.Length) return eegS;
        if (eegS.Length != stimulusS.Length - 1) throw new InputDataException($"{row}: {path} has {eegS.Length} trigger pulses around the trial, {triggerFile} {stimulusS.Length}. The pulses are of another stimulus, or some were lost.");
        double Off(int skipped) => Enumerable.Range(1, eegS.Length - 1).Max(i => Math.Abs(eegS[i] - eegS[0] - (stimulusS[i + skipped] - stimulusS[skipped])));
        return Off(0) <= Off(1) ? [.. eegS, eegS[^1] + stimulusS[^1] - stimulusS[^2]] : [eegS[0] - (stimulusS[1] - stimulusS[0]), .. eegS];
    }
}
