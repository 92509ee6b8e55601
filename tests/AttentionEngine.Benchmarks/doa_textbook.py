#!/usr/bin/env python3
"""Textbook SRP-PHAT (DiBiase 2000) and wideband MUSIC (Schmidt 1986, narrowband spectra averaged), in plain vectorised numpy, for `./attend bench doa`.

usage: doa_textbook.py FOLDER COUNT
FOLDER: steer_re.npy, steer_im.npy [360 azimuths, 257 bins, M]; mixI.npy [M, n] at 16 kHz; wantedI.npy [ticks].
Writes SRP-PHATI.npy and MUSICI.npy: CPU seconds, then 4 azimuths (rad) for each tick of 40 ms. The window of 0.5 s is a rectangle of as much
memory as the engine's exponential of 0.3 s has; each frame is transformed once.
"""
import sys, time
import numpy as np

FFT, HOP, TICK, WINDOW, RATE, SEPARATION = 512, 256, 640, 31, 16000, 0.26
FIRST, LAST = int(np.ceil(300 * FFT / RATE)), int(4500 * FFT / RATE)


def peaks(power, count):
    n, found = len(power), []
    maxima = np.flatnonzero((power >= np.roll(power, -1)) & (power > np.roll(power, 1)))
    for d in maxima[np.argsort(-power[maxima], kind='stable')]:
        azimuth = -np.pi + (d + 1) * 2 * np.pi / n
        if all(abs((azimuth - f + np.pi) % (2 * np.pi) - np.pi) >= SEPARATION for f in found): found.append(azimuth)
        if len(found) == count: break
    return found + [np.nan] * (4 - len(found))


def run(name, x, wanted, steer):
    mics = len(x)
    window = np.hanning(FFT + 1)[:-1][None]
    i, j = np.triu_indices(mics, 1)
    steer = steer / np.abs(steer)
    pairs = (steer[:, :, i] * steer[:, :, j].conj()).reshape(len(steer), -1).conj()
    frames, result = [], []
    start = time.process_time()
    for tick in range(len(wanted)):
        while len(frames) * HOP + FFT <= (tick + 1) * TICK:
            at = len(frames) * HOP
            frames.append(np.fft.rfft(x[:, at:at + FFT] * window)[:, FIRST:LAST + 1])
        if wanted[tick] == 0 or not frames:
            result.append([np.nan] * 4)
            continue
        recent = np.array(frames[-WINDOW:])  # [T, M, F]
        if name == 'SRP-PHAT':
            phase = recent / np.maximum(np.abs(recent), 1e-12)
            cross = np.mean(phase[:, i] * phase[:, j].conj(), axis=0).T.reshape(-1)
            power = np.real(pairs @ cross)
        else:
            cov = np.einsum('tmf,tnf->fmn', recent, recent.conj()) / len(recent)
            _, vectors = np.linalg.eigh(cov)
            noise = vectors[:, :, :max(1, mics - wanted[tick])]
            left = np.matmul(steer.transpose(1, 0, 2).conj(), noise)  # [F, directions, noise]
            power = np.mean(1 / np.maximum(np.sum(np.abs(left) ** 2, axis=2), 1e-9), axis=0)
        result.append(peaks(power, wanted[tick]))
    cpu = time.process_time() - start
    return np.concatenate([[cpu], np.ravel(result)])


folder, count = sys.argv[1], int(sys.argv[2])
steer = (np.load(f'{folder}/steer_re.npy') + 1j * np.load(f'{folder}/steer_im.npy'))[:, FIRST:LAST + 1]
for index in range(count):
    x, wanted = np.load(f'{folder}/mix{index}.npy').astype(float), np.load(f'{folder}/wanted{index}.npy')
    for name in ('SRP-PHAT', 'MUSIC'): np.save(f'{folder}/{name}{index}.npy', run(name, x, wanted, steer))
