using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Analysis.Report;

/// <summary>Waveform outlines of the whole session and spectrograms of an excerpt, before and after.</summary>
internal static class SoundPictures
{
    private const int OutlinePoints = 1200, Bands = 64, Columns = 320, FftSize = 1024;
    private const double ExcerptS = 8, LowestHz = 80, HighestHz = 8000, RangeDb = 60;

    /// <summary>Writes <c>sound</c>, or nothing when the session has no sound files.</summary>
    public static void Write(ReportJson json, string sessionDir, TickLog log)
    {
        string beforePath = Path.Combine(sessionDir, "unprocessed.wav"), afterPath = Path.Combine(sessionDir, "steered.wav");
        if (!File.Exists(beforePath) || !File.Exists(afterPath)) return;
        PlanarAudio before = AudioFile.Read(beforePath).RequireChannels(2, beforePath), after = AudioFile.Read(afterPath).RequireChannels(2, afterPath);
        int ear = SideInExcerpt(log, out double excerptStartS);
        json.Object("sound", () =>
        {
            json.Text("ear", ear == 0 ? "left" : "right");
            json.Number("seconds", before.DurationS, 3);
            json.Rows("outlineBefore", Outline(before.Channel(ear)), 4);
            json.Rows("outlineAfter", Outline(after.Channel(ear)), 4);
            double startS = Math.Clamp(excerptStartS, 0, Math.Max(0, before.DurationS - ExcerptS)), lengthS = Math.Min(ExcerptS, before.DurationS);
            json.Number("excerptStartS", startS, 3);
            json.Number("excerptS", lengthS, 3);
            json.Numbers("bandHz", Enumerable.Range(0, Bands).Select(b => BandHz(b + 0.5, before.RateHz)), 0);
            json.Number("rangeDb", RangeDb);
            double[][] first = Spectrogram(before.Channel(ear), before.RateHz, startS, lengthS), second = Spectrogram(after.Channel(ear), after.RateHz, startS, lengthS);
            double top = first.Max(c => c.Max()); // both on one scale
            json.Rows("spectrogramBefore", first.Select(c => c.Select(v => Math.Clamp(v - top, -RangeDb, 0))), 0);
            json.Rows("spectrogramAfter", second.Select(c => c.Select(v => Math.Clamp(v - top, -RangeDb, 0))), 0);
        });
    }

    /// <summary>The excerpt starts 3 s before a change of decision in the middle of the session; the ear is the one on the side of the talker then followed.</summary>
    private static int SideInExcerpt(TickLog log, out double startS)
    {
        startS = 0;
        if (log.TickCount == 0) return 0;
        int[] changes = [.. Enumerable.Range(1, log.TickCount - 1).Where(t => log.Attended[t] >= 0 && log.Attended[t - 1] >= 0 && log.Attended[t] != log.Attended[t - 1])];
        int tick = changes.Length > 0 ? changes[changes.Length / 2] : log.TickCount / 2;
        startS = log.TimeS[tick] - log.TimeS[0] - 3;
        int talker = log.Attended[tick];
        return talker >= 0 && log.DirectionHeadRad[2 * (tick * log.TalkerCount + talker)] < 0 ? 1 : 0;
    }

    /// <summary>Smallest and largest sample in each of up to 1200 stretches.</summary>
    private static double[][] Outline(ReadOnlySpan<float> samples)
    {
        int count = Math.Min(OutlinePoints, samples.Length);
        var outline = new double[count][];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> part = samples[(int)((long)i * samples.Length / count)..(int)((long)(i + 1) * samples.Length / count)];
            float low = 0, high = 0;
            foreach (float x in part) { low = Math.Min(low, x); high = Math.Max(high, x); }
            outline[i] = [low, high];
        }
        return outline;
    }

    private static double BandHz(double band, int rateHz) => LowestHz * Math.Pow(Math.Min(HighestHz, rateHz / 2.0) / LowestHz, band / Bands);

    /// <summary>[columns][bands] dB, Hann window of 1024 samples, strongest bin of each logarithmic band.</summary>
    private static double[][] Spectrogram(ReadOnlySpan<float> samples, int rateHz, double startS, double lengthS)
    {
        var fft = new RealFft<double>(FftSize);
        double[] frame = new double[FftSize], re = new double[fft.Bins], im = new double[fft.Bins];
        var columns = new double[Columns][];
        for (int c = 0; c < Columns; c++)
        {
            int centre = (int)((startS + (c + 0.5) * lengthS / Columns) * rateHz);
            for (int i = 0; i < FftSize; i++)
            {
                int at = centre - FftSize / 2 + i;
                frame[i] = at >= 0 && at < samples.Length ? samples[at] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / FftSize)) : 0;
            }
            fft.Forward(frame, re, im);
            columns[c] = new double[Bands];
            for (int b = 0; b < Bands; b++)
            {
                int low = (int)Math.Floor(BandHz(b, rateHz) * FftSize / rateHz), high = Math.Max(low + 1, (int)Math.Ceiling(BandHz(b + 1, rateHz) * FftSize / rateHz));
                double power = 0;
                for (int bin = low; bin < Math.Min(high, fft.Bins); bin++) power = Math.Max(power, re[bin] * re[bin] + im[bin] * im[bin]);
                columns[c][b] = 10 * Math.Log10(power + 1e-12);
            }
        }
        return columns;
    }
}
