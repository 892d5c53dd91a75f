"""Writes models/golden/clip-special-tokens.json: how transformers reads the special tokens of CLIP folders, which of
tokenizer_config.json, special_tokens_map.json and tokenizer.json wins, and the ids of prompts that hold such tokens.

    .venv/bin/python dump_special_tokens.py

The vocabulary is one of bytes alone (server/engine/folder/special-tokens.test.ts makes the same), so that this needs
neither torch nor CLIP's merges.
"""

import json
import pathlib
import tempfile

import transformers
from transformers import CLIPTokenizer

OUT = pathlib.Path(__file__).resolve().parent
START, END = "<|startoftext|>", "<|endoftext|>"
PROMPTS = ["hi!", "!!", "a!b !", "<|ENDOFTEXT|> x", "<|STARTOFTEXT|> x", "a <|endoftext|> b"]


def vocabulary() -> dict[str, int]:
    letters = [*range(33, 127), *range(161, 173), *range(174, 256)]
    signs = [chr(c) for c in [*letters, *range(256, 512 - len(letters))]]
    return {token: i for i, token in enumerate([*signs, *(sign + "</w>" for sign in signs), START, END])}


def written(content: str, normalized: bool = True, **more) -> dict:
    return {"content": content, "lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False, **more}


def typed(content: str) -> dict:
    return {"__type": "AddedToken", **written(content)}


def decoded(*tokens: tuple[int, str, bool]) -> dict:
    return {str(i): written(content, normalized, special=True) for i, content, normalized in tokens}


TYPED = {"bos_token": typed(START), "eos_token": typed(END), "unk_token": typed(END)}
MAP = {"bos_token": written(START), "eos_token": written(END), "unk_token": written(END)}
PLAIN = {"bos_token": START, "eos_token": END, "unk_token": END}
DECODED = decoded((0, "!", False), (512, START, True), (513, END, True))
CASES = {
    "SD1.5": ({**TYPED, "pad_token": END}, {**MAP, "pad_token": END}),
    "SD2, whose two files pad differently": ({**TYPED, "pad_token": END}, {**MAP, "pad_token": "!"}),
    "the same, written out": ({**TYPED, "pad_token": END}, {**MAP, "pad_token": written("!")}),
    "the other way round": ({**TYPED, "pad_token": "!"}, {**MAP, "pad_token": END}),
    "no special_tokens_map.json": ({**TYPED, "pad_token": "!"}, None),
    "no tokenizer_config.json": (None, {**MAP, "pad_token": "!"}),
    "SDXL's first": ({"added_tokens_decoder": decoded((512, START, True), (513, END, True)), **PLAIN, "pad_token": END}, {**MAP, "pad_token": END}),
    "SDXL's second": ({"added_tokens_decoder": DECODED, **PLAIN, "pad_token": "!"}, {**MAP, "pad_token": "!"}),
    "SDXL's second, whose two files pad differently": ({"added_tokens_decoder": DECODED, **PLAIN, "pad_token": "!"}, {**MAP, "pad_token": END}),
    "neither file": (None, None),
    "a pad token with few fields": ({}, {"pad_token": {"content": "!", "lstrip": False}}),
}


def tokenizer_json() -> dict:
    """As transformers writes it where nothing was said."""
    with tempfile.TemporaryDirectory() as folder:
        slow = write(pathlib.Path(folder), {"vocab.json": vocabulary()}, {**TYPED, "pad_token": END}, None)
        return json.loads(slow.backend_tokenizer.to_str())


def write(folder: pathlib.Path, files: dict, config: dict | None, special: dict | None) -> CLIPTokenizer:
    if config is not None:
        files = {**files, "tokenizer_config.json": {"tokenizer_class": "CLIPTokenizer", **config}}
    if special is not None:
        files = {**files, "special_tokens_map.json": special}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    if "vocab.json" in files:
        (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer.from_pretrained(folder)


def main():
    fast = tokenizer_json()
    rows = []
    for name, (config, special) in CASES.items():
        for kind, files in (("vocab.json", {"vocab.json": vocabulary()}), ("tokenizer.json", {"tokenizer.json": fast})):
            with tempfile.TemporaryDirectory() as folder:
                tokenizer = write(pathlib.Path(folder), files, config, special)
                ids = {prompt: tokenizer(prompt).input_ids for prompt in PROMPTS}
                rows.append({"name": name, "kind": kind, "config": config, "special": special, "padId": tokenizer.pad_token_id, "ids": ids})
    del fast["model"]["vocab"]
    out = {"transformers": transformers.__version__, "tokenizer": fast, "rows": rows}
    (OUT / "clip-special-tokens.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(rows)} folders")


if __name__ == "__main__":
    main()
