namespace AttentionEngine.Capture.Xdf;

/// <summary>The constants of XDF 1.0: <c>XDF:</c>, then chunks of [length bytes: 1, 4 or 8][length][tag u16][content], little-endian; the length counts the tag.</summary>
internal static class XdfFormat
{
    public const int FileHeader = 1;
    public const int StreamHeader = 2;
    public const int Samples = 3;
    public const int ClockOffset = 4;
    public const int Boundary = 5;
    public const int StreamFooter = 6;

    public static ReadOnlySpan<byte> Magic => "XDF:"u8;

    /// <summary>What a boundary chunk holds, so that a reader finds its place again after damage.</summary>
    public static ReadOnlySpan<byte> BoundaryUuid => [0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4];

    /// <summary>
    /// Our own addition: a boundary chunk may carry, after its UUID, this byte, the stream id (u32), and the round trip and the local
    /// time (f64, seconds) of the clock offset that follows, so that a replay gets the very probe that the recorder had. XDF has no place for it, every reader skips boundary chunks by their length, and none
    /// skips unknown tags (libxdf stops there). 'R' is no valid count of length bytes, so a reader that resumes here looks on.
    /// </summary>
    public const byte ProbeMark = (byte)'R';
    public const int ProbeBytes = 1 + 4 + 8 + 8;

    public static bool HasStreamId(int tag) => tag is StreamHeader or Samples or ClockOffset or StreamFooter;
}
