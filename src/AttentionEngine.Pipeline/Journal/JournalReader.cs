using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Journal;

/// <summary>One tick as journaled.</summary>
/// <param name="Consumed">[6] cumulative, order of <see cref="TickInputs"/>.</param>
/// <param name="Hashes">[6] running node hashes.</param>
public sealed record JournaledTick(long Tick, double TimeS, long[] Consumed, ulong[] Hashes);

/// <summary>A session's journal. A last line that a crash cut short is left out; any other damage is an error.</summary>
public sealed class SessionJournal
{
    public double StartS { get; private set; } = double.NaN;
    public double TickMs { get; private set; }
    public int BlockFrames { get; private set; }

    /// <summary>Dose that the participant had left, Pa²h; null without one.</summary>
    public double? DoseBudgetPa2H { get; private set; }

    /// <summary>SHA-256 of each model that the run used, by name.</summary>
    public Dictionary<string, string> Models { get; } = [];
    public List<string> TalkerIds { get; } = [];

    /// <summary>Streams that were there at the start.</summary>
    public HashSet<StreamRole> RolesAtStart { get; } = [];
    public List<JournaledTick> Ticks { get; } = [];
    public Dictionary<StreamRole, List<ClockModelUpdate>> Clocks { get; } = [];
    public Dictionary<(SteeringKind Kind, long Id), long> Takes { get; } = [];
    public bool Finished { get; private set; }

    /// <exception cref="InputDataException">Not a journal, or a damaged line that is not the last.</exception>
    public static SessionJournal Read(string path)
    {
        var journal = new SessionJournal();
        string[] lines = File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            try
            {
                using var document = JsonDocument.Parse(lines[i]);
                journal.Add(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                if (i == lines.Length - 1) break; // cut short by a crash: everything before it holds
                throw new InputDataException($"{path}:{i + 1}: not a journal line ({e.Message}). The file is damaged; replay with --ideal, which does not need it.", e);
            }
        }
        if (double.IsNaN(journal.StartS)) throw new InputDataException($"{path}: has no header line; it is not a journal of this engine. Replay with --ideal, which does not need one.");
        return journal;
    }

    private void Add(JsonElement line)
    {
        switch (line.GetProperty("t").GetString())
        {
            case "header":
                StartS = line.GetProperty("start_s").GetDouble();
                TickMs = line.GetProperty("tick_ms").GetDouble();
                BlockFrames = line.GetProperty("block_frames").GetInt32();
                if (line.TryGetProperty("dose_budget_pa2h", out var budget)) DoseBudgetPa2H = budget.GetDouble();
                foreach (var model in line.GetProperty("models").EnumerateObject()) Models[model.Name] = model.Value.GetString() ?? "";
                TalkerIds.AddRange(line.GetProperty("talkers").EnumerateArray().Select(t => t.GetString() ?? ""));
                foreach (var stream in line.GetProperty("streams").EnumerateArray()) RolesAtStart.Add(Enum.Parse<StreamRole>(stream.GetProperty("role").GetString()!));
                break;
            case "tick":
                Ticks.Add(new JournaledTick(line.GetProperty("k").GetInt64(), line.GetProperty("time_s").GetDouble(),
                    line.GetProperty("n").EnumerateArray().Select(n => n.GetInt64()).ToArray(),
                    line.GetProperty("h").EnumerateArray().Select(h => ulong.Parse(h.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray()));
                break;
            case "clock":
                var role = Enum.Parse<StreamRole>(line.GetProperty("role").GetString()!);
                if (!Clocks.TryGetValue(role, out var updates)) Clocks[role] = updates = [];
                updates.Add(new ClockModelUpdate(line.GetProperty("from").GetInt64(), new ClockModel(
                    line.GetProperty("reference_s").GetDouble(), line.GetProperty("offset_s").GetDouble(), line.GetProperty("slope").GetDouble(),
                    line.TryGetProperty("uncertainty_s", out var u) ? u.GetDouble() : double.NaN), line.TryGetProperty("jumped", out var jumped) && jumped.GetBoolean()));
                break;
            case "take":
                string? kindName = line.GetProperty("kind").GetString();
                if (kindName == "weights") throw new InputDataException("this session was recorded by an engine that designed its filters in the tick; this one does so where the sound is, so it cannot repeat it. Replay with --ideal.");
                var kind = kindName switch { "scene" => SteeringKind.Scene, "stop" => SteeringKind.Stop, _ => SteeringKind.Gains };
                Takes[(kind, line.GetProperty("id").GetInt64())] = line.GetProperty("sample").GetInt64();
                break;
            case "end":
                Finished = true;
                break;
        }
    }
}
