using System.Diagnostics;

namespace AttentionEngine.Capture.Lsl;

/// <summary>The LSL clock of this machine: seconds since boot on the monotonic clock (CLOCK_MONOTONIC on Linux), the same that liblsl reads.</summary>
public static class LslClock
{
    private static readonly double SecondsPerTick = 1.0 / Stopwatch.Frequency;

    /// <summary>Seconds.</summary>
    public static double NowS => Stopwatch.GetTimestamp() * SecondsPerTick;
}
