using System.Globalization;
using System.Text;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Bids;

/// <summary>Motion (BIDS 1.9 and later): <c>_tracksys-X_motion.tsv</c> without a header line, its channels and its sidecar; a LATENCY column keeps the times.</summary>
internal static class BidsMotion
{
    public static void Write(BidsDataset dataset, string folder, BidsEntities entities, string tracksys, BidsStream stream, Action<double> progress, CancellationToken cancellation)
    {
        int channels = stream.Info.ChannelCount;
        string[] names = stream.Names();
        stream.ScanFile = $"{folder}/{entities.Name("motion.tsv", tracksys: tracksys)}";
        using (var file = new NewFile(dataset.NewFile(stream.ScanFile)))
        {
            var text = new StringBuilder();
            stream.Visit((values, timesS, _) =>
            {
                for (int i = 0; i < timesS.Length; i++)
                {
                    for (int c = 0; c < channels; c++) text.Append(Number(values[i * channels + c])).Append('\t');
                    text.Append(Number(timesS[i] - stream.Times.TimesS[0])).Append('\n');
                }
                if (text.Length < 1 << 16) return;
                file.Append(Encoding.UTF8.GetBytes(text.ToString()));
                text.Clear();
            }, progress, cancellation);
            file.Append(Encoding.UTF8.GetBytes(text.ToString()));
        }
        var rows = new List<string[]> { new[] { "name", "component", "type", "tracked_point", "units" } };
        for (int c = 0; c < channels; c++)
        {
            var (label, type, unit) = stream.Channels()[c];
            var (component, kind) = Meaning(label.Length > 0 ? label : type, type);
            rows.Add([names[c], component, kind, BidsEntities.AsLabel(stream.Info.Name), Unit(unit, kind)]);
        }
        rows.Add(["latency", "n/a", "LATENCY", "n/a", "s"]);
        dataset.WriteTable($"{folder}/{entities.Name("channels.tsv", tracksys: tracksys)}", rows);
        dataset.WriteJson($"{folder}/{entities.Name("motion.json", tracksys: tracksys)}", new Dictionary<string, object>
        {
            ["TaskName"] = entities.Task,
            ["SamplingFrequency"] = stream.RateHz,
            ["TrackingSystemName"] = stream.Info.Name,
            ["MotionChannelCount"] = channels + 1,
            ["RecordingDuration"] = stream.Times.TimesS[^1] - stream.Times.TimesS[0],
            ["Manufacturer"] = stream.Described("acquisition", "manufacturer") ?? "n/a",
        });
    }

    /// <summary>Component and type in BIDS's words from a label such as <c>PositionX</c>, <c>OrientationW</c>, <c>ACC_y</c>, <c>talker1_X</c>.</summary>
    private static (string Component, string Type) Meaning(string label, string type)
    {
        string axis = label.Length > 0 && char.ToLowerInvariant(label[^1]) is 'x' or 'y' or 'z' or 'w' ? char.ToLowerInvariant(label[^1]).ToString() : "n/a";
        string text = (label + type).ToUpperInvariant();
        if (text.Contains("ORIENT", StringComparison.Ordinal) || text.Contains("QUAT", StringComparison.Ordinal)) return (axis == "n/a" ? axis : "quat_" + axis, "ORNT");
        string kind = text.Contains("POS", StringComparison.Ordinal) ? "POS" : text.Contains("GYRO", StringComparison.Ordinal) ? "GYRO" : text.Contains("ACC", StringComparison.Ordinal) ? "ACCEL" : text.Contains("MAG", StringComparison.Ordinal) ? "MAGN" : "MISC";
        return (axis == "w" ? "n/a" : axis, kind);
    }

    private static string Unit(string unit, string kind) => unit switch { "meters" or "metres" => "m", "quaternion" => "n/a", "" when kind == "POS" => "m", _ => BidsDataset.Cell(unit) };

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.#######", CultureInfo.InvariantCulture) : "n/a";
}
