"""What the pages about connections tell to write into house.yaml is a house, and its links can be made."""

import re
from pathlib import Path

import pytest

from sumika.actuate import open_link
from sumika.clock import SimulatedClock
from sumika.config import load_house
from sumika.sensors.air import open_sensors

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
ROOMS = "version: 1\nname: Page\nrooms:\n" + "".join(
    f"  - {{id: {name}, floor_m: [[{at}, 0], [{at + 4}, 0], [{at + 4}, 4], [{at}, 4]]}}\n"
    for at, name in ((0, "living"), (5, "hall"), (10, "washroom"), (15, "garage"))
)
BLOCKS = [
    (page, block)
    for page in ("connect-echonet-lite", "connect-esphome-modbus-ocpp")
    for block in re.findall(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL)
    if block.startswith("connections:")
]


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_the_lines_of_a_page_are_a_house_whose_links_can_be_made(page: str, block: str, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(ROOMS + block, encoding="utf-8")
    for secret in re.findall(r"secret_file: (\S+)", block):
        (tmp_path / secret).write_text("password")
        (tmp_path / secret).chmod(0o600)
    house = load_house(path).house
    assert house.devices
    for connection in house.connections:
        open_link(connection, house, SimulatedClock(), tmp_path, open_sensors(connection, house))
    assert page


def test_the_pages_have_something_to_try() -> None:
    assert len(BLOCKS) == 4
