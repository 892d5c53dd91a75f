"""The folder that sd15_graphs.py writes into: it clears what it wrote itself, and nothing of anybody else's."""

import json
import pathlib
import sys

MARK = "graphs.json"
BEGUN = {}


def is_own(mark):
    """Whether the file is the builder's: of a run that ended, or of one that was stopped."""
    try:
        said = json.loads(mark.read_text())
    except (OSError, ValueError):
        return False
    return said == BEGUN or (isinstance(said, dict) and "attention" in said)


def clear(folder):
    """Takes the graphs of an earlier run away and marks the folder; raises ValueError where it is not the builder's own."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / MARK
    if any(folder.iterdir()) and not is_own(mark):
        why = f"{folder} holds files but no {MARK} of this builder: they may be somebody's model, and nothing was deleted"
        raise ValueError(f"{why}; name an empty folder, or empty this one")
    # Before anything is written: a run that is stopped half-way leaves a folder that the next one may clear.
    mark.write_text(json.dumps(BEGUN) + "\n")
    for old in [*folder.glob("*.onnx"), *folder.glob("*.weights")]:
        old.unlink()


if __name__ == "__main__":
    try:
        clear(pathlib.Path(sys.argv[1]))
    except ValueError as refusal:
        sys.exit(str(refusal))
