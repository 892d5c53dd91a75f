"""Drawings no generator made: a cat, a flower, a scribble, a word, thin outlines, a beach; drawn with PIL at 256x256."""
import math

import torch
from PIL import Image, ImageDraw, ImageFont

SIZE = 256


def cat(d):
    for side in (-1, 1):
        d.polygon([(128 + side * x, y) for x, y in ((53, 110), (43, 45), (3, 80))], fill="#ae3ec9")
    d.ellipse((68, 70, 188, 190), fill="#ae3ec9")
    for x in (105, 151):
        d.ellipse((x - 9, 112, x + 9, 136), fill="#ffec99")
        d.ellipse((x - 4, 114, x + 4, 134), fill="#1d1d1d")
    d.polygon((121, 146, 135, 146, 128, 154), fill="#f87777")
    d.arc((108, 148, 128, 170), 0, 180, fill="#1d1d1d", width=3)
    d.arc((128, 148, 148, 170), 0, 180, fill="#1d1d1d", width=3)


def flower(d):
    d.line((128, 140, 122, 245), fill="#099268", width=8)
    for x, y in ((128, 70), (165, 95), (152, 138), (104, 138), (91, 95)):
        d.ellipse((x - 24, y - 24, x + 24, y + 24), fill="#f87777")
    d.ellipse((106, 84, 150, 128), fill="#f1ac4b")
    d.ellipse((126, 190, 180, 212), fill="#4cb05e")


def scribble(d):
    d.line([(40 + i * 4.4, 128 + 60 * math.sin(i * 0.5) + 20 * math.cos(i * 1.3)) for i in range(42)], fill="#4465e9", width=6)
    d.line((30, 220, 220, 200, 60, 235, 230, 230), fill="#e03131", width=5)


def word(d):
    d.text((38, 85), "hello", fill="#1d1d1d", font=ImageFont.load_default(80))


def outlines(d):
    d.rectangle((70, 120, 180, 210), outline="#1d1d1d", width=2)
    d.polygon((60, 120, 125, 60, 190, 120), outline="#1d1d1d")
    d.rectangle((115, 165, 140, 210), outline="#1d1d1d", width=2)
    d.ellipse((195, 25, 235, 65), outline="#1d1d1d", width=2)
    d.line((10, 211, 246, 211), fill="#1d1d1d", width=2)


def beach(d):
    for top, bottom, colour in ((0, 140, "#a5d8ff"), (140, 200, "#4465e9"), (200, 256, "#ffe066")):
        d.rectangle((0, top, 256, bottom), fill=colour)
    d.ellipse((180, 30, 230, 80), fill="#f1ac4b")
    d.polygon((60, 130, 110, 130, 100, 150, 70, 150), fill="#8a4b1f")
    d.polygon((86, 70, 86, 125, 120, 125), fill="#ffffff")
    d.line((86, 65, 86, 130), fill="#8a4b1f", width=3)


def foreign_sketches():
    """All of them: uint8 [6, 3, 256, 256]."""
    sheets = []
    for draw in (cat, flower, scribble, word, outlines, beach):
        image = Image.new("RGB", (SIZE, SIZE), "white")
        draw(ImageDraw.Draw(image))
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
        sheets.append(pixels.view(SIZE, SIZE, 3).permute(2, 0, 1))
    return torch.stack(sheets)
