namespace AttentionEngine.Attention.Eeg;

internal static class Ring
{
    /// <summary>Place of grid sample n in a ring; n is negative before LSL time 0, where sessions of a simulator may begin.</summary>
    public static int Slot(long n, int capacity) => (int)(((n % capacity) + capacity) % capacity);
}
