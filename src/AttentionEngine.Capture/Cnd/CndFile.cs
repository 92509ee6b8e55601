using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Cnd;

/// <summary>Stimulus features of a CND data set (Continuous-event Neural Data, the exchange format of CNSP and the mTRF-Toolbox): dataStim.mat.</summary>
/// <param name="Features">[feature][trial]: column-major [samples × dimensions] arrays.</param>
/// <param name="StimulusIndex">[trial] 0-based index of the stimulus (1-based in the file): equal numbers are the same stimulus. Trial number where a legacy file omits it.</param>
/// <param name="Condition">[trial] condition name or number, as text; empty where there is none.</param>
public sealed record CndStimuli(double RateHz, IReadOnlyList<string> FeatureNames, IReadOnlyList<IReadOnlyList<MatValue>> Features, IReadOnlyList<int> StimulusIndex, IReadOnlyList<string> Condition);

/// <summary>Responses of one subject of a CND data set: dataSubK.mat.</summary>
/// <param name="Trials">[trial]: column-major [samples × channels] arrays.</param>
/// <param name="ChannelNames">[channels]; numbers as text where the file has no labels.</param>
/// <param name="OriginalTrial">[trial] 0-based place in the experiment (1-based in the file).</param>
/// <param name="PaddingStartSample">Samples before the onset of the stimulus in each trial.</param>
public sealed record CndResponses(double RateHz, IReadOnlyList<MatValue> Trials, IReadOnlyList<string> ChannelNames, IReadOnlyList<int> OriginalTrial, int PaddingStartSample, string Device, string Reference);

/// <summary>Reads and writes CND files. Indices are 0-based here and 1-based in the files.</summary>
public static class CndFile
{
    /// <exception cref="InputDataException">Missing, damaged, or without the fields of CND.</exception>
    public static CndStimuli ReadStimuli(string path)
    {
        var stim = Root(path, "stim");
        var data = Need(stim, "data", path);
        if (data.Kind != MatKind.Cell || data.Shape.Count != 2 || data.Count == 0) throw new InputDataException($"{path}: stim.data is {data.Describe()}; expected a cell of features × trials.");
        int features = data.Shape[0], trials = data.Shape[1];
        var columns = Enumerable.Range(0, features).Select(f => (IReadOnlyList<MatValue>)[.. Enumerable.Range(0, trials).Select(t => data.Cells[t * features + f])]).ToList();
        for (int f = 0; f < features; f++) Numeric(columns[f], $"stim.data{{{f + 1},…}}", path);
        var names = Texts(stim.Field("names"));
        int[] index = stim.Field("stimIdxs") is { Kind: MatKind.Numeric, Count: > 0 } idx ? Indices(idx, trials, "stim.stimIdxs", path) : [.. Enumerable.Range(0, trials)];
        return new CndStimuli(Need(stim, "fs", path).Scalar(path, "stim.fs"), [.. Enumerable.Range(0, features).Select(f => f < names.Count ? names[f] : FormattableString.Invariant($"feature {f + 1}"))], columns, index, Conditions(stim, trials));
    }

    /// <exception cref="InputDataException">Missing, damaged, or without the fields of CND.</exception>
    public static CndResponses ReadResponses(string path)
    {
        var eeg = Root(path, "eeg");
        var data = Need(eeg, "data", path);
        if (data.Kind != MatKind.Cell || data.Count == 0) throw new InputDataException($"{path}: eeg.data is {data.Describe()}; expected a cell with one array per trial.");
        Numeric(data.Cells, "eeg.data{…}", path);
        int channels = data.Cells[0].Shape[1];
        if (data.Cells.FirstOrDefault(c => c.Shape[1] != channels) is { } odd) throw new InputDataException($"{path}: one trial has {channels} channels, another {odd.Shape[1]}; expected the same in all.");
        var locations = eeg.Field("chanlocs");
        var names = Enumerable.Range(0, channels).Select(c => locations?.Field("labels", c)?.Text is { Length: > 0 } label ? label : FormattableString.Invariant($"{c + 1}"));
        int[] original = eeg.Field("origTrialPosition") is { Kind: MatKind.Numeric, Count: > 0 } o ? Indices(o, data.Count, "eeg.origTrialPosition", path) : [.. Enumerable.Range(0, data.Count)];
        int padding = eeg.Field("paddingStartSample") is { Kind: MatKind.Numeric, Count: > 0 } p ? (int)p.Scalar(path, "eeg.paddingStartSample") : 0;
        return new CndResponses(Need(eeg, "fs", path).Scalar(path, "eeg.fs"), data.Cells, [.. names], original, padding, eeg.Field("deviceName")?.Text ?? "", eeg.Field("reRef")?.Text ?? "");
    }

