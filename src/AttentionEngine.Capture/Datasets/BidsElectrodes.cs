using System.Globalization;
using System.Numerics;
using System.Text.Json;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>*_electrodes.tsv and *_coordsystem.json beside a BIDS recording: where the electrodes are, in HEAD (x front, y left, z up), m.</summary>
internal static class BidsElectrodes
{
    /// <summary>x front, y left.</summary>
    private static readonly HashSet<string> FrontLeftUp = new(StringComparer.OrdinalIgnoreCase) { "CTF", "4DBti", "KitYokogawa", "EEGLAB", "EEGLAB-HJ" };

    /// <summary>x right, y front; all template spaces, too.</summary>
    private static readonly HashSet<string> RightFrontUp = new(StringComparer.OrdinalIgnoreCase) { "CapTrak", "ElektaNeuromag", "NeuromagElektaMEGIN", "ACPC", "ScanRAS" };

    /// <returns>Name → position about the middle of the head; empty where there is no table, or nothing says how its axes lie.</returns>
    /// <exception cref="InputDataException">A coordinate is no number.</exception>
    public static Dictionary<string, Vector3> Read(string folder)
    {
        var found = new Dictionary<string, Vector3>(StringComparer.Ordinal);
        string? table = Directory.EnumerateFiles(folder, "*_electrodes.tsv").Order(StringComparer.Ordinal).FirstOrDefault();
        if (table is null) return found;
        var (system, unitM) = System(table[..^"electrodes.tsv".Length] + "coordsystem.json");
        var rows = DelimitedTable.Read(table, '\t');
        string[] names = [.. rows.Select(r => r.GetValueOrDefault("name") ?? "")];
        Vector3?[] places = [.. rows.Select(r => Place(r, table) is { } p ? p * unitM : (Vector3?)null)];
        bool? right = FrontLeftUp.Contains(system) ? false : RightFrontUp.Contains(system) || system.StartsWith("MNI", StringComparison.OrdinalIgnoreCase) || system.StartsWith("fsaverage", StringComparison.OrdinalIgnoreCase) ? true : ByNames(names, places);
        if (right is null) return found;
        var centred = ElectrodeSphere.Centred([.. places.Select(p => p is { } v ? ToHead(v, right.Value) : (Vector3?)null)]);
        for (int i = 0; i < names.Length; i++)
            if (centred[i] is { } at) found[names[i]] = at;
        return found;
    }

    private static Vector3 ToHead(Vector3 p, bool xIsRight) => xIsRight ? new(p.Y, -p.X, p.Z) : p;

    /// <summary>"Other" axes: whichever puts the channels nearer to where their names say; null where no names are known.</summary>
    private static bool? ByNames(string[] names, Vector3?[] places)
    {
        double Fit(bool right) => names.Select((n, i) => StandardMontage.PositionM(n) is { } at && places[i] is { } p && p.Length() > 0 ? Vector3.Dot(Vector3.Normalize(at), Vector3.Normalize(ToHead(p, right))) : 0).Sum();
        double asRight = Fit(true), asLeft = Fit(false);
        return asRight == asLeft ? null : asRight > asLeft;
    }

    private static (string System, float UnitM) System(string path)
    {
        if (!File.Exists(path)) return ("", 1e-3f);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            string Text(string key) => json.RootElement.TryGetProperty(key, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString()! : "";
            return (Text("EEGCoordinateSystem"), Text("EEGCoordinateUnits") switch { "m" => 1, "cm" => 1e-2f, _ => 1e-3f });
        }
        catch (JsonException e)
        {
            throw new InputDataException($"{path} is no JSON: {e.Message}", e);
        }
    }

    private static Vector3? Place(Dictionary<string, string> row, string table)
    {
        var at = new float[3];
        for (int i = 0; i < 3; i++)
        {
            string axis = i switch { 0 => "x", 1 => "y", _ => "z" }, text = row.GetValueOrDefault(axis) ?? "n/a";
            if (text is "n/a" or "") return null;
            if (!float.TryParse(text, CultureInfo.InvariantCulture, out at[i]) || !float.IsFinite(at[i])) throw new InputDataException($"{table}: electrode {row.GetValueOrDefault("name")} has {axis} '{text}'; expected a number or n/a.");
        }
        return new Vector3(at[0], at[1], at[2]);
    }
}
