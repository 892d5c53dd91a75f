"""Torch modules around the trained networks, with the inputs and outputs of the exported graphs."""
import torch
import torch.nn as nn


class EncodeImage(nn.Module):
    """image uint8 [1, H, W, 3] -> latents float32 [1, 8, H/8, W/8]."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, image):
        return self.encoder(image.permute(0, 3, 1, 2).float() * (1 / 127.5) - 1)


class DecodeImage(nn.Module):
    """latents float32 [1, 8, h, w] -> image uint8 [1, H, W, 3]."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, latents):
        pixels = (self.decoder(latents) * 127.5 + 127.5).clamp(0, 255)
        return torch.round(pixels).to(torch.uint8).permute(0, 2, 3, 1)
