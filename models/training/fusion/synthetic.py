"""Made-up tick features, for tests of the training code and for a first model that lets the engine run end to end.

Only what the code needs to be exercised: whom the listener looks at, turns to and hears, with plausible reliabilities. It is NOT
the simulator: models trained on this are marked provisional.
"""
import numpy as np

from layout import FEATURES, TICK_S

COLUMN = {name: i for i, name in enumerate(FEATURES)}


def dwell(x, seconds):
    a, y = np.exp(-TICK_S / seconds), np.zeros_like(x)
    for t in range(1, len(x)):
        y[t] = a * y[t - 1] + (1 - a) * x[t]
    return y


def spans(rng, ticks, median_s, sigma, choices):
    """Piecewise constant choice with lognormal spans -> [ticks]."""
    result, at, value = np.zeros(ticks, int), 0, rng.integers(choices)
    while at < ticks:
        n = max(1, int(median_s * np.exp(sigma * rng.standard_normal()) / TICK_S))
        result[at:at + n] = value
        at += n
        value = (value + 1 + rng.integers(max(1, choices - 1))) % choices
    return result


def bump(offset_deg, width_deg):
    return np.exp(-0.5 * (offset_deg / width_deg) ** 2)


def session(seed, k=None, seconds=60):
    """-> features [T, K, F], available [T, 5], attended [T] (-1 none), dt_s [T]."""
    rng = np.random.default_rng(seed)
    k = k or int(rng.integers(2, 5))
    t = int(seconds / TICK_S)
    azimuth = np.sort(rng.uniform(-75, 75, k))
    attended = spans(rng, t, 12, 0.5, k)
    speaking = np.stack([spans(rng, t, 2.5, 0.6, 2) for _ in range(k)], 1).astype(float)
    look_share = rng.uniform(0.55, 0.9)
    looked, until = attended.copy(), 0
    for i in range(t):
        if i >= until:
            target = attended[i] if rng.random() < look_share else rng.integers(k)
            until = i + max(2, int(rng.lognormal(np.log(0.6), 0.6) / TICK_S))
        looked[i] = target
    f = np.zeros((t, k, len(FEATURES)), np.float32)

    def put(name, value):
        f[:, :, COLUMN[name]] = value if np.ndim(value) == 2 else np.asarray(value)[:, None]

    bias = rng.normal(0, 1)
    gaze = azimuth[looked] + bias + rng.normal(0, 1.5, t)
    valid = (rng.random(t) > 0.06).astype(float)
    offset = np.abs(gaze[:, None] - azimuth[None])
    for w in (4, 10, 25):
        put(f"gaze.near_{w}deg", bump(offset, w) * valid[:, None])
    put("gaze.margin", margin(offset) * valid[:, None])
    put("gaze.valid", valid)
    put("gaze.fixating", (np.abs(np.diff(gaze, prepend=gaze[0])) < 6) * valid)
    for name, s in (("300ms", .3), ("1s", 1), ("3s", 3), ("10s", 10)):
        put(f"gaze.dwell_{name}", dwell(bump(offset, 8) * valid[:, None], s))
    landed = np.zeros((t, k))
    for i in range(1, t):
        landed[i] = landed[i - 1] * np.exp(-TICK_S / 0.5)
        if looked[i] != looked[i - 1]:
            landed[i, looked[i]] = 1
    put("gaze.landed", landed)

    head = dwell(0.6 * azimuth[attended] + rng.normal(0, 6), 0.5)
    offset = np.abs(head[:, None] - azimuth[None])
    for w in (10, 25, 50):
        put(f"head.near_{w}deg", bump(offset, w))
    put("head.margin", margin(offset))
    put("head.dwell_1s", dwell(bump(offset, 20), 1))
    put("head.dwell_3s", dwell(bump(offset, 20), 3))
    put("head.yaw_rate", np.abs(np.diff(head, prepend=head[0])) / TICK_S / 100)
    put("head.approach", np.clip(-np.diff(offset, axis=0, prepend=offset[:1]) / TICK_S / 100, -2, 2))

    in_view = (offset < 50).astype(float)
    mouth = in_view * np.clip(speaking * rng.uniform(0.2, 1.2, (t, k)) + rng.normal(0, 0.1, (t, k)), 0, 2)
    put("vision.in_view", in_view)
    put("vision.mouth", mouth)
    put("vision.mouth_300ms", dwell(mouth, .3))
    put("vision.mouth_2s", dwell(mouth, 2))
    facing = np.repeat(rng.uniform(0.3, 1, (1, k)), t, 0) * in_view
    put("vision.facing", facing)
    put("vision.facing_1s", dwell(facing, 1))
    put("vision.sync_3s", np.clip(0.4 * dwell(speaking, 3) * in_view + rng.normal(0, .2, (t, k)), -1, 1))

    level = np.clip((speaking - speaking.mean(1, keepdims=True)) + rng.normal(0, .15, (t, k)), -2, 2)
    put("beams.level_vs_mean", level)
    put("beams.level_vs_loudest", np.clip(level - level.max(1, keepdims=True), -2, 0))
    put("beams.activity", np.clip(speaking + rng.normal(0, .1, (t, k)), 0, 1))
    put("beams.activity_1s", dwell(speaking, 1))
    put("beams.activity_5s", dwell(speaking, 5))
    onset, offset_, took = np.zeros((t, k)), np.zeros((t, k)), np.zeros((t, k))
    for i in range(1, t):
        up, down = speaking[i] > speaking[i - 1], speaking[i] < speaking[i - 1]
        onset[i] = np.where(up, 1, onset[i - 1] * np.exp(-TICK_S))
        offset_[i] = np.where(down, 1, offset_[i - 1] * np.exp(-TICK_S))
        took[i] = np.where(up, offset_[i].max(), took[i - 1] * np.exp(-TICK_S / 2))
    put("beams.onset", onset)
    put("beams.offset", offset_)
    put("beams.took_over", took)
    put("beams.alone", speaking * (speaking.sum(1, keepdims=True) == 1))

    rho = rng.uniform(0.02, 0.13)
    own = np.eye(k)[attended]
    product = np.clip(rho * own + rng.normal(0, 0.62, (t, k)), -4, 4)
    put("eeg.product", product)
    put("eeg.product_500ms", dwell(product, .5))
    put("eeg.product_2s", dwell(product, 2))
    for s in (1, 3, 8):
        put(f"eeg.corr_{s}s", np.clip(dwell(product, s / 2), -1, 1))
    put("eeg.quality", np.ones(t))
    put("eeg.level", np.zeros((t, k)))
    put("eeg.fresh", np.ones(t))
    return f, np.ones((t, 5), np.float32), attended, np.full(t, TICK_S, np.float32)


def margin(offset):
    """Nearest other minus own, over 30 degrees, in [-1, 1]."""
    k = offset.shape[1]
    if k == 1:
        return np.zeros_like(offset)
    others = np.stack([np.delete(offset, i, 1).min(1) for i in range(k)], 1)
    return np.clip((others - offset) / 30, -1, 1)
