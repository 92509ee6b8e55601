using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Xdf;

/// <content>From the buffer to the disk: giving, putting, what happens when it fails, and the end.</content>
public sealed partial class XdfWriter
{
    /// <summary>Gives everything to the system, so that it survives the end of this process.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            FlushLocked();
        }
    }

    /// <summary>Puts everything on the disk, so that it survives a power cut. Slow: not for a Stream thread.</summary>
    public void Sync()
    {
        Flush();
        _file.Sync();
    }

    private void FlushIfUsable()
    {
        lock (_lock)
        {
            if (_disposed || _failure is not null) return;
            try
            {
                FlushLocked();
            }
            catch (DataLossException)
            {
                // Told to OnProblem, and thrown at the recorder's next call.
            }
        }
    }

    private void SyncIfUsable()
    {
        var file = _file;
        try
        {
            if (!_disposed && _failure is null) file.Sync();
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile, and whole.
        }
        catch (DataLossException e)
        {
            lock (_lock) Fail(e);
        }
    }

    private void FlushLocked()
    {
        if (_buffer.Length == 0) return;
        try
        {
            _file.Append(_buffer.Written);
        }
        catch (DataLossException e)
        {
            if (!TryFailOver(e)) throw Fail(e);
            return;
        }
        _index.Flushed(_buffer.Written);
        _buffer.Clear();
        foreach (var s in _streams) s.Flushed();
        _flushes++;
    }

    private DataLossException Fail(DataLossException e)
    {
        bool isFirst = _failure is null;
        _failure ??= e;
        if (isFirst) _options.OnProblem?.Invoke(e);
        return e;
    }

    /// <summary>Goes on in another file: its headers, then what could not be written.</summary>
    private bool TryFailOver(DataLossException e)
    {
        if (_options.FailoverPath is not { } path || _failedOver) return false;
        _failedOver = true;
        byte[] waiting = _buffer.Written.ToArray();
        try
        {
            var next = new XdfFileOutput(path);
            _file.Dispose();
            _file = next;
            _buffer.Clear();
            _index.Restart();
            PutFileHeader();
            foreach (var s in _streams)
            {
                s.Restart();
                PutHeader(s);
            }
            _buffer.Put(waiting);
            FlushLocked();
        }
        catch (AttendException second)
        {
            throw Fail(new DataLossException($"{e.Message} The fail-over file failed too: {second.Message}", e));
        }
        _options.OnProblem?.Invoke(new DataLossException($"{e.Message} Nothing is lost: the recording goes on in {path}.", e));
        return true;
    }

    /// <summary>Writes the footers and the index, puts all on the disk and closes. After a write error it only closes: the error has been reported.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            try
            {
                if (_failure is null) Finish();
            }
            finally
            {
                _file.Dispose();
            }
        }
        _diskThread?.Dispose();
    }

    private void Finish()
    {
        foreach (var s in _streams)
        {
            _buffer.BeginChunk(XdfFormat.StreamFooter, s.Id);
            _buffer.Put(s.Footer());
            _buffer.EndChunk();
            XdfMark.PutHeaderCopy(_buffer, s.Id, s.HeaderXml);
        }
        _index.PutCheckpoint(_buffer, _file.Length, _streams);
        _index.PutTable(_buffer, _file.Length);
        FlushLocked();
        if (_options.SyncEveryS > 0) _file.Sync();
    }
}
