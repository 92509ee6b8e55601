namespace AttentionEngine.Capture.Xdf;

/// <content>Lost headers, lost places, and the list of what is damaged.</content>
public sealed partial class XdfEventReader
{
    /// <summary>The stream of a chunk. When its header has not come yet but stands elsewhere, that is the next event, and the chunk comes after it.</summary>
    private bool TryFindStream(uint id, out XdfStream stream, out bool isNew)
    {
        isNew = false;
        if (_streams.TryGetValue(id, out stream!)) return true;
        if (!LostHeaders().TryGetValue(id, out stream!)) return false;
        isNew = true;
        return true;
    }

    private Dictionary<uint, XdfStream> LostHeaders() => _lostHeaders ??= XdfLostHeaders.Find(_bytes);

    private bool Announce(XdfStream stream)
    {
        stream = stream with { Index = _streams.Count };
        _streams.Add(stream.StreamId, stream);
        _clocks.Add(stream.StreamId, (0, false));
        (Kind, Stream) = (XdfEventKind.StreamHeader, stream);
        return true;
    }

    private bool Skip(XdfChunkHead head, string what)
    {
        LeaveOut(head.Offset, head.End - head.Offset, XdfFormat.HasStreamId(head.Tag) ? head.StreamId : null, what);
        _position = head.End;
        return false;
    }

    private void Resync(string what)
    {
        long next = XdfResync.Find(_bytes, _position, KnownOrLost());
        LeaveOut(_position, next - _position, null, next == _bytes.Length ? $"{what}, and none follows: the rest is left out" : $"{what}; reading goes on at the next sound chunk");
        _position = next;
    }

    /// <summary>The streams that chunks after damage may belong to.</summary>
    private Dictionary<uint, XdfStream> KnownOrLost()
    {
        if (LostHeaders().Keys.All(_streams.ContainsKey)) return _streams;
        var all = new Dictionary<uint, XdfStream>(_streams);
        foreach (var (id, stream) in LostHeaders()) all.TryAdd(id, stream);
        return all;
    }

    /// <summary>Compares checksums on another core from now on; what they find is in <see cref="Damage"/> when <see cref="Read"/> has come to the end.</summary>
    internal void CheckBeside() => _checksBeside = true;

    private void EndChecks()
    {
        if (_checks is null) return;
        var changed = _checks.End();
        // Each at the place in the list that it would have had, looking only at what was listed before it.
        for (int i = changed.Count - 1; i >= 0; i--)
        {
            var after = _damage[changed[i].DamageBefore..];
            _damage.RemoveRange(changed[i].DamageBefore, after.Count);
            TellChanged(changed[i].From, changed[i].To);
            _damage.AddRange(after);
        }
        _checks.Dispose();
        _checks = null;
    }

    private void TellUnreadable()
    {
        for (; _unreadableTold < _bytes.Unreadable.Count; _unreadableTold++)
        {
            var (offset, length, why) = _bytes.Unreadable[_unreadableTold];
            AddDamage(offset, length, null, $"the device could not read these bytes ({why}); they count as zeros");
        }
    }

    /// <summary>Notes bytes that are lost; stamps that depend on them are no longer certain.</summary>
    private void LeaveOut(long offset, long length, uint? streamId, string what)
    {
        AddDamage(offset, length, streamId, what);
        foreach (uint id in _streams.Keys) if (streamId is null || id == streamId) _clocks[id] = (_clocks[id].LastStampS, false);
    }

    private void AddDamage(long offset, long length, uint? streamId, string what) => _damage.Add(new XdfDamage(offset, length, streamId, what));
}
