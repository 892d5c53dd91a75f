"""Landscapes: sky, sun or moon, clouds, ridges, ground with water reflections; props.py puts things on the ground."""
import math

import torch

from canvas import Canvas, Pen, ellipse, mix
from noise import LATENT_PITCH
from palette import GROUNDS, LIGHT, SKETCH_SKY, STROKES, THINGS, table


class Scene:
    """What one batch of landscapes agrees on: coordinates, time of day, colours, flags, and the words gathered so far."""

    def __init__(self, rand, texture, height, width, time, window):
        self.rand, self.t, self.time = rand, texture, time
        zoom = mix(torch.ones_like(rand.u()), rand.u(0.5, 1.0), rand.flag(0.6)) if window else torch.ones_like(rand.u())
        self.aspect = max(width / height, 0.5)
        self.px = zoom / height
        device = rand.device
        rows = (torch.arange(height, device=device) + 0.5).view(1, 1, -1, 1)
        cols = (torch.arange(width, device=device) + 0.5).view(1, 1, 1, -1)
        wobble = rand.smooth(2, height, width, 24) * rand.u(0, 3.0) * self.px
        self.Y = rows * self.px + rand.u() * (1 - zoom) + wobble[:, :1]
        self.X = cols * self.px + rand.u() * (1 - zoom) * self.aspect + wobble[:, 1:]
        self.horizon = rand.u(0.38, 0.72)
        self.light = table([[v[0]] * 3 for v in LIGHT.values()], time)
        self.tint = table([v[1] for v in LIGHT.values()], time)
        self.lit = self.light * self.tint
        self.canvas = Canvas((rand.batch, 3, height, width), self.px, Pen(rand), self.lit, texture)
        self.words = []

    def say(self, word, on):
        """Note that the word holds where on [B, 1, 1, 1] is 1."""
        self.words.append((word, on.flatten() > 0.5))

    def colours(self, name, recolour=0.14):
        """(sketch, daylight) colours of a natural thing, jittered, sometimes wholly another colour in both."""
        rand, device = self.rand, self.rand.device
        sketch, real = [torch.tensor(c, device=device).view(1, 3, 1, 1) for c in THINGS[name]]
        other = table(STROKES, rand.pick([1] * len(STROKES)))
        on = rand.flag(recolour) * self.canvas.pen.fill
        jitter = rand.u(-0.07, 0.07, 3)
        sketch = mix((sketch + jitter).clamp(0, 1), other, on)
        real = mix((real + jitter * 0.8).clamp(0, 1), (other * 0.88 + 0.02), on)
        return sketch, real


def sky(s):
    """Sky gradient, disc with glow, stars, clouds. Water mirrors: below the horizon everything is looked up at (XR, YR)."""
    rand, t, canvas = s.rand, s.t, s.canvas
    s.ground = rand.pick([3, 2, 3, 1.5, 1.5, 0.8, 1.2, 1.2])
    s.water = ((s.ground < 2).float()).view(-1, 1, 1, 1)
    s.depth = ((s.Y - s.horizon) / (1 - s.horizon)).clamp(0, 1)
    below = (s.Y > s.horizon).float() * s.water
    swell = 2.2 * t.broad + 1.8 * t.long
    far = torch.sin(2 * LATENT_PITCH * t.row + swell)
    s.wave = mix(far, torch.sin(LATENT_PITCH * t.row + swell), ((s.depth - 0.06) / 0.2).clamp(0, 1))
    ripple = s.wave * (0.012 + 0.03 * s.depth)
    s.YR = mix(s.Y, 2 * s.horizon - s.Y + ripple, below).clamp(-0.5, 1.5)
    s.XR = s.X + below * ripple * 0.6
    height = (s.YR / s.horizon).clamp(0, 1) ** 1.3
    top, low = table([v[2] for v in LIGHT.values()], s.time), table([v[3] for v in LIGHT.values()], s.time)
    drawn = rand.flag(0.62)
    usual = mix(table(SKETCH_SKY, rand.pick([5, 1, 1, 1, 1])), table(SKETCH_SKY, s.time), rand.flag(0.6))
    odd = rand.flag(0.12) * drawn
    colour = mix((usual + rand.u(-0.06, 0.06, 3)).clamp(0, 1), table(STROKES, rand.pick([0] + [1] * 14)), odd)
    hue = colour * s.lit
    top, low = mix(top, hue * 0.6, odd * 0.75), mix(low, (hue * 0.8 + 0.25 * s.light).clamp(0, 1), odd * 0.7)
    s.low = low
    canvas.picture = mix(top, low, height) * (1 + 0.05 * t.broad2)
    canvas.sketch = mix(canvas.sketch, colour, drawn * canvas.pen.fill)
    s.sky_drawn = drawn * canvas.pen.fill
    disc(s)
    clouds(s, height)


