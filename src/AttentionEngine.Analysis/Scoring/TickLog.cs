using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>What the engine believed and saw at each tick: the arrays of a session's <c>ticks</c> folder, row-major.</summary>
public sealed record TickLog
{
    public const string Schema = "attend.ticks/1";

    /// <summary>K ids, in the order of every [K] axis.</summary>
    public required IReadOnlyList<string> Talkers { get; init; }

    /// <summary>F names.</summary>
    public required IReadOnlyList<string> Features { get; init; }
    public required double TickS { get; init; }

    /// <summary>[T] LSL seconds, rising.</summary>
    public required double[] TimeS { get; init; }

    /// <summary>[T × (K + 1)] talkers, then none.</summary>
    public required float[] Posterior { get; init; }

    /// <summary>[T × 5 × K] nats.</summary>
    public required float[] EvidenceNats { get; init; }

    /// <summary>[T] index of the attended talker after the decision policy, −1 for none.</summary>
    public required int[] Attended { get; init; }

    /// <summary>[T × K × F].</summary>
    public required float[] FeatureValues { get; init; }

    /// <summary>[T × 5] 1 where the sense was there.</summary>
    public required float[] Available { get; init; }

    /// <summary>[T × K × 2] azimuth and elevation in HEAD, radians.</summary>
    public required float[] DirectionHeadRad { get; init; }

    /// <summary>[T] HEAD to ROOM yaw, radians; NaN when unknown.</summary>
    public required float[] HeadYawRad { get; init; }

    /// <summary>[T × 2] azimuth and elevation in ROOM, radians; NaN when invalid.</summary>
    public required float[] GazeRoomRad { get; init; }

    /// <summary>[T × K] dB relative to full scale.</summary>
    public required float[] BeamLevelDb { get; init; }

    public int TickCount => TimeS.Length;
    public int TalkerCount => Talkers.Count;

    /// <exception cref="InputDataException">A file is missing, or a shape does not fit the others.</exception>
    public static TickLog Read(string sessionDir)
    {
        string dir = Path.Combine(sessionDir, "ticks"), layoutPath = Path.Combine(dir, "layout.json");
        using JsonDocument layout = JsonFile.Read(layoutPath, Schema);
        string[] Names(string key) => [.. layout.RootElement.GetProperty(key).EnumerateArray().Select(e => e.GetString() ?? "")];
        string[] talkers = Names("talkers"), features = Names("features");
        int k = talkers.Length, f = features.Length;
        if (k == 0) throw new InputDataException($"{layoutPath}: `talkers` is empty; a session needs at least one. Record it again.");
        NpyArray Array(string name, params int[] rowShape) => Checked(Path.Combine(dir, name + ".npy"), rowShape);
        double[] timeS = Array("time_s").ToDoubles();
        var log = new TickLog
        {
            Talkers = talkers,
            Features = features,
            TickS = layout.RootElement.GetProperty("tick_ms").GetDouble() * 1e-3,
            TimeS = timeS,
            Posterior = Array("posterior", k + 1).ToSingles(),
            EvidenceNats = Array("evidence_nats", Modalities.Count, k).ToSingles(),
            Attended = Array("attended").ToInt32s(),
            FeatureValues = Array("features", k, f).ToSingles(),
            Available = Array("available", Modalities.Count).ToSingles(),
            DirectionHeadRad = Array("direction_head_rad", k, 2).ToSingles(),
            HeadYawRad = Array("head_yaw_rad").ToSingles(),
            GazeRoomRad = Array("gaze_room_rad", 2).ToSingles(),
            BeamLevelDb = Array("beam_level_db", k).ToSingles(),
        };
        log.Check(dir);
        return log;
    }

    private static NpyArray Checked(string path, int[] rowShape)
    {
        if (!File.Exists(path)) throw new InputDataException($"{path} is missing; a session's ticks need it. Replay the session to write it again.");
        NpyArray array = NpyReader.Read(path);
        if (array.Shape.Length != rowShape.Length + 1 || !array.Shape.AsSpan(1).SequenceEqual(rowShape))
            throw new InputDataException($"{path} has shape [{string.Join(", ", array.Shape)}], expected [T{string.Concat(rowShape.Select(n => $", {n}"))}] by layout.json.");
        return array;
    }

    /// <summary>All arrays have T rows (a session cut short may lack the last ones of some: that is an error here), time rises, attended is an index.</summary>
    private void Check(string dir)
    {
        int k = TalkerCount;
        (string Name, int Length, int Row)[] all =
        [
            ("posterior", Posterior.Length, k + 1), ("evidence_nats", EvidenceNats.Length, Modalities.Count * k), ("attended", Attended.Length, 1),
            ("features", FeatureValues.Length, k * Features.Count), ("available", Available.Length, Modalities.Count), ("direction_head_rad", DirectionHeadRad.Length, 2 * k),
            ("head_yaw_rad", HeadYawRad.Length, 1), ("gaze_room_rad", GazeRoomRad.Length, 2), ("beam_level_db", BeamLevelDb.Length, k),
        ];
        foreach (var (name, length, row) in all)
            if (length != TickCount * row) throw new InputDataException($"{dir}: {name}.npy has {(row == 0 ? 0 : length / row)} rows where time_s.npy has {TickCount}. Replay the session to write them again.");
        for (int t = 1; t < TickCount; t++)
            if (!(TimeS[t] > TimeS[t - 1])) throw new InputDataException(FormattableString.Invariant($"{dir}: time_s.npy does not rise at tick {t} ({TimeS[t - 1]} s, then {TimeS[t]} s)."));
        for (int t = 0; t < TickCount; t++)
            if (Attended[t] < -1 || Attended[t] >= k) throw new InputDataException($"{dir}: attended.npy holds {Attended[t]} at tick {t}; expected −1 to {k - 1}.");
    }
}
