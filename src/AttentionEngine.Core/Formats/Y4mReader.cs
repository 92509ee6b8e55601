using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// Reads frames by index from a YUV4MPEG2 file (<c>Cmono</c>, or the luminance of any 4:2:0), also while another process appends.
/// Not thread-safe.
/// </summary>
public sealed class Y4mReader : IDisposable
{
    internal static ReadOnlySpan<byte> FrameMarker => "FRAME\n"u8;
    private const int LongestHeader = 512;
    private readonly SafeFileHandle _handle;
    private readonly int _headerBytes;
    private readonly long _strideBytes;

    private Y4mReader(string path, SafeFileHandle handle, int headerBytes, string header)
    {
        (Path, _handle, _headerBytes) = (path, handle, headerBytes);
        string colour = "420";
        foreach (string token in header.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string value = token[1..];
            if (token[0] == 'W') WidthPx = Parse(value, "width");
            else if (token[0] == 'H') HeightPx = Parse(value, "height");
            else if (token[0] == 'C') colour = value;
            else if (token[0] == 'F')
            {
                string[] fraction = value.Split(':');
                RateHz = (double)Parse(fraction[0], "rate") / (fraction.Length > 1 ? Parse(fraction[1], "rate") : 1);
            }
        }
        if (WidthPx == 0 || HeightPx == 0 || (long)WidthPx * HeightPx > 1 << 28)
            throw new InputDataException($"{path}: the y4m header gives a picture of {WidthPx} × {HeightPx} pixels. The file is damaged.");
        long picture = (long)WidthPx * HeightPx;
        long chroma = colour == "mono" ? 0
            : colour is "420" or "420jpeg" or "420paldv" or "420mpeg2"
                ? 2L * ((WidthPx + 1) / 2) * ((HeightPx + 1) / 2)
                : throw new InputDataException($"{path}: y4m colour space C{colour} is not supported; expected Cmono or 8-bit C420. Convert it, for example with ffmpeg -pix_fmt gray.");
        _strideBytes = FrameMarker.Length + picture + chroma;
    }

    public string Path { get; }
    public int WidthPx { get; }
    public int HeightPx { get; }

    /// <summary>Nominal frames per second from the header; 0 when it gives none.</summary>
    public double RateHz { get; }

    /// <summary>Complete frames that are in the file now.</summary>
    public long Frames => Math.Max(0, (RandomAccess.GetLength(_handle) - _headerBytes) / _strideBytes);

    /// <exception cref="InputDataException">Missing, or not a y4m file that we read.</exception>
    public static Y4mReader Open(string path) => TryOpen(path, out var reader)
        ? reader
        : throw new InputDataException($"{path} is not a y4m file yet: its header line is missing or incomplete.");

    /// <summary>False when the file, or its header line, is not there yet: another process may still be making it.</summary>
    /// <exception cref="InputDataException">The file is something else.</exception>
    public static bool TryOpen(string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Y4mReader? reader)
    {
        reader = null;
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
        try
        {
            var start = new byte[LongestHeader];
            var text = start.AsSpan(0, RandomAccess.Read(handle, start, 0));
            var magic = "YUV4MPEG2 "u8;
            int end = text.IndexOf((byte)'\n');
            if (!text.StartsWith(magic[..Math.Min(magic.Length, text.Length)]) || (end < 0 && text.Length == LongestHeader))
                throw new InputDataException($"{path} is not a y4m file: it does not begin with a YUV4MPEG2 line.");
            if (end >= magic.Length) reader = new Y4mReader(path, handle, end + 1, Encoding.ASCII.GetString(text[..end]));
            return reader is not null;
        }
        finally
        {
            if (reader is null) handle.Dispose();
        }
    }

    /// <param name="gray">[height × width] luminance, row-major, top row first.</param>
    /// <returns>False when frame <paramref name="index"/> is not complete yet; then <paramref name="gray"/> is not changed.</returns>
    /// <exception cref="InputDataException">The bytes at that place are not a frame.</exception>
    public bool TryRead(long index, Span<byte> gray)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        int pixels = WidthPx * HeightPx;
        if (gray.Length != pixels) throw new ArgumentException($"A frame has {WidthPx} × {HeightPx} = {pixels} bytes, not {gray.Length}.", nameof(gray));
        if (index >= Frames) return false;
        long offset = _headerBytes + index * _strideBytes;
        Span<byte> marker = stackalloc byte[FrameMarker.Length];
        ReadExactly(marker, offset);
        if (!marker.SequenceEqual(FrameMarker))
            throw new InputDataException($"{Path}: frame {index} does not begin with FRAME at byte {offset}. The file is damaged, or its frames carry parameters.");
        ReadExactly(gray, offset + marker.Length);
        return true;
    }

    private void ReadExactly(Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            int got = RandomAccess.Read(_handle, into, offset);
            if (got == 0) throw new InputDataException($"{Path} became shorter while it was read (byte {offset} is gone).");
            into = into[got..];
            offset += got;
        }
    }

    private int Parse(string value, string what) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
        ? number
        : throw new InputDataException($"{Path}: the y4m header gives '{value}' as {what}, expected a positive whole number.");

    public void Dispose() => _handle.Dispose();
}
