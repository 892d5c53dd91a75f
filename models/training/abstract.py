"""Drawings from outside the landscape world: blobs, strokes, letters, faces, flowers, hearts, stars.

They are rendered as the same drawing made of lit, textured matter on a ground of the time of day, so that nothing a person
draws falls outside what the model has seen. The same pieces are also scattered over landscapes.
"""
import math

import torch

from canvas import box, ellipse, mix, petals, segments
from palette import LIGHT, STROKES, table

#: Letters as strokes on a 2 x 4 grid (x right, y down): pairs of end points.
GLYPHS = {
    "A": "0400 2404 0020 0222", "E": "0004 0020 0222 0424", "F": "0004 0020 0222", "H": "0004 2024 0222", "I": "1014",
    "K": "0004 0220 0224", "L": "0004 0424", "M": "0400 0012 1220 2024", "N": "0400 0024 2420", "O": "0004 0424 2420 2000",
    "P": "0004 0020 2022 2202", "T": "0020 1014", "U": "0004 0424 2420", "V": "0014 1420", "W": "0004 0412 1224 2420",
    "X": "0024 2004", "Y": "0012 2012 1214", "Z": "0020 2004 0424", "C": "2000 0004 0424", "S": "2000 0002 0222 2224 2404",
    "B": "0004 0020 2022 0222 2224 2404", "D": "0004 0013 1310 1000", "R": "0004 0020 2022 2202 0224", "?": "0020 2022 2212 1213",
}


def glyph_table(device):
    """All glyphs as segments in a unit box: float32 [letters, 6, 4]; unused segments lie far away."""
    rows = torch.full((len(GLYPHS), 6, 4), 50.0)
    for i, strokes in enumerate(GLYPHS.values()):
        for j, s in enumerate(strokes.split()):
            rows[i, j] = torch.tensor([int(s[0]) / 2, int(s[1]) / 4, int(s[2]) / 2, int(s[3]) / 4])
    return rows.to(device)


def any_colour(s, dark=1.0):
    """A random palette colour [B, 3, 1, 1]; black with weight `dark`."""
    colour = table(STROKES, s.rand.pick([dark] + [1] * (len(STROKES) - 1)))
    return (colour + s.rand.u(-0.06, 0.06, 3)).clamp(0, 1)


def backdrop(s):
    """White or coloured paper in the sketch; in the picture a soft gradient of the time of day."""
    rand, t, canvas = s.rand, s.t, s.canvas
    s.horizon = torch.ones_like(s.px)
    top, low = table([v[2] for v in LIGHT.values()], s.time), table([v[3] for v in LIGHT.values()], s.time)
    plain = mix(top, low, (s.Y + 0.25).clamp(0, 1))
    paper = torch.full_like(plain, 0.94) * mix(s.lit, torch.ones_like(s.lit), 0.2)
    day = (s.time == 0).float().view(-1, 1, 1, 1)
    ground = mix(plain, paper, 0.25 + 0.5 * day)
    coloured = rand.flag(0.28)
    colour = mix(any_colour(s, 0.3), torch.ones_like(s.lit), rand.u(0, 0.6))
    ground = mix(ground, colour * s.lit * (1.05 - 0.25 * s.Y), coloured * 0.9)
    canvas.sketch = mix(canvas.sketch, colour, coloured)
    canvas.picture = ground * (1 + 0.06 * t.broad + 0.05 * t.medium + 0.03 * t.fine)


def body(s, d, on, colour, bevel_px=9.0, line=1.0):
    """A closed shape in both worlds: filled, pale or outlined as the pen says."""
    pen, canvas = s.canvas.pen, s.canvas
    colour = colour + torch.zeros_like(s.lit)
    pale = mix(colour, torch.ones_like(colour), pen.pale)
    hollow = mix(torch.full_like(colour, 0.95), colour, 0.06)
    canvas.shadow(d, on, 8, 0.35)
    canvas.draw(d, on, colour)
    canvas.solid(d, on, mix(hollow, mix(pale, colour, 0.35) * 0.95, pen.fill), bevel_px=bevel_px, rough=0.2)
    ink = mix(pen.ink, colour, pen.own_colour * (colour.mean(1, True) < 0.8).float())
    band = canvas.cover(d.abs() - pen.width * s.px) * on * pen.line * line
    canvas.picture = mix(canvas.picture, ink * mix(s.lit, torch.ones_like(s.lit), 0.3) * (1 + 0.3 * s.t.fine), band * 0.92)


