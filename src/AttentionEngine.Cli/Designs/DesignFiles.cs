using System.Globalization;
using System.Text;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.ArrayDesign;

namespace AttentionEngine.Cli.Designs;

/// <summary>Tables and filters of a design, as CSV (a header line, one row per value) and NPY.</summary>
internal static class DesignFiles
{
    /// <returns>Names of the files written.</returns>
    public static IReadOnlyList<string> Write(string folder, Rig rig, ArrayDesignOptions options, ArrayDesignResult result, bool npy)
    {
        var names = new List<string>();
        foreach (var beams in result.Beams.GroupBy(b => b.Backend)) Add($"filters-{beams.Key}", npy ? ".npy" : ".csv", path => Filters(path, [.. beams], rig.Array, result.Taps, npy));
        Add("metrics", ".csv", path => WriteText(path, Metrics(options, result)));
        Add("patterns", ".csv", path => WriteText(path, Patterns(result)));
        Add("talkers", ".csv", path => WriteText(path, Talkers(result)));
        Add("microphones", ".csv", path => WriteText(path, Microphones(rig.Array)));
        Add("pairs", ".csv", path => WriteText(path, Pairs(rig.Array)));
        WriteText(Path.Combine(folder, "README.txt"), About(rig, options, result, npy));
        names.AddRange(["README.txt", "design.json", "report.html"]);
        return names;

        void Add(string name, string extension, Action<string> write)
        {
            write(Path.Combine(folder, name + extension));
            names.Add(name + extension);
        }
    }

    public static void WriteText(string path, string text)
    {
        using var file = new NewFile(path);
        file.Append(Encoding.UTF8.GetBytes(text));
    }

    private static void Filters(string path, List<BeamDesign> beams, MicrophoneArray array, int taps, bool npy)
    {
        if (npy)
        {
            using var file = new NpyWriter<float>(path, 2, array.Count, taps);
            foreach (var beam in beams) file.Append(beam.Filters);
            return;
        }
        var csv = new StringBuilder("direction_deg,ear,microphone");
        for (int n = 0; n < taps; n++) csv.Append(CultureInfo.InvariantCulture, $",tap_{n}");
        csv.Append('\n');
        foreach (var beam in beams)
            for (int row = 0; row < 2 * array.Count; row++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{beam.DirectionDeg},{(row < array.Count ? "left" : "right")},{Cell(array.Microphones[row % array.Count].Name)}");
                for (int n = 0; n < taps; n++) csv.Append(CultureInfo.InvariantCulture, $",{beam.Filters[row * taps + n]:G9}");
                csv.Append('\n');
            }
        WriteText(path, csv.ToString());
    }

    private static string Metrics(ArrayDesignOptions options, ArrayDesignResult result)
    {
        var csv = new StringBuilder("backend,direction_deg,ear,frequency_hz,white_noise_gain_db,directivity_index_db,directivity_limit_db,look_gain_db,moved_look_gain_p05_db,moved_look_gain_p95_db,moved_directivity_median_db,moved_directivity_p05_db\n");
        foreach (var beam in result.Beams)
        {
            double[] limit = result.DirectivityLimitDb[options.DirectionsDeg.ToList().IndexOf(beam.DirectionDeg)];
            for (int f = 0; f < result.FrequenciesHz.Count; f++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{beam.Backend},{beam.DirectionDeg},{beam.Ear},{result.FrequenciesHz[f]:G7},{beam.WhiteNoiseGainDb[f]:F3},{beam.DirectivityIndexDb[f]:F3},{limit[f]:F3},{beam.LookGainDb[f]:F3}");
                if (beam.Sensitivity is { } s) csv.Append(CultureInfo.InvariantCulture, $",{s.LookGainLowDb[f]:F3},{s.LookGainHighDb[f]:F3},{s.DirectivityIndexMedianDb[f]:F3},{s.DirectivityIndexLowDb[f]:F3}\n");
                else csv.Append(",,,,\n");
            }
        }
        return csv.ToString();
    }

