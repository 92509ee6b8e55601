using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Bids;

/// <summary>EEG as BrainVision (header, markers, float32 multiplexed) with the sidecars that BIDS wants. Missing samples are NaN, and BAD_gap in the events.</summary>
internal static class BidsEeg
{
    public static void Write(BidsDataset dataset, string folder, BidsEntities entities, string? acq, BidsStream stream, double zeroS, IReadOnlyList<BidsEvent> events, BidsOptions options, Action<double> progress, CancellationToken cancellation)
    {
        string Name(string suffix) => entities.Name(suffix, acq: acq);
        string[] names = stream.Names();
        string[] units = [.. stream.Channels().Select(c => Unit(c.Unit))];
        long samples = WriteData(dataset.NewFile($"{folder}/{Name("eeg.eeg")}"), stream, progress, cancellation);
        stream.ScanFile = $"{folder}/{Name("eeg.vhdr")}";
        dataset.WriteText(stream.ScanFile, Header(stream, names, units, Name("eeg.eeg"), Name("eeg.vmrk")));
        dataset.WriteText($"{folder}/{Name("eeg.vmrk")}", Markers(stream, zeroS, events, samples, Name("eeg.eeg")));
        int eeg = stream.Channels().Count(c => Type(c.Type) == "EEG");
        dataset.WriteJson($"{folder}/{Name("eeg.json")}", new Dictionary<string, object>
        {
            ["TaskName"] = entities.Task,
            ["EEGReference"] = stream.Described("reference", "label") ?? (stream.Described("reference", "common_average") == "Yes" ? "common average" : "n/a"),
            ["SamplingFrequency"] = stream.RateHz,
            ["PowerLineFrequency"] = options.PowerLineHz,
            ["SoftwareFilters"] = "n/a",
            ["EEGChannelCount"] = eeg,
            ["MiscChannelCount"] = names.Length - eeg,
            ["RecordingDuration"] = samples / stream.RateHz,
            ["RecordingType"] = "continuous",
            ["EEGPlacementScheme"] = stream.Described("cap", "labelscheme") ?? "n/a",
            ["Manufacturer"] = stream.Described("acquisition", "manufacturer") ?? "n/a",
            ["ManufacturersModelName"] = stream.Described("acquisition", "model") ?? "n/a",
        });
        dataset.WriteTable($"{folder}/{Name("channels.tsv")}", names.Select((n, i) => new[] { n, Type(stream.Channels()[i].Type), units[i], stream.RateHz.ToString("R", CultureInfo.InvariantCulture) })
            .Prepend(["name", "type", "units", "sampling_frequency"]));
        WriteElectrodes(dataset, folder, entities, acq, stream, names);
    }

