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
        double tookS = 0;
        _thread = new Thread(() =>
        {
            while (!_stop.Wait(TimeSpan.FromSeconds(tickS)))
            {
                if (options.IdleFlushS > 0) flush();
                // What comes while the disk works waits for the next time: a slow disk is asked the sooner, so that nothing waits for longer than was asked.
                double aheadS = Math.Min(tookS, options.SyncEveryS / 2) + tickS / 2;
                if (options.SyncEveryS <= 0 || Stopwatch.GetElapsedTime(begun).TotalSeconds < options.SyncEveryS - aheadS) continue;
                begun = Stopwatch.GetTimestamp();
                sync();
                tookS = Stopwatch.GetElapsedTime(begun).TotalSeconds;
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
