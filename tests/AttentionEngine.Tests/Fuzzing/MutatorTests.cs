using System.Security.Cryptography;

namespace AttentionEngine.Tests.Fuzzing;

public class MutatorTests
{
    private static Mutator New(ulong seed) => new(seed, ["one sound input"u8.ToArray(), "another, longer, sound input"u8.ToArray(), []], ["word"u8.ToArray()], 64);

    [Fact]
    public void The_same_seed_gives_the_same_inputs_and_all_differ_from_the_sound_ones()
    {
        Mutator a = New(5), b = New(5), c = New(6);
        var seen = new HashSet<string>();
        int differsFromOtherSeed = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] input = a.Next();
            Assert.Equal(input, b.Next());
            Assert.InRange(input.Length, 0, 64);
            if (!input.AsSpan().SequenceEqual(c.Next())) differsFromOtherSeed++;
            seen.Add(Convert.ToHexString(SHA256.HashData(input)));
        }
        Assert.InRange(differsFromOtherSeed, 1800, 2000);
        Assert.InRange(seen.Count, 1500, 2000);
    }

    [Fact]
    public void A_run_names_the_input_that_threw_and_the_one_that_allocated_too_much()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => FuzzRun.Of(New(1), 1000, bytes => bytes.Length < 10 ? throw new FormatException("short") : true, _ => long.MaxValue));
        Assert.Contains("FormatException: short", thrown.Message, StringComparison.Ordinal);
        var held = Assert.Throws<InvalidOperationException>(() => FuzzRun.Of(New(1), 1000, bytes => new byte[100_000].Length > bytes.Length, _ => 50_000));
        Assert.Contains("allocate", held.Message, StringComparison.Ordinal);
        Assert.Equal(1000, FuzzRun.Of(New(1), 1000, _ => true, _ => 1 << 20).Understood);
    }
}
