using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Writes one stream to a new .npy or .csv file: column 0 is the time in seconds, then one column per channel.</summary>
public static class XdfExport
{
    /// <returns>Rows (samples) and columns (1 + channels) written.</returns>
    /// <exception cref="ConfigurationException">Another ending, a text stream as .npy, or the file exists.</exception>
    public static (int Rows, int Columns) Write(XdfStreamData stream, XdfTimes times, string path)
    {
        int rows = times.TimesS.Length, columns = 1 + stream.Info.ChannelCount;
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".NPY": WriteNpy(stream, times.TimesS, path, columns); break;
            case ".CSV": WriteCsv(stream, times.TimesS, path); break;
            default: throw new ConfigurationException($"--out {path}: expected a name that ends with .npy or .csv.");
        }
        return (rows, columns);
    }

    private static void WriteNpy(XdfStreamData stream, double[] timesS, string path, int columns)
    {
        if (stream.Values is string[]) throw new ConfigurationException($"--out {path}: stream {stream.Stream.StreamId} ('{stream.Info.Name}') holds text, which .npy cannot; give a .csv file.");
        using var writer = new NpyWriter<double>(path, columns);
        var row = new double[columns];
        for (int i = 0; i < timesS.Length; i++)
        {
            row[0] = timesS[i];
            for (int c = 1; c < columns; c++) row[c] = Number(stream.Values, i * (columns - 1) + c - 1);
            writer.Append(row);
        }
    }

    private static double Number(Array values, int index) => values switch
    {
        float[] a => a[index],
        double[] a => a[index],
        int[] a => a[index],
        short[] a => a[index],
        sbyte[] a => a[index],
        long[] a => a[index],
        _ => throw new ArgumentException($"{values.GetType()} holds no numbers.", nameof(values)),
    };

    private static void WriteCsv(XdfStreamData stream, double[] timesS, string path)
    {
        using var file = new NewFile(path);
        int channels = stream.Info.ChannelCount;
        var text = new StringBuilder("time_s");
        for (int c = 0; c < channels; c++)
        {
            string? label = stream.Info.ChannelLabels?.ElementAtOrDefault(c);
            text.Append(',').Append(Quote(string.IsNullOrEmpty(label) ? $"channel_{c + 1}" : label));
        }
        text.Append('\n');
        for (int i = 0; i < timesS.Length; i++)
        {
            text.Append(timesS[i].ToString("R", CultureInfo.InvariantCulture));
            for (int c = 0; c < channels; c++) text.Append(',').Append(Cell(stream.Values, i * channels + c));
            text.Append('\n');
            if (text.Length < 1 << 16) continue;
            file.Append(Encoding.UTF8.GetBytes(text.ToString()));
            text.Clear();
        }
        file.Append(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Cell(Array values, int index) => values switch
    {
        string[] a => Quote(a[index]),
        float[] a => a[index].ToString("R", CultureInfo.InvariantCulture),
        long[] a => a[index].ToString(CultureInfo.InvariantCulture),
        _ => Number(values, index).ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>RFC 4180.</summary>
    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
