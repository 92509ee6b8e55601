using System.Text.Json;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Reads a JSON object with a <c>schema</c> field.</summary>
internal static class JsonFile
{
    public static JsonDocument Read(string path, string schema)
    {
        if (!File.Exists(path)) throw new InputDataException($"{path} is missing; expected a file of schema {schema}. Give the folder of a finished session.");
        JsonDocument document;
        try { document = JsonDocument.Parse(File.ReadAllBytes(path)); }
        catch (JsonException e) { throw new InputDataException($"{path} is not JSON: {e.Message}. It may be cut short; write it again.", e); }
        string? found = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out JsonElement s) ? s.ToString() : null;
        if (found == schema) return document;
        document.Dispose();
        throw new InputDataException($"{path} has schema `{found ?? "none"}`, expected `{schema}`.");
    }
}