def ink_stroke(s, d, on, colour, bevel_px=3.0):
    """A pen stroke, always of its own colour, in the picture a lit ribbon with a small shadow."""
    s.canvas.shadow(d, on, 4, 0.3)
    s.canvas.sketch = mix(s.canvas.sketch, colour, s.canvas.cover(d) * on)
    s.canvas.solid(d, on, colour * 0.95 + 0.02, bevel_px=bevel_px, rough=0.2)


def blob(s, on, low=0.06, high=0.24):
    """A random closed shape: round, wavy, star-like or boxy."""
    rand = s.rand
    x, y = rand.u(0.08, 0.92) * s.aspect, rand.u(0.08, 0.92)
    size = rand.u(low, high)
    u, v = s.X - x, s.Y - y
    wavy = petals(u, v, size, rand.u(-0.22, 0.22, 6) * rand.u(0.2, 1), rand.u(0, 6.28, 6))
    flat = box(u + 0.3 * v * rand.u(-1, 1), v, size, size * rand.u(0.4, 1))
    d = mix(wavy, flat, rand.flag(0.2))
    body(s, d, on, any_colour(s))


def scribble(s, on):
    """A smooth wandering stroke, thick or thin; sometimes nearly straight."""
    rand = s.rand
    steps = 16
    time = torch.linspace(0, 1, steps, device=rand.device).view(1, 1, steps)
    path = []
    for scale in (s.aspect, 1.0):
        bend = (rand.u(-0.3, 0.3, 4) / torch.tensor([0.7, 1.4, 2.2, 3.2], device=rand.device).view(1, 4, 1, 1))[..., 0]
        waves = torch.sin(2 * math.pi * time * torch.tensor([0.3, 0.8, 1.6, 2.6], device=rand.device).view(1, 4, 1) + rand.u(0, 6.28, 4)[..., 0])
        path.append((bend * waves).sum(1) + rand.u(0.2, 0.8)[..., 0, 0] * scale)
    p = torch.stack(path, -1)
    ends = torch.cat([p[:, :-1], p[:, 1:]], -1)
    width = s.px * (rand.u(0.7, 2.5) + rand.flag(0.35) * rand.u(1, 7))
    ink_stroke(s, segments(s.X, s.Y, ends) - width, on, any_colour(s, 4))


def letters(s, on):
    """A word of two to four glyphs."""
    rand = s.rand
    glyphs = glyph_table(rand.device)
    size = rand.u(0.09, 0.17)
    x, y = rand.u(0.05, 0.35), rand.u(0.1, 0.7)
    count = 2 + rand.pick([1, 1, 1]).view(-1, 1, 1, 1)
    width = s.px * rand.u(0.7, 3.2)
    colour = any_colour(s, 5)
    d = None
    for k in range(4):
        ends = glyphs[torch.randint(len(GLYPHS), (rand.batch,), generator=rand.generator, device=rand.device)]
        one = segments((s.X - x) / size - k * 1.5, (s.Y - y + 0.01 * rand.u(-1, 1)) / size / 1.5, ends)
        one = one * size + (k >= count).float() * 9
        d = one if d is None else torch.minimum(d, one)
    ink_stroke(s, d - width, on, colour)


def face(s, on):
    """A face with eyes and mouth; with pointed ears and whiskers it is a cat."""
    rand = s.rand
    x, y, size = rand.u(0.3, 0.7) * s.aspect, rand.u(0.4, 0.62), rand.u(0.15, 0.3)
    colour, cat = any_colour(s, 0.6), rand.flag(0.7)
    u, v = (s.X - x) / size, (s.Y - y) / size
    head = ellipse(u, v, rand.u(0.9, 1.2), rand.u(0.8, 1.0))
    lean, tall = rand.u(0.5, 0.75), rand.u(0.55, 0.9)
    ear = torch.maximum((( u.abs() - lean).abs() - (v + 0.55 + tall) * 0.45) * 0.9, v + 0.3)
    head = torch.minimum(head, ear + (1 - cat) * 9)
    body(s, head * size, on, colour, bevel_px=12.0)
    eye_colour = mix(torch.full_like(colour, 0.1), any_colour(s), rand.flag(0.4))
    eyes = ellipse(u.abs() - 0.4, v + 0.12, rand.u(0.08, 0.2), rand.u(0.1, 0.24))
    ink_stroke(s, eyes * size, on, eye_colour)
    nose = torch.maximum((u.abs() - (0.32 - v) * 0.7) * 0.8, 0.18 - v)
    ink_stroke(s, nose * size, on * cat, any_colour(s))
    arc = (((u.abs() - 0.18 * cat) ** 2 + (v - 0.3) ** 2).sqrt() - 0.2 - 0.2 * (1 - cat)).abs() + (v < 0.36).float() * 3
    width = s.px / size * rand.u(0.8, 2)
    ink_stroke(s, (arc - width) * size, on, torch.full_like(colour, 0.12), 2.0)
    slope = (v - 0.32 - 0.12 * torch.sign(v - 0.32) * (u.abs() - 0.5)).abs()
    hair = torch.maximum((slope - 0.09).abs() - width, (u.abs() - 0.95).abs() - 0.4)
    ink_stroke(s, hair * size, on * cat * rand.flag(0.6), torch.full_like(colour, 0.12), 2.0)
    s.say("cat", on * cat); s.say("face", on)


