using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Simulation.Render;

/// <summary>Writes a rendered session into a sink in virtual time, in the order in which a recorder would have received it.</summary>
public static class OfflineRecording
{
    /// <summary>Start of the scene on the virtual LSL clock, seconds.</summary>
    public const double StartS = 1000.0;
    private const double ProbeEveryS = 5;

    public static void Write(SimulatedSession session, IRecordingSink sink, CancellationToken cancellation)
    {
        int[] numbers = [.. session.Streams.Select(s => sink.AddStream(s.Info))];
        var random = new SeededRandom(session.Seed).Fork("clock probes");
        double nextProbeS = 0;
        foreach (var due in session.InOrderOfArrival())
        {
            cancellation.ThrowIfCancellationRequested();
            for (; due.ArrivalS >= nextProbeS; nextProbeS += ProbeEveryS)
                foreach (int number in numbers)
                    sink.WriteClockOffset(number, new ClockProbe(StartS + nextProbeS, random.Normal(0, 5e-6), 1e-4 + random.Exponential(5e-5))); // one clock: the offset is measurement noise
            session.Streams[due.Stream].Write(sink, numbers[due.Stream], due.Chunk, StartS);
        }
    }
}
