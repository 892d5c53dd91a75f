"""Things standing in a landscape: islands, flowers, lighthouses, houses, trees, boats."""
import torch

from canvas import box, ellipse, mix
from noise import LATENT_PITCH
from palette import STROKES, table


def is_ground(s, *kinds):
    """1.0 where the scene's ground is one of these kinds (indices into GROUNDS)."""
    return sum((s.ground == k).float() for k in kinds).view(-1, 1, 1, 1)


def constant(s, *rgb):
    return torch.tensor(rgb, dtype=torch.float32, device=s.rand.device).view(1, 3, 1, 1)


def island(s):
    """A wooded hump on the sea with its dark reflection."""
    rand = s.rand
    on = rand.flag(0.4) * is_ground(s, 0, 1)
    x, w, h = rand.u(0.15, 0.85) * s.aspect, rand.u(0.12, 0.28), rand.u(0.05, 0.14)
    d = torch.maximum(ellipse(s.X - x, s.Y - s.horizon - 0.03, w, h), s.Y - s.horizon - 0.035)
    mirror = ellipse(s.X - x + s.wave * 0.008, (s.Y - s.horizon - 0.03) * 1.3, w, h)
    s.canvas.picture = s.canvas.picture * (1 - 0.45 * on * (0.5 - mirror / (s.px * 3)).clamp(0, 1))
    s.canvas.thing(d, on, s.colours("island"), bevel_px=12.0, rough=0.5)
    s.say("island", on)


def shore(s):
    """An island or headland nearer than the horizon, or cut off by the picture's side; its foot darkens the water."""
    rand = s.rand
    on = rand.flag(0.4) * is_ground(s, 0, 1)
    x, w, h = rand.u(-0.05, 1.05) * s.aspect, rand.u(0.14, 0.42), rand.u(0.05, 0.16)
    y = s.horizon + h * rand.u(0.1, 0.9) + rand.u(0, 0.3) * rand.flag(0.7)
    d = ellipse(s.X - x, s.Y - y, w, h)
    cut = mix(torch.full_like(h, 9.0), h * rand.u(0.1, 0.8), rand.flag(0.5))  # half of them have a flat foot
    d = torch.maximum(d, s.Y - y - cut)
    mirror = ellipse(s.X - x + s.wave * 0.008, s.Y - y - torch.minimum(cut, h), w * 0.95, h * 0.4)
    s.canvas.picture = s.canvas.picture * (1 - 0.45 * on * (0.5 - mirror / (s.px * 3)).clamp(0, 1))
    s.canvas.thing(d, on, s.colours("island"), bevel_px=12.0, rough=0.5)
    s.say("island", on)


def blossoms(s):
    """Flowers strewn over a meadow: dots in one colour, on the sketch as dots or not at all (then the noise strews them)."""
    rand, t = s.rand, s.t
    on = rand.flag(0.4) * is_ground(s, 2)
    colour = table(STROKES, rand.pick([0, 0.2] + [1] * 13))
    drawn, phase = rand.flag(0.75), rand.u(0, 100)
    cell_x, cell_y = torch.floor(t.col / 8), torch.floor(t.row / 8)
    jitter = torch.sin(cell_x * 12.9898 + cell_y * 78.233 + phase) * 43758.5453
    jitter = mix(t.cells, jitter - torch.floor(jitter), drawn)
    away = ((t.col / 8 - cell_x - 0.3 - 0.4 * jitter) ** 2 + (t.row / 8 - cell_y - 0.3 - 0.4 * ((jitter * 7) % 1)) ** 2).sqrt()
    d = (away - 0.26) * 8 * s.px + (jitter > 0.35).float() * 9 + (s.depth < 0.06).float() * 9
    s.canvas.solid(d, on, colour, bevel_px=2.0, rough=0.3)
    s.canvas.sketch = mix(s.canvas.sketch, colour, s.canvas.cover(d - s.px * 0.7) * on * drawn)
    s.say("flowers", on)


def lighthouse(s):
    """A striped tower with a lamp that shines in the dark."""
    rand, canvas = s.rand, s.canvas
    on = rand.flag(0.22)
    x, foot, height, half = rand.u(0.12, 0.88) * s.aspect, s.horizon + rand.u(0, 0.12), rand.u(0.2, 0.4), rand.u(0.022, 0.045)
    top = foot - height
    taper = half * (0.6 + 0.4 * ((s.Y - top) / height).clamp(0, 1))
    d = torch.maximum((s.X - x).abs() - taper, (s.Y - (top + foot) / 2).abs() - height / 2)
    sketch, real = s.colours("tower")
    red = mix(constant(s, 0.78, 0.16, 0.13), real * 0.6, rand.flag(0.3))
    band = (torch.sin((s.Y - top) / height * 25) > 0).float()
    round_ = 1.1 - 0.45 * ((s.X - x) / half + 1) / 2
    canvas.draw(d, on, sketch)
    striped = rand.flag(0.5)
    canvas.sketch = mix(canvas.sketch, red, canvas.cover(d) * band * on * striped * canvas.pen.fill)
    canvas.solid(d, on, mix(real, red, band) * round_, bevel_px=2.0, rough=0.12)
    lamp = box(s.X - x, s.Y - top + 0.02, half * 0.75, torch.full_like(half, 0.022))
    cap_sketch, _ = s.colours("lamp")
    canvas.draw(lamp, on, cap_sketch)
    canvas.picture = mix(canvas.picture, constant(s, 1, 0.9, 0.55), canvas.cover(lamp) * on)
    dark = ((s.time == 1) | (s.time == 2) | (s.time == 4)).float().view(-1, 1, 1, 1)
    glow = torch.exp(-(((s.X - x) ** 2 + (s.Y - top + 0.02) ** 2).sqrt()) / 0.06)
    canvas.picture = canvas.picture + glow * on * (0.12 + 0.5 * dark) * constant(s, 1, 0.85, 0.5)
    s.say("lighthouse", on)


