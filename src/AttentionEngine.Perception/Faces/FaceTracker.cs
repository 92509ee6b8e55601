using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception.Faces;

/// <summary>A face that is followed from picture to picture. Mutable and reused.</summary>
public sealed class FaceTrack
{
    public int Id { get; internal set; }
    public FaceBox Box { get; internal set; }
    public double LastSeenS { get; internal set; }
    public double BornS { get; internal set; }

    /// <summary>Evidence that it is a face, nats.</summary>
    public double Nats { get; internal set; }

    /// <summary>Whether the evidence has been enough once.</summary>
    public bool Confirmed { get; internal set; }

    /// <summary>Unit vector to the centre of the face, HEAD axes, from the camera.</summary>
    public Vector3D DirectionHead { get; internal set; }
}

/// <summary>
/// Faces of one camera with identities. A detector is asked a few times a second; what it finds again and again in one place is a face, what it finds once is
/// not: each look adds evidence for or against, and a track counts from a limit on until its evidence is used up. One thread;
/// nothing is allocated per picture.
/// </summary>
public sealed class FaceTracker
{
    private const int Capacity = 16;
    private const double LookEveryS = 0.12, ForgetS = 1, LeastOverlap = 0.2, SmoothS = 0.15;

    // ln(0.9 / 0.3) and ln(0.1 / 0.7): a face is found nine times in ten, a thing that looks like one three times in ten. From 8 nats on it is a face: about a second.
    private const double HitNats = 1.1, MissNats = -1.95, ConfirmNats = 8, MostNats = 12;
    private readonly IFaceDetector _detector;
    private readonly LensModel _lens;
    private readonly FaceBox[] _found = new FaceBox[Capacity];
    private readonly bool[] _taken = new bool[Capacity];
    private readonly FaceTrack[] _tracks = new FaceTrack[Capacity];
    private double _lookedS = double.NegativeInfinity;
    private int _nextId = 1;

    /// <param name="detector">Belongs to the caller.</param>
    public FaceTracker(IFaceDetector detector, LensModel lens)
    {
        (_detector, _lens) = (detector, lens);
        for (int i = 0; i < Capacity; i++) _tracks[i] = new FaceTrack();
    }

    /// <summary>Alive, confirmed or not, in the order of their birth.</summary>
    public ReadOnlySpan<FaceTrack> Tracks => _tracks.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Times the detector was asked.</summary>
    public long Looks { get; private set; }

    /// <summary>Detections that never became a face.</summary>
    public long Rejected { get; private set; }

    /// <summary>The detector that a rig names.</summary>
    public static IFaceDetector Detector(FaceSettings settings) =>
        settings.Detector == "yunet" ? new YuNetDetector(settings.Model!, settings.LeastScore) : new CascadeDetector(settings.Model, settings.SmallestPx);

    /// <returns>Whether the detector was asked at this picture.</returns>
    public bool Add(VideoFrame frame)
    {
        double timeS = frame.CaptureTime.Seconds;
        if (timeS - _lookedS < LookEveryS) return false;
        double dtS = double.IsFinite(_lookedS) ? timeS - _lookedS : LookEveryS;
        _lookedS = timeS;
        Looks++;
        int found = _detector.Find(frame.Gray, frame.WidthPx, frame.HeightPx, _found);
        _taken.AsSpan().Clear();
        double share = 1 - ExactMath.Exp(-dtS / SmoothS);
        for (int t = 0; t < Count; t++)
        {
            var track = _tracks[t];
            int best = -1;
            double most = LeastOverlap;
            for (int f = 0; f < found; f++)
                if (!_taken[f] && track.Box.Overlap(_found[f]) is var overlap && overlap > most) (best, most) = (f, overlap);
            if (best < 0) { track.Nats = Math.Max(0, track.Nats + MissNats); continue; }
            _taken[best] = true;
            track.Box = Mix(track.Box, _found[best], share);
            track.DirectionHead = _lens.DirectionHead(track.Box.CentreXPx, track.Box.CentreYPx);
            track.LastSeenS = timeS;
            track.Nats = Math.Min(MostNats, track.Nats + HitNats);
            track.Confirmed |= track.Nats >= ConfirmNats;
        }
        Forget(timeS);
        for (int f = 0; f < found && Count < Capacity; f++)
        {
            if (_taken[f]) continue;
            var track = _tracks[Count++];
            (track.Id, track.Box, track.BornS, track.LastSeenS, track.Nats, track.Confirmed) = (_nextId++, _found[f], timeS, timeS, HitNats, false);
            track.DirectionHead = _lens.DirectionHead(track.Box.CentreXPx, track.Box.CentreYPx);
        }
        return true;
    }

    private void Forget(double timeS)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            var track = _tracks[i];
            if (track.Nats <= 0 || (track.Confirmed && timeS - track.LastSeenS > ForgetS))
            {
                if (!track.Confirmed) Rejected++;
                continue;
            }
            (_tracks[kept], _tracks[i]) = (track, _tracks[kept]);
            kept++;
        }
        Count = kept;
    }

    private static FaceBox Mix(in FaceBox a, in FaceBox b, double share)
    {
        double M(double x, double y) => x + share * (y - x);
        return new FaceBox(M(a.XPx, b.XPx), M(a.YPx, b.YPx), M(a.WidthPx, b.WidthPx), M(a.HeightPx, b.HeightPx), M(a.Score, b.Score), double.IsNaN(a.YawRad) ? b.YawRad : M(a.YawRad, b.YawRad),
            M(a.MouthXPx, b.MouthXPx), M(a.MouthYPx, b.MouthYPx), M(a.MouthWidthPx, b.MouthWidthPx));
    }
}
