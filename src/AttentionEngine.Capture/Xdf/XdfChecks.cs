using System.Collections.Concurrent;

namespace AttentionEngine.Capture.Xdf;

/// <summary>Compares checksums of parts of a file on a thread of its own, while the file is being read on another.</summary>
/// <param name="bytes">A view of the file that nobody else uses.</param>
internal sealed class XdfChecks : IDisposable
{
    /// <param name="DamageBefore">How much damage was listed when the checksum was read.</param>
    public readonly record struct Part(long From, long To, uint Crc, int DamageBefore);

    private readonly BlockingCollection<Part> _parts = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<List<Part>> _work;

    public XdfChecks(XdfBytes bytes) => _work = Task.Factory.StartNew(() => Check(bytes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Add(long from, long to, uint crc, int damageBefore) => _parts.Add(new Part(from, to, crc, damageBefore));

    /// <summary>Waits for all of them.</summary>
    /// <returns>Those that do not match, in file order.</returns>
    public List<Part> End()
    {
        _parts.CompleteAdding();
        return _work.GetAwaiter().GetResult();
    }

    private List<Part> Check(XdfBytes bytes)
    {
        var changed = new List<Part>();
        foreach (var part in _parts.GetConsumingEnumerable())
        {
            if (_stop.IsCancellationRequested) break;
            if (bytes.Checksum(part.From, part.To) != part.Crc) changed.Add(part);
        }
        return changed;
    }

    /// <summary>Ends the thread; the file is not in use any more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _parts.CompleteAdding();
        _work.Wait();
        _parts.Dispose();
        _stop.Dispose();
    }
}
