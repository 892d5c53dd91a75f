"""Writes a safety checker of a few hundred bytes with the ports of diffusers' own, for the tests of
server/engine/onnx/safety-checker: what is dark on average is flagged.

  python make_toy_safety.py ../../server/engine/testing/safety_checker/model.onnx

has_nsfw_concepts[b] = mean(clip_input[b]) < 0, clip_input being normalised as CLIP's pictures are.
"""

import sys
from pathlib import Path

import onnx
from onnx import TensorProto as T
from onnx import helper as h

graph = h.make_graph(
    [
        h.make_node("ReduceMean", ["clip_input", "axes"], ["mean"], keepdims=0),
        h.make_node("Less", ["mean", "zero"], ["has_nsfw_concepts"]),
        h.make_node("Identity", ["images"], ["out_images"]),
    ],
    "toy_safety_checker",
    [
        h.make_tensor_value_info("clip_input", T.FLOAT, ["batch", 3, 224, 224]),
        h.make_tensor_value_info("images", T.FLOAT, ["batch", "height", "width", "channels"]),
    ],
    [
        h.make_tensor_value_info("out_images", T.FLOAT, ["batch", "height", "width", "channels"]),
        h.make_tensor_value_info("has_nsfw_concepts", T.BOOL, ["batch"]),
    ],
    [h.make_tensor("axes", T.INT64, [3], [1, 2, 3]), h.make_tensor("zero", T.FLOAT, [], [0.0])],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=9)
onnx.checker.check_model(model)
path = Path(sys.argv[1])
path.parent.mkdir(parents=True, exist_ok=True)
onnx.save(model, str(path))
