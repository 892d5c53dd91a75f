"""Torch modules around the trained networks, with the inputs and outputs of the exported graphs."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def one_convolution(stem):
    """pixel_unshuffle(2) and a 3x3 convolution as one 6x6 convolution of stride 2: the same numbers, no transposes."""
    out = stem.weight.shape[0]
    folded = nn.Conv2d(3, out, 6, 2, 2)
    weight = stem.weight.detach().view(out, 3, 2, 2, 3, 3)  # colour, row in block, column in block, kernel row, kernel column
    folded.weight.data = weight.permute(0, 1, 4, 2, 5, 3).reshape(out, 3, 6, 6).contiguous()
    folded.bias.data = stem.bias.detach().clone()
    return folded.requires_grad_(False)


class EncodeText(nn.Module):
    """input_ids int64 [1, 24] -> last_hidden_state float32 [1, 24, D]; unknown words (id 1) count as padding: they do no harm."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    def forward(self, input_ids):
        return self.text(torch.where(input_ids == 1, torch.zeros_like(input_ids), input_ids))


class EncodeImage(nn.Module):
    """image uint8 [1, H, W, 3] -> latents float32 [1, 8, H/8, W/8]."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder, self.stem = encoder, one_convolution(encoder.stem)

    def forward(self, image):
        e = self.encoder
        x = self.stem(image.permute(0, 3, 1, 2).float() * (1 / 127.5) - 1)
        return (e.head(F.silu(e.body(x))) - e.mean) / e.std


class DecodeImage(nn.Module):
    """latents float32 [1, 8, h, w] -> image uint8 [1, H, W, 3]."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, latents):
        pixels = (self.decoder(latents) * 127.5 + 127.5).clamp(0, 255)
        return torch.round(pixels).to(torch.uint8).permute(0, 2, 3, 1)
