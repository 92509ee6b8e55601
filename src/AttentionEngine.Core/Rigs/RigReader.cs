using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>Reads and checks a rig file (<c>schema: attend.rig/1</c>). The keys are listed in rigs/README.md.</summary>
public static class RigReader
{
    public const string Schema = "attend.rig/1";

    public static Rig Read(string file)
    {
        var map = YamlMap.Load(file, Schema);
        var array = ArrayReader.Read(map, map.Map("array"));
        var device = AudioDeviceReader.Read(map.MapOrNull("audio_device"), array.Count);
        string? calibrationFile = map.Has("calibration_file") ? map.ResolvePath(map.Text("calibration_file")) : null;
        var calibration = calibrationFile is null ? null : CalibrationFile.Read(calibrationFile, array);
        var rig = new Rig
        {
            FilePath = Path.GetFullPath(file),
            Name = map.Text("name"),
            Description = map.TextOr("description", ""),
            Array = array,
            AudioDevice = device,
            Calibration = calibration,
            CalibrationFile = calibrationFile,
            Streams = ReadStreams(map, device),
            FixedTalkers = map.Has("talkers") ? ReadTalkers(map) : [],
            EgoCamera = map.MapOrNull("ego_camera") is { } camera ? CameraReader.Read(map, camera) : null,
            Faces = CameraReader.ReadFaces(map, map.MapOrNull("faces")),
            Network = ReadNetwork(map.MapOrNull("network")),
            AudioPath = ReadAudioPath(map, map.MapOrNull("audio_path")),
            Attention = ReadAttention(map, map.Map("attention")),
            Output = ReadOutput(map.MapOrNull("output"), calibration?.Output),
            SteeringOut = SteeringOutReader.Read(map.MapOrNull("steering_out")),
        };
        map.Done();
        Check(map, rig);
        return rig;
    }

    private static List<RigStream> ReadStreams(YamlMap root, RigAudioDevice? device)
    {
        // The device's microphones are a stream like the others.
        List<RigStream> streams = device is null ? [] : [new RigStream(StreamRole.Audio, device.SourceId, null, true, 0, 500)];
        var map = device is null ? root.Map("streams") : root.MapOrNull("streams");
        if (map is null) return streams;
        if (device is not null && map.Has("audio")) throw map.Error("audio", "is given, but the rig has an `audio_device` too; the microphones come from one of them: delete the other");
        (string Key, StreamRole Role, double StaleMs)[] roles =
        [
            ("audio", StreamRole.Audio, 500), ("head", StreamRole.Head, 500), ("gaze", StreamRole.Gaze, 500), ("eeg", StreamRole.Eeg, 500),
            ("talkers", StreamRole.Talkers, 2000), ("markers", StreamRole.Markers, 1e9), ("ego_camera", StreamRole.EgoCamera, 1000), ("scene_camera", StreamRole.SceneCamera, 1000),
        ];
        foreach (var (key, role, staleMs) in roles)
        {
            if (map.MapOrNull(key) is not { } s) continue;
            var stream = new RigStream(role, s.Text("source_id"), s.Has("host") ? s.Text("host") : null, s.FlagOr("required", role == StreamRole.Audio),
                s.NumberOr("latency_ms", 0, -1000, 10000), s.NumberOr("stale_ms", staleMs, 10, 1e10));
            s.Done();
            if (streams.FirstOrDefault(o => o.SourceId == stream.SourceId) is { } twin)
                throw s.Error("source_id", $"is `{stream.SourceId}`, which stream `{twin.Role}` uses too; each stream needs its own");
            streams.Add(stream);
        }
        map.Done();
        return streams;
    }

    private static List<FixedTalker> ReadTalkers(YamlMap map)
    {
        var talkers = new List<FixedTalker>();
        foreach (var t in map.Maps("talkers"))
        {
            var talker = new FixedTalker(t.Text("id"), t.Point("position_m", 100));
            t.Done();
            if (talkers.Any(o => o.Id == talker.Id)) throw t.Error("id", $"is `{talker.Id}`, which another talker has already");
            talkers.Add(talker);
        }
        return talkers;
    }

    private static RigNetwork ReadNetwork(YamlMap? map)
    {
        if (map is null) return RigNetwork.LoopbackOnly;
        string bind = map.TextOr("bind", "127.0.0.1");
        if (!System.Net.IPAddress.TryParse(bind, out var address)) throw map.Error("bind", $"is `{bind}`, expected an IP address: 127.0.0.1 for this machine only, an interface's own, or 0.0.0.0 for every network");
        var network = new RigNetwork(address, map.Has("session_id") ? map.Text("session_id") : null, map.Choice("backend", "managed", "managed", "native") == "native");
        if (network.NativeBackend && System.Net.IPAddress.IsLoopback(address))
            throw map.Error("backend", "is `native`, but liblsl cannot be kept to this machine: its sockets listen on every network. Set `bind: 0.0.0.0` if that is meant, or use the managed backend");
        map.Done();
        return network;
    }

