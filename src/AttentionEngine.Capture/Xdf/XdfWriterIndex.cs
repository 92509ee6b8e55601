namespace AttentionEngine.Capture.Xdf;

/// <summary>What the writer knows of its own file: the running checksum and the checkpoints since the last table.</summary>
internal sealed class XdfWriterIndex
{
    /// <summary>A reader of a file that was not closed steps back over at most this many checkpoints.</summary>
    private const int TableEvery = 64;

    private readonly List<XdfSeekPoint> _points = new(TableEvery + 2);
    private long _regionStart, _previous, _table;
    private uint _crc = XdfChecksum.Start;

    // How much of the writer's buffer is in the checksum already.
    private int _summed;

    public bool IsTableDue => _points.Count >= TableEvery;

    public void PutCheckpoint(XdfBuffer buffer, long fileLength, List<XdfWriterStream> streams)
    {
        long offset = fileLength + buffer.Length;
        Sum(buffer.Written);
        double timeS = TimeOf(streams);
        XdfCheckpoint.Put(buffer, offset, _regionStart, ~_crc, _previous, _table, timeS, streams);
        (_regionStart, _previous, _crc) = (offset, offset, XdfChecksum.Start);
        _points.Add(new XdfSeekPoint(offset, timeS));
    }

    public void PutTable(XdfBuffer buffer, long fileLength)
    {
        long offset = fileLength + buffer.Length;
        XdfIndexTable.Put(buffer, offset, _table, _points);
        _table = offset;
        _points.Clear();
    }

    /// <summary>The buffer went to the file and will be cleared.</summary>
    public void Flushed(ReadOnlySpan<byte> buffer)
    {
        Sum(buffer);
        _summed = 0;
    }

    /// <summary>A new file begins.</summary>
    public void Restart()
    {
        (_regionStart, _previous, _table, _crc, _summed) = (0, 0, 0, XdfChecksum.Start, 0);
        _points.Clear();
    }

    private void Sum(ReadOnlySpan<byte> buffer)
    {
        _crc = XdfChecksum.Add(_crc, buffer[_summed..]);
        _summed = buffer.Length;
    }

    /// <summary>The latest time of the regular streams whose clock is known; of all that there are when none is.</summary>
    private static double TimeOf(List<XdfWriterStream> streams)
    {
        double best = double.NaN;
        for (int level = 0; level < 3 && double.IsNaN(best); level++)
        {
            foreach (var s in streams)
            {
                if (s.SampleCount == 0 || (level == 0 && (s.IntervalS == 0 || !s.HasOffset)) || (level == 1 && s.IntervalS == 0)) continue;
                double timeS = s.LatestStampS + s.LastOffsetS;
                if (!(timeS <= best) && double.IsFinite(timeS)) best = timeS;
            }
        }
        return double.IsNaN(best) ? 0 : best;
    }
}
