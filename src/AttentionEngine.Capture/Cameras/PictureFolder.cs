using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Capture.Cameras;

/// <summary>
/// A folder of pictures in the order of the numbers that end their names (frame_0001.png); a number that is missing is a lost frame. Where names end in no
/// number, the order of the names counts.
/// </summary>
public sealed class PictureFolder : FrameReader
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".tif", ".tiff"];
    private readonly List<(long Number, string File)> _files;
    private readonly byte[] _before;
    private int _next;
    private long _first;

    /// <exception cref="InputDataException">It holds no pictures, or two of one number.</exception>
    public PictureFolder(string folder, double rateHz)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(f => Endings.Contains(Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InputDataException($"{folder} holds no pictures; expected files that end in {string.Join(", ", Endings)}.");
        bool numbered = files.All(f => Number(f) >= 0);
        _files = [.. files.Select((f, i) => (numbered ? Number(f) : i, f)).OrderBy(f => f.Item1)];
        for (int i = 1; i < _files.Count; i++)
            if (_files[i].Number == _files[i - 1].Number) throw new InputDataException($"{_files[i].File} and {Path.GetFileName(_files[i - 1].File)} have the same number, {_files[i].Number}; expected one picture for each.");
        _first = _files[0].Number;
        RateHz = rateHz;
        (WidthPx, HeightPx) = Pictures.Size(_files[0].File);
        _before = new byte[WidthPx * HeightPx];
        DeclaredFrames = _files.Count;
    }

    /// <summary>File of the picture read last.</summary>
    public string LastFile => _files[Math.Max(0, _next - 1)].File;

    public override bool TryRead(Span<byte> gray, out CameraFrame frame)
    {
        frame = default;
        if (_next == _files.Count) return false;
        var (number, file) = _files[_next];
        Pictures.Read(file, gray, WidthPx, HeightPx);
        long lost = _next == 0 ? 0 : number - _files[_next - 1].Number - 1;
        Lost += lost;
        long sum = 0, dark = 0, bright = 0;
        foreach (byte p in gray)
        {
            sum += p;
            if (p <= 16) dark++;
            if (p >= 250) bright++;
        }
        double count = gray.Length;
        bool same = _next > 0 && gray.SequenceEqual(_before);
        gray.CopyTo(_before);
        frame = new CameraFrame(number - _first, (number - _first) / RateHz, lost, sum / count, dark / count, bright / count, same);
        _next++;
        Read++;
        return true;
    }

    private static long Number(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        return digits < name.Length && long.TryParse(name.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
    }
}

/// <summary>Single pictures, through OpenCV.</summary>
public static unsafe class Pictures
{
    public static (int WidthPx, int HeightPx) Size(string file)
    {
        VisionLibrary.Require();
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        VisionLibrary.Check(CameraNative.PictureRead(file, out int width, out int height, null, 0, message, VisionLibrary.MessageBytes), file, VisionLibrary.Text(message));
        return (width, height);
    }

    /// <param name="gray">[height × width].</param>
    /// <exception cref="InputDataException">Not a picture, or of another size.</exception>
    public static void Read(string file, Span<byte> gray, int widthPx, int heightPx)
    {
        VisionLibrary.Require();
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        var (width, height) = Size(file);
        if (width != widthPx || height != heightPx) throw new InputDataException($"{file} is {width}x{height} px, expected {widthPx}x{heightPx} px as the pictures before it.");
        fixed (byte* pixels = gray)
            VisionLibrary.Check(CameraNative.PictureRead(file, out _, out _, pixels, gray.Length, message, VisionLibrary.MessageBytes), file, VisionLibrary.Text(message));
    }

    public static byte[] Read(string file, out int widthPx, out int heightPx)
    {
        (widthPx, heightPx) = Size(file);
        var gray = new byte[widthPx * heightPx];
        Read(file, gray, widthPx, heightPx);
        return gray;
    }

    /// <summary>PNG or JPEG by the ending (".png", ".jpg").</summary>
    public static byte[] Encode(string ending, ReadOnlySpan<byte> gray, int widthPx, int heightPx)
    {
        VisionLibrary.Require();
        if (gray.Length != widthPx * heightPx) throw new ArgumentException($"{gray.Length} pixels are not {widthPx}x{heightPx}.", nameof(gray));
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        var room = new byte[gray.Length * 2 + 4096];
        long bytes = room.Length;
        fixed (byte* pixels = gray)
        fixed (byte* to = room)
            VisionLibrary.Check(CameraNative.PictureEncode(ending, pixels, widthPx, heightPx, to, ref bytes, message, VisionLibrary.MessageBytes), "picture", VisionLibrary.Text(message));
        return room[..(int)bytes];
    }
}
