namespace AttentionEngine.Capture.Xdf;

/// <summary>Reads one stretch of a file once, in pieces that stay in the core's cache, and sums it up on the way. One thread's own.</summary>
internal sealed class XdfPiece(IXdfSource source)
{
    private const int PieceBytes = 256 << 10;
    private byte[] _bytes = new byte[PieceBytes];
    private long _start, _to, _summedTo;
    private int _filled;
    private bool _sums;
    private uint _crc;

    /// <param name="sums">Whether every byte of [from, to) is to go into the checksum.</param>
    public void Begin(long from, long to, bool sums) => (_start, _to, _summedTo, _filled, _sums, _crc) = (from, to, from, 0, sums, XdfChecksum.Start);

    /// <summary>What is at hand from <paramref name="at"/>; places come in rising order.</summary>
    /// <param name="atLeast">Bytes; fewer only where the stretch ends.</param>
    /// <exception cref="IOException">The device cannot read them.</exception>
    public ReadOnlySpan<byte> At(long at, int atLeast)
    {
        long wanted = Math.Min(atLeast, _to - at);
        if (at < _start || at + wanted > _start + _filled)
        {
            if (_sums) SumUpTo(at);
            Fill(at, atLeast);
        }
        return _bytes.AsSpan((int)(at - _start), (int)(_start + _filled - at));
    }

    /// <summary>CRC-32C of the whole stretch.</summary>
    public uint Finish()
    {
        SumUpTo(_to);
        return ~_crc;
    }

    private void SumUpTo(long at)
    {
        while (_summedTo < at)
        {
            Fill(_summedTo, 1);
            if (_filled == 0) return; // The file has become shorter: the sum will not match.
        }
    }

    private void Fill(long at, int atLeast)
    {
        if (_bytes.Length < atLeast) _bytes = new byte[atLeast];
        _start = at;
        _filled = source.Read(_bytes.AsSpan(0, (int)Math.Min(_bytes.Length, _to - at)), at);
        if (!_sums || _summedTo < at || at + _filled <= _summedTo) return; // before `at` some is missing: the file has become shorter
        _crc = XdfChecksum.Add(_crc, _bytes.AsSpan((int)(_summedTo - at), _filled - (int)(_summedTo - at)));
        _summedTo = at + _filled;
    }
}
