using System.Runtime.InteropServices;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>CPU time of the calling thread: what a block or a tick costs, whatever the host steals. Measurement only, never processing.</summary>
public static partial class ThreadCpuClock
{
    private const int ClockThreadCpuTimeId = 3;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec { public long Seconds; public long Nanoseconds; }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    /// <summary>Milliseconds of CPU used by this thread; NaN on a platform without that clock.</summary>
    public static double NowMs() => OperatingSystem.IsLinux() && ClockGetTime(ClockThreadCpuTimeId, out var t) == 0 ? t.Seconds * 1e3 + t.Nanoseconds * 1e-6 : double.NaN;
}
