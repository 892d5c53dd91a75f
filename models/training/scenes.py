"""The scene generator: seeded batches of (sketch, picture, words), all tensor work, on any device.

    python scenes.py            # writes runs/scenes.png (sketch | picture) and prints scenes per second
"""
import random
from dataclasses import dataclass, field

import torch

from abstract import draw_abstract, scatter
from landscape import Scene, ground, ridges, sky
from noise import Rand, Texture
from palette import STYLES, SUBJECTS, TIMES, words_to_ids
from props import all_props
from styles import apply_styles

ABSTRACT_SHARE = 0.27


@dataclass
class Batch:
    """sketch and pictures uint8 [B, 3, H, W]; one picture per texture noise; words per sample; time, style int64 [B]."""

    sketch: torch.Tensor
    pictures: list
    words: list
    time: torch.Tensor
    style: torch.Tensor
    ids: torch.Tensor = field(default=None)


def latent_noise(count, height, width, generator):
    """Texture noise, which is diffusion noise: float32 [B, 8, H/8, W/8]."""
    return torch.randn(count, 8, height // 8, width // 8, generator=generator, device=generator.device)


def make(count, height, width, seed, noises, window=False, device="cpu", style=None, time=None, shores=False):
    """The scenes of one seed, rendered once for every texture noise in `noises` (each float32 [B, 8, H/8, W/8]).

    Geometry, colours and words depend on the seed alone; two noises give the same scene with other texture (the oracle).
    window: zoom into random parts of scenes, as training wants it. style, time: int64 [B] to force them. shores: islands
    before the horizon too; the held-out scenes, which were fixed without them, have none.
    """
    first, pictures = None, []
    for noise in noises:
        generator = torch.Generator(device).manual_seed(seed)
        plan = _plan(count, generator, style, time)
        sketch, picture, words = _render(plan, height, width, generator, Texture(noise), window, shores)
        styled = apply_styles(picture, plan["style"], Texture(noise))
        pictures.append((styled * 255).round().to(torch.uint8))
        first = first if first is not None else (sketch, words)
    sketch, words = first
    words = _finish_words(words, plan, random.Random(seed))
    return Batch((sketch.clamp(0, 1) * 255).round().to(torch.uint8), pictures, words, plan["time"], plan["style"], words_to_ids(words))


def _plan(count, generator, style, time):
    """What each sample is: kind 0..6 abstract, 7 landscape; its time of day and style."""
    rand = Rand(count, generator)
    kind = rand.pick([ABSTRACT_SHARE * w for w in (0.2, 0.15, 0.12, 0.2, 0.13, 0.08, 0.12)] + [1 - ABSTRACT_SHARE])
    drawn_time, drawn_style = rand.pick([3, 2, 2, 1.3, 1.3]), rand.pick([2.2, 1, 1.1, 1, 1])
    return {"kind": kind, "time": drawn_time if time is None else time, "style": drawn_style if style is None else style}


def _render(plan, height, width, generator, texture, window, shores):
    """Every kind as one sub-batch: (sketch, picture) float32 [B, 3, H, W], list of word lists."""
    count = len(plan["kind"])
    sketch = torch.empty(count, 3, height, width, device=generator.device)
    picture, words = torch.empty_like(sketch), [[] for _ in range(count)]
    for kind in range(8):
        rows = (plan["kind"] == kind).nonzero().flatten()
        if not len(rows):
            continue
        s = Scene(Rand(len(rows), generator), texture.index(rows), height, width, plan["time"][rows], window)
        if kind == 7:
            sky(s); ridges(s); ground(s); all_props(s, shores); scatter(s)
        else:
            draw_abstract(s, kind)
        sketch[rows], picture[rows] = s.canvas.sketch, s.canvas.picture
        for word, on in s.words:
            for i in on.nonzero().flatten().tolist():
                words[int(rows[i])].append(word)
    return sketch, picture, words


def _finish_words(words, plan, rng):
    """Shuffle; forget some subjects; name time and style unless they are the defaults (day, photo), add a stray word at times."""
    result = []
    for found, time, style in zip(words, plan["time"].tolist(), plan["style"].tolist()):
        kept = [w for w in dict.fromkeys(found) if rng.random() > 0.2]
        if rng.random() < 0.15:
            kept = []
        if time or rng.random() < 0.6:
            kept.append(TIMES[time])
        if style or rng.random() < 0.6:
            kept.append(STYLES[style])
        if rng.random() < 0.1:
            kept.append(rng.choice(SUBJECTS))
        if rng.random() < 0.1:
            kept.append("<unk>")
        rng.shuffle(kept)
        result.append(kept)
    return result


def preview(path, count=24, size=128, seed=1):
    """Write a grid of sketch | picture pairs."""
    from PIL import Image
    g = torch.Generator().manual_seed(seed)
    batch = make(count, size, size, seed, [latent_noise(count, size, size, g)], shores=True)
    pairs = torch.cat([batch.sketch, batch.pictures[0]], 3)
    rows = [torch.cat(list(pairs[i:i + 4]), 2) for i in range(0, count, 4)]
    Image.fromarray(torch.cat(rows, 1).permute(1, 2, 0).numpy()).save(path)
    return batch


if __name__ == "__main__":
    import os
    import time

    from common import RUNS
    start = time.time()
    g = torch.Generator().manual_seed(0)
    make(64, 128, 128, 3, [latent_noise(64, 128, 128, g) for _ in range(2)], window=True)
    print("scenes (two pictures each) per second", 64 / (time.time() - start))
    os.makedirs(RUNS, exist_ok=True)
    for row in preview(os.path.join(RUNS, "scenes.png"), 40).words:
        print(" ".join(row))
