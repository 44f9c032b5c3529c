"""Pictures of the page: the same in both languages, small enough for a README, and a tour of a minute and a half."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "images" / "page"
LARGEST_PNG_BYTES, LARGEST_TOUR_BYTES = 150_000, 3_000_000
READMES = {"en": "README.md", "ja": "README.ja.md"}


def test_each_language_has_every_picture_and_none_is_large() -> None:
    names = {language: {path.name.split(".")[0] for path in PICTURES.glob(f"*.{language}.*")} for language in READMES}
    assert names["en"] == names["ja"]
    assert len(names["en"]) >= 9
    assert [path.name for path in PICTURES.glob("*.png") if path.stat().st_size > LARGEST_PNG_BYTES] == []


def _animation(webp: bytes) -> tuple[tuple[int, int], float]:
    """Return width and height of an animated WebP, and for how many seconds it runs (its container's own words)."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    at, size, lasts_ms = 12, (0, 0), 0
    while at < len(webp):
        kind, length = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        body = webp[at + 8 : at + 8 + length]
        if kind == b"VP8X":
            size = (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
        elif kind == b"ANMF":
            lasts_ms += int.from_bytes(body[12:15], "little")
        at += 8 + length + length % 2
    return size, lasts_ms / 1e3


@pytest.mark.parametrize("language", READMES)
def test_the_tour_is_what_a_reader_of_the_readme_sees_first(language: str) -> None:
    text = (ROOT / READMES[language]).read_text(encoding="utf-8")
    first = re.search(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert first is not None
    assert first[1] == f"docs/images/page/tour.{language}.webp"
    assert first.start() < text.index("make run ")
    path = ROOT / first[1]
    assert path.stat().st_size < LARGEST_TOUR_BYTES
    size, lasts_s = _animation(path.read_bytes())
    assert size == (960, 600)
    assert 75.0 <= lasts_s <= 105.0
