using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Cli.Commands;

/// <summary>What <c>attend decode</c> says at its end.</summary>
internal static class DecodeOutput
{
    public static object Json(DecodeOutcome outcome) => new
    {
        Schema = "attend.decode/1",
        Participants = outcome.Results.GroupBy(r => r.ParticipantId).Select(p => new
        {
            Id = p.Key,
            Models = p.Select(r =>
                new
                {
                    Name = DecodingModels.NameOf(r.Model), Lambda = r.Trials.Select(t => t.Lambda), WindowS = r.Accuracy.Select(a => a.WindowS), Windows = r.Accuracy.Select(a => a.WindowCount), Accuracy = r.Accuracy.Select(a => a.Accuracy),
                    Ci95 = r.Accuracy.Select(a => new[] { a.Low, a.High }), Chance = r.Accuracy.Select(a => a.Chance), Chance95 = r.Accuracy.Select(a => a.PermutationLimit95), P = r.Accuracy.Select(a => a.PermutationP),
                    r.MesdS, RAttended = r.MeanAttended, RAttendedShifted95 = r.ShiftedCorrelationLimit95, RUnattended = r.MeanUnattended, r.Flags, r.Controls, r.Solver, r.MatchMismatch, r.Switching, r.LagCurve, r.LatencyS, Choice = r.Trials.Select(t => t.Choice),
                }),
        }),
        Group = GroupStatistics.Of(outcome.Results, outcome.Seed), Comparison = ModelComparison.Of(outcome.Results, outcome.Seed), outcome.Resumed, outcome.WallS, Report = outcome.ReportPath,
    };

    public static void Print(DecodeOutcome outcome)
    {
        bool several = outcome.Results.Select(r => r.Model).Distinct().Count() > 1;
        foreach (var r in outcome.Results)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.ParticipantId}{(several ? $" ({DecodingModels.NameOf(r.Model)})" : "")}: {r.Trials.Count} trials{(r.Model.IsSpatial() ? "" : $", r attended {r.MeanAttended:F3} (limit with shifted envelopes {r.ShiftedCorrelationLimit95:F3})")}"));
            if (r.Accuracy.Count > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  r unattended {r.MeanUnattended:F3}, MESD {(double.IsFinite(r.MesdS) ? $"{r.MesdS:F1} s" : "undefined")}"));
            foreach (var a in r.Accuracy.Where(a => a.WindowCount > 0))
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {a.WindowS,5:G4} s  {100 * a.Accuracy,5:F1} %  [{100 * a.Low:F1}, {100 * a.High:F1}]  chance {100 * a.Chance:F0} %, permutation limit {100 * a.PermutationLimit95:F1} %, p {a.PermutationP:G3}"));
            foreach (var a in r.MatchMismatch)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {a.WindowS,5:G4} s  match-mismatch {100 * a.Accuracy,5:F1} %  [{100 * a.Low:F1}, {100 * a.High:F1}]  limit with shifted envelopes {100 * a.ShiftedLimit95:F1} %, p {a.ShiftedP:G3}"));
            if (r.Switching is { } s)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  a switch every {s.SegmentS:F0} s: noticed after {s.LatencyMedianS:F1} s (median), {s.Missed} of {s.Switches} missed, {s.FalsePerMinute:F1} false a minute, {100 * s.Accuracy:F1} % of the time on the attended talker"));
            if (r.LagCurve.Count > 0) Console.Out.WriteLine($"  r attended by lag: {string.Join(", ", r.LagCurve.Select(l => string.Create(CultureInfo.InvariantCulture, $"{1000 * l.LagS:F0} ms {l.RAttended:F3}")))}");
            foreach (var c in r.Controls) PrintControl(c);
            foreach (string flag in r.Flags) Console.Out.WriteLine($"  ! {flag}");
        }
        foreach (var g in GroupStatistics.Of(outcome.Results, outcome.Seed))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"group of {g.Participants}{(several ? $" ({DecodingModels.NameOf(g.Model)})" : "")}: {g.Name} {g.Mean:F3} [{g.Low:F3}, {g.High:F3}], chance {g.Chance:F3}, p {g.P:G3} (smallest possible {g.SmallestP:G3})"));
        foreach (var d in ModelComparison.Of(outcome.Results, outcome.Seed))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{d.First} against {d.Second}, {d.WindowS:G4} s: {100 * d.MeanFirst:F1} % and {100 * d.MeanSecond:F1} %, difference {100 * d.Difference:F1} [{100 * d.Low:F1}, {100 * d.High:F1}] over {d.Pairs} {d.Units}, p {d.P:G3}"));
        Console.Out.WriteLine($"{outcome.ReportPath}{(outcome.Resumed > 0 ? $" ({outcome.Resumed} results were there already)" : "")}");
    }

    private static void PrintControl(DecodingControl control)
    {
        if (control.NotRun is { } why) Console.Out.WriteLine($"  control {control.Name}: not run, {why}");
        else if (double.IsFinite(control.RAttended)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  control {control.Name} ({control.Channels.Count} channels): r attended {control.RAttended:F3} (limit with shifted envelopes {control.RShiftedLimit95:F3})"));
        else Console.Out.WriteLine($"  control {control.Name}:");
        foreach (var a in control.Accuracy)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {a.WindowS,5:G4} s  {a.What}: {100 * a.Accuracy:F1} %, chance {100 * a.Chance:F0} %{(double.IsFinite(a.Limit95) ? $", limit {100 * a.Limit95:F1} %, p {a.P:G3}" : "")}"));
        if (control.NotRun is null) Console.Out.WriteLine($"    {control.Meaning}");
    }
}
