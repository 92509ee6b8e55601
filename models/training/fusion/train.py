"""Trains the fusion network end to end through the filter on the posterior's log loss, and exports it.

  train.py --sessions DIR [DIR...] --out models/fusion        on sessions that the engine wrote
  train.py --synthetic 60 --out models/fusion                 on made-up features (provisional model)
"""
import argparse
import copy
import math

import numpy as np
import torch

import data
import export
import synthetic
from layout import MODALITIES
from net import Fusion, filter_sequence


def batches(sessions, ticks, rng):
    """Random crops of `ticks` ticks, grouped by K; a shorter session goes in whole."""
    groups = {}
    for s in sessions:
        groups.setdefault((s[0].shape[1], min(ticks, len(s[2]))), []).append(s)
    for (k, n), members in groups.items():
        order = rng.permutation(len(members))
        for at in range(0, len(order), 16):
            crops = []
            for i in order[at:at + 16]:
                f, a, y, dt = members[i]
                first = rng.integers(len(y) - n + 1)
                crops.append((f[first:first + n], a[first:first + n], y[first:first + n], dt[first:first + n]))
            if k > 2 and rng.random() < 0.3:
                crops = [c for c in (without_one(c, rng) for c in crops) if c]
            if not crops:
                continue
            yield tuple(torch.from_numpy(np.stack([c[j] for c in crops], 1)) for j in range(4))


def without_one(crop, rng):
    """Takes a talker away to whom nobody listens in this crop: another scene for the same listener. None where all are attended."""
    f, a, y, dt = crop
    idle = [k for k in range(f.shape[1]) if not (y == k).any()]
    if not idle:
        return None
    gone = idle[rng.integers(len(idle))]
    return np.delete(f, gone, 1), a, np.where(y > gone, y - 1, y), dt


def drop(available, rng):
    """Takes modalities away: whole crops (30 %), or spans of 2 to 10 s, each modality by itself. available [T, B, 5]."""
    available = available.clone()
    t, b, m = available.shape
    for i in range(b):
        gone = rng.random(m) < 0.3
        if gone.all():
            gone[rng.integers(m)] = False
        available[:, i, torch.from_numpy(np.flatnonzero(gone))] = 0
        for j in range(m):
            if rng.random() < 0.3:
                first, n = rng.integers(t), rng.integers(50, 250)
                available[first:first + n, i, j] = 0
    return available


def loss_of(net, batch, available=None):
    features, given, attended, dt_s = batch
    k = features.shape[2]
    target = torch.where(attended < 0, torch.full_like(attended, k), attended)
    log_posterior = filter_sequence(net, net.nats(features, given if available is None else available, dt_s), dt_s)
    return -log_posterior.gather(-1, target.unsqueeze(-1)).squeeze(-1)[25:].mean(), log_posterior, target


def evaluate(net, sessions):
    """-> {name: (log loss in nats, accuracy over ticks with an attended talker)} for all modalities and for each alone.

    An expert sees only its own modality, so taking the others away is a mask on the evidence: one pass serves all rows.
    """
    names = ["all"] + MODALITIES
    masks = torch.cat([torch.ones(1, len(MODALITIES)), torch.eye(len(MODALITIES))])  # [6, 5]
    losses, right, count = torch.zeros(len(names)), torch.zeros(len(names)), 0
    with torch.no_grad():
        for f, a, y, dt in sessions:
            features, available, target, dt_s = (torch.from_numpy(v).unsqueeze(1) for v in (f, a, y, dt))
            k = f.shape[1]
            target = torch.where(target < 0, torch.full_like(target, k), target).expand(-1, len(names))
            nats = net.nats(features, available, dt_s) * masks.unsqueeze(0).unsqueeze(-1)  # [T, 6, 5, K]
            log_posterior = filter_sequence(net, nats, dt_s.expand(-1, len(names)))
            losses -= log_posterior.gather(-1, target.unsqueeze(-1)).squeeze(-1)[25:].mean(0) / len(sessions)
            talking = target[:, 0] < k
            right += (log_posterior[..., :-1].argmax(-1) == target)[talking].sum(0)
            count += int(talking.sum())
    return {n: (float(losses[i]), float(right[i]) / max(1, count)) for i, n in enumerate(names)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--sessions", nargs="+", help="folders with session folders inside")
    source.add_argument("--synthetic", type=int, metavar="N", help="train on N made-up sessions")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of sessions for choosing the best epoch and for the card")
    parser.add_argument("--test", nargs="+", help="folders with sessions of other talkers and listeners, for the card only")
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--ticks", type=int, default=750, help="length of the crops; the cost of an update grows with it, not with the batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", metavar="MODEL.onnx", help="go on from an exported network instead of from chance")
    parser.add_argument("--rate", type=float, default=3e-3, help="learning rate at the start")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--provisional", metavar="REASON", default="", help="marks contract and card; always set with --synthetic")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    rng = np.random.default_rng(options.seed)
    if options.synthetic:
        options.provisional = ("Trained on made-up features (`models/training/fusion/synthetic.py`), not on the simulator or on people. It lets the engine "
                               "run end to end; no figure of this card says anything about listeners.")
        everything = [synthetic.session(options.seed * 1000 + i) for i in range(options.synthetic)]
    else:
        everything = [data.session(p) for p in data.sessions(options.sessions)]
    every = max(2, round(1 / options.held_out))
    validation = everything[every - 1::every]  # sessions are in the order of their scenes: a share of each scene
    training = [s for i, s in enumerate(everything) if i % every != every - 1]
    if not validation:
        raise SystemExit(f"{len(everything)} sessions are too few: one of every {every} is held out, so give at least {every}")
    test = [data.session(p) for p in data.sessions(options.test)] if options.test else []
    net = Fusion()
    if options.init:
        net.load_state_dict(export.weights(options.init))
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=3e-2)
    mean = copy.deepcopy(net).eval()  # running mean of the weights: what is evaluated and kept
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda e: 0.5 * (1 + math.cos(math.pi * e / options.epochs)) + 0.01)
    best, best_state, updates = math.inf, None, 0
    for epoch in range(options.epochs):
        losses = []
        for batch in batches(training, options.ticks, rng):
            optimizer.zero_grad()
            noisy = (batch[0] + 0.05 * torch.randn_like(batch[0]),) + batch[1:]
            loss, _, _ = loss_of(net, noisy, drop(batch[1], rng))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            updates += 1
            for kept, new in zip(mean.parameters(), net.parameters()):
                kept.data.lerp_(new.data, max(0.02, 1 / updates))
            losses.append(float(loss))
        schedule.step()
        if epoch % 12 == 11 or epoch == options.epochs - 1:
            scores = evaluate(mean, validation)
            score = sum(s[0] for s in scores.values()) / len(scores) + scores["all"][0]  # every subset must be calibrated, all together most
            print(f"epoch {epoch + 1}: training {np.mean(losses):.4f}; held out " + ", ".join(f"{n} {l:.3f}/{100 * a:.1f} %" for n, (l, a) in scores.items()), flush=True)
            if score < best:
                best, best_state = score, {n: p.clone() for n, p in mean.state_dict().items()}
    net.load_state_dict(best_state)
    net.eval()
    export.write(net, options, evaluate(net, validation), len(training), validation, [evaluate(net, [s]) for s in test])


if __name__ == "__main__":
    main()
