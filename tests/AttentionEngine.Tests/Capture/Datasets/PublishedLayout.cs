using AttentionEngine.Capture.Matlab;

namespace AttentionEngine.Tests.Capture.Datasets;

/// <summary>Small files in the layout in which the public data sets were published; the numbers are drawn.</summary>
internal static class PublishedLayout
{
    public static MatValue Noise(int samples, int channels, int seed)
    {
        var random = new AttentionEngine.Core.Randomness.SeededRandom((ulong)seed);
        return MatValue.Numeric([samples, channels], Enumerable.Range(0, samples * channels).Select(_ => random.Normal()).ToArray());
    }

    public static MatValue Cells(params MatValue[] cells) => MatValue.CellArray([1, cells.Length], cells);

    public static MatValue Row(params double[] values) => MatValue.Numeric([1, values.Length], values);

    public static void Kul(string path, double rateHz, int samples)
    {
        MatValue Trial(int id, string ear, string left, string right, int repetition) => MatValue.Struct(
            ("RawData", MatValue.Struct(("EegData", Noise(samples, 2, id)))),
            ("FileHeader", MatValue.Struct(("SampleRate", MatValue.Scalar(rateHz)), ("Channels", Cells(MatValue.Struct(("Label", MatValue.Chars("Cz"))), MatValue.Struct(("Label", MatValue.Chars("Pz"))))))),
            ("attended_ear", MatValue.Chars(ear)), ("stimuli", Cells(MatValue.Chars(left), MatValue.Chars(right))), ("condition", MatValue.Chars("hrtf")), ("repetition", MatValue.Scalar(repetition)), ("TrialID", MatValue.Scalar(id)));
        MatWriter.Write(path, [("trials", Cells(
            Trial(1, "L", "part1_track1_hrtf.wav", "part1_track2_hrtf.wav", 0),
            Trial(2, "R", "part2_track2_dry.wav", "part2_track1_dry.wav", 0),
            Trial(3, "L", "rep_part1_track1_dry.wav", "rep_part1_track2_dry.wav", 1)))]);
    }

    public static void DtuPreprocessed(string path, int unattendedSamples) => MatWriter.Write(path, [("data", MatValue.Struct(
        ("eeg", Cells(Noise(640, 3, 1), Noise(640, 3, 2))), ("fsample", MatValue.Struct(("eeg", MatValue.Scalar(64)))),
        ("wavA", Cells(Noise(640, 1, 3), Noise(640, 1, 4))), ("wavB", Cells(Noise(unattendedSamples, 1, 5), Noise(640, 1, 6))),
        ("dim", MatValue.Struct(("chan", MatValue.Struct(("eeg", Cells(MatValue.Chars("Cz"), MatValue.Chars("Pz"), MatValue.Chars("EXG3"))))))),
        ("event", MatValue.Struct(("eeg", MatValue.Struct(("value", Row(2, 1))))))))]);

    /// <summary>Continuous EEG with three trials: start 1, 2, 3, end 191 and once 192; the table as MATLAB object.</summary>
    public static void DtuRaw(string path)
    {
        var data = MatValue.Struct(("eeg", Cells(Noise(1000, 2, 7))), ("fsample", MatValue.Struct(("eeg", MatValue.Scalar(64)))),
            ("event", MatValue.Struct(("eeg", MatValue.Struct(("sample", Row(11, 111, 211, 311, 411, 511)), ("value", Row(1, 191, 2, 191, 3, 192)))))));
        byte[] file = [.. MatWriter.Encode([("data", data)], compress: false), .. Opaque("expinfo", "table")];
        File.WriteAllBytes(path, file);
    }

    public static void AvGc(string path) => MatWriter.Write(path, [
        ("data", Cells(Noise(640, 68, 8))), ("fs", MatValue.Scalar(64)), ("subjID", MatValue.Chars("01")), ("conditionID", Cells(MatValue.Chars("MovingVideo"))), ("initAttention", Cells(MatValue.Chars("R"))),
        ("stimulus", MatValue.Struct(("attendedEnvelopes", Cells(Noise(640, 1, 9))), ("unattendedEnvelopes", Cells(Noise(640, 1, 10))))),
        ("randomization", Cells(MatValue.Struct(("switch_times", MatValue.Scalar(300)))))]);

    internal static byte[] Opaque(string name, string className)
    {
        using var body = new MemoryStream();
        void Element(uint type, byte[] data) => body.Write([.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[(8 - data.Length % 8) % 8]]);
        Element(6, [17, 0, 0, 0, 0, 0, 0, 0]);
        Element(1, System.Text.Encoding.ASCII.GetBytes(name));
        Element(1, "MCOS"u8.ToArray());
        Element(1, System.Text.Encoding.ASCII.GetBytes(className));
        return [.. BitConverter.GetBytes(14u), .. BitConverter.GetBytes((int)body.Length), .. body.ToArray()];
    }
}
