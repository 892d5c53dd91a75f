"""Writes lib/lcm/golden/*.json: reference numbers from the real diffusers schedulers and pipelines.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python dump_golden.py

Needs no weights and no network: the U-Net and autoencoder are small formulas that
lib/lcm/_util/dummy-models.ts repeats in TypeScript. Everything around them is diffusers' own code.
"""

import json
import pathlib
from types import SimpleNamespace

import numpy as np
import torch
from diffusers import (
    LatentConsistencyModelImg2ImgPipeline,
    LatentConsistencyModelPipeline,
    LCMScheduler,
    StableDiffusionImg2ImgPipeline,
)
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parents[2] / "lib" / "lcm" / "golden"

SCHEDULES = {
    "defaults": {},
    "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02},
    "squaredcos": {"beta_schedule": "squaredcos_cap_v2"},
    "zeroSnr": {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"},
}
SAMPLED_T = [0, 1, 19, 99, 139, 199, 259, 379, 399, 499, 599, 699, 759, 799, 899, 959, 998, 999]
# 0.05 .. 1.00 plus values where float truncation or float32 would pick another schedule.
STRENGTHS = [round(0.05 * i, 2) for i in range(1, 21)] + [0.0, 0.08, 0.29, 0.34, 0.57, 0.58, 0.98, 0.99]


def rounded(values, digits=7):
    return [round(float(v), digits) for v in values]


def significant(values, digits=8):
    return [float(f"{float(v):.{digits}g}") for v in values]


def dump_schedule():
    out = []
    for name, config in SCHEDULES.items():
        scheduler = LCMScheduler(**config)
        alphas = significant(scheduler.alphas_cumprod[SAMPLED_T])
        out.append({"name": name, "t": SAMPLED_T, "alphasCumprod": alphas})
    return out


def lcm_timesteps(steps, strength):
    scheduler = LCMScheduler()
    try:
        scheduler.set_timesteps(steps, strength=strength)
    except ValueError:
        return None
    return scheduler.timesteps.tolist()


def generic_timesteps(steps, strength):
    scheduler = LCMScheduler()
    scheduler.set_timesteps(steps)
    pipeline = SimpleNamespace(scheduler=scheduler)
    kept, _ = StableDiffusionImg2ImgPipeline.get_timesteps(pipeline, steps, strength, "cpu")
    return kept.tolist() or None


def dump_timesteps():
    rows = []
    for steps in range(1, 11):
        for strength in STRENGTHS:
            rows.append([steps, strength, lcm_timesteps(steps, strength), generic_timesteps(steps, strength)])
    for steps in (12, 16, 22, 25, 29, 30, 47, 50):
        for strength in (0.29, 0.58, 0.6, 0.9, 1.0):
            rows.append([steps, strength, lcm_timesteps(steps, strength), None])
    return rows




def dump_step():
    n = 32
    index = torch.arange(n, dtype=torch.float32)
    sample = (1.4 * torch.sin(0.7 * index + 0.3)).reshape(1, 2, 4, 4)
    output = torch.cos(1.1 * index).reshape(1, 2, 4, 4)
    variants = {
        "epsilon": {},
        "sample": {"prediction_type": "sample"},
        "v_prediction": {"prediction_type": "v_prediction"},
        "clip": {"clip_sample": True, "clip_sample_range": 0.8},
        "threshold": {"thresholding": True, "sample_max_value": 2.0, "dynamic_thresholding_ratio": 0.9},
        "scaling": {"timestep_scaling": 0.01},
        "zeroSnr": {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"},
    }
    out = {"sample": rounded(sample.flatten()), "modelOutput": rounded(output.flatten()), "cases": []}
    for name, config in variants.items():
        for strength in (0.8, 1.0):
            scheduler = LCMScheduler(**config)
            scheduler.set_timesteps(4, strength=strength)
            for i in (0, 3):
                scheduler.set_begin_index(i)
                scheduler._step_index = None
                t = scheduler.timesteps[i]
                prev, denoised = scheduler.step(
                    output, t, sample, generator=torch.Generator().manual_seed(7), return_dict=False
                )
                out["cases"].append(
                    {
                        "name": name,
                        "timestep": int(t),
                        "nextTimestep": int(scheduler.timesteps[i + 1]) if i < 3 else None,
                        "prev": significant(prev.flatten()),
                        "denoised": significant(denoised.flatten()),
                    }
                )
    out["noise"] = significant(torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(7)).flatten())
    return out


def dump_embedding():
    out = []
    for dim in (256, 33):
        for scale in (1.0, 1.5, 7.5, 8.0, 8.5):
            # As the pipelines call it: in float32.
            w = torch.tensor(scale - 1).repeat(1)
            embedding = LatentConsistencyModelPipeline.get_guidance_scale_embedding(None, w, dim)
            out.append({"guidanceScale": scale, "dim": dim, "embedding": rounded(embedding[0], 7)})
    return out


def dump_noise():
    out = []
    for seed in (0, 42, 2**32 + 5, 123456789012345):
        for sizes in ([1], [5, 3, 16, 7], [15], [16], [17, 2, 17], [31], [64], [100, 100], [20000]):
            generator = torch.Generator().manual_seed(seed)
            draws = []
            for size in sizes:
                draw = torch.randn(size, generator=generator)
                draws.append({"size": size, "head": significant(draw[:8]), "tail": significant(draw[-8:]),
                              "sum": float(f"{float(draw.double().sum()):.8g}")})
            out.append({"seed": seed, "draws": draws})
    return out


class DummyUnet(torch.nn.Module):
    config = SimpleNamespace(time_cond_proj_dim=256, in_channels=4, sample_size=8)
    dtype = torch.float32
    device = torch.device("cpu")

    def forward(self, sample, timestep, timestep_cond, encoder_hidden_states, **_):
        i = torch.arange(sample.numel(), dtype=torch.float32).reshape(sample.shape)
        t = float(timestep) / 1000
        cond = float(timestep_cond[0, 64])
        text = float(encoder_hidden_states.mean())
        return (0.5 * sample + 0.1 * torch.cos(i * (t + 0.5)) * (1 + t) + 0.05 * cond + text,)


class DummyVae(torch.nn.Module):
    """8x mean pooling to r, g, b and their mean, times 4; back by nearest neighbour."""

    config = SimpleNamespace(scaling_factor=0.18215, block_out_channels=[1, 1, 1, 1], latent_channels=4)
    dtype = torch.float32
    device = torch.device("cpu")

    def encode(self, image):
        rgb = torch.nn.functional.avg_pool2d(image, 8)
        return SimpleNamespace(latents=4 * torch.cat([rgb, rgb.mean(dim=1, keepdim=True)], dim=1))

    def decode(self, latents, return_dict=False):
        return (torch.nn.functional.interpolate(latents[:, :3] / 4 + latents[:, 3:] / 16, scale_factor=8),)


def build(pipeline_class):
    names = dict.fromkeys(("text_encoder", "tokenizer", "safety_checker", "feature_extractor", "image_encoder"))
    pipeline = pipeline_class(
        vae=DummyVae(), unet=DummyUnet(), scheduler=LCMScheduler(), requires_safety_checker=False, **names
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def sketch(width, height):
    i = np.arange(width * height * 3)
    return Image.fromarray(((i * 37 + (i // 96) * 11) % 256).astype(np.uint8).reshape(height, width, 3))


def run(pipeline, case):
    steps_seen = []

    def on_step(_, __, timestep, tensors):
        steps_seen.append({"timestep": int(timestep), "denoised": significant(tensors["denoised"].flatten())})
        return {}

    arguments = {
        "prompt_embeds": torch.full((1, 3, 8), 0.02),
        "num_inference_steps": case["steps"],
        "guidance_scale": case["guidanceScale"],
        "generator": torch.Generator().manual_seed(case["seed"]),
        "output_type": "np",
        "callback_on_step_end": on_step,
        "callback_on_step_end_tensor_inputs": ["denoised"],
    }
    if case["strength"] is None:
        arguments |= {"width": case["width"], "height": case["height"]}
    else:
        arguments |= {"image": sketch(case["width"], case["height"]), "strength": case["strength"]}
    image = pipeline(**arguments).images[0]
    return steps_seen, (image * 255).round().astype(np.uint8)


def dump_loop():
    cases = [
        {"steps": 4, "strength": 0.8, "seed": 42, "guidanceScale": 8.5, "width": 48, "height": 32},
        {"steps": 4, "strength": 0.5, "seed": 0, "guidanceScale": 1.0, "width": 32, "height": 32},
        {"steps": 1, "strength": 0.9, "seed": 3, "guidanceScale": 7.5, "width": 32, "height": 48},
        {"steps": 4, "strength": None, "seed": 7, "guidanceScale": 8.0, "width": 32, "height": 32},
    ]
    out = []
    for case in cases:
        from_text = case["strength"] is None
        pipeline = build(LatentConsistencyModelPipeline if from_text else LatentConsistencyModelImg2ImgPipeline)
        steps_seen, pixels = run(pipeline, case)
        # The decoder repeats each cell 8x8, so one pixel a cell says all.
        cells = pixels[::8, ::8].reshape(-1).tolist()
        out.append(case | {"timesteps": steps_seen, "cells": cells, "sum": int(pixels.sum(dtype=np.int64))})
    return out


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    dumps = {
        "schedule": dump_schedule,
        "timesteps": dump_timesteps,
        "step": dump_step,
        "embedding": dump_embedding,
        "noise": dump_noise,
        "loop": dump_loop,
    }
    for name, dump in dumps.items():
        text = json.dumps(dump(), separators=(",", ":"))
        assert "NaN" not in text and "Infinity" not in text, name
        (OUT / f"{name}.json").write_text(text + "\n")
        print(f"{name}.json {len(text)} bytes")


if __name__ == "__main__":
    main()
