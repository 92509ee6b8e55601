using System.Globalization;
using System.Text;
using System.Text.Json;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Journal;

/// <summary>
/// Which data made which tick, clock models, the sample at which the audio thread took each weight set, health: one JSON object a
/// line (<c>attend.journal/1</c>), appended as it happens, so that a crash leaves everything up to then. Host thread only.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    public const string Schema = "attend.journal/1";
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public JournalWriter(string path)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 64 * 1024);
        _json = new Utf8JsonWriter(_file, new JsonWriterOptions { SkipValidation = true });
    }

    public void Header(JournalHeader header)
    {
        Begin("header");
        _json.WriteString("schema", Schema);
        _json.WriteString("engine", header.EngineVersion);
        _json.WriteString("rig", header.RigName);
        _json.WriteNumber("tick_ms", header.TickMs);
        _json.WriteNumber("start_s", header.StartS);
        _json.WriteNumber("block_frames", header.BlockFrames);
        if (header.DoseBudgetPa2H is { } budget) _json.WriteNumber("dose_budget_pa2h", budget);
        _json.WriteStartArray("talkers");
        foreach (string id in header.TalkerIds) _json.WriteStringValue(id);
        _json.WriteEndArray();
        _json.WriteStartArray("streams");
        foreach (var (role, sourceId) in header.Streams)
        {
            _json.WriteStartObject();
            _json.WriteString("role", role.ToString());
            _json.WriteString("source_id", sourceId);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
        _json.WriteStartObject("models");
        foreach (var (name, hash) in header.Models) _json.WriteString(name, hash);
        _json.WriteEndObject();
        End();
    }

    public void Clock(StreamRole role, ClockModelUpdate update)
    {
        Begin("clock");
        _json.WriteString("role", role.ToString());
        _json.WriteNumber("from", update.FromSample);
        _json.WriteNumber("reference_s", update.Model.ReferenceS);
        _json.WriteNumber("offset_s", update.Model.OffsetS);
        _json.WriteNumber("slope", update.Model.Slope);
        if (double.IsFinite(update.Model.UncertaintyS)) _json.WriteNumber("uncertainty_s", update.Model.UncertaintyS);
        if (update.Jumped) _json.WriteBoolean("jumped", true);
        End();
    }

    public void Take(SteeringTake take)
    {
        Begin("take");
        _json.WriteString("kind", take.Kind switch { SteeringKind.Scene => "scene", SteeringKind.Stop => "stop", _ => "gains" });
        _json.WriteNumber("id", take.Id);
        _json.WriteNumber("sample", take.Sample);
        End();
    }

    public void Tick(TickRecord record)
    {
        Begin("tick");
        _json.WriteNumber("k", record.Tick);
        _json.WriteNumber("time_s", record.TimeS);
        _json.WriteStartArray("n");
        foreach (long n in record.Consumed) _json.WriteNumberValue(n);
        _json.WriteEndArray();
        _json.WriteStartArray("h");
        foreach (ulong h in record.Hashes) _json.WriteStringValue(h.ToString("x16", CultureInfo.InvariantCulture));
        _json.WriteEndArray();
        _json.WriteNumber("attended", record.Attended);
        _json.WriteNumber("late_ms", Math.Round(record.LateMs, 3));
        End();
    }

    public void Health(HealthEvent health)
    {
        Begin("health");
        _json.WriteNumber("time_s", health.Time.Seconds);
        _json.WriteString("kind", health.Kind.ToString());
        _json.WriteString("source", health.Source);
        _json.WriteNumber("count", health.Count);
        _json.WriteString("detail", health.Detail);
        End();
    }

    public void Marker(double timeS, string text)
    {
        Begin("marker");
        _json.WriteNumber("time_s", timeS);
        _json.WriteString("text", text);
        End();
    }

    public void Finish(string reason)
    {
        Begin("end");
        _json.WriteString("reason", reason);
        End();
    }

    /// <summary>To the operating system; a killed process then loses nothing.</summary>
    public void Flush() => _file.Flush();

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }

    private void Begin(string type)
    {
        _json.WriteStartObject();
        _json.WriteString("t", type);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _file.Write("\n"u8);
    }
}

/// <param name="StartS">Time of tick 0: the first audio sample, LSL seconds.</param>
/// <param name="Models">Name and SHA-256 of each model file.</param>
/// <param name="DoseBudgetPa2H">Dose that the participant had left; null without one.</param>
public sealed record JournalHeader(string EngineVersion, string RigName, double TickMs, double StartS, int BlockFrames,
    IReadOnlyList<string> TalkerIds, IReadOnlyList<(StreamRole Role, string SourceId)> Streams, IReadOnlyList<(string Name, string Sha256)> Models, double? DoseBudgetPa2H = null);

/// <summary>Stop: the participant's; its id is 1.</summary>
public enum SteeringKind { Scene, Gains, Stop }

/// <summary>The audio thread took a weight or gain set at a sample.</summary>
public readonly record struct SteeringTake(SteeringKind Kind, long Id, long Sample);
