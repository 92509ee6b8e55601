using System.Runtime.InteropServices;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Perception.Faces;

/// <summary>The cascades of native/include/attention_engine_vision.h, one to one.</summary>
internal static unsafe partial class CascadeNative
{
    static CascadeNative() => NativeLibraries.Register(typeof(CascadeNative).Assembly);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Box
    {
        public int X, Y, Width, Height, Votes;
    }

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_cascade_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VisionResult Open(string file, out nint cascade, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_cascade_find")]
    internal static partial VisionResult Find(CascadeHandle cascade, byte* gray, int widthPx, int heightPx, Box part, int mirrored, int smallestPx, int largestPx, double scaleStep, int leastVotes, Box* boxes, ref int count);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_cascade_close")]
    internal static partial void Close(nint cascade);

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_picture_resize")]
    internal static partial VisionResult Resize(byte* gray, int widthPx, int heightPx, byte* to, int toWidthPx, int toHeightPx);
}

/// <summary>Owns an <c>ae_cascade</c>.</summary>
internal sealed class CascadeHandle : SafeHandle
{
    public CascadeHandle(nint cascade) : base(0, ownsHandle: true) => SetHandle(cascade);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        CascadeNative.Close(handle);
        return true;
    }
}
