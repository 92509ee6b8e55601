"""What the engine's decoder writes per tick: the modalities, and the features of each talker in order (prefix = modality)."""

MODALITIES = ["gaze", "head", "vision", "beams", "eeg"]

# AttentionEngine.Attention's FeatureLayout; layout.json of a session repeats it and training refuses another order.
FEATURES = [
    "gaze.near_4deg", "gaze.near_10deg", "gaze.near_25deg", "gaze.margin", "gaze.valid", "gaze.fixating",
    "gaze.dwell_300ms", "gaze.dwell_1s", "gaze.dwell_3s", "gaze.dwell_10s", "gaze.landed",
    "head.near_10deg", "head.near_25deg", "head.near_50deg", "head.margin", "head.dwell_1s", "head.dwell_3s", "head.yaw_rate", "head.approach",
    "vision.in_view", "vision.mouth", "vision.mouth_300ms", "vision.mouth_2s", "vision.facing", "vision.facing_1s", "vision.sync_3s",
    "beams.level_vs_mean", "beams.level_vs_loudest", "beams.activity", "beams.activity_1s", "beams.activity_5s", "beams.onset", "beams.offset",
    "beams.took_over", "beams.alone",
    "eeg.product", "eeg.product_500ms", "eeg.product_2s", "eeg.corr_1s", "eeg.corr_3s", "eeg.corr_8s", "eeg.quality", "eeg.level", "eeg.fresh",
]

TICK_S = 0.04


def columns(modality):
    """Indices of a modality's features."""
    return [i for i, name in enumerate(FEATURES) if name.startswith(modality + ".")]
