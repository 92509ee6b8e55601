using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// One stream of a file, sample after sample with its time: the times are found in a first pass (16 bytes of memory a sample), the
/// values come in a second and are never held.
/// </summary>
public sealed class XdfStreamRows
{
    private readonly string _path;

    private XdfStreamRows(string path, XdfStream stream, XdfTimes times, IReadOnlyList<XdfDamage> damage) => (_path, Stream, Times, Damage) = (path, stream, times, damage);

    public XdfStream Stream { get; }
    public XdfTimes Times { get; }
    public IReadOnlyList<XdfDamage> Damage { get; }

    /// <exception cref="InputDataException">The file cannot be opened or is none.</exception>
    /// <exception cref="ConfigurationException">It has no such stream.</exception>
    public static XdfStreamRows Open(string path, uint streamId, XdfTimingOptions timing, CancellationToken cancellation)
    {
        using var reader = new XdfEventReader(path);
        XdfColumns? columns = null;
        var others = new List<string>();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Kind == XdfEventKind.StreamHeader) others.Add($"{reader.Stream.StreamId} ({reader.Stream.Info.Name})");
            if (reader.Stream.StreamId != streamId) continue;
            columns ??= new XdfColumns(reader.Stream, wantValues: false, reader.CountSamples().GetValueOrDefault(streamId));
            if (reader.Kind != XdfEventKind.StreamHeader) columns.Add(reader);
        }
        if (!reader.HasMagic && others.Count == 0) throw new InputDataException($"{path} is not an XDF file: it does not begin with 'XDF:' and holds no stream.");
        if (columns is null) throw new ConfigurationException($"--stream {streamId}: {path} has no such stream; it has {string.Join(", ", others)}.");
        var data = columns.ToData();
        return new XdfStreamRows(path, data.Stream, XdfTimes.Of(data, timing), [.. reader.Damage]);
    }

    /// <param name="visit">Gets the reader at each samples event of the stream, and the times of its samples, seconds; those that the source never sent are cut off.</param>
    /// <param name="progress">Is told the part that is done, 0 to 1, now and then.</param>
    public void Visit(RowVisitor visit, Action<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(visit);
        using var reader = new XdfEventReader(_path, verify: false);
        int row = 0;
        while (row < Times.TimesS.Length && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke((double)reader.PositionBytes / reader.LengthBytes);
            if (reader.Kind != XdfEventKind.Samples || reader.Stream.StreamId != Stream.StreamId) continue;
            int frames = Math.Min(reader.Frames, Times.TimesS.Length - row);
            visit(reader, Times.TimesS.AsSpan(row, frames));
            row += frames;
        }
    }

    public delegate void RowVisitor(XdfEventReader reader, ReadOnlySpan<double> timesS);
}
