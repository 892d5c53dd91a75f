"""Words and colours: the vocabulary of the model and the tables every renderer reads.

All colours are RGB in [0, 1]. A scene's words are always drawn from WORDS; the tokenizer is built from the same list.
"""
import torch

TIMES = ["day", "sunset", "night", "dawn", "storm"]
STYLES = ["photo", "watercolor", "oil", "pencil", "neon"]
GROUNDS = ["sea", "lake", "meadow", "desert", "snow", "lava", "forest", "river"]
SUBJECTS = [
    "sun", "moon", "stars", "clouds", "mountains", "hills", "snow", "sea", "lake", "river", "meadow", "desert",
    "island", "forest", "trees", "house", "lighthouse", "boat", "flowers", "lava", "autumn", "cat", "flower",
    "heart", "star", "letters", "scribble", "shapes", "face", "abstract",
]
WORDS = ["<pad>", "<unk>"] + TIMES + STYLES + SUBJECTS
#: Other words for the same thing; the tokenizer gives them the same id.
ALIASES = {
    "day": "daylight noon midday sunny bright daytime", "sunset": "dusk evening sundown golden twilight", "night": "nighttime midnight dark moonlight moonlit starry",
    "dawn": "sunrise morning daybreak", "storm": "stormy rain rainy thunder tempest overcast gloomy thunderstorm",
    "photo": "photograph photorealistic realistic photography", "watercolor": "watercolour aquarelle", "oil": "impressionist gogh canvas",
    "pencil": "drawing sketch crayon hatching", "neon": "cyberpunk glowing glow synthwave", "moon": "crescent", "stars": "constellation", "clouds": "cloud cloudy",
    "mountains": "mountain peak peaks alps", "hills": "hill", "snow": "snowy winter ice icy", "sea": "ocean waves seaside beach coast", "lake": "pond",
    "river": "stream creek", "meadow": "grass field garden lawn", "desert": "sand dunes dune sandy", "island": "islands islet", "forest": "woods jungle woodland",
    "trees": "tree pine pines oak", "house": "cottage hut home cabin barn", "lighthouse": "tower beacon", "boat": "ship sailboat yacht boats sail",
    "flowers": "blossoms blooming wildflowers", "lava": "volcano magma volcanic", "autumn": "fall", "cat": "kitten kitty cats", "flower": "rose tulip daisy sunflower",
    "heart": "hearts love", "face": "smiley portrait", "letters": "text word letter", "scribble": "doodle", "shapes": "shape blob",
}
WORD_ID = {word: index for index, word in enumerate(WORDS)}
MAX_TOKENS = 24

#: Light of each time of day: brightness, tint of lit surfaces, sky at the zenith, sky at the horizon, cloud colour.
LIGHT = {
    "day": (1.0, (1, 1, 1), (0.25, 0.5, 0.9), (0.8, 0.9, 1), (1, 1, 1)),
    "sunset": (0.8, (1.18, 0.86, 0.66), (0.35, 0.2, 0.5), (1, 0.6, 0.25), (1, 0.62, 0.5)),
    "night": (0.62, (0.72, 0.82, 1.12), (0.03, 0.05, 0.17), (0.12, 0.17, 0.38), (0.27, 0.3, 0.46)),
    "dawn": (0.9, (1.1, 0.95, 0.93), (0.5, 0.55, 0.85), (1, 0.8, 0.7), (1, 0.85, 0.85)),
    "storm": (0.56, (0.9, 0.96, 1), (0.2, 0.23, 0.28), (0.5, 0.53, 0.56), (0.34, 0.36, 0.41)),
}

#: What people draw with: tldraw's strokes, then pale "solid" fills, then natural colours.
STROKES = [
    (0.114, 0.114, 0.114), (0.624, 0.659, 0.698), (0.878, 0.522, 0.957), (0.682, 0.243, 0.788), (0.267, 0.396, 0.914),
    (0.294, 0.631, 0.945), (0.945, 0.675, 0.294), (0.882, 0.412, 0.098), (0.035, 0.573, 0.408), (0.298, 0.69, 0.369),
    (0.973, 0.467, 0.467), (0.878, 0.192, 0.192), (1.0, 0.95, 0.4), (0.55, 0.3, 0.15), (0.95, 0.6, 0.75),
]
SKETCH_SKY = [(0.55, 0.8, 1), (1, 0.6, 0.35), (0.1, 0.12, 0.3), (1, 0.8, 0.8), (0.45, 0.5, 0.55)]

#: Natural things: (colour on the sketch, colour in daylight).
THINGS = {
    "sea": ((0.2, 0.45, 0.85), (0.04, 0.22, 0.42)), "lake": ((0.35, 0.6, 0.85), (0.1, 0.32, 0.42)),
    "meadow": ((0.35, 0.75, 0.3), (0.3, 0.5, 0.14)), "desert": ((0.95, 0.8, 0.45), (0.9, 0.68, 0.38)),
    "snow": ((0.95, 0.97, 1), (0.9, 0.94, 1)), "lava": ((0.9, 0.25, 0.1), (0.9, 0.3, 0.06)),
    "forest": ((0.1, 0.4, 0.15), (0.1, 0.28, 0.09)), "river": ((0.3, 0.6, 0.9), (0.12, 0.34, 0.48)),
    "mountains": ((0.5, 0.5, 0.55), (0.46, 0.44, 0.48)), "hills": ((0.3, 0.6, 0.3), (0.28, 0.46, 0.2)),
    "island": ((0.4, 0.6, 0.3), (0.36, 0.44, 0.2)), "tree": ((0.1, 0.5, 0.2), (0.14, 0.4, 0.12)),
    "autumn": ((0.85, 0.5, 0.15), (0.76, 0.38, 0.1)), "trunk": ((0.45, 0.3, 0.15), (0.34, 0.23, 0.12)),
    "wall": ((0.95, 0.9, 0.8), (0.86, 0.79, 0.67)), "roof": ((0.8, 0.25, 0.2), (0.64, 0.22, 0.16)),
    "boat": ((0.55, 0.3, 0.15), (0.44, 0.25, 0.13)), "sail": ((1, 1, 1), (0.96, 0.95, 0.9)),
    "tower": ((0.95, 0.95, 0.95), (0.94, 0.92, 0.9)), "lamp": ((0.9, 0.3, 0.2), (0.85, 0.25, 0.18)),
}


def table(rows, index):
    """Rows of colours picked per sample: index int64 [B] -> float32 [B, 3, 1, 1]."""
    return torch.tensor(rows, dtype=torch.float32, device=index.device)[index][:, :, None, None]


def words_to_ids(word_lists):
    """Lists of words -> int64 [B, MAX_TOKENS], padded with 0, unknown words 1."""
    ids = torch.zeros(len(word_lists), MAX_TOKENS, dtype=torch.int64)
    for row, words in enumerate(word_lists):
        for column, word in enumerate(words[:MAX_TOKENS]):
            ids[row, column] = WORD_ID.get(word, 1)
    return ids
