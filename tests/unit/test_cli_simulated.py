"""A simulated house that cannot be is refused at once, where it is checked and where it would begin."""

import sys
from pathlib import Path

import pytest

from sumika.cli._simulated import require_a_world
from sumika.cli.main import main
from sumika.config import LoadedHouse, demo_house, parse_house
from sumika.schema import UsageError
from sumika.world.building import Building

LAMP = "devices: [{ id: lamp, room: den, kind: lamp }]"


def described(more: str = "", source: str = "world") -> str:
    return (
        "version: 1\nrooms: [{id: den, floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]]}]\n"
        f"radars: [{{id: r, room: den, model: iwr6843isk, position_m: [0, 1, 1], source: {{type: {source}}}}}]\n"
        f"{more}\n"
    )


def house(more: str = "", source: str = "world") -> LoadedHouse:
    return parse_house(described(more, source), Path("house.yaml"), {})


@pytest.mark.parametrize(
    ("more", "line", "where"),
    [
        (LAMP, ":4", "devices.lamp.kind"),
        ("sensors: [{ id: s, room: den, kind: seismic }]", ":4", "sensors.s.kind"),
        ("world: { start: yesterday }", ":4", "world.start"),
        ("world: { pets: [horse] }", ":4", "world.pets"),
        ("building: { site: { climate: mars } }", ":4", "building.site.climate"),
        ("building: { site: { weather_file: absent.epw } }", "", "absent.epw"),
        ("building: { ua_w_m2_k: 0.001 }", ":4", "building.ua_w_m2_k"),
    ],
)
def test_what_the_world_would_refuse_is_refused_with_place_and_remedy(more: str, line: str, where: str) -> None:
    with pytest.raises(UsageError) as caught:
        require_a_world(house(more))
    assert caught.value.where == f"house.yaml{line}: {where}"
    assert caught.value.remedy


def test_a_sound_one_passes_and_nothing_is_settled_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Building, "settle", lambda *_: pytest.fail("this compiles"))
    require_a_world(house())
    require_a_world(demo_house({}))


def test_a_house_into_which_no_radar_looks_is_no_business_of_the_world() -> None:
    require_a_world(house(LAMP, source="demo"))


@pytest.mark.parametrize("command", [("house", "check"), ("run", "--headless", "--seconds", "5", "--house")])
def test_neither_check_nor_run_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    path, data = tmp_path / "house.yaml", tmp_path / "data"
    path.write_text(described(LAMP), encoding="utf-8")
    monkeypatch.setenv("SUMIKA_HOME", str(data))
    monkeypatch.setattr(sys, "argv", ["sumika", *command, str(path)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert f"{path}:4: devices.lamp.kind: the simulated house has no device of kind 'lamp'. Kinds are " in told.err
    assert not data.exists()
