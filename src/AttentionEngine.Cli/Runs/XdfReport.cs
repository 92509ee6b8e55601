using System.Globalization;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Runs;

/// <summary>What <c>attend xdf info</c> and <c>check</c> say about a file.</summary>
internal static class XdfReport
{
    /// <returns>Whether the file is sound.</returns>
    public static bool Print(string file, bool json, string schema, CancellationToken cancellation)
    {
        var progress = new PartProgress($"reading {file}");
        var recording = XdfRecording.Read(file, s => s.Info.SourceId == RecordedGap.SourceId, part =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Report(part);
        });
        progress.Done();
        if (!recording.HasMagic && recording.Streams.Count == 0) throw new InputDataException($"{file} is not an XDF file: it does not begin with 'XDF:' and holds no stream.");
        var streams = recording.Streams.Select(s => (Data: s, Times: XdfTimes.Of(s))).ToList();
        var warnings = streams.SelectMany(s => Warnings(s.Data, s.Times)).ToList();
        var index = XdfIndex.TryOpen(file);
        if (!json)
        {
            PrintText(file, recording, streams, warnings);
            return recording.Damage.Count == 0;
        }
        JsonOutput.Print(new
        {
            Schema = schema,
            File = file,
            Streams = streams.Select(s => new
            {
                s.Data.Stream.StreamId,
                s.Data.Info.Name,
                s.Data.Info.Type,
                s.Data.Info.SourceId,
                s.Data.Info.ChannelCount,
                ChannelFormat = s.Data.Info.Format.XdfName(),
                NominalSrate = s.Data.Info.NominalRateHz,
                EffectiveSrate = s.Times.EffectiveRateHz,
                SampleCount = s.Times.TimesS.Length,
                FirstTimestamp = s.Times.TimesS.Length > 0 ? s.Times.TimesS[0] : double.NaN,
                LastTimestamp = s.Times.TimesS.Length > 0 ? s.Times.TimesS[^1] : double.NaN,
                Segments = s.Times.Segments.Select(g => new[] { g.First, g.Last }),
                ClockSegments = s.Times.ClockSegments.Select(g => new[] { g.First, g.Last }),
                Gaps = s.Times.Gaps.Select(g => new { g.AfterSample, g.MissingSamples }),
                ClockOffsets = s.Data.ClockOffsets.Length,
                s.Times.ClockResets,
                HasFooter = s.Data.FooterXml is not null,
            }),
            RecordedGaps = recording.RecordedGaps().Select(g => new { g.StreamId, AfterS = g.Gap.AfterStampS, BeforeS = g.Gap.BeforeStampS, g.Gap.MissingSamples, Exact = g.Gap.IsExact }),
            Indexed = index is not null,
            recording.Damage,
            Warnings = warnings,
        });
        return recording.Damage.Count == 0;
    }

    private static void PrintText(string file, XdfRecording recording, List<(XdfStreamData Data, XdfTimes Times)> streams, List<string> warnings)
    {
        Console.Out.WriteLine($"{file}: {streams.Count} stream{(streams.Count == 1 ? "" : "s")}, {(recording.Damage.Count == 0 ? "no damage" : $"{recording.Damage.Count} damaged places")}");
        foreach (var (data, times) in streams)
        {
            var info = data.Info;
            double spanS = times.TimesS.Length > 0 ? times.TimesS[^1] - times.TimesS[0] : 0;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {data.Stream.StreamId}  {info.Name} ({info.Type}): {info.ChannelCount} × {info.Format.XdfName()}, {(info.NominalRateHz > 0 ? $"{info.NominalRateHz:0.###} Hz (measured {times.EffectiveRateHz:0.####})" : "irregular")}, {times.TimesS.Length} samples, {spanS:0.###} s, {data.ClockOffsets.Length} clock offsets{(times.ClockResets > 0 ? $", {times.ClockResets} clock resets" : "")}"));
            foreach (var gap in times.Gaps) Console.Out.WriteLine($"       gap: {gap.MissingSamples} samples are missing after sample {gap.AfterSample}");
        }
        foreach (var (id, gap) in recording.RecordedGaps())
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  recorded gap in stream {id}: {gap.MissingSamples} samples after {gap.AfterStampS:0.######} s{(gap.IsExact ? "" : " (estimated)")}"));
        foreach (var d in recording.Damage) Console.Out.WriteLine($"  damage at byte {d.OffsetBytes}, {d.LengthBytes} bytes{(d.StreamId is { } id ? $", stream {id}" : "")}: {d.What}");
        foreach (string warning in warnings) Console.Out.WriteLine($"  note: {warning}");
    }

    private static IEnumerable<string> Warnings(XdfStreamData data, XdfTimes times)
    {
        string name = $"stream {data.Stream.StreamId} ('{data.Info.Name}')";
        if (data.FooterXml is null) yield return $"{name} has no footer: the recorder was stopped before it could write it";
        if (times.TimesS.Length < data.SampleCount) yield return $"{name}: {data.SampleCount - times.TimesS.Length} samples at the end, which the source never sent, are left out";
        if (data.Info.NominalRateHz > 0 && times.TimesS.Length > 100 && Math.Abs(times.EffectiveRateHz / data.Info.NominalRateHz - 1) > 0.1)
            yield return string.Create(CultureInfo.InvariantCulture, $"{name}: the measured rate {times.EffectiveRateHz:0.###} Hz is far from the declared {data.Info.NominalRateHz:0.###} Hz");
    }
}
