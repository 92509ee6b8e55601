#!/usr/bin/env python3
"""Scenes that teach the mask network: 1 to 3 readers around a rigid-sphere head, in a room or without one, any array, diffuse noise.

usage: make_scenes.py OUT --speech DIR --talkers rigs/speech/train-talkers.txt --count N [--first SEED] [--seconds 6] [--talkers-in-scene K]

DIR holds <talker>-<chapter>-<n>.flac (LibriSpeech), or <talker>.wav (rigs/speech/make-default-speech.sh). Each scene is a folder OUT/<seed>: images.npy, float32 [K + 1 classes, M
microphones, n samples] at 16 kHz (each talker's image at the microphones, then everything else), and scene.json (microphone
positions in metres and head radius as the *model* believes them, directions [K, 3] as perception would give them: with errors).
A scene depends on its seed (and K) only. Needs numpy, scipy and ffmpeg.
"""
import argparse, glob, json, os, subprocess, sys
import numpy as np
from scipy import signal, special

FS, C, NFFT = 16000, 343.0, 8192
HIGHPASS = signal.butter(2, 80.0, 'highpass', fs=FS, output='sos')


def fibonacci(n):
    k = np.arange(n) + 0.5
    z = 1 - 2 * k / n
    phi = np.pi * (1 + 5 ** 0.5) * k
    return np.stack([np.sqrt(1 - z * z) * np.cos(phi), np.sqrt(1 - z * z) * np.sin(phi), z], -1)


GRID = fibonacci(256)


def sphere_table(radius, nfft, angles=361):
    """[angles, bins] plane-wave response at the surface of a rigid sphere, phase relative to its centre, e^{+jwt}."""
    ka = 2 * np.pi * np.arange(nfft // 2 + 1) * FS / nfft / C * radius
    ka[0] = 1e-3
    x = np.cos(np.linspace(0, np.pi, angles))
    out = np.zeros((angles, len(ka)), complex)
    for m in range(34):
        with np.errstate(over='ignore', invalid='ignore'):
            term = (2 * m + 1) * 1j ** (m - 1) / (special.spherical_jn(m, ka, True) - 1j * special.spherical_yn(m, ka, True))
        term[~np.isfinite(term)] = 0
        out += np.outer(special.eval_legendre(m, x), term)
    out /= ka ** 2
    out[:, 0] = 1
    return out.astype(np.complex64)


TABLES = {}


def table(radius):
    key = round(radius, 3)
    if key not in TABLES: TABLES[key] = sphere_table(key, NFFT)
    return TABLES[key]


def responses(radius, directions, axes, step=1):
    """[directions, M, bins] of microphones at the ends of unit vectors `axes` on the sphere."""
    angle = np.arccos(np.clip(directions @ axes.T, -1, 1)) / np.pi * 360
    i = np.minimum(angle.astype(int), 359)
    f = (angle - i)[..., None].astype(np.float32)
    t = table(radius)[:, ::step]
    return (1 - f) * t[i] + f * t[i + 1]


def unit(azimuth, elevation=0.0):
    return np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])


def array(rng):
    """Unit vectors [M, 3] of microphones on the head, left positive; the first two are the references."""
    kind = rng.choice(['bte', 'bte3', 'glasses', 'any', 'pair'], p=[0.55, 0.12, 0.13, 0.15, 0.05])
    deg = np.pi / 180
    if kind in ('bte', 'bte3'):
        front, gap, lift = rng.uniform(95, 105), rng.uniform(6, 11), rng.uniform(-5, 15) * deg
        at = [front, -front, front + gap, -front - gap] + ([front + gap / 2, -front - gap / 2] if kind == 'bte3' else [])
        return np.array([unit(a * deg, lift) for a in at])
    if kind == 'pair': return np.array([unit(a * deg) for a in (95, -95)])
    if kind == 'glasses': return np.array([unit(a * deg, e * deg) for a, e in ((70, 0), (-70, 0), (25, 5), (-25, 5), (0, 12), (100, 5))][:rng.integers(4, 7)])
    m = rng.integers(1, 4)
    left = [unit(rng.uniform(60, 120) * deg, rng.uniform(-20, 20) * deg) for _ in range(m)]
    right = [unit(-rng.uniform(60, 120) * deg, rng.uniform(-20, 20) * deg) for _ in range(m)]
    return np.array([left[0], right[0]] + left[1:] + right[1:])


