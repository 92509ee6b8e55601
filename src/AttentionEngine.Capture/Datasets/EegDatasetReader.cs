using System.Globalization;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Capture.Datasets;

/// <summary>From the trials of a data set's files to what decoders take: envelopes made from sound where needed, all at one rate, checked.</summary>
public static class EegDatasetReader
{
    /// <summary>Sound and EEG of one trial may differ by this much before one of the rates must be wrong.</summary>
    private const double MostLengthDifference = 0.02, MostDifferenceS = 1;

    /// <summary>Rate for which the extractor's delay is stated; it hardly depends on it.</summary>
    private const double StatedSoundHz = 16_000;

    /// <param name="path">File of one participant, or folder.</param>
    /// <param name="participants">Ids to read, without "sub-"; empty: all.</param>
    /// <param name="afterEach">Called after each participant: reading leaves several times the data behind.</param>
    /// <exception cref="InputDataException">Missing, damaged, of no known data set, or contradicting itself.</exception>
    public static EegDataset Read(string path, IReadOnlyCollection<string> participants, Action? afterEach = null)
    {
        var read = new List<EegParticipant>();
        var steps = new List<ProvenanceStep>();
        var present = new List<string>();
        // Who wants one participant of many shall not wait for all to be read: the likely files come first.
        foreach (string file in ListeningDataset.SubjectFiles(path).OrderByDescending(f => participants.Any(p => Path.GetFileName(f).Contains(p, StringComparison.Ordinal))))
        {
            if (participants.Count > 0 && read.Count == participants.Count) break;
            string guess = Path.GetFileNameWithoutExtension(file);
            var trials = TrialGroupsTable.Apply(path, ListeningDataset.ReadSubject(file));
            string id = trials.Count > 0 ? trials[0].Subject : guess;
            present.Add(id);
            if (participants.Count > 0 && !participants.Contains(id)) continue;
            var participant = Convert(trials, file) with { Attributes = BidsParticipants.Of(Path.GetDirectoryName(Path.GetFullPath(file).TrimEnd(Path.DirectorySeparatorChar))!, id) };
            EegDatasetCheck.CheckStructure(participant); // values are checked when bad channels are out
            read.Add(participant);
            afterEach?.Invoke();
            steps.Add(new ProvenanceStep("read", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: participant {id}, {trials.Count} trials, {participant.Channels.Count} channels, {participant.RateHz} Hz")));
        }
        if (participants.FirstOrDefault(p => !present.Contains(p)) is { } missing)
            throw new InputDataException($"{path} has no participant {missing}; there are {string.Join(", ", present)}.");
        return new EegDataset { Name = Path.GetFileName(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar)), Participants = read, Provenance = steps };
    }

    /// <summary>The same for trials that were found elsewhere.</summary>
    /// <param name="listeners">Source, for messages, and trials of each.</param>
    public static EegDataset FromTrials(string name, IReadOnlyList<(string Source, IReadOnlyList<ListeningTrial> Trials)> listeners)
    {
        ArgumentNullException.ThrowIfNull(listeners);
        EegParticipant[] participants = [.. listeners.Select(l => Convert(l.Trials, l.Source))];
        foreach (var p in participants) EegDatasetCheck.CheckStructure(p);
        return new EegDataset
        {
            Name = name, Participants = participants,
            Provenance = [.. participants.Zip(listeners, (p, l) => new ProvenanceStep("read", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(l.Source)}: participant {p.Id}, {p.Trials.Count} trials, {p.Channels.Count} channels, {p.RateHz} Hz")))],
        };
    }

    /// <summary>One participant's trials on one grid: the data's own rate, or 64 Hz where envelopes are made from sound.</summary>
    internal static EegParticipant Convert(IReadOnlyList<ListeningTrial> trials, string path)
    {
        if (trials.Count == 0) throw new InputDataException($"{path} has no trials.");
        var first = trials[0];
        foreach (var t in trials)
        {
            if (t.Channels.Count != first.Channels.Count) throw new InputDataException($"{path}: trial {t.Name} has {t.Channels.Count} channels, trial {first.Name} has {first.Channels.Count}.");
            if (t.RateHz != first.RateHz) throw new InputDataException($"{path}: trial {t.Name} is at {t.RateHz} Hz, trial {first.Name} at {first.RateHz} Hz.");
        }
        double rateHz = trials.Any(t => t.Talkers.Any(k => k.Envelope is null)) ? SpeechEnvelope.GridRateHz : first.RateHz;
        return new EegParticipant { Id = first.Subject, RateHz = rateHz, Channels = [.. first.Channels.Select(c => new EegChannel(c.Name, c.Type ?? TypeOf(c.Name), c.PositionM))], Trials = [.. trials.Select(t => Convert(t, rateHz, path))], EnvelopeDelayS = trials.All(t => t.EnvelopesFromSound || t.Talkers.All(k => k.Envelope is null)) ? new EnvelopeExtractor(StatedSoundHz).DelayS : double.NaN, Flags = [.. trials.Select(t => t.Warning).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal)] };
    }

    private static EegTrial Convert(ListeningTrial trial, double rateHz, string path)
    {
        int channels = trial.Channels.Count;
        double[] eeg = trial.RateHz == rateHz ? trial.Eeg : Resample(trial.Eeg, channels, trial.RateHz, rateHz);
        double[][] envelopes = [.. trial.Talkers.Select(k => k.Envelope is not { } e ? FromSound(k.SoundFile!, k.SoundChannel) : trial.RateHz == rateHz ? e : Resample(e, 1, trial.RateHz, rateHz))];
        int eegSamples = eeg.Length / channels, samples = Math.Min(eegSamples, envelopes.Min(e => e.Length));
        for (int k = 0; k < envelopes.Length; k++)
        {
            double difference = Math.Abs(envelopes[k].Length - eegSamples);
            if (difference > MostLengthDifference * eegSamples && difference > MostDifferenceS * rateHz)
                throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{path}, trial {trial.Name}: the stimulus {trial.Talkers[k].Name} lasts {envelopes[k].Length / rateHz:F1} s, the EEG {eegSamples / rateHz:F1} s. One of the two rates is wrong, or the stimulus is of another trial."));
        }
        var attended = trial.Talkers[trial.Attended];
        return new EegTrial
        {
            Id = trial.Name,
            Eeg = eeg.Length == samples * channels ? eeg : eeg[..(samples * channels)],
            Envelopes = [.. envelopes.Select(e => e.Length == samples ? e : e[..samples])],
            StimulusNames = [.. trial.Talkers.Select(k => k.Name)],
            StimulusSides = double.IsNaN(trial.SideSwitchS) && trial.Talkers.All(k => k.Side.Length > 0) ? [.. trial.Talkers.Select(k => k.Side)] : [],
            AttendedIndex = trial.Attended,
            Groups = new TrialGroups { Story = trial.Story, Presentation = trial.Presentation, Session = trial.Session, Speaker = trial.Speaker ?? (attended.Speaker.Length > 0 ? attended.Speaker : null) },
            GazedTalker = trial.GazedTalker is { } gaze ? [.. Enumerable.Range(0, samples).Select(n => gaze[Math.Min(gaze.Length - 1, (int)((long)n * gaze.Length / eegSamples))])] : null,
        };
    }

    /// <summary>Gammatone bands, power 0.6, 20 Hz low-pass at 64 Hz: the same code as live; its delay is taken out of the time.</summary>
    internal static double[] FromSound(string path, int? channel = null)
    {
        var (mono, soundHz) = StimulusSound.Read(path, channel);
        return FromSound(mono, soundHz);
    }

    /// <param name="mono">[frames]</param>
    internal static double[] FromSound(float[] mono, double soundHz)
    {
        var extractor = new EnvelopeExtractor(soundHz);
        // Silence behind the end brings out the values that the filters still hold.
        float[] padded = [.. mono, .. new float[(int)(soundHz * (extractor.DelayS + 0.1))]];
        var values = new float[(int)(padded.Length * SpeechEnvelope.GridRateHz / soundHz) + 2];
        int count = extractor.Process(padded, new SampleClock(0, StreamTime.FromSeconds(0), soundHz, 0), values, out _);
        int wanted = Math.Min(count, (int)Math.Round(mono.Length * SpeechEnvelope.GridRateHz / soundHz));
        return [.. values.AsSpan(0, wanted).ToArray().Select(v => (double)v)];
    }

    /// <summary>Linear phase without delay.</summary>
    /// <param name="values">[samples × channels] sample-major.</param>
    internal static double[] Resample(double[] values, int channels, double fromHz, double toHz)
    {
        var resampler = new Resampler(fromHz, toHz);
        int samples = values.Length / channels, length = resampler.OutputLength(samples);
        var result = new double[length * channels];
        var column = new float[samples];
        for (int c = 0; c < channels; c++)
        {
            for (int n = 0; n < samples; n++) column[n] = (float)values[n * channels + c];
            float[] output = resampler.Process(column);
            for (int n = 0; n < length; n++) result[n * channels + c] = output[n];
        }
        return result;
    }

    private static EegChannelType TypeOf(string name) => name.ToUpperInvariant() switch
    {
        "STATUS" or "TRIGGER" or "STI" => EegChannelType.Trigger,
        "M1" or "M2" or "TP9R" or "MASTOID" or "EXG1" or "EXG2" => EegChannelType.Reference,
        var n when n.StartsWith("EXG", StringComparison.Ordinal) || n.Contains("EOG", StringComparison.Ordinal) => EegChannelType.Eog,
        var n when n.StartsWith("ECG", StringComparison.Ordinal) => EegChannelType.Ecg,
        var n when n.StartsWith("EMG", StringComparison.Ordinal) => EegChannelType.Emg,
        _ => EegChannelType.Eeg,
    };
}
