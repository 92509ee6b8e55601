using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Bids;

/// <param name="Files">What was written, relative to the root.</param>
/// <param name="LeftOut">Streams that BIDS has no place for.</param>
/// <param name="Damage">What was wrong with the recording.</param>
public sealed record BidsResult(IReadOnlyList<string> Files, IReadOnlyList<string> LeftOut, IReadOnlyList<XdfDamage> Damage);

/// <param name="PowerLineHz">Frequency of the mains where it was recorded; EEG files must say it.</param>
public sealed record BidsOptions(double PowerLineHz = 50);

/// <summary>
/// A recording as part of a BIDS dataset: EEG as BrainVision, gaze as eye-tracking physio, motion, markers as events, sound as source data.
/// Time zero is the first EEG sample, or else the earliest sample of any; everything is on the recorder's clock.
/// </summary>
public static class BidsExport
{
    /// <param name="progress">Is told the part that is done, 0 to 1.</param>
    /// <exception cref="ConfigurationException">A file that would be written exists.</exception>
    /// <exception cref="InputDataException">The recording cannot be read.</exception>
    public static BidsResult Run(string xdfPath, string root, BidsEntities entities, BidsOptions? options = null, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var recording = XdfRecording.Read(xdfPath, s => s.Info.Format == ChannelFormat.Text);
        if (recording.Streams.Count == 0) throw new InputDataException($"{xdfPath} holds no stream.");
        Directory.CreateDirectory(root);
        var dataset = new BidsDataset(root);
        var streams = recording.Streams.Where(s => s.SampleCount > 0).Select(s => new BidsStream(xdfPath, s, XdfTimes.Of(s), KindOf(s.Info))).ToList();
        var eeg = streams.Where(s => s.Kind == BidsKind.Eeg).ToList();
        double zeroS = eeg.Count > 0 ? eeg[0].Times.TimesS[0] : streams.Count > 0 ? streams.Min(s => s.Times.TimesS[0]) : 0;
        var events = BidsEvents.Of(streams, zeroS);
        string main = $"{entities.Folder}/{(eeg.Count > 0 ? "eeg" : "beh")}";
        dataset.Describe(entities.Subject, "AttentionEngine");
        for (int i = 0; i < streams.Count; i++)
        {
            var stream = streams[i];
            void Part(double part) => progress?.Invoke((i + part) / streams.Count);
            string? acq = streams.Count(s => s.Kind == stream.Kind) > 1 ? BidsEntities.AsLabel(stream.Info.Name) + (Duplicate(streams, i) is > 0 and int n ? $"{n + 1}" : "") : null;
            switch (stream.Kind)
            {
                case BidsKind.Eeg: BidsEeg.Write(dataset, main, entities, acq, stream, zeroS, events, options ?? new BidsOptions(), Part, cancellation); break;
                case BidsKind.Gaze: BidsGaze.Write(dataset, main, entities, Count(streams, i) + 1, stream, zeroS, events, Part, cancellation); break;
                case BidsKind.Motion: BidsMotion.Write(dataset, $"{entities.Folder}/motion", entities, acq ?? BidsEntities.AsLabel(stream.Info.Name), stream, Part, cancellation); break;
                case BidsKind.Audio: BidsAudio.Write(dataset, $"sourcedata/{entities.Folder}/audio", entities, acq, stream, zeroS, Part, cancellation); break;
            }
        }
        if (events.Count > 0) BidsEvents.Write(dataset, main, entities, events);
        dataset.AddScans(entities, streams.Where(s => s.ScanFile.Length > 0).Select(s => (s.ScanFile, s.Times.TimesS[0] - zeroS)));
        var leftOut = recording.Streams.Where(s => s.SampleCount == 0 || KindOf(s.Info) == BidsKind.Other).Select(s => $"{s.Info.Name} ({s.Info.Type}){(s.SampleCount == 0 ? ": no samples" : "")}");
        return new BidsResult(dataset.Written, [.. leftOut], recording.Damage);
    }

    /// <summary>How many streams of the same kind come before; of the same kind and name.</summary>
    private static int Count(List<BidsStream> streams, int at) => streams.Take(at).Count(s => s.Kind == streams[at].Kind);
    private static int Duplicate(List<BidsStream> streams, int at) => streams.Take(at).Count(s => s.Kind == streams[at].Kind && s.Info.Name == streams[at].Info.Name);

