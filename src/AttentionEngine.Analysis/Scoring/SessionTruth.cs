using System.Text.Json;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Half-open time span [start, end) with a talker.</summary>
/// <param name="Talker">Index in the tick log's order; −1 for nobody.</param>
public readonly record struct TalkerSpan(int Talker, double StartS, double EndS)
{
    public bool Holds(double timeS) => timeS >= StartS && timeS < EndS;
}

/// <summary>The ground truth of a simulated session. Only scoring reads it. Times are LSL seconds.</summary>
public sealed record SessionTruth
{
    public const string Schema = "attend.truth/1";
    public required ulong Seed { get; init; }
    public required string Scene { get; init; }

    /// <summary>Whom the listener attends to, in time order, not overlapping.</summary>
    public required IReadOnlyList<TalkerSpan> Attended { get; init; }

    /// <summary>Who speaks when; spans of different talkers overlap.</summary>
    public required IReadOnlyList<TalkerSpan> Activity { get; init; }

    /// <summary>[K] conversation numbers, −1 where the scene gives none.</summary>
    public required IReadOnlyList<int> Conversation { get; init; }

    /// <summary>Time of the first sample of the array's audio, LSL seconds.</summary>
    public required double FirstSampleTimeS { get; init; }
    public required double AudioRateHz { get; init; }

    /// <summary>value = pcm / 32768 × this in truth/images.wav when it is 16-bit PCM.</summary>
    public required double ImagesScale { get; init; }

    /// <summary>Index of the attended talker; −1 nobody; −2 before the first or after the last span (not scored).</summary>
    public int AttendedAt(double timeS)
    {
        foreach (TalkerSpan span in Attended)
            if (span.Holds(timeS)) return span.Talker;
        return -2;
    }

    public bool IsActive(int talker, double timeS)
    {
        foreach (TalkerSpan span in Activity)
            if (span.Talker == talker && span.Holds(timeS)) return true;
        return false;
    }

    /// <param name="talkers">Ids in the tick log's order.</param>
    public static SessionTruth Read(string sessionDir, IReadOnlyList<string> talkers)
    {
        string path = Path.Combine(sessionDir, "truth", "truth.json");
        using JsonDocument document = JsonFile.Read(path, Schema);
        JsonElement root = document.RootElement;
        try
        {
            JsonElement audio = root.GetProperty("audio");
            string[] ids = [.. root.GetProperty("talkers").EnumerateArray().Select(t => t.GetProperty("id").GetString() ?? "")];
            foreach (string id in ids)
                if (!talkers.Contains(id)) throw new InputDataException($"{path}: talker `{id}` is not in ticks/layout.json ({string.Join(", ", talkers)}). Truth and ticks are of different sessions.");
            List<TalkerSpan> Spans(string key) => [.. root.GetProperty(key).EnumerateArray()
                .Select(s => new TalkerSpan(IndexOf(s.GetProperty("talker"), ids, talkers, path), s.GetProperty("start_s").GetDouble(), s.GetProperty("end_s").GetDouble()))
                .OrderBy(s => s.StartS)];
            var conversation = Enumerable.Repeat(-1, talkers.Count).ToArray();
            foreach (JsonElement t in root.GetProperty("talkers").EnumerateArray())
                if (t.TryGetProperty("conversation", out JsonElement c) && c.ValueKind == JsonValueKind.Number) conversation[talkers.ToList().IndexOf(t.GetProperty("id").GetString() ?? "")] = c.GetInt32();
            return new SessionTruth
            {
                Seed = root.GetProperty("seed").GetUInt64(),
                Scene = root.TryGetProperty("scene", out JsonElement scene) ? scene.ToString() : "",
                Attended = Spans("attended"),
                Activity = Spans("activity"),
                Conversation = conversation,
                FirstSampleTimeS = audio.GetProperty("first_sample_time_s").GetDouble(),
                AudioRateHz = audio.GetProperty("rate_hz").GetDouble(),
                ImagesScale = audio.TryGetProperty("images_scale", out JsonElement scale) ? scale.GetDouble() : 1,
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputDataException($"{path}: a field of schema {Schema} is missing or has another type ({e.Message}).", e);
        }
    }

    /// <summary>Truth names talkers by id, or by their index in its own list; null or a negative index is nobody.</summary>
    private static int IndexOf(JsonElement talker, string[] ids, IReadOnlyList<string> talkers, string path)
    {
        if (talker.ValueKind == JsonValueKind.Null) return -1;
        string id;
        if (talker.ValueKind == JsonValueKind.Number)
        {
            int index = talker.GetInt32();
            if (index < 0) return -1;
            if (index >= ids.Length) throw new InputDataException($"{path}: a span names talker {index}, but there are {ids.Length}.");
            id = ids[index];
        }
        else id = talker.GetString() ?? "";
        if (id.Length == 0) return -1;
        for (int k = 0; k < talkers.Count; k++)
            if (talkers[k] == id) return k;
        throw new InputDataException($"{path}: a span names talker `{id}`, expected one of {string.Join(", ", talkers)}.");
    }
}
