using System.Runtime.InteropServices;

namespace AttentionEngine.Core.Interop;

/// <summary>
/// The C library's heaps. glibc gives up to eight heaps a core to threads that allocate, and each keeps what it once had. The run-time's compiler,
/// which works on ever new threads for the first minutes and again whenever code becomes hot, left one to two MB in each: a recorder grew by 13 MB in 8 minutes.
/// </summary>
public static partial class NativeHeap
{
    private const int ArenaMax = -8;

    /// <summary>Lets all threads share two heaps. Call it first of all; where the C library has no such setting, nothing changes.</summary>
    public static void ShareHeaps()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = mallopt(ArenaMax, 2);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
