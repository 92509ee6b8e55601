using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>EEGLAB data sets: .set (MAT v5 or v7.3, fields at the top or in EEG), samples inside or in the .fdt file beside it.</summary>
public static class EeglabReader
{
    public static EegRecording Read(string path) => Convert(MatFile.Read(path), path);

    internal static EegRecording Convert(IReadOnlyDictionary<string, MatValue> file, string path)
    {
        if (file.TryGetValue("EEG", out var eeg) && eeg.Kind == MatKind.Struct)
            file = eeg.Fields.Keys.ToDictionary(k => k, k => eeg.Field(k) ?? MatValue.Empty);
        MatValue Need(string name) => file.GetValueOrDefault(name) ?? throw new InputDataException($"{path}: the EEGLAB data set has no field '{name}'. Was it saved by EEGLAB?");
        int channels = Count(Need("nbchan"), "nbchan", path), points = Count(Need("pnts"), "pnts", path);
        int trials = file.TryGetValue("trials", out var t) && t.Count > 0 ? Count(t, "trials", path) : 1;
        double rateHz = Need("srate").Scalar(path, "srate");
        if (!(rateHz > 0 && double.IsFinite(rateHz))) throw new InputDataException($"{path}: srate is {rateHz}; expected Hz, above 0.");
        if ((long)channels * points * trials > Array.MaxLength) throw new InputDataException($"{path}: {channels} channels × {points} points × {trials} trials do not fit in memory.");
        float[] samples = Samples(Need("data"), path);
        if (samples.Length != channels * points * trials)
            throw new InputDataException($"{path}: {samples.Length} values are there; {channels} channels × {points} points × {trials} trials need {channels * points * trials}. The file or its .fdt is cut off or of another recording.");
        var locations = file.GetValueOrDefault("chanlocs");
        var names = Enumerable.Range(0, channels).Select(c => locations?.Field("labels", c)?.Text is { Length: > 0 } label ? label : FormattableString.Invariant($"{c + 1}"));
        return new EegRecording(path, [.. names.Select((n, c) => new EegFileChannel(n, "µV") { PositionM = Position(locations, c) })], rateHz, samples, Events(file.GetValueOrDefault("event"), path), [], trials > 1 ? points : 0);
    }

    /// <summary>EEGLAB's order is channel fastest, then time: sample-major as it stands.</summary>
    private static float[] Samples(MatValue data, string path)
    {
        if (data.Kind == MatKind.Numeric) return data.ToSingles();
        if (data.Text is not { Length: > 0 } name) throw new InputDataException($"{path}: the field 'data' holds neither samples nor a file name.");
        // The name in the file is the one it was saved under; a renamed pair keeps its own names in step.
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string side = Path.Combine(folder, Path.GetFileName(name.Replace('\\', '/')));
        if (!File.Exists(side)) side = Path.ChangeExtension(path, ".fdt");
        byte[] bytes = EegFile.ReadAllBytes(side, $"the samples of {path}");
        if (bytes.Length % 4 != 0) throw new InputDataException($"{side} is cut off: {bytes.Length} bytes are not whole float32 values. Copy it again.");
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private static List<EegEvent> Events(MatValue? events, string path)
    {
        var list = new List<EegEvent>();
        for (int i = 0; events?.Kind == MatKind.Struct && i < events.Count; i++)
        {
            if (events.Field("latency", i) is not { Count: > 0 } latency) continue;
            var type = events.Field("type", i);
            string value = type is { Kind: MatKind.Numeric, Count: > 0 } ? type.ToDoubles()[0].ToString(CultureInfo.InvariantCulture) : type?.Text ?? "";
            double duration = events.Field("duration", i) is { Kind: MatKind.Numeric, Count: > 0 } d ? d.ToDoubles()[0] : 0;
            list.Add(new EegEvent(latency.Scalar(path, "event.latency") - 1, double.IsFinite(duration) ? duration : 0, "", value));
        }
        return [.. list.OrderBy(e => e.Sample)];
    }

    /// <summary>EEGLAB's X is front, Y left, Z up; only the direction is kept.</summary>
    private static Vector3? Position(MatValue? locations, int channel)
    {
        double[] at = [.. new[] { "X", "Y", "Z" }.Select(axis => locations?.Field(axis, channel) is { Kind: MatKind.Numeric, Count: 1 } v ? v.ToDoubles()[0] : double.NaN)];
        var direction = new Vector3((float)at[0], (float)at[1], (float)at[2]);
        return float.IsFinite(direction.Length()) && direction.Length() > 0 ? Vector3.Normalize(direction) * StandardMontage.RadiusM : null;
    }

    private static int Count(MatValue value, string name, string path) => value.Scalar(path, name) is >= 0 and <= int.MaxValue and var v && v == Math.Floor(v)
        ? (int)v : throw new InputDataException($"{path}: {name} is {value.Scalar(path, name)}; expected a whole count.");
}
