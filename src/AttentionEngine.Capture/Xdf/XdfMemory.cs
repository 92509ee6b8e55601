using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Large arrays that will be filled at once. Most of the time of a load goes into the first touch of new pages; on Linux, pages of 2 MiB
/// are asked for (<c>madvise</c>), which is a hint: where the system says no, nothing else changes.
/// </summary>
internal static partial class XdfMemory
{
    private const int HugePages = 14;
    private const long HugePageBytes = 2 << 20;

    /// <returns>An array whose elements have no defined value; every one must be written.</returns>
    public static T[] Take<T>(int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return new T[count];
        var array = GC.AllocateUninitializedArray<T>(count);
        if (OperatingSystem.IsLinux() && (long)count * Unsafe.SizeOf<T>() >= 2 * HugePageBytes) Advise(array);
        return array;
    }

    private static unsafe void Advise<T>(T[] array)
    {
        fixed (byte* first = &Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(array)))
        {
            // Large arrays do not move; only whole pages inside this one are named.
            nuint from = ((nuint)first + (nuint)HugePageBytes - 1) & ~((nuint)HugePageBytes - 1), to = ((nuint)first + (nuint)array.Length * (nuint)Unsafe.SizeOf<T>()) & ~((nuint)HugePageBytes - 1);
            if (to > from) _ = madvise(from, to - from, HugePages);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int madvise(nuint address, nuint length, int advice);
}
