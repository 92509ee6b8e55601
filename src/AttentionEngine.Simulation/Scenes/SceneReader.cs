using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Yaml;
using AttentionEngine.Simulation.Acoustics;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Simulation.Scenes;

/// <summary>Reads and checks a scene file (<c>schema: attend.scene/1</c>). The keys are listed in rigs/README.md.</summary>
public static class SceneReader
{
    public const string Schema = "attend.scene/1";
    private const double WallClearanceM = 0.2;

    /// <exception cref="Core.Errors.ConfigurationException">The file, the rig it names or a voice is missing or wrong.</exception>
    public static Scene Read(string file)
    {
        var map = YamlMap.Load(file, Schema);
        var rig = RigReader.Read(map.ResolvePath(map.Text("rig")));
        var (room, listenerM) = ReadRoom(map.MapOrNull("room"));
        var folder = SpeechFolder.Read(map);
        var talkers = new List<SceneTalker>();
        var voices = new List<TalkerVoice>();
        foreach (var t in map.Maps("talkers"))
        {
            var (talker, voice) = ReadTalker(t, folder, listenerM);
            if (talkers.Any(o => o.Id == talker.Id)) throw t.Error("id", $"is `{talker.Id}`, which another talker has already");
            if ((talker.PositionRoomM - listenerM).Norm < 0.3) throw t.Error("id", $"`{talker.Id}` is nearer than 0.3 m to the listener's head; move it away");
            if (room is not null) CheckInside(t, "id", $"`{talker.Id}`", talker.PositionRoomM, room);
            talkers.Add(talker);
            voices.Add(voice);
        }
        if (talkers.Count is < 2 or > 6) throw map.Error("talkers", $"has {talkers.Count} entries, expected 2 to 6");
        var scene = new Scene
        {
            FilePath = Path.GetFullPath(file),
            Name = map.Text("name"),
            Description = map.TextOr("description", ""),
            Rig = rig,
            DefaultSeconds = map.NumberOr("seconds", 60, 1, 3600),
            DefaultSeed = (ulong)map.IntegerOr("seed", 1, 0, int.MaxValue),
            LevelDbfs = map.NumberOr("level_dbfs", -28, -80, -10),
            Talkers = talkers,
            Voices = voices,
            Room = room,
            ListenerPositionRoomM = listenerM,
            Noise = ReadNoise(map.MapOrNull("noise")),
            Conversation = ConversationSettings.Read(map.MapOrNull("conversation")),
            Listener = ListenerSettings.Read(map.MapOrNull("listener")),
        };
        map.Done();
        return scene;
    }

    private static (ShoeboxRoom? Room, Vector3D ListenerM) ReadRoom(YamlMap? map)
    {
        if (map is null) return (null, Vector3D.Zero);
        bool shoebox = map.Choice("kind", null, "anechoic", "shoebox") == "shoebox";
        var listenerM = map.Has("listener_position_m") || shoebox ? map.Point("listener_position_m", 100) : Vector3D.Zero;
        ShoeboxRoom? room = null;
        if (shoebox)
        {
            double[] size = map.Numbers("size_m", 3, 3, 1, 50);
            room = new ShoeboxRoom(new Vector3D(size[0], size[1], size[2]), map.Number("rt60_s", 0.1, 2));
            if (ImageSourceRoom.ImageCount(room) is var images && images > ImageSourceRoom.MostImages)
                throw map.Error("rt60_s", FormattableString.Invariant($"is {room.Rt60S}, which in this room takes {images / 1e6:F0} million image sources, more than the {ImageSourceRoom.MostImages / 1e6:F0} million that are allowed; shorten it or enlarge `size_m`"));
            CheckInside(map, "listener_position_m", "the listener", listenerM, room);
        }
        map.Done();
        return (room, listenerM);
    }

    private static (SceneTalker, TalkerVoice) ReadTalker(YamlMap map, SpeechFolder folder, Vector3D listenerM)
    {
        string id = map.Text("id");
        int conversation = map.Integer("conversation", 0, 5);
        Vector3D positionM;
        if (map.Has("position_m")) positionM = map.Point("position_m", 100);
        else
        {
            double azimuthRad = Angles.ToRadians(map.Number("azimuth_deg", -180, 180));
            double elevationRad = Angles.ToRadians(map.NumberOr("elevation_deg", 0, -80, 80));
            positionM = listenerM + map.Number("distance_m", 0.3, 50) * Vector3D.FromAzimuthElevation(azimuthRad, elevationRad);
        }
        string name = map.TextOr("voice", id);
        var files = map.Has("files") ? folder.Files(map, "files", map.Texts("files")) : folder.Voice(map, name);
        var voice = new TalkerVoice(name, files, map.NumberOr("level_db", 0, -40, 20));
        map.Done();
        return (new SceneTalker(id, conversation, positionM, name), voice);
    }

    private static NoiseSettings ReadNoise(YamlMap? map)
    {
        if (map is null) return new NoiseSettings(NoiseSpectrum.Speech, double.PositiveInfinity, 45);
        var spectrum = map.Choice("spectrum", "speech", "speech", "pink", "white") switch { "pink" => NoiseSpectrum.Pink, "white" => NoiseSpectrum.White, _ => NoiseSpectrum.Speech };
        var noise = new NoiseSettings(spectrum, map.NumberOr("snr_db", double.PositiveInfinity, -40, double.PositiveInfinity), map.NumberOr("sensor_snr_db", 45, -40, double.PositiveInfinity));
        map.Done();
        return noise;
    }

    private static void CheckInside(YamlMap map, string key, string what, Vector3D pointM, ShoeboxRoom room)
    {
        static bool In(double x, double size) => x >= WallClearanceM && x <= size - WallClearanceM;
        if (!In(pointM.X, room.SizeM.X) || !In(pointM.Y, room.SizeM.Y) || !In(pointM.Z, room.SizeM.Z))
            throw map.Error(key, FormattableString.Invariant($"puts {what} at [{pointM.X:F2}, {pointM.Y:F2}, {pointM.Z:F2}] m; expected inside the room of [{room.SizeM.X}, {room.SizeM.Y}, {room.SizeM.Z}] m, at least {WallClearanceM} m from each wall"));
    }
}
