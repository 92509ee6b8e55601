using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Render;

namespace AttentionEngine.Simulation.Faults;

public enum StepKind { Send, Die, Return }

/// <summary>What a simulated laboratory does next.</summary>
/// <param name="Stream">Index in <see cref="SimulatedSession.Streams"/>.</param>
/// <param name="Chunk">For <see cref="StepKind.Send"/>.</param>
/// <param name="AtS">Seconds since the start of the scene.</param>
public readonly record struct ScheduledStep(StepKind Kind, int Stream, int Chunk, double AtS);

/// <summary>A session's chunks as faults let them arrive, in the order of time; each stream's own order is kept.</summary>
public static class FaultedSchedule
{
    /// <param name="roles">[streams] what each stream is.</param>
    public static IEnumerable<ScheduledStep> Of(IEnumerable<DueChunk> inOrderOfArrival, IReadOnlyList<StreamRole> roles, FaultPlan plan)
    {
        var waiting = new PriorityQueue<ScheduledStep, (double, long)>();
        long number = 0;
        void Add(ScheduledStep step) => waiting.Enqueue(step, (step.AtS, number++));
        foreach (var fault in plan.Faults.Where(f => f.Kind == FaultKind.Die))
            for (int s = 0; s < roles.Count; s++)
            {
                if (roles[s] != fault.Role) continue;
                Add(new ScheduledStep(StepKind.Die, s, 0, fault.AtS));
                Add(new ScheduledStep(StepKind.Return, s, 0, fault.EndS));
            }
        foreach (var due in inOrderOfArrival)
        {
            while (waiting.TryPeek(out var next, out _) && next.AtS < due.ArrivalS) yield return waiting.Dequeue();
            if (plan.Arrival(roles[due.Stream], due.ArrivalS) is { } atS) Add(new ScheduledStep(StepKind.Send, due.Stream, due.Chunk, atS));
        }
        while (waiting.TryDequeue(out var last, out _)) yield return last;
    }
}
