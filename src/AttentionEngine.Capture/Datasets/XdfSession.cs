using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Datasets;

/// <summary>What one talker said over a whole session.</summary>
/// <param name="Mono">[frames]</param>
/// <param name="FirstSampleTimeS">On the recorder's clock, s.</param>
public sealed record SessionSound(string Name, float[] Mono, double RateHz, double FirstSampleTimeS);

/// <summary>
/// The EEG and the markers of one of our own recordings (<c>attend demo</c>, <c>record</c>, <c>run</c>, <c>simulate</c>), on the recorder's clock, with
/// jitter and clock offsets taken out; NaN where samples were lost.
/// </summary>
/// <param name="Samples">[samples × channels] sample-major.</param>
/// <param name="TimesS">[samples]</param>
/// <param name="Markers">Text and time, s, of all marker streams.</param>
public sealed record XdfSession(string Path, IReadOnlyList<EegFileChannel> Channels, double RateHz, double[] Samples, double[] TimesS, IReadOnlyList<(double TimeS, string Text)> Markers)
{
    private const string FileName = "session.xdf";

    /// <summary>Path of the recording when this is one, or the folder of one; else null.</summary>
    public static string? Find(string path) => path.EndsWith(".xdf", StringComparison.OrdinalIgnoreCase) && File.Exists(path) ? path
        : File.Exists(System.IO.Path.Combine(path, FileName)) ? System.IO.Path.Combine(path, FileName) : null;

    /// <exception cref="InputDataException">It cannot be read, or has no EEG, or several.</exception>
    public static XdfSession Read(string xdfPath)
    {
        var recording = XdfRecording.Read(xdfPath, s => IsEeg(s.Info) || s.Info.Format == ChannelFormat.Text);
        var eeg = recording.Streams.Where(s => IsEeg(s.Info) && s.SampleCount > 0).ToList();
        if (eeg.Count != 1)
            throw new InputDataException($"{xdfPath} has {(eeg.Count == 0 ? "no EEG" : "the EEG streams " + string.Join(", ", eeg.Select(s => s.Info.Name)))} among {string.Join(", ", recording.Streams.Select(s => $"{s.Info.Name} ({s.Info.Type})"))}; expected one stream of type EEG.");
        var stream = eeg[0];
        if (!(stream.Info.NominalRateHz > 0)) throw new InputDataException($"{xdfPath}: the EEG stream {stream.Info.Name} has no rate.");
        var (samples, times) = Filled(stream, XdfTimes.Of(stream));
        var markers = recording.Streams.Where(s => s.Values is string[]).SelectMany(s => XdfTimes.Of(s).TimesS.Zip((string[])s.Values)).OrderBy(m => m.First).ToList();
        return new XdfSession(xdfPath, ChannelsOf(stream.Info), stream.Info.NominalRateHz, samples, times, markers);
    }

    /// <summary>Where the listener looked.</summary>
    internal XdfGaze Gaze => _gaze ??= XdfGaze.Read(Path);

    private XdfGaze? _gaze;

    /// <summary>One trial at 64 Hz: EEG and envelopes from its first sample on.</summary>
    /// <param name="talkers">All talkers, with what they said over the session.</param>
    /// <param name="azimuthDeg">[K] directions of the talkers in ROOM, left positive; null: from their recorded positions, where there are any.</param>
    /// <exception cref="InputDataException">The trial or a sound does not cover the time.</exception>
    public ListeningTrial Trial(string subject, string name, double startS, double endS, IReadOnlyList<SessionSound> talkers, int attended, string? story, string presentation, double[]? azimuthDeg = null)
    {
        int first = Array.BinarySearch(TimesS, startS);
        if (first < 0) first = ~first;
        int count = (int)Math.Floor((endS - startS) * RateHz), channels = Channels.Count;
        if (startS < TimesS[0] - 1 / RateHz || count <= 0 || first + count > TimesS.Length)
            throw new InputDataException(FormattableString.Invariant($"{Path}: the trial {name} from {startS - TimesS[0]:F2} to {endS - TimesS[0]:F2} s after the first EEG sample does not lie within the {TimesS.Length / RateHz:F1} s of EEG."));
        double[] part = Samples.AsSpan(first * channels, count * channels).ToArray();
        double[] eeg = RateHz == SpeechEnvelope.GridRateHz ? part : EegDatasetReader.Resample(part, channels, RateHz, SpeechEnvelope.GridRateHz);
        int samples = eeg.Length / channels;
        var stimuli = talkers.Select(t => new TalkerStimulus(t.Name, Envelope(t, TimesS[first], samples, name), null, "", "")).ToArray();
        return new ListeningTrial(subject, name, SpeechEnvelope.GridRateHz, Channels, eeg, stimuli, attended, story, presentation, "")
        {
            EnvelopesFromSound = true, Warning = Gaze.Problem,
            GazedTalker = Gaze.Track is { } track && (azimuthDeg is null ? Gaze.Azimuths([.. talkers.Select(t => t.Name)]) : _ => azimuthDeg) is { } directions ? track.At(directions, TimesS[first], samples, SpeechEnvelope.GridRateHz) : null,
        };
    }

