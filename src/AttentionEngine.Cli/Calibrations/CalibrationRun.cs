using System.Globalization;
using System.Text.Json.Nodes;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Devices.Measurement;

namespace AttentionEngine.Cli.Calibrations;

/// <summary>What `attend calibrate` was asked; see its options.</summary>
internal sealed record CalibrationRequest(string What)
{
    public string? Microphone { get; init; }
    public bool Field { get; init; }
    public double LevelDbSpl { get; init; }
    public double FrequencyHz { get; init; } = 1000;

    /// <summary>From 0.</summary>
    public int Output { get; init; }
    public double LevelDbfs { get; init; } = -30;
    public bool InvertedSource { get; init; }
    public IReadOnlyList<string> Couplers { get; init; } = [];
    public double? MeasuredDbSpl { get; init; }
    public double Seconds { get; init; } = 5;
    public string? File { get; init; }
}

/// <summary>One measurement of a rig: opens its device, measures, writes the calibration file and says what it found.</summary>
internal sealed class CalibrationRun(Rig rig, CalibrationRequest request)
{
    private readonly List<string> _lines = [];
    private readonly JsonArray _measured = [];

    /// <summary>In place of the rig's device; for tests.</summary>
    public AudioDevice? Device { get; init; }
    public string Day { get; init; } = TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public int Execute(bool json, CancellationToken cancellation)
    {
        string target = Path.GetFullPath(request.File ?? rig.CalibrationFile ?? Path.ChangeExtension(rig.FilePath, ".calibration.yaml"));
        // What was measured before goes on, also where the rig does not name the file yet.
        var before = rig.Calibration ?? (File.Exists(target) ? CalibrationFile.Read(target, rig.Array) : RigCalibration.None(rig.Array));
        if (request.What == "output" && rig.Output is not null && before.Output is null)
            throw new ConfigurationException($"{rig.FilePath}: `output.full_scale_db_spl` and `calibrated_on` stand in the rig itself. Delete these two keys first: the calibration file takes their place.");
        RigCalibration? after;
        if (request is { What: "output", MeasuredDbSpl: { } reading }) after = Reading(before, reading);
        else
        {
            using var opened = Device is null ? RigDevices.Open(rig, withOutput: request.What is "channels" or "output") : null;
            after = Measure(before, Device ?? opened!, cancellation);
        }
        string? file = null;
        if (after is not null)
        {
            file = target;
            CalibrationFile.Write(file, after, rig.Name);
        }
        if (json) JsonOutput.Print(new JsonObject { ["schema"] = "attend.calibrate/1", ["rig"] = rig.Name, ["what"] = request.What, ["measured"] = _measured, ["file"] = file });
        else
        {
            foreach (string line in _lines) Console.Out.WriteLine(line);
            if (file is not null) Console.Out.WriteLine($"written to {file}");
        }
        if (file is not null && file != rig.CalibrationFile) Console.Error.WriteLine($"attend: add `calibration_file: {Path.GetRelativePath(Path.GetDirectoryName(rig.FilePath)!, file)}` to {rig.FilePath}, so that the engine uses it");
        return ExitCode.Ok;
    }

