"""Writes model.onnx, model.yaml (contract), golden.npz and CARD.md."""
import hashlib
from pathlib import Path

import numpy as np
import torch

from layout import FEATURES, MODALITIES, TICK_S
from net import HIDDEN


def weights(file):
    """State of `Fusion` from a file that `write` made. The exporter names what it transposed by number, in the order of its use:
    the GRU's two matrices and the gate's for each expert."""
    import onnx
    from onnx import numpy_helper
    stored = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in onnx.load(str(file)).graph.initializer}
    turned = [stored[n].T.contiguous() for n in stored if n.startswith("onnx::MatMul")]
    if len(turned) != 3 * len(MODALITIES):
        raise SystemExit(f"{file}: {len(turned)} transposed matrices, expected {3 * len(MODALITIES)}; it was not written by this exporter")
    state = {n: v for n, v in stored.items() if not n.startswith("onnx::")}
    for m in range(len(MODALITIES)):
        for name, value in zip(("memory.weight_ih_l0", "memory.weight_hh_l0", "gate.weight"), turned[3 * m:3 * m + 3]):
            state[f"experts.{m}.{name}"] = value
        state.setdefault(f"experts.{m}.straight.bias", state[f"experts.{m}.outside.bias"])  # equal from start to end, so stored once
    return state


def write(net, options, scores, training_count, validation, test):
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    provisional = bool(options.provisional)
    k = 3
    example = (torch.zeros(k, len(FEATURES)), torch.ones(5), torch.tensor([TICK_S]), torch.zeros(k + 1), torch.zeros(k, 5 * HIDDEN))
    names = ["features", "available", "dt_s", "belief", "memory"]
    outputs = ["posterior", "evidence_nats", "log_prior", "belief_next", "memory_next"]
    torch.onnx.export(net, example, str(out / "model.onnx"), opset_version=17, input_names=names, output_names=outputs, dynamic_axes={
        "features": {0: "K"}, "belief": {0: "K1"}, "memory": {0: "K"},
        "posterior": {0: "K1"}, "evidence_nats": {1: "K"}, "log_prior": {0: "K1"}, "belief_next": {0: "K1"}, "memory_next": {0: "K"}})
    golden(net, out / "golden.npz", validation)
    (out / "model.yaml").write_text(contract(out, options.version, provisional))
    (out / "CARD.md").write_text(card(options, scores, training_count, len(validation), test, provisional))


def golden(net, file, validation):
    """Recorded inputs of a held-out session (200 ticks; modalities come and go) and what the trained network gives, FP32."""
    f, a, _, dt = min(validation, key=lambda s: abs(s[0].shape[1] - 3))
    f, a, dt = f[200:400].copy(), a[200:400].copy(), dt[200:400].copy()
    a[50:100, 0] = 0
    a[120:, 4] = 0
    dt[60] *= 3
    k = f.shape[1]
    belief, memory, recorded = torch.zeros(k + 1), torch.zeros(k, 5 * HIDDEN), [[], [], []]
    with torch.no_grad():
        for t in range(len(f)):
            posterior, nats, log_prior, belief, memory = net(torch.from_numpy(f[t]), torch.from_numpy(a[t]), torch.from_numpy(dt[t:t + 1]), belief, memory)
            for where, value in zip(recorded, (posterior, nats, log_prior)):
                where.append(value.numpy())
    np.savez_compressed(file, dimensions=np.array([k], np.float32), in_features=f, in_available=a, in_dt_s=dt[:, None],
                        out_posterior=np.stack(recorded[0]), out_evidence_nats=np.stack(recorded[1]), out_log_prior=np.stack(recorded[2]))


def contract(out, version, provisional):
    sha = hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest()
    return f"""schema: attend.model/1
name: fusion
version: {version}
description: Experts and filter; evidence per modality in nats and the posterior over the talkers and none, once per tick.
status: {"provisional" if provisional else "released"}
file: model.onnx
sha256: {sha}
latency_ms: 0
dimensions:
  - {{ name: K, min: 1, max: 8 }}
inputs:
  - name: features
    dtype: float32
    shape: [K, {len(FEATURES)}]
    labels:
{chr(10).join("      - " + n for n in FEATURES)}
  - {{ name: available, dtype: float32, shape: [5], labels: [{", ".join(MODALITIES)}] }}
  - {{ name: dt_s, dtype: float32, shape: [1] }}
outputs:
  - {{ name: posterior, dtype: float32, shape: [K+1] }}
  - {{ name: evidence_nats, dtype: float32, shape: [5, K] }}
  - {{ name: log_prior, dtype: float32, shape: [K+1] }}
states:
  - {{ input: belief, output: belief_next, dtype: float32, shape: [K+1] }}
  - {{ input: memory, output: memory_next, dtype: float32, shape: [K, {5 * HIDDEN}] }}
golden: {{ file: golden.npz, tolerance: 5e-5 }}
"""


def card(options, scores, training_count, held_count, test, provisional):
    warning = f"\n> **Provisional.** {options.provisional}\n" if provisional else ""
    source = f"{options.synthetic} made-up sessions of 60 s" if options.synthetic else (
        "sessions of simulated listeners (`models/training/scenes`, seeds from 300000), rendered and replayed by the engine "
        "(`models/training/make_fusion_sessions.sh`), every feature computed by the engine's own decoder from its own beams")
    rows = "\n".join(f"| {n} | {l:.3f} | {100 * a:.1f} |" for n, (l, a) in scores.items())
    return f"""# fusion {options.version}
{warning}
**What it does.** Every tick ({1000 * TICK_S:.0f} ms) it turns the features of each talker ({len(FEATURES)}, see `model.yaml`) into evidence in nats
for each of the five senses, and filters them into a posterior over the talkers and none. log posterior = log prior + sum of the
nats - log Z, exactly. A sense that is not available gives 0 nats. Weights are shared over talkers: any number from 1 to 8, any order.

**Training.** `models/training/train_fusion.sh` on {source}; {training_count} for training, {held_count} held out (other listeners, one of every
few of each scene) to choose the epoch; seed {options.seed}, {options.epochs} epochs, log loss of the posterior through the filter, senses taken away
at random.

**On the held-out sessions** (log loss in nats; accuracy of the most probable talker per tick, ticks with an attended talker):

| senses | log loss | accuracy % |
|---|---|---|
{rows}
{test_table(test)}
**Limits.** Trained on simulated listeners whose habits are parameters with stated sources, not on people. "None" was rare in
training. No latent informative-or-not state yet: gaze that has parted from attention keeps its vote.
"""


def test_table(test):
    """Mean over sessions with a 95 % interval; sessions of talkers and listeners that training never saw."""
    if not test:
        return ""
    rows = []
    for name in test[0]:
        accuracy, loss = np.array([s[name][1] for s in test]) * 100, np.mean([s[name][0] for s in test])
        half = 2 * accuracy.std(ddof=1) / len(test) ** 0.5 if len(test) > 1 else float("nan")
        rows.append(f"| {name} | {loss:.3f} | {accuracy.mean():.1f} ± {half:.1f} |")
    return f"""
**On the default scene** (`rigs/sim-conversations.yaml`, {len(test)} sessions; listeners and voices that training never saw):

| senses | log loss | accuracy %, mean and 95 % interval over sessions |
|---|---|---|
{chr(10).join(rows)}
"""
