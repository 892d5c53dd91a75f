"""What int8 costs: PSNR against the true pictures of the held-out scenes through the exported graphs, float and int8.

    python evaluate_int8.py [--folder ../pocket] [--count 200]
"""
import argparse
import json
import os

import numpy as np
import onnxruntime as ort
import torch

from common import POCKET, RUNS, load
from heldout import heldout
from metrics import edge_correlation, psnr, sharpness
from sampler import sample
from unet import TextEncoder


class Graphs:
    """The loop over one set of exported graphs: sketch uint8 [B, 3, H, W] and token states [B, 24, D] -> picture float32 [B, 3, H, W] in [0, 1]."""

    def __init__(self, folder, files):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 2
        self.encoder, self.unet, self.decoder = [
            ort.InferenceSession(os.path.join(folder, files[kind]), options) for kind in ("vaeEncoder", "unet", "vaeDecoder")]

    @staticmethod
    def rows(session, **feeds):
        count = len(next(iter(feeds.values())))
        out = [session.run(None, {k: v[i:i + 1].numpy() for k, v in feeds.items()})[0] for i in range(count)]
        return torch.from_numpy(np.concatenate(out))

    def denoise(self, x, t, text, cond):
        return self.rows(self.unet, sample=x, timestep=t, encoder_hidden_states=text, timestep_cond=cond)

    def __call__(self, sketch, text):
        z = self.rows(self.encoder, image=sketch.permute(0, 2, 3, 1).contiguous())
        made = self.rows(self.decoder, latents=sample(self.denoise, text, z))
        return made.permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default=POCKET)
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    torch.set_num_threads(2)
    data = {k: v[:args.count] for k, v in heldout().items()}
    with open(os.path.join(args.folder, "manifest.json")) as f:
        files = json.load(f)["files"]
    encoder = TextEncoder().eval()
    load("pocket", text=encoder)
    text, truth = encoder(data["ids"]), data["truth"].float() / 255
    results, made = {}, {}
    for name, sizes in (("float32", files["sizes"]), ("int8", files["int8"]["sizes"])):
        made[name] = Graphs(args.folder, sizes[0])(data["sketch"], text)
        results[name] = {"psnr": psnr(made[name], truth).mean().item(), "edges": edge_correlation(made[name], truth).mean().item(),
                         "sharpness": float(sharpness(made[name], truth))}
    results["alike"] = psnr(made["int8"], made["float32"]).mean().item()
    results = {k: {n: round(x, 3) for n, x in v.items()} if isinstance(v, dict) else round(v, 2) for k, v in results.items()}
    print(json.dumps(results))
    with open(os.path.join(RUNS, "int8.json"), "w") as f:
        json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
