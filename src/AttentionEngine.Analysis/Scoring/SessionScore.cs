using System.Text.Json.Serialization;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>The figures of one session against its ground truth (DESIGN.md §6).</summary>
public sealed record SessionScore
{
    public const string SchemaName = "attend.score/1";
    public string Schema { get; init; } = SchemaName;
    public required ulong Seed { get; init; }
    public required string Scene { get; init; }

    /// <summary>The engine's own decisions.</summary>
    public required AttentionFigures Fused { get; init; }

    /// <summary>Calibration error of the engine's posterior, 15 bins.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>Expected accuracy of picking at random among those who are talking.</summary>
    public required double Chance { get; init; }

    /// <summary>By name: activity_only, loudest, and, where a decoder is given, gaze_only, head_only, vision_only, beams_only, eeg_only. Same ticks, same decision policy.</summary>
    public required IReadOnlyDictionary<string, AttentionFigures> Baselines { get; init; }

    /// <summary>Null when no truth images or no sound were given.</summary>
    public SpeechFigures? Speech { get; init; }

    /// <summary>The best of the single senses (gaze, head, vision, EEG) by accuracy; null without a decoder.</summary>
    [JsonIgnore]
    public KeyValuePair<string, AttentionFigures>? BestSingleSense => Baselines
        .Where(b => b.Key is "gaze_only" or "head_only" or "vision_only" or "eeg_only")
        .OrderByDescending(b => b.Value.Accuracy).Cast<KeyValuePair<string, AttentionFigures>?>().FirstOrDefault();
}

/// <summary>What the sound path did for the truly attended talker, only where that talker and at least one other speak.</summary>
public sealed record SpeechFigures
{
    /// <summary>Seconds of overlap that were scored.</summary>
    public required double OverlapS { get; init; }

    /// <summary>SI-SDR at the best microphone, dB: mean over attended spans, weighted by overlap.</summary>
    public required double SiSdrBestMicrophoneDb { get; init; }

    /// <summary>SI-SDR of the steered ear on the talker's side, dB.</summary>
    public required double SiSdrOutDb { get; init; }
    public double SiSdrImprovementDb => SiSdrOutDb - SiSdrBestMicrophoneDb;

    /// <summary>The same improvement over the part of the overlap during which the engine's decision was the attended talker: what the sound path does when it is told right, dB; NaN without such a part.</summary>
    public required double SiSdrImprovementRightDb { get; init; }

    /// <summary>SI-SDR at the unprocessed reference microphone of that ear, dB.</summary>
    public required double SiSdrReferenceDb { get; init; }
    public required double EstoiIn { get; init; }
    public required double EstoiOut { get; init; }
    public required IReadOnlyList<SpanSpeech> Spans { get; init; }

    /// <summary>Sample of the truth at which the session's sound starts (found by correlation; 0 when recording began with the simulation).</summary>
    public required int AlignmentSamples { get; init; }
}

/// <summary>One attended span.</summary>
/// <param name="Ear">0 left, 1 right: the talker's side.</param>
public sealed record SpanSpeech(string Talker, double StartS, double EndS, double OverlapS, int Ear, double SiSdrBestMicrophoneDb, double SiSdrReferenceDb, double SiSdrOutDb, double EstoiIn, double EstoiOut)
{
    public double SiSdrImprovementDb => SiSdrOutDb - SiSdrBestMicrophoneDb;
}
