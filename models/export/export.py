"""Any diffusers SD1.5 checkpoint with LCM to a model folder in the layout that runs best here.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python export.py --model SimianLuo/LCM_Dreamshaper_v7 --out ../installed/lcm-dreamshaper-v7
    .venv/bin/python export.py --model PATH_OR_ID --lora latent-consistency/lcm-lora-sdv1-5 --out ../installed/NAME

See README.md for what is written and why.
"""

import argparse
import hashlib
import json
import pathlib
import tempfile

import onnx
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, LCMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from fused import DOMAIN, FusedProcessor, share_weights
from schedule import read_schedule
from sizes import multiple_of, read_sizes

OPSET = 17
FUSED = "unet.fused.onnx"


class Unet(torch.nn.Module):
    """Float32 outside, the weights' own precision inside."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, timestep_cond=None):
        kind = self.unet.dtype
        cond = None if timestep_cond is None else timestep_cond.to(kind)
        words = encoder_hidden_states.to(kind)
        return self.unet(sample.to(kind), timestep, words, timestep_cond=cond, return_dict=False)[0].float()


class Encoder(torch.nn.Module):
    """[B,H,W,3] bytes to latents, or to the mean and log-variance of a KL posterior; not scaled."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, image):
        pixels = (image.float() / 255 * 2 - 1).permute(0, 3, 1, 2).to(self.vae.dtype)
        if isinstance(self.vae, AutoencoderTiny):
            return self.vae.encode(pixels, return_dict=False)[0].float()
        return self.vae.quant_conv(self.vae.encoder(pixels)).float()


class Decoder(torch.nn.Module):
    """Latents, not scaled, to [B,H,W,3] bytes."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latents):
        picture = self.vae.decode(latents.to(self.vae.dtype), return_dict=False)[0].float()
        return ((picture / 2 + 0.5).clamp(0, 1) * 255).round().permute(0, 2, 3, 1).to(torch.uint8)


class Text(torch.nn.Module):
    def __init__(self, text_encoder):
        super().__init__()
        self.text_encoder = text_encoder

    def forward(self, input_ids):
        return self.text_encoder(input_ids, return_dict=False)[0].float()


def schedule_of(model):
    """The checkpoint's own noise schedule and prediction type: other ones would paint with wrong numbers, and say nothing."""
    try:
        return read_schedule(LCMScheduler.load_config(model, subfolder="scheduler"))
    except OSError as error:
        remedy = "put that of the checkpoint it was made from there"
        raise SystemExit(f"{model} has no readable scheduler/scheduler_config.json ({error}): {remedy}") from error


def side_multiple(model):
    try:
        return multiple_of(UNet2DConditionModel.load_config(model, subfolder="unet"))
    except OSError as error:
        remedy = "name a diffusers folder or a repository id"
        raise SystemExit(f"{model} has no readable unet/config.json ({error}): {remedy}") from error


def load(options):
    """The four parts, the LoRA merged into the U-Net and the text encoder."""
    part = lambda kind, folder: kind.from_pretrained(options.model, subfolder=folder)  # noqa: E731
    unet, text = part(UNet2DConditionModel, "unet"), part(CLIPTextModel, "text_encoder")
    tokenizer = part(CLIPTokenizer, "tokenizer")
    kl = None if options.tiny_autoencoder else part(AutoencoderKL, "vae")
    vae = kl or AutoencoderTiny.from_pretrained(options.tiny_autoencoder)
    if options.lora:
        rest = {"scheduler": LCMScheduler(), "safety_checker": None, "feature_extractor": None}
        pipeline = StableDiffusionPipeline(
            vae=vae, unet=unet, text_encoder=text, tokenizer=tokenizer, requires_safety_checker=False, **rest
        )
        pipeline.load_lora_weights(options.lora)
        pipeline.fuse_lora()
        pipeline.unload_lora_weights()
    elif unet.config.time_cond_proj_dim is None:
        raise SystemExit(f"{options.model} is not distilled with LCM: name an LCM-LoRA with --lora")
    for model in (unet, text, vae):
        # A checkpoint saved in float16 would stay it in part: all is float32 until it is meant to be half.
        model.float().eval().requires_grad_(False)
    if not options.float32:
        unet.half()  # The text encoder runs once a prompt: float32 costs nothing there.
        # The KL autoencoder of SD1.5 overflows in float16 on some pictures; the tiny one does not.
        if isinstance(vae, AutoencoderTiny):
            vae.half()
    return unet, text, vae, tokenizer


