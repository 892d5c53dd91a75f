"""The autoencoder: pictures in [-1, 1] [B, 3, H, W] <-> latents [B, 8, H/8, W/8] of about unit variance.

No normalisation layers and pre-activation residual blocks; most width at the lowest resolution, so that both halves cost
about 1.2 GMAC at 256x256.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

LATENT_CHANNELS = 8


class Block(nn.Module):
    """Pre-activation residual block; its second convolution starts near zero, so that a fresh network is nearly linear."""

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.normal_(self.second.weight, std=0.01)

    def forward(self, x):
        return x + self.second(F.silu(self.first(F.silu(x))))


class Encoder(nn.Module):
    """Pixels to normalised latents; `mean` and `std` [1, 8, 1, 1] are measured once after training."""

    def __init__(self, widths=(24, 48, 96)):
        super().__init__()
        a, b, c = widths
        self.stem = nn.Conv2d(12, a, 3, padding=1)
        self.body = nn.Sequential(Block(a), nn.Conv2d(a, b, 3, 2, 1), Block(b), Block(b), nn.Conv2d(b, c, 3, 2, 1), Block(c), Block(c))
        self.head = nn.Conv2d(c, LATENT_CHANNELS, 3, padding=1)
        self.register_buffer("mean", torch.zeros(1, LATENT_CHANNELS, 1, 1))
        self.register_buffer("std", torch.ones(1, LATENT_CHANNELS, 1, 1))

    def forward(self, x):
        z = self.head(F.silu(self.body(self.stem(F.pixel_unshuffle(x, 2)))))
        return (z - self.mean) / self.std


class Decoder(nn.Module):
    """Normalised latents to pixels in about [-1, 1] (not clamped)."""

    def __init__(self, widths=(24, 48, 96)):
        super().__init__()
        a, b, c = widths
        self.stem = nn.Conv2d(LATENT_CHANNELS, c, 3, padding=1)
        self.low = nn.Sequential(Block(c), Block(c), nn.SiLU(), nn.Conv2d(c, 4 * b, 3, padding=1), nn.PixelShuffle(2))
        self.middle = nn.Sequential(Block(b), Block(b), nn.SiLU(), nn.Conv2d(b, 4 * a, 3, padding=1), nn.PixelShuffle(2))
        self.high = nn.Sequential(Block(a), nn.SiLU(), nn.Conv2d(a, 12, 3, padding=1), nn.PixelShuffle(2))
        self.register_buffer("mean", torch.zeros(1, LATENT_CHANNELS, 1, 1))
        self.register_buffer("std", torch.ones(1, LATENT_CHANNELS, 1, 1))

    def forward(self, z):
        return self.high(self.middle(self.low(self.stem(z * self.std + self.mean))))


class Discriminator(nn.Module):
    """Patch critic on 4x unshuffled pixels: [B, 3, H, W] -> scores [B, 1, H/8, W/8]; also yields its features."""

    def __init__(self, width=48):
        super().__init__()
        norm = nn.utils.spectral_norm
        self.layers = nn.ModuleList([
            norm(nn.Conv2d(12, width, 3, padding=1)), norm(nn.Conv2d(width, width, 4, 2, 1)),
            norm(nn.Conv2d(width, 2 * width, 4, 2, 1)), norm(nn.Conv2d(2 * width, 2 * width, 3, padding=1)),
        ])
        self.head = norm(nn.Conv2d(2 * width, 1, 3, padding=1))

    def forward(self, x):
        x, features = F.pixel_unshuffle(x, 2), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.head(x), features


class RandomFeatures(nn.Module):
    """Multi-scale features of fixed random filters, a stand-in for a pretrained perceptual network."""

    def __init__(self, width=24):
        super().__init__()
        torch_state = torch.get_rng_state()
        torch.manual_seed(11)
        self.first = nn.Conv2d(12, width, 3, padding=1)
        self.second = nn.Conv2d(width, 2 * width, 3, 2, 1)
        torch.set_rng_state(torch_state)
        for p in self.parameters():
            p.requires_grad_(False)

    def forward(self, x):
        one = F.relu(self.first(F.pixel_unshuffle(x, 2)) * 2)
        return [one, F.relu(self.second(one) * 2)]


def gradients(x):
    """Horizontal and vertical differences."""
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def reconstruction_loss(y, x, features):
    """L1, gradient L1, and random features of both: float32 scalar."""
    loss = (y - x).abs().mean()
    for a, b in zip(gradients(y), gradients(x)):
        loss = loss + 0.6 * (a - b).abs().mean()
    for a, b in zip(features(y), features(x)):
        loss = loss + 0.4 * (a - b).abs().mean()
    return loss
