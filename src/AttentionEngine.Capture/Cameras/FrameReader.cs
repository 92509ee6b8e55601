namespace AttentionEngine.Capture.Cameras;

/// <summary>One frame that was read.</summary>
/// <param name="Index">Counts from 0; frames that were lost before it have their numbers too.</param>
/// <param name="TimeS">Live: capture time on the LSL clock. Files: time in the file.</param>
/// <param name="LostBefore">Frames missing between the one before and this, by the times.</param>
/// <param name="Mean">Of the luminance, 0 to 255.</param>
/// <param name="DarkShare">Of pixels at 16 or less.</param>
/// <param name="BrightShare">Of pixels at 250 or more.</param>
/// <param name="Same">Every pixel as in the frame before.</param>
public readonly record struct CameraFrame(long Index, double TimeS, long LostBefore, double Mean, double DarkShare, double BrightShare, bool Same);

/// <summary>Frames one after the other, from any kind of source, as luminance. One thread.</summary>
public abstract class FrameReader : IDisposable
{
    public int WidthPx { get; protected init; }
    public int HeightPx { get; protected init; }

    /// <summary>As the source says; 0 where it does not.</summary>
    public double RateHz { get; protected init; }

    /// <summary>Frames that the source's index promises; 0 where it has none.</summary>
    public long DeclaredFrames { get; protected init; }

    /// <summary>Frames read so far.</summary>
    public long Read { get; protected set; }

    /// <summary>Frames lost so far, by the times of the others.</summary>
    public long Lost { get; protected set; }

    /// <param name="gray">[height × width].</param>
    /// <returns>False at the end, or when a live camera is gone.</returns>
    /// <exception cref="Core.Errors.InputDataException">A picture of another size, or one that cannot be decoded.</exception>
    public abstract bool TryRead(Span<byte> gray, out CameraFrame frame);

    /// <summary>At the end of a file: what its index promised and it did not hold, or null.</summary>
    /// <remarks>An index is often one or two frames off; a file that was cut is much shorter.</remarks>
    public string? Shortfall => DeclaredFrames > 0 && Read + Math.Max(2, DeclaredFrames / 100) < DeclaredFrames
        ? $"the file's index promises {DeclaredFrames} frames, {Read} could be read: it is damaged or was cut short" : null;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
