using System.Globalization;
using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception.Faces;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Cli.Runs;

/// <param name="Box">Face in the picture at that time.</param>
internal sealed record FacePoint(double TimeS, long Frame, int Id, FaceBox Box, double AzimuthDeg, double ElevationDeg);

/// <summary><c>attend track</c> on a video, a folder of pictures or a camera: faces with identities and directions.</summary>
internal static class ClipTrack
{
    private const double SettleS = 1.2; // a face cannot be confirmed at once

    /// <param name="focalPx">Of a pinhole in place of the rig's ego camera, or null.</param>
    /// <param name="seconds">Of a live camera.</param>
    public static int Execute(Rig rig, string input, double? focalPx, string? folder, double seconds, bool json, CancellationToken cancellation)
    {
        var source = CameraSource.Parse(input);
        using var reader = source.Open();
        var lens = Lens(rig, reader, focalPx, input);
        using var detector = FaceTracker.Detector(rig.Faces);
        var tracker = new FaceTracker(detector, lens);
        var trouble = new CameraTrouble();
        var points = new List<FacePoint>();
        var events = new List<string>();
        var gray = new byte[reader.WidthPx * reader.HeightPx];
        (byte[] Gray, double TimeS, long Frame)? picture = null;
        double firstS = double.NaN, lastS = 0, cpuMs = 0;
        long settled = 0, withFace = 0;
        while (reader.TryRead(gray, out var frame))
        {
            cancellation.ThrowIfCancellationRequested();
            if (double.IsNaN(firstS)) firstS = frame.TimeS;
            double timeS = frame.TimeS - firstS;
            if (source.IsLive && timeS > seconds) break;
            lastS = timeS;
            if (trouble.Add(frame) is { } said) events.Add(FormattableString.Invariant($"{timeS:F2} s: {said}"));
            double startMs = ThreadCpuClock.NowMs();
            tracker.Add(new VideoFrame(gray, reader.WidthPx, reader.HeightPx, frame.Index, StreamTime.FromSeconds(frame.TimeS)));
            cpuMs += ThreadCpuClock.NowMs() - startMs;
            int before = points.Count;
            foreach (var t in tracker.Tracks)
                if (t.Confirmed) points.Add(new FacePoint(timeS, frame.Index, t.Id, t.Box, Angles.ToDegrees(t.DirectionHead.AzimuthRad), Angles.ToDegrees(t.DirectionHead.ElevationRad)));
            if (timeS < SettleS) continue;
            settled++;
            if (points.Count == before) continue;
            withFace++;
            // The picture of the report: the first with a face past the middle of what is known of the length, else the newest so far.
            if (picture is null || picture.Value.TimeS < Math.Min(2, reader.DeclaredFrames / Math.Max(1, reader.RateHz) / 2)) picture = ([.. gray], timeS, frame.Index);
        }
        if (reader.Read == 0) throw new InputDataException($"{input}: not one frame could be read.");
        if (reader.Shortfall is { } shortfall) events.Add(shortfall);
        var tracks = points.GroupBy(p => p.Id).Select(g => new
        {
            Id = g.Key, FromS = g.First().TimeS, ToS = g.Last().TimeS, AzimuthDeg = Median([.. g.Select(p => p.AzimuthDeg)]), ElevationDeg = Median([.. g.Select(p => p.ElevationDeg)]),
            HeightPx = Median([.. g.Select(p => p.Box.HeightPx)]), YawDeg = Median([.. g.Select(p => Angles.ToDegrees(p.Box.YawRad))]),
        }).ToList();
        double lengthS = Math.Max(lastS, 1e-3);
        string? report = folder is null ? null : FaceFiles.Write(folder, rig, Path.GetFileName(input), lengthS, points, picture is { } p ? (p.Gray, reader.WidthPx, reader.HeightPx, p.TimeS, p.Frame) : null, events);
        var result = new
        {
            Schema = "attend.track/1", File = input, Rig = rig.Name, Detector = detector.Name, Frames = reader.Read, reader.Lost, RateHz = reader.RateHz, reader.WidthPx, reader.HeightPx, VideoS = lengthS, Tracks = tracks,
            FaceRecall = settled > 0 ? withFace / (double)settled : (double?)null, tracker.Looks, tracker.Rejected, CpuSPerVideoS = cpuMs * 1e-3 / lengthS, FaultyFrames = trouble.FaultyFrames, Events = events, Report = report,
        };
        if (json) JsonOutput.Print(result);
        else
        {
            Console.Out.WriteLine(FormattableString.Invariant($"{input}: {reader.Read} frames of {reader.WidthPx}x{reader.HeightPx} px in {lengthS:F1} s, {reader.Lost} lost; a face in {100.0 * withFace / Math.Max(1, settled):F1} % of frames after {SettleS} s; {tracker.Rejected} detections rejected; {result.CpuSPerVideoS:F3} s of CPU per second{(report is null ? "" : ", " + report)}"));
            foreach (var t in tracks) Console.Out.WriteLine(FormattableString.Invariant($"  face {t.Id,3}: {t.FromS,5:F1} to {t.ToS,5:F1} s, azimuth {t.AzimuthDeg,6:F1}, elevation {t.ElevationDeg,5:F1} degrees, {t.HeightPx:F0} px high{(double.IsNaN(t.YawDeg) ? "" : FormattableString.Invariant($", yaw {t.YawDeg:F0} degrees"))}"));
            foreach (string e in events) Console.Error.WriteLine($"attend: {e}");
        }
        return reader.Shortfall is null ? ExitCode.Ok : ExitCode.DataLoss;
    }

    private static LensModel Lens(Rig rig, FrameReader reader, double? focalPx, string input)
    {
        if (focalPx is { } f) return LensModel.Pinhole(reader.WidthPx, reader.HeightPx, f);
        if (rig.EgoCamera is not { } camera) throw new ConfigurationException($"{rig.FilePath} has no `ego_camera`, so pixels have no direction. Give the rig one, or --focal-px for a pinhole.");
        return camera.WidthPx == reader.WidthPx && camera.HeightPx == reader.HeightPx ? camera.Lens
            : throw new InputDataException($"{input} is {reader.WidthPx}x{reader.HeightPx} px, the rig's ego_camera {camera.WidthPx}x{camera.HeightPx} px. Use the rig of the camera that took it, or --focal-px for a pinhole.");
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
