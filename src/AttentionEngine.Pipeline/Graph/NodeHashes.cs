using System.Runtime.InteropServices;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>The nodes of the graph whose outputs a replay must reproduce.</summary>
public enum GraphNode { Audio = 0, Perception = 1, Features = 2, Fusion = 3, Decision = 4, Beams = 5 }

/// <summary>One running 64-bit FNV-1a hash per node over the bits of everything that the node put out. No allocation.</summary>
public sealed class NodeHashes
{
    public const int Count = 6;
    private readonly ulong[] _hash = Enumerable.Repeat(14695981039346656037UL, Count).ToArray();

    public ulong this[GraphNode node] => _hash[(int)node];
    public ReadOnlySpan<ulong> All => _hash;

    public void Add<T>(GraphNode node, ReadOnlySpan<T> values) where T : unmanaged
    {
        // Eight bytes a step: the order and the bits matter, cryptographic strength does not.
        var bytes = MemoryMarshal.AsBytes(values);
        ulong h = _hash[(int)node];
        int i = 0;
        for (; i + 8 <= bytes.Length; i += 8) h = (h ^ MemoryMarshal.Read<ulong>(bytes[i..])) * 1099511628211UL;
        for (; i < bytes.Length; i++) h = (h ^ bytes[i]) * 1099511628211UL;
        _hash[(int)node] = h;
    }

    public void Add<T>(GraphNode node, T value) where T : unmanaged => Add<T>(node, new ReadOnlySpan<T>(in value));
}
