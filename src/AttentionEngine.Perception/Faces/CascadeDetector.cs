using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Perception.Faces;

/// <summary>
/// OpenCV's frontal face cascade, on the picture made so small that the smallest face wanted is as large as the cascade's window needs. Says nothing about yaw;
/// the mouth is where it is in a frontal face.
/// </summary>
public sealed unsafe class CascadeDetector : IFaceDetector
{
    /// <summary>The default: <c>haarcascade_frontalface_alt2.xml</c> of Debian's opencv-data.</summary>
    public static string DefaultFile => Path.Combine(VisionLibrary.CascadeFolder, "haarcascade_frontalface_alt2.xml");

    private const int WindowPx = 24, LeastVotes = 3, Capacity = 32;
    private const double ScaleStep = 1.15, HalfVotes = 6;
    private const double MouthX = 0.5, MouthY = 0.77, MouthWidth = 0.33; // of the cascade's box; see docs/RESULTS.md
    private readonly CascadeHandle _handle;
    private readonly int _smallestPx;
    private readonly CascadeNative.Box[] _boxes = new CascadeNative.Box[Capacity];
    private byte[] _small = [];

    /// <param name="file">Cascade XML; null: <see cref="DefaultFile"/>.</param>
    /// <exception cref="StreamMissingException">The file or OpenCV is not there.</exception>
    public CascadeDetector(string? file = null, int smallestPx = 48)
    {
        VisionLibrary.Require();
        _smallestPx = smallestPx;
        file ??= DefaultFile;
        if (!File.Exists(file)) throw new StreamMissingException($"the face cascade {file} is missing. Run `./attend setup --vision`, which installs Debian's opencv-data, or name a file in the rig: `faces: {{ model: ... }}`.");
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        VisionLibrary.Check(CascadeNative.Open(file, out nint cascade, message, VisionLibrary.MessageBytes), file, VisionLibrary.Text(message));
        _handle = new CascadeHandle(cascade);
    }

    public string Name => "cascade";

    public int Find(ReadOnlySpan<byte> gray, int widthPx, int heightPx, Span<FaceBox> faces)
    {
        double shrink = Math.Max(1, _smallestPx / (double)WindowPx);
        int w = Math.Max(1, (int)(widthPx / shrink)), h = Math.Max(1, (int)(heightPx / shrink)), count = Capacity;
        if (_small.Length != w * h) _small = new byte[w * h]; // once per size
        fixed (byte* pixels = gray)
        fixed (byte* small = _small)
        fixed (CascadeNative.Box* boxes = _boxes)
        {
            if (shrink > 1) VisionLibrary.Check(CascadeNative.Resize(pixels, widthPx, heightPx, small, w, h), "picture", "cannot be made smaller");
            VisionLibrary.Check(CascadeNative.Find(_handle, shrink > 1 ? small : pixels, w, h, default, 0, shrink > 1 ? WindowPx : _smallestPx, 0, ScaleStep, LeastVotes, boxes, ref count), "cascade", "refused the picture");
        }
        double sx = widthPx / (double)w, sy = heightPx / (double)h;
        int written = Math.Min(count, faces.Length);
        for (int i = 0; i < written; i++)
        {
            var b = _boxes[i];
            double x = b.X * sx, y = b.Y * sy, bw = b.Width * sx, bh = b.Height * sy;
            faces[i] = new FaceBox(x, y, bw, bh, b.Votes / (b.Votes + HalfVotes), double.NaN, x + MouthX * bw, y + MouthY * bh, MouthWidth * bw);
        }
        return written;
    }

    public void Dispose() => _handle.Dispose();
}
