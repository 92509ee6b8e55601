using System.Globalization;
using System.Text;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// Appends gray frames to a new YUV4MPEG2 file (colour space <c>Cmono</c>). Every frame is given to the system at once, so another
/// process can read it as soon as <see cref="Append"/> returns, and nothing is lost when the writer is killed. Not thread-safe.
/// </summary>
public sealed class Y4mWriter : IDisposable
{
    private readonly NewFile _file;
    private readonly byte[] _frame;

    /// <param name="rateNumerator">Frames per second as a fraction, for example 25/1.</param>
    /// <exception cref="Errors.ConfigurationException">The file exists or cannot be created.</exception>
    public Y4mWriter(string path, int widthPx, int heightPx, int rateNumerator, int rateDenominator = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(widthPx);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heightPx);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateNumerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateDenominator);
        (WidthPx, HeightPx) = (widthPx, heightPx);
        _frame = new byte[Y4mReader.FrameMarker.Length + widthPx * heightPx];
        Y4mReader.FrameMarker.CopyTo(_frame);
        _file = new NewFile(path);
        _file.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"YUV4MPEG2 W{widthPx} H{heightPx} F{rateNumerator}:{rateDenominator} Ip A1:1 Cmono\n")));
    }

    public int WidthPx { get; }
    public int HeightPx { get; }
    public long Frames { get; private set; }

    /// <param name="gray">[height × width] luminance, row-major, top row first.</param>
    public void Append(ReadOnlySpan<byte> gray)
    {
        if (gray.Length != WidthPx * HeightPx)
            throw new ArgumentException($"A frame has {WidthPx} × {HeightPx} = {WidthPx * HeightPx} bytes, not {gray.Length}.", nameof(gray));
        gray.CopyTo(_frame.AsSpan(Y4mReader.FrameMarker.Length));
        _file.Append(_frame);
        Frames++;
    }

    public void Dispose() => _file.Dispose();
}
