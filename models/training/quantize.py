"""Static int8 forms of the graphs, for CPUs: uint8 activations, int8 weights per output channel; inputs and outputs stay as they are.

The U-Net's is a copy of its float graph with QuantizeLinear and DequantizeLinear around its large convolutions; onnxruntime folds the
weights (still float16 in weights.bin) when it opens the graph and runs QLinearConv. Norms, attention and the few small or sensitive
convolutions stay float32. Written node by node with bytes in the layout that QLinearConv likes, attention as one operator and 150 nodes
fewer it took as long on two threads; the autoencoder gained 8 of 25 ms by that (int8_autoencoder.py; both measured 2026-11-22).

Ranges are those with the least squared error over real runs, on scenes that neither training nor the held-out set has; they are found
at 256x256 and hold for every size.
"""
import os

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from autoencoder import Block
from common import to_signed
from int8_autoencoder import write_decoder, write_encoder
from int8_nodes import weight_scales
from sampler import sample
from scenes import latent_noise, make

#: convolutions of the U-Net that stay float32: next to latents, or on a vector (too small to gain)
KEPT = ("/inlet/", "/outlet/", "/place/", "/modulate/")
SEED = 555_000_000
#: (strength, steps, guidance scale, without sketch) of the calibration runs
CALIBRATION = [(0.8, 4, 4, False), (0.3, 8, 4, False), (0.5, 4, 1, False), (1.0, 2, 8, False), (0.8, 1, 4, False), (1.0, 4, 4, True)]
VALUES = 8192  # kept of each tensor in each run


class Observer:
    """Keeps a sample of the values, both extremes among them, that go into and come out of convolutions and blocks."""

    def __init__(self, networks):
        self.seen, self.random = {}, np.random.default_rng(1)
        modules = [m for n in networks for m in n.modules() if isinstance(m, (torch.nn.Conv2d, Block))]
        self.hooks = [m.register_forward_hook(self.watch) for m in modules]

    def watch(self, module, inputs, output):
        for side, x in (("in", inputs[0]), ("out", output)):
            flat = x.flatten().numpy()
            kept = [flat[self.random.integers(0, flat.size, VALUES)], [flat.min(), flat.max()]]
            self.seen.setdefault((module, side), []).extend(kept)

    def ranges(self):
        """{(module, "in" or "out"): (scale, zero point)}; watches no longer."""
        for hook in self.hooks:
            hook.remove()
        return {key: best_range(np.concatenate(values)) for key, values in self.seen.items()}


def best_range(values):
    """(scale, zero point) of uint8 with the least squared error over `values`."""
    least, found = np.inf, None
    for share in (1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3):
        low, high = min(values.min() * share, 0), max(values.max() * share, 1e-6)
        scale = np.float32((high - low) / 255)
        zero = int(np.clip(round(-low / scale), 0, 255))
        back = (np.clip(np.round(values / scale) + zero, 0, 255) - zero) * scale
        error = ((back - values) ** 2).sum()
        if error < least:
            least, found = error, (scale, zero)
    return found


@torch.no_grad()
def ranges_of(networks, count=12):
    """Ranges in runs of every kind over `count` scenes each at 256x256."""
    encoder, decoder, unet, text = networks
    observer = Observer((encoder, decoder, unet))
    for k, (strength, steps, guidance, blank) in enumerate(CALIBRATION):
        generator = torch.Generator().manual_seed(SEED + k)
        batch = make(count, 256, 256, SEED + k, [latent_noise(count, 256, 256, generator)])
        z = encoder(to_signed(batch.sketch))
        z = torch.zeros_like(z) if blank else z
        decoder(sample(unet, text(batch.ids), z, strength=strength, steps=steps, guidance=guidance, seed=k))
    return observer.ranges()


def large_convolutions(model):
    return [n for n in model.graph.node if n.op_type == "Conv" and not any(part in n.name for part in KEPT)]


def module_of(node):
    """"/a1/conv1/Conv" -> "a1.conv1"."""
    return ".".join(node.name.split("/")[1:-1])


def weights_of(model, folder):
    """{name: array} of the initialisers, and of their Casts to float32."""
    full = {i.name: numpy_helper.to_array(i, folder) for i in model.graph.initializer}
    full.update({n.output[0]: full[n.input[0]].astype(np.float32) for n in model.graph.node if n.op_type == "Cast" and n.input[0] in full})
    return full


