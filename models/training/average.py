"""The mean of checkpoints of one phase: python average.py OUT FILE FILE ... ("pocket" is the exported model)

Weights trained on from the same ones, with other seeds or optimizers, are better together than each (README.md has the figures).
"""
import sys

import torch

from common import read_pocket


def main():
    out, *files = sys.argv[1:]
    if not files:
        sys.exit(__doc__)
    parts = [read_pocket() if file == "pocket" else torch.load(file, map_location="cpu", weights_only=True) for file in files]
    mean = {module: {name: torch.stack([part[module][name].float() for part in parts]).mean(0).to(tensor.dtype)
                     for name, tensor in tensors.items()} for module, tensors in parts[0].items() if all(module in part for part in parts)}
    torch.save(mean, out)


if __name__ == "__main__":
    main()
