"""Phase 3: sharpen. U-Net and decoder together, in pixels: the U-Net's latents are decoded and compared with the true
picture (whose texture noise the U-Net was given) by L1, gradients, random features and a patch critic. A part of each batch
decodes true latents of pictures and sketches, so that the decoder stays an autoencoder's.
"""
import copy
import os

import torch
import torch.nn.functional as F

from autoencoder import Decoder, Discriminator, Encoder, RandomFeatures, reconstruction_loss
from common import RUNS, Clock, Ema, Log, Pool, load, save, schedule, set_rates, to_signed
from sampler import DEFAULT_GUIDANCE, guidance_embedding
from train_ae import adversarial, psnr, sharpness
from train_unet import USUAL, LatentPool, channel_weights, column, make_large_pools, training_sample
from unet import TextEncoder, UNet


@torch.no_grad()
def painting_sample(pool, encoder, count, abar, model):
    """Inputs whose target is a whole picture: (sample, t, cond, ids, picture in [-1, 1], its latents, sketch in [-1, 1]).

    The source of a re-noised sample is half of the time the model's own one-step picture, as it is in the loop.
    """
    rows = pool.rows(count)
    device = pool.device
    sketch, other, picture = [to_signed(x[rows]) for x in (pool.sketch, pool.first, pool.second)]
    z, z_other, z_picture = encoder(torch.cat([sketch, other, picture])).float().chunk(3)
    noise, own_noise = pool.noise[rows, 1].float(), pool.noise[rows, 0].float()
    t = torch.tensor(USUAL, device=device)[torch.randint(0, len(USUAL), (count,), device=device)]
    cond = guidance_embedding(torch.full((count,), DEFAULT_GUIDANCE, device=device))
    states = model["text"](pool.ids[rows])
    a = column(abar[torch.full_like(t, 799)])
    own = model["unet"](torch.cat([a.sqrt() * z + (1 - a).sqrt() * own_noise, z], 1), torch.full_like(t, 799), states, cond).float()
    first = column((t >= 759).float())
    kind = column(torch.rand(count, device=device))
    source = torch.where(kind < 0.65, own, z_other)
    source = torch.where((first > 0) & (kind < 0.8), z, source)
    keep = column((torch.rand(count, device=device) > 0.08).float())
    a = column(abar[t])
    noisy = a.sqrt() * torch.where(keep > 0, source, z_other) + (1 - a).sqrt() * noise
    return torch.cat([noisy, z * keep], 1), t, cond, pool.ids[rows], picture, z_picture, sketch


#: what is kept of the decoder's change: all of it costs the autoencoder 3 dB, this share leaves most of the sharpness
DECODER_SHARE = 0.8
CROP = 10  # latent pixels on a side of what is decoded


def crop(latents, images):
    """The same random square of latents [B, 8, h, w] and images [B, 3, 8h, 8w]."""
    top, left = [int(torch.randint(0, n - CROP + 1, (1,))) for n in latents.shape[2:]]
    return (latents[..., top:top + CROP, left:left + CROP],
            images[..., 8 * top:8 * (top + CROP), 8 * left:8 * (left + CROP)])


def step_loss(model, decoder, encoder, pool, latent_pool, args, tools):
    """One batch: (loss without critic, decoded pictures, true pictures)."""
    abar, features, weights = tools
    count = args.batch
    x, t, cond, ids, picture, z_picture, sketch = painting_sample(pool, encoder, count, abar, model)
    out = model["unet"](x, t, model["text"](ids), cond)
    true_latents = torch.cat([z_picture[: count // 4], encoder(sketch[: count // 4]).float()])
    latents = torch.cat([out, true_latents + 0.03 * torch.randn_like(true_latents)])
    latents, goal = crop(latents, torch.cat([picture, picture[: count // 4], sketch[: count // 4]]))
    y = decoder(latents)
    loss = reconstruction_loss(y, goal, features)
    loss = loss + 0.5 * (F.smooth_l1_loss(out.float(), z_picture, beta=0.1, reduction="none") * weights).mean()
    x, t, cond, ids, target, _, _ = training_sample(latent_pool, max(2, count // 5), abar)
    out = model["unet"](x, t, model["text"](ids), cond)
    loss = loss + 0.8 * (F.smooth_l1_loss(out.float(), target, beta=0.1, reduction="none") * weights).mean()
    return loss, y, goal


def train(args):
    device = args.device
    encoder, decoder, critic = Encoder().to(device), Decoder().to(device), Discriminator().to(device)
    model = torch.nn.ModuleDict({"unet": UNet(), "text": TextEncoder()}).to(device)
    load("pocket" if args.resume == "pocket" else os.path.join(RUNS, "ae.pt"), encoder=encoder, decoder=decoder, critic=critic)
    load(args.resume or os.path.join(RUNS, "unet.pt"), unet=model["unet"], text=model["text"], decoder=decoder)
    encoder.requires_grad_(False)
    before = copy.deepcopy(decoder)
    both = torch.nn.ModuleDict({"model": model, "decoder": decoder})
    ema, abar, features = Ema(both, 0.996), schedule(device), RandomFeatures().to(device)
    groups = [{"params": model.parameters()}, {"params": decoder.parameters()}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=1e-4)
    critic_optimizer = torch.optim.Adam(critic.parameters(), 3e-4, betas=(0.5, 0.95))
    seed = 30_000_000 + args.seed * 1_000_003
    pool = Pool(1500, 128, 128, seed, device)
    latent_pool = LatentPool(2000, 256, 256, seed + 500_000, device, encoder)
    for _ in range(9):
        pool.add(32)
        latent_pool.add(4)
    weights = channel_weights(decoder, latent_pool)
    clock, log, step = Clock(args.minutes), Log("sharpen.csv"), 0
    while (done := clock.tick()) < 1:
        if step % args.refresh == 0:
            pool.add(16)
            latent_pool.add(2)
        fade = min(1, (step + 1) / 60) * max(0.03, 1 - done)
        set_rates(optimizer, args.rate / 2 * fade, 2.5e-4 * fade)
        with torch.autocast(device, torch.bfloat16):
            loss, y, goal = step_loss(model, decoder, encoder, pool, latent_pool, args, (abar, features, weights))
            trick, match, critic_loss = adversarial(critic, critic_optimizer, y, goal)
            loss = loss + min(1.0, step / 100) * args.critic_weight * (trick + 3 * match)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        optimizer.step()
        ema.update(both)
        step += 1
        if step % 25 == 0:
            made, true = y[:args.batch].detach().float(), goal[:args.batch]
            log.row(phase="sharpen", step=step, done=done, loss=loss.item(), critic=critic_loss, psnr=psnr(made, true), sharp=sharpness(made, true))
        if step % 100 == 0:
            save_final(ema, before)
    save_final(ema, before)


@torch.no_grad()
def save_final(ema, before):
    model, decoder = ema.module["model"], copy.deepcopy(ema.module["decoder"])
    for kept, old in zip(decoder.parameters(), before.parameters()):
        kept.lerp_(old, 1 - DECODER_SHARE)
    save(os.path.join(RUNS, "final.pt"), unet=model["unet"], text=model["text"], decoder=decoder)
