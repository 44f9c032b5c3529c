"""The sentences as files for a student that writes: a sentence in, its call as JSON out.

python -m sumika.training.house_language.written FOLDER
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sumika.assistant.calls import Call
from sumika.distil.sentence_data import LEARNT, Labelled
from sumika.training.house_language.source import HOUSE_LANGUAGE

LEARNT_FILE, SCORED_FILE = "house-sentences.jsonl", "house-sentences.evaluation.jsonl"
SENTENCES, SCORED = 75_000, 500


class Example(msgspec.Struct, frozen=True):
    """One line of a file: a sentence, and its call as JSON ("{}" where it asks for nothing)."""

    prompt: str
    answer: str


def example_of(line: Labelled) -> Example:
    """Return a labelled sentence as a question and its answer."""
    if not line.intent:
        return Example(line.text, "{}")
    tool, what = line.intent.split(" ")
    spans = {name: line.text[first:last] for name, first, last in line.pieces}
    call = Call(tool=tool, what=what, spans=spans, statistic=line.statistic or "now")
    return Example(line.text, msgspec.json.encode(call).decode())


def write(folder: Path, lines: Iterable[Labelled]) -> tuple[Path, Path]:
    """Write what is learnt from and what is scored, and return both files.

    Args:
        folder: Made if it is not there.
        lines: Of `HouseLanguage.read`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[bool, list[Example]] = {True: [], False: []}
    for line in lines:
        parts[line.part == LEARNT].append(example_of(line))
    encoder = msgspec.json.Encoder()
    learnt, scored = folder / LEARNT_FILE, folder / SCORED_FILE
    learnt.write_bytes(encoder.encode_lines(parts[True]))
    scored.write_bytes(encoder.encode_lines(parts[False]))
    return learnt, scored


def main(arguments: list[str] | None = None) -> int:
    """Write the files that a command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="of each language")
    named = parser.parse_args(arguments)
    texts = HOUSE_LANGUAGE.read({"sentences": named.sentences, "scored": SCORED})
    for path in write(named.folder, texts.lines):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
