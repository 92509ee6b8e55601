using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>One signal of an EDF or BDF header.</summary>
internal sealed record EdfSignal(EegFileChannel Channel, int PerRecord, double Gain, double Offset, bool IsAnnotation, bool IsStatus)
{
    public double Physical(int digital) => digital * Gain + Offset;

    public static EdfSignal[] ReadAll(byte[] bytes, int count, string path)
    {
        // The header is one block per field, each with an entry per signal.
        int At(int fieldStart, int width, int signal) => 256 + fieldStart * count + width * signal;
        var signals = new EdfSignal[count];
        for (int s = 0; s < count; s++)
        {
            string name = EdfReader.Field(bytes, At(0, 16, s), 16);
            double Value(int start, string what) => EdfReader.Number(bytes, At(start, 8, s), 8, $"{what} of signal {s + 1} ({name})", path);
            bool annotation = name is "EDF Annotations" or "BDF Annotations";
            double perRecord = Value(216, "samples per record");
            if (perRecord is < 0 or > 10_000_000 || perRecord != Math.Floor(perRecord)) throw new InputDataException($"{path}: signal {s + 1} ({name}) has {perRecord} samples per record.");
            double physicalMin = Value(104, "physical minimum"), physicalMax = Value(112, "physical maximum"), digitalMin = Value(120, "digital minimum"), digitalMax = Value(128, "digital maximum");
            if (!annotation && digitalMax <= digitalMin) throw new InputDataException($"{path}: signal {s + 1} ({name}) has the digital range {digitalMin} to {digitalMax}; expected the minimum below the maximum.");
            var (factor, unit) = EegRecording.ToMicrovolts(EdfReader.Field(bytes, At(96, 8, s), 8));
            double gain = annotation ? 0 : (physicalMax - physicalMin) / (digitalMax - digitalMin);
            signals[s] = new EdfSignal(new EegFileChannel(name, unit), (int)perRecord, gain * factor, (physicalMin - digitalMin * gain) * factor, annotation, name == "Status");
        }
        return signals;
    }
}

/// <summary>Time-stamped annotation lists: <c>+onset[\x15duration]\x14text\x14…\x00</c>, times in seconds from the time in the header.</summary>
internal static class EdfAnnotations
{
    public static void Read(ReadOnlySpan<byte> raw, double rateHz, double startS, List<EegEvent> events)
    {
        foreach (var range in raw.Split((byte)0))
        {
            var list = raw[range];
            if (list.Length == 0) continue;
            string[] parts = Encoding.UTF8.GetString(list).Split('\x14');
            string[] times = parts[0].Split('\x15');
            if (!double.TryParse(times[0], CultureInfo.InvariantCulture, out double onsetS) || !double.IsFinite(onsetS)) continue;
            double durationS = times.Length > 1 && double.TryParse(times[1], CultureInfo.InvariantCulture, out double d) && double.IsFinite(d) ? d : 0;
            // An empty text only says when the record begins.
            foreach (string text in parts.Skip(1).Where(t => t.Length > 0)) events.Add(new EegEvent((onsetS - startS) * rateHz, durationS * rateHz, "", text));
        }
    }
}

/// <summary>BioSemi's Status channel: the lower 16 bits are the trigger inputs; an event is each change to a value that is not 0.</summary>
internal sealed class BdfStatus
{
    private int _last = -1;

    /// <summary>Every value and where it begins.</summary>
    public List<(double Sample, int Value)> Changes { get; } = [];

    public void Read(ReadOnlySpan<byte> raw, double firstSample, double samplesPerValue, List<EegEvent> events)
    {
        for (int i = 0; i + 2 < raw.Length; i += 3)
        {
            int value = raw[i] | raw[i + 1] << 8;
            if (value != _last) Changes.Add((firstSample + i / 3 * samplesPerValue, value));
            if (value != _last && value != 0 && _last >= 0) events.Add(new EegEvent(firstSample + i / 3 * samplesPerValue, 0, "Status", value.ToString(CultureInfo.InvariantCulture)));
            _last = value;
        }
    }
}
