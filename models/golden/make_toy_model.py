"""Writes the toy models of the engine's tests: real ONNX graphs of a few kB with the interface of a real model.

  python make_toy_model.py ../../server/engine/testing

toy-model: bytes in and out, image latents concatenated, predicts the sample, guidance embedding, one graph per size
and all weights in one external file, as models/pocket has. toy-model-plain: float NCHW images, int64 scalar
timestep, int32 ids, epsilon, no guidance embedding, symbolic sides, a posterior of mean and log-variance, as
exports of SD1.5 have. A step at the largest size (plain: at any) takes a few ms, so that one can be interrupted.
They paint the sketch's colours, tinted by the words: enough to see that every input counts.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h

CHANNELS, DOWN, TOKENS, WIDTH, COND = 4, 8, 24, 8, 256
VOCAB = 256 + 3
SIZES = [(64, 64), (96, 64), (64, 96), (128, 128)]
SCALING = 0.18215


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, in byte order."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return [chr(b) if b in keep else chr(next(extra)) for b in range(256)]


def tokenizer() -> dict:
    specials = ["<pad>", "<s>", "</s>"]
    vocab = {token: i for i, token in enumerate(specials + byte_alphabet())}
    added = [
        {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for i, t in enumerate(specials)
    ]
    single = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}]
    template = {t: {"id": t, "ids": [vocab[t]], "tokens": [t]} for t in ("<s>", "</s>")}
    return {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single, "special_tokens": template},
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocab, "merges": []},
    }


class Graph:
    """Collects nodes and weights of one graph; weights may be kept in a shared external file."""

    def __init__(self, name: str, weights: "Weights | None"):
        self.name, self.weights, self.nodes, self.inits = name, weights, [], []

    def const(self, name: str, values) -> str:
        # Only weights go outside: onnxruntime cannot infer shapes from scales or axes it has not read.
        array = np.asarray(values)
        tensor = onnx.numpy_helper.from_array(array, name)
        if self.weights is not None and array.dtype == np.float32 and array.ndim > 1:
            self.weights.move(tensor)
        self.inits.append(tensor)
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(h.make_node(op, inputs, [output], **attributes))
        return output

    def save(self, path: Path, inputs: list, outputs: list) -> None:
        graph = h.make_graph(self.nodes, self.name, inputs, outputs, self.inits)
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8, producer_name="make_toy_model")
        path.write_bytes(model.SerializeToString())


class Weights:
    """One file of raw little-endian float32 that all graphs point into."""

    def __init__(self, file_name: str):
        self.file_name, self.blob, self.known = file_name, bytearray(), {}

    def move(self, tensor: onnx.TensorProto) -> None:
        data = bytes(tensor.raw_data)
        offset = self.known.setdefault(data, len(self.blob))
        if offset == len(self.blob):
            self.blob += data + bytes(-len(data) % 64)
        del tensor.external_data[:]
        for key, value in (("location", self.file_name), ("offset", offset), ("length", len(data))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        tensor.data_location = T.EXTERNAL
        tensor.ClearField("raw_data")


def text_encoder(path: Path, weights, ids_type) -> None:
    g = Graph("text_encoder", weights)
    table = np.random.default_rng(0).normal(size=(VOCAB, WIDTH)).astype(np.float32)
    table[0] = 0
    g.node("Gather", [g.const("table", table), "input_ids"], "last_hidden_state")
    g.save(path, [h.make_tensor_value_info("input_ids", ids_type, [1, TOKENS])],
           [h.make_tensor_value_info("last_hidden_state", T.FLOAT, [1, TOKENS, WIDTH])])


def vae_encoder(path: Path, weights, size, plain: bool) -> None:
    w, ht = size if size else ("width", "height")
    lw, lh = (w // DOWN, ht // DOWN) if size else ("latent_width", "latent_height")
    g = Graph("vae_encoder", weights)
    if plain:
        x = "sample"
        image = h.make_tensor_value_info("sample", T.FLOAT, [1, 3, ht, w])
    else:
        image = h.make_tensor_value_info("image", T.UINT8, [1, ht, w, 3])
        g.node("Cast", ["image"], "f", to=T.FLOAT)
        g.node("Transpose", ["f"], "nchw", perm=[0, 3, 1, 2])
        g.node("Div", ["nchw", g.const("half", np.float32(127.5))], "scaled")
        x = g.node("Sub", ["scaled", g.const("one", np.float32(1))], "unit")
    g.node("AveragePool", [x], "cells", kernel_shape=[DOWN, DOWN], strides=[DOWN, DOWN])
    mix = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]], np.float32)
    if plain:  # mean, then log-variance, of the posterior; unscaled
        mix = np.concatenate([mix / SCALING, np.full_like(mix, 9)])
    g.node("Conv", ["cells", g.const("mix", mix[:, :, None, None])], "latents")
    g.save(path, [image], [h.make_tensor_value_info("latents", T.FLOAT, [1, len(mix), lh, lw])])


def busy_work(g: Graph, side: int = 768) -> str:
    """A scalar 0 that takes 0.9 GFLOP; it depends on the input, or it would be computed once at load."""
    g.node("ReduceMean", ["sample"], "any", axes=[0, 1, 2, 3], keepdims=0)
    g.node("Expand", ["any", g.const("square", np.array([side, side], np.int64))], "filled")
    g.node("MatMul", ["filled", "filled"], "product")
    g.node("ReduceMean", ["product"], "work", axes=[0, 1], keepdims=0)
    return g.node("Mul", ["work", g.const("nothing", np.float32(0))], "zero")


def unet(path: Path, weights, size, plain: bool) -> None:
    lw, lh = (size[0] // DOWN, size[1] // DOWN) if size else ("latent_width", "latent_height")
    g = Graph("unet", weights)
    eye = np.eye(CHANNELS, dtype=np.float32)
    taps = 0.8 * eye if plain else np.concatenate([0.25 * eye, 0.75 * eye], axis=1)
    g.node("Conv", ["sample", g.const("taps", taps[:, :, None, None].astype(np.float32))], "base")
    g.node("ReduceMean", ["encoder_hidden_states"], "words", axes=[1], keepdims=0)
    project = 0.4 * np.random.default_rng(1).normal(size=(WIDTH, CHANNELS)).astype(np.float32)
    g.node("MatMul", ["words", g.const("project", project)], "tint")
    g.node("Reshape", ["tint", g.const("shape", np.array([1, CHANNELS, 1, 1], np.int64))], "tint4")
    g.node("Add", ["base", "tint4"], "tinted")
    g.node("Cast", ["timestep"], "time", to=T.FLOAT)
    g.node("Mul", ["time", g.const("per_step", np.float32(5e-5))], "shade")
    if plain or size == max(SIZES):
        g.node("Add", ["shade", busy_work(g)], "slow_shade")
    shade = g.nodes[-1].output[0]
    if plain:
        g.node("Add", ["tinted", shade], "out_sample")
    else:
        g.node("Add", ["tinted", shade], "shaded")
        g.node("ReduceMean", ["timestep_cond"], "guidance", axes=[0, 1], keepdims=0)
        g.node("Mul", ["guidance", g.const("per_guidance", np.float32(0.5))], "push")
        g.node("Add", ["shaded", "push"], "out_sample")
    inputs = [
        h.make_tensor_value_info("sample", T.FLOAT, [1, CHANNELS * (1 if plain else 2), lh, lw]),
        h.make_tensor_value_info("timestep", *((T.INT64, []) if plain else (T.FLOAT, [1]))),
        h.make_tensor_value_info("encoder_hidden_states", T.FLOAT, [1, TOKENS, WIDTH]),
    ]
    if not plain:
        inputs.append(h.make_tensor_value_info("timestep_cond", T.FLOAT, [1, COND]))
    g.save(path, inputs, [h.make_tensor_value_info("out_sample", T.FLOAT, [1, CHANNELS, lh, lw])])


def vae_decoder(path: Path, weights, size, plain: bool) -> None:
    w, ht = size if size else ("width", "height")
    lw, lh = (w // DOWN, ht // DOWN) if size else ("latent_width", "latent_height")
    g = Graph("vae_decoder", weights)
    taps = np.concatenate([0.9 * np.eye(3), np.full((3, 1), 0.1)], axis=1).astype(np.float32) * (SCALING if plain else 1)
    source = "latent_sample" if plain else "latents"
    g.node("Conv", [source, g.const("taps", taps[:, :, None, None])], "rgb")
    up = "sample" if plain else "large"
    g.node("Resize", ["rgb", "", g.const("scales", np.array([1, 1, DOWN, DOWN], np.float32))], up, mode="nearest")
    if plain:
        image = h.make_tensor_value_info("sample", T.FLOAT, [1, 3, ht, w])
    else:
        g.node("Transpose", ["large"], "hwc", perm=[0, 2, 3, 1])
        g.node("Mul", ["hwc", g.const("half", np.float32(127.5))], "stretched")
        g.node("Add", ["stretched", "half"], "bytes")
        g.node("Clip", ["bytes", g.const("low", np.float32(0)), g.const("high", np.float32(255))], "clipped")
        g.node("Cast", ["clipped"], "image", to=T.UINT8)
        image = h.make_tensor_value_info("image", T.UINT8, [1, ht, w, 3])
    g.save(path, [h.make_tensor_value_info(source, T.FLOAT, [1, CHANNELS, lh, lw])], [image])


def sizes_of(folder: Path, weights, plain: bool) -> list[dict]:
    if plain:
        vae_encoder(folder / "vae_encoder.onnx", weights, None, True)
        unet(folder / "unet.onnx", weights, None, True)
        vae_decoder(folder / "vae_decoder.onnx", weights, None, True)
    out = []
    for w, ht in SIZES:
        tag = "" if plain else f".{w}x{ht}"
        names = {"unet": f"unet{tag}.onnx", "vaeEncoder": f"vae_encoder{tag}.onnx", "vaeDecoder": f"vae_decoder{tag}.onnx"}
        if not plain:
            vae_encoder(folder / names["vaeEncoder"], weights, (w, ht), False)
            unet(folder / names["unet"], weights, (w, ht), False)
            vae_decoder(folder / names["vaeDecoder"], weights, (w, ht), False)
        out.append({"width": w, "height": ht, **names})
    return out


def make(folder: Path, plain: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    weights = None if plain else Weights("weights.bin")
    text_encoder(folder / "text_encoder.onnx", weights, T.INT32 if plain else T.INT64)
    sizes = sizes_of(folder, weights, plain)
    if weights is not None:
        (folder / weights.file_name).write_bytes(bytes(weights.blob))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(), ensure_ascii=True) + "\n")
    files = sorted(p.name for p in folder.iterdir())
    manifest = {
        "formatVersion": 1,
        "id": folder.name,
        "name": "Toy" if not plain else "Toy, plain",
        "license": "MIT",
        "kind": "lcm-img2img",
        "files": {"textEncoder": "text_encoder.onnx", "weights": [] if plain else ["weights.bin"], "tokenizer": "tokenizer.json", "sizes": sizes},
        "sha256": {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in files},
        "bytes": {f: (folder / f).stat().st_size for f in files},
        "latents": {"channels": CHANNELS, "downsample": DOWN, "scalingFactor": SCALING if plain else 1, "imageLatents": "none" if plain else "concat"},
        "image": {"layout": "float-nchw" if plain else "uint8-hwc"},
        "tokenizer": {"maxLength": TOKENS, "padId": 0},
        "scheduler": {
            "predictionType": "epsilon" if plain else "sample", "betaStart": 0.00085, "betaEnd": 0.012, "betaSchedule": "scaled_linear",
            "numTrainTimesteps": 1000, "originalInferenceSteps": 50, "timestepScaling": 10, "strengthSemantics": "lcm",
        },
        "guidance": {"embedding": False} if plain else {"embedding": True, "dim": COND},
        "defaults": {"prompt": "a house", "width": 64, "height": 64, "steps": 4, "strength": 0.7, "guidanceScale": 4},
        "limits": {"steps": [1, 8], "strength": [0.16, 1], "guidanceScale": [1, 8]},
        "refine": {"width": 128, "height": 128, "steps": 8},
        "words": {"time": ["day", "night"], "subject": ["house", "boat"]},
    }
    if not plain:
        matrix = [[0.9, 0, 0, 0.1], [0, 0.9, 0, 0.1], [0, 0, 0.9, 0.1]]
        manifest["preview"] = {"matrix": matrix, "bias": [0, 0, 0]}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    make(root / "toy-model", plain=False)
    make(root / "toy-model-plain", plain=True)
