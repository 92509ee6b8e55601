using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.SteeringOut;

namespace AttentionEngine.Pipeline.Live;

/// <summary>The tick thread: runs tick k at <c>start + k · tick + allowance</c> on the LSL clock, over what has arrived by then.</summary>
public sealed class TickLoop(AttentionPipeline pipeline, TickRing ticks, SteeringOutputs steering, IStreamTransport transport, double startS, double allowanceS)
{
    private Thread? _thread;
    private long _done;

    public Exception? Failure { get; private set; }
    public bool Running => _thread?.IsAlive ?? false;
    public double DoneS => Volatile.Read(ref _done) * pipeline.TickS;

    public void Start(long tickCount, CancellationToken stop)
    {
        _thread = new Thread(() => Loop(tickCount, stop)) { IsBackground = true, Name = "tick", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public void Join() => _thread?.Join(TimeSpan.FromSeconds(5));

    private void Loop(long tickCount, CancellationToken stop)
    {
        Span<long> counts = stackalloc long[TickInputs.Count];
        try
        {
            for (long k = 0; k < tickCount && !stop.IsCancellationRequested; k++)
            {
                double timeS = startS + k * pipeline.TickS;
                double dueS = timeS + allowanceS;
                double waitS = dueS - transport.LocalClockS;
                while (waitS > 0)
                {
                    Thread.Sleep(Math.Max(1, (int)(waitS * 1000)));
                    if (stop.IsCancellationRequested) return;
                    waitS = dueS - transport.LocalClockS;
                }
                var record = ticks.Next();
                record.LateMs = -waitS * 1000;
                pipeline.Inputs.CountUpTo(timeS, counts);
                pipeline.Tick(k, StreamTime.FromSeconds(timeS), counts, record);
                steering.Send(record, pipeline.Scene, pipeline.Command);
                ticks.Publish(record);
                Volatile.Write(ref _done, k + 1);
            }
        }
#pragma warning disable CA1031 // The tick thread has no caller: the runner reads Failure and ends the run with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
    }
}
