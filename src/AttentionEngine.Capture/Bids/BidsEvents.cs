using System.Globalization;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Capture.Bids;

/// <param name="OnsetS">From time zero, seconds.</param>
internal readonly record struct BidsEvent(double OnsetS, double DurationS, string What, string Stream);

/// <summary>Markers and gaps as <c>_events.tsv</c>, in order of time.</summary>
internal static class BidsEvents
{
    public static List<BidsEvent> Of(IReadOnlyList<BidsStream> streams, double zeroS)
    {
        var events = new List<BidsEvent>();
        foreach (var s in streams)
        {
            if (s.Kind == BidsKind.Events && s.Data.Values is string[] texts)
            {
                for (int i = 0; i < s.Times.TimesS.Length; i++)
                    events.Add(new BidsEvent(s.Times.TimesS[i] - zeroS, 0, string.Join(' ', texts.AsSpan(i * s.Info.ChannelCount, s.Info.ChannelCount).ToArray()), s.Info.Name));
            }
            else if (s.Kind == BidsKind.Events)
            {
                s.Visit((values, timesS, _) =>
                {
                    for (int i = 0; i < timesS.Length; i++)
                        events.Add(new BidsEvent(timesS[i] - zeroS, 0, string.Join(' ', values.Skip(i * s.Info.ChannelCount).Take(s.Info.ChannelCount).Select(v => v.ToString("R", CultureInfo.InvariantCulture))), s.Info.Name));
                }, _ => { }, default);
            }
            if (s.Kind != BidsKind.Eeg) continue;
            foreach (var gap in s.Times.Gaps)
                events.Add(new BidsEvent(s.Times.TimesS[gap.AfterSample] - zeroS + 1 / s.RateHz, gap.MissingSamples / s.RateHz, "BAD_gap", s.Info.Name));
        }
        // Stable, so that events of one instant keep the order of their stream.
        return [.. events.Where(e => double.IsFinite(e.OnsetS)).OrderBy(e => e.OnsetS)];
    }

    public static void Write(BidsDataset dataset, string folder, BidsEntities entities, IReadOnlyList<BidsEvent> events)
    {
        dataset.WriteTable($"{folder}/{entities.Name("events.tsv")}", events.Select(e => new[] { Seconds(e.OnsetS), Seconds(e.DurationS), e.What, e.Stream }).Prepend(["onset", "duration", "trial_type", "stream"]));
        dataset.WriteJson($"{folder}/{entities.Name("events.json")}", new Dictionary<string, object>
        {
            ["onset"] = Column("From the first EEG sample (else from the earliest sample), on the recorder's clock", "s"),
            ["duration"] = Column("0: an instant", "s"),
            ["trial_type"] = Column("The marker's text; BAD_gap: EEG samples are missing there"),
            ["stream"] = Column("Name of the stream that the event comes from"),
        });
    }

    public static Dictionary<string, object> Column(string description, string? units = null)
    {
        var column = new Dictionary<string, object> { ["Description"] = description };
        if (units is not null) column["Units"] = units;
        return column;
    }

    public static string Seconds(double s) => s.ToString("0.######", CultureInfo.InvariantCulture);
}
