using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Cameras;

public enum CameraKind { Device = 0, File = 1, Stream = 2, Pictures = 3 }

/// <summary>Where pictures come from, as a person writes it: <c>/dev/video0</c>, a video file, <c>rtsp://…</c> or <c>tcp://…</c>, a folder of pictures.</summary>
/// <param name="WidthPx">Wanted of a device; 0: its own.</param>
/// <param name="RateHz">Wanted of a device, or of a folder of pictures, which has none of its own; 0: the source's.</param>
public sealed record CameraSource(CameraKind Kind, string Text, int WidthPx = 0, int HeightPx = 0, double RateHz = 0)
{
    private static readonly string[] Schemes = ["rtsp://", "rtsps://", "tcp://", "udp://", "http://", "https://", "rtp://"];

    /// <summary>How long a stream may take to open or to send a frame.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether frames come when they come, and may come again after a break.</summary>
    public bool IsLive => Kind is CameraKind.Device or CameraKind.Stream;

    public static CameraSource Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (Schemes.Any(s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase))) return new CameraSource(CameraKind.Stream, text);
        if (text.StartsWith("/dev/", StringComparison.Ordinal)) return new CameraSource(CameraKind.Device, text);
        if (text.Contains("://", StringComparison.Ordinal)) throw new ConfigurationException($"camera `{text}`: this kind of address is not read; expected {string.Join(", ", Schemes)}, /dev/videoN, a video file or a folder of pictures.");
        string path = Path.GetFullPath(text);
        return new CameraSource(Directory.Exists(path) ? CameraKind.Pictures : CameraKind.File, path);
    }

    /// <exception cref="StreamMissingException">It is not there, or OpenCV is not.</exception>
    /// <exception cref="InputDataException">It is there, but is no video or holds no pictures.</exception>
    public FrameReader Open() => Kind == CameraKind.Pictures ? new PictureFolder(Text, RateHz > 0 ? RateHz : 25) : new VideoReader(this);
}