def trace(module, folder, inputs, output, **also):
    """Batch, height and width stay open: one graph, opened once, serves all sizes."""
    open_axes = {4: {0: "batch", 1: "height", 2: "width"}, 3: {0: "batch"}, 2: {0: "batch"}, 1: {0: "batch"}}
    latent_axes = {0: "batch", 2: "height", 3: "width"}
    axes = {name: latent_axes if value.dim() == 4 and value.shape[1] == 4 else open_axes[value.dim()] for name, value in inputs.items()}
    axes[output] = {"image": open_axes[4], "last_hidden_state": open_axes[3]}.get(output, latent_axes)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        raw = pathlib.Path(scratch) / "graph.onnx"
        torch.onnx.export(
            module, tuple(inputs.values()), str(raw), input_names=list(inputs), output_names=[output],
            dynamic_axes=axes, opset_version=OPSET, dynamo=False, **also,
        )  # fmt: skip
        return onnx.load(str(raw))


def write_graph(module, path, inputs, output):
    """Large weights go beside the graph."""
    model = trace(module, path.parent, inputs, output)
    weights = path.with_suffix(".weights")
    weights.unlink(missing_ok=True)
    onnx.save_model(model, str(path), save_as_external_data=True, location=weights.name, size_threshold=1024)
    weights.chmod(0o644)
    return [path.name, weights.name]


def write_fused(unet, path, inputs):
    """The U-Net at `path` again, with fused attention; its weights are those that lie beside it already."""
    unet.set_attn_processor(FusedProcessor())
    model = trace(Unet(unet), path.parent, inputs, "out_sample", custom_opsets={DOMAIN: 1})
    share_weights(model, path, path.with_suffix(".weights"))
    onnx.save_model(model, str(path.with_name(FUSED)))
    return [FUSED]


@torch.no_grad()
def write_graphs(options, parts):
    unet, text, vae, _ = parts
    width = unet.config.cross_attention_dim
    latents = torch.zeros(1, 4, 16, 16)
    feeds = {"sample": latents, "timestep": torch.tensor([499.0]), "encoder_hidden_states": torch.zeros(1, 77, width)}
    if unet.config.time_cond_proj_dim:
        feeds["timestep_cond"] = torch.zeros(1, unet.config.time_cond_proj_dim)
    image = torch.zeros(1, 128, 128, 3, dtype=torch.uint8)
    ids = torch.zeros(1, 77, dtype=torch.int64)
    out = options.out
    return [
        *write_graph(Text(text), out / "text_encoder.onnx", {"input_ids": ids}, "last_hidden_state"),
        *write_graph(Unet(unet), out / "unet.onnx", feeds, "out_sample"),
        *(write_fused(unet, out / "unet.onnx", feeds) if options.fused else []),
        *write_graph(Encoder(vae), out / "vae_encoder.onnx", {"image": image}, "latents"),
        *write_graph(Decoder(vae), out / "vae_decoder.onnx", {"latents": latents}, "image"),
    ]


