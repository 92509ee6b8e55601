using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>What the loaders of MATLAB data sets share: fields by path, with the path in the message when one is not there.</summary>
internal static class MatTrials
{
    public static MatValue Need(MatValue from, string file, string where, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            where += "." + field;
            from = from.Field(field) ?? throw new InputDataException($"{file}: {where} is missing. The file is not as the data set was published; download it again, or give --kind when it is another data set.");
        }
        return from;
    }

    public static string Text(MatValue value, string file, string where) => value.Text ?? (value.Kind == MatKind.Cell && value.Count == 1 ? value.Cells[0].Text : null)
        ?? throw new InputDataException($"{file}: {where} is {value.Describe()}; expected text.");

    /// <summary>The k-th element of a cell, or of a numeric value that stands for a single one.</summary>
    public static MatValue Cell(MatValue value, int k, string file, string where) => value.Kind == MatKind.Cell
        ? k < value.Count ? value.Cells[k] : throw new InputDataException($"{file}: {where} has {value.Count} elements; element {k + 1} is needed.")
        : k == 0 ? value : throw new InputDataException($"{file}: {where} is {value.Describe()}; expected a cell.");

    /// <summary>MATLAB's samples × channels, column-major, to sample-major.</summary>
    public static double[] SampleMajor(MatValue value, string file, string where)
    {
        if (value.Kind != MatKind.Numeric || value.Shape.Count != 2) throw new InputDataException($"{file}: {where} is {value.Describe()}; expected samples × channels.");
        int samples = value.Shape[0], channels = value.Shape[1];
        double[] columns = value.ToDoubles(), rows = new double[columns.Length];
        for (int c = 0; c < channels; c++)
            for (int n = 0; n < samples; n++) rows[n * channels + c] = columns[c * samples + n];
        return rows;
    }

    public static double[] Envelope(MatValue value, int samples, string file, string where)
    {
        double[] envelope = value.Kind == MatKind.Numeric ? value.ToDoubles() : throw new InputDataException($"{file}: {where} is {value.Describe()}; expected an envelope.");
        // One sample more or less is rounding at the end; more is another rate or another trial.
        if (Math.Abs(envelope.Length - samples) > 1)
            throw new InputDataException($"{file}: {where} has {envelope.Length} samples, the EEG of the trial {samples}. Envelope and EEG are at different rates, or of different trials.");
        Array.Resize(ref envelope, samples);
        return envelope;
    }

    public static EegFileChannel[] Channels(IReadOnlyList<string?> names, int count) =>
        [.. Enumerable.Range(0, count).Select(c => new EegFileChannel(c < names.Count && names[c] is { Length: > 0 } name ? name : FormattableString.Invariant($"{c + 1}"), ""))];

    public static double[] Part(double[] sampleMajor, int channels, int first, int count) => sampleMajor.AsSpan(first * channels, count * channels).ToArray();
}
