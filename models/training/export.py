"""Write models/pocket: ONNX graphs per size, one shared float16 weight file, tokenizer, manifest. Then check and time them.

    python export.py [--unet runs/unet.pt | --ae pocket --unet pocket] [--ae runs/ae.pt] [--out ../pocket]
"""
import argparse
import hashlib
import json
import os
import tempfile
import time

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from autoencoder import Decoder, Encoder
from common import INDEX, RUNS, load, to_signed
from graphs import DecodeImage, EncodeImage, EncodeText
from palette import ALIASES, MAX_TOKENS, STYLES, SUBJECTS, TIMES, WORDS
from quantize import quantize_all
from sampler import DEFAULT_GUIDANCE, guidance_embedding
from scenes import latent_noise, make
from unet import TEXT_WIDTH, TextEncoder, UNet

#: Most that int8 may be off on somebody's CPU, of latents or picture: about three times what it is off where it is right.
INT8_MAX_ERROR = 0.12
SIZES = [(256, 256), (384, 256), (256, 384), (512, 512)]  # width, height
SMALLEST_SHARED = 64  # values; shorter initialisers stay inside the graph
OPSET = 17


class Weights:
    """One file of float16 tensors; equal tensors are stored once.

    What the file already has stays where it is, so that a change of graphs alone leaves 20 MB in git as they are.
    """

    def __init__(self, path, keep=False):
        self.known = open(path, "rb").read() if keep else b""
        self.file, self.name, self.places = open(path, "ab" if keep else "wb"), os.path.basename(path), {}

    @staticmethod
    def key(array):
        return hashlib.sha256(array.astype(np.float16).tobytes() + str(array.shape).encode()).digest()

    def find(self, array):
        """[offset, shape, transposed] of a checkpoint's tensor; the few that no graph holds as they are get added."""
        flipped = array.ndim == 2 and self.key(array) not in self.places and self.key(array.T) in self.places
        stored = np.ascontiguousarray(array.T) if flipped else array
        return [self.place(stored)[0], list(stored.shape), flipped]

    def place(self, array):
        """(offset, bytes) of the array's float16 data."""
        data = array.astype(np.float16).tobytes()
        key = self.key(array)
        if key not in self.places and (known := self.offset_of(data)) is not None:
            self.places[key] = (known, len(data))
        if key not in self.places:
            self.file.write(b"\0" * (-self.file.tell() % 64))
            self.places[key] = (self.file.tell(), len(data))
            self.file.write(data)
        return self.places[key]

    def stored(self, name, array):
        """An initialiser, float16, whose data lies in the file."""
        offset, length = self.place(array)
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=array.shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", self.name), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def offset_of(self, data):
        """Where the file that was there has these bytes, at a tensor's beginning; None if nowhere."""
        at = self.known.find(data)
        while at >= 0 and at % 64:
            at = self.known.find(data, at + 1)
        return at if at >= 0 else None