    private static AudioPathSettings ReadAudioPath(YamlMap root, YamlMap? map)
    {
        if (map is null) return new AudioPathSettings(2, 32, 4, -12, "mwf", -1);
        var settings = new AudioPathSettings(
            map.NumberOr("block_ms", 2, 0.5, 64), map.NumberOr("taps_ms", 32, 1, 64), map.NumberOr("delay_ms", 4, 0, 32),
            map.NumberOr("floor_db", -12, double.NegativeInfinity, 0),
            map.Choice("backend", "mwf", "pass", "delay-and-sum", "superdirective", "mvdr", "lcmv", "mwf", "mask-mwf"),
            map.NumberOr("limiter_ceiling_dbfs", -1, -40, 0), map.Has("mask_model") ? root.ResolvePath(map.Text("mask_model")) : null);
        map.Done();
        if (settings is { Backend: "mask-mwf", MaskModel: null }) throw map.Error("mask_model", "is missing; the backend `mask-mwf` needs the folder of a mask network, for example ../models/masks");
        if (settings.DelayMs >= settings.TapsMs) throw map.Error("delay_ms", FormattableString.Invariant($"is {settings.DelayMs}, which must be less than taps_ms ({settings.TapsMs})"));
        return settings;
    }

    /// <summary>The level of full scale stands in the rig or in its calibration, not in both.</summary>
    private static RigOutput? ReadOutput(YamlMap? map, OutputCalibration? measured)
    {
        if (map is null) return measured is null ? null : new RigOutput(measured.FullScaleDbSpl, measured.CalibratedOn);
        if (measured is not null && map.Has("full_scale_db_spl")) throw map.Error("full_scale_db_spl", "is given, and the rig's calibration_file has it too; delete one of them (here, with `calibrated_on`, to use what was measured)");
        var output = new RigOutput(measured?.FullScaleDbSpl ?? map.Number("full_scale_db_spl", 60, 160), measured?.CalibratedOn ?? Day(map, "calibrated_on"), map.NumberOr("peak_cap_db_spl", 100, 60, 111),
            map.NumberOr("long_term_limit_dba", 80, 40, 100), map.NumberOr("week_hours", 40, 0.1, 168), map.NumberOr("hold_ms", 500, 500, 10000));
        map.Done();
        if (output.LongTermLimitDba >= output.PeakCapDbSpl)
            throw map.Error("long_term_limit_dba", FormattableString.Invariant($"is {output.LongTermLimitDba}, which must be below peak_cap_db_spl ({output.PeakCapDbSpl})"));
        return output;
    }

    internal static string Day(YamlMap map, string key)
    {
        string date = map.Text(key);
        return DateOnly.TryParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out _) ? date
            : throw map.Error(key, $"is `{date}`, expected the day of the measurement as yyyy-MM-dd");
    }

    private static AttentionSettings ReadAttention(YamlMap root, YamlMap map)
    {
        var settings = new AttentionSettings(
            root.ResolvePath(map.Text("fusion_model")),
            map.Has("eeg_decoder") ? root.ResolvePath(map.Text("eeg_decoder")) : null,
            map.NumberOr("tick_ms", 40, 10, 100),
            map.NumberOr("accept_probability", 0, 0, 1),
            map.NumberOr("hold_s", 0.3, 0, 60));
        map.Done();
        return settings;
    }

    private static void Check(YamlMap map, Rig rig)
    {
        if (rig.Find(StreamRole.Audio) is null) throw map.Error("streams", "has no `audio`; the engine needs a microphone array");
        if (rig.Find(StreamRole.Talkers) is null && rig.FixedTalkers.Count == 0)
            throw map.Error("streams", "has no `talkers` stream and the rig lists no fixed `talkers`; give one of them (positions in ROOM, metres)");
        if (rig.Find(StreamRole.Eeg) is not null && rig.Attention.EegDecoder is null) throw map.Error("attention", "needs `eeg_decoder` because the rig has an EEG stream");
        if (rig.Find(StreamRole.EgoCamera) is not null && rig.EgoCamera is null) throw map.Error("streams", "has an `ego_camera`; give its lens in a top-level `ego_camera` group (width_px, height_px, focal_px, rate_hz)");
    }
}
