#!/usr/bin/env python3
"""Two-talker scenes for `./attend bench separation`, made with the beamforming benchmark's own scene.py.

usage: make-separation-pairs.py OUT --scene scene.py --speech LIBRISPEECH --talkers rigs/speech/test-talkers.txt [--count 20]

Pair 0 is the benchmark's pair A; the others take talkers of the test list and azimuths drawn from a fixed seed (at least 40 degrees
apart, up to 75 to either side). Each talker speaks in one pair only. Writes OUT/pNN_{anechoic,rt300}.npy, float32 [3 (target, interferer, noise), 4 microphones,
n samples] at 16 kHz for rigs/bench-sphere-bte4.yaml, and .json with the azimuths (left positive). Needs numpy, scipy, ffmpeg.
"""
import argparse, glob, importlib.util, json, os
import numpy as np
from scipy import signal

PAIR_A = (['1723', '198'], ['1898', '2910'], -30.0, 45.0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('out'); p.add_argument('--scene', required=True); p.add_argument('--speech', required=True)
    p.add_argument('--talkers', required=True); p.add_argument('--count', type=int, default=20); p.add_argument('--first', type=int, default=0)
    p.add_argument('--four', action='store_true', help='four talkers at 20 and 60 degrees to either side instead (for development)')
    a = p.parse_args()
    spec = importlib.util.spec_from_file_location('scene', a.scene)
    s = importlib.util.module_from_spec(spec); spec.loader.exec_module(s)
    os.makedirs(a.out, exist_ok=True)
    listed = [line.split()[0] for line in open(a.talkers) if line.strip() and not line.startswith('#')]
    files = {t: sorted(glob.glob(os.path.join(a.speech, 'train-clean', t + '-*.flac'))) for t in listed}
    free = [t for t in listed if files[t] and t not in PAIR_A[0] + PAIR_A[1]]
    rng = np.random.default_rng(20261126)
    order = rng.permutation(free)
    pairs = [] if a.four else [PAIR_A]
    for i in range(a.count - 1):
        four = list(order[4 * i:4 * i + 4])
        if len(four) < 4: raise SystemExit(f'only {i + 1} pairs: the list has too few talkers')
        while True:
            az = rng.uniform(-75, 75, 2)
            if abs(az[0] - az[1]) >= 40: break
        pairs.append((four[:2], four[2:], float(az[0]), float(az[1])) if not a.four else (four, list(rng.permutation([-60.0, -20.0, 20.0, 60.0]))))
    sphere, n = s.Sphere(s.NFFT), int(s.SECONDS * s.FS)
    for index, pair in enumerate(pairs):
        if index < a.first: continue
        sides, azimuths = ([[t] for t in pair[0]], pair[1]) if a.four else (pair[:2], pair[2:])
        sounds = []
        for talkers in sides:
            x = np.concatenate([s.load(f) for t in talkers for f in files[t]])[:n]
            x = np.resize(x, n)  # repeated where the files are short
            sounds.append(x)
        noise = s.diffuse(sphere, s.MIC4, n, s.ltas_fir(np.concatenate(sounds)), seed=7 + index)
        own = np.random.default_rng(11 + index).standard_normal((4, n))
        low, high = 1.0, 1.6
        for _ in range(9):
            s.ABS_SCALE = 0.5 * (low + high)
            first, _ = s.room_ir(sphere, azimuths[0], s.MIC4, 0.3, 1)
            if np.mean([s.t60(np.fft.irfft(h)) for h in first]) > 0.3: low = s.ABS_SCALE
            else: high = s.ABS_SCALE
        rooms = [first] + [s.room_ir(sphere, az, s.MIC4, 0.3, 2 + k)[0] for k, az in enumerate(azimuths[1:])]
        for name, responses in (('anechoic', [s.direct(sphere, az, s.MIC4) for az in azimuths]), ('rt300', rooms)):
            images = []
            for x, h in zip(sounds, responses):
                ir = signal.sosfilt(s.HIGHPASS, np.fft.irfft(h), axis=-1)
                images.append(signal.fftconvolve(x[None], ir, axes=-1)[:, :n])
            power = np.mean(images[0] ** 2)
            images[1:] = [y * np.sqrt(power / np.mean(y ** 2)) for y in images[1:]]
            images.append(noise * np.sqrt(power / np.mean(noise ** 2)) * 10 ** -0.5 + own * np.sqrt(power) * 0.01)
            # scene.py's order of microphones is the rig's; its azimuths are positive to the right, ours to the left
            np.save(os.path.join(a.out, f'p{index:02d}_{name}.npy'), (np.stack(images) * 0.05 / np.sqrt(power)).astype(np.float32))
            with open(os.path.join(a.out, f'p{index:02d}_{name}.json'), 'w') as f:
                json.dump({'schema': 'attend.separation-pair/1', 'talkers': [list(map(str, t)) for t in sides], 'azimuth_deg': [-az for az in azimuths]}, f)
        print(f'{index}: ' + ', '.join(f'{"+".join(map(str, t))} at {-az:.0f} degrees' for t, az in zip(sides, azimuths)), flush=True)


if __name__ == '__main__': main()
