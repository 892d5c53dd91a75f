"""The five styles as filters on rendered pictures: photo, watercolor, oil, pencil, neon. All take [b, 3, H, W] in [0, 1]."""
import torch
import torch.nn.functional as F

from canvas import blur, mix, shift


def gray(x):
    return x.mean(1, True)


def edges(x, reach=1):
    """Strength of edges, about 0..0.5: [b, 1, H, W]."""
    return ((x - shift(x, reach, 0)).abs() + (x - shift(x, 0, reach)).abs()).amax(1, True)


def pixel_grid(x):
    """Pixel indices (columns [1,1,1,W], rows [1,1,H,1]); lines drawn with them are locked to the latent grid."""
    return (torch.arange(x.shape[3], device=x.device).view(1, 1, 1, -1).float(),
            torch.arange(x.shape[2], device=x.device).view(1, 1, -1, 1).float())


def photo(x, t):
    """Mild contrast, soft highlights."""
    x = x.clamp(0, 1.2)
    x = x / (1 + 0.18 * (x - 0.7).clamp(min=0) * 4)
    return mix(x, x * x * (3 - 2 * x), 0.25)


def watercolor(x, t):
    """Pigment pools at the edges of washes, paler colours, paper grain."""
    soft = blur(blur(x, 5), 3)
    rim = edges(blur(x, 3), 2)
    wash = mix(soft, torch.ones_like(soft), 0.22 + 0.07 * t.medium) * (1 + 0.06 * t.medium2)
    return wash - 0.42 * rim.clamp(0, 0.5) + 0.016 * t.fine + 0.016 * t.grain


def oil(x, t):
    """Short strokes: the picture is smeared along a direction field, given relief and a canvas weave."""
    height, width = x.shape[2:]
    ys, xs = torch.meshgrid(torch.linspace(-1, 1, height, device=x.device), torch.linspace(-1, 1, width, device=x.device), indexing="ij")
    push = torch.cat([t.medium * 3.6 / width, t.medium2 * 3.6 / height], 1)
    grid = torch.stack([xs + push[:, 0], ys + push[:, 1]], -1)
    smear = F.grid_sample(blur(x, 3), grid, padding_mode="border", align_corners=True)
    step = (smear * 8).round() / 8
    columns, rows = pixel_grid(x)
    stroke = torch.sin((columns + rows) * 0.7854 + 3.5 * t.medium)
    vivid = mix(gray(smear), mix(smear, step, 0.45), 1.22)
    return vivid * (1.03 + 0.065 * stroke + 0.06 * t.medium) + 0.012 * t.grain


def pencil(x, t):
    """Coloured pencil: hatching in two directions by tone, dark contours, cream paper."""
    tone = gray(blur(x, 3)).clamp(0, 1)
    columns, rows = pixel_grid(x)
    first = torch.sin((columns + rows) * 0.7854 + 0.7 * t.medium)
    second = torch.sin((columns - rows) * 0.7854 + 0.7 * t.medium2)
    ink = ((first + 1.6 - 2.6 * tone) * 0.8).clamp(0, 1) * 0.6 + ((second + 0.7 - 2.8 * tone) * 0.8).clamp(0, 1) * 0.4
    contour = (edges(blur(x, 3), 1) * 3.2 - 0.08).clamp(0, 1)
    colourful = blur(x, 3).amax(1, True) - blur(x, 3).amin(1, True)
    ink = torch.maximum(ink, (0.75 + 0.25 * first) * (colourful * 0.95 - 0.1).clamp(0, 0.8))
    amount = (0.6 * ink * (1 + 0.25 * t.fine) + contour).clamp(0, 1)
    hue = mix(gray(x), blur(x, 3), 1.25) * 0.62
    paper = torch.tensor([0.975, 0.965, 0.935], device=x.device).view(1, 3, 1, 1)
    wash = mix(paper, blur(x, 5), 0.16) * (1 + 0.012 * t.grain)
    return mix(wash, hue.clamp(0, 0.75), amount * 0.85)


def neon(x, t):
    """Glowing contours in each thing's own saturated colour on near darkness."""
    near = blur(x, 5)
    peak, trough = near.amax(1, True), near.amin(1, True)
    saturated = ((near - trough * 0.85) / (peak - trough * 0.85 + 0.06)).clamp(0, 1)
    columns, rows = pixel_grid(x)
    turn = rows / x.shape[2] * 5 + t.broad
    default = torch.cat([0.5 + 0.5 * torch.sin(turn + p) for p in (0.0, 2.1, 4.2)], 1)
    hue = mix(default.expand_as(x), saturated, ((peak - trough) * 3).clamp(0, 0.85))
    line = (edges(x, 2) * 1.7 - 0.05).clamp(0, 1)
    glow = blur(line, 9) * 0.9 + blur(line, 25) * 0.6
    return near * 0.13 + hue * (line + glow * 0.75) + 0.35 * line ** 2


FILTERS = [photo, watercolor, oil, pencil, neon]


def apply_styles(picture, style, texture):
    """picture float32 [B, 3, H, W], style int64 [B] -> styled picture in [0, 1]."""
    out = torch.empty_like(picture)
    for k, make in enumerate(FILTERS):
        rows = (style == k).nonzero().flatten()
        if len(rows):
            out[rows] = make(photo(picture[rows], None) if k else picture[rows], texture.index(rows))
    return out.clamp(0, 1)
