"""The autoencoder's int8 graphs: bytes from end to end but for the convolution next to the latents."""
import numpy as np
import torch
from onnx import TensorProto

from autoencoder import Block
from graphs import one_convolution
from int8_nodes import MICROSOFT, Bytes, Emit

#: scale and zero point of a picture's bytes as values in [-1, 1]: half a level off, which the bias next to it takes up
PIXEL = (1 / 127.5, 128)
HALF_LEVEL = 0.5 / 127.5


def silu(emit, x, layer):
    """SiLU of x as what goes into `layer`."""
    return emit.to_bytes(emit.silu(emit.to_float(x)), x.height, x.width, layer)


def block(emit, layer, x):
    h = emit.convolve(layer.first, silu(emit, x, layer.first))
    h = emit.convolve(layer.second, silu(emit, h, layer.second))
    out = Bytes("", x.height, x.width, x.channels, emit.ranges[layer, "out"])
    out.name = emit.node("QLinearAdd", x.name, *emit.grid(x), h.name, *emit.grid(h), *emit.grid(out), domain=MICROSOFT)
    return out


def shuffle(emit, layer, x, **how):
    """A convolution and PixelShuffle(2): with its output channels in the order (row, column, channel) whole runs of bytes move."""
    channels = layer.out_channels // 4
    order = np.arange(layer.out_channels).reshape(channels, 4).T.flatten()
    out = emit.convolve(layer, x, order=order, **how)
    apart = emit.reshape(out.name, 1, x.height, x.width, 2, 2 * channels)
    out.name = emit.reshape(emit.node("Transpose", apart, perm=[0, 1, 3, 2, 4]), 1, 2 * x.height, 2 * x.width, channels)
    out.height, out.width, out.channels = 2 * x.height, 2 * x.width, channels
    return out


def write_encoder(path, encoder, weights, ranges, height, width):
    """image uint8 [1, H, W, 3] -> latents float32 [1, 8, H/8, W/8]."""
    emit, stem = Emit(weights, ranges), one_convolution(encoder.stem)
    image = Bytes("image", height, width, 3, PIXEL)
    x = emit.convolve(stem, image, grid=ranges[encoder.stem, "out"], shift=lambda w: w.sum((1, 2, 3)) * HALF_LEVEL)
    for layer in encoder.body:
        x = block(emit, layer, x) if isinstance(layer, Block) else emit.convolve(layer, x)
    made = emit.node("Transpose", emit.silu(emit.to_float(x)), perm=[0, 3, 1, 2])
    made = emit.node("Sub", emit.plain_convolution(encoder.head, made), emit.small(encoder.mean))
    last = emit.node("Div", made, emit.small(encoder.std))
    emit.save(path, [("image", TensorProto.UINT8, [1, height, width, 3])], ("latents", TensorProto.FLOAT, [1, 8, height // 8, width // 8]), last)


def write_decoder(path, decoder, weights, ranges, height, width):
    """latents float32 [1, 8, H/8, W/8] -> image uint8 [1, H, W, 3]; the last convolution's bytes are the pixels."""
    emit, h, w = Emit(weights, ranges), height // 8, width // 8
    wide = emit.node("Add", emit.node("Mul", "latents", emit.small(decoder.std)), emit.small(decoder.mean))
    made = emit.node("Transpose", emit.plain_convolution(decoder.stem, wide), perm=[0, 2, 3, 1])
    x = emit.to_bytes(made, h, w, decoder.stem, "out")
    for part in (decoder.low, decoder.middle, decoder.high):
        blocks, convolution = [m for m in part if isinstance(m, Block)], next(m for m in part if isinstance(m, torch.nn.Conv2d))
        for layer in blocks:
            x = block(emit, layer, x)
        pixels = {"grid": PIXEL, "shift": lambda w: -HALF_LEVEL} if part is decoder.high else {}
        x = shuffle(emit, convolution, silu(emit, x, convolution), **pixels)
    emit.save(path, [("latents", TensorProto.FLOAT, [1, 8, h, w])], ("image", TensorProto.UINT8, [1, height, width, 3]), x.name)
