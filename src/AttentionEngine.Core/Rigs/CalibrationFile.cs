using System.Globalization;
using System.Text;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>The calibration of a rig (<c>schema: attend.calibration/1</c>): written by <c>attend calibrate</c>, read with the rig.</summary>
public static class CalibrationFile
{
    public const string Schema = "attend.calibration/1";

    /// <exception cref="Errors.ConfigurationException">It does not fit the array.</exception>
    public static RigCalibration Read(string file, MicrophoneArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        var map = YamlMap.Load(file, Schema);
        var microphones = RigCalibration.None(array).Microphones.ToArray();
        var seen = new HashSet<string>();
        foreach (var m in map.Maps("microphones"))
        {
            string name = m.Text("name");
            int index = Array.FindIndex(microphones, c => c.Name == name);
            if (index < 0) throw m.Error("name", $"is `{name}`, which is not a microphone of the rig; expected one of {string.Join(", ", microphones.Select(c => c.Name))}");
            if (!seen.Add(name)) throw m.Error("name", $"is `{name}`, which is listed twice");
            double level = m.NumberOrNull("full_scale_db_spl", 40, 200) ?? double.NaN;
            microphones[index] = new MicrophoneCalibration(name, m.Integer("channel", 1, array.Count) - 1, m.FlagOr("inverted", false), level, double.IsNaN(level) ? null : RigReader.Day(m, "calibrated_on"));
            m.Done();
        }
        if (seen.Count != array.Count) throw map.Error("microphones", $"lists {seen.Count} microphones, the rig has {array.Count}; expected each once");
        if (microphones.GroupBy(m => m.Channel).FirstOrDefault(g => g.Count() > 1) is { } twins)
            throw map.Error("microphones", $"gives channel {twins.Key + 1} to {string.Join(" and ", twins.Select(t => $"`{t.Name}`"))}; expected another channel for each");
        OutputCalibration? output = null;
        if (map.MapOrNull("output") is { } o)
        {
            output = new OutputCalibration(o.Number("full_scale_db_spl", 60, 160), RigReader.Day(o, "calibrated_on"));
            o.Done();
        }
        map.Done();
        return new RigCalibration(microphones, output);
    }

    /// <summary>Writes beside the old file and takes its place; the old one is kept as FILE.1.old, .2.old and so on.</summary>
    /// <param name="rigName">For the reader.</param>
    public static void Write(string file, RigCalibration calibration, string rigName)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        string fresh = file + ".new";
        File.WriteAllText(fresh, Text(calibration, rigName));
        if (File.Exists(file))
        {
            int n = 1;
            while (File.Exists(Old(n))) n++;
            File.Move(file, Old(n));
        }
        File.Move(fresh, file);

        string Old(int n) => string.Create(CultureInfo.InvariantCulture, $"{file}.{n}.old");
    }

    private static string Text(RigCalibration calibration, string rigName)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Measured by `attend calibrate` on the rig {rigName}. Name this file in the rig: `calibration_file: ...`.\nschema: {Schema}\nmicrophones:\n");
        foreach (var m in calibration.Microphones)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{ name: {m.Name}, channel: {m.Channel + 1}, inverted: {(m.Inverted ? "true" : "false")}");
            if (double.IsFinite(m.FullScaleDbSpl)) text.Append(CultureInfo.InvariantCulture, $", full_scale_db_spl: {m.FullScaleDbSpl:F2}, calibrated_on: {m.CalibratedOn}");
            text.Append(" }\n");
        }
        if (calibration.Output is { } o) text.Append(CultureInfo.InvariantCulture, $"output: {{ full_scale_db_spl: {o.FullScaleDbSpl:F2}, calibrated_on: {o.CalibratedOn} }}\n");
        return text.ToString();
    }
}