def room_response(rng, room, rt60, head, source, radius, axes, late):
    """[M, bins]: image sources, each through the sphere for its own direction (late ones from 256 directions)."""
    area = 2 * (room[0] * room[1] + room[0] * room[2] + room[1] * room[2])
    beta = np.exp(-12 * np.log(10) * room.prod() / (C * area * rt60) * 0.75)
    reach = C * min(0.85 * rt60 + 0.02, 0.45)
    n = [int(np.ceil(reach / (2 * size))) for size in room]
    idx = np.stack([g.ravel() for g in np.meshgrid(*[np.arange(-k, k + 1) for k in n], indexing='ij')], -1)
    images, gains = [], []
    for u in np.ndindex(2, 2, 2):
        u = np.array(u)
        images.append((1 - 2 * u) * source + 2 * idx * room - head)
        gains.append(beta ** np.abs(2 * idx - u).sum(-1))
    rel, gains = np.concatenate(images), np.concatenate(gains)
    d = np.linalg.norm(rel, axis=1)
    first = int(np.argmin(d))
    keep = d < reach
    keep[first] = False
    direct = rel[first], d[first]
    rel, d, gains = rel[keep], d[keep], gains[keep]
    near = np.concatenate([np.argmax((rel[k:k + 8192] / d[k:k + 8192, None]) @ GRID.T, 1) for k in range(0, len(d), 8192)]) if len(d) else np.zeros(0, int)
    position = (d + rng.uniform(-0.04, 0.04, len(d))) / C * FS
    base = np.floor(position).astype(int)
    taps = np.arange(-5, 7)
    x = taps[None] - (position - base)[:, None]
    values = (gains / d)[:, None] * np.sinc(x) * (0.5 + 0.5 * np.cos(np.pi * x / 6.5))
    at = near[:, None] * NFFT + base[:, None] + taps[None]
    ok = (base[:, None] + taps[None] >= 0) & (base[:, None] + taps[None] < NFFT)
    trains = np.bincount(at[ok], values[ok], minlength=len(GRID) * NFFT).reshape(len(GRID), NFFT).astype(np.float32)
    spectra = np.fft.rfft(trains, axis=-1).astype(np.complex64)
    h = np.einsum('df,dmf->mf', spectra, late, optimize=True)
    w = 2 * np.pi * np.arange(NFFT // 2 + 1) * FS / NFFT
    own = responses(radius, (direct[0] / direct[1])[None], axes)[0]
    return h + own * np.exp(-1j * w * direct[1] / C) / direct[1], direct[0] / direct[1]


def diffuse(rng, n, radius, axes, power):
    """[M, n] isotropic noise of a given spectrum [257], through a Cholesky factor of the coherence at each frequency."""
    step = (NFFT // 2) // 256
    h = responses(radius, GRID, axes, step)
    cov = np.einsum('dmf,dkf->fmk', h, h.conj()) / len(GRID)
    mix = np.linalg.cholesky(cov + 1e-5 * np.eye(len(axes)))
    frames = n // 256 + 3
    z = (rng.standard_normal((frames, 257, len(axes))) + 1j * rng.standard_normal((frames, 257, len(axes)))) * np.sqrt(power)[None, :, None]
    y = np.fft.irfft(np.einsum('fmk,tfk->tmf', mix, z), axis=-1) * np.sin(np.pi * (np.arange(512) + 0.5) / 512)
    out = np.zeros((len(axes), (frames + 1) * 256))
    for t in range(frames): out[:, t * 256:t * 256 + 512] += y[t]
    return out[:, 256:256 + n]


def speech(files, cache):
    if files not in cache:
        raw = subprocess.run(['ffmpeg', '-v', 'error', '-i', files, '-f', 'f32le', '-ac', '1', '-ar', str(FS), '-'], stdout=subprocess.PIPE, check=True).stdout
        x = signal.sosfilt(HIGHPASS, np.frombuffer(raw, np.float32).astype(float))
        loud = np.sort(np.convolve(x ** 2, np.ones(320) / 320, 'same'))[int(0.6 * len(x))]
        cache[files] = (x / np.sqrt(loud * 3)).astype(np.float32)
        if len(cache) > 120: cache.pop(next(iter(cache)))
    return cache[files]


def excerpt(rng, talker_files, n, cache):
    x = np.concatenate([speech(f, cache) for f in rng.permutation(talker_files)[:2]])
    if len(x) < n: x = np.tile(x, n // len(x) + 1)
    start = rng.integers(0, len(x) - n + 1)
    x = x[start:start + n].astype(float).copy()
    if rng.random() < 0.4:  # turns: silent for a stretch
        a = rng.integers(0, n)
        b = min(n, a + int(rng.uniform(1, 4) * FS))
        gate = np.ones(n)
        gate[a:b] = 0
        x *= np.convolve(gate, np.ones(320) / 320, 'same')
    return x


def make(seed, out, talkers, n, cache, count=None):
    rng = np.random.default_rng(seed)
    axes = array(rng)
    radius = round(rng.uniform(0.076, 0.094), 3)
    k = rng.choice([1, 2, 3], p=[0.08, 0.6, 0.32])
    if count: k = count
    room = rng.uniform([3.2, 3, 2.3], [9, 8, 3.5])
    rt60 = 0 if rng.random() < 0.22 else rng.uniform(0.15, 0.5)
    head = rng.uniform([1.2, 1.2, 1.0], room - [1.2, 1.2, 0.8])
    yaw = rng.uniform(-np.pi, np.pi)
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    azimuths = []
    while len(azimuths) < k:
        a = rng.uniform(-115, 115) if rng.random() < 0.85 else rng.uniform(-180, 180)
        if all(abs((a - b + 180) % 360 - 180) > 14 for b in azimuths): azimuths.append(a)
    late = responses(radius, GRID @ turn, axes) if rt60 else None
    images, directions = [], []
    w = 2 * np.pi * np.arange(NFFT // 2 + 1) * FS / NFFT
    for a in azimuths:
        direction = unit(np.deg2rad(a), np.deg2rad(rng.uniform(-12, 12)))
        far = rng.uniform(0.7, 2.4)
        if rt60:
            ahead = turn @ direction
            limit = np.min(np.where(ahead > 0, (room - 0.3 - head) / np.maximum(ahead, 1e-6), (head - 0.3) / np.maximum(-ahead, 1e-6)))
            far = min(far, limit)
            h, _ = room_response(rng, room, rt60, head, head + far * ahead, radius, axes @ turn.T, late)
        else:
            h = responses(radius, direction[None], axes)[0] * np.exp(-1j * w * far / C) / far
        x = excerpt(rng, talkers[rng.integers(len(talkers))], n, cache)
        ir = np.fft.irfft(h, axis=-1)
        y = signal.fftconvolve(x[None], ir, axes=-1)[:, :n]
        y *= 10 ** (rng.normal(0, 4) / 20) / (np.sqrt(np.mean(y ** 2)) + 1e-9) * np.sqrt(np.mean(x ** 2))
        images.append(y)
        error = np.deg2rad(rng.normal(0, 2.5, 2) if rng.random() < 0.8 else rng.normal(0, 7, 2))
        az, el = np.arctan2(direction[1], direction[0]) + error[0], np.arcsin(direction[2]) + 0.5 * error[1]
        directions.append(unit(az, el).tolist())
    freq = np.maximum(np.arange(257) * FS / 512, 50)
    power = (1 / (1 + (freq / 500) ** rng.uniform(1.0, 2.2))) * (freq >= 80)
    noise = diffuse(rng, n, radius, axes, power)
    level = np.sqrt(np.mean([np.mean(y ** 2) for y in images]))
    noise *= level * 10 ** (-rng.uniform(4, 26) / 20) / np.sqrt(np.mean(noise ** 2))
    noise += level * 10 ** (-rng.uniform(32, 50) / 20) * rng.standard_normal(noise.shape)
    all_images = np.stack(images + [noise]) * (10 ** (rng.uniform(-38, -24) / 20) / level)
    believed = radius * (1 + 0.03 * rng.standard_normal())
    folder = os.path.join(out, f'{seed:06d}')
    os.makedirs(folder, exist_ok=True)
    np.save(os.path.join(folder, 'images.npy'), all_images.astype(np.float32))
    with open(os.path.join(folder, 'scene.json'), 'w') as f:
        json.dump({'schema': 'attend.mask-scene/1', 'seed': seed, 'rt60_s': rt60, 'sphere_radius_m': believed,
                   'microphones_m': (axes * believed).tolist(), 'directions_head': directions}, f)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('out'); p.add_argument('--speech', required=True); p.add_argument('--talkers', required=True)
    p.add_argument('--count', type=int, required=True); p.add_argument('--first', type=int, default=100000); p.add_argument('--seconds', type=float, default=6)
    p.add_argument('--talkers-in-scene', type=int, help='instead of 1 to 3, drawn')
    a = p.parse_args()
    wanted = [line.split()[0] for line in open(a.talkers) if line.strip() and not line.startswith('#')]
    talkers = [sorted(glob.glob(os.path.join(a.speech, '**', t + '-*.flac'), recursive=True)) or glob.glob(os.path.join(a.speech, t + '.wav')) for t in wanted]
    talkers = [t for t in talkers if t]
    if not talkers: sys.exit(f'{a.speech}: no file of the {len(wanted)} talkers of {a.talkers}')
    print(f'{len(talkers)} talkers', flush=True)
    cache = {}
    for i in range(a.count):
        make(a.first + i, a.out, talkers, int(a.seconds * FS), cache, a.talkers_in_scene)
        if i % 20 == 19: print(f'{i + 1} of {a.count}', flush=True)


if __name__ == '__main__': main()