    private double[] Envelope(SessionSound sound, double startS, int samples, string trial)
    {
        // The filters need some sound from before; it is cut off again.
        int lead = (int)Math.Min(SpeechEnvelope.GridRateHz, Math.Floor((startS - sound.FirstSampleTimeS) * SpeechEnvelope.GridRateHz));
        long from = (long)Math.Round((startS - lead / SpeechEnvelope.GridRateHz - sound.FirstSampleTimeS) * sound.RateHz), length = (long)Math.Ceiling((lead + samples) / SpeechEnvelope.GridRateHz * sound.RateHz);
        if (lead < 0 || from < 0 || from + length > sound.Mono.Length + sound.RateHz / 10)
            throw new InputDataException(FormattableString.Invariant($"{Path}: the sound of {sound.Name} ({sound.Mono.Length / sound.RateHz:F1} s) does not cover the trial {trial} ({samples / SpeechEnvelope.GridRateHz:F1} s). Is its start or its rate wrong?"));
        var mono = sound.Mono.AsSpan((int)from, (int)Math.Min(length, sound.Mono.Length - from)).ToArray();
        double[] envelope = EegDatasetReader.FromSound(mono, sound.RateHz);
        Array.Resize(ref envelope, lead + samples);
        return envelope[lead..];
    }

    private static bool IsEeg(StreamInfo info) => string.Equals(info.Type, "EEG", StringComparison.OrdinalIgnoreCase) && info.Format != ChannelFormat.Text;

    private static EegFileChannel[] ChannelsOf(StreamInfo info) =>
        [.. Enumerable.Range(0, info.ChannelCount).Select(c => new EegFileChannel(info.ChannelLabels is { } l && c < l.Count && l[c].Length > 0 ? l[c] : FormattableString.Invariant($"{c + 1}"), "µV")
        {
            Type = info.Desc.Element("channels")?.Elements("channel").ElementAtOrDefault(c)?.Element("type")?.Value.ToUpperInvariant() switch { "EEG" => EegChannelType.Eeg, "EOG" => EegChannelType.Eog, "EMG" => EegChannelType.Emg, "ECG" => EegChannelType.Ecg, "REF" => EegChannelType.Reference, _ => null },
        })];

    /// <summary>Lost samples as NaN, at the times at which they would have come.</summary>
    private static (double[] Samples, double[] TimesS) Filled(XdfStreamData stream, XdfTimes times)
    {
        int channels = stream.Info.ChannelCount, recorded = times.TimesS.Length;
        double[] values = stream.ToDoubles(); // an EEG amplifier's offset may be larger than float can resolve beside the signal
        var missing = times.Gaps.ToDictionary(g => g.AfterSample, g => g.MissingSamples);
        long total = recorded + missing.Values.Sum();
        if (total * channels > Array.MaxLength || total > 100L * recorded) throw new InputDataException($"{stream.Info.Name}: {total - recorded} of {total} EEG samples are missing; this is no recording to decode.");
        var samples = new double[total * channels];
        var at = new double[total];
        long o = 0;
        for (int n = 0; n < recorded; n++)
        {
            at[o] = times.TimesS[n];
            for (int c = 0; c < channels; c++) samples[o * channels + c] = values[n * channels + c];
            o++;
            long lost = missing.GetValueOrDefault(n);
            for (long k = 1; k <= lost; k++, o++)
            {
                at[o] = times.TimesS[n] + k / stream.Info.NominalRateHz;
                samples.AsSpan((int)(o * channels), channels).Fill(double.NaN);
            }
        }
        return (samples, at);
    }
}