    private static BidsKind KindOf(StreamInfo info) => info.Format == ChannelFormat.Text ? BidsKind.Events : info.Type.ToUpperInvariant() switch
    {
        "EEG" when info.NominalRateHz > 0 => BidsKind.Eeg,
        "GAZE" or "EYETRACKING" or "EYE" => BidsKind.Gaze,
        "MOCAP" or "MOTION" or "POSITION" or "ACC" or "ACCELEROMETER" or "GYRO" or "IMU" when info.NominalRateHz > 0 => BidsKind.Motion,
        "AUDIO" when info.NominalRateHz > 0 => BidsKind.Audio,
        "MARKERS" or "MARKER" => BidsKind.Events,
        _ => BidsKind.Other,
    };
}

internal enum BidsKind { Other, Eeg, Gaze, Motion, Audio, Events }

/// <summary>One stream on its way out.</summary>
/// <param name="Data">Stamps and offsets; values only of text.</param>
internal sealed record BidsStream(string Path, XdfStreamData Data, XdfTimes Times, BidsKind Kind)
{
    public StreamInfo Info => Data.Info;

    /// <summary>The file that stands for it in <c>_scans.tsv</c>, relative to the root; empty until it is written and for what has no line there.</summary>
    public string ScanFile { get; set; } = "";

    /// <summary>Measured, or else nominal, samples per second.</summary>
    public double RateHz => Times.EffectiveRateHz > 0 ? Times.EffectiveRateHz : Info.NominalRateHz;

    /// <summary>Label, type and unit of each channel as the stream's description has them; empty where it has none.</summary>
    public IReadOnlyList<(string Label, string Type, string Unit)> Channels()
    {
        var described = Info.Desc.Element("channels")?.Elements("channel").ToList() ?? [];
        return [.. Enumerable.Range(0, Info.ChannelCount).Select(i => i < described.Count ? (Text(i, "label"), Text(i, "type"), Text(i, "unit")) : ("", "", ""))];

        string Text(int i, string element) => described[i].Element(element)?.Value.Trim() ?? "";
    }

    /// <summary>Label of each channel, made up where the description has none, all different as BIDS wants.</summary>
    public string[] Names()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. Channels().Select((c, i) => BidsDataset.Cell(c.Label) is var label && label != "n/a" && seen.Add(label) ? label : $"channel{i + 1}")];
    }

    public string? Described(params string[] path) => path.Aggregate((System.Xml.Linq.XElement?)Info.Desc, (e, name) => e?.Element(name))?.Value.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Values with their times; see <see cref="XdfStreamRows.Visit"/>.</summary>
    /// <param name="visit">[frames × channels] values, row-major; [frames] times in seconds; number of the first frame.</param>
    public void Visit(Action<double[], ReadOnlySpan<double>, int> visit, Action<double> progress, CancellationToken cancellation)
    {
        using var reader = new XdfEventReader(Path, verify: false);
        double[] values = [];
        int row = 0;
        while (row < Times.TimesS.Length && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            progress((double)reader.PositionBytes / reader.LengthBytes);
            if (reader.Kind != XdfEventKind.Samples || reader.Stream.StreamId != Data.Stream.StreamId) continue;
            if (values.Length < reader.Frames * Info.ChannelCount) values = new double[reader.Frames * Info.ChannelCount];
            reader.CopyValues(values);
            int frames = Math.Min(reader.Frames, Times.TimesS.Length - row);
            visit(values, Times.TimesS.AsSpan(row, frames), row);
            row += frames;
        }
    }

    /// <summary>Samples to put in where data are missing, by the sample after which; so that a file without time stamps keeps its time.</summary>
    /// <exception cref="InputDataException">A gap of more than ten minutes, for which no filling is sensible.</exception>
    public Dictionary<int, long> Missing()
    {
        foreach (var gap in Times.Gaps)
            if (gap.MissingSamples > 600 * RateHz)
                throw new InputDataException($"stream '{Info.Name}' has a gap of {gap.MissingSamples / RateHz:F0} s after sample {gap.AfterSample}: too long to fill in a file without time stamps. Export it with `attend xdf export`, or cut the recording.");
        return Times.Gaps.ToDictionary(g => g.AfterSample, g => g.MissingSamples);
    }
}
