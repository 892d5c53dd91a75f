"""models/golden/parity's LCM U-Net as models/export writes it for providers with fused attention, in float32.

    python make_fused.py      # needs diffusers, transformers, torch and onnx; run after dump_parity.py
"""

import json
import pathlib
import sys

import onnx
import torch
from dump_parity import OUT, shorten
from tiny_sd15 import TEXT_WIDTH, unet

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "export"))
from export import Unet, trace  # noqa: E402
from fused import DOMAIN, FusedProcessor  # noqa: E402


@torch.no_grad()
def main():
    model = unet(256)
    model.set_attn_processor(FusedProcessor())
    feeds = {
        "sample": torch.zeros(1, 4, 8, 16),
        "timestep": torch.tensor([499.0]),
        "encoder_hidden_states": torch.zeros(1, 77, TEXT_WIDTH),
        "timestep_cond": torch.zeros(1, 256),
    }
    graph = trace(Unet(model), OUT, feeds, "out_sample", custom_opsets={DOMAIN: 1})
    shorten(graph.graph)
    onnx.save(graph, OUT / "unet.fused.onnx")
    print(json.dumps({"bytes": (OUT / "unet.fused.onnx").stat().st_size}))


if __name__ == "__main__":
    main()
