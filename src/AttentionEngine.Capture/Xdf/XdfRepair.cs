using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Xdf;

/// <param name="Streams">Samples by stream, in order of appearance.</param>
/// <param name="Damage">What was wrong with the damaged file.</param>
/// <param name="Gaps">Samples that are missing in regular streams where the file was damaged, as the new file has them.</param>
public sealed record XdfRepairResult(IReadOnlyList<(XdfStream Stream, long SampleCount)> Streams, IReadOnlyList<XdfDamage> Damage, IReadOnlyList<(XdfStream Stream, RecordedGap Gap)> Gaps);

/// <summary>
/// Writes what survives of a damaged or unfinished recording into a new one: stream numbers, headers, values, stamps and clock offsets as
/// they were, with sound chunks, footers, checksums and an index, and a list of what the damage has cost. Memory stays constant.
/// </summary>
public static class XdfRepair
{
    /// <param name="progress">Is told the part that is done, 0 to 1.</param>
    /// <exception cref="Core.Errors.ConfigurationException">The new file exists or cannot be created.</exception>
    /// <exception cref="Core.Errors.DataLossException">It could not be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the unfinished file is taken away.</exception>
    public static XdfRepairResult Run(string damagedPath, string newPath, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        using var reader = new XdfEventReader(damagedPath);
        try
        {
            // No fsync each second: the damaged file is still there.
            using var writer = new XdfWriter(newPath, options: new XdfWriterOptions(SyncEveryS: 0, IdleFlushS: 0));
            var copies = new List<StreamCopy>();
            while (reader.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke((double)reader.PositionBytes / Math.Max(1, reader.LengthBytes));
                if (reader.Kind == XdfEventKind.StreamHeader) copies.Add(new StreamCopy(reader.Stream, writer.AddStream(reader.Stream)));
                else copies[reader.Stream.Index].Take(reader, writer);
            }
            return new XdfRepairResult([.. copies.Select(c => (c.Stream, c.Samples))], [.. reader.Damage], [.. copies.SelectMany(c => c.Gaps.Select(g => (c.Stream, g)))]);
        }
        catch (OperationCanceledException)
        {
            File.Delete(newPath);
            throw;
        }
    }

    private sealed class StreamCopy(XdfStream stream, int number)
    {
        private double _lastS = double.NaN;
        private int _damageBefore;

        public XdfStream Stream => stream;
        public long Samples { get; private set; }
        public List<RecordedGap> Gaps { get; } = [];

        public void Take(XdfEventReader reader, XdfWriter writer)
        {
            if (reader.Kind == XdfEventKind.ClockOffset) writer.WriteClockOffset(number, reader.ClockOffset);
            if (reader.Kind != XdfEventKind.Samples) return;
            NoteGap(reader, writer);
            switch (stream.Info.Format)
            {
                case ChannelFormat.Float32: Copy<float>(reader, writer); break;
                case ChannelFormat.Double64: Copy<double>(reader, writer); break;
                case ChannelFormat.Int32: Copy<int>(reader, writer); break;
                case ChannelFormat.Int16: Copy<short>(reader, writer); break;
                case ChannelFormat.Int8: Copy<sbyte>(reader, writer); break;
                case ChannelFormat.Int64: Copy<long>(reader, writer); break;
                default: CopyTexts(reader, writer); break;
            }
            Samples += reader.Frames;
            _lastS = reader.StampsS[^1];
            _damageBefore = reader.Damage.Count;
        }

        /// <summary>Where something was damaged since this stream's last samples and its stamps step, samples are missing.</summary>
        private void NoteGap(XdfEventReader reader, XdfWriter writer)
        {
            double stepS = reader.StampsS[0] - _lastS, periodS = stream.IntervalS;
            if (reader.Damage.Count == _damageBefore || periodS == 0 || !(stepS > 1.5 * periodS && stepS < 1e6)) return;
            var gap = new RecordedGap(_lastS, reader.StampsS[0], (long)Math.Round(stepS / periodS) - 1, IsExact: false);
            Gaps.Add(gap);
            writer.WriteGap(number, gap);
        }

        private void Copy<T>(XdfEventReader reader, XdfWriter writer) where T : unmanaged => writer.Write(number, reader.Values<T>(), reader.StampsS);

        private void CopyTexts(XdfEventReader reader, XdfWriter writer)
        {
            int channels = stream.Info.ChannelCount;
            for (int i = 0; i < reader.Frames; i++) writer.WriteText(number, reader.Texts.Slice(i * channels, channels), reader.StampsS[i]);
        }
    }
}
