#!/usr/bin/env python3
"""Make the pictures of the page for the documentation: docs/images/page/NAME.LANGUAGE.png, from the played demo house.

Run as `python -m tools.screenshots`; needs chromium and the development tools. Each is below 150 kB.
"""

import struct
import sys
import tempfile
import zlib
from pathlib import Path

from playwright.sync_api import Browser
from tests.browser.browsers import Visit, started
from tests.browser.played_house import PASSWORD, PlayedHouse

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images" / "page"
LARGEST_BYTES = 150_000
SHOWN_MS = 6000
PICTURES = (
    ("today", "today", "desktop", "light"),
    ("house", "house", "desktop", "light"),
    ("room", "room/bedroom", "desktop", "light"),
    ("plan", "plan", "desktop", "light"),
    ("setup", "setup/radars", "desktop", "light"),
    ("alarms", "alarms", "desktop", "light"),
    ("phone-today", "today", "phone", "dark"),
    ("phone-house", "house", "phone", "dark"),
)


def take(browser: Browser, house: PlayedHouse, language: str) -> None:
    """Take every picture in a language."""
    for name, view, size, scheme in PICTURES:
        visit = Visit(browser, house, language=language, size=size, scheme=scheme, motion="no-preference")
        page = visit.enter(view, user="Aoi")
        # Waves and fans need some seconds of life before they look as they do at home.
        page.wait_for_timeout(SHOWN_MS)
        path = FOLDER / f"{name}.{language}.png"
        path.write_bytes(smaller(page.screenshot()))
        visit.close()
        if path.stat().st_size > LARGEST_BYTES:
            sys.exit(f"tools/screenshots.py: {path.name} has {path.stat().st_size} bytes, more than {LARGEST_BYTES}")


def smaller(png: bytes) -> bytes:
    """Return a picture packed as tightly as zlib can; its pixels stay the same."""
    chunks, at = [], 8
    data = b""
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind = png[at + 4 : at + 8]
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        elif kind in (b"IHDR", b"PLTE"):
            chunks.append(_chunk(kind, png[at + 8 : at + 8 + length]))
        at += 12 + length
    packed = zlib.compress(zlib.decompress(data), 9)
    return png[:8] + b"".join(chunks) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started() as browser:
        place = Path(folder) / "sumika"  # its last part is on the page
        place.mkdir()
        house = PlayedHouse(place)
        house.parts.accounts.set_up(house.parts.accounts.setup_token, "Aoi", PASSWORD)
        house.begin()
        for language in ("en", "ja"):
            take(browser, house, language)
        house.end()


if __name__ == "__main__":
    main()
