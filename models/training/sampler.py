"""The latent consistency loop in torch, as the project's engine runs it (strength semantics of LCM img2img)."""
import math

import torch

from common import schedule

ORIGIN_STEPS = 50
DEFAULT_GUIDANCE = 4.0


def timesteps(steps, strength):
    """Descending timesteps, e.g. (4, 0.8) -> [799, 599, 399, 199]."""
    length = int(ORIGIN_STEPS * strength)
    origin = [k * 20 - 1 for k in range(length, 0, -1)]
    return [origin[math.floor(i * (length / steps))] for i in range(steps)]


def guidance_embedding(scale):
    """Guidance scales float32 [B] -> [B, 256] (w = scale - 1, sines then cosines)."""
    rate = 1000 * torch.exp(-math.log(10000.0) * torch.arange(128, device=scale.device, dtype=torch.float64) / 127)
    angle = (scale.double() - 1)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], -1).float()


def sketch_share(t):
    """How far the finished picture lies from the sketch (0) to the painted picture (1) when the loop starts at timestep t.

    This is what strength means here: below about 0.77 the target is the point t / 760 of the way along the straight line
    between the two in latent space, so that weak strengths keep the sketch and strong ones paint freely.
    """
    return (t.float() / 760).clamp(max=1)


def draw_noise(count, shape, seed, device="cpu"):
    """The same noise for every sample, as one seed gives one picture: [B, 8, h, w]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, *shape, generator=generator).to(device).expand(count, *shape), generator


@torch.no_grad()
def sample(unet, text, sketch, steps=4, strength=0.8, seed=0, guidance=DEFAULT_GUIDANCE, last_noise=None, each=None):
    """text [B, 24, D], sketch latents [B, 8, h, w] (or zeros for none) -> picture latents [B, 8, h, w].

    last_noise: noise for the last step, which decides the texture. each: noises [steps, B, 8, h, w] instead of a seed.
    """
    abar = schedule(sketch.device)
    count, shape, ts = len(sketch), sketch.shape[1:], timesteps(steps, strength)
    noise, generator = draw_noise(count, shape, seed, sketch.device)
    cond = guidance_embedding(torch.full((count,), float(guidance), device=sketch.device))
    empty = (sketch.abs().amax((1, 2, 3), keepdim=True) == 0).float()
    denoised = sketch
    for i, t in enumerate(ts):
        if i:
            noise = torch.randn(1, *shape, generator=generator).to(sketch.device).expand(count, *shape)
        if each is not None:
            noise = each[i]
        if i == steps - 1 and last_noise is not None:
            noise = last_noise
        x = abar[t].sqrt() * denoised + (1 - abar[t]).sqrt() * noise
        if not i:
            x = torch.where(empty > 0, noise, x)
        out = unet(torch.cat([x, sketch], 1), torch.full((count,), float(t), device=sketch.device), text, cond)
        s = 10.0 * t
        denoised = s / math.sqrt(s * s + 0.25) * out + 0.25 / (s * s + 0.25) * x
    return denoised