    /// <summary>Writes a new dataStim.mat.</summary>
    public static void Write(string path, CndStimuli stimuli)
    {
        int features = stimuli.Features.Count, trials = stimuli.Features[0].Count;
        var names = stimuli.Condition.Distinct(StringComparer.Ordinal).ToList();
        MatWriter.Write(path, [("stim", MatValue.Struct(
            ("fs", MatValue.Scalar(stimuli.RateHz)),
            ("names", Row(stimuli.FeatureNames)),
            ("data", MatValue.CellArray([features, trials], [.. Enumerable.Range(0, trials).SelectMany(t => stimuli.Features.Select(f => f[t]))])),
            ("stimIdxs", Numbers(stimuli.StimulusIndex.Select(i => i + 1.0))),
            ("condIdxs", Numbers(stimuli.Condition.Select(c => names.IndexOf(c) + 1.0))),
            ("condNames", Row(names))))]);
    }

    /// <summary>Writes a new dataSubK.mat.</summary>
    public static void Write(string path, CndResponses responses) => MatWriter.Write(path, [("eeg", MatValue.Struct(
        ("dataType", MatValue.Chars("EEG")),
        ("deviceName", MatValue.Chars(responses.Device)),
        ("fs", MatValue.Scalar(responses.RateHz)),
        ("data", MatValue.CellArray([1, responses.Trials.Count], responses.Trials)),
        ("chanlocs", MatValue.StructArray([1, responses.ChannelNames.Count], new Dictionary<string, IReadOnlyList<MatValue>> { ["labels"] = [.. responses.ChannelNames.Select(MatValue.Chars)] })),
        ("origTrialPosition", Numbers(responses.OriginalTrial.Select(i => i + 1.0))),
        ("paddingStartSample", MatValue.Scalar(responses.PaddingStartSample)),
        ("reRef", MatValue.Chars(responses.Reference)),
        ("cndVersion", MatValue.Scalar(1.0))))]);

    private static MatValue Root(string path, string name)
    {
        var file = MatFile.Read(path);
        return file.GetValueOrDefault(name) is { Kind: MatKind.Struct } root
            ? root : throw new InputDataException($"{path} has no struct '{name}', but {(file.Count == 0 ? "nothing" : string.Join(", ", file.Keys.Order(StringComparer.Ordinal)))}. A CND file has 'stim' (dataStim.mat) or 'eeg' (dataSubK.mat).");
    }

    private static MatValue Need(MatValue root, string field, string path) => root.Field(field) ?? throw new InputDataException($"{path}: the field '{field}' of CND is missing.");

    private static void Numeric(IReadOnlyList<MatValue> trials, string what, string path)
    {
        for (int t = 0; t < trials.Count; t++)
            if (trials[t].Kind != MatKind.Numeric || trials[t].Shape.Count != 2) throw new InputDataException($"{path}: {what}, trial {t + 1}, is {trials[t].Describe()}; expected samples × columns.");
    }

    private static int[] Indices(MatValue value, int trials, string what, string path)
    {
        double[] numbers = value.ToDoubles();
        if (numbers.Length != trials) throw new InputDataException($"{path}: {what} has {numbers.Length} entries for {trials} trials.");
        return [.. numbers.Select(v => v is >= 1 and <= int.MaxValue && v == Math.Floor(v) ? (int)v - 1 : throw new InputDataException($"{path}: {what} has the entry {v}; expected whole numbers from 1."))];
    }

    /// <summary>Numbers into condNames, or, in legacy files, the names themselves.</summary>
    private static List<string> Conditions(MatValue stim, int trials)
    {
        var names = Texts(stim.Field("condNames"));
        var idx = stim.Field("condIdxs");
        if (idx is { Kind: MatKind.Cell }) return [.. Texts(idx).Concat(Enumerable.Repeat("", trials)).Take(trials)];
        double[] numbers = idx is { Kind: MatKind.Numeric } ? idx.ToDoubles() : [];
        return [.. Enumerable.Range(0, trials).Select(t => t >= numbers.Length ? "" : numbers[t] >= 1 && numbers[t] <= names.Count ? names[(int)numbers[t] - 1] : numbers[t].ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static List<string> Texts(MatValue? value) => value switch
    {
        { Kind: MatKind.Cell } => [.. value.Cells.Select(c => c.Text ?? "")],
        { Kind: MatKind.Text } => [value.Text!],
        _ => [],
    };

    private static MatValue Row(IReadOnlyList<string> texts) => MatValue.CellArray([1, texts.Count], [.. texts.Select(MatValue.Chars)]);

    private static MatValue Numbers(IEnumerable<double> values)
    {
        double[] array = [.. values];
        return MatValue.Numeric([1, array.Length], array);
    }
}
