"""Phase 2: the latent consistency model, U-Net and text encoder together.

Consistency training with free pairs: a scene's texture is generated from Gaussian noise n, and the same n is the diffusion
noise of the training sample, so (noise -> picture) is a deterministic map, as it is after distilling a teacher, and every
timestep's target is the end of its own trajectory. Sources of a noised sample: the sketch (first step of img2img), another
texture of the same picture or the model's own earlier output (later steps, re-noised), mixtures, or nothing (text to image).
"""
import os

import torch
import torch.nn.functional as F

from autoencoder import Decoder, Encoder
from common import RUNS, Clock, Ema, Log, Pool, load, save, schedule, set_rates, to_signed
from sampler import DEFAULT_GUIDANCE, guidance_embedding, sketch_share
from unet import TextEncoder, UNet

USUAL = [799, 599, 399, 199, 699, 499, 299, 99, 999, 759]


class LatentPool:
    """Scenes as latents: sketch and two pictures float16 [N, 8, h, w], noises, ids; images are encoded when generated."""

    def __init__(self, capacity, height, width, seed, device, encoder):
        shape = (capacity, 3, 8, height // 8, width // 8)
        self.images = Pool(64, height, width, seed, device)
        self.latents = torch.empty(shape, dtype=torch.float16, device=device)
        self.noise = torch.empty(capacity, 2, *shape[2:], dtype=torch.float16, device=device)
        self.ids = torch.zeros(capacity, 24, dtype=torch.int64, device=device)
        self.own = torch.empty(capacity, *shape[2:], dtype=torch.float16, device=device)
        self.has_own = torch.zeros(capacity, dtype=torch.bool, device=device)
        self.capacity, self.count, self.next, self.encoder, self.device = capacity, 0, 0, encoder, device

    @torch.no_grad()
    def add(self, count):
        rows = self.images.add(count)
        to = (torch.arange(count, device=self.device) + self.next) % self.capacity
        for k, images in enumerate((self.images.sketch, self.images.first, self.images.second)):
            with torch.autocast(self.device, torch.bfloat16):
                self.latents[to, k] = self.encoder(to_signed(images[rows])).half()
        self.noise[to], self.ids[to] = self.images.noise[rows], self.images.ids[rows]
        self.has_own[to] = False
        self.next, self.count = (self.next + count) % self.capacity, min(self.count + count, self.capacity)

    def draw(self, count):
        """(sketch, source picture, target picture, target's noise), each [B, 8, h, w] float32, ids and rows.

        The source is a picture of the scene with another texture, or half of the time what the model itself made of it.
        """
        rows = torch.randint(0, self.count, (count,), device=self.device)
        z, n = self.latents[rows].float(), self.noise[rows].float()
        swap = torch.rand(count, 1, 1, 1, device=self.device) < 0.5
        source, target = torch.where(swap, z[:, 2], z[:, 1]), torch.where(swap, z[:, 1], z[:, 2])
        mine = self.has_own[rows] & (torch.rand(count, device=self.device) < 0.5)
        source = torch.where(column(mine), self.own[rows].float(), source)
        return z[:, 0], source, target, torch.where(swap, n[:, 0], n[:, 1]), self.ids[rows], rows

    def keep(self, rows, made, whole):
        """Remember the model's own pictures [B, 8, h, w] where `whole` [B] says that a whole picture was asked for."""
        self.own[rows[whole]] = made[whole].to(torch.float16)
        self.has_own[rows[whole]] = True


def column(x):
    return x.view(-1, 1, 1, 1)


def draw_times(count, device):
    """LCM's origin timesteps 19, 39 .. 999, the usual ones more often: int64 [B]."""
    every = torch.randint(1, 51, (count,), device=device) * 20 - 1
    usual = torch.tensor(USUAL, device=device)[torch.randint(0, len(USUAL), (count,), device=device)]
    return torch.where(torch.rand(count, device=device) < 0.45, usual, every)


def training_sample(pool, count, abar):
    """Network inputs and target of one batch: (sample [B, 16, h, w], t [B], guidance embedding, ids, target, rows, whole).

    `whole` [B] tells where the target is the whole picture, at the usual guidance and with the sketch given.
    """
    sketch, source, target, noise, ids, rows = pool.draw(count)
    device = sketch.device
    t = draw_times(count, device)
    kind = torch.rand(count, device=device)
    share = torch.where(kind < 0.45, 1.0, torch.where(kind < 0.82, 0.0, torch.rand(count, device=device)))
    dropped = column((torch.rand(count, device=device) < 0.12).float())
    share = column(share)
    reach = torch.maximum(share, column(sketch_share(t)))
    scale = torch.where(torch.rand(count, device=device) < 0.65, DEFAULT_GUIDANCE, 1 + 7 * torch.rand(count, device=device))
    strength = 1 + 0.055 * (column(scale) - DEFAULT_GUIDANCE)
    base = sketch * (1 - dropped)
    start = torch.lerp(sketch, source, share)
    blank = column(((t > 860) & (kind < 0.7)).float())
    start = torch.lerp(start, source * (1 - blank), dropped)
    goal = torch.lerp(base, target, torch.maximum(reach, dropped) * strength)
    a = column(abar[t])
    noisy = a.sqrt() * start + (1 - a).sqrt() * noise
    whole = (reach.flatten() == 1) & (dropped.flatten() == 0) & (scale == DEFAULT_GUIDANCE)
    return torch.cat([noisy, base], 1), t, guidance_embedding(scale), ids, goal, rows, whole


@torch.no_grad()
def channel_weights(decoder, pool):
    """How much a change in each latent channel changes the picture, mean 1: [1, 8, 1, 1]."""
    z = pool.latents[:32, 1].float()
    plain, effect = decoder(z), []
    for k in range(8):
        moved = z.clone()
        moved[:, k] += 0.3 * torch.randn_like(moved[:, k])
        effect.append((decoder(moved) - plain).abs().mean())
    weight = torch.stack(effect)
    return (weight / weight.mean()).view(1, 8, 1, 1)


def make_pools(args, encoder):
    """The 128x128 pool, and later the full sizes with their batch divisors."""
    small = LatentPool(args.pool * 4, 128, 128, 100_000 + args.seed * 1_000_003, args.device, encoder)
    for _ in range(40):
        small.add(32)
    return small


def make_large_pools(args, encoder):
    pools = []
    for k, (height, width) in enumerate([(256, 256), (256, 384), (384, 256)]):
        pool = LatentPool(400, height, width, 5_000_000 + k * 100_000 + args.seed * 1_000_003, args.device, encoder)
        for _ in range(10 if k == 0 else 6):
            pool.add(8)
        pools.append(pool)
    return pools


def train(args):
    device = args.device
    encoder, decoder = Encoder().to(device), Decoder().to(device)
    load("pocket" if args.resume == "pocket" else os.path.join(RUNS, "ae.pt"), encoder=encoder, decoder=decoder)
    encoder.requires_grad_(False)
    model = torch.nn.ModuleDict({"unet": UNet(), "text": TextEncoder()}).to(device, memory_format=torch.channels_last)
    if args.resume:
        load(args.resume, unet=model["unet"], text=model["text"])
    ema, abar = Ema(model), schedule(device)
    optimizer = torch.optim.AdamW(model.parameters(), args.rate, betas=(0.9, 0.98), weight_decay=1e-3, fused=True)
    small = make_pools(args, encoder)
    weights = channel_weights(decoder, small)
    large, clock, log, step, total = None, Clock(args.minutes), Log("unet.csv"), 0, 0.0
    while (done := clock.tick()) < 1:
        if large is None and done > args.large_from:
            large = make_large_pools(args, encoder)
        wide = large is not None and step % 2 == 0
        pool = large[(step // 2) % 4 % 3] if wide else small
        if step % args.refresh == 0:
            small.add(32)
        if large and step % 4 == 0:
            large[(step // 4) % 3].add(2)
        rate = args.rate * min(1, (step + 1) / 150) * max(0.02, (1 - done) ** 0.8)
        set_rates(optimizer, rate)
        x, t, cond, ids, goal, rows, whole = training_sample(pool, args.batch // (6 if wide else 1), abar)
        with torch.autocast(device, torch.bfloat16):
            out = model["unet"](x, t, model["text"](ids), cond)
        loss = (F.smooth_l1_loss(out.float(), goal, beta=0.1, reduction="none") * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        ema.update(model)
        pool.keep(rows, out.detach(), whole)
        step, total = step + 1, total + loss.item()
        if step % 100 == 0:
            log.row(phase="unet", step=step, done=done, loss=total / 100, rate=rate)
            total = 0.0
        if step % 300 == 0:
            save(os.path.join(RUNS, "unet.pt"), unet=ema.module["unet"], text=ema.module["text"])
    save(os.path.join(RUNS, "unet.pt"), unet=ema.module["unet"], text=ema.module["text"])
