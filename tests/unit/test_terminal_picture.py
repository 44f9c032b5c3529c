"""The picture for the README: what the terminal shows, in a file that needs no font and nothing from elsewhere."""

from datetime import UTC
from pathlib import Path

from sumika.schema import Origin
from sumika.terminal import HouseView
from sumika.terminal.picture import save_picture
from tests.terminal_helpers import a_house, at, chest, presence, respiration


def test_the_picture_holds_what_the_terminal_shows(tmp_path: Path) -> None:
    view = HouseView(a_house(["Bedroom"], Origin.RECORDED), at(0), UTC)
    view.take(presence(19.8))
    view.take(respiration(19.8))
    for index in range(200):
        view.take(chest(index / 10, 2.0 * (index % 40 - 20) / 20))
    path = tmp_path / "images" / "run.svg"
    save_picture(view, path, at(20), "en")
    svg = path.read_text(encoding="utf-8")
    assert "RECORDING" in svg
    assert "15.2&#160;±&#160;0.5&#160;/min" in svg
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert svg.count("<circle") > 100
    assert not any("\u2801" <= character <= "\u28ff" for character in svg)
