"""Nodes of an int8 graph for CPUs: a tensor between convolutions is uint8 [B, H, W, C], channels last, as onnxruntime's QLinearConv likes it.

The graphs are written node by node, not by putting quantisation around the convolutions of the float graphs: there, what lay between them
(transposes, pixel shuffles value by value, floats in and out) cost more than they did.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"


def weight_scales(weight):
    """Scale of each output channel's int8 values: float32 [O, I, k, k] -> [O]."""
    return (np.maximum(np.abs(weight).max((1, 2, 3)), 1e-8) / 127).astype(np.float32)


class Bytes:
    """A uint8 tensor of the graph: name, height, width, channels, and the scale and zero point of its values."""

    def __init__(self, name, height, width, channels, grid):
        self.name, self.height, self.width, self.channels = name, height, width, channels
        self.scale, self.zero = np.float32(grid[0]), int(grid[1])


class Emit:
    """A graph in the making. `ranges` tells (scale, zero point) of what goes into and comes out of a module: {(module, "in" or "out"): ...}.

    Weights go to the file that all graphs share, as float16; onnxruntime folds their way to int8 when it opens the graph.
    """

    def __init__(self, weights, ranges):
        self.weights, self.ranges = weights, ranges
        self.nodes, self.constants, self.known = [], [], {}

    def node(self, kind, *inputs, domain="", **attributes):
        """Add a node; the name of its output."""
        number = len(self.nodes)
        self.nodes.append(helper.make_node(kind, inputs, [f"t{number}_0"], name=f"{kind}_{number}", domain=domain, **attributes))
        return f"t{number}_0"

    def constant(self, value, dtype=None):
        """A small tensor inside the graph, once however many read it."""
        value = np.asarray(value, dtype)
        key = (value.tobytes(), str(value.dtype), value.shape)
        if key not in self.known:
            self.known[key] = f"c{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(value, self.known[key]))
        return self.known[key]

    def shared(self, tensor):
        """A float32 tensor of the weight file."""
        value = np.ascontiguousarray(tensor.detach().numpy())
        name = f"w{self.weights.place(value)[0]}"
        if name not in self.known:
            self.constants.append(self.weights.stored(name, value))
            self.known[name] = self.node("Cast", name, to=TensorProto.FLOAT)
        return self.known[name]

    def small(self, tensor):
        """A bias or another small tensor, inside the graph, as float32."""
        return self.constant(tensor.detach().numpy())

    def grid(self, x):
        """Names of a tensor's scale and zero point."""
        return [self.constant(x.scale), self.constant(x.zero, np.uint8)]

    def reshape(self, name, *shape):
        return self.node("Reshape", name, self.constant(shape, np.int64))

    def to_float(self, x):
        """float32 [B, H, W, C]."""
        return self.node("DequantizeLinear", x.name, *self.grid(x))

    def to_bytes(self, name, height, width, module, side="in"):
        """float32 [B, H, W, C] -> what goes into (or comes out of) a convolution."""
        channels = module.in_channels if side == "in" else module.out_channels
        x = Bytes(name, height, width, channels, self.ranges[module, side])
        x.name = self.node("QuantizeLinear", name, *self.grid(x))
        return x

    def kernel(self, layer, order):
        """([int8 weight, scales, zeros], scales, its float values), output channels in `order`, or as they are."""
        name, weight = self.shared(layer.weight), layer.weight.detach().numpy()
        if order is not None:
            name, weight = self.node("Gather", name, self.constant(order), axis=0), weight[order]
        scale = weight_scales(weight)
        grid = [self.constant(scale), self.constant(np.zeros(len(scale)), np.int8)]
        return [self.node("QuantizeLinear", name, *grid, axis=0), *grid], scale, weight

    def convolve(self, layer, x, grid=None, order=None, shift=None):
        """QLinearConv; `grid` in place of the module's observed range; `shift` of the float weight is added to the bias."""
        kernel, scale, weight = self.kernel(layer, order)
        bias = layer.bias.detach().numpy()
        bias = (bias if order is None else bias[order]) + (0 if shift is None else shift(weight))
        out = Bytes("", x.height // layer.stride[0], x.width // layer.stride[1], layer.out_channels, grid or self.ranges[layer, "out"])
        whole = self.constant(np.round(bias / (x.scale * scale)), np.int32)
        out.name = self.node("QLinearConv", x.name, *self.grid(x), *kernel, *self.grid(out), whole, domain=MICROSOFT, channels_last=1,
                             kernel_shape=list(layer.kernel_size), strides=list(layer.stride), pads=list(layer.padding) * 2)
        return out

    def plain_convolution(self, layer, name):
        """In float32, [B, C, H, W]."""
        bias, weight = self.small(layer.bias), self.shared(layer.weight)
        return self.node("Conv", name, weight, bias, kernel_shape=list(layer.kernel_size), pads=list(layer.padding) * 2)

    def silu(self, name):
        return self.node("QuickGelu", name, domain=MICROSOFT, alpha=1.0)

    def save(self, path, inputs, output, last):
        """Write the graph; inputs and output are (name, element type, shape); `last` is the tensor that becomes the output."""
        self.nodes.append(helper.make_node("Identity", [last], [output[0]]))
        values = [helper.make_tensor_value_info(*v) for v in (*inputs, output)]
        graph = helper.make_graph(self.nodes, "pocket", values[:-1], values[-1:], self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="sketchwire-pocket"), path)
