#!/usr/bin/env python3
"""Two-talker scenes for `./attend bench separation`, made with the beamforming benchmark's own scene.py.

usage: make-separation-pairs.py OUT --scene scene.py --speech LIBRISPEECH --talkers rigs/speech/test-talkers.txt [--count 20]
       [--array bte4|bte6|front2] [--rt60 0.3] [--frontal] [--four] [--hrir OLHEAD.mat]

Pair 0 is the benchmark's pair A; the others take talkers of the test list and azimuths drawn from a fixed seed (at least 40 degrees
apart, up to 75 to either side). Each talker speaks in one pair only. Writes OUT/pNN_{anechoic,rt300}.npy, float32 [3 (target, interferer, noise), 4 microphones,
n samples] at 16 kHz, and .json with the azimuths and the microphones (left positive). --hrir takes the measured responses of two
behind-the-ear microphones (OlHeaD-HRTF, one file of the Clarity challenge) instead of the sphere's, anechoic; the array that is said to
the engine stays the sphere, so the loss is seen. Needs numpy, scipy, ffmpeg.
"""
import argparse, glob, importlib.util, json, os
import numpy as np
from scipy import io, signal

ARRAYS = {'bte4': 'MIC4', 'bte6': 'MIC6', 'front2': 'MIC2'}
PAIR_A = (['1723', '198'], ['1898', '2910'], -30.0, 45.0)


def room(s, sphere, azimuths, mics, rt60):
    """Responses [M, bins] of each talker in the benchmark's room; absorption set so that the first has this reverberation time."""
    low, high = 1.0, 1.6
    for _ in range(9):
        s.ABS_SCALE = 0.5 * (low + high)
        first, _ = s.room_ir(sphere, azimuths[0], mics, rt60, 1)
        if np.mean([s.t60(np.fft.irfft(h)) for h in first]) > rt60: low = s.ABS_SCALE
        else: high = s.ABS_SCALE
    return [first] + [s.room_ir(sphere, az, mics, rt60, 2 + k)[0] for k, az in enumerate(azimuths[1:])]


class Measured:
    """Measured responses of two microphones; azimuths positive to the right, as in scene.py."""

    def __init__(self, path, scene):
        content = io.loadmat(path)
        self.fs, data = scene.FS, content['M_data']  # [taps, directions, ears]
        self.directions = content['M_directions']    # [azimuth, elevation; directions] in degrees
        self.h = signal.resample_poly(data, scene.FS, int(content['srate'].ravel()[0]), axis=0)
        self.level = np.arange(self.directions.shape[1])[self.directions[1] == 0]

    def nearest(self, az): return float(self.directions[0, self.level[np.argmin(np.abs((self.directions[0, self.level] - az + 180) % 360 - 180))]])

    def response(self, az): return self.h[:, self.level[np.flatnonzero(self.directions[0, self.level] == az)[0]], :].T

    def diffuse(self, n, shape, seed):
        rng, out = np.random.default_rng(seed), np.zeros((2, n))
        weights = np.cos(np.deg2rad(np.clip(self.directions[1], -80, 80)))  # the directions crowd at the pole
        for d in range(self.h.shape[1]):
            w = signal.fftconvolve(rng.standard_normal(n), shape, mode='same') * weights[d]
            for ear in range(2): out[ear] += signal.fftconvolve(w, self.h[:, d, ear])[:n]
        return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('out'); p.add_argument('--scene', required=True); p.add_argument('--speech', required=True)
    p.add_argument('--talkers', required=True); p.add_argument('--count', type=int, default=20); p.add_argument('--first', type=int, default=0)
    p.add_argument('--array', choices=list(ARRAYS), default='bte4'); p.add_argument('--rt60', type=float, default=0.3)
    p.add_argument('--frontal', action='store_true', help='the head is turned to the target'); p.add_argument('--hrir')
    p.add_argument('--four', action='store_true', help='four talkers at 20 and 60 degrees to either side instead (for development)')
    a = p.parse_args()
    spec = importlib.util.spec_from_file_location('scene', a.scene)
    s = importlib.util.module_from_spec(spec); spec.loader.exec_module(s)
    s.MIC2 = s.MIC4[:2]
    if a.hrir: a.array = 'front2'
    mics = getattr(s, ARRAYS[a.array])
    measured = Measured(a.hrir, s) if a.hrir else None
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
        if a.frontal: azimuths = [0.0, (azimuths[1] - azimuths[0] + 180) % 360 - 180]
        if measured: azimuths = [measured.nearest(az) for az in azimuths]
        sounds = []
        for talkers in sides:
            x = np.concatenate([s.load(f) for t in talkers for f in files[t]])[:n]
            x = np.resize(x, n)  # repeated where the files are short
            sounds.append(x)
        shape = s.ltas_fir(np.concatenate(sounds))
        noise = measured.diffuse(n, shape, 7 + index) if measured else s.diffuse(sphere, mics, n, shape, seed=7 + index)
        own = np.random.default_rng(11 + index).standard_normal((len(mics), n))
        if measured: kinds = [('measured', [measured.response(az) for az in azimuths])]
        else:
            to_time = lambda hs: [np.fft.irfft(h) for h in hs]
            kinds = [('anechoic', to_time([s.direct(sphere, az, mics) for az in azimuths])), (f'rt{1000 * a.rt60:.0f}', to_time(room(s, sphere, azimuths, mics, a.rt60)))]
        for name, responses in kinds:
            images = []
            for x, h in zip(sounds, responses):
                ir = signal.sosfilt(s.HIGHPASS, h, axis=-1)
                images.append(signal.fftconvolve(x[None], ir, axes=-1)[:, :n])
            power = np.mean(images[0] ** 2)
            images[1:] = [y * np.sqrt(power / np.mean(y ** 2)) for y in images[1:]]
            images.append(noise * np.sqrt(power / np.mean(noise ** 2)) * 10 ** -0.5 + own * np.sqrt(power) * 0.01)
            # scene.py's order of microphones is the rig's; its azimuths are positive to the right, ours to the left
            np.save(os.path.join(a.out, f'p{index:02d}_{name}.npy'), (np.stack(images) * 0.05 / np.sqrt(power)).astype(np.float32))
            with open(os.path.join(a.out, f'p{index:02d}_{name}.json'), 'w') as f:
                json.dump({'schema': 'attend.separation-pair/1', 'talkers': [list(map(str, t)) for t in sides], 'azimuth_deg': [-az for az in azimuths],
                           'microphone_azimuth_deg': [-float(d) for d in np.rad2deg(mics)], 'sphere_radius_m': s.RADIUS}, f)
        print(f'{index}: ' + ', '.join(f'{"+".join(map(str, t))} at {-az:.0f} degrees' for t, az in zip(sides, azimuths)), flush=True)


if __name__ == '__main__': main()
