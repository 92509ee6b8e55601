using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionEngine.Core.Interop;

/// <summary>
/// Says to OpenBLAS which of its kernels to take, by what the processor can do. Left to itself it goes by the processor's model number, and takes those of 2004
/// (Prescott) for one that is newer than the library: half as fast, and with sums whose order depends on where the arrays lie, so that no two runs
/// leave the same bytes.
/// </summary>
internal static partial class OpenBlasKernels
{
    private const string Variable = "OPENBLAS_CORETYPE";
    private static readonly Lazy<bool> Chosen = new(Set);

    /// <summary>Before the library is loaded; the user's own choice in the environment stands.</summary>
    public static void Choose() => _ = Chosen.Value;

    private static bool Set()
    {
        string? kernels = Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported ? "SkylakeX" : Avx2.IsSupported && Fma.IsSupported ? "Haswell" : null;
        if (kernels is null || !OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }) return false;
        // The runtime keeps its own copy of the environment; the library reads the process's.
        return SetEnvironment(Variable, kernels, 1) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