def share(model, weights):
    """Move float32 initialisers into the weight file as float16, each followed by a Cast back to float32."""
    kept, casts = [], []
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < SMALLEST_SHARED:
            kept.append(tensor)
            continue
        stored = weights.stored(tensor.name + "_h", array)
        kept.append(stored)
        casts.append(helper.make_node("Cast", [stored.name], [tensor.name], to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def lift_constants(model):
    """Turn big Constant nodes into initialisers, so that share() finds them."""
    rest = []
    for node in model.graph.node:
        value = next((a.t for a in node.attribute if a.name == "value"), None) if node.op_type == "Constant" else None
        if value is None or np.prod(value.dims) < SMALLEST_SHARED:
            rest.append(node)
        else:
            value.name = node.output[0]
            model.graph.initializer.append(value)
    del model.graph.node[:]
    model.graph.node.extend(rest)


def export(module, inputs, names, output, path, weights, open_batch=False):
    """Trace one module with baked shapes and write it beside the weight file; with `open_batch` for any number of rows."""
    axes = {name: {0: "batch"} for name in [*names, output]} if open_batch else None
    with tempfile.TemporaryDirectory() as folder:
        temporary = os.path.join(folder, "graph.onnx")
        torch.onnx.export(module.eval(), inputs, temporary, input_names=names, output_names=[output], opset_version=OPSET, dynamic_axes=axes, dynamo=False)
        model = onnx.load(temporary)
    lift_constants(model)
    share(model, weights)
    model.producer_name, model.doc_string = "sketchwire-pocket", ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, path)


def export_all(out, networks, weights):
    """All float graphs; returns the manifest's list of sizes."""
    encoder, decoder, unet, text = networks
    sizes = []
    ids = torch.zeros(1, MAX_TOKENS, dtype=torch.int64)
    export(EncodeText(text), (ids,), ["input_ids"], "last_hidden_state", os.path.join(out, "text_encoder.onnx"), weights)
    for width, height in SIZES:
        h, w = height // 8, width // 8
        files = {key: f"{stem}.{width}x{height}.onnx" for key, stem in (("unet", "unet"), ("vaeEncoder", "vae_encoder"), ("vaeDecoder", "vae_decoder"))}
        path = {key: os.path.join(out, name) for key, name in files.items()}
        export(EncodeImage(encoder), (torch.zeros(1, height, width, 3, dtype=torch.uint8),), ["image"], "latents", path["vaeEncoder"], weights)
        export(DecodeImage(decoder), (torch.zeros(1, 8, h, w),), ["latents"], "image", path["vaeDecoder"], weights)
        inputs = (torch.zeros(1, 16, h, w), torch.zeros(1), torch.zeros(1, MAX_TOKENS, TEXT_WIDTH), torch.zeros(1, 256))
        # Steps of several pictures may share a call; on a CPU a call of one row takes as long as with a baked batch.
        export(unet, inputs, ["sample", "timestep", "encoder_hidden_states", "timestep_cond"], "out_sample", path["unet"], weights, open_batch=True)
        sizes.append({"width": width, "height": height, **files})
    weights.file.flush()
    return sizes


def write_index(weights, networks):
    """weights-index.json: where each tensor of the networks lies in weights.bin, so that training can go on from it."""
    # A tensor of zeros is one that training has not touched: a fresh network has it too.
    index = {name: {k: weights.find(v.numpy()) for k, v in network.state_dict().items() if v.any()}
             for name, network in zip(("encoder", "decoder", "unet", "text"), networks)}
    with open(INDEX, "w") as f:
        json.dump(index, f, separators=(",", ":"))


def write_tokenizer(out):
    """A word-level tokenizer in the usual tokenizer.json format; padding is the caller's job (id 0 up to 24 tokens)."""
    special = [{"id": i, "content": w, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
               for i, w in enumerate(WORDS[:2])]
    vocabulary = {w: i for i, w in enumerate(WORDS)}
    vocabulary.update({other: vocabulary[word] for word, others in ALIASES.items() for other in others.split()})
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>"},
    }
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, "pad_token": "<pad>", "unk_token": "<unk>",
              "clean_up_tokenization_spaces": False}
    for name, content in (("tokenizer.json", tokenizer), ("tokenizer_config.json", config)):
        with open(os.path.join(out, name), "w") as f:
            json.dump(content, f, indent=1)


@torch.no_grad()
def fit_preview(encoder):
    """Least squares latents -> RGB in [-1, 1] (what lib/lcm/preview.ts takes) over generated sketches and pictures: matrix [3][8], bias [3]."""
    generator = torch.Generator().manual_seed(77)
    batch = make(96, 128, 128, 777_000, [latent_noise(96, 128, 128, generator)], window=True)
    images = torch.cat([batch.sketch, batch.pictures[0]])
    z = encoder(to_signed(images)).permute(0, 2, 3, 1).reshape(-1, 8)
    rgb = torch.nn.functional.avg_pool2d(to_signed(images), 8).permute(0, 2, 3, 1).reshape(-1, 3)
    solution = torch.linalg.lstsq(torch.cat([z, torch.ones(len(z), 1)], 1), rgb).solution
    return {"matrix": [[round(v, 5) for v in row] for row in solution[:8].T.tolist()], "bias": [round(v, 5) for v in solution[8].tolist()]}


def write_manifest(out, sizes, int8, preview):
    manifest = {
        "formatVersion": 1, "id": "pocket", "name": "Pocket", "license": "MIT", "kind": "lcm-img2img",
        "files": {"textEncoder": "text_encoder.onnx", "weights": ["weights.bin"], "tokenizer": "tokenizer.json", "sizes": sizes,
                  "int8": {"maxError": INT8_MAX_ERROR, "sizes": int8}},
        "latents": {"channels": 8, "downsample": 8, "scalingFactor": 1, "imageLatents": "concat"},
        "image": {"layout": "uint8-hwc"},
        "tokenizer": {"maxLength": MAX_TOKENS, "padId": 0},
        "scheduler": {"predictionType": "sample", "betaStart": 0.00085, "betaEnd": 0.012, "betaSchedule": "scaled_linear",
                      "numTrainTimesteps": 1000, "originalInferenceSteps": 50, "timestepScaling": 10, "strengthSemantics": "lcm"},
        "guidance": {"embedding": True, "dim": 256},
        "defaults": {"width": 256, "height": 256, "steps": 4, "strength": 0.8, "guidanceScale": DEFAULT_GUIDANCE, "prompt": "sunset lighthouse mountains oil"},
        "limits": {"steps": [1, 8], "strength": [0.16, 1], "guidanceScale": [1, 8]},
        "refine": {"width": 512, "height": 512, "steps": 8},
        "preview": preview,
        "words": {"time": TIMES, "style": STYLES, "subject": SUBJECTS},
    }
    names = ["text_encoder.onnx", "weights.bin", "tokenizer.json", "tokenizer_config.json"] + [s[k] for s in sizes + int8 for k in ("unet", "vaeEncoder", "vaeDecoder")]
    data = {name: open(os.path.join(out, name), "rb").read() for name in names}
    manifest["sha256"] = {name: hashlib.sha256(d).hexdigest() for name, d in data.items()}
    manifest["bytes"] = {name: len(d) for name, d in data.items()}
    with open(os.path.join(out, "manifest.json"), "w") as f:
        json.dump(manifest, f, indent=1)
    print("bytes in all", sum(manifest["bytes"].values()))


