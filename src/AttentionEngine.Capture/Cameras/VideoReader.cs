using System.Text;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Capture.Cameras;

/// <summary>A camera, video file or network stream, read by OpenCV.</summary>
internal sealed unsafe class VideoReader : FrameReader
{
    private readonly CameraHandle _handle;
    private readonly CameraSource _source;
    private double _lastS = double.NaN, _lastMediaS;
    private long _nextIndex;

    public VideoReader(CameraSource source)
    {
        VisionLibrary.Require();
        _source = source;
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        fixed (byte* text = Encoding.UTF8.GetBytes(source.Text + '\0'))
        {
            var config = new CameraNative.Config { Source = text, Kind = (int)source.Kind, WidthPx = source.WidthPx, HeightPx = source.HeightPx, RateHz = source.RateHz, TimeoutMs = (int)source.Timeout.TotalMilliseconds };
            VisionLibrary.Check(CameraNative.Open(config, out nint camera, out var info, message, VisionLibrary.MessageBytes), source.Text, VisionLibrary.Text(message));
            _handle = new CameraHandle(camera);
            (WidthPx, HeightPx, RateHz, DeclaredFrames) = (info.WidthPx, info.HeightPx, info.RateHz, info.Frames);
        }
    }

    public override bool TryRead(Span<byte> gray, out CameraFrame frame)
    {
        byte* message = stackalloc byte[VisionLibrary.MessageBytes];
        VisionResult result;
        CameraNative.Frame f;
        fixed (byte* pixels = gray) result = CameraNative.Read(_handle, pixels, gray.Length, out f, message, VisionLibrary.MessageBytes);
        frame = default;
        if (result == VisionResult.Ended) return false;
        if (result != VisionResult.Ok) VisionLibrary.Check(result, $"{_source.Text}, frame {_nextIndex}", VisionLibrary.Text(message));
        double timeS = _source.IsLive ? f.TimeNs * 1e-9 : MediaTime(f.MediaS);
        // A stream's own times show its losses better than the hour of arrival, which the network moves.
        double stepS = _source.Kind == CameraKind.Stream && f.MediaS > 0 ? f.MediaS - _lastMediaS : timeS - _lastS;
        long lost = RateHz > 0 && Read > 0 && stepS * RateHz > 1.5 ? (long)Math.Round(stepS * RateHz) - 1 : 0;
        (_lastS, _lastMediaS) = (timeS, f.MediaS);
        Lost += lost;
        frame = new CameraFrame(_nextIndex + lost, timeS, lost, f.Mean, f.DarkShare, f.BrightShare, f.Same != 0);
        _nextIndex = frame.Index + 1;
        Read++;
        return true;
    }

    /// <summary>A file's times go on where the container gives none (some do not at their end).</summary>
    private double MediaTime(double mediaS) => double.IsNaN(_lastS) ? Math.Max(0, mediaS) : mediaS > _lastS ? mediaS : _lastS + 1 / (RateHz > 0 ? RateHz : 25);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _handle.Dispose();
        base.Dispose(disposing);
    }
}
