"""The denoiser and its text encoder.

UNet: noisy latents and sketch latents side by side [B, 16, h, w], timestep [B] in 0..999, token states [B, 24, D], guidance
embedding [B, 256] -> the clean latents x0 [B, 8, h, w] (prediction type "sample").
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from palette import WORDS

TEXT_WIDTH = 160


class TextEncoder(nn.Module):
    """Word embeddings and one transformer layer without positions (words are a set): ids int64 [B, 24] -> [B, 24, D]."""

    def __init__(self, width=TEXT_WIDTH, heads=4):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), width)
        self.norm = nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.heads = heads

    def forward(self, ids):
        keep = (ids != 0).to(self.embedding.weight.dtype)
        x = self.embedding(ids) * keep[..., None]
        q, k, v = [t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in self.qkv(self.norm(x)).chunk(3, -1)]
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + (keep[:, None, None] - 1) * 50
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))
        x = x + self.down(F.gelu(self.up(self.norm2(x))))
        return x * keep[..., None]


class Norm(nn.GroupNorm):
    """Group normalisation, then scale and shift [B, C, 1, 1] where they are given.

    In an exported graph its shapes are constants but for the batch, and both affine maps are one: the same numbers without 32
    computations of shapes and 14 passes over the picture.
    """

    def forward(self, x, scale=0.0, shift=0.0):
        if not torch.onnx.is_in_onnx_export():
            return super().forward(x) * (1 + scale) + shift
        channels, height, width = [int(n) for n in x.shape[1:]]
        one = torch.ones(self.num_groups)
        y = F.instance_norm(x.reshape(-1, self.num_groups, channels * height * width // self.num_groups), weight=one, bias=0 * one, eps=self.eps)
        gain, offset = self.weight.view(1, -1, 1, 1), self.bias.view(1, -1, 1, 1)
        return y.reshape(-1, channels, height, width) * (gain * (1 + scale)) + (offset * (1 + scale) + shift)


class Residual(nn.Module):
    """Residual block whose second normalisation is scaled and shifted by the embedding e [B, E, 1, 1]."""

    def __init__(self, inputs, outputs, embedding):
        super().__init__()
        self.norm1, self.conv1 = Norm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = Norm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.modulate = nn.Conv2d(embedding, 2 * outputs, 1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x, e):
        scale, shift = self.modulate(e).split(self.conv1.out_channels, 1)
        h = self.conv1(F.silu(self.norm1(x)))
        return self.skip(x) + self.conv2(F.silu(self.norm2(h, scale, shift)))


class Attention(nn.Module):
    """Self-attention over pixels, cross-attention to tokens, feed-forward; all projections are 1x1 convolutions."""

    def __init__(self, channels, heads=4, text=TEXT_WIDTH):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.out1 = Norm(1, channels), nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        self.norm2, self.q, self.kv = Norm(1, channels), nn.Conv2d(channels, channels, 1), nn.Linear(text, 2 * channels)
        self.out2 = nn.Conv2d(channels, channels, 1)
        self.norm3, self.up, self.down = Norm(1, channels), nn.Conv2d(channels, 2 * channels, 1), nn.Conv2d(2 * channels, channels, 1)
        for layer in (self.out1, self.out2, self.down):
            nn.init.zeros_(layer.weight)

    def attend(self, q, k, v):
        """q, k, v [B, C, n or m] -> [B, C, n]."""
        channels, pixels = [int(n) for n in q.shape[1:]]
        q, k, v = [t.reshape(-1, self.heads, channels // self.heads, int(t.shape[2])) for t in (q, k, v)]
        scores = q.transpose(-1, -2) @ k * (channels // self.heads) ** -0.5
        return (v @ scores.softmax(-1).transpose(-1, -2)).reshape(-1, channels, pixels)

    def forward(self, x, text):
        channels, height, width = [int(n) for n in x.shape[1:]]
        whole, flat = (-1, channels, height, width), (-1, channels, height * width)
        q, k, v = self.qkv(self.norm1(x)).reshape(-1, 3 * channels, height * width).split(channels, 1)
        x = x + self.out1(self.attend(q, k, v).reshape(whole))
        k, v = self.kv(text).transpose(1, 2).split(channels, 1)
        x = x + self.out2(self.attend(self.q(self.norm2(x)).reshape(flat), k, v).reshape(whole))
        return x + self.down(F.gelu(self.up(self.norm3(x))))


def sinusoid(t, width=128):
    """Timestep [B] -> [B, width] float32."""
    rate = torch.exp(-math.log(10000.0) * torch.arange(width // 2, device=t.device) / (width // 2))
    angle = t.float()[:, None] * rate
    return torch.cat([angle.cos(), angle.sin()], -1)


def places(height, width, device=None):
    """Where each latent pixel lies in the scene, as smooth features of row and column: float32 [1, 16, h, w].

    One is the scene's height, whatever the picture's shape. Waves and ground are drawn in perspective: how they look depends
    on how far below the horizon they are, which convolutions alone cannot tell.
    """
    rows = (torch.arange(height, device=device) + 0.5).div(height).view(1, -1, 1).expand(1, height, width)
    cols = (torch.arange(width, device=device) + 0.5).div(height).view(1, 1, -1).expand(1, height, width)
    waves = [f(2 * math.pi * rate * x) for x, rates in ((rows, (1, 2, 4, 8)), (cols, (1, 2, 4))) for rate in rates for f in (torch.sin, torch.cos)]
    return torch.stack([rows, cols] + waves, 1)


class UNet(nn.Module):
    def __init__(self, widths=(64, 128, 256), embedding=256):
        super().__init__()
        a, b, c = widths
        e = embedding
        self.cond = nn.Linear(256, 128, bias=False)
        self.time1, self.time2, self.pool = nn.Linear(128, e), nn.Linear(e, e), nn.Linear(TEXT_WIDTH, e)
        self.inlet, self.place = nn.Conv2d(16, a, 3, padding=1), nn.Conv2d(16, a, 1, bias=False)
        self.a1, self.a2, self.down1 = Residual(a, a, e), Residual(a, a, e), nn.Conv2d(a, b, 3, 2, 1)
        self.b1, self.bx, self.b2, self.down2 = Residual(b, b, e), Attention(b), Residual(b, b, e), nn.Conv2d(b, c, 3, 2, 1)
        self.c1, self.cx, self.c2 = Residual(c, c, e), Attention(c), Residual(c, c, e)
        self.c3, self.up2 = Residual(2 * c, c, e), nn.Conv2d(c, b, 1)
        self.b3, self.bx2, self.b4, self.up1 = Residual(2 * b, b, e), Attention(b), Residual(2 * b, b, e), nn.Conv2d(b, a, 1)
        self.a3, self.a4 = Residual(2 * a, a, e), Residual(2 * a, a, e)
        self.norm, self.outlet = Norm(8, a), nn.Conv2d(a, 8, 3, padding=1)
        nn.init.zeros_(self.cond.weight)
        nn.init.zeros_(self.place.weight)

    def forward(self, sample, timestep, encoder_hidden_states, timestep_cond):
        text = encoder_hidden_states
        t = sinusoid(timestep) + self.cond(timestep_cond)
        e = F.silu(self.time2(F.silu(self.time1(t))) + self.pool(text.sum(1) * 0.25))[:, :, None, None]
        h0 = self.inlet(sample)
        # Weights from before places were told need no constants for them in their graphs.
        if not (torch.onnx.is_in_onnx_export() and not self.place.weight.any()):
            h0 = h0 + self.place(places(int(sample.shape[2]), int(sample.shape[3]), sample.device))
        h1 = self.a1(h0, e)
        h2 = self.a2(h1, e)
        h3 = self.bx(self.b1(self.down1(h2), e), text)
        h4 = self.b2(h3, e)
        h5 = self.cx(self.c1(self.down2(h4), e), text)
        x = self.c3(torch.cat([self.c2(h5, e), h5], 1), e)
        x = F.interpolate(self.up2(x), scale_factor=2.0, mode="nearest")
        x = self.bx2(self.b3(torch.cat([x, h4], 1), e), text)
        x = self.b4(torch.cat([x, h3], 1), e)
        x = F.interpolate(self.up1(x), scale_factor=2.0, mode="nearest")
        x = self.a4(torch.cat([self.a3(torch.cat([x, h2], 1), e), h1], 1), e)
        return self.outlet(F.silu(self.norm(x)))
