using System.CommandLine;
using System.Globalization;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception.Tracks;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend track INPUT --rig RIG</c>: talkers found by ear in a recording of the array, or faces in a video.</summary>
internal static class TrackCommand
{
    private static readonly Argument<string> Input = new("INPUT") { Description = "WAV (or FLAC) with one channel per microphone, in the rig's order and at its rate; or a video, a folder of pictures, /dev/videoN, rtsp://... or tcp://..." };
    private static readonly string[] SoundEndings = [".wav", ".flac", ".ogg", ".aiff", ".aif"];
    private static readonly Option<double?> Focal = new("--focal-px") { Description = "Video: focal length of a pinhole at the video's size, in place of the rig's ego_camera" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Live camera: how long", DefaultValueFactory = _ => 10 };
    private static readonly Option<string> RigFile = new("--rig") { Description = "Rig file: its array and its tick; for a video its ego_camera and faces", Required = true };
    private static readonly Option<string?> Truth = new("--truth-deg") { Description = "Azimuths of talkers who rest, degrees, left positive: 30,-45; the error is measured to the nearest" };
    private static readonly Option<string?> Output = new("--out") { Description = "New folder for tracks.csv (faces.csv) and report.html with a picture" };

    public static Command Create()
    {
        var command = new Command("track", "Finds talkers and follows them: by ear in sound (the head at rest), by face in video. Example: attend track mix.wav --rig rigs/bte-2x2.yaml --out tracks") { Input, RigFile, Truth, Output, Focal, Seconds };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, bool json, CancellationToken cancellation)
    {
        var rig = RigReader.Read(parsed.GetValue(RigFile)!);
        string file = parsed.GetValue(Input)!;
        double[] truth = ReadTruth(parsed.GetValue(Truth));
        if (parsed.GetValue(Output) is { } wanted && Path.Exists(wanted)) throw new ConfigurationException($"{Path.GetFullPath(wanted)} exists, and results are never overwritten. Give another --out.");
        if (parsed.GetValue(Focal) is { } focal && !(focal is >= 1 and <= 1e5)) throw new ConfigurationException(FormattableString.Invariant($"--focal-px is {focal}; expected 1 to 100000."));
        if (!SoundEndings.Contains(Path.GetExtension(file).ToLowerInvariant())) return ClipTrack.Execute(rig, file, parsed.GetValue(Focal), parsed.GetValue(Output), parsed.GetValue(Seconds), json, cancellation);
        var input = AudioFile.Read(file).RequireChannels(rig.Array.Count, file);
        if (input.RateHz != rig.Array.SampleRateHz)
            throw new InputDataException(FormattableString.Invariant($"{file}: {input.RateHz} Hz, expected {rig.Array.SampleRateHz} Hz, the rate of the rig's array. Resample the file, or use a rig with its rate."));

        double startMs = ThreadCpuClock.NowMs();
        var points = Follow(rig, input, cancellation);
        double cpuS = (ThreadCpuClock.NowMs() - startMs) / 1000;
        var tracks = points.GroupBy(p => p.Id).OrderBy(g => g.Key).Select(g => new
        {
            Id = g.Key,
            AzimuthDeg = Median([.. g.Select(p => p.AzimuthDeg)]),
            FirstAzimuthDeg = g.First().AzimuthDeg,
            LastAzimuthDeg = g.Last().AzimuthDeg,
            FromS = g.First().TimeS,
            ToS = g.Last().TimeS,
            HeardS = g.Count(p => p.Heard) * rig.Attention.TickMs / 1000,
        }).ToList();
        double[] errors = truth.Length == 0 ? [] : [.. points.Where(p => p.Heard).Select(p => truth.Min(t => Math.Abs(Math.IEEERemainder(p.AzimuthDeg - t, 360))))];
        string? report = parsed.GetValue(Output) is { } folder ? TrackFiles.Write(folder, rig, Path.GetFileName(file), input.DurationS, points) : null;
        var result = new { Schema = "attend.track/1", File = Path.GetFullPath(file), Rig = rig.Name, AudioS = input.DurationS, CpuSPerAudioS = cpuS / input.DurationS, Tracks = tracks, DoaErrorDegMedian = errors.Length > 0 ? Median(errors) : (double?)null, Report = report };
        if (json) JsonOutput.Print(result);
        else
        {
            Console.Out.WriteLine(FormattableString.Invariant($"{file}: {input.DurationS:F1} s, {tracks.Count} tracks, {result.CpuSPerAudioS:F4} s of CPU per second{(report is null ? "" : ", " + report)}"));
            foreach (var t in tracks) Console.Out.WriteLine(FormattableString.Invariant($"  track {t.Id,3}: {t.FromS,6:F1} to {t.ToS,6:F1} s, heard {t.HeardS,5:F1} s, azimuth {t.FirstAzimuthDeg,6:F0} to {t.LastAzimuthDeg,5:F0} degrees, median {t.AzimuthDeg,5:F0}"));
            if (errors.Length > 0) Console.Out.WriteLine(FormattableString.Invariant($"  median error {Median(errors):F1} degrees"));
        }
        return ExitCode.Ok;
    }

    private static List<TrackPoint> Follow(Rig rig, PlanarAudio input, CancellationToken cancellation)
    {
        var heard = new HeardTalkers(rig.Array);
        int frames = (int)Math.Round(rig.Attention.TickMs * 1e-3 * input.RateHz), channels = input.Channels;
        var block = new float[channels * frames];
        var points = new List<TrackPoint>();
        for (int start = 0; start + frames <= input.Frames; start += frames)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int m = 0; m < channels; m++) input.Channel(m).Slice(start, frames).CopyTo(block.AsSpan(m * frames));
            double timeS = (start + frames) / (double)input.RateHz;
            heard.Add(new AudioBlock(block, channels, start, StreamTime.FromSeconds(timeS)));
            heard.Update(timeS, Rotation.Identity);
            foreach (var t in heard.Tracker.Tracks)
                if (t.State == TrackState.Confirmed) points.Add(new TrackPoint(timeS, t.Id, Angles.ToDegrees(t.AzimuthRoomRad), Angles.ToDegrees(t.AzimuthSdRad), t.LastSeenS == timeS));
        }
        return points;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double[] ReadTruth(string? text) => text is null ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double deg) && Math.Abs(deg) <= 360 ? deg
            : throw new ConfigurationException($"--truth-deg has `{part}`; expected azimuths in degrees, left positive, separated by commas: --truth-deg=30,-45"))];
}
