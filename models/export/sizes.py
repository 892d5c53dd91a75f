"""The sizes of --sizes, as a U-Net with open sides can take them.

    python sizes.py 64 512x512,768x512      # prints them, or why one is refused; needs nothing but Python
"""

import json
import re
import sys

# What a checkpoint's unet/config.json means where it does not say: SD1.5's four levels, each of half the cells.
LEVELS = 4
PIXELS_PER_CELL = 8


def multiple_of(config):
    """Pixels that a side must be a whole number of times, by a U-Net's config."""
    return PIXELS_PER_CELL * 2 ** (len(config.get("block_out_channels") or range(LEVELS)) - 1)


def read_sizes(text, multiple):
    """[(width, height)], the default first. Exits with what was found and the remedy.

    diffusers decides while it is traced whether upsampling follows the sizes of the skips: a graph that was traced at a side
    that every level can halve fails, frame by frame, at one that they cannot.
    """
    return [read_size(size.strip(), multiple) for size in text.split(",")]


def read_size(text, multiple):
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if match is None:
        raise SystemExit(f'--sizes has "{text}", expected width x height such as 512x512, and commas between them')
    width, height = int(match[1]), int(match[2])
    if width % multiple == 0 and height % multiple == 0:
        return width, height
    near = "x".join(str(max(1, round(side / multiple)) * multiple) for side in (width, height))
    raise SystemExit(f"--sizes has {text}, expected sides that are multiples of {multiple}, which all levels of this U-Net can halve: say {near}")


if __name__ == "__main__":
    print(json.dumps(read_sizes(sys.argv[2], int(sys.argv[1]))))
