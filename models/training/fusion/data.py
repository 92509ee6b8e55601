"""Sessions that the engine wrote: SESSION/ticks/*.npy with ticks/layout.json, and SESSION/truth/truth.json."""
import json
from pathlib import Path

import numpy as np

from layout import FEATURES, MODALITIES


def session(folder):
    """-> features [T, K, F], available [T, 5], attended [T] (index of the talker, -1 none), dt_s [T]."""
    folder = Path(folder)
    layout = json.loads((folder / "ticks/layout.json").read_text())
    if layout["features"] != FEATURES or layout["modalities"] != MODALITIES:
        raise SystemExit(f"{folder}: written by a decoder with other features than models/training/fusion/layout.py; replay it with this version")
    truth = json.loads((folder / "truth/truth.json").read_text())
    time_s = np.load(folder / "ticks/time_s.npy")
    features = np.load(folder / "ticks/features.npy").astype(np.float32)
    available = np.load(folder / "ticks/available.npy").astype(np.float32)
    if not np.isfinite(features).all():
        raise SystemExit(f"{folder}: features.npy holds numbers that are not finite")
    attended = np.full(len(time_s), -2)
    for span in truth["attended"]:
        talker = -1 if span["talker"] is None else span["talker"]
        if isinstance(talker, str):
            talker = layout["talkers"].index(talker) if talker in layout["talkers"] else -1
        attended[(time_s >= span["start_s"]) & (time_s < span["end_s"])] = talker
    keep = attended > -2  # ticks before or after the truth cannot be scored
    dt_s = np.diff(time_s, prepend=time_s[0] - layout["tick_ms"] / 1000).astype(np.float32)
    return features[keep], available[keep], attended[keep], dt_s[keep]


def sessions(roots):
    """Every session folder under the given folders, in the order of their names."""
    found = sorted({p.parent.parent for root in roots for p in Path(root).rglob("ticks/layout.json")
                    if not any(part.startswith(".") for part in p.relative_to(root).parts)})  # hidden ones are being made
    if not found:
        raise SystemExit(f"no session with ticks/layout.json under {', '.join(map(str, roots))}: make some with `attend simulate` and `attend replay`")
    return found
