"""Contact sheets: held-out sketches | truth | model, sketches x word lists, foreign sketches, steps and strengths.

    python contact_sheet.py [--unet runs/unet.pt] [--out ../pocket/contact-sheet.jpg] [--big]
"""
import argparse
import os

import torch
from PIL import Image, ImageDraw, ImageFont

from common import RUNS
from evaluate import Painter
from export import load_networks
from heldout import heldout
from palette import words_to_ids

WORDS = ["day photo", "sunset sea photo", "night stars photo", "storm", "sunset oil", "watercolor day", "pencil", "night neon"]


def foreign_sketches(size=256):
    """Drawings no generator made: cat, flower, scribble, a word, thin outlines, and a beach: uint8 [6, 3, S, S]."""
    scale = size / 256
    sheets = []

    def sheet():
        image = Image.new("RGB", (size, size), "white")
        return image, ImageDraw.Draw(image), lambda *v: [x * scale for x in v]

    image, d, s = sheet()
    d.polygon(s(75, 110, 85, 45, 125, 80), fill="#ae3ec9"); d.polygon(s(181, 110, 171, 45, 131, 80), fill="#ae3ec9")
    d.ellipse(s(68, 70, 188, 190), fill="#ae3ec9")
    for x in (105, 151):
        d.ellipse(s(x - 9, 112, x + 9, 136), fill="#ffec99"); d.ellipse(s(x - 4, 114, x + 4, 134), fill="#1d1d1d")
    d.polygon(s(121, 146, 135, 146, 128, 154), fill="#f87777"); d.arc(s(108, 148, 128, 170), 0, 180, fill="#1d1d1d", width=int(3 * scale)); d.arc(s(128, 148, 148, 170), 0, 180, fill="#1d1d1d", width=int(3 * scale))
    sheets.append(image)
    image, d, s = sheet()
    d.line(s(128, 140, 122, 245), fill="#099268", width=int(8 * scale))
    for x, y in ((128, 70), (165, 95), (152, 138), (104, 138), (91, 95)):
        d.ellipse(s(x - 24, y - 24, x + 24, y + 24), fill="#f87777")
    d.ellipse(s(106, 84, 150, 128), fill="#f1ac4b"); d.ellipse(s(126, 190, 180, 212), fill="#4cb05e")
    sheets.append(image)
    image, d, s = sheet()
    points = [(40 + i * 4.4, 128 + 60 * torch.sin(torch.tensor(i * 0.5)).item() + 20 * torch.cos(torch.tensor(i * 1.3)).item()) for i in range(42)]
    d.line([v * scale for p in points for v in p], fill="#4465e9", width=int(6 * scale))
    d.line(s(30, 220, 220, 200, 60, 235, 230, 230), fill="#e03131", width=int(5 * scale))
    sheets.append(image)
    image, d, s = sheet()
    d.text(s(38, 85), "hello", fill="#1d1d1d", font=ImageFont.load_default(80 * scale))
    sheets.append(image)
    image, d, s = sheet()
    for box in (s(70, 120, 180, 210),):
        d.rectangle(box, outline="#1d1d1d", width=2)
    d.polygon(s(60, 120, 125, 60, 190, 120), outline="#1d1d1d"); d.rectangle(s(115, 165, 140, 210), outline="#1d1d1d", width=2)
    d.ellipse(s(195, 25, 235, 65), outline="#1d1d1d", width=2); d.line(s(10, 211, 246, 211), fill="#1d1d1d", width=2)
    sheets.append(image)
    image, d, s = sheet()
    d.rectangle(s(0, 0, 256, 140), fill="#a5d8ff"); d.rectangle(s(0, 140, 256, 200), fill="#4465e9"); d.rectangle(s(0, 200, 256, 256), fill="#ffe066")
    d.ellipse(s(180, 30, 230, 80), fill="#f1ac4b"); d.polygon(s(60, 130, 110, 130, 100, 150, 70, 150), fill="#8a4b1f"); d.polygon(s(86, 70, 86, 125, 120, 125), fill="#ffffff")
    d.line(s(86, 65, 86, 130), fill="#8a4b1f", width=int(3 * scale))
    sheets.append(image)
    pixels = [torch.frombuffer(bytearray(i.tobytes()), dtype=torch.uint8).view(size, size, 3).permute(2, 0, 1) for i in sheets]
    return torch.stack(pixels)


def to_image(rows, cell):
    """Rows of pictures float32 [n, 3, H, W] -> one image, cells of `cell` px."""
    rows = [torch.nn.functional.interpolate(r, size=(cell, cell), mode="area") if r.shape[-1] != cell else r for r in rows]
    grid = torch.cat([torch.cat(list(r), 2) for r in rows], 1)
    return Image.fromarray((grid.clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy())


def build(painter, data, picks):
    """All rows of the sheet."""
    rows = []
    truth = lambda k: data[k][picks].float() / 255
    rows += [truth("sketch"), truth("truth"), painter(data["sketch"][picks], data["ids"][picks])]
    foreign = foreign_sketches()
    subjects = torch.cat([data["sketch"][picks[:3]], foreign])
    for sketch in subjects:
        ids = words_to_ids([w.split() for w in WORDS[: len(picks) - 1]])
        out = painter(sketch[None].expand(len(ids), -1, -1, -1), ids)
        rows.append(torch.cat([sketch[None].float() / 255, out]))
    sketch, ids = subjects[-1:], words_to_ids([["sunset", "sea", "boat", "photo"]])
    options = [{"steps": 1}, {"steps": 2}, {"steps": 8}, {"strength": 0.3}, {"strength": 0.5}, {"strength": 1.0}, {"seed": 5}, {"blank": True}]
    rows.append(torch.cat([sketch.float() / 255] + [painter(sketch, ids, **o) for o in options[: len(picks) - 1]]))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--ae", default=os.path.join(RUNS, "ae.pt"))
    parser.add_argument("--unet", default=os.path.join(RUNS, "unet.pt"))
    parser.add_argument("--out", default=os.path.join(here, "..", "pocket", "contact-sheet.jpg"))
    parser.add_argument("--cell", type=int, default=128)
    args = parser.parse_args()
    torch.set_num_threads(2)
    data, painter = heldout(), Painter(load_networks(args.ae, args.unet))
    picks = [int((data["style"] == k).nonzero()[j]) for k, j in ((0, 3), (0, 9), (1, 2), (1, 6), (2, 4), (2, 7), (3, 1), (4, 3), (0, 14))]
    to_image(build(painter, data, picks), args.cell).save(args.out, quality=88)


if __name__ == "__main__":
    main()
