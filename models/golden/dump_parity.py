"""Writes models/golden/parity/: SD1.5 pipelines at reduced width as ONNX, and what diffusers paints with them.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python dump_parity.py

Needs no network. server/engine/parity.integration.test.ts runs the same graphs through the real engine and
compares latents after every step and the pictures.
"""

import gzip
import hashlib
import json
import pathlib
import shutil

import onnx
import torch
from diffusers import LatentConsistencyModelImg2ImgPipeline, StableDiffusionImg2ImgPipeline
from PIL import Image, ImageDraw

import tiny_sd15 as tiny

OUT = pathlib.Path(__file__).resolve().parent / "parity"
WIDTH, HEIGHT = 128, 64
STEPS = (1, 2, 4, 8)
STRENGTHS = (0.3, 0.5, 0.65, 0.8, 1.0)
PROMPT = "a red house by the sea, watercolour, cliché ☀️ it's 3 o'clock"
NEGATIVE = "blurry, low quality"


class Unet(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, timestep_cond=None):
        return self.unet(sample, timestep, encoder_hidden_states, timestep_cond=timestep_cond, return_dict=False)[0]


class Moments(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.quant_conv(self.vae.encoder(sample))


class Decode(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample):
        return self.vae.decode(latent_sample, return_dict=False)[0]


class TinyEncode(Decode):
    def forward(self, sample):
        return self.vae.encode(sample, return_dict=False)[0]


class Text(torch.nn.Module):
    def __init__(self, text_encoder):
        super().__init__()
        self.text_encoder = text_encoder

    def forward(self, input_ids):
        return self.text_encoder(input_ids, return_dict=False)[0]


def export(module, name, inputs, output):
    """diffusers' and optimum's names for inputs and outputs; batch, height and width stay open."""
    grid = {0: "batch", 2: "height", 3: "width"}
    axes = {key: grid if value.dim() == 4 else {0: "batch"} for key, value in inputs.items()}
    axes[output] = {0: "batch"} if output == "last_hidden_state" else grid
    path = str(OUT / name)
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        path,
        input_names=list(inputs),
        output_names=[output],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(path)
    shorten(model.graph)
    onnx.save(model, path)


def shorten(graph):
    """Half of a tiny graph is names the exporter made of module paths; short ones mean the same."""
    kept = {port.name for port in [*graph.input, *graph.output]}
    names = {}

    def short(name):
        return name if name in kept or name == "" else names.setdefault(name, f"v{len(names)}")

    for i, node in enumerate(graph.node):
        node.name, node.doc_string = f"n{i}", ""
        del node.metadata_props[:]
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
    del graph.value_info[:]


def export_all(parts, tokens):
    latents = torch.zeros(1, 4, HEIGHT // 8, WIDTH // 8)
    image = torch.zeros(1, 3, HEIGHT, WIDTH)
    words = torch.zeros(1, 77, tiny.TEXT_WIDTH)
    ids = torch.full((1, 77), tokens - 1, dtype=torch.int64)
    unet_inputs = {"sample": latents, "timestep": torch.tensor([999]), "encoder_hidden_states": words}
    export(Text(parts["text"]), "text_encoder.onnx", {"input_ids": ids}, "last_hidden_state")
    export(
        Unet(parts["unet_lcm"]),
        "unet.lcm.onnx",
        {**unet_inputs, "timestep_cond": torch.zeros(1, 256)},
        "out_sample",
    )
    export(Unet(parts["unet_plain"]), "unet.plain.onnx", unet_inputs, "out_sample")
    export(Moments(parts["kl"]), "vae_encoder.kl.onnx", {"sample": image}, "latent_parameters")
    export(Decode(parts["kl"]), "vae_decoder.kl.onnx", {"latent_sample": latents}, "sample")
    export(TinyEncode(parts["tiny"]), "vae_encoder.tiny.onnx", {"sample": image}, "latent_sample")
    export(Decode(parts["tiny"]), "vae_decoder.tiny.onnx", {"latent_sample": latents}, "sample")


def sketch():
    image = Image.new("RGB", (WIDTH, HEIGHT), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 24, 50, 58), fill=(200, 40, 30), outline=(20, 20, 20))
    draw.polygon(((6, 24), (54, 24), (30, 4)), fill=(90, 60, 50))
    draw.ellipse((84, 6, 112, 34), fill=(255, 220, 60))
    for x in range(60, 128):
        draw.line((x, 50 + (x * 7) % 5, x, 63), fill=(30, 90 + x, 200))
    return image


class Recorder:
    """Appends arrays to one file; a case holds offsets into it, in bytes."""

    def __init__(self):
        self.data = bytearray()

    def add(self, array):
        offset = len(self.data)
        self.data += array.tobytes()
        return offset


def run_case(pipeline, recorder, case):
    latents = []

    def keep(_pipeline, _step, timestep, tensors):
        latents.append((int(timestep), tensors["latents"].numpy().astype("<f4").copy()))
        return {}

    try:
        images = pipeline(
            prompt=PROMPT,
            image=sketch(),
            num_inference_steps=case["steps"],
            strength=case["strength"],
            guidance_scale=case["guidanceScale"],
            generator=torch.Generator("cpu").manual_seed(case["seed"]),
            callback_on_step_end=keep,
            output_type="np",
            **({"negative_prompt": case["negativePrompt"]} if "negativePrompt" in case else {}),
        ).images
    except (ValueError, IndexError, RuntimeError) as error:
        return {**case, "refused": type(error).__name__}
    picture = (images[0] * 255).round().astype("uint8")
    return {
        **case,
        "timesteps": [timestep for timestep, _ in latents],
        "latents": [recorder.add(value) for _, value in latents],
        "image": recorder.add(picture),
    }


def cases(**fixed):
    return [
        {"steps": steps, "strength": strength, "seed": 1000 + steps, **fixed}
        for steps in STEPS
        for strength in STRENGTHS
    ]


def reference(parts, tokenizer):
    shared = {"text_encoder": parts["text"], "tokenizer": tokenizer, "scheduler": tiny.scheduler()}
    shared |= {"feature_extractor": None, "safety_checker": None, "requires_safety_checker": False}
    lcm = LatentConsistencyModelImg2ImgPipeline(unet=parts["unet_lcm"], vae=parts["kl"], **shared)
    taesd = LatentConsistencyModelImg2ImgPipeline(unet=parts["unet_lcm"], vae=parts["tiny"], **shared)
    lora = StableDiffusionImg2ImgPipeline(unet=parts["unet_plain"], vae=parts["kl"], **shared)
    plan = {
        "lcm": (lcm, cases(guidanceScale=8.5)),
        "taesd": (taesd, cases(guidanceScale=1.0)),
        "lora": (lora, cases(guidanceScale=1.0) + cases(guidanceScale=1.5, negativePrompt=NEGATIVE)),
    }
    recorder = Recorder()
    out = {"prompt": PROMPT, "width": WIDTH, "height": HEIGHT, "cases": {}}
    for name, (pipeline, list_) in plan.items():
        pipeline.set_progress_bar_config(disable=True)
        out["cases"][name] = [run_case(pipeline, recorder, case) for case in list_]
    (OUT / "reference.bin.gz").write_bytes(gzip.compress(bytes(recorder.data), mtime=0))
    (OUT / "reference.json").write_text(json.dumps(out, ensure_ascii=False))


MODELS = {
    "lcm": {"unet": "lcm", "vae": "kl", "scale": 0.18215, "posterior": "sample", "semantics": "lcm"},
    "taesd": {"unet": "lcm", "vae": "tiny", "scale": 1.0, "posterior": "mean", "semantics": "lcm"},
    "lora": {"unet": "plain", "vae": "kl", "scale": 0.18215, "posterior": "sample", "semantics": "generic"},
}


def manifest(name, spec, tokens):
    """manifest.json of format 1; one folder serves all three, so each is a file of its own name."""
    sizes = {
        "width": WIDTH,
        "height": HEIGHT,
        "unet": f"unet.{spec['unet']}.onnx",
        "vaeEncoder": f"vae_encoder.{spec['vae']}.onnx",
        "vaeDecoder": f"vae_decoder.{spec['vae']}.onnx",
    }
    files = ["text_encoder.onnx", "tokenizer.json", sizes["unet"], sizes["vaeEncoder"], sizes["vaeDecoder"]]
    return {
        "formatVersion": 1,
        "id": f"tiny-sd15-{name}",
        "name": f"Tiny SD1.5 ({name})",
        "license": "MIT",
        "kind": "lcm-img2img",
        "files": {"textEncoder": "text_encoder.onnx", "tokenizer": "tokenizer.json", "sizes": [sizes]},
        "sha256": {file: hashlib.sha256((OUT / file).read_bytes()).hexdigest() for file in files},
        "bytes": {file: (OUT / file).stat().st_size for file in files},
        "latents": {
            "channels": 4,
            "downsample": 8,
            "scalingFactor": spec["scale"],
            "imageLatents": "none",
            "posterior": spec["posterior"],
        },
        "image": {"layout": "float-nchw"},
        "tokenizer": {"maxLength": 77, "padId": tokens - 1},
        "scheduler": {
            "predictionType": "epsilon",
            "betaStart": 0.00085,
            "betaEnd": 0.012,
            "betaSchedule": "scaled_linear",
            "numTrainTimesteps": 1000,
            "originalInferenceSteps": 50,
            "timestepScaling": 10,
            "strengthSemantics": spec["semantics"],
        },
        "guidance": {"embedding": True, "dim": 256} if spec["unet"] == "lcm" else {"embedding": False, "negative": "empty"},
        "defaults": {
            "prompt": PROMPT,
            "width": WIDTH,
            "height": HEIGHT,
            "steps": 4,
            "strength": 0.5,
            "guidanceScale": 1.0,
        },
        "limits": {"steps": [1, 50], "strength": [0.02, 1], "guidanceScale": [0, 20]},
    }


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tokenizer = tiny.write_tokenizer(OUT / "tokenizer", tiny.clip_merges()[: tiny.MERGES])
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.save(str(OUT / "tokenizer.json"))
    shutil.rmtree(OUT / "tokenizer")
    tokens = len(tokenizer)
    unet_lcm = tiny.unet(256)
    parts = {
        "text": tiny.text_encoder(tokens),
        "unet_lcm": unet_lcm,
        "unet_plain": tiny.unet(None),
        "kl": tiny.kl_autoencoder(),
        "tiny": tiny.tiny_autoencoder(),
    }
    with torch.no_grad():
        reference(parts, tokenizer)
        export_all(parts, tokens)
    sketch().save(OUT / "sketch.png")
    for name, spec in MODELS.items():
        (OUT / f"{name}.json").write_text(json.dumps(manifest(name, spec, tokens), indent=2) + "\n")


if __name__ == "__main__":
    main()
