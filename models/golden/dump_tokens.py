"""Writes models/golden/clip-tokens.json: 200 prompts as transformers' CLIP tokenizer cuts them, with CLIP's own vocabulary.

    .venv/bin/python dump_tokens.py

The vocabulary is OpenAI's, as open_clip_torch carries it (both MIT); clip-merges.txt.gz keeps it for the tests.
"""

import gzip
import json
import pathlib
import random
import tempfile

import tiny_sd15 as tiny

OUT = pathlib.Path(__file__).resolve().parent

WRITTEN = [
    "",
    " ",
    "a",
    "a house",
    "A House BY THE SEA",
    "  leading, trailing and   inner    blanks  ",
    "tabs\tand\nnew lines\r\nand\u00a0no-break\u2003em spaces\u3000wide",
    "it's, we're, I've, I'm, they'll, he'd, don't",
    "IT'S WE'RE I'VE",
    "'s 't 're",
    "rock'n'roll o'clock ''''",
    "1234567890 3.14159 1e-7 50% 4K 8k 16:9",
    "version2beta3",
    "café naïve résumé Ångström ĳ ŒUVRE",
    "cafe\u0301 nai\u0308ve (decomposed)",
    "straße STRASSE ẞ İstanbul ıI",
    "Ελληνικά ΣΊΣΥΦΟΣ ς",
    "русский текст, Ёжик в тумане",
    "日本語の絵、富士山",
    "中文提示词 水彩画",
    "한국어 프롬프트",
    "العربية لوحة",
    "עברית ציור",
    "हिन्दी चित्र ক্ষ",
    "ไทย ภาพวาด",
    "☀️ 🌊 🏠",
    "👩‍👩‍👧‍👦 family",
    "🏳️‍🌈🇩🇪🇯🇵",
    "👍🏽👍🏿",
    "❤️❤❤︎",
    "smile:) :-( ¯\\_(ツ)_/¯ (╯°□°)╯︵ ┻━┻",
    "<|endoftext|>",
    "<|startoftext|>a cat<|endoftext|>",
    "a <|endoftext|> b",
    "<|ENDOFTEXT|> <endoftext> <| endoftext |>",
    "<b>bold</b> &amp; &lt;tag&gt;",
    '"quoted" \u201ccurly\u201d \u2018single\u2019 it\u2019s',
    "em\u2014dash en\u2013dash hy-phen under_score",
    "(masterpiece:1.3), ((best quality)), [low]",
    "{a|b|c} __wild__ <lora:name:0.8>",
    "http://example.org/path?query=1&b=2#frag",
    "user@example.org @artist #hashtag $100 €50 £20 ¥3",
    "½ ¼ ² ³ ① Ⅳ ⅷ ٣ ৪",
    "ﬁne ﬂow ﬀ (ligatures)",
    "Ｆｕｌｌｗｉｄｔｈ １２３",
    "zero\u200bwidth\u200djoiner\ufeffbom\u00adsoft",
    "\u202ebidi\u202c",
    "control \x07 bell \x1b escape \x7f",
    "a\u0000b",
    "𝓯𝓪𝓷𝓬𝔂 𝕞𝕒𝕥𝕙 𝟙𝟚",
    "𓀀 𒀀 𐍈",
    "ǅ ǆ Ǆ ß ſ K Å",
    "e\u0301\u0302\u0303 stacked",
    "क\u094dष",
    "!!!!!!!!!! ?????? ...... ,,,,,",
    "!?!?!?…‥",
    "a.b,c;d:e!f?g",
    "+-*/=<>^~`|\\",
    "antidisestablishmentarianism",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "x" * 100,
    "xyzzy qwrtp zzxxccvv",
    "a " * 74,
    "a " * 75,
    "a " * 76,
    "a " * 200,
    "🎨" * 30,
    "word, " * 60,
    "a very long prompt " * 30,
]

SUBJECTS = ["a house", "two cats", "an old man's face", "the sea at dawn", "Zürich", "a naïve robot", "東京 street"]
STYLES = ["oil on canvas", "8k, HDR", "in the style of Van Gogh", "low-poly 3D", "pixel-art", "ink & wash", "~sketch~"]
TAILS = ["🌅", "trending on artstation", "(highly detailed:1.2)", "no text!!", "f/1.8 35mm", "it's raining", "—ar 16:9"]


def prompts():
    choose = random.Random(2026)
    made = []
    while len(WRITTEN) + len(made) < 200:
        parts = [choose.choice(group) for group in (SUBJECTS, STYLES, TAILS) for _ in range(choose.choice((1, 1, 2, 9)))]
        prompt = choose.choice((", ", " ", ",", " | ")).join(parts)
        if prompt not in made:
            made.append(prompt)
    return WRITTEN + made


def main():
    merges = tiny.clip_merges()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = tiny.write_tokenizer(pathlib.Path(folder), merges)
    assert len(tokenizer) == 49408, len(tokenizer)
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    settings = json.loads(tokenizer.backend_tokenizer.to_str())
    del settings["model"]["vocab"], settings["model"]["merges"]
    (OUT / "clip-tokenizer.json").write_text(json.dumps(settings, indent=2) + "\n")
    rows = []
    for prompt in prompts():
        ids = tokenizer(prompt, padding="max_length", max_length=77, truncation=True).input_ids
        assert len(ids) == 77
        while len(ids) > 2 and ids[-1] == ids[-2] == tokenizer.pad_token_id:
            ids.pop()
        rows.append([prompt, ids])
    (OUT / "clip-tokens.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")
    (OUT / "clip-merges.txt.gz").write_bytes(gzip.compress("\n".join(merges).encode(), mtime=0))
    print(f"{len(rows)} prompts, longest {max(len(ids) for _, ids in rows)} ids")


if __name__ == "__main__":
    main()
