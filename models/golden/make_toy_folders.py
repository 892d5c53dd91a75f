"""Writes tiny model folders in diffusers' ONNX layout, one per way exporters differ, for the tests of
server/engine/folder. Real ONNX graphs of a few kB whose outputs are simple sums, so that every input can be seen.

  python make_toy_folders.py ../../server/engine/testing/folders

  lcm-optimum    an LCM as optimum exports it: symbolic sides and channels, scalar int64 timestep, timestep_cond,
                 latent_parameters, vocab.json + merges.txt, weights in unet/model.onnx_data
  lcm-lora-old   the LCM-LoRA merged in, by the old diffusers script: fixed sides, timestep [1] float32, int32 ids,
                 latent_sample, tokenizer.json, hardly a config.json
  sd-turbo-half  float16 ports, timestep [B] float16, Euler with trailing spacing, TAESD, "!" for padding
  sdxl-lcm       two text encoders, text_embeds and time_ids, timestep_cond
  sdxl-turbo     the same without timestep_cond, ancestral Euler

out_sample = 0.8 sample + words + 5e-5 timestep + 0.25 mean(timestep_cond) + 0.125 mean(text_embeds)
             + 1e-4 mean(time_ids), where words = mean over tokens of encoder_hidden_states' first 4 features.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h

DOWN, TOKENS, COND = 8, 16, 256
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_alphabet() -> list[str]:
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return [chr(b) if b in keep else chr(next(extra)) for b in range(256)]


MERGES = [("h", "o"), ("u", "s"), ("ho", "us"), ("hous", "e</w>"), ("s", "e</w>")]


def vocabulary() -> dict[str, int]:
    """As CLIP's: "!" is 0, bytes, bytes that end a word, merges, then start and end."""
    letters = sorted(byte_alphabet(), key=lambda c: (c != "!", c))
    tokens = letters + [c + "</w>" for c in letters] + [a + b for a, b in MERGES] + [START, END]
    return {token: i for i, token in enumerate(tokens)}