class Quantizer:
    """Puts QuantizeLinear and DequantizeLinear around the large convolutions of the U-Net's graph.

    `ranges`: (scale, zero point) of what goes into and comes out of each, {(its name in the U-Net, "in" or "out"): ...}.
    """

    def __init__(self, model, ranges, weights):
        self.model, self.ranges, self.weights = model, ranges, weights
        self.nodes, self.constants, self.done = [], [], {}

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def pair(self, source, target, scale, zero, **axis):
        """source -> QuantizeLinear -> DequantizeLinear -> target."""
        names = [self.constant(target + "_s", scale), self.constant(target + "_z", zero)]
        self.nodes.append(helper.make_node("QuantizeLinear", [source, *names], [target + "_q"], **axis))
        self.nodes.append(helper.make_node("DequantizeLinear", [target + "_q", *names], [target], **axis))
        return target

    def activation(self, source, target, grid):
        return self.pair(source, target, np.float32(grid[0]), np.uint8(grid[1]))

    def input(self, name, grid):
        """The quantised form of a tensor, made once however many read it."""
        if name not in self.done:
            self.done[name] = self.activation(name, name + "_8", grid), grid
        return self.done[name]

    def bias(self, name, steps):
        """int32 in steps [O] of input scale times weight scale."""
        whole = self.constant(name + "_8q", np.round(self.weights[name] / steps).astype(np.int32))
        self.nodes.append(helper.make_node("DequantizeLinear", [whole, self.constant(name + "_8s", steps)], [name + "_8"], axis=0))
        return name + "_8"

    def convolution(self, node):
        (x, weight, bias), of = (list(node.input) + [None])[:3], module_of(node)
        scale = weight_scales(self.weights[weight])
        x, grid = self.input(x, self.ranges[of, "in"])
        inputs = [x, self.pair(weight, weight + "_8", scale, np.zeros(len(scale), np.int8), axis=0)]
        if bias:
            inputs.append(self.bias(bias, (grid[0] * scale).astype(np.float32)))
        out = node.output[0]
        self.nodes.append(helper.make_node("Conv", inputs, [out + "_f"], name=node.name, **{a.name: helper.get_attribute_value(a) for a in node.attribute}))
        self.activation(out + "_f", out, self.ranges[of, "out"])

    def run(self):
        large = {n.name for n in large_convolutions(self.model)}
        for node in self.model.graph.node:
            self.convolution(node) if node.name in large else self.nodes.append(node)
        nodes, constants = without_unused(self.nodes, [*self.model.graph.initializer, *self.constants])
        del self.model.graph.node[:], self.model.graph.initializer[:]
        self.model.graph.node.extend(nodes)
        self.model.graph.initializer.extend(constants)


def without_unused(nodes, constants):
    """Less the Casts and initialisers that nothing reads any more: those of the biases that became int32."""
    read = {name for n in nodes for name in n.input}
    nodes = [n for n in nodes if n.op_type != "Cast" or n.output[0] in read]
    read = {name for n in nodes for name in n.input}
    return nodes, [c for c in constants if c.name in read]


def quantize_unet(path, target, unet, ranges):
    """Write the int8 form of the float graph at `path`; both read the same weights.bin."""
    model = onnx.load(path, load_external_data=False)
    named = {(name, side): ranges[module, side] for name, module in unet.named_modules() for side in ("in", "out") if (module, side) in ranges}
    Quantizer(model, named, weights_of(model, os.path.dirname(path))).run()
    onnx.save(model, target)


def quantize_all(out, sizes, networks, weights):
    """Write the int8 form of every graph of `sizes`; the manifest's list of sizes for them. `weights` is the file that all share."""
    encoder, decoder, unet, _ = networks
    ranges, made = ranges_of(networks), []
    for size in sizes:
        files = {kind: size[kind].replace(".onnx", ".int8.onnx") for kind in ("vaeEncoder", "unet", "vaeDecoder")}
        path = {kind: os.path.join(out, name) for kind, name in files.items()}
        write_encoder(path["vaeEncoder"], encoder, weights, ranges, size["height"], size["width"])
        quantize_unet(os.path.join(out, size["unet"]), path["unet"], unet, ranges)
        write_decoder(path["vaeDecoder"], decoder, weights, ranges, size["height"], size["width"])
        made.append({"width": size["width"], "height": size["height"], **files})
    return made
