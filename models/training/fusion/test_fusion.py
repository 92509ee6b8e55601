"""Tests of the training code; no part of `attend test`. Run: python3 -m unittest discover models/training/fusion"""
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch

import data
import synthetic
from layout import FEATURES, MODALITIES
from net import HIDDEN, Fusion, filter_sequence


class FusionTests(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.net = Fusion().eval()
        for p in self.net.parameters():  # away from the small start, so that every path counts
            p.data += 0.1 * torch.randn_like(p)
        f, a, y, dt = synthetic.session(3, k=3, seconds=12)
        a[100:150, 0] = 0
        self.batch = [torch.from_numpy(v).unsqueeze(1) for v in (f, a, y, dt)]

    def test_step_by_step_is_the_whole_sequence(self):
        features, available, _, dt = self.batch
        with torch.no_grad():
            nats = self.net.nats(features, available, dt)
            whole = filter_sequence(self.net, nats, dt)
            belief, memory = torch.zeros(4), torch.zeros(3, 5 * HIDDEN)
            for t in range(len(features)):
                posterior, step_nats, _, belief, memory = self.net(features[t, 0], available[t, 0], dt[t], belief, memory)
                np.testing.assert_allclose(step_nats, nats[t, 0], atol=2e-5)
                np.testing.assert_allclose(posterior, whole[t, 0].exp(), atol=2e-5)

    def test_permuting_talkers_permutes_evidence(self):
        features, available, _, dt = self.batch
        order = [2, 0, 1]
        with torch.no_grad():
            a, b = self.net.nats(features, available, dt), self.net.nats(features[:, :, order], available, dt)
        np.testing.assert_allclose(a[..., order], b, atol=1e-5)

    def test_an_unavailable_modality_gives_exactly_nothing(self):
        features, available, _, dt = self.batch
        with torch.no_grad():
            nats = self.net.nats(features, available, dt)
        self.assertTrue((nats[100:150, :, 0] == 0).all())
        self.assertTrue((nats[100:150, :, 1] != 0).any())

    def test_a_lone_talker_has_no_others(self):
        f, a, _, dt = synthetic.session(4, k=1, seconds=2)
        with torch.no_grad():
            nats = self.net.nats(*[torch.from_numpy(v).unsqueeze(1) for v in (f, a, dt)])
        self.assertTrue(torch.isfinite(nats).all())

    def test_sessions_are_read_with_talkers_by_id_or_index(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "ticks").mkdir()
            (root / "truth").mkdir()
            f, a, _, _ = synthetic.session(5, k=2, seconds=4)
            (root / "ticks/layout.json").write_text(json.dumps({"schema": "attend.ticks/1", "talkers": ["x", "y"], "modalities": MODALITIES, "features": FEATURES, "tick_ms": 40}))
            np.save(root / "ticks/features.npy", f)
            np.save(root / "ticks/available.npy", a)
            np.save(root / "ticks/time_s.npy", 50 + 0.04 * np.arange(len(f)))
            (root / "truth/truth.json").write_text(json.dumps({"attended": [
                {"talker": "y", "start_s": 50, "end_s": 51}, {"talker": 0, "start_s": 51, "end_s": 52}, {"talker": None, "start_s": 52, "end_s": 53}]}))
            features, available, attended, dt = data.session(root)
            self.assertEqual(list(attended[[0, 30, 60]]), [1, 0, -1])
            self.assertEqual(len(features), 75)  # the last second has no truth
            np.testing.assert_allclose(dt, 0.04, atol=1e-4)


if __name__ == "__main__":
    unittest.main()
