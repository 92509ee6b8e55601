"""Experts and a filter: evidence in nats per talker and modality, then Bayes over {K talkers, none}.

Each expert sees only its own modality: the talker's features beside the mean and the largest over the other talkers, through a
linear path and a small GRU, to an increment of log-likelihood relative to none (= 0), times a gate in (0, 1). The experts share
their weights over talkers, so K is free and the order of talkers does not matter. A modality that is not available is multiplied
by 0: exactly no nats, whatever its features hold.
"""
import math
from typing import List

import torch
from torch import nn

from layout import FEATURES, MODALITIES, TICK_S, columns

HIDDEN = 32
LARGEST_NATS = 3.0  # of one modality for one talker in one tick


class Expert(nn.Module):
    def __init__(self, count):
        super().__init__()
        width = 3 * count + 1
        self.inside = nn.Linear(width, 24)
        self.memory = nn.GRU(24, HIDDEN)
        self.outside = nn.Linear(HIDDEN, 1)
        self.straight = nn.Linear(width, 1)
        self.gate = nn.Linear(HIDDEN + count, 1)
        for layer in (self.outside, self.straight):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def evidence(self, x, hidden, own, available):
        """x [..., K, width], hidden [..., K, H], own [..., K, count], available [...] -> nats [..., K]."""
        raw = (self.outside(hidden) + self.straight(x)).squeeze(-1)
        pooled = torch.cat([hidden.mean(-2), own.mean(-2)], -1)
        gate = torch.sigmoid(self.gate(pooled) + 1.0)
        return available.unsqueeze(-1) * gate * (LARGEST_NATS * torch.tanh(raw / LARGEST_NATS))

    def step(self, x, hidden):
        """One GRU step written out, for export. x [K, width], hidden [K, H] -> [K, H]."""
        m = self.memory
        u = torch.relu(self.inside(x))
        i = u @ m.weight_ih_l0.T + m.bias_ih_l0
        h = hidden @ m.weight_hh_l0.T + m.bias_hh_l0
        r = torch.sigmoid(i[:, :HIDDEN] + h[:, :HIDDEN])
        z = torch.sigmoid(i[:, HIDDEN:2 * HIDDEN] + h[:, HIDDEN:2 * HIDDEN])
        n = torch.tanh(i[:, 2 * HIDDEN:] + r * h[:, 2 * HIDDEN:])
        return (1 - z) * n + z * hidden


def with_others(own, available):
    """own [..., K, F], available [...] -> [..., K, 3F + 1]: own, mean of the others, largest of the others, availability."""
    # Counted inside the graph, so that one exported graph serves every K.
    one = torch.ones_like(own[..., :, :1])
    count = one.sum(-2, keepdim=True)
    others = torch.clamp(count - 1, min=1)
    mean = (own.sum(-2, keepdim=True) - own) / others
    index = torch.cumsum(one.squeeze(-1), -1)
    same = (index.unsqueeze(-1) - index.unsqueeze(-2)).abs().unsqueeze(-1) < 0.5  # [..., K, K, 1]
    table = own.unsqueeze(-3) - same.to(own.dtype) * 1e4
    largest = torch.clamp(table.max(-2)[0], min=-5) * torch.clamp(count - 1, max=1)
    return torch.cat([own, mean * torch.clamp(count - 1, max=1), largest, one * available.unsqueeze(-1).unsqueeze(-1)], -1)


