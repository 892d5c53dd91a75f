"""Writes what diffusers' Euler schedulers do, for lib/lcm/euler.test.ts: the samplers of SD-Turbo and SDXL-Turbo.

  python dump_euler.py ../../lib/lcm/golden/euler.json
  python dump_euler.py ../../lib/lcm/golden/euler-zero-snr.json --zero-snr

Samples are on the variance-preserving scale lib/lcm keeps: diffusers' own divided by sqrt(sigma^2 + 1).
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import EulerAncestralDiscreteScheduler, EulerDiscreteScheduler

BASE = dict(
    num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="trailing"
)
LENGTH = 8


def wave(scale: float, shift: float = 0.0) -> torch.Tensor:
    return torch.sin(torch.arange(LENGTH, dtype=torch.float64) * scale + shift)


def fake_model(x: torch.Tensor, k: int) -> torch.Tensor:
    return 0.5 * x + 0.1 * torch.cos(torch.arange(LENGTH, dtype=torch.float64) * (k + 1))


def run(kind, prediction: str, steps: int, strength: float, with_image: bool, zero_snr: bool) -> dict:
    scheduler = kind(prediction_type=prediction, rescale_betas_zero_snr=zero_snr, **BASE)
    scheduler.set_timesteps(steps)
    start = max(steps - min(int(steps * strength), steps), 0)
    timesteps = scheduler.timesteps[start:]
    scheduler.set_begin_index(start)
    noises = [wave(1.7, k) for k in range(len(timesteps))]
    if with_image:
        x = scheduler.add_noise(wave(0.37), noises[0], timesteps[:1])
    else:
        x = noises[0] * scheduler.init_noise_sigma
    z = iter(noises[1:] + [torch.zeros(LENGTH)])
    module = sys.modules[kind.__module__]
    module.randn_tensor = lambda *_, **__: next(z).to(torch.float32)
    rows = []
    for k, t in enumerate(timesteps):
        scaled = scheduler.scale_model_input(x, t)
        sigma = scheduler.sigmas[scheduler.step_index]
        x, x0 = scheduler.step(fake_model(scaled, k), t, x, return_dict=False)
        after = scheduler.sigmas[scheduler.step_index]
        rows.append({"input": np.asarray(scaled).tolist(), "prev": (np.asarray(x) / np.sqrt(float(after) ** 2 + 1)).tolist(), "denoised": np.asarray(x0).tolist()})
        del sigma
    return {
        "sampler": "euler" if kind is EulerDiscreteScheduler else "euler_ancestral",
        **({"rescaleBetasZeroSnr": True} if zero_snr else {}), "predictionType": prediction, "steps": steps, "strength": strength, "withImage": with_image,
        "timesteps": [int(t) for t in timesteps], "rows": rows,
    }


CASES = [
    ("epsilon", 1, 1.0, True), ("epsilon", 2, 0.5, True), ("epsilon", 3, 1.0, True), ("epsilon", 4, 0.8, True),
    ("epsilon", 4, 1.0, False), ("v_prediction", 4, 0.8, True),
]
ZERO_SNR_CASES = [
    ("v_prediction", 1, 1.0, True), ("v_prediction", 4, 1.0, False), ("v_prediction", 4, 1.0, True), ("v_prediction", 4, 0.8, True),
]

if __name__ == "__main__":
    zero_snr = "--zero-snr" in sys.argv[2:]
    cases = [
        run(kind, *case, zero_snr)
        for kind in (EulerDiscreteScheduler, EulerAncestralDiscreteScheduler)
        for case in (ZERO_SNR_CASES if zero_snr else CASES)
    ]
    rounded = json.loads(json.dumps(cases), parse_float=lambda s: float(f"{float(s):.9g}"))
    Path(sys.argv[1]).write_text(json.dumps(rounded, indent=1) + "\n")
