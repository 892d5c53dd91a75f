"""Stable Diffusion 1.5's graphs at full size with random weights: they cost what real ones cost. For `npm run bench:gpu`.

    python sd15_graphs.py --out DIR [--size 512x512] [--batches 1,2,4,8] [--dtype float16] [--attention plain|fused]
                          [--width full|tiny]

Needs onnx and numpy, neither torch nor diffusers. What is written is the layout models/export gives real models:
float32 and uint8 outside, `--dtype` inside, timestep [B], pictures as [B,H,W,3] bytes.
"""

import argparse
import json
import math
import pathlib

import numpy as np
from emitter import Emitter
from onnx import TensorProto, helper
from own_folder import MARK, clear

FLOAT, BYTES = TensorProto.FLOAT, TensorProto.UINT8

FULL = {
    "channels": (320, 640, 1280, 1280), "groups": 32, "heads": 8, "text": 768,
    "kl": (128, 256, 512, 512), "kl_groups": 32, "tiny": 64,
}  # fmt: skip
TINY = {
    "channels": (16, 32, 32, 32), "groups": 4, "heads": 2, "text": 16,
    "kl": (8, 8, 16, 16), "kl_groups": 4, "tiny": 8,
}  # fmt: skip
TOKENS = 77


def half(side):
    return side[0] // 2, side[1] // 2


def double(side):
    return side[0] * 2, side[1] * 2


