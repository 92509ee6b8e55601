"""The mask network: who owns each time-frequency bin, now and 16 ms on. Weights are shared by talkers; any number of them.

One step per frame of 8 ms (16 kHz, 512-point frames). Features [K, 5, 257] as the engine makes them (MaskFeatures), state `history`
[K, 20, 257] (two frames back and means over 40 and 200 ms) and `memory` [K, 64]. Output masks [K + 1, 257], diffuse last, sum 1.
"""
import torch
from torch import nn

BINS, FEATURES, CHANNELS, MEMORY, BANDS, HOP_S = 257, 5, 32, 64, 16, 0.008
FAST, SLOW = 1 - 0.8187307530779818, 1 - 0.9607894391523232  # exp(-8/40), exp(-8/200)
AHEAD = 2  # frames


def band_matrix():
    """[BANDS, BINS] triangles, equally spaced on a mel-like axis; columns sum to 1."""
    f = torch.arange(BINS) * 31.25
    mel = torch.log1p(f / 400)
    centre = torch.linspace(0, float(mel[-1]), BANDS)
    width = centre[1] - centre[0]
    w = torch.relu(1 - (mel[None] - centre[:, None]).abs() / width)
    return w / w.sum(0, keepdim=True)


class Masks(nn.Module):
    def __init__(self):
        super().__init__()
        c = CHANNELS
        self.first = nn.Conv1d(5 * FEATURES, c, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(c, BINS))
        self.others = nn.Conv1d(c, c, 1, bias=False)
        self.pool = nn.Linear(c * BANDS, MEMORY)
        self.gru = nn.GRU(MEMORY, MEMORY)
        self.spread = nn.Linear(MEMORY, c * BANDS)
        self.second = nn.Conv1d(c, c, 5, padding=4, dilation=2)
        self.third = nn.Conv1d(c, c, 5, padding=8, dilation=4)
        self.talker = nn.Conv1d(c, 2, 1)
        self.diffuse = nn.Conv1d(c, 2, 1)
        w = band_matrix()
        self.register_buffer('up', w)
        self.register_buffer('down', (w / w.sum(1, keepdim=True)).t().contiguous())

    def local(self, x):
        """[N, 25, BINS] -> [N, C, BINS] and its bands [N, C * BANDS]."""
        h = torch.relu(self.first(x) + self.place[:, :x.shape[2]])
        return h, torch.matmul(h, self.down[:x.shape[2]]).reshape(x.shape[0], CHANNELS * BANDS)

    def owners(self, h, memory, mean):
        """h [N, C, BINS], memory [N, MEMORY], mean [N, C, BINS] over talkers -> logits [N, 2, BINS] talker, [N, 2, BINS] diffuse."""
        b = torch.matmul(self.spread(memory).reshape(-1, CHANNELS, BANDS), self.up[:, :h.shape[2]])
        h = h + b + self.others(mean)
        h = h + torch.relu(self.second(h))
        h = h + torch.relu(self.third(h))
        return self.talker(h), self.diffuse(h)

    def sequence(self, features):
        """features [B, T, K, 5, bins] -> logits [B, T, K + 1, 2, bins] (now, ahead), from an empty state; bins may leave out the highest."""
        B, T, K, _, bins = features.shape
        x = torch.cat([features, histories(features)], 3)
        h, bands = self.local(x.reshape(B * T * K, 5 * FEATURES, bins))
        m = torch.relu(self.pool(bands)).reshape(B, T, K, MEMORY).transpose(0, 1).reshape(T, B * K, MEMORY)
        m = self.gru(m)[0].reshape(T, B, K, MEMORY).transpose(0, 1)
        h = h.reshape(B * T, K, CHANNELS, bins)
        mean = h.mean(1, keepdim=True).expand_as(h)
        t, d = self.owners(h.reshape(-1, CHANNELS, bins), m.reshape(-1, MEMORY), mean.reshape(-1, CHANNELS, bins))
        d = d.reshape(B, T, K, 2, bins).mean(2, keepdim=True)
        return torch.cat([t.reshape(B, T, K, 2, bins), d], 2)

    def forward(self, features, history, memory):
        """One step, for export."""
        h, bands = self.local(torch.cat([features, history], 1))
        g = self.gru
        i = torch.relu(self.pool(bands)) @ g.weight_ih_l0.t() + g.bias_ih_l0
        r = memory @ g.weight_hh_l0.t() + g.bias_hh_l0
        ir, iz, inn = i.chunk(3, 1)
        hr, hz, hn = r.chunk(3, 1)
        z = torch.sigmoid(iz + hz)
        new = (1 - z) * torch.tanh(inn + torch.sigmoid(ir + hr) * hn) + z * memory
        mean = h.mean(0, keepdim=True).expand_as(h)
        t, d = self.owners(h, new, mean)
        p = torch.softmax(torch.cat([t, d.mean(0, keepdim=True)], 0), 0)
        back, fast, slow = history[:, :5], history[:, 10:15], history[:, 15:]
        history_out = torch.cat([features, back, fast + FAST * (features - fast), slow + SLOW * (features - slow)], 1).reshape(-1, 20, BINS)
        return p[:, 0], p[:, 1], history_out, new.reshape(-1, MEMORY)


def histories(features):
    """[B, T, K, 5, BINS] -> [B, T, K, 20, BINS]: what `history` holds at each step."""
    zero = torch.zeros_like(features[:, :1])
    back = torch.cat([zero, features[:, :-1]], 1)
    back2 = torch.cat([zero, back[:, :-1]], 1)
    fast, slow, a, b = [], [], zero[:, 0], zero[:, 0]
    for t in range(features.shape[1]):
        fast.append(a); slow.append(b)
        a = a + FAST * (features[:, t] - a)
        b = b + SLOW * (features[:, t] - b)
    return torch.cat([back, back2, torch.stack(fast, 1), torch.stack(slow, 1)], 3)
