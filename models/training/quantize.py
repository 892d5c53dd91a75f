"""Static int8 forms of the exported graphs: uint8 activations, int8 weights per output channel; inputs and outputs stay as they are.

A copy of each float graph with QuantizeLinear and DequantizeLinear around its large convolutions; onnxruntime folds the weights
(still float16 in weights.bin) when it opens the graph and runs QLinearConv. Norms, attention and the few small or sensitive
convolutions stay float32. Ranges are those with the least squared error over inputs of real runs, on scenes that neither
training nor the held-out set has; they are found at 256x256 and hold for every size.
"""
import os

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper, numpy_helper

from common import to_signed
from sampler import sample
from scenes import latent_noise, make

#: convolutions that stay float32: next to latents or pixels, or on a vector (too small to gain)
KEPT = ("/inlet/", "/outlet/", "/place/", "/modulate/", "/stem/", "/head/", "/high.2/")
SEED = 555_000_000
#: (strength, steps, guidance scale, without sketch) of the calibration runs
CALIBRATION = [(0.8, 4, 4, False), (0.3, 8, 4, False), (0.5, 4, 1, False), (1.0, 2, 8, False), (0.8, 1, 4, False), (1.0, 4, 4, True)]
VALUES = 2048  # kept of each tensor in each run


class Recorder(torch.nn.Module):
    """A U-Net that remembers what it was asked: rows of its four inputs."""

    def __init__(self, unet):
        super().__init__()
        self.unet, self.asked = unet, []

    def forward(self, *inputs):
        names = ("sample", "timestep", "encoder_hidden_states", "timestep_cond")
        self.asked += [{n: v[i:i + 1].float().numpy() for n, v in zip(names, inputs)} for i in range(len(inputs[0]))]
        return self.unet(*inputs)


@torch.no_grad()
def calibration_inputs(networks, count=12):
    """Feeds of each graph at 256x256, from runs of every kind over `count` scenes each: {kind of graph: [feeds]}."""
    encoder, _, unet, text = networks
    recorder, images, latents = Recorder(unet), [], []
    for k, (strength, steps, guidance, blank) in enumerate(CALIBRATION):
        generator = torch.Generator().manual_seed(SEED + k)
        batch = make(count, 256, 256, SEED + k, [latent_noise(count, 256, 256, generator)])
        z = encoder(to_signed(batch.sketch))
        z = torch.zeros_like(z) if blank else z
        made = sample(recorder, text(batch.ids), z, strength=strength, steps=steps, guidance=guidance, seed=k)
        images += [{"image": i[None].numpy()} for i in batch.sketch.permute(0, 2, 3, 1).contiguous()]
        latents += [{"latents": i[None].numpy()} for i in made]
    return {"vaeEncoder": images, "unet": recorder.asked, "vaeDecoder": latents}


def large_convolutions(model):
    return [n for n in model.graph.node if n.op_type == "Conv" and not any(part in n.name for part in KEPT)]


def observe(path, tensors, inputs):
    """A sample of the values, both extremes among them, that each named tensor takes: {name: float32 [N]}."""
    model = onnx.load(path)
    model.graph.output.extend(helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in tensors)
    session = ort.InferenceSession(model.SerializeToString())
    random, seen = np.random.default_rng(1), {n: [] for n in tensors}
    for feeds in inputs:
        for name, value in zip(tensors, session.run(tensors, feeds)):
            flat = value.ravel()
            seen[name].append(np.concatenate([flat[random.integers(0, flat.size, VALUES)], [flat.min(), flat.max()]]))
    return {n: np.concatenate(v) for n, v in seen.items()}


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


def ranges_of(path, inputs):
    """{tensor: (scale, zero point)} of what goes into and comes out of the large convolutions of the graph at `path`."""
    nodes = large_convolutions(onnx.load(path, load_external_data=False))
    tensors = sorted({name for n in nodes for name in (n.input[0], n.output[0])})
    return {name: best_range(values) for name, values in observe(path, tensors, inputs).items()}


def weights_of(model, folder):
    """{name: array} of the initialisers, and of their Casts to float32."""
    full = {i.name: numpy_helper.to_array(i, folder) for i in model.graph.initializer}
    full.update({n.output[0]: full[n.input[0]].astype(np.float32) for n in model.graph.node if n.op_type == "Cast" and n.input[0] in full})
    return full


class Quantizer:
    """Puts QuantizeLinear and DequantizeLinear around the large convolutions of one graph."""

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

    def activation(self, source, target, of):
        scale, zero = self.ranges[of]
        return self.pair(source, target, np.float32(scale), np.uint8(zero))

    def input(self, name):
        """The quantised form of a tensor, made once however many read it."""
        if name not in self.done:
            self.done[name] = self.activation(name, name + "_8", name)
        return self.done[name]

    def bias(self, name, steps):
        """int32 in steps [O] of input scale times weight scale."""
        whole = self.constant(name + "_8q", np.round(self.weights[name] / steps).astype(np.int32))
        self.nodes.append(helper.make_node("DequantizeLinear", [whole, self.constant(name + "_8s", steps)], [name + "_8"], axis=0))
        return name + "_8"

    def convolution(self, node):
        x, weight, bias = (list(node.input) + [None])[:3]
        scale = (np.maximum(np.abs(self.weights[weight]).max((1, 2, 3)), 1e-8) / 127).astype(np.float32)
        inputs = [self.input(x), self.pair(weight, weight + "_8", scale, np.zeros(len(scale), np.int8), axis=0)]
        if bias:
            inputs.append(self.bias(bias, (self.ranges[x][0] * scale).astype(np.float32)))
        out = node.output[0]
        self.nodes.append(helper.make_node("Conv", inputs, [out + "_f"], name=node.name, **{a.name: helper.get_attribute_value(a) for a in node.attribute}))
        self.activation(out + "_f", out, out)

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


def quantize(path, target, ranges):
    """Write the int8 form of the float graph at `path`; both read the same weights.bin."""
    model = onnx.load(path, load_external_data=False)
    Quantizer(model, ranges, weights_of(model, os.path.dirname(path))).run()
    onnx.save(model, target)


KINDS = ("vaeEncoder", "unet", "vaeDecoder")


def quantize_all(out, sizes, networks):
    """Write the int8 form of every graph of `sizes`; the manifest's list of sizes for them."""
    inputs, first = calibration_inputs(networks), sizes[0]
    ranges = {kind: ranges_of(os.path.join(out, first[kind]), inputs[kind]) for kind in KINDS}
    made = []
    for size in sizes:
        files = {kind: size[kind].replace(".onnx", ".int8.onnx") for kind in KINDS}
        for kind in KINDS:
            quantize(os.path.join(out, size[kind]), os.path.join(out, files[kind]), ranges[kind])
        made.append({"width": size["width"], "height": size["height"], **files})
    return made
