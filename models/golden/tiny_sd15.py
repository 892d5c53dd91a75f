"""Stable Diffusion 1.5's architecture at reduced width with fixed random weights, as diffusers and transformers build it.

Every block type, every order of blocks and every name is that of SD1.5; only widths, the number of text layers and
the vocabulary are smaller, so that a whole pipeline is a few hundred kB.
"""

import gzip
import json
import pathlib

import open_clip
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, LCMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

MERGES = 600
TEXT_WIDTH = 32


def clip_merges():
    """The merges CLIP uses, in order: OpenAI's vocabulary as open_clip_torch carries it (MIT)."""
    path = pathlib.Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.open(path, "rt", encoding="utf-8").read().split("\n")
    return lines[1 : 49152 - 256 - 2 + 1]


def clip_vocabulary(merges):
    letters = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [256 + i for i in range(256 - len(letters))]
    bytes_ = [chr(code) for code in letters + others]
    tokens = bytes_ + [b + "</w>" for b in bytes_] + ["".join(merge.split()) for merge in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return {token: i for i, token in enumerate(tokens)}


def write_tokenizer(folder, merges):
    """The two files of a diffusers `tokenizer/` folder, and its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps(clip_vocabulary(merges), ensure_ascii=False, separators=(",", ":"))
    (folder / "vocab.json").write_text(vocabulary, encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    end = {"__type": "AddedToken", "content": "<|endoftext|>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    start = {**end, "content": "<|startoftext|>"}
    settings = {
        "add_prefix_space": False,
        "bos_token": start,
        "eos_token": end,
        "unk_token": end,
        "pad_token": "<|endoftext|>",
        "model_max_length": 77,
        "do_lower_case": True,
        "tokenizer_class": "CLIPTokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    return CLIPTokenizer.from_pretrained(folder)


def text_encoder(tokens):
    torch.manual_seed(11)
    config = CLIPTextConfig(
        vocab_size=tokens,
        hidden_size=TEXT_WIDTH,
        intermediate_size=4 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        hidden_act="quick_gelu",
        projection_dim=TEXT_WIDTH,
        bos_token_id=tokens - 2,
        eos_token_id=tokens - 1,
        pad_token_id=tokens - 1,
        attn_implementation="eager",
    )
    model = CLIPTextModel(config).eval()
    # transformers' own initial weights are so small that all prompts look alike.
    return widened(model, 6.0)


def unet(time_cond_proj_dim):
    torch.manual_seed(12)
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16, 16, 16),
        norm_num_groups=4,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        time_cond_proj_dim=time_cond_proj_dim,
    ).eval()


def kl_autoencoder():
    torch.manual_seed(13)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4, 8, 8, 8),
        layers_per_block=2,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    ).eval()


def tiny_autoencoder():
    torch.manual_seed(14)
    model = AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4,
        decoder_block_out_channels=(8,) * 4,
        num_encoder_blocks=(1, 3, 3, 3),
        num_decoder_blocks=(3, 3, 3, 1),
    ).eval()
    # Its decoder gives 0..1: grey on average instead of black.
    model.decoder.layers[-1].weight.data *= 4
    model.decoder.layers[-1].bias.data.fill_(0.5)
    return model


def scheduler():
    """LCM_Dreamshaper_v7's scheduler_config.json."""
    return LCMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", original_inference_steps=50
    )


@torch.no_grad()
def widened(model, factor):
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1 and "embedding" not in name:
            parameter.mul_(factor)
        elif "embedding" in name:
            parameter.mul_(10 * factor)
    return model