def disc(s):
    """Sun, or moon at night; its glow and (by mirrored coordinates) its reflection."""
    rand, t, canvas, device = s.rand, s.t, s.canvas, s.rand.device
    on = rand.flag(0.68)
    s.disc = on
    s.sun_x, sun_y = rand.u(0.12, 0.88) * s.aspect, rand.u(0.08, 0.95) * s.horizon
    radius = rand.u(0.04, 0.11)
    night = (s.time == 2).float().view(-1, 1, 1, 1)
    distance = ((s.XR - s.sun_x) ** 2 + (s.YR - sun_y) ** 2).sqrt()
    white = torch.tensor([1, 0.94, 0.72], device=device).view(1, 3, 1, 1)
    cool = torch.tensor([0.92, 0.94, 1], device=device).view(1, 3, 1, 1)
    low_sun = ((s.time == 1) | (s.time == 3)).float().view(-1, 1, 1, 1)
    white = mix(white, torch.tensor([1, 0.82, 0.5], device=device).view(1, 3, 1, 1), low_sun)
    colour = mix(white, cool, night)
    storm = (s.time == 4).float().view(-1, 1, 1, 1)
    glow = torch.exp(-(distance - radius).clamp(min=0) / mix(0.16, 0.09, night)) * on * (1 - 0.6 * storm)
    canvas.picture = canvas.picture + glow * colour * mix(torch.full_like(night, 0.5), torch.full_like(night, 0.28), night)
    craters = 1 - night * 0.3 * (t.medium.clamp(-0.2, 0.8) + 0.3 * t.fine)
    body = colour * craters * (1 - 0.35 * storm)
    inside = (0.5 - (distance - radius) / s.px).clamp(0, 1) * on
    canvas.picture = mix(canvas.picture, body, inside)
    s.glow_colour = colour
    yellow = torch.tensor([[1, 0.85, 0.2], [0.95, 0.68, 0.29], [0.95, 0.95, 0.8]], device=device)
    kind = rand.pick([4, 1, 0.7])
    sketch = mix(table(yellow.tolist(), kind), table([[0.95, 0.95, 0.8]], kind * 0), night * rand.flag(0.7))
    flat = ((s.X - s.sun_x) ** 2 + (s.Y - sun_y) ** 2).sqrt() - radius
    canvas.draw(flat, on * 1.0, sketch)
    rays(s, flat, sketch, on * rand.flag(0.2) * (1 - night), radius, sun_y)
    s.say("sun", on * (1 - night)); s.say("moon", on * night); s.say("stars", night * rand.flag(0.7))


def rays(s, flat, colour, on, radius, sun_y):
    """Drawn sun rays: on the sketch lines, in the picture faint beams."""
    angle = torch.atan2(s.Y - sun_y, s.X - s.sun_x)
    spoke = (torch.cos(angle * 8).clamp(0, 1) > 0.93).float() * (flat > 0.02).float() * (flat < radius * 0.9).float()
    s.canvas.sketch = mix(s.canvas.sketch, colour, spoke * on)
    s.canvas.picture = s.canvas.picture + 0.2 * spoke * on * s.glow_colour


def clouds(s, height):
    """Stars at night, broken cloud from noise where the word says so, and drawn clouds as puffs."""
    rand, t, canvas = s.rand, s.t, s.canvas
    night = (s.time == 2).float().view(-1, 1, 1, 1)
    spark = ((t.fine + 0.6 * t.medium2 - 1.25) * 4).clamp(0, 1) * night * (s.YR < s.horizon * 0.9).float()
    canvas.picture = canvas.picture + spark * 0.75
    colour = table([v[4] for v in LIGHT.values()], s.time)
    haze = rand.flag(0.35)
    storm = (s.time == 4).float().view(-1, 1, 1, 1)
    cover = ((t.broad + 0.3 * t.medium + 0.12) * 1.8).clamp(0, 1) * (1 - 0.6 * height) * torch.maximum(haze, storm * 0.8)
    canvas.picture = mix(canvas.picture, colour * (0.9 + 0.2 * t.medium), cover * 0.7)
    drawn = rand.flag(0.5)
    sketch = mix(torch.full_like(colour, 0.95), rand.u(0.72, 0.9).expand_as(colour), 1 - s.sky_drawn)
    sketch = mix(sketch, table(STROKES, rand.pick([1] * len(STROKES))), rand.flag(0.1))
    for _ in range(2):
        x, y, size = rand.u(0, 1) * s.aspect, rand.u(0.06, 0.8) * s.horizon, rand.u(0.03, 0.075)
        flat = puff(s.X, s.Y, x, y, size)
        soft = puff(s.XR, s.YR, x, y, size) + size * 0.25 * t.medium
        shade = 0.9 + 0.16 * t.medium - 0.5 * ((s.YR - y) / (size * 4)).clamp(-0.3, 0.4)
        inside = (0.5 - soft / (s.px * 7)).clamp(0, 1) * drawn * (s.YR < s.horizon).float()
        canvas.picture = mix(canvas.picture, colour * shade + 0.1 * s.light * (s.YR < y).float(), inside * 0.92)
        canvas.draw(torch.maximum(flat, s.Y - s.horizon), drawn * rand.flag(0.8), sketch)
    s.say("clouds", torch.maximum(haze, drawn))


