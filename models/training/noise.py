"""Random numbers for scenes: geometry from a seeded generator, texture from the diffusion noise itself.

The texture of a picture is a deterministic function of a Gaussian latent noise n [B, 8, H/8, W/8]. In training the very
same n is the noise that is added to the latents, so a picture's texture can be read off the noisy input: the network can
learn sharp, seed-dependent texture by plain regression instead of averaging over every possible texture.
"""
import torch
import torch.nn.functional as F


class Rand:
    """Per-sample random parameters, each [B, 1, 1, 1] float32 unless said; one seeded generator behind all."""

    def __init__(self, batch, generator):
        self.batch, self.generator, self.device = batch, generator, generator.device

    def u(self, low=0.0, high=1.0, n=1):
        """Uniform in [low, high): [B, n, 1, 1]."""
        return torch.rand(self.batch, n, 1, 1, generator=self.generator, device=self.device) * (high - low) + low

    def flag(self, probability):
        """1.0 with the given probability, else 0.0."""
        return (self.u() < probability).float()

    def pick(self, weights):
        """An index drawn with the given weights: int64 [B]."""
        table = torch.tensor(weights, dtype=torch.float32, device=self.device)
        return torch.multinomial(table, self.batch, True, generator=self.generator)

    def smooth(self, channels, height, width, cell):
        """Smooth noise about zero, standard deviation about 0.5, features of `cell` px: [B, channels, H, W]."""
        rows, cols = max(2, height // cell + 1), max(2, width // cell + 1)
        grid = torch.randn(self.batch, channels, rows, cols, generator=self.generator, device=self.device) * 0.6
        return F.interpolate(grid, size=(height, width), mode="bicubic", align_corners=True)


def upsample(x, height, width):
    """Bicubic to [.., H, W]; centres aligned, so that a latent pixel and its 8 x 8 block of picture belong together."""
    return F.interpolate(x, size=(height, width), mode="bicubic", align_corners=False)


#: Radians per pixel of a pattern that repeats every 8 px, so that it looks the same from each latent pixel: 2 pi / 8.
LATENT_PITCH = 0.7853982


class Texture:
    """Noise fields built from latent noise n [B, 8, H/8, W/8]; each field [B, 1, H, W], zero mean, std about 0.5.

    broad: 32 px features; medium, medium2: 8 px; long: 8 px high and 32 wide; fine: 4 px; grain: 2 px. The last is a fixed 8 x 8
    tile modulated by n. cells: one value of U(0, 1) for each latent pixel. row, col: pixel centres, [1, 1, H, 1] and [1, 1, 1, W].

    Whatever a sketch and its words do not tell comes from here: a pattern whose phase hangs on anything else (a random number,
    the position in the scene) could only be painted as the average of all its phases, which is a blur.
    """

    def __init__(self, noise):
        height, width = noise.shape[2] * 8, noise.shape[3] * 8
        half = torch.nn.functional.avg_pool2d(F.pad(noise[:, 0:2], (1, 2, 1, 2), mode="replicate"), 4, 1) * 4
        broad = upsample(half, height, width) * 0.55
        mid = upsample(noise[:, 2:4], height, width) * 0.62
        self.broad = broad[:, 0:1] * 0.8 + mid[:, 1:2] * 0.25
        self.broad2 = broad[:, 1:2] * 0.8 + mid[:, 0:1] * 0.25
        four = upsample(F.pixel_shuffle(noise[:, 4:8], 2), height, width) * 0.62
        self.medium = mid[:, 0:1] * 0.75 + four * 0.45
        self.medium2 = mid[:, 1:2] * 0.8 + four * 0.3
        self.long = F.avg_pool2d(F.pad(self.medium2, (12, 12, 0, 0), mode="replicate"), (1, 25), 1) * 1.8
        self.cells = F.interpolate(torch.special.ndtr(noise[:, 6:7]), scale_factor=8, mode="nearest")
        self.row = (torch.arange(height, device=noise.device) + 0.5).view(1, 1, -1, 1)
        self.col = (torch.arange(width, device=noise.device) + 0.5).view(1, 1, 1, -1)
        tile = tile_pattern(noise.device).repeat(1, 1, height // 8, width // 8)
        self.grain = tile
        self.fine = four * 0.75 + 0.5 * tile * (mid[:, 1:2] + 0.6)

    def index(self, rows):
        """The same fields for some samples only."""
        other = object.__new__(Texture)
        for name, value in self.__dict__.items():
            setattr(other, name, value if value.shape[0] == 1 else value[rows])
        return other


def tile_pattern(device):
    """A fixed irregular 8 x 8 tile, zero mean, std 0.5: [1, 1, 8, 8]. Locked to the latent grid, so a decoder can draw it."""
    tile = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(5))
    tile = (tile - tile.mean()) / tile.std() * 0.5
    return tile.to(device)
