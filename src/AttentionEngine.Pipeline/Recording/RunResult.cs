using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Separation;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>What a run did with one stream.</summary>
/// <param name="RateHz">Measured from first to last capture time.</param>
/// <param name="OffsetUncertaintyUs">Of the clock mapping, µs; NaN where there is no second clock.</param>
/// <param name="Lost">Samples lost anywhere between the source and the file.</param>
/// <param name="TransportDelayMs">Mean of receive time minus capture time.</param>
public sealed record StreamReport(StreamRole Role, string Name, string Type, string SourceId, double NominalRateHz, double RateHz, double OffsetUs, double OffsetUncertaintyUs,
    long Samples, long Lost, int Reconnects, double TransportDelayMs)
{
    /// <summary>On this machine's clock, fitted through jitter and over gaps, Hz; NaN where the stream has no rate.</summary>
    public double FittedRateHz { get; init; } = double.NaN;

    /// <summary>How much faster than its nominal rate the source samples, parts per million; NaN where unknown.</summary>
    public double DriftPpm => NominalRateHz > 0 ? (FittedRateHz / NominalRateHz - 1) * 1e6 : double.NaN;

    public static StreamReport Of(RigStream rig, RecordTap? tap, StreamFeed? feed, double uncertaintyS, InletCounters counters, HealthLog health)
    {
        double span = feed is null ? double.NaN : feed.NewestTimeS - feed.FirstTimeS;
        var info = feed?.Info ?? tap!.Info;
        string source = rig.Role.ToString();
        return new StreamReport(rig.Role, info.Name, info.Type, rig.SourceId, info.NominalRateHz,
            feed is { Accepted: > 1 } && span > 0 ? (feed.Accepted - 1) / span : double.NaN,
            feed is null ? double.NaN : feed.Clock.ToHost(feed.Clock.ReferenceS) * 1e6 - feed.Clock.ReferenceS * 1e6, uncertaintyS * 1e6,
            tap?.Recorded ?? feed?.Accepted ?? 0, health.Count(source, HealthKind.Drop) + health.Count(source, HealthKind.Gap), counters.Reconnects,
            feed is { Chunks: > 0 } ? feed.TransportSumS / feed.Chunks * 1000 : double.NaN);
    }
}

/// <summary>The figures of a run that do not need ground truth.</summary>
public sealed record RunResult
{
    public required IReadOnlyList<string> TalkerIds { get; init; }
    public required IReadOnlyList<StreamReport> Streams { get; init; }
    public required double StartS { get; init; }

    /// <summary>How much faster the array's sampling clock runs than the EEG amplifier's, parts per million; NaN without either.</summary>
    public double AudioAgainstEegPpm => Drift(StreamRole.Audio) - Drift(StreamRole.Eeg);

    private double Drift(StreamRole role) => Streams.FirstOrDefault(s => s.Role == role)?.DriftPpm ?? double.NaN;
    public required double Seconds { get; init; }
    public required int Switches { get; init; }

    /// <summary>Each microphone over the whole run: dB relative to full scale after its gain, and dB SPL where the rig's calibration knows it (else NaN).</summary>
    public required IReadOnlyList<(string Name, double Dbfs, double DbSpl)> MicrophoneLevels { get; init; }
    public required double AlgorithmicDelayMs { get; init; }
    public required IReadOnlyList<DelayRow> DelayTable { get; init; }
    public required double TransportDelayMs { get; init; }
    public required double BlockMs { get; init; }
    public required double BlockMsP50 { get; init; }
    public required double BlockMsP99 { get; init; }
    public required double TickMsP50 { get; init; }
    public required double TickMsP99 { get; init; }
    public required double TickMsMax { get; init; }

    /// <summary>The fusion step alone, CPU ms.</summary>
    public required double FusionMsP99 { get; init; }
    public required long Xruns { get; init; }
    public required long Lost { get; init; }
    public required string Ended { get; init; }
    public required IReadOnlyList<HealthEvent> Health { get; init; }
    public required IReadOnlyList<(string Name, string Hash)> Nodes { get; init; }

    public static RunResult From(Rig rig, AttentionPipeline pipeline, SessionWriter writer, HealthLog health, double startS, string ended, IReadOnlyList<StreamReport> streams) => new()
    {
        TalkerIds = pipeline.TalkerIds,
        Streams = streams,
        StartS = startS,
        Seconds = writer.Ticks * pipeline.TickS,
        Switches = writer.Switches,
        MicrophoneLevels = [.. rig.Array.Microphones.Select((m, i) => 10 * Math.Log10(pipeline.Audio.MeanSquare(i)) is var dbfs ? (m.Name, dbfs, dbfs + (rig.Calibration?.FullScaleDbSpl ?? double.NaN)) : default)],
        AlgorithmicDelayMs = pipeline.Audio.Path.AlgorithmicDelayMs,
        DelayTable = pipeline.Audio.Path.Delays,
        TransportDelayMs = streams.FirstOrDefault(s => s.Role == StreamRole.Audio)?.TransportDelayMs ?? double.NaN,
        BlockMs = rig.AudioPath.BlockMs,
        BlockMsP50 = pipeline.Audio.BlockCpu.PercentileMs(0.5),
        BlockMsP99 = pipeline.Audio.BlockCpu.PercentileMs(0.99),
        TickMsP50 = pipeline.TickCpu.PercentileMs(0.5),
        TickMsP99 = pipeline.TickCpu.PercentileMs(0.99),
        TickMsMax = pipeline.TickCpu.MaxMs,
        FusionMsP99 = pipeline.FusionCpu.PercentileMs(0.99),
        Xruns = pipeline.Audio.Xruns,
        Lost = health.Lost,
        Ended = ended,
        Health = writer.HealthEvents,
        Nodes = pipeline.NodeHashes(),
    };
}
