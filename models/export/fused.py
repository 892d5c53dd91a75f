"""Attention as one `com.microsoft.MultiHeadAttention` node, for providers that have a kernel for it.

The plain graph's matrix products and softmax write the scores of all heads to memory (4096 x 4096 x 8 at 512x512); a fused
kernel need not. The node is onnxruntime's own: other runtimes cannot open such a graph, so it is a variant beside the plain one.
"""

import hashlib

import onnx
import torch

DOMAIN = "com.microsoft"


class MultiHeadAttention(torch.autograd.Function):
    """q [B,N,C], k and v [B,M,C] of all heads side by side -> [B,N,C]; scores are scaled by 1/sqrt(C/heads)."""

    @staticmethod
    def symbolic(g, q, k, v, heads):
        return g.op(f"{DOMAIN}::MultiHeadAttention", q, k, v, num_heads_i=heads).setType(q.type())

    @staticmethod
    def forward(_, q, k, v, heads):
        q, k, v = [x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v)]
        return torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class FusedProcessor:
    """A diffusers attention processor for the U-Net's transformer blocks, which have neither mask nor norm of their own."""

    def __call__(self, attention, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None):
        if attention_mask is not None or attention.group_norm is not None or attention.spatial_norm is not None:
            raise NotImplementedError("fused attention takes neither a mask nor a norm: export without --fused")
        words = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        q, k, v = attention.to_q(hidden_states), attention.to_k(words), attention.to_v(words)
        made = attention.to_out[1](attention.to_out[0](MultiHeadAttention.apply(q, k, v, attention.heads)))
        return made / attention.rescale_output_factor


def digest(data):
    return hashlib.sha256(data).digest()


def share_weights(model, plain, weights):
    """Let the initialisers of `model` (weights in memory) lie where the graph file `plain` has its own, in the file `weights`.

    What is not found there is appended, so that two graphs take the room of one.
    """
    places = {}
    with open(weights, "r+b") as file:
        for tensor in onnx.load(str(plain), load_external_data=False).graph.initializer:
            if tensor.data_location != onnx.TensorProto.EXTERNAL:
                continue
            place = {entry.key: entry.value for entry in tensor.external_data}
            file.seek(int(place["offset"]))
            data = file.read(int(place["length"]))
            places[digest(data)] = (int(place["offset"]), len(data))
        for tensor in model.graph.initializer:
            data = tensor.raw_data
            if len(data) < 1024:
                continue
            key = digest(data)
            if key not in places:
                file.seek(0, 2)
                file.write(b"\0" * (-file.tell() % 64))
                places[key] = (file.tell(), len(data))
                file.write(data)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for name, value in zip(("location", "offset", "length"), (weights.name, *places[key])):
                tensor.external_data.add(key=name, value=str(value))