def clip_tokenizer_json() -> dict:
    vocab = vocabulary()
    added = [
        {"id": vocab[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": t == END, "special": True}
        for t in (START, END)
    ]
    words = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": words}, "behavior": "Removed", "invert": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
        "post_processor": {"type": "RobertaProcessing", "sep": [END, vocab[END]], "cls": [START, vocab[START]], "trim_offsets": False, "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": END, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": False, "vocab": vocab, "merges": [f"{a} {b}" for a, b in MERGES]},
    }


def write(path: Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=True) + "\n")


def tokenizer(folder: Path, slow: bool, pad: str) -> None:
    if slow:
        write(folder / "vocab.json", vocabulary())
        write(folder / "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in MERGES))
        write(folder / "special_tokens_map.json", {"pad_token": {"content": pad, "lstrip": False}})
        write(folder / "tokenizer_config.json", {"model_max_length": TOKENS, "tokenizer_class": "CLIPTokenizer"})
    else:
        write(folder / "tokenizer.json", clip_tokenizer_json())
        write(folder / "tokenizer_config.json", {"model_max_length": TOKENS, "pad_token": pad})


class Graph:
    def __init__(self, half: bool = False):
        self.float, self.half, self.nodes, self.inits, self.inputs, self.outputs = (T.FLOAT16 if half else T.FLOAT), half, [], [], [], []

    def input(self, name: str, shape: list, kind: int | None = None) -> str:
        self.inputs.append(h.make_tensor_value_info(name, kind or self.float, shape))
        if kind in (None, T.FLOAT) and not self.half:
            return name
        return self.node("Cast", [name], f"{name}_f", to=T.FLOAT) if kind in (None, T.FLOAT16) else name

    def output(self, value: str, name: str, shape: list) -> None:
        self.node("Cast", [value], name, to=self.float) if self.half else self.node("Identity", [value], name)
        self.outputs.append(h.make_tensor_value_info(name, self.float, shape))

    def const(self, name: str, values) -> str:
        self.inits.append(onnx.numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(h.make_node(op, inputs, [output], **attributes))
        return output

    def mean(self, value: str, factor: float, rank: int) -> str:
        self.node("ReduceMean", [value], f"{value}_mean", axes=list(range(rank)), keepdims=0)
        return self.node("Mul", [f"{value}_mean", self.const(f"{value}_factor", np.float32(factor))], f"{value}_term")

    def save(self, path: Path, external: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        graph = h.make_graph(self.nodes, path.parent.name, self.inputs, self.outputs, self.inits)
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8, producer_name="make_toy_folders")
        onnx.checker.check_model(model)
        if external:
            onnx.save_model(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location=path.name + "_data", size_threshold=96)
        else:
            onnx.save_model(model, path)


def text_encoder(path: Path, *, width: int, seed: int, ids: int, half: bool, fixed: bool, xl: bool, pooled: bool) -> None:
    batch, sequence = (1, TOKENS) if fixed else ("batch_size", "sequence_length")
    g = Graph(half)
    g.input("input_ids", [batch, sequence], ids)
    table = np.random.default_rng(seed).normal(size=(len(vocabulary()), width)).astype(np.float32) * 0.2
    g.node("Gather", [g.const("table", table.astype(np.float16)), "input_ids"], "embedded16")
    g.node("Cast", ["embedded16"], "embedded", to=T.FLOAT)
    state = "embedded"
    if pooled:
        g.node("ReduceMean", [state], "pool", axes=[1], keepdims=0)
        g.output("pool", "text_embeds", [batch, width])
    g.output(state, "last_hidden_state", [batch, sequence, width])
    if not xl:
        g.node("ReduceMean", [state], "pool", axes=[1], keepdims=0)
        g.output("pool", "pooler_output", [batch, width])
    else:  # three "layers": the last but one is twice the embedding
        for i, factor in enumerate((1, 2, 3)):
            g.node("Mul", [state, g.const(f"layer{i}", np.float32(factor))], f"state{i}")
            g.output(f"state{i}", f"hidden_states.{i}", [batch, sequence, width])
    g.save(path)


def unet(path: Path, *, width: int, timestep: tuple, half: bool, size, cond: bool, pooled: int, external: bool) -> None:
    batch = 1 if size else "batch_size"
    channels = 4 if size else "num_channels"
    lh, lw = (size[1] // DOWN, size[0] // DOWN) if size else ("height", "width")
    g = Graph(half)
    x = g.input("sample", [batch, channels, lh, lw])
    t = g.input("timestep", timestep[1], timestep[0])
    text = g.input("encoder_hidden_states", [batch, TOKENS if size else "sequence_length", width])
    g.node("Conv", [x, g.const("taps", (0.8 * np.eye(4, dtype=np.float32))[:, :, None, None])], "base")
    g.node("ReduceMean", [text], "words", axes=[1], keepdims=0)
    g.node("Slice", ["words", g.const("from", np.array([0])), g.const("to", np.array([4])), g.const("axis", np.array([1]))], "tint")
    g.node("Reshape", ["tint", g.const("shape", np.array([-1, 4, 1, 1]))], "tint4")
    g.node("Add", ["base", "tint4"], "sum0")
    g.node("Cast", [t], "time", to=T.FLOAT)
    terms = [g.mean("time", 5e-5, len(timestep[1]))] if timestep[1] else [g.node("Mul", ["time", g.const("per_step", np.float32(5e-5))], "shade")]
    if cond:
        terms.append(g.mean(g.input("timestep_cond", [batch, COND]), 0.25, 2))
    if pooled:
        terms.append(g.mean(g.input("text_embeds", [batch, pooled]), 0.125, 2))
        terms.append(g.mean(g.input("time_ids", ["time_batch_size", 6]), 1e-4, 2))
    for i, term in enumerate(terms):
        g.node("Add", [f"sum{i}", term], f"sum{i + 1}")
    g.output(f"sum{len(terms)}", "out_sample", [batch, channels if not size else 4, lh, lw])
    g.save(path, external)


def vae_encoder(path: Path, *, half: bool, size, scale: float, parameters: bool) -> None:
    batch = 1 if size else "batch_size"
    sides = [size[1], size[0]] if size else ["height", "width"]
    latent = [s // DOWN for s in sides] if size else ["height_latent", "width_latent"]
    g = Graph(half)
    x = g.input("sample", [batch, 3 if size else "num_channels", *sides])
    g.node("AveragePool", [x], "cells", kernel_shape=[DOWN, DOWN], strides=[DOWN, DOWN])
    mix = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]], np.float32) / scale
    if parameters:  # mean, then log-variance
        mix = np.concatenate([mix, np.full_like(mix, 9)])
    g.node("Conv", ["cells", g.const("mix", mix[:, :, None, None])], "latents")
    channels = len(mix) if size else "num_channels_latent"
    g.output("latents", "latent_parameters" if parameters else "latent_sample", [batch, channels, *latent])
    g.save(path)


def vae_decoder(path: Path, *, half: bool, size, scale: float) -> None:
    batch = 1 if size else "batch_size"
    sides = [size[1], size[0]] if size else ["height", "width"]
    latent = [s // DOWN for s in sides] if size else ["height_latent", "width_latent"]
    g = Graph(half)
    x = g.input("latent_sample", [batch, 4 if size else "num_channels_latent", *latent])
    taps = np.concatenate([0.9 * np.eye(3), np.full((3, 1), 0.1)], axis=1).astype(np.float32) * np.float32(scale)
    g.node("Conv", [x, g.const("taps", taps[:, :, None, None])], "rgb")
    g.node("Resize", ["rgb", "", g.const("scales", np.array([1, 1, DOWN, DOWN], np.float32))], "large", mode="nearest")
    g.output("large", "sample", [batch, 3 if size else "num_channels", *sides])
    g.save(path)


BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "prediction_type": "epsilon"}


def folder(root: Path, name: str, *, scheduler: dict, pipeline: str, vae: str, scale: float, timestep: tuple, cond: bool,
           half=False, size=None, xl=False, slow=True, pad=END, parameters=True, ids=T.INT64, configs=True, external=False) -> None:
    out = root / name
    widths = (8, 12) if xl else (8,)
    for i, width in enumerate(widths):
        tag = "" if i == 0 else "_2"
        tokenizer(out / f"tokenizer{tag}", slow, "!" if i == 1 else pad)
        text_encoder(out / f"text_encoder{tag}/model.onnx", width=width, seed=i, ids=ids, half=half, fixed=size is not None, xl=xl, pooled=i == 1)
    unet(out / "unet/model.onnx", width=sum(widths), timestep=timestep, half=half, size=size, cond=cond, pooled=12 if xl else 0, external=external)
    vae_encoder(out / "vae_encoder/model.onnx", half=half, size=size, scale=scale, parameters=parameters)
    vae_decoder(out / "vae_decoder/model.onnx", half=half, size=size, scale=scale)
    index = {"_class_name": pipeline, "_diffusers_version": "0.22.0", "scheduler": ["diffusers", scheduler["_class_name"]], "vae": ["diffusers", vae]}
    write(out / "model_index.json", {**index, **({"force_zeros_for_empty_prompt": True} if xl else {})})
    write(out / "scheduler/scheduler_config.json", {**BETAS, **scheduler})
    if configs:
        write(out / "unet/config.json", {"_class_name": "UNet2DConditionModel", "in_channels": 4, "sample_size": 8, "time_cond_proj_dim": COND if cond else None, "block_out_channels": [8]})
        write(out / "vae_decoder/config.json", {"_class_name": vae, "scaling_factor": scale, "latent_channels": 4, "block_out_channels": [8, 8, 8, 8]})


if __name__ == "__main__":
    root = Path(sys.argv[1])
    lcm = {"_class_name": "LCMScheduler", "original_inference_steps": 50, "clip_sample": False}
    folder(root, "lcm-optimum", scheduler=lcm, pipeline="LatentConsistencyModelPipeline", vae="AutoencoderKL", scale=0.18215,
           timestep=(T.INT64, []), cond=True, external=True)
    folder(root, "lcm-lora-old", scheduler=lcm, pipeline="OnnxStableDiffusionPipeline", vae="AutoencoderKL", scale=0.18215,
           timestep=(T.FLOAT, [1]), cond=False, size=(96, 64), slow=False, parameters=False, ids=T.INT32, configs=False)
    turbo = {"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"}
    folder(root, "sd-turbo-half", scheduler=turbo, pipeline="StableDiffusionPipeline", vae="AutoencoderTiny", scale=1.0,
           timestep=(T.FLOAT16, ["batch_size"]), cond=False, half=True, pad="!", parameters=False, ids=T.INT32)
    folder(root, "sdxl-lcm", scheduler=lcm, pipeline="StableDiffusionXLPipeline", vae="AutoencoderKL", scale=0.13025,
           timestep=(T.INT64, ["batch_size"]), cond=True, xl=True)
    folder(root, "sdxl-turbo", scheduler={**turbo, "_class_name": "EulerAncestralDiscreteScheduler"}, pipeline="StableDiffusionXLPipeline",
           vae="AutoencoderKL", scale=0.13025, timestep=(T.FLOAT, []), cond=False, xl=True)