def scale_of(dt_s):
    """Evidence grows with the time it covers, up to three ticks: after a stall the features cover no more."""
    return torch.clamp(dt_s / TICK_S, 0, 3)


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([Expert(len(columns(m))) for m in MODALITIES])
        self.log_rate = nn.Parameter(torch.tensor([math.log(1 / 12), math.log(1 / 4)]))  # leaving a talker, leaving none; 1/s
        self.none_logit = nn.Parameter(torch.tensor(-2.0))

    def own(self, features, available, m):
        c = columns(MODALITIES[m])
        return torch.clamp(features[..., c[0]:c[-1] + 1], -5, 5) * available[..., m].unsqueeze(-1).unsqueeze(-1)

    def nats(self, features, available, dt_s):
        """Whole sequences. features [T, B, K, F], available [T, B, 5], dt_s [T, B] -> [T, B, 5, K]."""
        t, b, k, _ = features.shape
        result = []
        for m, expert in enumerate(self.experts):
            own = self.own(features, available, m)
            x = with_others(own, available[..., m])
            hidden, _ = expert.memory(torch.relu(expert.inside(x)).reshape(t, b * k, -1))
            result.append(expert.evidence(x, hidden.reshape(t, b, k, HIDDEN), own, available[..., m]))
        return torch.stack(result, 2) * scale_of(dt_s).unsqueeze(-1).unsqueeze(-1)

    def switching(self, like, dt_s):
        """-> probability to stay [..., K + 1], and where those go who leave [..., K + 1]: anywhere, as if drawn anew."""
        talkers, none = torch.ones_like(like[..., :-1]), torch.ones_like(like[..., -1:])
        rate = torch.exp(self.log_rate)
        stay = torch.exp(-dt_s * torch.cat([talkers * rate[0], none * rate[1]], -1))
        anew = torch.cat([talkers * torch.sigmoid(-self.none_logit) / talkers.sum(-1, keepdim=True), none * torch.sigmoid(self.none_logit)], -1)
        return stay, anew

    def predict(self, log_belief, dt_s):
        """log_belief [..., K + 1] (normalised) -> log prior after dt_s [..., 1]."""
        stay, anew = self.switching(log_belief, dt_s)
        belief = torch.exp(log_belief)
        kept = belief * stay
        return torch.log(kept + anew * (belief - kept).sum(-1, keepdim=True) + 1e-9)

    def forward(self, features, available, dt_s, belief, memory):
        """One tick. features [K, F], available [5], dt_s [1], belief [K + 1], memory [K, 5 H]; zeros are the start."""
        nats, hiddens = [], []
        scale = scale_of(dt_s)
        for m, expert in enumerate(self.experts):
            own = self.own(features, available, m)
            x = with_others(own, available[m])
            hidden = expert.step(x, memory[:, m * HIDDEN:(m + 1) * HIDDEN])
            nats.append(scale * expert.evidence(x, hidden, own, available[m]))
            hiddens.append(hidden)
        nats = torch.stack(nats, 0)
        log_prior = self.predict(torch.log_softmax(belief, -1), dt_s)
        total = torch.cat([nats.sum(0), torch.zeros_like(belief[-1:])], -1)
        log_posterior = torch.log_softmax(log_prior + total, -1)
        return torch.exp(log_posterior), nats, log_prior, log_posterior, torch.cat(hiddens, -1)


@torch.jit.script
def filter_loop(likelihood, stay, anew):
    """likelihood, stay [T, B, K + 1], anew [B, K + 1] -> posterior [T, B, K + 1]."""
    belief = torch.ones_like(likelihood[0]) / likelihood.shape[2]
    result = torch.jit.annotate(List[torch.Tensor], [])
    for i in range(likelihood.shape[0]):
        kept = belief * stay[i]
        joint = (kept + anew * (belief - kept).sum(-1, keepdim=True) + 1e-9) * likelihood[i]
        belief = joint / joint.sum(-1, keepdim=True)
        result.append(belief)
    return torch.stack(result)


def filter_sequence(net, nats, dt_s):
    """nats [T, B, 5, K], dt_s [T, B] -> log posterior [T, B, K + 1]. The same filter as in `forward`."""
    t, b, _, k = nats.shape
    total = torch.cat([nats.sum(2), torch.zeros(t, b, 1)], -1)
    stay, anew = net.switching(total, dt_s.unsqueeze(-1))
    return torch.log(filter_loop(torch.exp(total - total.max(-1, keepdim=True)[0].detach()), stay, anew[0]) + 1e-12)


assert sum(len(columns(m)) for m in MODALITIES) == len(FEATURES)
