using System.Globalization;
using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>When the records of a discontinuous file (EDF+D, BDF+D) began: the first time stamp of each record's annotations.</summary>
internal static class EdfGaps
{
    /// <summary>Longer than this share of what was recorded, a recording with its gaps is not one recording any more.</summary>
    private const double MostStretch = 100;

    /// <summary>When the first record began, seconds after the time in the header: fractions of a second are written there only. 0 without annotations.</summary>
    public static double StartS(byte[] bytes, EdfSignal[] signals, int headerBytes, int width) =>
        Array.FindIndex(signals, s => s.IsAnnotation) is >= 0 and int clock && Stamp(bytes, signals, clock, headerBytes, width) is { } s && double.TryParse(s, CultureInfo.InvariantCulture, out double v) && double.IsFinite(v) ? v : 0;

    /// <returns>[records] index of each record's first sample, from the first record; gaps become events "BAD_gap".</returns>
    /// <exception cref="InputDataException">A record has no time, begins before its predecessor ends, or gaps are far longer than data.</exception>
    public static int[] FirstSamples(byte[] bytes, EdfSignal[] signals, int headerBytes, long recordBytes, int width, int records, int perRecord, double rateHz, List<EegEvent> events, string path)
    {
        int clock = Array.FindIndex(signals, s => s.IsAnnotation);
        if (clock < 0) throw new InputDataException($"{path} says that it is discontinuous, and has no annotations that would tell when its records began. Export each continuous part as its own file.");
        var first = new int[records];
        double zeroS = 0;
        for (int r = 0; r < records; r++)
        {
            string text = Stamp(bytes, signals, clock, headerBytes + (int)(r * recordBytes), width);
            if (!double.TryParse(text, CultureInfo.InvariantCulture, out double onsetS) || !double.IsFinite(onsetS)) throw new InputDataException($"{path}: record {r + 1} of a discontinuous file has the time '{text}'; expected seconds. The file is damaged.");
            if (r == 0) zeroS = onsetS;
            double at = Math.Round((onsetS - zeroS) * rateHz), next = r == 0 ? 0 : first[r - 1] + perRecord;
            if (at < next - 1) throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{path}: record {r + 1} begins at {onsetS} s, before record {r} ends. The file is damaged, or the duration of a record is wrong."));
            if (at + perRecord > MostStretch * records * perRecord) throw new InputDataException(string.Create(CultureInfo.InvariantCulture, $"{path}: record {r + 1} begins at {onsetS} s, while {records * perRecord / rateHz:F0} s were recorded in all. Export each continuous part as its own file."));
            first[r] = (int)Math.Max(at, next);
            if (first[r] > next) events.Add(new EegEvent(next, first[r] - next, "", "BAD_gap"));
        }
        return first;
    }

    private static string Stamp(byte[] bytes, EdfSignal[] signals, int clock, int recordAt, int width)
    {
        var stamps = bytes.AsSpan(recordAt + signals.Take(clock).Sum(s => s.PerRecord) * width, signals[clock].PerRecord * width);
        int end = stamps.IndexOf((byte)0x14);
        return end < 0 ? "" : Encoding.ASCII.GetString(stamps[..end]);
    }
}
