"""Write the model card ../pocket/README.md from runs/evaluation.json and card.md (the prose, with places for figures).

    python card.py --hardware "two cores of an AMD EPYC, shared with other work" --date 2026-11-21
"""
import argparse
import json
import os

from common import RUNS

HERE = os.path.dirname(os.path.abspath(__file__))


def style_rows(styles):
    """The table of held-out figures, one row per style."""
    rows = ["| style | scenes | PSNR sketch / model / oracle, dB | gap closed | edge correlation sketch / model / oracle | gap closed | by the oracle, copied | sharpness |",
            "|---|---|---|---|---|---|---|---|"]
    for name, r in styles.items():
        rows.append(f"| {name} | {r['count']} | {r['psnr'][0]} / {r['psnr'][1]} / {r['psnr'][2]} | {r['psnrClosed']:.1%} | "
                    f"{r['edges'][0]} / {r['edges'][1]} / {r['edges'][2]} | {r['edgesClosed']:.1%} | {r['edgesThroughAutoencoder']:.1%} | {r['sharpness']} |")
    return "\n".join(rows)


def other_rows(e):
    """Everything else that evaluate.py measured, with what issue 3 asks for."""
    rows = ["| what | measured | asked for |", "|---|---|---|"]
    a = e["autoencoder"]
    rows.append(f"| autoencoder alone: PSNR, edge correlation, sharpness | {a['psnr']} dB, {a['edges']}, {a['sharpness']} | 27 dB, 0.75, 0.7 |")
    if "stroke" in e:
        rows.append(f"| an added stroke: change inside, outside a 32 px ring, of 255 | {e['stroke']['inside']}, {e['stroke']['outside']} | over 15, under 3 |")
        rows.append("| mean change from the sketch by strength, of 255 | " + ", ".join(f"{k}: {v}" for k, v in e["strength"].items()) + " | grows; at 0.3 at most half of 0.8 |")
        rows.append(f"| mean change between seeds, % of range | {e['seedChangePercent']} | 0.3 to 15 |")
        for steps, r in e["steps"].items():
            rows.append(f"| {steps} steps: PSNR, edge correlation, sharpness | {r['psnr']} dB, {r['edges']}, {r['sharpness']} | |")
    if "words" in e:
        for name, r in e["words"].items():
            asked = "90 %, 90 %" if name in ("photo", "watercolor", "oil") else "90 %"
            rows.append(f"| the classifier names the asked style, time: {name} (of the true pictures) | {r['style']:.0%}, {r['time']:.0%} ({r['trueStyle']:.0%}, {r['trueTime']:.0%}) | {asked} |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hardware", required=True)
    parser.add_argument("--date", required=True)
    args = parser.parse_args()
    with open(os.path.join(RUNS, "evaluation.json")) as f:
        figures = json.load(f)
    with open(os.path.join(HERE, "card.md")) as f:
        text = f.read()
    for key, value in (("STYLES", style_rows(figures["styles"])), ("OTHERS", other_rows(figures)), ("HARDWARE", args.hardware), ("DATE", args.date)):
        text = text.replace("{{" + key + "}}", value)
    with open(os.path.join(HERE, "..", "pocket", "README.md"), "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()
