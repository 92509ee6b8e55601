using System.Globalization;
using System.Text;
using System.Text.Json;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>
/// Gaze of a BIDS recording: <c>*_recording-eye1_physio.tsv.gz</c> with its JSON (PhysioType eyetrack) beside the EEG or in beh/. Degrees to the right, or
/// pixels together with StimulusPresentation (ScreenDistance, ScreenSize in m, ScreenResolution), become azimuths.
/// </summary>
internal static class BidsEyeTracking
{
    /// <param name="stem">Path of the recording up to and with the last '_' before "eeg".</param>
    /// <returns>Null where nothing was recorded.</returns>
    /// <exception cref="InputDataException">The files contradict each other, or do not tell the unit.</exception>
    public static GazeTrack? Read(string stem)
    {
        string folder = Path.GetDirectoryName(stem)!, name = Path.GetFileName(stem), beh = Path.Combine(Path.GetDirectoryName(folder) ?? folder, "beh");
        string? table = new[] { folder, beh }.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, $"{name}recording-eye*_physio.tsv.gz").Order(StringComparer.Ordinal)).FirstOrDefault();
        if (table is null) return null;
        string sidecar = table[..^".tsv.gz".Length] + ".json";
        using var json = Json(sidecar);
        var root = json.RootElement;
        string[] columns = root.TryGetProperty("Columns", out var c) && c.ValueKind == JsonValueKind.Array ? [.. c.EnumerateArray().Select(v => v.GetString() ?? "")] : [];
        int x = Array.IndexOf(columns, "x_coordinate"), at = Array.IndexOf(columns, "timestamp");
        double rateHz = Number(root, "SamplingFrequency", sidecar), startS = Number(root, "StartTime", sidecar);
        if (x < 0 || !(rateHz > 0)) throw new InputDataException($"{sidecar}: Columns is {string.Join(", ", columns)}, SamplingFrequency {rateHz.ToString(CultureInfo.InvariantCulture)}; expected a column x_coordinate and Hz above 0.");
        var toDeg = ToAzimuth(root, stem + "events.json", sidecar);
        string[] lines = Encoding.UTF8.GetString(EegFile.ReadWhole(table, "the gaze of the recording")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] times = new double[lines.Length], azimuth = new double[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            string[] cells = lines[i].TrimEnd('\r').Split('\t');
            if (cells.Length != columns.Length) throw new InputDataException($"{table}, line {i + 1}: {cells.Length} columns; {sidecar} lists {columns.Length}.");
            azimuth[i] = double.TryParse(cells[x], CultureInfo.InvariantCulture, out double v) ? toDeg(v) : double.NaN;
            times[i] = at >= 0 && double.TryParse(cells[at], CultureInfo.InvariantCulture, out double t) ? t : double.NaN;
        }
        // Timestamps are in whatever unit the tracker has; they are the times only where they begin at StartTime and count seconds.
        bool seconds = times.Length > 1 && Math.Abs(times[0] - startS) < 1 / rateHz && Math.Abs((times[^1] - times[0]) * rateHz / (times.Length - 1) - 1) < 0.2 && times.Zip(times.Skip(1), (a, b) => b >= a).All(ok => ok);
        return new GazeTrack(seconds ? times : [.. Enumerable.Range(0, lines.Length).Select(i => startS + i / rateHz)], azimuth);
    }

    private static Func<double, double> ToAzimuth(JsonElement root, string eventsJson, string sidecar)
    {
        string unit = root.TryGetProperty("x_coordinate", out var column) && column.ValueKind == JsonValueKind.Object && column.TryGetProperty("Units", out var u) ? u.GetString() ?? "" : "";
        if (unit is "deg" or "degree" or "degrees") return x => -x;
        if (unit is not ("pixel" or "pixels" or "px")) throw new InputDataException($"{sidecar}: x_coordinate has the unit '{unit}'; expected deg (to the right), or pixel with StimulusPresentation.");
        using var events = File.Exists(eventsJson) ? Json(eventsJson) : null;
        var screen = root.TryGetProperty("StimulusPresentation", out var own) ? own : events is not null && events.RootElement.TryGetProperty("StimulusPresentation", out var others) ? others : default;
        double[] Pair(string name) => screen.ValueKind == JsonValueKind.Object && screen.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Array && v.GetArrayLength() == 2 ? [.. v.EnumerateArray().Select(e => e.GetDouble())]
            : throw new InputDataException($"{sidecar}: gaze is in pixels, and neither it nor {eventsJson} has StimulusPresentation with {name} as two numbers. Give ScreenDistance and ScreenSize in m, ScreenResolution in pixels.");
        double widthPx = Pair("ScreenResolution")[0], widthM = Pair("ScreenSize")[0], distanceM = screen.TryGetProperty("ScreenDistance", out var d) && d.ValueKind == JsonValueKind.Number ? d.GetDouble() : double.NaN;
        if (!(widthPx > 0 && widthM > 0 && distanceM > 0)) throw new InputDataException($"{sidecar}: the screen is {widthM} m wide with {widthPx} pixels, {distanceM} m away; expected numbers above 0.");
        return x => -Math.Atan((x - widthPx / 2) * widthM / widthPx / distanceM) * 180 / Math.PI;
    }

    private static double Number(JsonElement root, string name, string path) => root.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetDouble() : throw new InputDataException($"{path}: {name} is missing or no number.");

    private static JsonDocument Json(string path)
    {
        if (!File.Exists(path)) throw new InputDataException($"{path} is not there: it says what the columns of the gaze are.");
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new InputDataException($"{path} is no JSON: {e.Message}", e);
        }
    }
}
