#!/usr/bin/env python3
"""The yardstick of issue "audio path": a causal MVDR with ideal masks, window 4 ms, hop 2 ms, memory 0.5 s, on the scenes of make-separation-pairs.py.

usage: ideal-mask-mvdr.py PAIRS [--room rt300] [--sir-db 0 -5] [--window-ms 4] [--pairs N]

Prints SI-SDR improvement over the best microphone, mean over attending either talker and over pairs, scored as `./attend bench separation`
does. Souden, Benesty & Affes 2010; masks: the target's share of the power at its reference microphone. Needs numpy and scipy.
"""
import argparse, glob, json
import numpy as np
from scipy import signal

FS = 16000
HIGHPASS = signal.butter(4, 100.0, 'highpass', fs=FS, output='sos')


def active(x):
    n = 320
    power = np.add.reduceat(x.astype(float) ** 2, np.arange(0, len(x), n))
    threshold = np.sort(power)[int(0.95 * (len(power) - 1))] * 1e-4
    return np.repeat(power > threshold, n)[:len(x)]


def si_sdr(reference, estimate, mask):
    r, e = reference[mask], estimate[mask]
    a = (r @ e) / (r @ r)
    return 10 * np.log10(((a * r) ** 2).sum() / ((e - a * r) ** 2).sum())


def mvdr(mix, target, reference, size):
    hop, mics = size // 2, len(mix)
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size)
    frames = (mix.shape[1] - size) // hop
    spectra = lambda x: np.fft.rfft(np.stack([x[..., t * hop:t * hop + size] for t in range(frames)]) * window, axis=-1)
    X, T, N = spectra(mix), spectra(target[reference]), spectra((mix - target)[reference])
    mask = np.abs(T) ** 2 / (np.abs(T) ** 2 + np.abs(N) ** 2 + 1e-20)
    keep = np.exp(-hop / FS / 0.5)
    bins = X.shape[2]
    s = np.zeros((bins, mics, mics), complex); n = np.zeros_like(s)
    s += 1e-9 * np.eye(mics); n += 1e-9 * np.eye(mics)
    out = np.zeros(mix.shape[1])
    for t in range(frames):
        x = X[t].T
        outer = x[:, :, None] * x[:, None, :].conj()
        m = mask[t][:, None, None]
        s = keep * s + (1 - keep) * m * outer
        n = keep * n + (1 - keep) * (1 - m) * outer
        load = 1e-4 * np.trace(n, axis1=1, axis2=2).real / mics + 1e-12
        a = np.linalg.solve(n + load[:, None, None] * np.eye(mics), s)
        w = a[:, :, reference] / (np.trace(a, axis1=1, axis2=2).real + 1e-12)[:, None]
        out[t * hop:t * hop + size] += np.fft.irfft((w.conj() * x).sum(1), size) * window
    return out


def main():
    p = argparse.ArgumentParser(); p.add_argument('pairs'); p.add_argument('--room', default='rt300'); p.add_argument('--sir-db', nargs='+', type=float, default=[0, -5])
    p.add_argument('--window-ms', type=float, default=4); p.add_argument('--count', type=int, default=1000)
    a = p.parse_args()
    for sir in a.sir_db:
        gains = []
        for f in sorted(glob.glob(f'{a.pairs}/p*_{a.room}.npy'))[:a.count]:
            images, azimuth, each = np.load(f).astype(float), json.load(open(f[:-3] + 'json'))['azimuth_deg'], []
            for k in range(2):
                x = images.copy()
                x[1 - k] *= 10 ** (-sir / 20)
                mix, reference = x.sum(0), 0 if azimuth[k] >= 0 else 1
                mask = active(x[k, reference]) & active(x[1 - k, reference])
                high = lambda y: signal.sosfilt(HIGHPASS, y)
                truth = high(x[k, reference])
                best = max(si_sdr(truth, high(mix[m]), mask) for m in range(len(mix)))
                each.append(si_sdr(truth, high(mvdr(mix, x[k], reference, int(a.window_ms * FS / 1000))), mask) - best)
            gains.append(np.mean(each))
        half = 2.09 * np.std(gains, ddof=1) / len(gains) ** 0.5 if len(gains) > 1 else float('nan')
        print(f'{a.room}, {sir:g} dB, window {a.window_ms:g} ms: {np.mean(gains):+.2f} dB [{np.mean(gains) - half:+.2f}, {np.mean(gains) + half:+.2f}], {len(gains)} pairs, first {gains[0]:+.2f}', flush=True)


if __name__ == '__main__': main()