def puff(X, Y, x, y, size):
    """Distance to a cloud of three ellipses about (x, y)."""
    parts = [ellipse(X - x - k * size * 1.3, Y - y - abs(k) * size * 0.25, size * (1.5 - abs(k) * 0.3), size * (1 - abs(k) * 0.25))
             for k in (-1, 0, 1)]
    return torch.minimum(torch.minimum(parts[0], parts[1]), parts[2])


def ridge(s, amplitude, frequency):
    """A function of X: the height of a ridge line above its base, from five sines, and the shading of its facets: (height, facets)."""
    total = 0
    for k in range(5):
        rate, phase = frequency * 2 ** k * s.rand.u(0.8, 1.2), s.rand.u() * 2 * math.pi
        total = total + amplitude / 1.8 ** k * torch.sin(2 * math.pi * rate * s.XR + phase)
    t = s.t
    facet = 0.7 * t.broad + 0.45 * torch.sin(LATENT_PITCH * (t.row + t.col) + 4 * t.medium2) + 0.3 * t.medium2
    return total.abs(), facet


def ridges(s):
    """Mountains (sometimes snow-capped) or hills on the horizon, mirrored in water like the sky."""
    rand, t, canvas = s.rand, s.t, s.canvas
    on, steep = rand.flag(0.58), rand.flag(0.65)
    height, facet = ridge(s, mix(0.09 * torch.ones_like(steep), rand.u(0.15, 0.26), steep), mix(rand.u(0.5, 1), rand.u(0.8, 1.5), steep))
    line = s.horizon - 0.01 - height
    d = torch.maximum((line - s.YR) * 0.7, s.YR - s.horizon - 0.012)
    (sk_m, re_m), (sk_h, re_h) = s.colours("mountains"), s.colours("hills")
    sketch, real = mix(sk_h, sk_m, steep), mix(re_h, re_m, steep)
    shade = (0.98 + 0.3 * facet * mix(0.4, 1, steep) + 0.28 * t.medium + 0.16 * t.fine)
    body = real * shade * s.lit
    caps = rand.flag(0.4) * steep
    snow = (0.5 - (s.YR - line - 0.07 - 0.05 * facet - 0.02 * t.medium) / (s.px * 3)).clamp(0, 1) * caps
    body = mix(body, torch.tensor([0.95, 0.97, 1], device=rand.device).view(1, 3, 1, 1) * s.lit * (0.95 + 0.15 * facet), snow * 0.9)
    body = mix(body, s.low, 0.22)
    canvas.picture = mix(canvas.picture, body.clamp(0, 1.05), canvas.cover(d) * on)
    below = (s.Y > s.horizon + 0.012).float()
    flat = d + below * 9
    canvas.draw(flat, on, sketch)
    white = mix(sketch, torch.ones_like(sketch), 0.92)
    drawn_snow = (line + 0.07 - s.Y > 0).float() * canvas.cover(flat + canvas.pen.width * s.px * canvas.pen.line) * caps * on * rand.flag(0.6)
    canvas.sketch = mix(canvas.sketch, white, drawn_snow * canvas.pen.fill)
    s.say("mountains", on * steep); s.say("hills", on * (1 - steep)); s.say("snow", on * caps)


def ground(s):
    """Everything below the horizon, by kind; a sketch may leave it undrawn (then the words alone tell)."""
    canvas, rand = s.canvas, s.rand
    pairs = [s.colours(name) for name in GROUNDS]
    pick = s.ground.view(1, -1, 1, 1, 1).expand(1, -1, 3, 1, 1)
    sketch = torch.stack([p[0].expand(rand.batch, 3, 1, 1) for p in pairs]).gather(0, pick)[0]
    real = torch.stack([p[1].expand(rand.batch, 3, 1, 1) for p in pairs]).gather(0, pick)[0]
    d = s.horizon - s.Y
    colour = torch.zeros_like(canvas.picture)
    for kind, name in enumerate(GROUNDS):
        rows = (s.ground == kind).nonzero().flatten()
        if len(rows):
            colour[rows] = PAINT[name](s, rows, real[rows], s.t.index(rows), s.X[rows], s.Y[rows], s.depth[rows])
        s.say(name, (s.ground == kind).float().view(-1, 1, 1, 1))
    canvas.picture = mix(canvas.picture, colour.clamp(0, 1.15), canvas.cover(d))
    canvas.draw(d, rand.flag(0.9), sketch)
    river(s)


