using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Eeg;

/// <summary>Refuses data that would give a wrong answer: every reader's output passes here before it is decoded.</summary>
public static class EegDatasetCheck
{
    /// <exception cref="InputDataException">Sizes disagree, a value is not finite, a channel is flat or a copy, an index is out of range, an id repeats.</exception>
    public static void Check(EegDataset dataset)
    {
        if (dataset.Participants.Count == 0) throw new InputDataException($"The data set {dataset.Name} has no participants.");
        RequireUnique(dataset.Participants.Select(p => p.Id), $"participants of {dataset.Name}");
        foreach (var participant in dataset.Participants) Check(participant);
    }

    /// <summary>The same for one participant.</summary>
    public static void Check(EegParticipant participant)
    {
        CheckStructure(participant);
        foreach (var trial in participant.Trials) CheckValues(trial, participant.Channels, $"participant {participant.Id}, trial {trial.Id}");
    }

    /// <summary>Names and sizes only: what must hold before bad channels can be looked for.</summary>
    public static void CheckStructure(EegParticipant participant)
    {
        string who = $"participant {participant.Id}";
        if (!(participant.RateHz > 0 && double.IsFinite(participant.RateHz))) throw new InputDataException(FormattableString.Invariant($"{who}: the rate is {participant.RateHz} Hz, expected a positive number."));
        if (participant.Channels.Count == 0) throw new InputDataException($"{who} has no channels.");
        if (participant.Trials.Count == 0) throw new InputDataException($"{who} has no trials.");
        RequireUnique(participant.Channels.Select(c => c.Name), $"channels of {who}");
        RequireUnique(participant.Trials.Select(t => t.Id), $"trials of {who}");
        foreach (var trial in participant.Trials) CheckStructure(trial, participant, $"{who}, trial {trial.Id}");
    }

    private static void CheckStructure(EegTrial trial, EegParticipant participant, string where)
    {
        int channels = participant.Channels.Count, samples = trial.Samples;
        if (samples == 0) throw new InputDataException($"{where} has no envelope, or an empty one.");
        for (int k = 0; k < trial.Envelopes.Length; k++)
        {
            if (trial.Envelopes[k].Length != samples) throw new InputDataException($"{where}: envelope {k} has {trial.Envelopes[k].Length} samples, envelope 0 has {samples}. Cut them to the same span.");
            RequireFinite(trial.Envelopes[k], i => $"{where}: envelope {k}, sample {i}");
        }
        if (trial.Eeg.Length != (long)samples * channels)
            throw new InputDataException($"{where}: {trial.Eeg.Length} EEG values are not {samples} samples (as its envelopes) × {channels} channels. Are EEG and envelopes at the same rate ({participant.RateHz} Hz is declared)?");
        if (trial.AttendedIndex < 0 || trial.AttendedIndex >= trial.Envelopes.Length)
            throw new InputDataException($"{where}: the attended talker is {trial.AttendedIndex}, expected 0 to {trial.Envelopes.Length - 1}.");
    }

    private static void CheckValues(EegTrial trial, IReadOnlyList<EegChannel> channels, string where)
    {
        for (int k = 0; k < trial.Envelopes.Length; k++)
            if (trial.Envelopes[k].AsSpan().IndexOfAnyExcept(trial.Envelopes[k][0]) < 0)
                throw new InputDataException($"{where}: envelope {k}{(k < trial.StimulusNames.Count ? $" ({trial.StimulusNames[k]})" : "")} is constant: the talker is silent throughout. Leave the talker out of the trial, or the trial out.");
        RequireFinite(trial.Eeg, i => $"{where}: channel {channels[i % channels.Count].Name}, sample {i / channels.Count}");
        RefuseFlatAndCopied(trial, channels, where);
    }

    private static void RefuseFlatAndCopied(EegTrial trial, IReadOnlyList<EegChannel> channels, string where)
    {
        int count = channels.Count;
        var seen = new Dictionary<ulong, int>();
        for (int c = 0; c < count; c++)
        {
            if (channels[c].Type is not EegChannelType.Eeg) continue;
            bool flat = true;
            ulong hash = 14695981039346656037UL;
            for (int i = c; i < trial.Eeg.Length; i += count)
            {
                flat &= trial.Eeg[i] == trial.Eeg[c];
                hash = (hash ^ BitConverter.DoubleToUInt64Bits(trial.Eeg[i])) * 1099511628211UL;
            }
            if (flat) throw new InputDataException($"{where}: channel {channels[c].Name} is flat. Mark it as bad (drop or interpolate it) first.");
            if (!seen.TryAdd(hash, c) && SameChannel(trial.Eeg, count, c, seen[hash]))
                throw new InputDataException($"{where}: channel {channels[c].Name} is a copy of {channels[seen[hash]].Name}. Drop one of the two.");
        }
    }

    private static bool SameChannel(double[] eeg, int channels, int a, int b)
    {
        for (int i = 0; i < eeg.Length; i += channels)
            if (eeg[i + a] != eeg[i + b]) return false;
        return true;
    }

    private static void RequireFinite(double[] values, Func<int, string> where)
    {
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i])) throw new InputDataException(FormattableString.Invariant($"{where(i)} is {values[i]}. Cut such spans out, or interpolate them, first."));
    }

    private static void RequireUnique(IEnumerable<string> ids, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string id in ids)
            if (!seen.Add(id)) throw new InputDataException($"Two {what} are called {id}; each needs its own name.");
    }
}
