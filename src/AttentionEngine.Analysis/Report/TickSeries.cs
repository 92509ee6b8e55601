using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Report;

/// <summary>The tick log as the charts show it: seconds from the first tick, thinned to a few thousand points.</summary>
internal static class TickSeries
{
    private const int MostPoints = 3000;
    private const double MemoryS = 5; // of the evidence sums

    public static void Write(ReportJson json, TickLog log, SessionTruth? truth)
    {
        int k = log.TalkerCount, stride = Math.Max(1, (log.TickCount + MostPoints - 1) / MostPoints);
        double startS = log.TickCount > 0 ? log.TimeS[0] : 0, endS = log.TickCount > 0 ? log.TimeS[^1] + log.TickS - startS : 0;
        int[] shown = [.. Enumerable.Range(0, log.TickCount).Where(t => t % stride == 0)];
        json.Texts("talkers", log.Talkers);
        json.Texts("modalities", Modalities.Names);
        json.Number("endS", endS, 3);
        json.Number("memoryS", MemoryS);
        json.Numbers("timeS", shown.Select(t => log.TimeS[t] - startS), 3);
        json.Rows("posterior", Enumerable.Range(0, k + 1).Select(i => shown.Select(t => (double)log.Posterior[t * (k + 1) + i])), 4);
        json.Rows("decoded", Runs(log, startS), 3);
        json.Rows("attended", truth is null ? [] : truth.Attended.Where(s => s.Talker >= 0 && s.EndS > startS && s.StartS < startS + endS)
            .Select(s => (double[])[s.Talker, Math.Max(0, s.StartS - startS), Math.Min(endS, s.EndS - startS)]), 3);
        json.Rows("activity", truth is null ? [] : truth.Activity.Where(s => s.EndS > startS && s.StartS < startS + endS)
            .Select(s => (double[])[s.Talker, Math.Max(0, s.StartS - startS), Math.Min(endS, s.EndS - startS)]), 3);
        double[][] margins = Margins(log, truth);
        json.Rows("evidence", margins.Select(m => shown.Select(t => m[t])), 3);
        json.Numbers("headDeg", shown.Select(t => Angles.ToDegrees(log.HeadYawRad[t])), 1);
        json.Numbers("gazeDeg", shown.Select(t => Angles.ToDegrees(log.GazeRoomRad[2 * t])), 1);
        json.Rows("talkerDeg", Enumerable.Range(0, k).Select(i => shown.Select(t => Angles.ToDegrees(Angles.WrapRad(log.DirectionHeadRad[2 * (t * k + i)] + log.HeadYawRad[t])))), 1);
        json.Numbers("lastDirectionDeg", Enumerable.Range(0, k).Select(i => log.TickCount == 0 ? double.NaN : Angles.ToDegrees(log.DirectionHeadRad[2 * ((log.TickCount - 1) * k + i)])), 1);
        json.Number("lastAttended", log.TickCount == 0 ? -1 : log.Attended[^1]);
    }

    /// <summary>Runs of equal decisions: talker, start, end in seconds.</summary>
    private static IEnumerable<double[]> Runs(TickLog log, double startS)
    {
        for (int t = 0; t < log.TickCount;)
        {
            int end = t + 1;
            while (end < log.TickCount && log.Attended[end] == log.Attended[t]) end++;
            if (log.Attended[t] >= 0) yield return [log.Attended[t], log.TimeS[t] - startS, (end < log.TickCount ? log.TimeS[end] : log.TimeS[^1] + log.TickS) - startS];
            t = end;
        }
    }

    /// <summary>
    /// [modalities][T] leaky sums of nats for the attended talker (the true one where truth is known, else the decoded one) minus
    /// those for the other talker with the most evidence in total. Positive: the sense speaks for the attended talker.
    /// </summary>
    private static double[][] Margins(TickLog log, SessionTruth? truth)
    {
        int k = log.TalkerCount, modalities = Modalities.Count;
        double keep = Math.Exp(-log.TickS / MemoryS);
        var sums = new double[modalities * k];
        double[][] margins = [.. Enumerable.Range(0, modalities).Select(_ => new double[log.TickCount])];
        for (int t = 0; t < log.TickCount; t++)
        {
            for (int i = 0; i < sums.Length; i++) sums[i] = keep * sums[i] + (float.IsFinite(log.EvidenceNats[t * sums.Length + i]) ? log.EvidenceNats[t * sums.Length + i] : 0);
            int attended = truth?.AttendedAt(log.TimeS[t]) ?? log.Attended[t];
            int rival = attended < 0 || k < 2 ? -1 : Enumerable.Range(0, k).Where(i => i != attended).MaxBy(i => Enumerable.Range(0, modalities).Sum(m => sums[m * k + i]));
            for (int m = 0; m < modalities; m++) margins[m][t] = rival < 0 ? double.NaN : sums[m * k + attended] - sums[m * k + rival];
        }
        return margins;
    }
}
