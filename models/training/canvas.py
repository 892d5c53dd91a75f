"""Signed distances and a canvas that draws each thing twice: as a flat sketch stroke and as a lit, shaded picture.

Distances are in scene units (1 = the height of the whole scene), negative inside; coordinates X, Y are [B, 1, H, W].
"""
import torch
import torch.nn.functional as F


def mix(a, b, m):
    """a where m is 0, b where m is 1."""
    if torch.is_tensor(a) and torch.is_tensor(b):
        return torch.lerp(a, b, m)
    return a + (b - a) * m


def box(x, y, half_width, half_height):
    """Distance to a box centred at 0."""
    return torch.maximum(x.abs() - half_width, y.abs() - half_height)


def ellipse(x, y, radius_x, radius_y):
    """Approximate distance to an ellipse centred at 0."""
    k = ((x / radius_x) ** 2 + (y / radius_y) ** 2).sqrt()
    return (k - 1) * torch.minimum(radius_x * torch.ones_like(k), radius_y * torch.ones_like(k))


def petals(x, y, radius, amplitudes, phases):
    """Distance to a closed curve r(angle) = radius (1 + sum a_k cos(k angle + phase_k)); amplitudes [B, K, 1, 1]."""
    angle = torch.atan2(y, x)
    order = torch.arange(1, amplitudes.shape[1] + 1, device=x.device).view(1, -1, 1, 1)
    reach = radius * (1 + (amplitudes * torch.cos(order * angle + phases)).sum(1, True))
    return ((x * x + y * y).sqrt() - reach) * 0.8


def segments(x, y, ends):
    """Distance to the nearest of S segments: ends [B, S, 4] (x0, y0, x1, y1), unused ones far away -> [B, 1, H, W]."""
    best = None
    for k in range(ends.shape[1]):
        x0, y0, x1, y1 = [ends[:, k, j].view(-1, 1, 1, 1) for j in range(4)]
        dx, dy = x1 - x0, y1 - y0
        t = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9)).clamp(0, 1)
        d = (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2
        best = d if best is None else torch.minimum(best, d)
    return best.sqrt()


def shift(x, dx, dy):
    """x moved by whole pixels to the right and down, edges repeated."""
    p = F.pad(x, (max(dx, 0), max(-dx, 0), max(dy, 0), max(-dy, 0)), mode="replicate")
    return p[..., max(-dy, 0):max(-dy, 0) + x.shape[2], max(-dx, 0):max(-dx, 0) + x.shape[3]]


def blur(x, size):
    """Box blur of an odd size in px, one axis after the other."""
    x = F.avg_pool2d(F.pad(x, (size // 2, size // 2, 0, 0), mode="replicate"), (1, size), 1)
    return F.avg_pool2d(F.pad(x, (0, 0, size // 2, size // 2), mode="replicate"), (size, 1), 1)


class Pen:
    """How one scene's sketch is drawn; all [B, 1, 1, 1]: fill 0/1, pale 0..0.7 (tint towards white), line 0/1, width px."""

    def __init__(self, rand):
        self.fill = rand.flag(0.84)
        self.pale = rand.flag(0.25) * rand.u(0.3, 0.7)
        self.line = torch.maximum(rand.flag(0.4), 1 - self.fill)
        self.line = torch.maximum(self.line, (self.pale > 0).float())
        self.width = rand.u(0.8, 2.6) + rand.flag(0.25) * 1.5
        self.own_colour = rand.flag(0.45)
        self.ink = rand.u(0.05, 0.16).expand(-1, 3, -1, -1)


class Canvas:
    """sketch and picture, float32 [B, 3, H, W] in [0, 1] (picture may overshoot until styled)."""

    def __init__(self, size, px, pen, lit, texture):
        self.px, self.pen, self.lit, self.texture = px, pen, lit, texture
        self.sketch = torch.ones(size, device=px.device)
        self.picture = torch.ones(size, device=px.device)

    def cover(self, d):
        """Antialiased inside of a distance: [B, 1, H, W] in [0, 1]."""
        return (0.5 - d / self.px).clamp(0, 1)

    def draw(self, d, on, colour, keep_line=0.0):
        """Into the sketch: flat fill, pale fill or outline only, as the pen says. colour [B, 3, 1, 1]."""
        pen = self.pen
        fill = mix(colour, torch.ones_like(colour), pen.pale)
        self.sketch = mix(self.sketch, fill, self.cover(d) * on * pen.fill)
        ink = mix(pen.ink, colour, pen.own_colour * ((colour.mean(1, True) < 0.8).float()))
        band = self.cover(d.abs() - pen.width * self.px)
        self.sketch = mix(self.sketch, ink, band * on * torch.clamp(pen.line + keep_line, 0, 1))

    def bevel(self, d, width_px, strength):
        """Relief shading for a light from the upper left: about 1, [B, 1, H, W]; width_px [B or 1, 1, 1, 1] or float."""
        depth = (-d / (self.px * width_px)).clamp(0, 1)
        height = 1 - (1 - depth) ** 2
        return 1 + strength * width_px * 0.25 * (height - shift(height, 2, 2)) + 0.1 * (height - 0.6)

    def solid(self, d, on, colour, bevel_px=6.0, strength=0.9, rough=0.22, soft=1.0):
        """Into the picture: a lit body with relief and texture."""
        t = self.texture
        shade = self.bevel(d, bevel_px, strength) * (1 + rough * t.medium + 0.5 * rough * t.fine)
        body = (colour * shade * self.lit * 1.05).clamp(0, 1.1)
        self.picture = mix(self.picture, body, (0.5 - d / (self.px * soft)).clamp(0, 1) * on)

    def thing(self, d, on, colours, **kwargs):
        """A natural thing in both: colours = (sketch colour, daylight colour), each [B, 3, 1, 1]."""
        self.draw(d, on, colours[0])
        self.solid(d, on, colours[1], **kwargs)

    def shadow(self, d, on, size_px=6, strength=0.35):
        """A soft shadow down-right of a body that is about to be drawn."""
        mask = blur(shift(self.cover(d), size_px // 2, size_px // 2), size_px | 1)
        self.picture = self.picture * (1 - strength * mask * on)
