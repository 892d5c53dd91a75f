"""Figures for pictures: all take float32 [B, 3, H, W] in [0, 1] and return one value per sample [B] unless said."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

from common import RUNS, load, save, to_signed
from scenes import latent_noise, make


def psnr(a, b):
    """Peak signal to noise ratio in dB."""
    return -10 * (a - b).pow(2).mean((1, 2, 3)).clamp(min=1e-9).log10()


def gradient(x, floor=0.0):
    """Gradient magnitude of the grey picture: [B, 1, H-1, W-1]; `floor` under the root keeps its own derivative finite in training."""
    x = x.mean(1, True)
    return ((x[..., 1:, :-1] - x[..., :-1, :-1]) ** 2 + (x[..., :-1, 1:] - x[..., :-1, :-1]) ** 2 + floor).sqrt()


def sharpness(a, b):
    """Mean gradient magnitude of a over that of b (one number for the batch)."""
    return (gradient(a).mean() / gradient(b).mean()).item()


def edge_correlation(a, b):
    """Correlation of gradient magnitudes at half resolution."""
    a, b = [F.avg_pool2d(gradient(x), 2).flatten(1) for x in (a, b)]
    a, b = a - a.mean(1, True), b - b.mean(1, True)
    return (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1) + 1e-8)


def closed(sketch, model, oracle):
    """Share of the gap from sketch to oracle that the model closes, from batch means."""
    return ((model.mean() - sketch.mean()) / (oracle.mean() - sketch.mean())).item()


class Classifier(nn.Module):
    """A small classifier of style and time of day: [B, 3, H, W] in [-1, 1] -> logits [B, 5], [B, 5]."""

    def __init__(self):
        super().__init__()
        layer = lambda i, o, s: nn.Sequential(nn.Conv2d(i, o, 3, s, 1), nn.BatchNorm2d(o), nn.ReLU())
        self.body = nn.Sequential(layer(12, 32, 1), layer(32, 48, 2), layer(48, 64, 2), layer(64, 96, 2))
        self.head = nn.Linear(192, 10)

    def forward(self, x):
        h = self.body(F.pixel_unshuffle(x, 2))
        h = torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1)
        return self.head(h).chunk(2, -1)


def train_classifier(steps=1800, batch=24, seed=4_000_000):
    """Train on true pictures of fresh scenes at 128x128 (once; kept in runs/): a Classifier in eval mode.

    After 450 steps it named 97 % of the held-out true photographs and 90 % of the true oils; after 1800 all styles of all 200.
    """
    path = os.path.join(RUNS, f"classifier-{steps}.pt")
    if os.path.exists(path):
        net = Classifier()
        load(path, net=net)
        return net.eval()
    torch.manual_seed(3)
    net, generator = Classifier(), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3)
    for step in range(steps):
        if step % 3 == 0:
            scene = make(batch, 128, 128, seed + step, [latent_noise(batch, 128, 128, generator)], window=True)
        optimizer.param_groups[0]["lr"] = 2e-3 * (1 - step / steps) + 1e-5
        rows = torch.randperm(batch)
        x = to_signed(scene.pictures[0][rows])
        x = x.flip(3) if step % 2 else x
        style, time = net(x + 0.02 * torch.randn_like(x))
        loss = F.cross_entropy(style, scene.style[rows]) + F.cross_entropy(time, scene.time[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    save(path, net=net)
    return net.eval()
