"""Writes ONNX graphs node by node, with random weights in a file beside them. Needs onnx and numpy only."""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

OPSET = 17
BLOCK = 1 << 20


class Emitter:
    """One graph. Values are names; every method adds nodes and returns the name of what they give."""

    def __init__(self, batch, dtype, fused_attention):
        self.batch, self.dtype, self.fused = batch, np.dtype(dtype), fused_attention
        self.onnx_type = TensorProto.FLOAT16 if self.dtype == np.float16 else TensorProto.FLOAT
        self.nodes, self.inputs, self.outputs, self.constants = [], [], [], []
        # (shape, spread): what the weights file holds, in this order.
        self.weights = []
        self.parameters = 0

    def op(self, kind, *inputs, domain="", **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, kind, shape):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, values, dtype=None):
        array = np.asarray(values, self.dtype if dtype is None else dtype)
        name = f"c{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(array, name))
        return name

    def weight(self, shape, spread=None):
        """Random of standard deviation `spread`; default 1 / sqrt(fan-in). `spread` 0 gives ones, -1 zeros."""
        fan_in = int(np.prod(shape[1:])) if len(shape) != 2 else shape[0]
        self.weights.append((tuple(shape), spread if spread is not None else fan_in**-0.5))
        self.parameters += int(np.prod(shape))
        return f"w{len(self.weights) - 1}"

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.constant(shape, np.int64))

    def cast(self, x, kind=None):
        return self.op("Cast", x, to=self.onnx_type if kind is None else kind)

    def conv(self, x, cin, cout, kernel=3, stride=1, pads=None, bias=True, gain=1.0):  # noqa: PLR0913
        around = [kernel // 2] * 4 if pads is None else pads
        extra = [self.weight((cout,), -1)] if bias else []
        weight = self.weight((cout, cin, kernel, kernel), gain * (cin * kernel * kernel) ** -0.5)
        return self.op(
            "Conv", x, weight, *extra, strides=[stride, stride], pads=around
        )

    def linear(self, x, cin, cout, bias=True):
        out = self.op("MatMul", x, self.weight((cin, cout)))
        return self.op("Add", out, self.weight((cout,), -1)) if bias else out

    def silu(self, x):
        return self.op("Mul", x, self.op("Sigmoid", x))

    def group_norm(self, x, channels, side, groups, eps):
        """As torch's exporter writes it: instance normalization over each group."""
        height, width = side
        ones, zeros = self.constant(np.ones(groups)), self.constant(np.zeros(groups))
        flat = self.reshape(x, self.batch, groups, -1)
        normal = self.op("InstanceNormalization", flat, ones, zeros, epsilon=eps)
        back = self.reshape(normal, self.batch, channels, height, width)
        scaled = self.op("Mul", back, self.weight((channels, 1, 1), 0))
        return self.op("Add", scaled, self.weight((channels, 1, 1), -1))

    def layer_norm(self, x, width):
        return self.op("LayerNormalization", x, self.weight((width,), 0), self.weight((width,), -1), axis=-1)

    def attention(self, q, k, v, width, heads):
        """Three [B,tokens,width] to one."""
        if self.fused:
            return self.op("MultiHeadAttention", q, k, v, domain="com.microsoft", num_heads=heads)
        split = lambda x, order: self.op(  # noqa: E731
            "Transpose", self.reshape(x, self.batch, -1, heads, width // heads), perm=order
        )
        scores = self.op("MatMul", split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1]))
        scaled = self.op("Mul", scores, self.constant((width // heads) ** -0.5))
        mixed = self.op("MatMul", self.op("Softmax", scaled, axis=-1), split(v, [0, 2, 1, 3]))
        return self.reshape(self.op("Transpose", mixed, perm=[0, 2, 1, 3]), self.batch, -1, width)

    def upsampled(self, x):
        return self.op(
            "Resize", x, "", self.constant([1, 1, 2, 2], np.float32), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
        )

    def save(self, path: pathlib.Path, weights: pathlib.Path):
        """Writes the graph, and its weights unless the file is there: batches of one graph share them."""
        tensors, offset = [], 0
        for i, (shape, _) in enumerate(self.weights):
            tensor = TensorProto(name=f"w{i}", data_type=self.onnx_type, dims=shape)
            tensor.data_location = TensorProto.EXTERNAL
            length = int(np.prod(shape)) * self.dtype.itemsize
            for key, value in (("location", weights.name), ("offset", str(offset)), ("length", str(length))):
                tensor.external_data.add(key=key, value=value)
            tensors.append(tensor)
            offset += length
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs, self.constants + tensors)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        path.write_bytes(model.SerializeToString())
        if not weights.exists():
            self.write_weights(weights)

    def write_weights(self, path):
        block = np.random.default_rng(15).standard_normal(BLOCK, np.float32)
        with open(path, "wb") as file:
            for shape, spread in self.weights:
                size = int(np.prod(shape))
                if spread <= 0:
                    file.write(np.full(size, 1 + spread, self.dtype).tobytes())
                    continue
                scaled = (block * spread).astype(self.dtype)
                for start in range(0, size, BLOCK):
                    file.write(scaled[: min(BLOCK, size - start)].tobytes())
