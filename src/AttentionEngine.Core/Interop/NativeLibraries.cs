using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Interop;

/// <summary>
/// Finds our own native libraries. An assembly that has <c>LibraryImport</c>s calls <see cref="Register"/> once, before the first call
/// (a static constructor of the class that declares them). Looked for, in order: the folder in <c>ATTEND_NATIVE</c>, the
/// application's folder, and <c>native/build</c> beside a <c>AttentionEngine.sln</c> found by walking up from there.
/// </summary>
public static class NativeLibraries
{
    /// <summary>Name for <c>LibraryImport</c> of the engine's own library.</summary>
    public const string AttentionEngine = "attention_engine";

    /// <summary>Name for <c>LibraryImport</c> of the cameras and face detection; there only where OpenCV was at build time (<see cref="VisionLibrary"/>).</summary>
    public const string Vision = "attention_engine_vision";

    /// <summary>Name for <c>LibraryImport</c> of a liblsl that the user has installed: the file in <c>ATTEND_LIBLSL</c>, or what the system's loader finds.</summary>
    public const string Lsl = "lsl";

    /// <summary>Name for <c>LibraryImport</c> of the system's OpenBLAS: the file in <c>ATTEND_OPENBLAS</c>, or what the system's loader finds.</summary>
    public const string OpenBlas = "openblas";

    private static readonly ConcurrentDictionary<Assembly, bool> Registered = new();

    /// <summary>Makes <see cref="AttentionEngine"/> resolvable for <paramref name="assembly"/>; further calls do nothing.</summary>
    public static void Register(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        if (Registered.TryAdd(assembly, true)) NativeLibrary.SetDllImportResolver(assembly, Resolve);
    }

    /// <summary>Full path of <c>lib{name}.so</c> (<c>{name}.dll</c> on Windows).</summary>
    /// <exception cref="StreamMissingException">It is in none of the places looked at.</exception>
    public static string Find(string name)
    {
        string file = OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        var folders = SearchFolders().ToList();
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path)) return path;
        }
        throw new StreamMissingException($"the native library {file} is missing; looked in {string.Join(", ", folders)}. Run `./attend setup` at the repository root, which builds it.");
    }

    private static IEnumerable<string> SearchFolders()
    {
        if (Environment.GetEnvironmentVariable("ATTEND_NATIVE") is { Length: > 0 } given) yield return given;
        yield return AppContext.BaseDirectory;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln"))) continue;
            yield return Path.Combine(folder.FullName, "native", "build");
            yield break;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name is AttentionEngine or Vision ? NativeLibrary.Load(Find(name)) : name == Lsl && TryLoadLsl(out nint lsl) ? lsl : name == OpenBlas && TryLoadOpenBlas(out nint blas) ? blas : 0; // 0: the runtime's own search, for system libraries

    /// <summary>Loads the installed liblsl; the handle is the loader's own, the same at each call.</summary>
    public static bool TryLoadLsl(out nint handle)
    {
        if (Environment.GetEnvironmentVariable("ATTEND_LIBLSL") is { Length: > 0 } file) return NativeLibrary.TryLoad(file, out handle);
        foreach (string name in (ReadOnlySpan<string>)["liblsl.so.2", "liblsl.so", "liblsl.dylib", "lsl.dll"])
            if (NativeLibrary.TryLoad(name, out handle)) return true;
        handle = 0;
        return false;
    }

    /// <summary>Loads the installed OpenBLAS (with LAPACK, 32-bit integers).</summary>
    public static bool TryLoadOpenBlas(out nint handle)
    {
        OpenBlasKernels.Choose();
        if (Environment.GetEnvironmentVariable("ATTEND_OPENBLAS") is { Length: > 0 } file) return NativeLibrary.TryLoad(file, out handle);
        foreach (string name in (ReadOnlySpan<string>)["libopenblas.so.0", "libopenblas.dylib", "libopenblas.dll"])
            if (NativeLibrary.TryLoad(name, out handle)) return true;
        handle = 0;
        return false;
    }
}
