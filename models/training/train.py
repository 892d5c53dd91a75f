"""Train the bundled model: python train.py all | ae | unet | sharpen [--device cuda] [--minutes N] [--resume FILE]

Checkpoints (float16 EMA weights) and CSV logs go to runs/. See README.md.
"""
import argparse
import os
import sys

from common import MALLOC, RUNS

#: minutes on two CPU cores; on a GPU a tenth of that gives more steps
DEFAULT_MINUTES = {"ae": 30, "unet": 80, "sharpen": 24}
DEFAULTS = {"ae": {"batch": 16, "pool": 6000, "refresh": 10}, "unet": {"batch": 32, "pool": 3000, "refresh": 3}, "sharpen": {"batch": 6, "pool": 800, "refresh": 4}}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phase", choices=["all", "ae", "unet", "sharpen"])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--resume", help="a checkpoint of this phase to go on from, or pocket: the exported model (optimizer re-warmed)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--pool", type=int, help="scenes kept in memory")
    parser.add_argument("--refresh", type=int, help="steps between two additions of fresh scenes")
    parser.add_argument("--keep-encoder", action="store_true", help="in the ae phase, train the decoder alone: the latents stay what the U-Net knows")
    parser.add_argument("--critic-from", type=float, default=0.6, help="fraction of the phase after which the critic joins")
    parser.add_argument("--critic-weight", type=float, default=0.03, help="of the critic in the sharpen phase")
    parser.add_argument("--muon", action="store_true", help="in the sharpen phase, train the U-Net's matrices by Muon, as the unet phase does")
    parser.add_argument("--rate", type=float, default=9e-4, help="peak learning rate of the unet phase (half of it when sharpening); lower it when resuming")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--painter", action="store_true", help="render scenes in a process of its own, in the unet and sharpen phases (with --threads 1 on two cores)")
    return parser.parse_args()


def main():
    if "MALLOC_MMAP_THRESHOLD_" not in os.environ:  # keeps freed memory: 1.4 times faster scenes on a CPU
        os.execve(sys.executable, [sys.executable] + sys.argv, {**os.environ, **MALLOC})
    import torch
    args = parse()
    os.makedirs(RUNS, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    phases = ["ae", "unet", "sharpen"] if args.phase == "all" else [args.phase]
    wanted = vars(args).copy()
    for phase in phases:
        args.minutes = wanted["minutes"] or DEFAULT_MINUTES[phase]
        for name, value in DEFAULTS[phase].items():
            setattr(args, name, wanted[name] or value)
        module = __import__({"ae": "train_ae", "unet": "train_unet", "sharpen": "train_sharpen"}[phase])
        module.train(args)


if __name__ == "__main__":
    main()
