"""Print the model card's table on the held-out scenes, from the checkpoints or the exported folder's checkpoints.

    python evaluate.py [--ae runs/ae.pt] [--unet runs/unet.pt] [--count 200] [--no-classifier]
"""
import argparse
import json
import os

import torch

from common import RUNS, to_signed
from export import load_networks
from heldout import CHUNK, FIRST_SEED, heldout
from metrics import closed, edge_correlation, gradient, psnr, sharpness, train_classifier
from palette import STYLES, TIMES, words_to_ids
from sampler import sample
from scenes import latent_noise, make


class Painter:
    """The whole loop: sketch uint8 [B, 3, H, W] and ids -> picture float32 [B, 3, H, W] in [0, 1]."""

    def __init__(self, networks):
        self.encoder, self.decoder, self.unet, self.text = networks

    @torch.no_grad()
    def __call__(self, sketch, ids, blank=False, **options):
        out = []
        for i in range(0, len(sketch), 20):
            z = self.encoder(to_signed(sketch[i:i + 20]))
            z = torch.zeros_like(z) if blank else z
            if "each" in options:
                raise ValueError("use sampler.sample for given noises")
            z = sample(self.unet, self.text(ids[i:i + 20]), z, **options)
            out.append((self.decoder(z) * 0.5 + 0.5).clamp(0, 1))
        return torch.cat(out)

    @torch.no_grad()
    def copy(self, images):
        """The autoencoder alone."""
        return torch.cat([(self.decoder(self.encoder(to_signed(x))) * 0.5 + 0.5).clamp(0, 1) for x in images.split(20)])


def per_style(data, model, copied, results):
    """PSNR and edge correlation: sketch, oracle, model, share of the gap closed, per style.

    `copied` is the oracle through the autoencoder, what a perfect U-Net with other texture could score: float32 [N, 3, H, W].
    """
    sketch, truth, oracle = [data[k].float() / 255 for k in ("sketch", "truth", "oracle")]
    for k, name in list(enumerate(STYLES)) + [(-1, "all")]:
        rows = (data["style"] == k) if k >= 0 else torch.ones(len(truth), dtype=torch.bool)
        p = [psnr(x[rows], truth[rows]) for x in (sketch, model, oracle)]
        e = [edge_correlation(x[rows], truth[rows]) for x in (sketch, model, oracle)]
        through = closed(e[0], edge_correlation(copied[rows], truth[rows]), e[2])
        sharp = sharpness(model[rows], truth[rows])
        row = {"count": int(rows.sum()), "psnr": [round(x.mean().item(), 2) for x in p], "psnrClosed": round(closed(*p), 3),
               "edges": [round(x.mean().item(), 3) for x in e], "edgesClosed": round(closed(*e), 3),
               "edgesThroughAutoencoder": round(through, 3), "sharpness": round(sharp, 3)}
        results["styles"][name] = row
        print(f"{name:11s} n={row['count']:3d}  PSNR sketch/model/oracle {row['psnr']} closed {row['psnrClosed']:.1%}   "
              f"edges {row['edges']} closed {row['edgesClosed']:.1%} (oracle through the autoencoder {row['edgesThroughAutoencoder']:.1%})   sharpness {row['sharpness']}")


def autoencoder_alone(data, painter, results):
    truth = data["truth"].float() / 255
    back = painter.copy(data["truth"])
    results["autoencoder"] = {"psnr": round(psnr(back, truth).mean().item(), 2), "edges": round(edge_correlation(back, truth).mean().item(), 3),
                              "sharpness": round(sharpness(back, truth), 3)}
    print("autoencoder alone", results["autoencoder"])


def strokes(data, painter, results, count=40):
    """An added stroke: mean change inside it and outside a 32 px ring, in levels of 255."""
    sketch, ids = data["sketch"][:count].clone(), data["ids"][:count]
    generator = torch.Generator().manual_seed(9)
    mask = torch.zeros(count, 1, 256, 256)
    for i in range(count):
        x, y = torch.randint(40, 176, (2,), generator=generator).tolist()
        mask[i, 0, y:y + 8, x:x + 40] = 1
    colours = torch.tensor([[224, 49, 49], [9, 146, 104], [29, 29, 29], [241, 172, 75]], dtype=torch.uint8)[torch.arange(count) % 4].view(-1, 3, 1, 1)
    drawn = torch.where(mask > 0, colours, sketch)
    change = (painter(drawn, ids) - painter(sketch, ids)).abs().mean(1, True) * 255
    far = 1 - torch.nn.functional.max_pool2d(mask, 65, 1, 32)
    results["stroke"] = {"inside": round((change * mask).sum().item() / mask.sum().item(), 1), "outside": round((change * far).sum().item() / far.sum().item(), 2)}
    print("an added stroke, change of 255:", results["stroke"])


