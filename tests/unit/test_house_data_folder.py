"""Where a house's data lies: what was never measured does not lie beside what was."""

from pathlib import Path

import pytest

from sumika.config import demo_house, parse_house
from sumika.runtime.house_run import data_folder

PLAN = "version: 1\nrooms: [{id: living, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]}]\n"
RADAR = "radars: [{{id: wall, room: living, model: iwr6843isk, position_m: [2, 0.1, 1.5], source: {source}}}]\n"


@pytest.mark.parametrize(
    ("source", "folder"),
    [("{type: port, device: /dev/ttyUSB0}", "house"), ("{type: world}", "demo")],
)
def test_a_simulated_house_has_a_folder_of_its_own(
    source: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path))
    loaded = parse_house(PLAN + RADAR.format(source=source), environ={})
    assert data_folder(loaded) == tmp_path / folder
    assert data_folder(loaded, tmp_path / "mine") == tmp_path / "mine"


def test_so_has_the_demo_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path))
    assert data_folder(demo_house({})) == tmp_path / "demo"