    private RigCalibration? Measure(RigCalibration before, AudioDevice device, CancellationToken cancellation)
    {
        var calibrator = new RigCalibrator(rig, device);
        switch (request.What)
        {
            case "levels":
                IReadOnlyList<ChannelTone> tones;
                var levels = request.Field ? calibrator.FieldLevel(before, request.LevelDbSpl, request.FrequencyHz, Day, out tones, cancellation)
                    : calibrator.MicrophoneLevel(before, Index(request.Microphone!), request.LevelDbSpl, request.FrequencyHz, Day, out tones, cancellation);
                foreach (var t in tones) Add(new JsonObject { ["channel"] = t.Channel + 1, ["level_dbfs"] = t.Tone.LevelDbfs, ["frequency_hz"] = t.Tone.FrequencyHz, ["purity_db"] = t.Tone.PurityDb }, null);
                foreach (var m in levels.Microphones.Where(m => request.Field || m.Name == request.Microphone))
                    Add(new JsonObject { ["microphone"] = m.Name, ["channel"] = m.Channel + 1, ["full_scale_db_spl"] = m.FullScaleDbSpl }, $"{m.Name}: channel {m.Channel + 1}, full scale {m.FullScaleDbSpl:F2} dB SPL");
                return levels;
            case "channels" when request.Microphone is { } name:
                var channels = calibrator.MicrophoneChannel(before, Index(name), request.Output, request.LevelDbfs, request.InvertedSource, out var heard, cancellation);
                AddPaths(heard, device);
                var found = channels.Microphones[Index(name)];
                Add(new JsonObject { ["microphone"] = name, ["channel"] = found.Channel + 1, ["inverted"] = found.Inverted }, $"{name}: channel {found.Channel + 1}{(found.Channel == Index(name) ? "" : " (not the rig's order: the calibration puts it right)")}{(found.Inverted ? ", inverted" : "")}");
                return channels;
            case "channels":
                AddPaths(calibrator.CheckOutputs(before, request.LevelDbfs, cancellation), device);
                Add(new JsonObject { ["outputs"] = "in order, same polarity" }, $"outputs: left and right are where they belong, with the same polarity");
                return null;
            case "output" when request.Couplers.Count > 0:
                return Coupled(before, calibrator, cancellation);
            case "output":
                device.Play(request.Output, RigCalibrator.Tone(rig.Array.SampleRateHz, request.Seconds, request.FrequencyHz, request.LevelDbfs));
                Console.Error.WriteLine(FormattableString.Invariant($"attend: {request.FrequencyHz} Hz plays at output {request.Output + 1} for {request.Seconds} s. Read the level in the ear's place, then: attend calibrate {rig.FilePath} output --level-dbfs={request.LevelDbfs} --measured-db-spl READING"));
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(request.Seconds + 0.2));
                return null;
            default:
                Show(before, new DeviceRecorder(device).Record(request.Seconds, cancellation));
                return null;
        }
    }

    private RigCalibration Reading(RigCalibration before, double readingDbSpl)
    {
        double fullScale = readingDbSpl - request.LevelDbfs;
        Add(new JsonObject { ["full_scale_db_spl"] = fullScale }, $"output: full scale {fullScale:F2} dB SPL at the ear");
        return before with { Output = new OutputCalibration(InRange(fullScale), Day) };
    }

    private RigCalibration Coupled(RigCalibration before, RigCalibrator calibrator, CancellationToken cancellation)
    {
        var levels = new List<double>();
        for (int i = 0; i < request.Couplers.Count; i++)
        {
            int output = request.Couplers.Count == 1 ? request.Output : i;
            levels.Add(calibrator.OutputLevel(before, Index(request.Couplers[i]), output, request.LevelDbfs, request.FrequencyHz, cancellation));
            Add(new JsonObject { ["output"] = output + 1, ["coupler"] = request.Couplers[i], ["full_scale_db_spl"] = levels[i] }, $"output {output + 1}: full scale {levels[i]:F2} dB SPL at `{request.Couplers[i]}`");
        }
        // The limits hold at both ears if they hold at the louder.
        if (levels.Count > 1 && levels.Max() - levels.Min() > 3) Console.Error.WriteLine(FormattableString.Invariant($"attend: the outputs differ by {levels.Max() - levels.Min():F1} dB; the louder one counts for the limits. Make them equal in their amplifier"));
        return before with { Output = new OutputCalibration(InRange(levels.Max()), Day) };
    }

    private static double InRange(double fullScaleDbSpl) => fullScaleDbSpl is >= 60 and <= 160 ? fullScaleDbSpl
        : throw new InputDataException(FormattableString.Invariant($"full scale would be {fullScaleDbSpl:F1} dB SPL at the ear; 60 to 160 is possible. Check the level of the tone, the unit of the reading and the microphone's level."));

    private void Show(RigCalibration calibration, float[][] recorded)
    {
        for (int m = 0; m < rig.Array.Count; m++)
        {
            var c = calibration.Microphones[m];
            double power = recorded[c.Channel].Average(x => (double)x * x), dbfs = 10 * Math.Log10(Math.Max(power, 1e-30)), dbSpl = dbfs + c.FullScaleDbSpl;
            Add(new JsonObject { ["microphone"] = c.Name, ["channel"] = c.Channel + 1, ["level_dbfs"] = dbfs, ["level_db_spl"] = double.IsFinite(dbSpl) ? dbSpl : null },
                double.IsFinite(dbSpl) ? (FormattableString)$"{c.Name}: {dbSpl:F1} dB SPL ({dbfs:F1} dB re full scale)" : $"{c.Name}: {dbfs:F1} dB re full scale; its level in dB SPL is not calibrated");
        }
    }

    private void AddPaths(IReadOnlyList<ChannelPath> paths, AudioDevice device)
    {
        foreach (var p in paths)
        {
            Add(new JsonObject { ["output"] = p.Output + 1, ["channel"] = p.Channel + 1, ["heard"] = p.Path.Heard, ["gain_db"] = double.IsFinite(p.Path.GainDb) ? p.Path.GainDb : null, ["delay_ms"] = p.Path.DelaySamples * 1000 / device.Options.RateHz, ["inverted"] = p.Path.Inverted },
                p.Path.Heard ? (FormattableString)$"output {p.Output + 1} -> channel {p.Channel + 1}: {p.Path.GainDb:F1} dB, {p.Path.DelaySamples * 1000 / device.Options.RateHz:F3} ms{(p.Path.Inverted ? ", inverted" : "")}" : $"output {p.Output + 1} -> channel {p.Channel + 1}: not heard");
        }
    }

    private void Add(JsonObject measured, FormattableString? line)
    {
        _measured.Add(measured);
        if (line is not null) _lines.Add(line.ToString(CultureInfo.InvariantCulture));
    }

    private int Index(string name) => rig.Array.Microphones.Select((m, i) => (m, i)).FirstOrDefault(x => x.m.Name == name) is { m: { } } found ? found.i
        : throw new ConfigurationException($"`{name}` is no microphone of {rig.FilePath}; expected one of {string.Join(", ", rig.Array.Microphones.Select(m => m.Name))}.");
}
