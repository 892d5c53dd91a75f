"""models/golden/parity's LCM pipeline with a tiny autoencoder in float16, ports included, as many repositories carry it.

    python make_half.py      # needs onnx and onnxruntime
"""

import hashlib
import json
import pathlib

import onnx
from onnx import TensorProto, helper
from onnxruntime.transformers.float16 import convert_float_to_float16

HERE = pathlib.Path(__file__).parent
PARITY, OUT = HERE / "parity", HERE / "parity-half"
GRAPHS = ["unet.lcm.onnx", "text_encoder.onnx", "vae_encoder.tiny.onnx", "vae_decoder.tiny.onnx"]
KEPT = ["tokenizer.json"]


def keep_scales(graph):
    """A Resize's scales stay float32: the type admits nothing else, and the converter knows only constant ones."""
    halves = {t.name for t in graph.initializer if t.data_type == TensorProto.FLOAT16}
    nodes = []
    for node in graph.node:
        scales = node.input[2] if node.op_type == "Resize" and len(node.input) > 2 else ""
        if scales and (scales in halves or not scales.endswith("_float32")):
            wide = f"{scales}_{len(nodes)}_float32"
            nodes.append(helper.make_node("Cast", [scales], [wide], to=TensorProto.FLOAT))
            node.input[2] = wide
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def main():
    OUT.mkdir(exist_ok=True)
    for name in GRAPHS:
        # The guidance embedding and the timestep's sinusoids are computed in float32 where the graph does so itself.
        model = convert_float_to_float16(onnx.load(PARITY / name), keep_io_types=False, disable_shape_infer=True)
        keep_scales(model.graph)
        onnx.save(model, OUT / name)
    for name in KEPT:
        (OUT / name).write_bytes((PARITY / name).read_bytes())
    manifest = json.loads((PARITY / "taesd.json").read_text())
    manifest["id"] = manifest["name"] = "parity-half"
    files = {name: (OUT / name).read_bytes() for name in [*GRAPHS, *KEPT]}
    manifest["sha256"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest["bytes"] = {name: len(data) for name, data in files.items()}
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
