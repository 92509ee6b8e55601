using System.Globalization;
using AttentionEngine.Analysis.Report;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>Is the decoder only as good as the eyes? Its windows, split by whether the listener looked at the attended talker.</summary>
internal static class GazeTable
{
    /// <summary>Below this share of a window on one talker, gaze says nothing.</summary>
    private const double ShareOnOne = 0.5;

    public sealed record Counts(double WindowS, int OnAttended, int RightOnAttended, int OnOther, int RightOnOther, int OnNone, int RightOnNone);

    /// <returns>One per window length; empty where no trial has gaze.</returns>
    public static IReadOnlyList<Counts> Count(EegDataset dataset, IReadOnlyList<DecodingResult> results)
    {
        var counts = new List<Counts>();
        foreach (double windowS in results.SelectMany(r => r.Accuracy.Where(a => a.WindowCount > 0).Select(a => a.WindowS)).Distinct().Order())
        {
            int[] all = new int[3], right = new int[3];
            foreach (var result in results)
            {
                int w = result.Accuracy.ToList().FindIndex(a => a.WindowS == windowS);
                var participant = dataset.Participants.FirstOrDefault(p => p.Id == result.ParticipantId);
                if (w < 0 || participant is null) continue;
                foreach (var decoded in result.Trials)
                {
                    if (participant.Trials.FirstOrDefault(t => t.Id == decoded.TrialId)?.GazedTalker is not { } gaze || decoded.WindowCorrelation.Length <= w) continue;
                    int talkers = decoded.Correlation.Length, samples = (int)Math.Round(windowS * participant.RateHz);
                    for (int i = 0; (i + 1) * talkers <= decoded.WindowCorrelation[w].Length && (i + 1) * samples <= gaze.Length; i++)
                    {
                        double[] r = decoded.WindowCorrelation[w][(i * talkers)..((i + 1) * talkers)];
                        int looked = Looked(gaze.AsSpan(i * samples, samples), talkers), row = looked < 0 ? 2 : looked == decoded.AttendedIndex ? 0 : 1;
                        all[row]++;
                        if (Array.IndexOf(r, r.Max()) == decoded.AttendedIndex) right[row]++;
                    }
                }
            }
            if (all.Sum() > 0) counts.Add(new Counts(windowS, all[0], right[0], all[1], right[1], all[2], right[2]));
        }
        return counts;
    }

    public static string Html(EegDataset dataset, IReadOnlyList<DecodingResult> results)
    {
        var counts = Count(dataset, results);
        if (counts.Count == 0) return "";
        string Share(int right, int all) => all == 0 ? "– (0 windows)" : string.Create(CultureInfo.InvariantCulture, $"{HtmlText.Percent((double)right / all)} ({right} of {all})");
        return "<h2>Confusion with gaze</h2>" + HtmlText.Table("Share of windows decoded right, by where the listener looked for at least half of the window", ["window", "at the attended talker", "at another talker", "at none", "gaze alone would be right"],
            counts.Select(c => (IReadOnlyList<string>)[HtmlText.Number(c.WindowS, 1, "s"), Share(c.RightOnAttended, c.OnAttended), Share(c.RightOnOther, c.OnOther), Share(c.RightOnNone, c.OnNone), Share(c.OnAttended, c.OnAttended + c.OnOther)]), _ => true)
            + "<p>A decoder of the brain's response is about as good in the second column as in the first. One that follows the eyes falls below chance in the second.</p>";
    }

    private static int Looked(ReadOnlySpan<int> gaze, int talkers)
    {
        var on = new int[talkers];
        foreach (int g in gaze)
            if (g >= 0 && g < talkers) on[g]++;
        int best = Array.IndexOf(on, on.Max());
        return on[best] >= ShareOnOne * gaze.Length ? best : -1;
    }
}