def _water(s, rows, real, t, X, Y, depth):
    """Reflections are already in the picture (mirrored coordinates); add depth colour, ripples and glitter."""
    wave = s.wave[rows]
    lit, low = s.lit[rows], s.low[rows]
    crest = (wave * 0.5 + 0.5) ** 2
    body = mix(real * 1.0, real * 0.7 + 0.16, crest) * lit * (1 + 0.12 * t.fine)
    mirror = s.canvas.picture[rows] * (0.82 + 0.22 * wave)
    water = mix(mirror, body, 0.35 + 0.38 * depth) + 0.1 * (1 - depth) * low * crest
    lane = torch.exp(-((X - s.sun_x[rows]).abs() / (0.025 + 0.09 * depth))) * s.disc[rows]
    storm = (s.time[rows] == 4).float().view(-1, 1, 1, 1)
    return water + lane * (crest * 1.1) * 0.5 * s.glow_colour[rows] * (1 - 0.7 * storm)


def _meadow(s, rows, real, t, X, Y, depth):
    blade = torch.sin(2 * LATENT_PITCH * t.col + 5 * t.medium)
    shade = 0.9 + 0.3 * t.medium + (0.25 * t.fine + 0.2 * blade) * (0.35 + 0.65 * depth) + 0.15 * t.broad
    return mix(real, real * 0.8 + torch.tensor([0.2, 0.18, 0.02], device=X.device).view(1, 3, 1, 1), (0.3 + 0.5 * t.broad2).clamp(0, 1)) * shade * s.lit[rows]


def _desert(s, rows, real, t, X, Y, depth):
    dune = torch.sin(LATENT_PITCH * t.row + 5 * t.broad + 1.8 * t.long)
    return real * (0.92 + 0.2 * dune + 0.1 * t.fine + 0.1 * t.medium) * s.lit[rows]


def _snow(s, rows, real, t, X, Y, depth):
    drift = torch.sin(4.5 * t.broad2 + 2 * t.long)
    return real * (0.9 + 0.1 * drift + 0.12 * t.medium + 0.07 * t.fine) * torch.maximum(s.light[rows], torch.tensor(0.5)) * s.tint[rows]


def _lava(s, rows, real, t, X, Y, depth):
    crack = torch.exp(-(t.medium * 0.8 + t.broad * 0.6).abs() * 7)
    rock = torch.tensor([0.11, 0.07, 0.07], device=X.device).view(1, 3, 1, 1) * (1 + 0.7 * t.fine)
    return mix(rock + real * 0.18, real * 1.25 + 0.06, crack)


def _forest(s, rows, real, t, X, Y, depth):
    crown = torch.sin(LATENT_PITCH * t.col + 3 * t.medium) * torch.sin(LATENT_PITCH * t.row + 3 * t.medium2)
    return real * (0.95 + 0.4 * crown + 0.4 * t.medium + 0.25 * t.fine) * s.lit[rows] * 1.15


PAINT = {"sea": _water, "lake": _water, "meadow": _meadow, "desert": _desert, "snow": _snow, "lava": _lava,
         "forest": _forest, "river": _meadow}


def river(s):
    """A winding river through a meadow, widening towards the viewer."""
    rand, canvas, t = s.rand, s.canvas, s.t
    on = (s.ground == GROUNDS.index("river")).float().view(-1, 1, 1, 1)
    centre = rand.u(0.25, 0.75) * s.aspect + (0.05 + 0.22 * s.depth) * torch.sin(rand.u(4, 8) * s.depth.sqrt() + rand.u(0, 6))
    d = torch.maximum((s.X - centre).abs() - 0.012 - 0.13 * s.depth, s.horizon - s.Y)
    sketch, real = s.colours("river")
    wave = torch.sin(LATENT_PITCH * t.row + 1.6 * t.broad + 1.8 * t.long)
    body = mix(real * s.lit * (1 + 0.25 * wave), s.low * 0.9, 0.3 + 0.15 * wave)
    canvas.picture = mix(canvas.picture, body, canvas.cover(d) * on)
    canvas.draw(d, on, sketch)
