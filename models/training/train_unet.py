"""Phase 2: the latent consistency model, U-Net and text encoder together.

Consistency training with free pairs: a scene's texture is generated from Gaussian noise n, and the same n is the diffusion
noise of the training sample, so (noise -> picture) is a deterministic map, as it is after distilling a teacher, and every
timestep's target is the end of its own trajectory. Sources of a noised sample: the sketch (first step of img2img), another
texture of the same picture or the model's own earlier output (later steps, re-noised), mixtures, or nothing (text to image).
"""
import os

import torch
import torch.nn.functional as F

import muon
from autoencoder import Decoder, Encoder
from common import RUNS, Clock, Ema, Log, Painter, Pool, autoencoder_path, load, mixed, save, schedule, set_rates, to_signed
from sampler import DEFAULT_GUIDANCE, guidance_embedding, sketch_share
from unet import TextEncoder, UNet

USUAL = [799, 599, 399, 199, 699, 499, 299, 99, 999, 759]


#: Above this timestep the noise decides the texture, below it what is already painted does: where noise and picture are about
#: equally strong, neither can be read well.
KEEP_BELOW = 330


class LatentPool:
    """Scenes as latents: sketch and picture float16 [N, 8, h, w], the picture's noise, ids; encoded when generated.

    `own` is what the model itself made of a scene with the picture's noise, `other` with another noise. `images` of the newest
    scenes stay in memory as pixels; with as many as `capacity`, their rows are the latents' rows.
    """

    def __init__(self, capacity, height, width, seed, device, encoder, images=64):
        shape = (capacity, 8, height // 8, width // 8)
        self.images = Pool(images, height, width, seed, device, window=False)
        self.sketch, self.picture, self.noise, self.own, self.other = [torch.empty(shape, dtype=torch.float16, device=device) for _ in range(5)]
        self.ids = torch.zeros(capacity, 24, dtype=torch.int64, device=device)
        self.capacity, self.count, self.next, self.encoder, self.device = capacity, 0, 0, encoder, device

    def add(self, count):
        """Generate `count` scenes over the oldest."""
        self._keep(self.images.add(count))

    def put(self, scenes):
        """Keep what common.render() made, over the oldest."""
        self._keep(self.images.put(scenes))

    @torch.no_grad()
    def _keep(self, rows):
        count = len(rows)
        to = (torch.arange(count, device=self.device) + self.next) % self.capacity
        for kept, images in ((self.sketch, self.images.sketch), (self.picture, self.images.picture)):
            with mixed(self.device):
                kept[to] = self.encoder(to_signed(images[rows])).half()
        self.noise[to], self.ids[to] = self.images.noise[rows], self.images.ids[rows]
        self.own[to], self.other[to] = self.picture[to], self.picture[to]
        self.next, self.count = (self.next + count) % self.capacity, min(self.count + count, self.capacity)

    def rows(self, count):
        return torch.randint(0, self.count, (count,), device=self.device)

    def keep(self, rows, made, whole):
        """Remember the model's own pictures [B, 8, h, w] where `whole` [B] says that a whole picture was asked for."""
        self.own[rows[whole]] = made[whole].to(torch.float16)

    @torch.no_grad()
    def repaint(self, model, abar, count):
        """Let the model paint some scenes with a noise that is not the picture's: sources for later steps."""
        rows = self.rows(count)
        z = self.sketch[rows].float()
        t = torch.full((count,), 799, device=self.device)
        a = abar[t[0]]
        cond = guidance_embedding(torch.full((count,), DEFAULT_GUIDANCE, device=self.device))
        with mixed(self.device):
            noisy = a.sqrt() * z + (1 - a).sqrt() * torch.randn_like(z)
            self.other[rows] = model["unet"](torch.cat([noisy, z], 1), t, model["text"](self.ids[rows]), cond).half()


def column(x):
    return x.view(-1, 1, 1, 1)


def draw_times(count, device):
    """LCM's origin timesteps 19, 39 .. 999, the usual ones more often: int64 [B]."""
    every = torch.randint(1, 51, (count,), device=device) * 20 - 1
    usual = torch.tensor(USUAL, device=device)[torch.randint(0, len(USUAL), (count,), device=device)]
    return torch.where(torch.rand(count, device=device) < 0.45, usual, every)


def source_and_noise(pool, rows, t, painted):
    """What a step starts from and the noise it meets, each [B, 8, h, w]; painted [B]: the source is a picture, not the sketch.

    Early steps meet the noise that the true picture's texture was made of. Late ones (see KEEP_BELOW) meet any noise, and their
    source already has the true picture's texture, or the model's own version of it: they refine.
    """
    late = column(painted & (t < KEEP_BELOW))
    true = column(torch.rand(len(rows), device=pool.device) < 0.25)
    picture = pool.picture[rows].float()
    source = torch.where(late, torch.where(true, picture, pool.own[rows].float()), pool.other[rows].float())
    noise = pool.noise[rows].float()
    return source, torch.where(late, torch.randn_like(noise), noise)


def training_sample(pool, count, abar):
    """Network inputs and target of one batch: (sample [B, 16, h, w], t [B], guidance embedding, ids, target, rows, whole).

    `whole` [B] tells where the target is the whole picture, at the usual guidance and with the sketch given.
    """
    rows, device = pool.rows(count), pool.device
    sketch, target = pool.sketch[rows].float(), pool.picture[rows].float()
    t = draw_times(count, device)
    kind = torch.rand(count, device=device)
    share = torch.where(kind < 0.45, 1.0, torch.where(kind < 0.82, 0.0, torch.rand(count, device=device)))
    source, noise = source_and_noise(pool, rows, t, share > 0)
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
    return torch.cat([noisy, base], 1), t, guidance_embedding(scale), pool.ids[rows], goal, rows, whole


@torch.no_grad()
def channel_weights(decoder, pool):
    """How much a change in each latent channel changes the picture, mean 1: [1, 8, 1, 1]."""
    z = pool.picture[:32].float()
    plain, effect = decoder(z), []
    for k in range(8):
        moved = z.clone()
        moved[:, k] += 0.3 * torch.randn_like(moved[:, k])
        effect.append((decoder(moved) - plain).abs().mean())
    weight = torch.stack(effect)
    return (weight / weight.mean()).view(1, 8, 1, 1)


def fresh_scenes(args):
    """Scenes to add at a time: half a batch, within what the pool keeps as pixels."""
    return min(64, max(8, args.batch // 2))


SHAPES = [(256, 256), (256, 384), (384, 256)]


def make_pools(args, encoder):
    """Whole scenes, not windows of them, in three shapes; 256x256 comes most often."""
    pools = []
    for k, (height, width) in enumerate(SHAPES):
        seed = 100_000 + k * 300_000 + args.seed * 1_000_003
        pool = LatentPool(args.pool if k == 0 else args.pool // 4, height, width, seed, args.device, encoder)
        for _ in range(20 if k == 0 else 4):
            pool.add(fresh_scenes(args))
        pools.append(pool)
    return pools


def train(args):
    device = args.device
    encoder, decoder = Encoder().to(device), Decoder().to(device)
    load(autoencoder_path(args.resume), encoder=encoder, decoder=decoder)
    encoder.requires_grad_(False)
    model = torch.nn.ModuleDict({"unet": UNet(), "text": TextEncoder()}).to(device, memory_format=torch.channels_last)
    if args.resume:
        load(args.resume, unet=model["unet"], text=model["text"])
    ema, abar = Ema(model), schedule(device)
    matrices, rest = muon.split(model)
    adam = torch.optim.AdamW(rest, args.rate, betas=(0.9, 0.98), weight_decay=1e-3, fused=True)
    optimizers = [adam, muon.Muon(matrices, args.rate, weight_decay=1e-3)]
    clock, log, step, total = Clock(args.minutes), Log("unet.csv"), 0, 0.0
    pools = make_pools(args, encoder)
    weights = channel_weights(decoder, pools[0])
    painter = Painter(SHAPES, 8, 200_000_000 + args.seed * 1_000_003) if args.painter else None
    while (done := clock.tick()) < 1:
        pool = pools[0] if step % 5 else pools[1 + step // 5 % 2]
        if painter is None and step % args.refresh == 0:
            pool.add(fresh_scenes(args))
        elif painter is not None and (made := painter.take()):
            pools[made[0]].put(made[1])
        if step % 6 == 0:
            pool.repaint(model, abar, args.batch)
        rate = args.rate * min(1, (step + 1) / 50) * max(0.02, (1 - done) ** 0.8)
        for optimizer in optimizers:
            set_rates(optimizer, rate)
        x, t, cond, ids, goal, rows, whole = training_sample(pool, args.batch, abar)
        x = x.contiguous(memory_format=torch.channels_last)
        with mixed(device):
            out = model["unet"](x, t, model["text"](ids), cond)
        loss = (F.smooth_l1_loss(out.float(), goal, beta=0.1, reduction="none") * weights).mean()
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        ema.update(model)
        pool.keep(rows, out.detach(), whole)
        step, total = step + 1, total + loss.item()
        if step % 50 == 0:
            log.row(phase="unet", step=step, done=done, loss=total / 50, rate=rate)
            total = 0.0
        if step % 200 == 0:
            save(os.path.join(RUNS, "unet.pt"), unet=ema.module["unet"], text=ema.module["text"])
    save(os.path.join(RUNS, "unet.pt"), unet=ema.module["unet"], text=ema.module["text"])
