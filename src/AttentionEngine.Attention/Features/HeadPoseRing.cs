using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>The newest head rotations, to turn gaze samples into ROOM at their own times.</summary>
internal sealed class HeadPoseRing
{
    private const int Capacity = 512;
    private const double LongestGapS = 0.1; // further than this from a pose, a gaze direction is not known in ROOM
    private readonly double[] _timesS = new double[Capacity];
    private readonly Rotation[] _roomFromHead = new Rotation[Capacity];
    private long _count;

    /// <summary>Time of the newest pose, or −infinity.</summary>
    public double NewestS => _count == 0 ? double.NegativeInfinity : _timesS[(_count - 1) % Capacity];

    public void Add(HeadPoseChunk chunk)
    {
        var samples = chunk.Samples;
        for (int i = 0; i < samples.Frames; i++)
        {
            var v = samples.Frame(i);
            double norm2 = (double)v[3] * v[3] + (double)v[4] * v[4] + (double)v[5] * v[5] + (double)v[6] * v[6];
            if (!(norm2 is > 0.5 and < 2) || samples.TimesS[i] <= NewestS) continue; // a lost tracker writes NaN or zeros
            _timesS[_count % Capacity] = samples.TimesS[i];
            _roomFromHead[_count % Capacity] = new Rotation(v[3], v[4], v[5], v[6]).Normalized();
            _count++;
        }
    }

    /// <summary>Rotation at a time: between its neighbours, or the newest when that is at most 0.1 s old.</summary>
    public bool TryGet(double timeS, out Rotation roomFromHead)
    {
        long oldest = Math.Max(0, _count - Capacity), i = _count - 1;
        while (i >= oldest && _timesS[i % Capacity] > timeS) i--;
        roomFromHead = Rotation.Identity;
        if (i < oldest) return false;
        double beforeS = _timesS[i % Capacity];
        roomFromHead = _roomFromHead[i % Capacity];
        if (i == _count - 1 || _timesS[(i + 1) % Capacity] - beforeS > LongestGapS) return timeS - beforeS <= LongestGapS;
        double afterS = _timesS[(i + 1) % Capacity];
        roomFromHead = Mix(roomFromHead, _roomFromHead[(i + 1) % Capacity], (timeS - beforeS) / (afterS - beforeS));
        return true;
    }

    /// <summary>Normalised linear interpolation: poses 10 ms apart differ by a degree or two.</summary>
    private static Rotation Mix(Rotation a, Rotation b, double t)
    {
        double sign = a.W * b.W + a.X * b.X + a.Y * b.Y + a.Z * b.Z < 0 ? -t : t;
        return new Rotation((1 - t) * a.W + sign * b.W, (1 - t) * a.X + sign * b.X, (1 - t) * a.Y + sign * b.Y, (1 - t) * a.Z + sign * b.Z).Normalized();
    }
}