    private static long WriteData(string path, BidsStream stream, Action<double> progress, CancellationToken cancellation)
    {
        int channels = stream.Info.ChannelCount;
        var missing = stream.Missing();
        using var file = new NewFile(path);
        var frame = new float[channels];
        var none = new float[channels];
        Array.Fill(none, float.NaN);
        using var buffer = new MemoryStream();
        long written = 0;
        stream.Visit((values, timesS, first) =>
        {
            for (int i = 0; i < timesS.Length; i++)
            {
                for (int c = 0; c < channels; c++) frame[c] = (float)values[i * channels + c];
                Put(frame);
                for (long k = missing.GetValueOrDefault(first + i); k > 0; k--) Put(none);
            }
        }, progress, cancellation);
        file.Append(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return written;

        void Put(float[] values)
        {
            buffer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            written++;
            if (buffer.Length < 1 << 20) return;
            file.Append(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
            buffer.SetLength(0);
        }
    }

    private static string Header(BidsStream stream, string[] names, string[] units, string dataFile, string markerFile)
    {
        var text = new StringBuilder("Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n");
        text.Append($"DataFile={dataFile}\nMarkerFile={markerFile}\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nDataType=TIMEDOMAIN\n");
        text.Append(CultureInfo.InvariantCulture, $"NumberOfChannels={names.Length}\nSamplingInterval={1e6 / stream.RateHz:R}\n\n[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n\n[Channel Infos]\n");
        for (int i = 0; i < names.Length; i++) text.Append(CultureInfo.InvariantCulture, $"Ch{i + 1}={Escape(names[i])},,1,{units[i]}\n");
        return text.ToString();
    }

    private static string Markers(BidsStream stream, double zeroS, IReadOnlyList<BidsEvent> events, long samples, string dataFile)
    {
        var text = new StringBuilder("Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n");
        text.Append($"DataFile={dataFile}\n\n[Marker Infos]\nMk1=New Segment,,1,1,0\n");
        double startS = stream.Times.TimesS[0] - zeroS;
        int number = 2;
        foreach (var e in events)
        {
            double position = Math.Round((e.OnsetS - startS) * stream.RateHz) + 1;
            if (position < 1 || position > samples) continue;
            text.Append(CultureInfo.InvariantCulture, $"Mk{number++}=Comment,{Escape(BidsDataset.Cell(e.What))},{(long)position},{Math.Max(1, (long)Math.Round(e.DurationS * stream.RateHz))},0\n");
        }
        return text.ToString();
    }

    /// <summary>Positions, where the stream describes them: desc/channels/channel/location/{X,Y,Z} in millimetres (XDF's EEG metadata).</summary>
    private static void WriteElectrodes(BidsDataset dataset, string folder, BidsEntities entities, string? acq, BidsStream stream, string[] names)
    {
        var rows = new List<string[]>();
        var channels = stream.Info.Desc.Element("channels")?.Elements("channel").Take(names.Length).ToList() ?? [];
        for (int i = 0; i < channels.Count; i++)
        {
            if (channels[i].Element("location") is not { } location) continue;
            double[] at = [.. new[] { "X", "Y", "Z" }.Select(axis => Number(location.Element(axis)))];
            if (at.All(double.IsFinite)) rows.Add([names[i], .. at.Select(v => v.ToString("R", CultureInfo.InvariantCulture))]);
        }
        if (rows.Count == 0) return;
        // Neither file has the entity task: positions are of the session.
        string prefix = $"sub-{entities.Subject}{(entities.Session is null ? "" : $"_ses-{entities.Session}")}{(acq is null ? "" : $"_acq-{acq}")}";
        if (File.Exists(Path.Combine(dataset.Root, folder, $"{prefix}_electrodes.tsv"))) return;
        dataset.WriteTable($"{folder}/{prefix}_electrodes.tsv", rows.Prepend(["name", "x", "y", "z"]));
        dataset.WriteJson($"{folder}/{prefix}_coordsystem.json", new Dictionary<string, object>
        {
            ["EEGCoordinateSystem"] = "Other",
            ["EEGCoordinateUnits"] = "mm",
            ["EEGCoordinateSystemDescription"] = stream.Described("cap", "coordinate_system") ?? "As the stream's metadata give them (XDF EEG metadata: X to the right ear, Y to the nose, Z up, unless the source says otherwise)",
        });
    }

    private static double Number(XElement? element) => double.TryParse(element?.Value, CultureInfo.InvariantCulture, out double v) ? v : double.NaN;

    private static string Type(string type) => type.ToUpperInvariant() switch { "" or "EEG" => "EEG", "EOG" => "EOG", "ECG" => "ECG", "EMG" => "EMG", "REF" => "REF", "TRIG" or "TRIGGER" => "TRIG", _ => "MISC" };

    private static string Unit(string unit) => unit.ToUpperInvariant() switch
    {
        "" or "MICROVOLTS" or "MICROVOLT" or "UV" or "µV" or "ΜV" => "µV",
        "MILLIVOLTS" or "MILLIVOLT" or "MV" => "mV",
        "VOLTS" or "VOLT" or "V" => "V",
        _ => BidsDataset.Cell(unit),
    };

    /// <summary>BrainVision writes a comma in a name as \1.</summary>
    private static string Escape(string text) => text.Replace(",", "\\1", StringComparison.Ordinal);
}
