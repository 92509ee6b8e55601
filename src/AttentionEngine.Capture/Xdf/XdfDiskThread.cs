using System.Diagnostics;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Gives waiting data to the system and written data to the disk, by the host's time. It changes when bytes are written, never which.</summary>
internal sealed class XdfDiskThread : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public XdfDiskThread(XdfWriterOptions options, Action flush, Action sync)
    {
        double tickS = options.IdleFlushS > 0 ? options.IdleFlushS : options.SyncEveryS;
        long begun = Stopwatch.GetTimestamp();
        _thread = new Thread(() =>
        {
            while (!_stop.Wait(TimeSpan.FromSeconds(tickS)))
            {
                if (options.IdleFlushS > 0) flush();
                // From the beginning of one to that of the next: what comes while the disk works waits for the next.
                if (options.SyncEveryS <= 0 || Stopwatch.GetElapsedTime(begun).TotalSeconds < options.SyncEveryS - tickS / 2) continue;
                begun = Stopwatch.GetTimestamp();
                sync();
            }
        }) { IsBackground = true, Name = "XDF to disk" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        // OnProblem may dispose the writer on this very thread.
        if (Thread.CurrentThread != _thread) _thread.Join();
        _stop.Dispose();
    }
}
