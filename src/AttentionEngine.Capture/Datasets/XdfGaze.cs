using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Capture.Datasets;

/// <summary>Gaze of one of our own recordings as azimuth: the stream of type Gaze (unit vectors in HEAD), turned into ROOM by the head's stream where there is one.</summary>
/// <param name="Track">Null: no gaze was recorded, or in another layout.</param>
/// <param name="Problem">Why there is no track although gaze was recorded; empty: none.</param>
internal sealed record XdfGaze(GazeTrack? Track, string Problem, IReadOnlyList<XdfStreamData> Positions, double[] HeadTimesS, double[] Head)
{
    private static readonly string[] Direction = ["DirectionX", "DirectionY", "DirectionZ"], Pose = ["PositionX", "PositionY", "PositionZ", "OrientationW", "OrientationX", "OrientationY", "OrientationZ"];

    public static XdfGaze Read(string xdfPath)
    {
        var streams = XdfRecording.Read(xdfPath, s => s.Info.Type is "Gaze" or "MoCap" or "Position").Streams.Where(s => s.SampleCount > 0).ToList();
        var head = streams.FirstOrDefault(s => s.Info.Type == "MoCap" && Columns(s, Pose) is not null);
        double[] headTimes = head is null ? [] : XdfTimes.Of(head).TimesS, poses = head is null ? [] : Picked(head, Columns(head, Pose)!);
        var positions = streams.Where(s => s.Info.Type == "Position").ToList();
        if (streams.FirstOrDefault(s => s.Info.Type == "Gaze") is not { } gaze) return new(null, "", positions, headTimes, poses);
        if (Columns(gaze, Direction) is not { } columns) return new(null, $"gaze stream {gaze.Info.Name} is not of unit vectors (DirectionX, DirectionY, DirectionZ): the view of gaze is left out", positions, headTimes, poses);
        double[] times = XdfTimes.Of(gaze).TimesS, d = Picked(gaze, columns);
        int confidence = (gaze.Info.ChannelLabels ?? []).ToList().IndexOf("Confidence");
        double[] all = gaze.ToDoubles(), azimuth = new double[times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            bool seen = (confidence < 0 || all[i * gaze.Info.ChannelCount + confidence] > 0) && d[3 * i] * d[3 * i] + d[3 * i + 1] * d[3 * i + 1] > 1e-6;
            var direction = new Vector3D(d[3 * i], d[3 * i + 1], d[3 * i + 2]);
            if (PoseAt(headTimes, times[i]) is var h and >= 0) direction = new Rotation(poses[7 * h + 3], poses[7 * h + 4], poses[7 * h + 5], poses[7 * h + 6]).Normalized().Apply(direction);
            azimuth[i] = seen && (headTimes.Length == 0 || PoseAt(headTimes, times[i]) >= 0) ? Math.Atan2(direction.Y, direction.X) * 180 / Math.PI : double.NaN;
        }
        return new(new GazeTrack(times, azimuth), "", positions, headTimes, poses);
    }

    /// <summary>Azimuth of talkers over time from the recorded positions (channels ID_X, ID_Y), seen from the head.</summary>
    /// <returns>Null where a talker's position was not recorded.</returns>
    public Func<double, double[]>? Azimuths(IReadOnlyList<string> talkers)
    {
        foreach (var stream in Positions)
        {
            if (Columns(stream, [.. talkers.SelectMany(t => new[] { $"{t}_X", $"{t}_Y" })]) is not { } columns) continue;
            double[] times = XdfTimes.Of(stream).TimesS, xy = Picked(stream, columns);
            return timeS =>
            {
                int at = Math.Max(0, PoseAt(times, timeS)), head = PoseAt(HeadTimesS, timeS);
                double x = head < 0 ? 0 : Head[7 * head], y = head < 0 ? 0 : Head[7 * head + 1];
                return [.. talkers.Select((_, k) => Math.Atan2(xy[at * columns.Length + 2 * k + 1] - y, xy[at * columns.Length + 2 * k] - x) * 180 / Math.PI)];
            };
        }
        return null;
    }

    /// <returns>The last sample before; −1: none.</returns>
    private static int PoseAt(double[] times, double timeS)
    {
        int i = Array.BinarySearch(times, timeS);
        return i < 0 ? ~i - 1 : i;
    }

    private static int[]? Columns(XdfStreamData stream, string[] labels)
    {
        var own = (stream.Info.ChannelLabels ?? []).ToList();
        int[] at = [.. labels.Select(l => own.IndexOf(l))];
        return at.Contains(-1) ? null : at;
    }

    private static double[] Picked(XdfStreamData stream, int[] columns)
    {
        double[] all = stream.ToDoubles();
        var picked = new double[stream.SampleCount * columns.Length];
        for (int n = 0, o = 0; n < stream.SampleCount; n++)
            foreach (int c in columns) picked[o++] = all[n * stream.Info.ChannelCount + c];
        return picked;
    }
}
