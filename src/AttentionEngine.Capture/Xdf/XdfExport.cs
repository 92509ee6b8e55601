using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Writes one stream to a new .npy or .csv file: column 0 is the time in seconds, then one column per channel. Values are never held in memory.</summary>
public static class XdfExport
{
    /// <param name="progress">Is told the part that is done, 0 to 1.</param>
    /// <returns>Rows (samples) and columns (1 + channels) written.</returns>
    /// <exception cref="ConfigurationException">Another ending, a text stream as .npy, or the file exists.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the unfinished file is taken away.</exception>
    public static (long Rows, int Columns) Write(XdfStreamRows rows, string path, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        string ending = Path.GetExtension(path).ToUpperInvariant();
        if (ending is not (".NPY" or ".CSV")) throw new ConfigurationException($"--out {path}: expected a name that ends with .npy or .csv.");
        if (ending == ".NPY" && rows.Stream.Info.Format == ChannelFormat.Text)
            throw new ConfigurationException($"--out {path}: stream {rows.Stream.StreamId} ('{rows.Stream.Info.Name}') holds text, which .npy cannot; give a .csv file.");
        try
        {
            if (ending == ".NPY") WriteNpy(rows, path, progress, cancellation);
            else WriteCsv(rows, path, progress, cancellation);
        }
        catch (OperationCanceledException)
        {
            File.Delete(path);
            throw;
        }
        return (rows.Times.TimesS.Length, 1 + rows.Stream.Info.ChannelCount);
    }

    private static void WriteNpy(XdfStreamRows rows, string path, Action<double>? progress, CancellationToken cancellation)
    {
        int channels = rows.Stream.Info.ChannelCount;
        using var writer = new NpyWriter<double>(path, 1 + channels);
        var row = new double[1 + channels];
        double[] values = [];
        rows.Visit((reader, timesS) =>
        {
            if (values.Length < reader.Frames * channels) values = new double[reader.Frames * channels];
            reader.CopyValues(values);
            for (int i = 0; i < timesS.Length; i++)
            {
                row[0] = timesS[i];
                values.AsSpan(i * channels, channels).CopyTo(row.AsSpan(1));
                writer.Append(row);
            }
        }, progress, cancellation);
    }

    private static void WriteCsv(XdfStreamRows rows, string path, Action<double>? progress, CancellationToken cancellation)
    {
        using var file = new NewFile(path);
        int channels = rows.Stream.Info.ChannelCount;
        var text = new StringBuilder("time_s");
        for (int c = 0; c < channels; c++)
        {
            string? label = rows.Stream.Info.ChannelLabels?.ElementAtOrDefault(c);
            text.Append(',').Append(Quote(string.IsNullOrEmpty(label) ? $"channel_{c + 1}" : label));
        }
        text.Append('\n');
        rows.Visit((reader, timesS) =>
        {
            for (int i = 0; i < timesS.Length; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{timesS[i]:R}");
                AppendCells(text, reader, i * channels, channels);
                text.Append('\n');
            }
            if (text.Length < 1 << 16) return;
            file.Append(Encoding.UTF8.GetBytes(text.ToString()));
            text.Clear();
        }, progress, cancellation);
        file.Append(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void AppendCells(StringBuilder text, XdfEventReader reader, int from, int count)
    {
        switch (reader.Stream.Info.Format)
        {
            case ChannelFormat.Text: foreach (string t in reader.Texts.Slice(from, count)) text.Append(',').Append(Quote(t)); break;
            case ChannelFormat.Float32: Append<float>(); break;
            case ChannelFormat.Double64: Append<double>(); break;
            case ChannelFormat.Int32: Append<int>(); break;
            case ChannelFormat.Int16: Append<short>(); break;
            case ChannelFormat.Int8: Append<sbyte>(); break;
            default: Append<long>(); break;
        }

        void Append<T>() where T : unmanaged
        {
            foreach (T v in reader.Values<T>().Slice(from, count)) text.Append(CultureInfo.InvariantCulture, $",{v}");
        }
    }

    /// <summary>RFC 4180.</summary>
    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
