#!/usr/bin/env python3
"""Write the words that the page shares with the rest of the house: reasons, rules, states and events of sumika.text.

`--check` writes nothing and fails where they are no longer the same.
"""

import argparse
import json
import sys
from pathlib import Path

from sumika.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "src" / "sumika" / "dashboard" / "static" / "text"
SHARED = (
    "reason.",
    "rule.",
    "state.",
    "event.",
    "severity.",
    "origin.",
    "level.",
    "why.plan.simple.",
    "desk.look.",
    "movement.",
    "gesture.",
)


def shared(language: str) -> str:
    """Return the dictionary of a language as the page reads it."""
    words = {key: text for key, text in sorted(LANGUAGES[language].items()) if key.startswith(SHARED)}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look")
    check = parser.parse_args().check
    for language in LANGUAGES:
        path = FOLDER / f"house.{language}.json"
        if not check:
            path.write_text(shared(language), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != shared(language):
            sys.exit(f"{path.relative_to(ROOT)} is not what sumika.text says; run: python tools/page_words.py")


if __name__ == "__main__":
    main()
