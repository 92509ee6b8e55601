using System.Runtime.Intrinsics;

namespace AttentionEngine.Perception.Doa;

internal static class Lanes
{
    /// <summary>Sum of eight lanes in one order on every machine; <see cref="Vector256.Sum{T}"/> leaves the order to the processor's instructions.</summary>
    public static float Sum(Vector256<float> v)
    {
        var four = v.GetLower() + v.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }
}
