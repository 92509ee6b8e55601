using System.Diagnostics;

namespace AttentionEngine.Tests.Fuzzing;

/// <summary>Feeds a parser with mutated inputs and says which one broke it, in a form that becomes a regression test.</summary>
public static class FuzzRun
{
    /// <param name="Inputs">How many were tried.</param>
    /// <param name="Understood">How many the target took for at least partly sound; a run where this is near zero tests only the first check.</param>
    /// <param name="MostAllocatedBytes">The most that one input made the target allocate on this thread.</param>
    public readonly record struct Result(long Inputs, long Understood, long MostAllocatedBytes, double CpuS);

    /// <param name="target">Returns whether it understood the input; what it throws is a finding.</param>
    /// <param name="allocationLimitBytes">From the length of the input: the most that the target may allocate for it.</param>
    public static Result Of(Mutator mutator, long inputs, Func<byte[], bool> target, Func<int, long> allocationLimitBytes)
    {
        long understood = 0, most = 0;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (long i = 0; i < inputs; i++)
        {
            byte[] input = mutator.Next();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (target(input)) understood++;
            }
#pragma warning disable CA1031 // Whatever it throws is the finding.
            catch (Exception e)
#pragma warning restore CA1031
            {
                throw new InvalidOperationException($"input {i} broke it: {e.GetType().Name}: {e.Message}\nbase64 of the input: {Convert.ToBase64String(input)}", e);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated);
            if (allocated > allocationLimitBytes(input.Length))
                throw new InvalidOperationException($"input {i} of {input.Length} bytes made it allocate {allocated} bytes\nbase64 of the input: {Convert.ToBase64String(input)}");
        }
        return new Result(inputs, understood, most, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
    }
}
