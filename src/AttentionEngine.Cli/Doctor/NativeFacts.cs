using System.Runtime.InteropServices;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Cli.Doctor;

/// <summary>The native libraries, each by loading it and calling or finding something in it.</summary>
internal static unsafe class NativeFacts
{
    public const string EngineName = "native audio path";

    public static IEnumerable<DoctorFact> All()
    {
        yield return Engine();
        yield return OnnxRuntime();
        yield return SndFile();
        yield return OpenBlas();
        yield return Vision();
    }

    private static DoctorFact Vision() => VisionLibrary.Missing is { } missing
        ? DoctorFact.Missing("cameras and faces", false, missing, "./attend setup --vision") : DoctorFact.Ok("cameras and faces", false, VisionLibrary.Version());

    private static DoctorFact Engine()
    {
        const string name = EngineName;
        string path;
        try { path = NativeLibraries.Find(NativeLibraries.AttentionEngine); }
        catch (StreamMissingException e) { return DoctorFact.Missing(name, true, e.Message, "./attend setup"); }
        if (!NativeLibrary.TryLoad(path, out nint library)) return DoctorFact.Missing(name, true, $"{path} cannot be loaded", "Delete native/build and run ./attend setup, which builds it again.");
        return NativeLibrary.TryGetExport(library, "ae_path_create", out _) ? DoctorFact.Ok(name, true, path)
            : DoctorFact.Missing(name, true, $"{path} has no ae_path_create: it is of another version", "Delete native/build and run ./attend setup.");
    }

    private static DoctorFact OnnxRuntime()
    {
        const string name = "onnxruntime";
        string file = OperatingSystem.IsWindows() ? "onnxruntime.dll" : "libonnxruntime.so";
        string path = Path.Combine(AppContext.BaseDirectory, file);
        const string toDo = "./attend setup";
        if (!NativeLibrary.TryLoad(path, out nint library)) return DoctorFact.Missing(name, true, $"{path} is absent or cannot be loaded", toDo);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint getApiBase)) return DoctorFact.Missing(name, true, $"{path} is not ONNX Runtime", toDo);
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t); const char* (*GetVersionString)(void); }
        nint* apiBase = ((delegate* unmanaged<nint*>)getApiBase)();
        string version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])()) ?? "unknown version";
        return DoctorFact.Ok(name, true, $"{version}, {path}");
    }

    private static DoctorFact SndFile()
    {
        const string name = "libsndfile";
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "sndfile.dll" : "libsndfile.so.1", out nint library) || !NativeLibrary.TryGetExport(library, "sf_version_string", out nint version))
            return DoctorFact.Missing(name, false, "not installed; WAV is read without it, FLAC and others are not", "apt-get install libsndfile1");
        return DoctorFact.Ok(name, false, Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)version)()) ?? "unknown version");
    }

    private static DoctorFact OpenBlas()
    {
        const string name = "OpenBLAS";
        if (!NativeLibraries.TryLoadOpenBlas(out nint library) || !NativeLibrary.TryGetExport(library, "openblas_get_config", out nint version))
            return DoctorFact.Missing(name, false, "not installed; offline EEG decoding uses managed code, tens of times slower", "apt-get install libopenblas0-pthread");
        return DoctorFact.Ok(name, false, Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)version)())?.Trim() ?? "unknown version");
    }
}
