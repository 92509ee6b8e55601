#!/usr/bin/env python3
"""Trains the mask network on examples. usage: train.py SCENES OUT.pt [--minutes M] [--threads N] [--init FILE] [--batch B]

SCENES: folders with features.npy and masks.npy (attend model mask-examples). Scenes whose seed ends in 7 are held out; every 100 steps
the loss on some of them is printed. Weighted cross-entropy of the masks now and 16 ms on; loud bins weigh more.
"""
import argparse, glob, json, math, os, time
import numpy as np
import torch
import net as N


def load(folder, start, frames):
    x = np.load(os.path.join(folder, 'features.npy'), mmap_mode='r')
    y = np.load(os.path.join(folder, 'masks.npy'), mmap_mode='r')
    return np.asarray(x[start:start + frames]), np.asarray(y[start:start + frames + N.AHEAD])


def batch(rng, scenes, size, frames):
    chosen = [scenes[i] for i in rng.integers(len(scenes), size=size)]
    xs, ys = [], []
    for folder, length in chosen:
        start = 0 if rng.random() < 0.25 else rng.integers(0, length - frames - N.AHEAD)
        x, y = load(folder, start, frames)
        order = rng.permutation(x.shape[1])
        # 256 bins: half the time of 257; the last is made like its neighbour in export.py
        xs.append(x[:, order, :, :256]); ys.append(np.concatenate([y[:, order, :256], y[:, -1:, :256]], 1))
    return torch.from_numpy(np.stack(xs)).float() / 25, torch.from_numpy(np.stack(ys)).float() / 127


def loss_of(net, x, y, frames):
    logits = torch.log_softmax(net.sequence(x), 2)
    level = torch.exp(2 * x[:, :, 0, 0]).clamp(0.03, 4)  # sqrt of power over its recent mean
    later = torch.cat([level[:, N.AHEAD:], level[:, -N.AHEAD:]], 1)
    now = -(y[:, :frames] * logits[:, :, :, 0]).sum(2)
    ahead = -(y[:, N.AHEAD:] * logits[:, :, :, 1]).sum(2)
    return (now * level).sum() / level.sum(), (ahead * later).sum() / later.sum()


def scan(scenes):
    """Scenes for training and held out by number of talkers, the numbers of talkers, and how often to take each."""
    groups, held = {}, {}
    for f in sorted(glob.glob(os.path.join(scenes, '*', 'masks.npy'))):
        folder = os.path.dirname(f)
        shape = np.load(f, mmap_mode='r').shape
        into = held if folder.endswith('7') else groups
        into.setdefault(shape[1] - 1, []).append((folder, shape[0]))
    print({k: len(v) for k, v in groups.items()}, 'held out', {k: len(v) for k, v in held.items()}, flush=True)
    ks = list(groups)
    weights = np.array([len(groups[k]) * (1.0 if k > 1 else 0.7) for k in ks])
    return groups, held, ks, weights / weights.sum()


def main():
    p = argparse.ArgumentParser()
    p.add_argument('scenes'); p.add_argument('out'); p.add_argument('--minutes', type=float, default=40); p.add_argument('--threads', type=int, default=1)
    p.add_argument('--init'); p.add_argument('--batch', type=int, default=8); p.add_argument('--frames', type=int, default=200); p.add_argument('--rate', type=float, default=3e-3)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    groups, held, ks, probability = scan(a.scenes)
    net = N.Masks()
    if a.init: net.load_state_dict(torch.load(a.init)['net'])
    print(sum(p.numel() for p in net.parameters()), 'parameters', flush=True)
    average = {k: v.clone() for k, v in net.state_dict().items()}
    optimiser = torch.optim.Adam(net.parameters(), a.rate)
    start, step, log, running = time.time(), 0, [], []
    while True:
        done = (time.time() - start) / (60 * a.minutes)
        if done >= 1: break
        for g in optimiser.param_groups: g['lr'] = a.rate * (min(1, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * done)) + 0.01)
        k = ks[rng.choice(len(ks), p=probability)]
        size = max(2, round(a.batch * 2 / max(k, 1.5)))
        x, y = batch(rng, groups[k], size, a.frames)
        now, ahead = loss_of(net, x, y, a.frames)
        optimiser.zero_grad()
        (0.4 * now + ahead).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(0.99, step / (step + 20))
        for key, v in net.state_dict().items(): average[key].mul_(keep).add_(v, alpha=1 - keep)
        running.append((now.item(), ahead.item()))
        step += 1
        if step % 50 == 0:
            groups, held, ks, probability = scan(a.scenes)  # more may have come
            tested = N.Masks(); tested.load_state_dict(average)
            check = np.random.default_rng(5)
            with torch.no_grad():
                scores = [[v.item() for v in loss_of(tested, *batch(check, held[k], 4, a.frames), a.frames)] for k in sorted(held) for _ in range(2) if held[k]]
            mean = np.mean(running[-50:], 0)
            log.append([step, time.time() - start, *mean, *np.mean(scores, 0)])
            print('step %d, %.0f s: training %.4f %.4f, held out %.4f %.4f' % tuple(log[-1]), flush=True)
            torch.save({'net': average, 'log': log, 'step': step}, a.out + '.part')
            os.replace(a.out + '.part', a.out)


if __name__ == '__main__': main()