def flower(s, on):
    """Petals about a centre on a stem with a leaf."""
    rand = s.rand
    x, y, size = rand.u(0.15, 0.85) * s.aspect, rand.u(0.25, 0.6), rand.u(0.07, 0.2)
    u, v = s.X - x, s.Y - y
    green = torch.tensor([0.15, 0.6, 0.3], device=rand.device).view(1, 3, 1, 1) + rand.u(-0.1, 0.1, 3)
    stem = box(u - 0.06 * torch.sin(v * 7), v - size - 0.17, s.px * rand.u(1, 3.5), torch.full_like(size, 0.19))
    ink_stroke(s, stem, on, green)
    leaf = ellipse(u - 0.07 + 0.8 * (v - size - 0.2), v - size - 0.2, torch.full_like(size, 0.07), torch.full_like(size, 0.03))
    body(s, leaf, on * rand.flag(0.7), green, 4.0)
    order = 4 + rand.pick([1, 1, 1]).view(-1, 1, 1, 1)
    angle = torch.atan2(v, u)
    reach = size * (0.78 + 0.3 * torch.cos(order * angle + rand.u(0, 6)))
    body(s, ((u * u + v * v).sqrt() - reach) * 0.7, on, any_colour(s, 0.2))
    middle = torch.tensor([1, 0.8, 0.2], device=rand.device).view(1, 3, 1, 1) + rand.u(-0.15, 0.15, 3)
    body(s, (u * u + v * v).sqrt() - size * 0.28, on, middle.clamp(0, 1), 4.0)
    s.say("flower", on)


def heart_or_star(s, on):
    """One big heart or five-pointed star."""
    rand = s.rand
    x, y, size = rand.u(0.25, 0.75) * s.aspect, rand.u(0.3, 0.7), rand.u(0.12, 0.3)
    u, v = (s.X - x) / size, (s.Y - y) / size
    heart = ((u * u + (v + 0.62 * u.abs().clamp(max=1.2) - 0.1) ** 2).sqrt() - 0.9) * 0.7
    angle = torch.atan2(v, u) + math.pi / 2
    saw = (angle * 5 / (2 * math.pi) + 0.5) % 1 - 0.5
    star = ((u * u + v * v).sqrt() - (1 - 1.15 * saw.abs())) * 0.6
    is_star = rand.flag(0.5)
    body(s, mix(heart, star, is_star) * size, on, any_colour(s, 0.2), 8.0)
    s.say("star", on * is_star); s.say("heart", on * (1 - is_star))


def draw_abstract(s, kind):
    """Fill a scene with one kind of drawing (0..6); every sample of the batch gets the same kind."""
    backdrop(s)
    rand = s.rand
    some = lambda p: rand.flag(p)
    one = torch.ones_like(s.px)
    if kind == 0:
        for k in range(5):
            blob(s, one if k < 2 else some(0.6))
        s.say("shapes", one)
    if kind == 1:
        for k in range(3):
            scribble(s, one if k == 0 else some(0.6))
        s.say("scribble", one)
    if kind == 2:
        blob(s, some(0.3), 0.2, 0.4); letters(s, one); scribble(s, some(0.3)); s.say("letters", one)
    if kind == 3:
        blob(s, some(0.15)); face(s, one)
    if kind == 4:
        flower(s, some(0.5)); flower(s, one)
    if kind == 5:
        heart_or_star(s, one); scribble(s, some(0.3))
    if kind == 6:
        blob(s, one); scribble(s, one); letters(s, some(0.4)); blob(s, some(0.5)); s.say("abstract", one)


def scatter(s):
    """A few foreign pieces over a landscape: what people add to a scene to see what happens."""
    rand = s.rand
    some = rand.flag(0.4)
    blob(s, some * rand.flag(0.45), 0.03, 0.14)
    scribble(s, some * rand.flag(0.5))
    scribble(s, some * rand.flag(0.25))