def knobs(data, painter, results, count=40):
    """Change from the sketch by strength; change between seeds; sharpness by steps."""
    sketch, ids, truth = data["sketch"][:count], data["ids"][:count], data["truth"][:count].float() / 255
    base = sketch.float() / 255
    levels = (0.16, 0.3, 0.5, 0.65, 0.8, 1.0)
    change = [round((painter(sketch, ids, strength=s) - base).abs().mean().item() * 255, 1) for s in levels]
    results["strength"] = dict(zip(map(str, levels), change))
    print("mean change from the sketch by strength", results["strength"])
    seeds = [painter(sketch, ids, seed=s) for s in range(3)]
    results["seedChangePercent"] = round(100 * ((seeds[0] - seeds[1]).abs().mean() + (seeds[1] - seeds[2]).abs().mean()).item() / 2, 2)
    print("mean change between seeds, % of range", results["seedChangePercent"])
    results["steps"] = {}
    for steps in (1, 2, 4, 8):
        out = painter(sketch, ids, steps=steps)
        results["steps"][steps] = {"psnr": round(psnr(out, truth).mean().item(), 2), "sharpness": round(sharpness(out, truth), 3),
                                   "edges": round(edge_correlation(out, truth).mean().item(), 3)}
    print("by steps", results["steps"])


def asked_truth(k, j, rows):
    """The true pictures of held-out scenes `rows` had style k and time j been asked for: uint8 [len(rows), 3, 256, 256]."""
    parts = []
    for first in range(0, int(rows.max()) + 1, CHUNK):
        seed = FIRST_SEED + first // CHUNK
        generator = torch.Generator().manual_seed(seed)
        noise = latent_noise(CHUNK, 256, 256, generator)
        parts.append(make(CHUNK, 256, 256, seed, [noise], style=torch.full((CHUNK,), k), time=torch.full((CHUNK,), j)).pictures[0])
    return torch.cat(parts)[rows]


def asked_words(data, painter, results, count=100):
    """Does a classifier trained on true pictures name the asked style and time on the model's pictures, and on the true ones of the same scenes?"""
    net, results["words"] = train_classifier(), {}
    for k, style_name in enumerate(STYLES):
        seen, true, total = torch.zeros(2), torch.zeros(2), 0
        for j, time_name in enumerate(TIMES):
            rows = torch.arange(j, count, 5)
            made = painter(data["sketch"][rows], words_to_ids([[time_name, style_name]] * len(rows))) * 2 - 1
            for hits, pictures in ((seen, made), (true, to_signed(asked_truth(k, j, rows)))):
                with torch.no_grad():
                    style, time = net(pictures)
                hits += torch.tensor([(style.argmax(1) == k).sum(), (time.argmax(1) == j).sum()])
            total += len(rows)
        names = ("style", "time", "trueStyle", "trueTime")
        results["words"][style_name] = dict(zip(names, [round(x / total, 3) for x in torch.cat([seen, true]).tolist()]))
        print(f"{style_name:11s} the classifier names", results["words"][style_name])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ae", default=os.path.join(RUNS, "ae.pt"))
    parser.add_argument("--unet", default=os.path.join(RUNS, "unet.pt"))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--no-classifier", action="store_true")
    parser.add_argument("--only-styles", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(2)
    data = {k: v[:args.count] for k, v in heldout().items()}
    painter, results = Painter(load_networks(args.ae, args.unet)), {"styles": {}}
    print("true pictures: mean gradient magnitude", round(gradient(data["truth"].float() / 255).mean().item() * 255, 2), "/ 255")
    autoencoder_alone(data, painter, results)
    per_style(data, painter(data["sketch"], data["ids"]), painter.copy(data["oracle"]), results)
    if not args.only_styles:
        strokes(data, painter, results)
        knobs(data, painter, results)
    if not args.only_styles and not args.no_classifier:
        asked_words(data, painter, results)
    with open(os.path.join(RUNS, "evaluation.json"), "w") as f:
        json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
