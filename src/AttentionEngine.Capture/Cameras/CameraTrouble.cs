namespace AttentionEngine.Capture.Cameras;

public enum PictureFault { None, Black, Overexposed, Frozen }

/// <summary>
/// Sees a camera that sends frames which say nothing: black (lens cap, no light), overexposed, or frozen (the same picture to the last bit, which no sensor gives).
/// A fault is told when it has lasted, and told again as ended; between, its frames are counted.
/// </summary>
/// <param name="lastingS">How long a fault must last before it is told.</param>
public sealed class CameraTrouble(double lastingS = 0.5)
{
    private const double DarkShare = 0.98, DarkMean = 14, BrightShare = 0.6;
    private PictureFault _seen;
    private double _sinceS;
    private long _frames;

    /// <summary>The fault that has been told, or none.</summary>
    public PictureFault Told { get; private set; }

    /// <summary>Frames with any lasting fault so far.</summary>
    public long FaultyFrames { get; private set; }

    /// <returns>What is to be told after this frame, or null.</returns>
    public string? Add(in CameraFrame frame)
    {
        var now = frame.DarkShare >= DarkShare || frame.Mean < DarkMean ? PictureFault.Black : frame.BrightShare >= BrightShare ? PictureFault.Overexposed : frame.Same ? PictureFault.Frozen : PictureFault.None;
        string? said = null;
        if (now != _seen)
        {
            if (Told != PictureFault.None) said = $"pictures are usable again after {_frames} {Word(Told)} frames";
            Told = PictureFault.None;
            (_seen, _sinceS, _frames) = (now, frame.TimeS, 0);
        }
        if (now == PictureFault.None) return said;
        _frames++;
        if (Told != PictureFault.None) FaultyFrames++;
        else if (frame.TimeS - _sinceS >= lastingS)
        {
            Told = now;
            FaultyFrames += _frames;
            return $"pictures are {Word(now)}: {Why(now)}";
        }
        return said;
    }

    private static string Word(PictureFault fault) => fault switch { PictureFault.Black => "black", PictureFault.Overexposed => "overexposed", PictureFault.Frozen => "frozen", _ => "good" };

    private static string Why(PictureFault fault) => fault switch
    {
        PictureFault.Black => "is the lens covered, or the room dark?",
        PictureFault.Overexposed => "more than half of the picture is white; shorten the exposure or turn the camera from the light",
        _ => "the same picture comes again and again; unplug the camera and plug it in again",
    };
}
