using System.Runtime.InteropServices;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Interop;

/// <summary>Results of native/include/attention_engine_vision.h.</summary>
public enum VisionResult { Ok = 0, Empty = 1, Ended = 2, Invalid = -1, OutOfMemory = -4, Missing = -5, Damaged = -6 }

/// <summary>The optional native library of cameras and face detection: whether it is here, and how its errors are said.</summary>
public static partial class VisionLibrary
{
    /// <summary>Room for a native message, bytes.</summary>
    public const int MessageBytes = 512;

    /// <summary>Folder of Debian's opencv-data.</summary>
    public const string CascadeFolder = "/usr/share/opencv4/haarcascades";

    private const int Interface = 1;
    private const string ToDo = "Run `./attend setup --vision` at the repository root: it installs OpenCV's packages and builds what needs them.";
    private static readonly Lazy<string?> Trouble = new(Load);

    /// <summary>Throws where cameras and face detection cannot be used.</summary>
    /// <exception cref="StreamMissingException">Says why and what to do.</exception>
    public static void Require()
    {
        if (Trouble.Value is { } trouble) throw new StreamMissingException(trouble);
    }

    /// <summary>What is wrong, or null where the library is here.</summary>
    public static string? Missing => Trouble.Value;

    /// <summary>For example <c>OpenCV 4.6.0</c>.</summary>
    public static unsafe string Version()
    {
        Require();
        byte* text = stackalloc byte[MessageBytes];
        _ = LibraryText(text, MessageBytes);
        return Text(text);
    }

    public static unsafe string Text(byte* message) => Marshal.PtrToStringUTF8((nint)message) ?? "";

    /// <summary>Turns a native result into our errors.</summary>
    /// <param name="subject">What was worked on: a file, a device.</param>
    public static void Check(VisionResult result, string subject, string message)
    {
        switch (result)
        {
            case VisionResult.Ok or VisionResult.Empty or VisionResult.Ended: return;
            case VisionResult.Missing: throw new StreamMissingException($"{subject}: {message}.");
            case VisionResult.Damaged: throw new InputDataException($"{subject}: {message}.");
            default: throw new ArgumentException($"{subject}: the vision library refused ({result}): {message}");
        }
    }

    private static string? Load()
    {
        NativeLibraries.Register(typeof(VisionLibrary).Assembly);
        string path;
        try { path = NativeLibraries.Find(NativeLibraries.Vision); }
        catch (StreamMissingException) { return $"cameras, videos and face detection need OpenCV, and this build was made without it. {ToDo}"; }
        if (!NativeLibrary.TryLoad(path, out _)) return $"{path} cannot be loaded: OpenCV's libraries were removed since it was built. {ToDo}";
        int found = InterfaceVersion();
        return found == Interface ? null : $"{path} has interface {found}, expected {Interface}: it was built from another version. {ToDo}";
    }

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_vision_interface")]
    private static partial int InterfaceVersion();

    [LibraryImport(NativeLibraries.Vision, EntryPoint = "ae_vision_library")]
    private static unsafe partial VisionResult LibraryText(byte* text, int size);
}