class Unet:
    """`UNet2DConditionModel` of SD1.5 with LCM's guidance embedding."""

    def __init__(self, e: Emitter, widths, side):
        self.e, self.widths, self.side = e, widths, side

    def resnet(self, x, cin, cout, side):
        e, groups = self.e, self.widths["groups"]
        h = e.conv(e.silu(e.group_norm(x, cin, side, groups, 1e-5)), cin, cout)
        time = e.reshape(e.linear(self.time, self.time_width, cout), e.batch, cout, 1, 1)
        h = e.op("Add", h, time)
        h = e.conv(e.silu(e.group_norm(h, cout, side, groups, 1e-5)), cout, cout)
        return e.op("Add", h, x if cin == cout else e.conv(x, cin, cout, kernel=1))

    def attend(self, x, to, width, to_width):
        e = self.e
        q = e.linear(x, width, width, False)
        k, v = (e.linear(to, to_width, width, False) for _ in range(2))
        return e.linear(e.attention(q, k, v, width, self.widths["heads"]), width, width)

    def feed_forward(self, x, width):
        e = self.e
        value, gate = f"v{len(e.nodes)}", f"g{len(e.nodes)}"
        wide = e.linear(x, width, 8 * width)
        e.nodes.append(helper.make_node("Split", [wide], [value, gate], axis=-1))
        erf = e.op("Erf", e.op("Mul", gate, e.constant(math.sqrt(0.5))))
        gelu = e.op("Mul", e.op("Mul", gate, e.op("Add", erf, e.constant(1))), e.constant(0.5))
        return e.linear(e.op("Mul", value, gelu), 4 * width, width)

    def transformer(self, x, width, side):
        e = self.e
        h = e.conv(e.group_norm(x, width, side, self.widths["groups"], 1e-6), width, width, kernel=1)
        h = e.op("Transpose", e.reshape(h, e.batch, width, -1), perm=[0, 2, 1])
        normal = e.layer_norm(h, width)
        h = e.op("Add", h, self.attend(normal, normal, width, width))
        h = e.op("Add", h, self.attend(e.layer_norm(h, width), self.words, width, self.widths["text"]))
        h = e.op("Add", h, self.feed_forward(e.layer_norm(h, width), width))
        h = e.reshape(e.op("Transpose", h, perm=[0, 2, 1]), e.batch, width, *side)
        return e.op("Add", e.conv(h, width, width, kernel=1), x)

    def embed_time(self, timestep, cond):
        e, first = self.e, self.widths["channels"][0]
        steps = np.exp(-math.log(10000) * np.arange(first // 2) / (first // 2))[None]
        angles = e.op("Mul", e.reshape(timestep, e.batch, 1), e.constant(steps, np.float32))
        waves = e.cast(e.op("Concat", e.op("Cos", angles), e.op("Sin", angles), axis=1))
        waves = e.op("Add", waves, e.linear(e.cast(cond), 256, first, False))
        self.time_width = 4 * first
        h = e.linear(e.silu(e.linear(waves, first, self.time_width)), self.time_width, self.time_width)
        self.time = e.silu(h)

    def build(self):
        e, channels, side = self.e, self.widths["channels"], self.side
        sample = e.input("sample", FLOAT, [e.batch, 4, *side])
        timestep = e.input("timestep", FLOAT, [e.batch])
        self.words = e.cast(e.input("encoder_hidden_states", FLOAT, [e.batch, TOKENS, self.widths["text"]]))
        self.embed_time(timestep, e.input("timestep_cond", FLOAT, [e.batch, 256]))
        x = e.conv(e.cast(sample), 4, channels[0])
        skips, width = [(x, channels[0])], channels[0]
        for level, out in enumerate(channels):
            for _ in range(2):
                x = self.resnet(x, width, out, side)
                width = out
                x = self.transformer(x, out, side) if level < 3 else x
                skips.append((x, out))
            if level < 3:
                x, side = e.conv(x, out, out, stride=2), half(side)
                skips.append((x, out))
        x = self.resnet(self.transformer(self.resnet(x, width, width, side), width, side), width, width, side)
        for level, out in enumerate(reversed(channels)):
            for _ in range(3):
                skip, skip_width = skips.pop()
                x = self.resnet(e.op("Concat", x, skip, axis=1), width + skip_width, out, side)
                width = out
                x = self.transformer(x, out, side) if level > 0 else x
            if level < 3:
                x, side = e.conv(e.upsampled(x), out, out), double(side)
        x = e.silu(e.group_norm(x, width, side, self.widths["groups"], 1e-5))
        out = e.cast(e.conv(x, width, 4), FLOAT)
        e.output(out, "out_sample", FLOAT, [e.batch, 4, *side])


def image_in(e, size):
    image = e.input("image", BYTES, [e.batch, *size, 3])
    scaled = e.op("Mul", e.cast(image), e.constant(2 / 255))
    return e.op("Transpose", e.op("Sub", scaled, e.constant(1)), perm=[0, 3, 1, 2])


def image_out(e, x, size):
    """[-1,1] to bytes."""
    wide = e.op("Transpose", e.cast(x, FLOAT), perm=[0, 2, 3, 1])
    scale = e.constant(127.5, np.float32)
    bytes_ = e.op("Add", e.op("Mul", wide, scale), scale)
    clipped = e.op("Clip", bytes_, e.constant(0, np.float32), e.constant(255, np.float32))
    e.output(e.cast(e.op("Round", clipped), BYTES), "image", BYTES, [e.batch, *size, 3])


class Kl:
    """`AutoencoderKL` of SD1.x."""

    def __init__(self, e: Emitter, widths, size):
        self.e, self.channels, self.groups, self.size = e, widths["kl"], widths["kl_groups"], size

    def resnet(self, x, cin, cout, side):
        e = self.e
        h = e.conv(e.silu(e.group_norm(x, cin, side, self.groups, 1e-6)), cin, cout)
        h = e.conv(e.silu(e.group_norm(h, cout, side, self.groups, 1e-6)), cout, cout)
        return e.op("Add", h, x if cin == cout else e.conv(x, cin, cout, kernel=1))

    def middle(self, x, width, side):
        e = self.e
        x = self.resnet(x, width, width, side)
        h = e.reshape(e.group_norm(x, width, side, self.groups, 1e-6), e.batch, width, -1)
        h = e.op("Transpose", h, perm=[0, 2, 1])
        q, k, v = (e.linear(h, width, width) for _ in range(3))
        h = e.linear(e.attention(q, k, v, width, 1), width, width)
        h = e.reshape(e.op("Transpose", h, perm=[0, 2, 1]), e.batch, width, *side)
        return self.resnet(e.op("Add", x, h), width, width, side)

    def decode(self):
        e, side = self.e, (self.size[0] // 8, self.size[1] // 8)
        x = e.cast(e.input("latents", FLOAT, [e.batch, 4, *side]))
        width = self.channels[-1]
        x = self.middle(e.conv(e.conv(x, 4, 4, kernel=1), 4, width), width, side)
        for level, out in enumerate(reversed(self.channels)):
            for _ in range(3):
                x, width = self.resnet(x, width, out, side), out
            if level < 3:
                x, side = e.conv(e.upsampled(x), out, out), double(side)
        x = e.conv(e.silu(e.group_norm(x, width, side, self.groups, 1e-6)), width, 3)
        image_out(e, x, self.size)

    def encode(self):
        e, side = self.e, self.size
        width = self.channels[0]
        x = e.conv(image_in(e, self.size), 3, width)
        for level, out in enumerate(self.channels):
            for _ in range(2):
                x, width = self.resnet(x, width, out, side), out
            if level < 3:
                x, side = e.conv(x, out, out, stride=2, pads=[0, 0, 1, 1]), half(side)
        x = e.silu(e.group_norm(self.middle(x, width, side), width, side, self.groups, 1e-6))
        x = e.conv(e.conv(x, width, 8), 8, 8, kernel=1)
        e.output(e.cast(x, FLOAT), "moments", FLOAT, [e.batch, 8, *side])


class Taesd:
    """`AutoencoderTiny`."""

    def __init__(self, e: Emitter, widths, size):
        self.e, self.width, self.size = e, widths["tiny"], size

    def block(self, x):
        # Sums of random residuals would leave float16's range without norms; small ones stay in it.
        e, w = self.e, self.width
        h = e.op("Relu", e.conv(x, w, w, gain=0.5))
        h = e.conv(e.op("Relu", e.conv(h, w, w)), w, w, gain=0.5)
        return e.op("Relu", e.op("Add", h, x))

    def blocks(self, x, count):
        for _ in range(count):
            x = self.block(x)
        return x

    def decode(self):
        e, w = self.e, self.width
        side = (self.size[0] // 8, self.size[1] // 8)
        x = e.cast(e.input("latents", FLOAT, [e.batch, 4, *side]))
        x = e.op("Mul", e.op("Tanh", e.op("Div", x, e.constant(3))), e.constant(3))
        x = e.op("Relu", e.conv(x, 4, w))
        for _ in range(3):
            x = e.conv(e.upsampled(self.blocks(x, 3)), w, w, bias=False)
        x = e.conv(self.block(x), w, 3)
        image_out(e, e.op("Sub", e.op("Mul", x, e.constant(2)), e.constant(1)), self.size)

    def encode(self):
        e, w = self.e, self.width
        x = image_in(e, self.size)
        x = e.op("Add", e.op("Mul", x, e.constant(0.5)), e.constant(0.5))
        x = self.block(e.conv(x, 3, w))
        for _ in range(3):
            x = self.blocks(e.conv(x, w, w, stride=2, bias=False), 3)
        e.output(e.cast(e.conv(x, w, 4), FLOAT), "latents", FLOAT, [e.batch, 4, self.size[0] // 8, self.size[1] // 8])


def parts(widths, size):
    side = (size[0] // 8, size[1] // 8)
    return {
        "unet": lambda e: Unet(e, widths, side).build(),
        "kl_decoder": lambda e: Kl(e, widths, size).decode(),
        "kl_encoder": lambda e: Kl(e, widths, size).encode(),
        "taesd_decoder": lambda e: Taesd(e, widths, size).decode(),
        "taesd_encoder": lambda e: Taesd(e, widths, size).encode(),
    }


def write(name, build, options):
    """`NAME.bN.onnx` for each batch; the U-Net in all of them, autoencoders in the first only."""
    batches = options.batches if name == "unet" else options.batches[:1]
    for batch in batches:
        e = Emitter(batch, options.dtype, options.attention == "fused" and name == "unet")
        build(e)
        e.save(options.out / f"{name}.b{batch}.onnx", options.out / f"{name}.weights")
    return e.parameters


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", default="512x512", help="width x height in pixels, multiples of 64")
    parser.add_argument("--batches", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2, 4, 8])
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float16")
    parser.add_argument("--attention", choices=["plain", "fused"], default="plain")
    parser.add_argument("--width", choices=["full", "tiny"], default="full")
    options = parser.parse_args()
    width, height = (int(n) for n in options.size.split("x"))
    widths = FULL if options.width == "full" else TINY
    try:
        clear(options.out)
    except ValueError as refusal:
        parser.error(str(refusal))
    counts = {name: write(name, build, options) for name, build in parts(widths, (height, width)).items()}
    about = {
        "size": {"width": width, "height": height}, "batches": options.batches, "dtype": options.dtype,
        "attention": options.attention, "text": widths["text"], "parameters": counts,
    }  # fmt: skip
    (options.out / MARK).write_text(json.dumps(about, indent=2) + "\n")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
