"""Phase 1: the autoencoder. L1, gradient and random-feature losses, later a small patch critic for sharpness."""
import os

import torch
import torch.nn.functional as F

from autoencoder import Decoder, Discriminator, Encoder, RandomFeatures, reconstruction_loss
from common import RUNS, Clock, Ema, Log, Pool, load, mixed, save, set_rates, to_signed
from metrics import psnr, sharpness


def psnr_of(y, x):
    """Mean PSNR in dB of pictures in [-1, 1]."""
    return psnr(y / 2, x / 2).mean().item()


def sample_images(pool, count):
    """Pictures and (35 %) sketches: float32 [B, 3, H, W] in [-1, 1]."""
    rows = pool.rows(count)
    kind = torch.rand(count, device=pool.device).view(-1, 1, 1, 1)
    u8 = torch.where(kind < 0.35, pool.sketch[rows], pool.picture[rows])
    return to_signed(u8)


def adversarial(critic, optimizer, y, x):
    """One critic step on detached pictures; returns the generator's adversarial and feature-matching loss."""
    real, _ = critic(x)
    fake, _ = critic(y.detach())
    loss = F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    critic.requires_grad_(False)
    fake, fake_features = critic(y)
    with torch.no_grad():
        _, real_features = critic(x)
    critic.requires_grad_(True)
    match = sum((a.float() - b.float()).abs().mean() for a, b in zip(fake_features, real_features))
    return -fake.float().mean(), match, loss.item()


def measure_latents(encoder, decoder, pool):
    """Fold the latents' mean and standard deviation (over pictures and sketches) into both halves."""
    with torch.no_grad():
        z = torch.cat([encoder(sample_images(pool, 64)) for _ in range(6)]) * encoder.std + encoder.mean
    mean, std = z.mean((0, 2, 3), keepdim=True), z.std((0, 2, 3), keepdim=True)
    for half in (encoder, decoder):
        half.mean.copy_(mean)
        half.std.copy_(std)


def train(args):
    device = args.device
    encoder, decoder = Encoder().to(device), Decoder().to(device)
    critic, features = Discriminator().to(device), RandomFeatures().to(device)
    if args.resume:
        load(args.resume, encoder=encoder, decoder=decoder)
    # A U-Net knows the encoder's latents: once there is one, only the decoder may still learn.
    encoder.requires_grad_(not args.keep_encoder)
    both = torch.nn.ModuleList([encoder, decoder])
    ema = Ema(both)
    optimizer = torch.optim.AdamW(both.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=1e-4)
    critic_optimizer = torch.optim.Adam(critic.parameters(), 4e-4, betas=(0.5, 0.95))
    pool = Pool(args.pool, 128, 128, args.seed, device)
    for _ in range(16):
        pool.add(32)
    clock, log, step = Clock(args.minutes), Log("ae.csv"), 0
    while (done := clock.tick()) < 1:
        if step % args.refresh == 0:
            pool.add(32)
        rate = (5e-4 if args.keep_encoder else 1.6e-3) * min(1, (step + 1) / 150) * (1 - done) ** 0.9 + 2e-5
        set_rates(optimizer, rate)
        x = sample_images(pool, args.batch)
        with mixed(device):
            z = encoder(x)
            y = decoder(z + 0.04 * z.detach().float().std() * torch.randn_like(z))
            loss = reconstruction_loss(y, x, features) + 5e-4 * z.float().pow(2).mean()
            critic_loss = 0.0
            if done > args.critic_from:
                trick, match, critic_loss = adversarial(critic, critic_optimizer, y, x)
                loss = loss + min(1, (done - args.critic_from) * 8) * (0.03 * trick + 0.15 * match)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        optimizer.step()
        ema.update(both)
        step += 1
        if step % 50 == 0:
            log.row(phase="ae", step=step, done=done, loss=loss.item(), critic=critic_loss, psnr=psnr_of(y.detach().float(), x),
                    sharp=sharpness(y.detach().float(), x), z=z.detach().float().std().item())
        if step % 400 == 0:
            save(os.path.join(RUNS, "ae.pt"), encoder=ema.module[0], decoder=ema.module[1], critic=critic)
    if not args.keep_encoder:
        measure_latents(ema.module[0], ema.module[1], pool)
    save(os.path.join(RUNS, "ae.pt"), encoder=ema.module[0], decoder=ema.module[1], critic=critic)
