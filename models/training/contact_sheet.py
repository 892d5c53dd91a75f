"""Contact sheets: held-out sketches | truth | model, sketches x word lists, foreign sketches, steps and strengths.

    python contact_sheet.py [--unet runs/unet.pt] [--out ../pocket/contact-sheet.jpg]
"""
import argparse
import os

import torch
from PIL import Image

from common import RUNS
from evaluate import Painter
from export import load_networks
from foreign import foreign_sketches
from heldout import heldout
from palette import words_to_ids

WORDS = ["day photo", "sunset sea photo", "night stars photo", "storm", "sunset oil", "watercolor day", "pencil", "night neon"]


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
