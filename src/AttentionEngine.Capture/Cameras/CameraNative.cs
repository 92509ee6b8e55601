using System.Runtime.InteropServices;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Capture.Cameras;

/// <summary>The cameras, pictures and chessboards of native/include/attention_engine_vision.h, one to one.</summary>
internal static unsafe partial class CameraNative
{
    static CameraNative() => NativeLibraries.Register(typeof(CameraNative).Assembly);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Config
    {
        public byte* Source;
        public int Kind, WidthPx, HeightPx, TimeoutMs;
        public double RateHz;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Info
    {
        public int WidthPx, HeightPx;
        public double RateHz;
        public long Frames;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Frame
    {
        public long TimeNs;
        public double MediaS, Mean, DarkShare, BrightShare;
        public int Same, DriverTime;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Lens
    {
        public double FocalXPx, FocalYPx, CentreXPx, CentreYPx, K1, K2, P1, P2, K3;
    }

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_camera_open")]
    internal static partial VisionResult Open(in Config config, out nint camera, out Info info, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_camera_read")]
    internal static partial VisionResult Read(CameraHandle camera, byte* gray, long graySize, out Frame frame, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_camera_close")]
    internal static partial void Close(nint camera);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_picture_read", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VisionResult PictureRead(string file, out int widthPx, out int heightPx, byte* gray, long graySize, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_picture_encode", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VisionResult PictureEncode(string ending, byte* gray, int widthPx, int heightPx, byte* encoded, ref long bytes, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_chessboard_find")]
    internal static partial VisionResult FindCorners(byte* gray, int widthPx, int heightPx, int columns, int rows, float* corners, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_chessboard_calibrate")]
    internal static partial VisionResult Calibrate(int pictures, int columns, int rows, double squareM, float* corners, int widthPx, int heightPx, int fitK3, out Lens lens, out double reprojectionPx, double* sdPx, double* viewPx, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_chessboard_reproject")]
    internal static partial VisionResult Reproject(int pictures, int columns, int rows, double squareM, float* corners, in Lens lens, out double reprojectionPx, double* viewPx, byte* message, int messageSize);
}

/// <summary>Owns an <c>ae_camera</c>.</summary>
internal sealed class CameraHandle : SafeHandle
{
    public CameraHandle(nint camera) : base(0, ownsHandle: true) => SetHandle(camera);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        CameraNative.Close(handle);
        return true;
    }
}
