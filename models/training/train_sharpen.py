"""Phase 3: sharpen. U-Net and decoder together, in pixels: the U-Net's latents are decoded and compared with the true
picture (whose texture noise the U-Net was given) by L1, gradients, how much texture is where, random features and a patch critic. A part
of each batch decodes true latents of pictures and sketches, so that the decoder stays an autoencoder's.
"""
import copy
import os

import torch
import torch.nn.functional as F

import muon
from autoencoder import Decoder, Discriminator, Encoder, RandomFeatures, reconstruction_loss
from common import RUNS, Clock, Ema, Log, Painter, autoencoder_path, load, mixed, save, schedule, set_rates, to_signed
from metrics import gradient, sharpness
from sampler import DEFAULT_GUIDANCE, guidance_embedding
from train_ae import adversarial, psnr_of
from train_unet import KEEP_BELOW, USUAL, LatentPool, channel_weights, column, source_and_noise, training_sample
from unet import TextEncoder, UNet


@torch.no_grad()
def painting_sample(pool, count, abar):
    """Inputs whose target is a whole picture: (sample [B, 16, h, w], t, cond, rows, kept [B]: with the sketch given)."""
    rows, device = pool.rows(count), pool.device
    t = torch.tensor(USUAL, device=device)[torch.randint(0, len(USUAL), (count,), device=device)]
    cond = guidance_embedding(torch.full((count,), DEFAULT_GUIDANCE, device=device))
    painted = (t < 759) | (torch.rand(count, device=device) < 0.2)
    source, noise = source_and_noise(pool, rows, t, painted)
    kept = torch.rand(count, device=device) > 0.08
    sketch = pool.sketch[rows].float()
    start = torch.where(column(painted | ~kept), source, sketch)
    a = column(abar[t])
    noisy = a.sqrt() * start + (1 - a).sqrt() * noise
    return torch.cat([noisy, sketch * column(kept)], 1), t, cond, rows, kept


#: what is kept of the decoder's change; less keeps more of the autoencoder's PSNR and less sharpness
DECODER_SHARE = 1.0
CROP = 16  # latent pixels on a side of what is decoded
RIM = 2  # latent pixels on a crop's side whose surroundings were cut away: not compared, or the decoder learns to fear every border


def crop(latents, images):
    """The same random square of latents [B, 8, h, w] and images [B, 3, 8h, 8w], and what of the square in pixels to compare.

    Squares at the picture's own border come often: there the decoder must be right to the last pixel.
    """
    corner = [int(torch.randint(-4, n - CROP + 5, (1,)).clamp(0, n - CROP)) for n in latents.shape[2:]]
    rows, cols = [slice(at, at + CROP) for at in corner]
    pixels = [slice(8 * at, 8 * (at + CROP)) for at in corner]
    kept = tuple(slice(8 * RIM * (at > 0), 8 * (CROP - RIM * (at + CROP < n))) for at, n in zip(corner, latents.shape[2:]))
    return latents[..., rows, cols], images[..., pixels[0], pixels[1]], kept


#: weights of how far textures' strengths are apart, and of how little edges correlate
ENERGY, CORRELATION = 5.0, 0.5
FLAT = 0.02  # a crop whose gradient magnitudes spread less than this has no edges to be at the right place
#: of a step that refines a painted picture, how much more its textures' strengths count: left alone, each such step pales them
LATE = 2.5


def edge_loss(y, x, late):
    """Of two pictures' [B, 3, H, W] gradient magnitudes: how far apart they are, pooled over 2 and 8 pixels, and how little they correlate.

    Where texture cannot be hit pixel by pixel the other losses are least when it is painted flat; these when there is as much of it
    as there should be, at the right places. `late` [B] is 1 where the step refines a painted picture, else 0. float32 scalar.
    """
    y, x = [gradient(image.float(), floor=1e-6) for image in (y, x)]
    apart = sum((F.avg_pool2d(y, size) - F.avg_pool2d(x, size)).abs().mean((1, 2, 3)) for size in (2, 8))
    apart = (apart * (1 + (LATE - 1) * late)).mean()
    y, x = [F.avg_pool2d(i, 2).flatten(1) for i in (y, x)]
    y, x = [i - i.mean(1, True) for i in (y, x)]
    alike = (y * x).mean(1) / (y.square().mean(1).sqrt() * x.square().mean(1).sqrt() + FLAT ** 2)
    return ENERGY * apart + CORRELATION * (1 - alike).mean()


