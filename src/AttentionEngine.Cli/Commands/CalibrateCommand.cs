using System.CommandLine;
using AttentionEngine.Cli.Calibrations;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend calibrate RIG levels|channels|output|show|camera</c>: measures a rig's audio device or its camera's lens and keeps the result in a file that the rig names.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var rig = new Argument<string>("RIG") { Description = "Rig with an audio_device; for camera, any rig" };
        var what = new Argument<string>("WHAT") { Description = "levels: microphones by a calibrator's tone. channels: which channel each microphone is and its polarity, and the outputs', by chirps. output: level of full scale at the ear. show: levels now, in dB SPL. camera: the ego camera's lens, from pictures of a chessboard" };
        what.AcceptOnlyFromAmong("levels", "channels", "output", "show", "camera");
        var microphone = new Option<string?>("--microphone") { Description = "levels: the microphone that the calibrator sits on. channels: the one that the receiver is held at; without it, the outputs are checked at the ears' own microphones" };
        var field = new Option<bool>("--field") { Description = "levels: all microphones are in one sound field of that level" };
        var level = new Option<double?>("--level-db-spl") { Description = "levels: level of the calibrator's tone, 40 to 140 (often 94 or 114)" };
        var frequency = new Option<double>("--frequency-hz") { Description = "levels, output: of the tone", DefaultValueFactory = _ => 1000 };
        var output = new Option<int?>("--output") { Description = "channels, output: 1 (left, the default) or 2 (right)" };
        var dbfs = new Option<double?>("--level-dbfs") { Description = "channels, output: level of what is played, relative to full scale: the chirp's peak, the tone's root mean square; -80 to -3.02 (default -30)" };
        var inverted = new Option<bool>("--inverted-source") { Description = "channels: the receiver itself turns the polarity" };
        var coupler = new Option<string?>("--coupler") { Description = "output: the calibrated microphone in the ear's place at output 1, or two, at 1 and 2: NAME[,NAME]" };
        var reading = new Option<double?>("--measured-db-spl") { Description = "output: what a sound level meter in the ear's place read while the tone played; nothing is played now" };
        var seconds = new Option<double>("--seconds") { Description = "output: how long the tone plays for a meter; show: how long to listen", DefaultValueFactory = _ => 5 };
        var file = new Option<string?>("--out") { Description = "Calibration file (default: the rig's calibration_file, or RIG.calibration.yaml beside it). An older one is kept as FILE.N.old" };
        var nobody = new Option<bool>("--nobody-wears-it") { Description = "channels, output: says that the outputs are in nobody's ear; needed wherever something is played" };
        var pictures = new Option<string?>("--pictures") { Description = "camera: a folder of pictures, a video, /dev/videoN or an address (rtsp://...), with a chessboard in at least six poses" };
        var board = new Option<string>("--board") { Description = "camera: inner corners of the chessboard, COLUMNSxROWS", DefaultValueFactory = _ => "9x6" };
        var square = new Option<double?>("--square-mm") { Description = "camera: side of a square (default 25)" };
        var check = new Option<bool>("--check") { Description = "camera: only check the rig's lens on these pictures; exit 4 where it does not fit" };
        var command = new Command("calibrate", "Measures microphones and output of a rig's audio device into a calibration file that the rig names. Example: attend calibrate my-rig.yaml levels --microphone left_front --level-db-spl 94")
        {
            rig, what, microphone, field, level, frequency, output, dbfs, inverted, coupler, reading, seconds, file, nobody, pictures, board, square, check,
        };
        command.Validators.Add(result =>
        {
            string? w = result.GetValue(what);
            if (w == "camera" && result.GetValue(pictures) is null) result.AddError("camera needs --pictures: a folder, a video or a camera that shows a chessboard.");
            if (result.GetValue(square) is { } mm && !(mm is > 0.1 and < 1000)) result.AddError($"--square-mm is {mm}; expected 0.1 to 1000.");
            if (w == "levels" && result.GetValue(level) is null) result.AddError("levels needs --level-db-spl: the level of the calibrator's tone.");
            if (w == "levels" && result.GetValue(field) == result.GetValue(microphone) is not null) result.AddError("levels needs either --microphone NAME (the calibrator sits on it) or --field (all microphones hear one field).");
            if (result.GetValue(level) is { } l && !(l is >= 40 and <= 140)) result.AddError($"--level-db-spl is {l}; expected 40 to 140.");
            if (result.GetValue(output) is { } o && o is not (1 or 2)) result.AddError($"--output is {o}; expected 1 (left) or 2 (right).");
            if (result.GetValue(dbfs) is { } d && !(d is >= -80 and <= -3.02)) result.AddError($"--level-dbfs is {d}; expected -80 to -3.02.");
            if (result.GetValue(reading) is { } r && !(r is >= 20 and <= 150)) result.AddError($"--measured-db-spl is {r}; expected 20 to 150.");
            if (result.GetValue(reading) is not null && result.GetValue(dbfs) is null) result.AddError("--measured-db-spl needs --level-dbfs: the level at which the tone played while the meter was read.");
            if (w is "channels" or "output" && result.GetValue(reading) is null && !result.GetValue(nobody))
                result.AddError($"{w} plays at a level that is not calibrated: take the receivers out of every ear and say so with --nobody-wears-it.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => parsed.GetValue(what) == "camera"
            ? CameraCalibration.Execute(RigReader.Read(parsed.GetValue(rig)!), new CameraCalibrationRequest(parsed.GetValue(pictures)!, parsed.GetValue(board)!, parsed.GetValue(square) ?? 25, parsed.GetValue(check), parsed.GetValue(file), parsed.GetValue(seconds)), parsed.GetValue(GlobalOptions.Json), cancellation)
            : new CalibrationRun(RigReader.Read(parsed.GetValue(rig)!), new CalibrationRequest(parsed.GetValue(what)!)
        {
            Microphone = parsed.GetValue(microphone), Field = parsed.GetValue(field), LevelDbSpl = parsed.GetValue(level) ?? double.NaN, FrequencyHz = parsed.GetValue(frequency), Output = (parsed.GetValue(output) ?? 1) - 1,
            LevelDbfs = parsed.GetValue(dbfs) ?? -30, InvertedSource = parsed.GetValue(inverted), Couplers = parsed.GetValue(coupler)?.Split(',') ?? [], MeasuredDbSpl = parsed.GetValue(reading), Seconds = parsed.GetValue(seconds),
            File = parsed.GetValue(file),
        }).Execute(parsed.GetValue(GlobalOptions.Json), cancellation), CancellationToken.None));
        return command;
    }
}
