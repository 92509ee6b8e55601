using System.Runtime.InteropServices;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <summary>One stream of a recording, in memory, as recorded: not synchronised, not dejittered.</summary>
/// <param name="Values">[samples × channels] row-major in the stream's own format (float[], double[], int[], short[], sbyte[], long[] or string[]); empty when they were not asked for.</param>
/// <param name="StampsS">[samples] on the source's clock, seconds.</param>
/// <param name="ClockOffsets">In file order.</param>
/// <param name="FooterXml">Null when the recorder did not get to write it.</param>
public sealed record XdfStreamData(XdfStream Stream, Array Values, double[] StampsS, XdfClockOffset[] ClockOffsets, string? FooterXml)
{
    public StreamInfo Info => Stream.Info;
    public int SampleCount => StampsS.Length;

    /// <summary>[samples × channels] row-major, any numeric format as float.</summary>
    public float[] ToSingles()
    {
        if (Values is float[] already) return already;
        if (Values is string[]) throw new InvalidOperationException($"Stream '{Info.Name}' holds text, not numbers.");
        var result = new float[Values.Length];
        XdfConvert.ToSingles(AsBytes(Values), Info.Format, result);
        return result;
    }

    /// <summary>[samples × channels] row-major, any numeric format as double: exact but for int64 beyond 2⁵³.</summary>
    public double[] ToDoubles()
    {
        if (Values is double[] already) return already;
        if (Values is string[]) throw new InvalidOperationException($"Stream '{Info.Name}' holds text, not numbers.");
        var result = new double[Values.Length];
        XdfConvert.ToDoubles(AsBytes(Values), Info.Format, result);
        return result;
    }

    private static ReadOnlySpan<byte> AsBytes(Array values) => values switch
    {
        float[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        double[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        int[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        short[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        sbyte[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        long[] a => MemoryMarshal.AsBytes(a.AsSpan()),
        _ => default,
    };
}

/// <summary>A whole XDF file in memory. Reading never fails because of what is in the file; see <see cref="Damage"/>.</summary>
public sealed record XdfRecording(string Path, bool HasMagic, string FileHeaderXml, IReadOnlyList<XdfStreamData> Streams, IReadOnlyList<XdfDamage> Damage)
{
    /// <param name="wantValues">Which streams' values to keep; null keeps all. Stamps and offsets are always kept.</param>
    /// <param name="progress">Is told the part that is done, 0 to 1; what it throws ends the reading.</param>
    /// <param name="verify">Whether to compare the checksums of our own recordings.</param>
    /// <exception cref="Core.Errors.InputDataException">The file does not exist or cannot be opened, or one stream is more than an array can hold (2³¹ values).</exception>
    public static XdfRecording Read(string path, Func<XdfStream, bool>? wantValues = null, Action<double>? progress = null, bool verify = true)
    {
        using var source = new XdfFileSource(path);
        if (source.Length >= XdfParallelLoad.LeastBytes && XdfParallelLoad.TryRead(path, source, wantValues, progress, verify) is { } sound) return sound;
        using var reader = new XdfEventReader(path, source, verify);
        return Read(reader, wantValues, progress);
    }

    internal static XdfRecording Read(XdfEventReader reader, Func<XdfStream, bool>? wantValues = null, Action<double>? progress = null)
    {
        var counts = reader.CountSamples();
        var columns = new List<XdfColumns>();
        long told = 0;
        reader.Columns = stream => columns[stream.Index];
        reader.CheckBeside();
        while (reader.Read())
        {
            if (reader.Kind == XdfEventKind.StreamHeader)
            {
                columns.Add(new XdfColumns(reader.Stream, wantValues?.Invoke(reader.Stream) ?? true, counts.GetValueOrDefault(reader.Stream.StreamId)));
                continue;
            }
            columns[reader.Stream.Index].Add(reader);
            if (progress is null || reader.PositionBytes - told < 4 << 20) continue;
            told = reader.PositionBytes;
            progress((double)told / reader.LengthBytes);
        }
        return new XdfRecording(reader.Path, reader.HasMagic, reader.FileHeaderXml, [.. columns.Select(c => c.ToData())], [.. reader.Damage]);
    }

    /// <summary>What the recorder knew to be missing, by stream id, in order; needs the values of the stream of gaps.</summary>
    public IReadOnlyList<(uint StreamId, RecordedGap Gap)> RecordedGaps() => FindSource(RecordedGap.SourceId)?.Values is string[] texts
        ? [.. texts.Select(RecordedGap.TryParse).OfType<(uint, RecordedGap)>()]
        : [];

    /// <summary>The stream with that id, or null.</summary>
    public XdfStreamData? Find(uint streamId) => Streams.FirstOrDefault(s => s.Stream.StreamId == streamId);

    /// <summary>The first stream with that <c>source_id</c>, or null.</summary>
    public XdfStreamData? FindSource(string sourceId) => Streams.FirstOrDefault(s => s.Info.SourceId == sourceId);
}
