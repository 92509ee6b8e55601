using System.Buffers.Binary;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Fuzzing;

/// <summary>
/// Makes hostile inputs from sound ones: one to eight small changes of the kinds that break parsers (flipped bits, lengths that lie,
/// stretches lost, doubled, moved, wiped or taken from another seed, words of the format in wrong places). The same seed number gives
/// the same inputs on any machine. Not thread-safe.
/// </summary>
/// <param name="seeds">Sound inputs; none is changed.</param>
/// <param name="words">Pieces that mean something in the format: tags, keywords, magic numbers.</param>
/// <param name="mostBytes">No input becomes longer.</param>
public sealed class Mutator(ulong seed, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words, int mostBytes)
{
    private static readonly ulong[] Integers =
    [
        0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 63, 64, 100, 127, 128, 255, 256, 1000, 1024, 4095, 4096, 32767, 32768, 65535, 65536,
        int.MaxValue - 1, int.MaxValue, 1UL << 31, uint.MaxValue - 1, uint.MaxValue, 1UL << 32, long.MaxValue - 1, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    private static readonly double[] Doubles =
        [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, double.MinValue, 1e-300, 1e300, 4294967296, 9007199254740993];

    private readonly SeededRandom _random = new(seed);

    /// <summary>Inputs made so far.</summary>
    public long Count { get; private set; }

    public byte[] Next()
    {
        Count++;
        var bytes = new List<byte>(seeds[_random.Index(seeds.Count)]);
        // Mostly few changes: many at once are refused at the first check.
        int changes = 1 << _random.Index(4);
        for (int i = 0; i < changes; i++) Change(bytes);
        if (bytes.Count > mostBytes) bytes.RemoveRange(mostBytes, bytes.Count - mostBytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Word());
            return;
        }
        int at = Place(bytes.Count);
        switch (_random.Index(14))
        {
            case 0: bytes[at] ^= (byte)(1 << _random.Index(8)); break;
            case 1: bytes[at] = (byte)_random.NextUInt64(); break;
            case 2: bytes[at] = (byte)(bytes[at] + _random.Index(35) - 17); break;
            case 3: Overwrite(bytes, at, Integer(bytes.Count)); break;
            case 4: Overwrite(bytes, at, Number()); break;
            case 5: Overwrite(bytes, at, Word()); break;
            case 6: bytes.InsertRange(at, Word()); break;
            case 7: bytes.RemoveRange(at, Length(bytes.Count - at)); break;
            case 8: bytes.RemoveRange(at, bytes.Count - at); break;
            case 9: bytes.InsertRange(at, bytes.GetRange(at, Length(bytes.Count - at))); break;
            case 10: Wipe(bytes, at, Length(bytes.Count - at)); break;
            case 11: Move(bytes, at, Length(bytes.Count - at)); break;
            case 12: Splice(bytes, at); break;
            default: bytes.InsertRange(at, Integer(bytes.Count)); break;
        }
    }

    /// <summary>Headers stand early: half of the places are in the first part.</summary>
    private int Place(int count) => _random.Index(2) == 0 ? _random.Index(count) : _random.Index(Math.Min(count, 256));

    /// <summary>Short stretches are more usual than long ones.</summary>
    private int Length(int most) => Math.Min(most, 1 + _random.Index(1 << _random.Index(13)));

    private byte[] Word() => words.Count == 0 ? [(byte)_random.NextUInt64()] : words[_random.Index(words.Count)];

    /// <summary>1, 2, 4 or 8 bytes, either byte order; also counts that are just about the length of the input.</summary>
    private byte[] Integer(int length)
    {
        ulong value = _random.Index(4) == 0 ? (ulong)Math.Max(0, length + _random.Index(17) - 8) : Integers[_random.Index(Integers.Length)];
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        byte[] chosen = bytes[..(1 << _random.Index(4))];
        if (_random.Index(4) == 0) Array.Reverse(chosen);
        return chosen;
    }

    private byte[] Number()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, Doubles[_random.Index(Doubles.Length)]);
        return bytes;
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }

    private void Wipe(List<byte> bytes, int at, int length)
    {
        bool random = _random.Index(2) == 0;
        for (int i = at; i < at + length; i++) bytes[i] = random ? (byte)_random.NextUInt64() : (byte)0;
    }

    private void Move(List<byte> bytes, int at, int length)
    {
        var stretch = bytes.GetRange(at, length);
        bytes.RemoveRange(at, length);
        bytes.InsertRange(_random.Index(bytes.Count + 1), stretch);
    }

    private void Splice(List<byte> bytes, int at)
    {
        byte[] other = seeds[_random.Index(seeds.Count)];
        if (other.Length == 0) return;
        int from = _random.Index(other.Length);
        bytes.RemoveRange(at, bytes.Count - at);
        bytes.AddRange(other.AsSpan(from, Math.Min(other.Length - from, Math.Max(0, mostBytes - at))));
    }
}
