using System.Runtime.InteropServices;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// Appends rows to a new .npy file of shape [T, …]. The count T in the header is brought up to date with every buffer that goes to
/// the system and at the end, so a killed process leaves a readable file. Appending allocates nothing. Not thread-safe.
/// </summary>
/// <typeparam name="T">float, double, int, long, short or sbyte.</typeparam>
public sealed class NpyWriter<T> : IDisposable where T : unmanaged
{
    private const int HeaderBytes = 256;
    private readonly NewFile _file;
    private readonly T[] _buffer;
    private readonly byte[] _header;
    private readonly byte[] _afterRows;
    private readonly int _rowLength;
    private int _filled;
    private bool _disposed;

    /// <param name="rowShape">Sizes after T, for example [K, F]; none for a vector [T].</param>
    /// <exception cref="Errors.ConfigurationException">The file exists or cannot be created.</exception>
    public NpyWriter(string path, params ReadOnlySpan<int> rowShape)
    {
        _rowLength = 1;
        foreach (int n in rowShape)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n, nameof(rowShape));
            _rowLength = checked(_rowLength * n);
        }
        _header = NpyHeader.Encode(NpyHeader.DescrOf<T>(), 0, rowShape, HeaderBytes);
        _afterRows = NpyHeader.AfterRows(_header);
        _buffer = new T[Math.Max(1, 65536 / Marshal.SizeOf<T>() / _rowLength) * _rowLength];
        _file = new NewFile(path);
        _file.Append(_header);
    }

    /// <summary>Rows appended so far (T).</summary>
    public long Rows { get; private set; }

    /// <param name="rows">Whole rows, row-major: [rows × row length].</param>
    public void Append(ReadOnlySpan<T> rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (rows.Length % _rowLength != 0)
            throw new ArgumentException($"{rows.Length} values are not whole rows of {_rowLength}.", nameof(rows));
        Rows += rows.Length / _rowLength;
        while (rows.Length > 0)
        {
            int count = Math.Min(rows.Length, _buffer.Length - _filled);
            rows[..count].CopyTo(_buffer.AsSpan(_filled));
            _filled += count;
            rows = rows[count..];
            if (_filled == _buffer.Length) Flush();
        }
    }

    /// <summary>Appends one value to a vector [T].</summary>
    public void Append(T value) => Append(new ReadOnlySpan<T>(in value));

    /// <summary>Gives everything to the system, with a header that counts it.</summary>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        WriteOut();
    }

    private void WriteOut()
    {
        _file.Append(MemoryMarshal.AsBytes(_buffer.AsSpan(0, _filled)));
        _filled = 0;
        NpyHeader.PutRows(_header, _afterRows, Rows);
        _file.WriteAt(_header, 0);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            WriteOut();
        }
        finally
        {
            _file.Dispose();
        }
    }
}
