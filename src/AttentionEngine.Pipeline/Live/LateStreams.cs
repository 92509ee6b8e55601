using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Live;

/// <summary>Goes on looking for streams, on a thread of its own, and hands over each new list of what is there.</summary>
public sealed class LateStreams : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly IStreamTransport _transport;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private IReadOnlyList<StreamInfo>? _seen;

    public LateStreams(IStreamTransport transport)
    {
        _transport = transport;
        _thread = new Thread(Search) { IsBackground = true, Name = "late streams", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>What answered in the newest round, once.</summary>
    public bool TryTake(out IReadOnlyList<StreamInfo> seen)
    {
        seen = Interlocked.Exchange(ref _seen, null) ?? [];
        return seen.Count > 0;
    }

    private void Search()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Interlocked.Exchange(ref _seen, _transport.Resolve(new StreamQuery(), Look, 0, _stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Ends the search without waiting for it.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }
}
