"""The fixed held-out set: 200 scenes at 256x256 from reserved seeds, with two pictures each (truth and oracle).

    python heldout.py           # writes heldout.json (sha256) if absent, else checks the set against it
"""
import hashlib
import json
import os

import torch

from common import RUNS
from scenes import latent_noise, make

COUNT, CHUNK, FIRST_SEED = 200, 20, 900_000_000  # training seeds stay far below
HERE = os.path.dirname(os.path.abspath(__file__))


def generate():
    """dict of sketch, truth, oracle uint8 [200, 3, 256, 256], ids int64 [200, 24], words, time, style int64 [200]."""
    parts = []
    for k in range(COUNT // CHUNK):
        seed = FIRST_SEED + k
        generator = torch.Generator().manual_seed(seed)
        parts.append(make(CHUNK, 256, 256, seed, [latent_noise(CHUNK, 256, 256, generator) for _ in range(2)]))
    cat = lambda get: torch.cat([get(p) for p in parts])
    return {"sketch": cat(lambda p: p.sketch), "truth": cat(lambda p: p.pictures[0]), "oracle": cat(lambda p: p.pictures[1]),
            "ids": cat(lambda p: p.ids), "time": cat(lambda p: p.time), "style": cat(lambda p: p.style),
            "words": [w for p in parts for w in p.words]}


def digest(data):
    """sha256 over the pixels rounded to 16 levels (so that another CPU's last bits do not matter much) and the word ids."""
    h = hashlib.sha256()
    for key in ("sketch", "truth", "oracle"):
        h.update((data[key] // 16).numpy().tobytes())
    h.update(data["ids"].numpy().tobytes())
    return h.hexdigest()


def heldout():
    """The set, from runs/heldout.pt when it is there and its hash is right, else generated."""
    path = os.path.join(RUNS, "heldout.pt")
    if os.path.exists(path):
        data = torch.load(path, weights_only=True)
    else:
        data = generate()
        os.makedirs(RUNS, exist_ok=True)
        torch.save(data, path)
    record = os.path.join(HERE, "heldout.json")
    if not os.path.exists(record):
        with open(record, "w") as f:
            json.dump({"count": COUNT, "size": [256, 256], "firstSeed": FIRST_SEED, "sha256": digest(data)}, f, indent=1)
    with open(record) as f:
        if json.load(f)["sha256"] != digest(data):
            print("warning: the held-out set differs from heldout.json (another torch or CPU, or a changed generator)")
    return data


if __name__ == "__main__":
    print(digest(heldout()))
