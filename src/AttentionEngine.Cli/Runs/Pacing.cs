namespace AttentionEngine.Cli.Runs;

/// <summary>Holds a replay to a speed.</summary>
/// <param name="speed">Seconds of the recording in a second; infinite: no holding.</param>
internal sealed class Pacing(double speed, TimeProvider time, CancellationToken cancellation)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Waits until this much of the recording is due, or the run is cancelled.</summary>
    public void WaitFor(double doneS)
    {
        if (double.IsInfinity(speed)) return;
        for (double leftS; (leftS = doneS / speed - time.GetElapsedTime(_start).TotalSeconds) > 0;)
            if (cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Max(1, Math.Min(leftS * 1000, 1000))))) return;
    }
}
