"""What the pages for people at home tell to write into house.yaml can be read, and their sums are right."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from sumika.actuate import open_link
from sumika.clock import SimulatedClock
from sumika.config import load_house
from sumika.schema.house import Bridge, Connection, Device, Radar, Sensor
from sumika.sensors.air import open_sensors
from tests.conftest import ROOT
from tests.link_helpers import house_with

HOW_TO = ROOT / "docs" / "how-to"
PAGES = (
    "connect-iwr6843",
    "connect-ld2450-by-esphome",
    "connect-mr60bha2",
    "docker",
    "home-assistant-by-mqtt",
    "no-hardware-at-all",
)
SECRETS = ("home_assistant.token", "mqtt.password", "hall-node.key", "bed-node.key")
YEN_PER_KWH, KWH_PER_WATT = 31.0, 8.76


def blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every piece of house.yaml: of one that goes on in the middle of another, the rest is not told again."""
    for page in PAGES:
        text = (HOW_TO / f"{page}.md").read_text("utf-8")
        for title, block in re.findall(r"^ *```yaml(.*)\n((?:.*\n)*?) *```", text, re.MULTILINE):
            if "for ESPHome" not in title and not block.startswith("    source:"):
                yield page, YAML(typ="safe", pure=True).load(textwrap.dedent(block))


BLOCKS = list(blocks())


def test_every_page_says_something_to_write() -> None:
    assert {page for page, _ in BLOCKS} == set(PAGES)


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[f"{page}-{number}" for number, (page, _) in enumerate(BLOCKS)])
def test_what_a_page_says_can_be_read(page: str, block: dict[str, Any], tmp_path: Path) -> None:
    assert set(block) <= {"radars", "connections", "sensors", "devices", "control", "bridge"}, page
    for name in SECRETS:
        (tmp_path / name).write_text("secret", encoding="ascii")
        (tmp_path / name).chmod(0o600)
    for radar in block.get("radars", ()):
        msgspec.convert(radar, Radar)
    if "bridge" in block:
        msgspec.convert(block["bridge"], Bridge)
    devices = tuple(msgspec.convert(one, Device) for one in block.get("devices", ()))
    sensors = tuple(msgspec.convert(one, Sensor) for one in block.get("sensors", ()))
    for connection in (msgspec.convert(one, Connection) for one in block.get("connections", ())):
        house = house_with(connection, devices, sensors)
        reader = open_sensors(connection, house)
        open_link(connection, house, SimulatedClock(), tmp_path, reader)
        assert len(reader.addresses()) >= len(sensors)


def test_a_whole_house_without_radars_is_one(tmp_path: Path) -> None:
    block = next(block for page, block in BLOCKS if page == "no-hardware-at-all")
    room = {"id": "living", "floor_m": [[0, 0], [5, 0], [5, 4], [0, 4]]}
    house = tmp_path / "house.yaml"
    with house.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump({"version": 1, "name": "Flat", "rooms": [room], **block}, file)
    loaded = load_house(house).house
    assert loaded.control is not None
    assert loaded.control.mode == "shadow"
    assert not loaded.radars


def test_a_years_electricity_in_the_parts_list_follows_from_its_watts() -> None:
    text = (HOW_TO / "parts-list.md").read_text("utf-8")
    rows = re.findall(r"^\| .+ \| ¥[\d ]+ \| (\d+) \| ¥([\d ]+) \|$", text, re.MULTILINE)
    assert len(rows) == 3
    for watts, yen in rows:
        assert float(yen.replace(" ", "")) == pytest.approx(float(watts) * KWH_PER_WATT * YEN_PER_KWH, abs=60.0)
