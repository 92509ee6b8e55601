using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>EDF, EDF+C and BDF, BDF+C: 16 or 24 bits, annotations, BioSemi's Status channel as triggers. Discontinuous files (EDF+D, BDF+D) come with NaN where nothing was recorded.</summary>
public static class EdfReader
{
    private const int MostSignals = 10_000;

    public static EegRecording Read(string path) => Parse(EegFile.ReadAllBytes(path, "the recording"), path);

    internal static EegRecording Parse(byte[] bytes, string path)
    {
        if (bytes.Length < 256) throw new InputDataException($"{path} is no EDF or BDF file: it has {bytes.Length} bytes, and the header alone has 256.");
        bool bdf = bytes[0] == 0xFF && bytes.AsSpan(1, 7).SequenceEqual("BIOSEMI"u8);
        if (!bdf && bytes[0] != (byte)'0') throw new InputDataException($"{path} is no EDF or BDF file: it begins with neither '0' nor \\xFFBIOSEMI.");
        int count = (int)Number(bytes, 252, 4, "number of signals", path);
        if (count is < 1 or > MostSignals) throw new InputDataException($"{path}: {count} signals; expected 1 to {MostSignals}.");
        int headerBytes = 256 + 256 * count;
        if (bytes.Length < headerBytes) throw CutOff(path, bytes.Length, headerBytes);
        bool gaps = Field(bytes, 192, 44).StartsWith(bdf ? "BDF+D" : "EDF+D", StringComparison.Ordinal);
        double recordS = Number(bytes, 244, 8, "duration of a record", path);
        var signals = EdfSignal.ReadAll(bytes, count, path);
        int width = bdf ? 3 : 2;
        long recordBytes = signals.Sum(s => (long)s.PerRecord) * width;
        if (recordBytes <= 0) throw new InputDataException($"{path}: no signal has samples.");
        long present = (bytes.Length - headerBytes) / recordBytes, declared = (long)Number(bytes, 236, 8, "number of records", path);
        if (declared >= 0 && declared > present) throw CutOff(path, bytes.Length, headerBytes + declared * recordBytes);
        if (declared < 0 && (bytes.Length - headerBytes) % recordBytes != 0) throw CutOff(path, bytes.Length, headerBytes + (present + 1) * recordBytes);
        int records = (int)(declared < 0 ? present : declared);
        var data = signals.Where(s => !s.IsAnnotation && !s.IsStatus).ToList();
        if (data.Count == 0) throw new InputDataException($"{path}: no signal but annotations and triggers.");
        if (!(recordS > 0)) throw new InputDataException($"{path}: a record lasts {recordS} s; expected above 0.");
        // One rate: the one of the signals that hold most of the samples. The others are named, not silently resampled.
        int perRecord = data.GroupBy(s => s.PerRecord).OrderByDescending(g => (long)g.Count() * g.Key).ThenByDescending(g => g.Key).First().Key;
        var kept = data.Where(s => s.PerRecord == perRecord).ToArray();
        double rateHz = perRecord / recordS;
        if (perRecord == 0) throw new InputDataException($"{path}: most signals have 0 samples per record.");
        var leftOut = data.Where(s => s.PerRecord != perRecord).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Channel.Name}: {s.PerRecord / recordS} Hz, not {rateHz} Hz")).ToList();
        var events = new List<EegEvent>();
        double startS = records > 0 ? EdfGaps.StartS(bytes, signals, headerBytes, width) : 0;
        int[] first = gaps ? EdfGaps.FirstSamples(bytes, signals, headerBytes, recordBytes, width, records, perRecord, rateHz, events, path) : [];
        var values = new float[checked((gaps && records > 0 ? first[^1] + perRecord : (long)records * perRecord) * kept.Length)];
        if (gaps) Array.Fill(values, float.NaN);
        var status = new BdfStatus();
        for (int r = 0; r < records; r++)
        {
            int at = headerBytes + (int)(r * recordBytes), column = 0;
            long start = gaps ? first[r] : (long)r * perRecord;
            foreach (var s in signals)
            {
                int length = s.PerRecord * width;
                var raw = bytes.AsSpan(at, length);
                at += length;
                if (s.IsAnnotation) EdfAnnotations.Read(raw, rateHz, startS, events);
                else if (s.IsStatus) status.Read(raw, start, (double)perRecord / Math.Max(1, s.PerRecord), events);
                else if (s.PerRecord == perRecord)
                {
                    for (int i = 0; i < perRecord; i++)
                        values[(start + i) * kept.Length + column] = (float)s.Physical(bdf ? Int24(raw, i * 3) : (short)(raw[2 * i] | raw[2 * i + 1] << 8));
                    column++;
                }
            }
        }
        return new EegRecording(path, [.. kept.Select(s => s.Channel)], rateHz, values, [.. events.OrderBy(e => e.Sample)], leftOut) { StatusChanges = status.Changes };
    }

    internal static int Int24(ReadOnlySpan<byte> raw, int at) => raw[at] | raw[at + 1] << 8 | (sbyte)raw[at + 2] << 16;

    internal static string Field(byte[] bytes, int at, int length) => Encoding.Latin1.GetString(bytes, at, length).Trim();

    internal static double Number(byte[] bytes, int at, int length, string what, string path)
    {
        string text = Field(bytes, at, length).TrimEnd('\0');
        return double.TryParse(text, CultureInfo.InvariantCulture, out double v) && Math.Abs(v) < 1e12
            ? v : throw new InputDataException($"{path}: the {what} reads '{text}'; expected a number (bytes {at} to {at + length - 1}).");
    }

    private static InputDataException CutOff(string path, long present, long expected) => new($"{path} is cut off: {present} bytes are there, {expected} are declared. Copy it again.");
}
