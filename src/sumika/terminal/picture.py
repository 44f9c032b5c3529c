"""A picture of the live view as a file, for the README: `python -m sumika.terminal.picture --out run.svg`."""

import html
import os
import re
import sys
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from sumika.bus import RuntimeFolder, Subscriber
from sumika.clock import Clock, Instant, WallClock
from sumika.config import demo_house, load_house
from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.terminal._loop import running_since
from sumika.terminal._memory import TOPICS_SHOWN
from sumika.terminal._view import HouseView
from sumika.text import language_of
from sumika.units import seconds_to_ns

WIDTH, HEIGHT = 100, 30
THEME = TerminalTheme(
    (27, 29, 33),
    (208, 211, 210),
    [
        (22, 24, 28),
        (214, 93, 98),
        (152, 190, 101),
        (224, 183, 84),
        (97, 160, 220),
        (176, 110, 200),
        (94, 178, 196),
        (208, 211, 210),
    ],
)
_BRAILLE, _BRAILLE_END = 0x2800, 0x28FF
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""(column, row) of the dot that each bit of a braille character stands for."""

_LINE_HEIGHT = 24.4
_BASELINE = 18.5
_TEXT = re.compile(r'<text class="([^"]+)" x="([^"]+)" y="([^"]+)" textLength="([^"]+)"[^>]*>([^<]*)</text>')
_TURN_S = 0.25
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_SOCKET_SUFFIX = ".pub"


def save_picture(
    view: HouseView, path: Path, now: Instant, language: str, *, width: int = WIDTH, height: int = HEIGHT
) -> None:
    """Write what the view shows at `now` as an SVG that loads nothing from elsewhere.

    Args:
        view: The view.
        path: The file; its folder is made.
        now: The moment.
        language: "ja" or "en".
        width: Cells.
        height: Lines at most.
    """
    console = Console(record=True, file=StringIO(), force_terminal=True, width=width, height=height, _environ={})
    console.print(view.render(now, width, height, language))
    console.print()  # the export cuts into the last line
    svg = console.export_svg(title="sumika run", theme=THEME, unique_id="sumika")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_TEXT.sub(_drawn, _WEB_FONTS.sub("", svg)), encoding="utf-8")


def _drawn(found: re.Match[str]) -> str:
    """Draw a text of braille characters as the dots it stands for: few fonts have them in the width of the others."""
    text = html.unescape(found[5])
    if not any(_BRAILLE < ord(character) <= _BRAILLE_END for character in text):
        return found[0]
    left, base, cell = float(found[2]), float(found[3]), float(found[4]) / len(text)
    dots = [
        (left + (index + 0.25 + 0.5 * column) * cell, base - _BASELINE + (0.125 + 0.25 * row) * _LINE_HEIGHT)
        for index, character in enumerate(text)
        for bit, (column, row) in enumerate(_DOTS)
        if _BRAILLE < ord(character) <= _BRAILLE_END and ord(character) - _BRAILLE >> bit & 1
    ]
    circles = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.1"/>' for x, y in dots)
    return f'<g class="{found[1]}">{circles}</g>'


def watch(folder: RuntimeFolder, house: House, clock: Clock, seconds: float) -> HouseView:
    """Return a view that has listened to a running house for so long."""
    nodes = sorted(path.name.removesuffix(_SOCKET_SUFFIX) for path in folder.path.glob(f"*{_SOCKET_SUFFIX}"))
    subscriber = Subscriber(folder, nodes=nodes, topics=TOPICS_SHOWN, clock=clock)
    began = clock.now()
    view = HouseView(house, running_since(folder, began))
    try:
        while clock.now().monotonic_ns < began.monotonic_ns + seconds_to_ns(seconds):
            for received in subscriber.receive(_TURN_S):
                view.take(received.message)
    finally:
        subscriber.close()
    return view


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write (SVG).")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=40.0, show_default=True, help="How long to listen.")
@click.option("--house", type=click.Path(path_type=Path), help="Its house.yaml; without it the demo house.")
@click.option("--folder", type=click.Path(path_type=Path), help="Its runtime folder; without it the newest that runs.")
@click.option("--language", type=click.Choice(["en", "ja"]), help="Without it the house's, or the terminal's.")
@click.option("--width", type=click.IntRange(min=60), default=WIDTH, show_default=True, help="Columns.")
@click.option("--height", type=click.IntRange(min=10), default=HEIGHT, show_default=True, help="Lines at most.")
def main(
    out: Path,
    seconds: float,
    house: Path | None,
    folder: Path | None,
    language: str | None,
    width: int,
    height: int,
) -> None:
    """Listen to a running house for a while and write what its terminal shows."""
    loaded = demo_house(os.environ) if house is None else load_house(house, os.environ)
    running = [RuntimeFolder.open(folder)] if folder else RuntimeFolder.running()
    if not running:
        raise SumikaError("no house runs", remedy="Start one with: sumika run")
    clock = WallClock()
    view = watch(running[0], loaded.house, clock, seconds)
    spoken = language or loaded.house.language or language_of(os.environ)
    save_picture(view, out, clock.now(), spoken, width=width, height=height)
    click.echo(str(out))


if __name__ == "__main__":
    try:
        main()
    except SumikaError as error:
        sys.exit(f"picture: {error}")
