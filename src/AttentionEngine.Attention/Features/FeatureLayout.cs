using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Features;

/// <summary>
/// The features of one talker at a tick, in the order that models are trained on; the prefix is the modality. All are finite and
/// of order 1. The fusion model's contract repeats the list, and a model with another list is refused.
/// </summary>
public static class FeatureLayout
{
    public static IReadOnlyList<string> Names { get; } =
    [
        // How near the gaze is to the talker in ROOM: exp(−½ (angle / width)²); the nearest other talker's angle minus this one's, over 30°;
        // share of valid samples; eyes at rest; time near the talker in exponential windows; a saccade ended at the talker, fading in 0.5 s.
        "gaze.near_4deg", "gaze.near_10deg", "gaze.near_25deg", "gaze.margin", "gaze.valid", "gaze.fixating",
        "gaze.dwell_300ms", "gaze.dwell_1s", "gaze.dwell_3s", "gaze.dwell_10s", "gaze.landed",
        // The same for the direction of the nose; turning rate in 100 °/s; approach to the talker in 100 °/s.
        "head.near_10deg", "head.near_25deg", "head.near_50deg", "head.margin", "head.dwell_1s", "head.dwell_3s", "head.yaw_rate", "head.approach",
        // Face in the picture; mouth motion m / (1 + m) now and smoothed; cosine of the face's yaw; correlation of mouth and beam over 3 s.
        "vision.in_view", "vision.mouth", "vision.mouth_300ms", "vision.mouth_2s", "vision.facing", "vision.facing_1s", "vision.sync_3s",
        // Level against the others in 10 dB; activity now and smoothed; time since it began and ended, fading in 1 s; began just when
        // another ended; the only one who speaks.
        "beams.level_vs_mean", "beams.level_vs_loudest", "beams.activity", "beams.activity_1s", "beams.activity_5s", "beams.onset", "beams.offset",
        "beams.took_over", "beams.alone",
        // Normalised product of reconstructed and talker's envelope over this tick and smoothed; correlations; share of good EEG;
        // envelope level against the others; new samples in this tick over the number due.
        "eeg.product", "eeg.product_500ms", "eeg.product_2s", "eeg.corr_1s", "eeg.corr_3s", "eeg.corr_8s", "eeg.quality", "eeg.level", "eeg.fresh",
    ];

    /// <summary>F.</summary>
    public static int Count => Names.Count;

    public const int GazeStart = 0, HeadStart = 11, VisionStart = 19, BeamsStart = 26, EegStart = 35, End = 44;

    /// <summary>First feature and count of a modality.</summary>
    public static (int Start, int Count) Of(Modality modality) => modality switch
    {
        Modality.Gaze => (GazeStart, HeadStart - GazeStart),
        Modality.Head => (HeadStart, VisionStart - HeadStart),
        Modality.Vision => (VisionStart, BeamsStart - VisionStart),
        Modality.Beams => (BeamsStart, EegStart - BeamsStart),
        _ => (EegStart, End - EegStart),
    };
}
