#!/usr/bin/env python3
"""usage: export.py TRAINED.pt SCENES OUT --version X.Y.Z [--provisional WHY]

Writes model.onnx, model.yaml (contract) and golden.npz. The card is written by hand from the benchmark's figures.
"""
import argparse, glob, hashlib, os
from pathlib import Path
import numpy as np
import torch
import net as N


def main():
    p = argparse.ArgumentParser(); p.add_argument('trained'); p.add_argument('scenes'); p.add_argument('out'); p.add_argument('--version', required=True); p.add_argument('--provisional')
    a = p.parse_args()
    out = Path(a.out); out.mkdir(parents=True, exist_ok=True)
    net = N.Masks(); saved = torch.load(a.trained); net.load_state_dict(saved['net']); net.eval()
    with torch.no_grad(): net.place[:, -1] = net.place[:, -2]  # the bin that training left out
    k = 3
    example = (torch.zeros(k, 5, 257), torch.zeros(k, 20, 257), torch.zeros(k, N.MEMORY))
    inputs, outputs = ['features', 'history', 'memory'], ['masks_now', 'masks_ahead', 'history_next', 'memory_next']
    axes = {n: {0: 'K'} for n in inputs + ['history_next', 'memory_next']} | {n: {0: 'K1'} for n in outputs[:2]}
    torch.onnx.export(net, example, str(out / 'model.onnx'), opset_version=17, input_names=inputs, output_names=outputs, dynamic_axes=axes)
    folder = next(f for f in sorted(glob.glob(os.path.join(a.scenes, '*7'))) if np.load(f + '/masks.npy', mmap_mode='r').shape[1] == 3)
    x = np.load(folder + '/features.npy')[100:200].astype(np.float32) / 25
    k = x.shape[1]
    history, memory, now, ahead = torch.zeros(k, 20, 257), torch.zeros(k, N.MEMORY), [], []
    with torch.no_grad():
        for t in range(len(x)):
            m0, m1, history, memory = net(torch.from_numpy(x[t]), history, memory)
            now.append(m0.numpy()); ahead.append(m1.numpy())
    np.savez_compressed(out / 'golden.npz', dimensions=np.array([k], np.float32), in_features=x, out_masks_now=np.stack(now), out_masks_ahead=np.stack(ahead))
    sha = hashlib.sha256((out / 'model.onnx').read_bytes()).hexdigest()
    (out / 'model.yaml').write_text(f"""schema: attend.model/1
name: masks
version: {a.version}
description: Share of each talker, and of everything else, in the power of every time-frequency bin, now and 16 ms on, once per frame of 8 ms.
status: {"provisional" if a.provisional else "released"}
file: model.onnx
sha256: {sha}
latency_ms: 0
dimensions:
  - {{ name: K, min: 1, max: 8 }}
inputs:
  - {{ name: features, dtype: float32, shape: [K, 5, 257] }}
outputs:
  - {{ name: masks_now, dtype: float32, shape: [K+1, 257] }}
  - {{ name: masks_ahead, dtype: float32, shape: [K+1, 257] }}
states:
  - {{ input: history, output: history_next, dtype: float32, shape: [K, 20, 257] }}
  - {{ input: memory, output: memory_next, dtype: float32, shape: [K, {N.MEMORY}] }}
golden: {{ file: golden.npz, tolerance: 5e-4 }}
""")
    print(f'{out}: step {saved["step"]}, held out {saved["log"][-1][4:]}')


if __name__ == '__main__': main()