def verify(out):
    """Raise unless every file has the manifest's size and sha256."""
    with open(os.path.join(out, "manifest.json")) as f:
        manifest = json.load(f)
    for name, digest in manifest["sha256"].items():
        data = open(os.path.join(out, name), "rb").read()
        if hashlib.sha256(data).hexdigest() != digest or len(data) != manifest["bytes"][name]:
            raise SystemExit(f"{name} differs from the manifest")
    return manifest


def load_networks(ae, unet):
    """(encoder, decoder, unet, text encoder) from two checkpoints."""
    encoder, decoder, denoiser, text = Encoder(), Decoder(), UNet(), TextEncoder()
    load(ae, encoder=encoder, decoder=decoder)
    load(unet, unet=denoiser, text=text, decoder=decoder)
    return tuple(m.eval().requires_grad_(False) for m in (encoder, decoder, denoiser, text))


def check(out, networks):
    """Compare each 256x256 graph, float and int8, with torch on one scene and time it on two threads."""
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    encoder, decoder, unet, text = networks
    generator = torch.Generator().manual_seed(3)
    image = make(1, 256, 256, 31, [latent_noise(1, 256, 256, generator)]).sketch.permute(0, 2, 3, 1).contiguous()
    ids = torch.zeros(1, MAX_TOKENS, dtype=torch.int64)
    ids[0, :3] = torch.tensor([3, 8, 20])
    z, states = EncodeImage(encoder)(image), text(ids)
    t, cond = torch.tensor([599.0]), guidance_embedding(torch.tensor([DEFAULT_GUIDANCE]))
    noisy = torch.cat([torch.randn(1, 8, 32, 32, generator=generator), z], 1)
    made = unet(noisy, t, states, cond)
    cases = {
        "text_encoder": ({"input_ids": ids}, states),
        "vae_encoder.256x256": ({"image": image}, z),
        "unet.256x256": ({"sample": noisy, "timestep": t, "encoder_hidden_states": states, "timestep_cond": cond}, made),
        "vae_decoder.256x256": ({"latents": made}, DecodeImage(decoder)(made)),
    }
    for name in [n for stem in cases for n in (stem, stem + ".int8")]:
        path = os.path.join(out, name + ".onnx")
        if not os.path.exists(path):
            continue
        feeds, expected = cases[name.removesuffix(".int8")]
        got, median, best = timed(ort.InferenceSession(path, options, providers=["CPUExecutionProvider"]), {k: v.numpy() for k, v in feeds.items()})
        expected = expected.detach().numpy().astype(np.float32)
        gap = np.abs(got - expected)
        error = np.sqrt((gap ** 2).mean()) / expected.std()
        print(f"{name}: differs from torch by {error:.4f} of the spread, at most {gap.max():.4f}; median {median:.1f} ms, best {best:.1f} ms")


def timed(session, feeds, runs=12):
    """(output float32, median ms, best ms)."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        got = session.run(None, feeds)[0]
        times.append((time.perf_counter() - start) * 1000)
    return got.astype(np.float32), np.median(times), min(times)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ae", default=os.path.join(RUNS, "ae.pt"))
    parser.add_argument("--unet", default=os.path.join(RUNS, "unet.pt"), help="may also hold a fine-tuned decoder; pocket: the committed weights in new graphs")
    parser.add_argument("--out", default=os.path.join(here, "..", "pocket"))
    parser.add_argument("--verify-only", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(2)
    if not args.verify_only:
        networks = load_networks(args.ae, args.unet)
        os.makedirs(args.out, exist_ok=True)
        weights = Weights(os.path.join(args.out, "weights.bin"), keep=args.unet == "pocket")
        sizes = export_all(args.out, networks, weights)
        int8 = quantize_all(args.out, sizes, networks, weights)
        write_index(weights, networks)
        weights.file.close()
        write_tokenizer(args.out)
        write_manifest(args.out, sizes, int8, fit_preview(networks[0]))
        check(args.out, networks)
    verify(args.out)
    print("sha256 and sizes agree with the manifest")


if __name__ == "__main__":
    main()
