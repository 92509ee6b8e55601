namespace AttentionEngine.Capture.Xdf;

/// <summary>The constants of XDF 1.0: <c>XDF:</c>, then chunks of [length bytes: 1, 4 or 8][length][tag u16][content], little-endian; the length counts the tag.</summary>
/// <remarks>
/// Our own additions stand in boundary chunks, after the UUID: every reader skips those by their length, and none skips unknown tags
/// (libxdf stops there). Each begins with a mark that is no valid count of length bytes, so that a reader that looks for a UUID and
/// goes on right after it finds no chunk there and looks on; a plain boundary follows. Those from <see cref="CheckpointMark"/> on end
/// with the CRC-32C of all their content.
/// </remarks>
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

    /// <summary>Stream id (u32), round trip and local time (f64, seconds) of the clock offset that follows: a replay gets the very probe.</summary>
    public const byte ProbeMark = (byte)'R';
    public const int ProbeBytes = 1 + 4 + 8 + 8;

    /// <summary>A checksum of the bytes since the last one, and where the streams stand: <see cref="XdfCheckpoint"/>.</summary>
    public const byte CheckpointMark = (byte)'K';

    /// <summary>A list of checkpoints: <see cref="XdfIndexTable"/>.</summary>
    public const byte TableMark = (byte)'T';

    /// <summary>Stream id (u32) and the XML of its header, again: without the header a whole stream would be lost.</summary>
    public const byte HeaderCopyMark = (byte)'H';

    public static bool HasStreamId(int tag) => tag is StreamHeader or Samples or ClockOffset or StreamFooter;
}
