"""Shared by the training phases: the noise schedule, float16 checkpoints, EMA, logs, pausing, the pool of scenes."""
import copy
import csv
import json
import math
import multiprocessing
import os
import queue
import time

import numpy as np
import torch

from scenes import latent_noise, make

RUNS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runs")
POCKET = os.path.join(os.path.dirname(RUNS), "..", "pocket")
INDEX = os.path.join(os.path.dirname(RUNS), "weights-index.json")
MALLOC = {"OMP_WAIT_POLICY": "passive",
          "MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "268435456"}


def schedule(device="cpu"):
    """abar [1000] float32 of SD's scaled-linear schedule."""
    beta = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - beta, 0).float().to(device)


def multiplies_bfloat16(device):
    """Whether the hardware does: GPUs, and CPUs with AMX or AVX512-BF16. Elsewhere bfloat16 takes 3.5 times as long as float32."""
    return str(device) != "cpu" or torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def mixed(device):
    """Autocast to bfloat16 where that is faster."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=multiplies_bfloat16(device))


def save(path, **modules):
    """Write modules' weights as float16 through a temporary file."""
    state = {k: {n: t.half() if t.is_floating_point() else t for n, t in m.state_dict().items()} for k, m in modules.items()}
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)


def load(path, **modules):
    """Read what save() wrote, or "pocket" (the exported model), into float32 modules; what the file lacks keeps its fresh weights."""
    state = read_pocket() if path == "pocket" else torch.load(path, map_location="cpu", weights_only=True)
    for name, module in modules.items():
        if name in state:
            tensors = {k: v.float() if v.is_floating_point() else v for k, v in state[name].items()}
            unknown = module.load_state_dict(tensors, strict=False).unexpected_keys
            if unknown:
                raise ValueError(f"{path}: {name} has tensors that this network lacks: {', '.join(unknown)}")


def autoencoder_path(resume):
    """Where the phases after the first find the autoencoder: the one trained here, or the committed one."""
    trained = os.path.join(RUNS, "ae.pt")
    return "pocket" if resume == "pocket" or not os.path.exists(trained) else trained


def read_pocket():
    """The committed model's weights as a checkpoint: {module: {name: float16 tensor}}."""
    with open(INDEX) as f, open(os.path.join(POCKET, "weights.bin"), "rb") as weights:
        index, data = json.load(f), weights.read()
    state = {}
    for module, tensors in index.items():
        state[module] = {}
        for name, (offset, shape, flipped) in tensors.items():
            values = np.frombuffer(data, np.float16, math.prod(shape), offset).reshape(shape)
            state[module][name] = torch.from_numpy(values.T.copy() if flipped else values.copy())
    return state


def set_rates(optimizer, *rates):
    """Learning rates of an optimizer's groups; one rate holds for all."""
    for k, group in enumerate(optimizer.param_groups):
        group["lr"] = rates[min(k, len(rates) - 1)]


class Ema:
    """An exponential moving average of a module; it warms up from fast to slow."""

    def __init__(self, module, decay=0.998):
        self.module, self.decay, self.steps = copy.deepcopy(module).eval().requires_grad_(False), decay, 0

    @torch.no_grad()
    def update(self, source):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 15))
        torch._foreach_lerp_(list(self.module.parameters()), list(source.parameters()), 1 - decay)


class Log:
    """A CSV file with a header, one row per call, also printed."""

    def __init__(self, name):
        self.path, self.start = os.path.join(RUNS, name), time.time()

    def row(self, **values):
        values = {"seconds": round(time.time() - self.start), **{k: round(v, 5) if isinstance(v, float) else v for k, v in values.items()}}
        new = not os.path.exists(self.path)
        with open(self.path, "a", newline="") as f:
            writer = csv.DictWriter(f, values.keys())
            if new:
                writer.writeheader()
            writer.writerow(values)
        print(values, flush=True)


class Clock:
    """Minutes of training, pauses excluded. While the file named by SKETCHWIRE_PAUSE_FILE exists, tick() waits."""

    def __init__(self, minutes):
        self.total, self.start, self.paused = minutes * 60, time.time(), 0.0

    def tick(self):
        """Fraction done in [0, 1]."""
        pause = os.environ.get("SKETCHWIRE_PAUSE_FILE")
        while pause and os.path.exists(pause):
            time.sleep(1)
            self.paused += 1
        return (time.time() - self.start - self.paused) / self.total


def render(count, height, width, seed, window, device="cpu"):
    """Scenes of one seed: sketch and picture uint8 [N, 3, height, width], the picture's noise float16 [N, 8, h, w], ids int64 [N, 24]."""
    generator = torch.Generator(device).manual_seed(seed * 7 + 1)
    noise = latent_noise(count, height, width, generator).half()
    batch = make(count, height, width, seed, [noise.float()], window=window, device=device, shores=True)
    return batch.sketch, batch.pictures[0], noise, batch.ids


class Pool:
    """A ring of scenes in memory, refreshed while training: sketch and picture (uint8), the picture's noise (float16), word ids."""

    def __init__(self, capacity, height, width, seed, device, window=True):
        shape = (capacity, 3, height, width)
        self.size, self.count, self.next, self.seed, self.device = (height, width), 0, 0, seed, device
        self.capacity, self.window = capacity, window
        self.sketch, self.picture = [torch.empty(shape, dtype=torch.uint8, device=device) for _ in range(2)]
        self.noise = torch.empty(capacity, 8, height // 8, width // 8, dtype=torch.float16, device=device)
        self.ids = torch.zeros(capacity, 24, dtype=torch.int64, device=device)

    def add(self, count=32):
        """Generate `count` scenes over the oldest; returns their rows."""
        self.seed += 1
        return self.put(render(count, *self.size, self.seed - 1, self.window, self.device))

    def put(self, scenes):
        """Keep what render() made, over the oldest; returns the rows."""
        sketch, picture, noise, ids = [x.to(self.device) for x in scenes]
        count = len(ids)
        rows = (torch.arange(count, device=self.device) + self.next) % self.capacity
        self.sketch[rows], self.picture[rows], self.noise[rows], self.ids[rows] = sketch, picture, noise, ids
        self.next = (self.next + count) % self.capacity
        self.count = min(self.count + count, self.capacity)
        return rows

    def rows(self, count):
        return torch.randint(0, self.count, (count,), device=self.device)


class Painter:
    """A process that renders scenes while this one trains, for CPUs: batches of (shape's index, scenes), made from seeds in turn.

    One core then runs networks and one draws: faster than two threads that wait for each other at every convolution, the more so
    when the machine has other work to do.
    """

    def __init__(self, shapes, count, seed):
        context = multiprocessing.get_context("spawn")
        self.made = context.Queue(4)
        self.process = context.Process(target=_paint, args=(self.made, shapes, count, seed), daemon=True)
        self.process.start()

    def take(self):
        """What was rendered meanwhile, or None; never waits."""
        if not self.process.is_alive():
            raise RuntimeError("the process that renders scenes has ended; its error is above")
        try:
            index, arrays = self.made.get_nowait()
        except queue.Empty:
            return None
        return index, [torch.from_numpy(x) for x in arrays]


def _paint(made, shapes, count, seed):
    os.setsid()  # its own share of a busy machine
    torch.set_num_threads(1)
    while True:
        for index in [0, 0, 0, 0, *range(1, len(shapes))]:
            made.put((index, [x.numpy() for x in render(count, *shapes[index], seed, False)]))
            seed += 1


def to_signed(x):
    """uint8 -> float32 in [-1, 1]."""
    return x.float() / 127.5 - 1
