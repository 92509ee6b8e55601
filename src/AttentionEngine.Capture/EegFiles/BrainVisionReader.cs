using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>BrainVision recordings (Core Data Format 1 and 2): .vhdr with its data and marker files; INT_16, INT_32 and IEEE_FLOAT_32, multiplexed or vectorized.</summary>
public static class BrainVisionReader
{
    private const int MostChannels = 10_000;

    /// <param name="headerPath">The .vhdr file; the other two are found by the names in it.</param>
    public static EegRecording Read(string headerPath)
    {
        var header = ParseHeader(EegFile.ReadAllBytes(headerPath, "the BrainVision header"), headerPath);
        string folder = Path.GetDirectoryName(Path.GetFullPath(headerPath))!;
        string dataPath = Path.Combine(folder, header.DataFile);
        byte[] data = EegFile.ReadAllBytes(dataPath, $"the data file that {headerPath} names");
        var events = header.MarkerFile is null ? [] : ParseMarkers(EegFile.ReadAllBytes(Path.Combine(folder, header.MarkerFile), $"the marker file that {headerPath} names"), header.MarkerFile);
        return new EegRecording(headerPath, header.Channels, header.RateHz, Decode(data, header, dataPath), events, []);
    }

    /// <param name="Scales">Per channel: physical unit of one count, µV for voltages.</param>
    internal sealed record Header(string DataFile, string? MarkerFile, double RateHz, string Format, bool Vectorized, IReadOnlyList<EegFileChannel> Channels, double[] Scales);