#: weight of the lattice that the decoder leaves
LATTICE = 10.0
CELL = 8  # pixels on a side of one latent pixel


def lattice_loss(y, x):
    """How much the two pictures' [B, 3, H, W] difference repeats from one latent pixel to the next: float32 scalar.

    Each position within the latent pixels' 8x8 squares is averaged over the picture. A pattern that comes back in every square is
    faint, so it costs the other losses next to nothing, and the eye sees it at once as a weave.
    """
    apart = (y - x).float()
    b, c, h, w = apart.shape
    cells = apart.view(b, c, h // CELL, CELL, w // CELL, CELL).mean((2, 4))
    return LATTICE * (cells - cells.mean((2, 3), keepdim=True)).abs().mean()


#: weight of how far faint textures' strengths are apart; the strengths (in the pictures' [-1, 1]) below which there is none and above which it is loud
FAINT, NOTHING, LOUD = 0.3, 0.004, 0.04


def faint_loss(y, x, refined):
    """How far apart the strengths of the two pictures' [B, 3, H, W] faint textures are as ratios: float32 scalar.

    Mottled ground and paper differ from flat colour by a few levels, which is next to nothing to the other losses, so the steps that
    refine wiped it away. In logarithms it counts as much as rock. Details of 4 to 12 and of 8 to 24 pixels, in squares of 16, where
    they are faint in `x`; loud ones are edge_loss's. `refined` [B] is 1 for the pictures that count.
    """
    apart = 0.0
    for size in (2, 4):
        strengths = []
        for image in (y, x):
            small = F.avg_pool2d(image.float().mean(1, True), size)
            detail = small - F.avg_pool2d(small, 7, 1, 3, count_include_pad=False)
            strengths.append(F.avg_pool2d(detail.abs(), 16 // size))
        faint = (strengths[1] < LOUD) * column(refined)
        apart = apart + (((strengths[0] + NOTHING).log() - (strengths[1] + NOTHING).log()).abs() * faint).mean()
    return FAINT * apart


def step_loss(model, decoder, pool, count, tools):
    """One batch of `count` scenes: (loss without critic, decoded pictures, true pictures)."""
    abar, features, weights = tools
    x, t, cond, rows, kept = painting_sample(pool, count, abar)
    out = model["unet"](x, t, model["text"](pool.ids[rows]), cond)
    pool.keep(rows, out.detach(), kept)
    few = rows[: max(1, count // 3)]
    true_latents = torch.cat([pool.picture[few].float(), pool.sketch[few].float()])
    latents = torch.cat([out, true_latents + 0.03 * torch.randn_like(true_latents)])
    images = torch.cat([pool.images.picture[rows], pool.images.picture[few], pool.images.sketch[few]])
    latents, goal, inner = crop(latents, to_signed(images))
    y, goal = decoder(latents)[..., inner[0], inner[1]], goal[..., inner[0], inner[1]]
    late, last = [F.pad((t < below).float(), (0, 2 * len(few))) for below in (759, KEEP_BELOW)]
    loss = reconstruction_loss(y, goal, features) + edge_loss(y, goal, late) + lattice_loss(y, goal) + faint_loss(y, goal, last)
    loss = loss + 0.5 * (F.smooth_l1_loss(out.float(), pool.picture[rows].float(), beta=0.1, reduction="none") * weights).mean()
    x, t, cond, ids, target, _, _ = training_sample(pool, max(1, count // 2), abar)
    out = model["unet"](x, t, model["text"](ids), cond)
    loss = loss + 0.8 * (F.smooth_l1_loss(out.float(), target, beta=0.1, reduction="none") * weights).mean()
    return loss, y, goal


#: one step in so many paints at 512x512, the size of the refinement
LARGE_EVERY = 6


def train(args):
    device = args.device
    encoder, decoder, critic = Encoder().to(device), Decoder().to(device), Discriminator().to(device)
    model = torch.nn.ModuleDict({"unet": UNet(), "text": TextEncoder()}).to(device, memory_format=torch.channels_last)
    load(autoencoder_path(args.resume), encoder=encoder, decoder=decoder, critic=critic)
    load(args.resume or os.path.join(RUNS, "unet.pt"), unet=model["unet"], text=model["text"], decoder=decoder)
    encoder.requires_grad_(False)
    before = copy.deepcopy(decoder)
    both = torch.nn.ModuleDict({"model": model, "decoder": decoder})
    ema, abar, features = Ema(both, 0.996), schedule(device), RandomFeatures().to(device)
    matrices, rest = muon.split(model) if args.muon else ([], list(model.parameters()))
    groups = [{"params": rest}, {"params": decoder.parameters()}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=1e-4, fused=True)
    matrix_optimizer = muon.Muon(matrices, args.rate, weight_decay=1e-4) if args.muon else None
    critic_optimizer = torch.optim.Adam(critic.parameters(), 3e-4, betas=(0.5, 0.95))
    seed = 30_000_000 + args.seed * 1_000_003
    pool = LatentPool(args.pool, 256, 256, seed, device, encoder, images=args.pool)
    large = LatentPool(args.pool // 8, 512, 512, seed + 200_000_000, device, encoder, images=args.pool // 8)
    for _ in range(30):
        pool.add(8)
    for _ in range(args.pool // 32):
        large.add(4)
    tools = (abar, features, channel_weights(decoder, pool))
    painter = Painter([(256, 256)], 4, seed + 100_000_000) if args.painter else None
    clock, log, step = Clock(args.minutes), Log("sharpen.csv"), 0
    while (done := clock.tick()) < 1:
        if painter is None and step % args.refresh == 0:
            pool.add(4)
        elif painter is not None and (made := painter.take()):
            pool.put(made[1])
        if step % 16 == 8:
            large.add(2)
        if step % 6 == 0:
            pool.repaint(model, abar, 8 if step else 64)
            large.repaint(model, abar, 2 if step else 16)
        fade = min(1, (step + 1) / 60) * max(0.03, 1 - done)
        set_rates(optimizer, args.rate / 2 * fade, 2.5e-4 * fade)
        with mixed(device):
            where, count = (large, max(2, args.batch // 4)) if step % LARGE_EVERY == LARGE_EVERY - 1 else (pool, args.batch)
            loss, y, goal = step_loss(model, decoder, where, count, tools)
            trick, match, critic_loss = adversarial(critic, critic_optimizer, y, goal)
            loss = loss + min(1.0, step / 100) * args.critic_weight * (trick + 3 * match)
        both.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        optimizer.step()
        if matrix_optimizer is not None:
            set_rates(matrix_optimizer, args.rate / 2 * fade)
            matrix_optimizer.step()
        ema.update(both)
        step += 1
        if step % 25 == 0:
            made, true = y[:count].detach().float(), goal[:count]
            log.row(phase="sharpen", step=step, done=done, loss=loss.item(), critic=critic_loss, psnr=psnr_of(made, true), sharp=sharpness(made, true))
        if step % 100 == 0:
            save_final(ema, before)
    save_final(ema, before)


@torch.no_grad()
def save_final(ema, before):
    model, decoder = ema.module["model"], copy.deepcopy(ema.module["decoder"])
    for kept, old in zip(decoder.parameters(), before.parameters()):
        kept.lerp_(old, 1 - DECODER_SHARE)
    save(os.path.join(RUNS, "final.pt"), unet=model["unet"], text=model["text"], decoder=decoder)
