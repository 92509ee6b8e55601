using System.Collections.Concurrent;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Live;

/// <summary>Goes on looking for the rig's optional streams that were not there at the start, on a thread of its own.</summary>
public sealed class LateJoiner : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), OpenLimit = TimeSpan.FromSeconds(5);
    private readonly IStreamTransport _transport;
    private readonly List<RigStream> _missing;
    private readonly ConcurrentQueue<(RigStream Rig, IStreamInlet Inlet)> _joined = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;

    /// <param name="missing">Streams that were not there.</param>
    public LateJoiner(IStreamTransport transport, IEnumerable<RigStream> missing)
    {
        _transport = transport;
        _missing = [.. missing];
        if (_missing.Count == 0) return;
        _thread = new Thread(Search) { IsBackground = true, Name = "late streams", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>A stream that has come since; its inlet is open.</summary>
    public bool TryTake(out (RigStream Rig, IStreamInlet Inlet) joined) => _joined.TryDequeue(out joined);

    private void Search()
    {
        while (_missing.Count > 0 && !_stop.IsCancellationRequested)
        {
            try
            {
                var seen = _transport.Resolve(new StreamQuery(), Look, 0, _stop.Token);
                for (int i = _missing.Count - 1; i >= 0; i--)
                {
                    if (StreamDirectory.Pick(_missing[i], seen) is not { } info) continue;
                    var inlet = _transport.CreateInlet(info, new InletOptions());
                    inlet.Open(OpenLimit, _stop.Token);
                    _joined.Enqueue((_missing[i], inlet));
                    _missing.RemoveAt(i);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException or ConfigurationException)
            {
                // Not reachable yet, or two sources of one id: looked at again in the next round, until the run ends.
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        while (_joined.TryDequeue(out var joined)) joined.Inlet.Dispose();
        _stop.Dispose();
    }
}