def write_tokenizer(path, tokenizer):
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(path))


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(options, parts, read, files):
    unet, _, vae, tokenizer = parts
    lcm = unet.config.time_cond_proj_dim is not None
    sizes = read["sizes"]
    graphs = {"unet": "unet.onnx", "vaeEncoder": "vae_encoder.onnx", "vaeDecoder": "vae_decoder.onnx"}
    guidance = {"embedding": True, "dim": unet.config.time_cond_proj_dim} if lcm else {"embedding": False, "negative": "empty"}
    at_sizes = lambda graphs: [{"width": width, "height": height, **graphs} for width, height in sizes]  # noqa: E731
    variants = {provider: {"sizes": at_sizes({**graphs, "unet": FUSED})} for provider in options.fused}
    named = options.name or pathlib.PurePath(options.model).name
    return {
        "formatVersion": 1,
        "id": options.id or options.out.name,
        "name": named,
        "license": options.license,
        "kind": "lcm-img2img",
        "files": {
            "textEncoder": "text_encoder.onnx",
            "tokenizer": "tokenizer.json",
            "weights": [file for file in files if file.endswith(".weights")],
            "sizes": at_sizes(graphs),
            **({"variants": variants} if variants else {}),
        },
        "sha256": {file: sha256(options.out / file) for file in files},
        "bytes": {file: (options.out / file).stat().st_size for file in files},
        "latents": {
            "channels": 4,
            "downsample": 8,
            "scalingFactor": vae.config.scaling_factor,
            "imageLatents": "none",
            "posterior": "mean" if isinstance(vae, AutoencoderTiny) else options.posterior,
        },
        "sizeMultiple": read["multiple"],
        "image": {"layout": "uint8-hwc"},
        "tokenizer": {"maxLength": 77, "padId": tokenizer.pad_token_id},
        "scheduler": {**read["schedule"], "strengthSemantics": "lcm" if lcm else "generic"},
        "guidance": guidance,
        "defaults": {
            "prompt": options.prompt,
            "width": sizes[0][0],
            "height": sizes[0][1],
            "steps": 4,
            "strength": 0.65,
            "guidanceScale": 8.0 if lcm else 1.0,
        },
        "limits": {"steps": [1, 12], "strength": [0.1, 1], "guidanceScale": [1, 14] if lcm else [0, 2]},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a diffusers folder, or a repository id")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the model folder to write")
    parser.add_argument("--lora", help="an LCM-LoRA, for checkpoints that are not distilled themselves")
    parser.add_argument("--tiny-autoencoder", help="madebyollin/taesd or a folder: far faster than the KL autoencoder")
    parser.add_argument("--sizes", default="512x512,512x768,768x512", help="width x height, the default size first")
    parser.add_argument("--float32", action="store_true", help="float32 inside the graphs too, for provider cpu")
    parser.add_argument("--posterior", choices=["mean", "sample"], default="mean", help="of a KL autoencoder")
    parser.add_argument(
        "--fused", type=lambda text: [name for name in text.split(",") if name not in ("", "none")], default=["cuda", "webgpu"],
        help="providers whose U-Net has fused attention, or none",
    )  # fmt: skip
    parser.add_argument("--id", help="default: the name of the folder")
    parser.add_argument("--name", help="default: the last part of --model")
    parser.add_argument("--license", default="see the model's own page")
    parser.add_argument("--prompt", default="a house by the sea, oil painting")
    options = parser.parse_args()
    # Before the weights, which take minutes.
    multiple = side_multiple(options.model)
    sizes = read_sizes(options.sizes, multiple)
    read = {"schedule": schedule_of(options.model), "multiple": multiple, "sizes": sizes}
    options.out.mkdir(parents=True, exist_ok=True)
    parts = load(options)
    write_tokenizer(options.out / "tokenizer.json", parts[3])
    files = ["tokenizer.json", *write_graphs(options, parts)]
    text = json.dumps(manifest(options, parts, read, files), indent=2)
    # Last, so that a folder with a manifest is a whole one.
    (options.out / "manifest.json").write_text(text + "\n")
    print(f"{options.out}: {sum((options.out / file).stat().st_size for file in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
