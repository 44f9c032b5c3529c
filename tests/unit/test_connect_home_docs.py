"""What the pages about Home Assistant and MQTT tell to write into house.yaml can be read by its link."""

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
from sumika.schema.house import Connection, Device, Sensor
from sumika.sensors.air import open_sensors
from tests.conftest import ROOT
from tests.link_helpers import house_with

PAGES = {"connect-home-assistant": "home_assistant", "connect-mqtt": "mqtt"}
SECRETS = ("home_assistant.token", "mqtt.password")


def blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    for page in PAGES:
        text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
        for block in re.findall(r"^ *```yaml\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
            document = YAML(typ="safe").load(textwrap.dedent(block))
            yield page, document if isinstance(document, dict) else {"devices": document}


BLOCKS = list(blocks())


def test_there_is_something_to_try() -> None:
    assert {page for page, _ in BLOCKS} == set(PAGES)
    assert sum(len(block.get("devices", ())) for _, block in BLOCKS) >= 9
    assert sum(len(block.get("sensors", ())) for _, block in BLOCKS) >= 6


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_what_a_page_says_can_be_read(page: str, block: dict[str, Any], tmp_path: Path) -> None:
    for name in SECRETS:
        (tmp_path / name).write_text("secret", encoding="ascii")
        (tmp_path / name).chmod(0o600)
    devices = tuple(msgspec.convert(one, Device) for one in block.get("devices", ()))
    sensors = tuple(msgspec.convert(one, Sensor) for one in block.get("sensors", ()))
    named = {one.connection for one in devices} | {one.connection for one in sensors} or {"home"}
    written = [msgspec.convert(one, Connection) for one in block.get("connections", ())]
    default = msgspec.convert(
        {"id": named.pop(), "type": PAGES[page], "address": "host", "secret_file": SECRETS[0]}, Connection
    )
    for connection in written or [default]:
        house = house_with(connection, devices, sensors)
        reader = open_sensors(connection, house)
        open_link(connection, house, SimulatedClock(), tmp_path, reader)
        assert len(reader.addresses()) >= len(sensors)