    private static string Patterns(ArrayDesignResult result)
    {
        var csv = new StringBuilder("backend,direction_deg,ear,frequency_hz,azimuth_deg,gain_db\n");
        foreach (var beam in result.Beams)
            foreach (var pattern in beam.Patterns)
                for (int i = 0; i < pattern.GainDb.Length; i++)
                    csv.Append(CultureInfo.InvariantCulture, $"{beam.Backend},{beam.DirectionDeg},{beam.Ear},{pattern.FrequencyHz:G7},{pattern.AzimuthDeg[i]:F1},{pattern.GainDb[i]:F2}\n");
        return csv.ToString();
    }

    private static string Talkers(ArrayDesignResult result)
    {
        var csv = new StringBuilder("backend,direction_deg,ear,offset_deg,distance_m,frequency_hz,gain_db\n");
        foreach (var beam in result.Beams)
            foreach (var (talker, place) in beam.Angles.Select(t => (t, string.Create(CultureInfo.InvariantCulture, $"{t.At},inf"))).Concat(beam.Distances.Select(t => (t, string.Create(CultureInfo.InvariantCulture, $"0,{t.At}")))))
                for (int f = 0; f < result.FrequenciesHz.Count; f++)
                    csv.Append(CultureInfo.InvariantCulture, $"{beam.Backend},{beam.DirectionDeg},{beam.Ear},{place},{result.FrequenciesHz[f]:G7},{talker.GainDb[f]:F3}\n");
        return csv.ToString();
    }

    private static string Microphones(MicrophoneArray array)
    {
        var csv = new StringBuilder("microphone,x_m,y_m,z_m,distance_m,azimuth_deg,elevation_deg\n");
        foreach (var m in array.Microphones)
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(m.Name)},{m.PositionHeadM.X},{m.PositionHeadM.Y},{m.PositionHeadM.Z},{m.PositionHeadM.Norm:F5},{Angles.ToDegrees(m.PositionHeadM.AzimuthRad):F3},{Angles.ToDegrees(m.PositionHeadM.ElevationRad):F3}\n");
        return csv.ToString();
    }

    private static string Pairs(MicrophoneArray array)
    {
        var csv = new StringBuilder("microphone_a,microphone_b,distance_mm,alias_hz\n");
        foreach (var p in DesignFacts.Pairs(array)) csv.Append(CultureInfo.InvariantCulture, $"{Cell(p.A.Name)},{Cell(p.B.Name)},{1000 * p.DistanceM:F3},{p.AliasHz:F0}\n");
        return csv.ToString();
    }

    private static string About(Rig rig, ArrayDesignOptions options, ArrayDesignResult result, bool npy) => string.Create(CultureInfo.InvariantCulture, $"""
        Array design of {rig.Name}: {rig.Array.Count} microphones at {rig.Array.SampleRateHz} Hz.

        filters-BACKEND.{(npy ? "npy" : "csv")}: {(npy ? $"float32, [directions {options.DirectionsDeg.Count} x ears 2 (left, right) x microphones {rig.Array.Count} x taps {result.Taps}], in the order of" : "one row per direction, ear and microphone, for")}
          the directions {string.Join(", ", options.DirectionsDeg.Select(d => d.ToString(CultureInfo.InvariantCulture)))} degrees (azimuth in HEAD, left positive) and the rig's microphones:
          {string.Join(", ", rig.Array.Microphones.Select(m => m.Name))}.
          Output of an ear = sum over microphones of the microphone convolved with its filter; it lags by {result.DelaySamples} samples.
        metrics.csv: figures of these filters at the ear on the look direction's side. White-noise gain and directivity index are relative to the
          free field at the centre of the head; directivity_limit is what no weights can exceed; look_gain is relative to the ear's reference
          microphone; moved_* are percentiles over {options.Trials} trials with every coordinate of every microphone off by {options.PositionErrorMm} mm
          (standard deviation, seed {options.Seed}); beside a head to first order (phases of the plane wave).
        patterns.csv: gain around the horizontal plane relative to the look direction.
        talkers.csv: gain, relative to the ear's reference microphone, of a talker beside the look direction (offset, to the left) or nearer than far away.
        microphones.csv, pairs.csv: where microphones are, their distances, and the frequency c/2d above which a pair is ambiguous along its line.

        """);

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