def house(s):
    """Walls, a gabled roof, windows that are lit when it is dark, a door."""
    rand, canvas = s.rand, s.canvas
    on = rand.flag(0.42) * is_ground(s, 2, 3, 4, 6, 7)
    x, foot, size = rand.u(0.15, 0.85) * s.aspect, s.horizon + rand.u(0.04, 0.25), rand.u(0.07, 0.17)
    walls = box(s.X - x, s.Y - foot + size * 0.55, size, size * 0.55)
    canvas.shadow(walls, on, 6, 0.3)
    sketch, real = s.colours("wall", 0.3)
    canvas.thing(walls, on, (sketch, real), bevel_px=3.0, rough=0.16)
    roof = torch.maximum(((s.X - x).abs() - (s.Y - foot + size * 2.1) * 1.15) * 0.65, s.Y - foot + size * 1.06)
    sketch, real = s.colours("roof", 0.3)
    tiles = 1 + 0.16 * torch.sin(2 * LATENT_PITCH * s.t.row)
    canvas.draw(roof, on, sketch)
    canvas.solid(roof, on, real * tiles, bevel_px=3.0, rough=0.2)
    dark = ((s.time == 1) | (s.time == 2) | (s.time == 4)).float().view(-1, 1, 1, 1)
    pane = mix(constant(s, 0.4, 0.55, 0.7) * s.lit, constant(s, 1.05, 0.85, 0.4), dark)
    windows = torch.minimum(box(s.X - x - 0.5 * size, s.Y - foot + size * 0.65, size * 0.2, size * 0.2),
                            box(s.X - x + 0.5 * size, s.Y - foot + size * 0.65, size * 0.2, size * 0.2))
    drawn = on * rand.flag(0.8)
    canvas.draw(windows, drawn, table([[0.4, 0.5, 0.7], [0.95, 0.85, 0.4]], rand.pick([1, 1])))
    canvas.picture = mix(canvas.picture, pane, canvas.cover(windows) * drawn)
    door = box(s.X - x, s.Y - foot + size * 0.3, size * 0.16, size * 0.3)
    drawn = on * rand.flag(0.6)
    canvas.thing(door, drawn, s.colours("trunk", 0.3), bevel_px=2.0)
    s.say("house", on)


def trees(s):
    """Up to three trees: round, pointed, or bare strokes; green or autumn."""
    rand, canvas, t = s.rand, s.canvas, s.t
    on = rand.flag(0.6) * is_ground(s, 2, 3, 4, 6, 7)
    autumn, pointed = rand.flag(0.25), rand.flag(0.3)
    (sk_g, re_g), (sk_a, re_a) = s.colours("tree"), s.colours("autumn")
    sketch, real = mix(sk_g, sk_a, autumn), mix(re_g, re_a, autumn)
    trunk_colours = s.colours("trunk", 0.05)
    for k in range(3):
        here = on * (rand.flag(0.6) if k else 1)
        x, foot, size = rand.u(0.03, 0.97) * s.aspect, s.horizon + rand.u(0.02, 0.3), rand.u(0.05, 0.13)
        trunk = box(s.X - x, s.Y - foot + size * 0.5, size * 0.14, size * 0.55)
        canvas.thing(trunk, here, trunk_colours, bevel_px=3.0, rough=0.4)
        u, v = s.X - x, s.Y - foot + size * 1.6
        round_ = ellipse(u, v, size * 0.95, size * 1.05)
        cone = torch.maximum((u.abs() - (v + size * 1.3) * 0.42) * 0.9, v - size * 0.85)
        d = mix(round_, cone, pointed)
        canvas.draw(d, here, sketch)
        leafy = 1 + 0.5 * t.medium + 0.45 * t.fine - 0.35 * (u + v) / size
        canvas.solid(d + 0.13 * size * t.medium, here, real * leafy, bevel_px=5.0, rough=0.1)
    s.say("trees", on); s.say("autumn", on * autumn)


def boat(s):
    """A hull, one sail, and their broken reflection."""
    rand, canvas = s.rand, s.canvas
    on = rand.flag(0.5) * is_ground(s, 0, 1)
    x, y, size = rand.u(0.12, 0.88) * s.aspect, s.horizon + rand.u(0.03, 0.26), rand.u(0.06, 0.14)
    u, v = s.X - x, s.Y - y
    echo = torch.maximum((u + s.wave * 0.01).abs() - size * 0.7, (v - size * 0.7).abs() - size * 0.45)
    canvas.picture = canvas.picture * (1 - 0.3 * on * (0.5 - echo / (s.px * 4)).clamp(0, 1))
    hull = torch.maximum(torch.maximum((u.abs() - size * (1 - 0.9 * v / size)) * 0.75, -v), v - size * 0.38)
    canvas.thing(hull, on, s.colours("boat", 0.3), bevel_px=4.0)
    mast = box(u, v + size * 0.75, size * 0.035 + s.px * 0.4, size * 0.75)
    canvas.thing(mast, on, s.colours("trunk", 0.0), bevel_px=2.0)
    side = torch.sign(rand.u(-1, 1))
    w = u * side
    sail = torch.maximum(torch.maximum(size * 0.06 - w, (w - size * 0.9 * (v + size * 1.45) / (size * 1.45)) * 0.8), v + size * 0.12)
    canvas.thing(sail, on, s.colours("sail", 0.25), bevel_px=5.0, rough=0.12)
    s.say("boat", on)


def all_props(s, shores):
    if shores:
        shore(s)
    for draw in (island, blossoms, lighthouse, house, trees, boat):
        draw(s)