    internal static Header ParseHeader(byte[] bytes, string path)
    {
        var ini = Sections(bytes, path, "Brain Vision Data Exchange Header File");
        string Need(string section, string key) => ini.GetValueOrDefault($"{section}/{key}")
            ?? throw new InputDataException($"{path}: the BrainVision header has no {key} in [{section}].");
        string format = Need("Binary Infos", "BinaryFormat");
        if (ini.GetValueOrDefault("Common Infos/DataFormat") is { } dataFormat && dataFormat != "BINARY")
            throw new InputDataException($"{path}: DataFormat={dataFormat} is not read; expected BINARY. Export the recording again as binary.");
        if (format is not ("INT_16" or "INT_32" or "IEEE_FLOAT_32"))
            throw new InputDataException($"{path}: BinaryFormat={format} is not known; expected INT_16, INT_32 or IEEE_FLOAT_32.");
        if (ini.GetValueOrDefault("Common Infos/DataType") is { } type && type != "TIMEDOMAIN")
            throw new InputDataException($"{path}: DataType={type} is not read; expected TIMEDOMAIN.");
        string orientation = Need("Common Infos", "DataOrientation");
        if (orientation is not ("MULTIPLEXED" or "VECTORIZED")) throw new InputDataException($"{path}: DataOrientation={orientation}; expected MULTIPLEXED or VECTORIZED.");
        if (!int.TryParse(Need("Common Infos", "NumberOfChannels"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > MostChannels)
            throw new InputDataException($"{path}: NumberOfChannels={Need("Common Infos", "NumberOfChannels")}; expected 1 to {MostChannels}.");
        if (!double.TryParse(Need("Common Infos", "SamplingInterval"), CultureInfo.InvariantCulture, out double intervalUs) || !(intervalUs is > 0 and < 1e9))
            throw new InputDataException($"{path}: SamplingInterval={Need("Common Infos", "SamplingInterval")}; expected microseconds per sample, above 0.");
        var channels = new EegFileChannel[count];
        var scales = new double[count];
        for (int c = 0; c < count; c++)
        {
            string[] parts = Need("Channel Infos", FormattableString.Invariant($"Ch{c + 1}")).Split(',');
            double resolution = 1;
            if (parts.Length > 2 && parts[2].Trim().Length > 0 && (!double.TryParse(parts[2], CultureInfo.InvariantCulture, out resolution) || !double.IsFinite(resolution)))
                throw new InputDataException($"{path}: Ch{c + 1} has the resolution '{parts[2]}'; expected a number.");
            var (factor, unit) = EegRecording.ToMicrovolts(parts.Length > 3 ? parts[3] : "");
            channels[c] = new EegFileChannel(Unescape(parts[0]), unit);
            scales[c] = resolution * factor;
        }
        return new Header(NameOnly(Need("Common Infos", "DataFile"), path), ini.GetValueOrDefault("Common Infos/MarkerFile") is { Length: > 0 } m ? NameOnly(m, path) : null, 1e6 / intervalUs, format, orientation == "VECTORIZED", channels, scales);
    }

    internal static List<EegEvent> ParseMarkers(byte[] bytes, string path)
    {
        var events = new List<EegEvent>();
        foreach (var (key, value) in Sections(bytes, path, "Brain Vision Data Exchange Marker File"))
        {
            if (!key.StartsWith("Marker Infos/Mk", StringComparison.Ordinal)) continue;
            string[] parts = value.Split(',');
            if (parts.Length < 3 || !double.TryParse(parts[2], CultureInfo.InvariantCulture, out double position) || !double.IsFinite(position))
                throw new InputDataException($"{path}: marker {key[13..]}={value}; expected type,description,position[,size,channel].");
            double size = parts.Length > 3 && double.TryParse(parts[3], CultureInfo.InvariantCulture, out double s) && double.IsFinite(s) ? s : 0;
            events.Add(new EegEvent(position - 1, size, parts[0], Unescape(parts[1])));
        }
        return [.. events.OrderBy(e => e.Sample)];
    }

    internal static float[] Decode(byte[] data, Header header, string path)
    {
        int width = header.Format == "INT_16" ? 2 : 4, channels = header.Channels.Count;
        if (data.Length % (width * channels) != 0)
            throw new InputDataException($"{path} is cut off: {data.Length} bytes are not whole samples of {channels} channels × {width} bytes. Copy it again.");
        int samples = data.Length / (width * channels);
        var values = new float[samples * channels];
        for (int i = 0; i < values.Length; i++)
        {
            var at = data.AsSpan(i * width);
            double raw = header.Format switch
            {
                "INT_16" => BinaryPrimitives.ReadInt16LittleEndian(at),
                "INT_32" => BinaryPrimitives.ReadInt32LittleEndian(at),
                _ => BinaryPrimitives.ReadSingleLittleEndian(at),
            };
            int c = header.Vectorized ? i / samples : i % channels;
            values[header.Vectorized ? i % samples * channels + c : i] = (float)(raw * header.Scales[c]);
        }
        return values;
    }

    /// <summary>"section/key" → value, in the order of the file.</summary>
    private static Dictionary<string, string> Sections(byte[] bytes, string path, string firstLine)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (text.Contains('\uFFFD', StringComparison.Ordinal)) text = Encoding.Latin1.GetString(bytes); // files before the Codepage key are ANSI
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (!lines[0].StartsWith(firstLine, StringComparison.OrdinalIgnoreCase) && !lines[0].StartsWith(firstLine.Replace("Brain Vision", "BrainVision", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            throw new InputDataException($"{path} does not begin with '{firstLine}'. It is no BrainVision file of that kind.");
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        string section = "";
        foreach (string line in lines.Skip(1).Select(l => l.Trim()))
        {
            if (line.StartsWith('[') && line.EndsWith(']')) section = line[1..^1];
            else if (section != "Comment" && !line.StartsWith(';') && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals) found[$"{section}/{line[..equals].Trim()}"] = line[(equals + 1)..].Trim();
        }
        return found;
    }

    /// <summary>A name in a header must not lead out of the header's folder.</summary>
    private static string NameOnly(string name, string path) => name.Length > 0 && name == Path.GetFileName(name)
        ? name : throw new InputDataException($"{path} names the file '{name}'; expected a file name without folders, in the same folder.");

    private static string Unescape(string text) => text.Trim().Replace("\\1", ",", StringComparison.Ordinal);
}
