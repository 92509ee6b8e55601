using AttentionEngine.Analysis.Statistics;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Compares decisions with the true attention, by the definitions of DESIGN.md §6.</summary>
public static class AttentionScorer
{
    /// <summary>A correct run counts as "switched" when it lasts this long, seconds.</summary>
    public const double CorrectRunS = 0.5;

    /// <param name="timeS">[T] LSL seconds, rising.</param>
    /// <param name="decisions">[T] talker, −1 for none.</param>
    /// <param name="tickS">Length of a tick; where ticks are missing the last decision holds and the gap counts.</param>
    public static AttentionFigures Score(IReadOnlyList<double> timeS, IReadOnlyList<int> decisions, double tickS, SessionTruth truth)
    {
        if (timeS.Count != decisions.Count) throw new ArgumentException($"{timeS.Count} times and {decisions.Count} decisions must be equal in number.");
        (double[] times, int[] held) = FillGaps(timeS, decisions, tickS);
        int scored = 0, right = 0, wrong = 0, none = 0, noneRight = 0, falseSwitches = 0, last = -1;
        for (int t = 0; t < times.Length; t++)
        {
            int attended = truth.AttendedAt(times[t]);
            if (attended == -1) { none++; if (held[t] < 0) noneRight++; }
            if (attended >= 0)
            {
                scored++;
                if (held[t] == attended) right++;
                else if (held[t] >= 0) wrong++;
            }
            if (held[t] >= 0 && held[t] != last)
            {
                if (last >= 0 && attended != -2 && held[t] != attended) falseSwitches++;
                last = held[t]; // none in between is not a switch
            }
        }
        List<SwitchLatency> latencies = Latencies(times, held, tickS, truth);
        double minutes = scored * tickS / 60;
        return new AttentionFigures
        {
            Accuracy = (double)right / scored,
            ScoredTicks = scored,
            ScoredS = scored * tickS,
            NoneAccuracy = (double)noneRight / none,
            Switches = latencies.Count,
            MissedSwitches = latencies.Count(l => l.Missed),
            Latencies = latencies,
            SwitchLatencyMedianS = KaplanMeier.Median([.. latencies.Select(l => (l.LatencyS, l.Missed))]),
            FalseSwitchesPerMin = falseSwitches / minutes,
            WrongTalkerSPerMin = wrong * tickS / minutes,
        };
    }

    /// <summary>Expected accuracy of picking at random, at each tick, among those who are talking (among all when nobody is).</summary>
    public static double Chance(IReadOnlyList<double> timeS, int talkers, SessionTruth truth)
    {
        double sum = 0;
        int scored = 0;
        foreach (double t in timeS)
        {
            int attended = truth.AttendedAt(t);
            if (attended < 0) continue;
            int talking = 0;
            for (int k = 0; k < talkers; k++)
                if (truth.IsActive(k, t)) talking++;
            sum += talking == 0 ? 1.0 / talkers : truth.IsActive(attended, t) ? 1.0 / talking : 0;
            scored++;
        }
        return sum / scored;
    }

    /// <summary>Ticks on a regular grid: a hole in time is filled with the decision before it, which is what the listener went on hearing.</summary>
    internal static (double[] TimeS, int[] Held) FillGaps(IReadOnlyList<double> timeS, IReadOnlyList<int> decisions, double tickS)
    {
        var times = new List<double>(timeS.Count);
        var held = new List<int>(timeS.Count);
        for (int t = 0; t < timeS.Count; t++)
        {
            if (t > 0)
            {
                int missing = (int)Math.Round((timeS[t] - timeS[t - 1]) / tickS) - 1;
                for (int i = 1; i <= missing; i++) { times.Add(timeS[t - 1] + i * tickS); held.Add(decisions[t - 1]); }
            }
            times.Add(timeS[t]);
            held.Add(decisions[t]);
        }
        return ([.. times], [.. held]);
    }

    private static List<SwitchLatency> Latencies(double[] times, int[] held, double tickS, SessionTruth truth)
    {
        var latencies = new List<SwitchLatency>();
        if (times.Length == 0) return latencies;
        double endS = times[^1] + tickS;
        int before = -1;
        for (int i = 0; i < truth.Attended.Count; i++)
        {
            TalkerSpan span = truth.Attended[i];
            bool isSwitch = span.Talker >= 0 && before >= 0 && span.Talker != before;
            if (span.Talker >= 0) before = span.Talker;
            if (!isSwitch || span.StartS < times[0] || span.StartS >= endS) continue;
            double untilS = Math.Min(span.EndS, endS);
            for (int next = i + 1; next < truth.Attended.Count && truth.Attended[next].Talker == span.Talker && truth.Attended[next].StartS <= untilS; next++)
                untilS = Math.Min(truth.Attended[next].EndS, endS); // one talker in two touching spans is one
            latencies.Add(LatencyIn(times, held, tickS, span.Talker, span.StartS, untilS));
        }
        return latencies;
    }

    private static SwitchLatency LatencyIn(double[] times, int[] held, double tickS, int talker, double startS, double untilS)
    {
        int needed = Math.Max(1, (int)Math.Ceiling(CorrectRunS / tickS - 1e-9)), run = 0;
        int first = Array.BinarySearch(times, startS);
        for (int t = first >= 0 ? first : ~first; t < times.Length && times[t] < untilS; t++)
        {
            run = held[t] == talker ? run + 1 : 0;
            if (run == needed) return new SwitchLatency(startS, times[t - needed + 1] - startS, Missed: false);
        }
        return new SwitchLatency(startS, untilS - startS, Missed: true);
    }
}
