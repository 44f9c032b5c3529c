"""`sumika devices`: scanned, listed and tried against devices that answer on this machine's own network."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result

from sumika.actuate import DeviceLink, FoundDevice
from sumika.cli._devices_scan import coming, suggested_lines
from sumika.cli._devices_words import columns, shortened
from sumika.cli.devices import devices
from sumika.config import load_house
from sumika.evaluate.free_port import free_port
from sumika.schema import SumikaError, UsageError
from tests.wire.echonet_device import EchonetDevice
from tests.wire.loopback_links import loopback

__all__ = ["loopback"]
pytestmark = [pytest.mark.usefixtures("loopback"), pytest.mark.slow]

THERE = "127.0.0.4"
AIR_CONDITIONER = {"80": "31", "b0": "42", "b3": "18", "a0": "41", "bb": "13", "8a": "000008"}
HOUSE = """
version: 1
name: Test
language: en
rooms:
  - {{id: living, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]}}
connections:
  - id: appliances
    type: echonet_lite
    address: {there}
    options: {{listen: 127.0.0.3, port: {port}, timeout_s: 0.4, poll_s: 0.2}}
devices:
  - {{id: ac, room: living, kind: room_air_conditioner, connection: appliances, address: {there}/013001,
     limits: {{setpoint_c: [18, 27]}}}}
  - {{id: fan, room: living, kind: exhaust_fan}}
"""


@pytest.fixture
def node() -> Iterator[EchonetDevice]:
    found = EchonetDevice(THERE, free_port(socket.SOCK_DGRAM))
    found.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0", "b3", "a0"]})
    yield found
    found.close()


@pytest.fixture
def house(node: EchonetDevice, tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE.format(there=THERE, port=node.port), encoding="utf-8")
    return path


def invoke(*arguments: str | Path, text: str = "", **environ: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "80", "LANG": "C", **environ})
    return runner.invoke(devices, [str(one) for one in arguments], input=text)


def tried(house: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoke("try", *arguments, "--house", house, "--yes", "--json").stdout)
    return found


def test_a_device_is_tried_and_put_back(house: Path, node: EchonetDevice) -> None:
    result = invoke("try", "ac", "setpoint_c=21", "--house", house, text="y\n")
    assert result.exit_code == 0, result.output
    assert "Set setpoint_c of ac from 24 to 21, then back?" in result.output
    for line in ("gate: passed as asked", "device: says 21 after", "put back: 24"):
        assert line in result.output
    assert node.properties("013001")["b3"] == "18"


def test_the_gate_keeps_a_trial_within_the_house_s_limits(house: Path, node: EchonetDevice) -> None:
    told = tried(house, "ac", "setpoint_c=30")
    assert (told["ruling"], told["rule"], told["written"]) == ("clipped", "absolute_limit", 27)
    assert (told["obeyed"], told["put_back"], told["before"]) == (True, True, 24)
    assert node.properties("013001")["b3"] == "18"


def test_a_device_that_refuses_lies_or_is_away_ends_with_1(house: Path, node: EchonetDevice) -> None:
    node.tell(refuse=["b3"])
    assert "refused: Set temperature value" in tried(house, "ac", "setpoint_c=21")["refused"]
    node.tell(refuse=[], ignore=["b3"])
    result = invoke("try", "ac", "setpoint_c=21", "--house", house, "--yes", "--wait", "0.5")
    assert result.exit_code == 1
    assert "took it, but says 24" in result.output
    node.tell(silent=True)
    result = invoke("try", "ac", "setpoint_c=21", "--house", house, "--yes", "--wait", "0.3")
    assert result.exit_code == 1
    assert "did not answer" in result.output


def test_nothing_happens_without_a_yes(house: Path, node: EchonetDevice) -> None:
    assert invoke("try", "ac", "setpoint_c=21", "--house", house, text="n\n").exit_code == 1
    assert node.properties("013001") == AIR_CONDITIONER


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("stove", "on=1"), "no device 'stove'"),
        (("fna", "level=1"), "Did you mean 'fan'?"),
        (("fan", "level=1"), "part of the simulated house"),
        (("fan", "level=1"), "sumika ask"),
        (("ac", "setpoint_c"), "no setting with a number"),
        (("ac", "setpoint_c=warm"), "no setting with a number"),
        (("ac", "setpoint_c=nan"), "no setting with a number"),
    ],
)
def test_what_cannot_be_tried_is_told_with_a_remedy(house: Path, arguments: tuple[str, ...], problem: str) -> None:
    error = invoke("try", *arguments, "--house", house, "--yes").exception
    assert isinstance(error, UsageError)
    assert problem in str(error)
    assert error.remedy


def test_an_unknown_setting_is_the_gate_s_to_refuse(house: Path) -> None:
    assert tried(house, "ac", "level=1")["rule"] == "unknown_setting"


def test_a_scan_tells_what_to_write_and_what_it_tells_can_be_written(house: Path) -> None:
    result = invoke("scan", "--house", house)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(columns, lines)) <= 80
    assert f"{THERE}/013001  Home air conditioner  DAIKIN INDUSTRIES" in lines
    suggested = lines[lines.index("devices:") :]
    assert "  - id: home_air_conditioner" in suggested
    own = house.read_text(encoding="utf-8").partition("devices:")[0]
    house.write_text(own + "\n".join(suggested), encoding="utf-8")
    assert load_house(house).house.devices[0].address == f"{THERE}/013001"


def test_a_scan_as_json_is_one_object(house: Path) -> None:
    found = json.loads(invoke("scan", "--house", house, "--json").stdout)
    assert found["connections"]["appliances"][0]["settings"]["setpoint_c"]["low"] == 16


def test_a_scan_of_what_is_not_there_says_what_to_do(house: Path, node: EchonetDevice) -> None:
    node.tell(silent=True)
    house.write_text(house.read_text(encoding="utf-8").replace("timeout_s: 0.4", "timeout_s: 0.05"), encoding="utf-8")
    error = invoke("scan", "--house", house).exception
    assert isinstance(error, SumikaError)
    assert "3610" in error.remedy
    unknown = invoke("scan", "--house", house, "--connection", "modbus").exception
    assert isinstance(unknown, UsageError)
    assert "appliances" in unknown.remedy
    assert isinstance(invoke("scan", "--house", house, "--type", "mqtt").exception, UsageError)


def test_a_connection_need_not_be_in_the_house_yet() -> None:
    error = invoke("scan", "--type", "modbus", "--address", f"127.0.0.1:{free_port()}").exception
    assert isinstance(error, SumikaError)
    assert "nothing answers over Modbus TCP" in str(error)


@pytest.mark.parametrize("language", ["C", "ja_JP.UTF-8"])
def test_the_demo_house_is_listed_within_eighty_columns(language: str) -> None:
    result = invoke("list", LANG=language)
    assert result.exit_code == 0
    assert max(map(columns, result.stdout.splitlines())) <= 80
    assert "living_aircon  room_air_conditioner, living" in result.stdout


def test_a_list_as_json_has_limits_and_fail_safe(house: Path) -> None:
    told = json.loads(invoke("list", "--house", house, "--json").stdout)
    ac = told["devices"][0]
    assert (ac["id"], ac["limits"]["setpoint_c"], ac["fail_safe"]) == ("ac", [18, 27], {"mode": 0})


def test_one_connection_that_fails_keeps_no_other_from_being_scanned(house: Path) -> None:
    text = house.read_text(encoding="utf-8")
    other = f"connections:\n  - {{id: registers, type: modbus, address: 127.0.0.1:{free_port()}}}\n"
    house.write_text(text.replace("connections:\n", other), encoding="utf-8")
    result = invoke("scan", "--house", house)
    assert result.exit_code == 1
    assert "registers: " in result.stderr
    assert f"{THERE}/013001" in result.stdout


def test_what_is_tried_is_told_in_japanese(house: Path) -> None:
    house.write_text(house.read_text(encoding="utf-8").replace("language: en", "language: ja"), encoding="utf-8")
    result = invoke("try", "ac", "setpoint_c=30", "--house", house, "--yes", "--hold", "0.1")
    assert result.exit_code == 0
    assert "この機器で許される範囲の外です" in result.stdout
    assert "元に戻しました: 24" in result.stdout


def test_a_house_without_devices_says_how_to_find_some(house: Path) -> None:
    house.write_text(house.read_text(encoding="utf-8").partition("connections:")[0], encoding="utf-8")
    assert "devices scan" in invoke("list", "--house", house).stdout


def test_a_stranger_s_name_neither_disturbs_the_terminal_nor_leaves_it() -> None:
    assert shortened("a\x1b[2Jb") == "a?[2Jb"
    assert columns(shortened("長い名前" * 30)) <= 80
    assert shortened("長い名前" * 30).endswith("...")


class Coming:
    """A link on which a charge point is seen at the third look, if at all."""

    def __init__(self, at_look: int) -> None:
        self.looks, self.at_look = 0, at_look

    async def scan(self) -> tuple[FoundDevice, ...]:
        self.looks += 1
        return (FoundDevice(address="garage", kind="ev_charger", name="x", maker="M"),) * (self.looks >= self.at_look)


def test_charge_points_are_waited_for_and_no_longer_than_asked() -> None:
    assert len(asyncio.run(coming(cast(DeviceLink, Coming(3)), 20.0))) == 1
    assert asyncio.run(coming(cast(DeviceLink, Coming(10**9)), 0.3)) == ()


def test_names_that_are_found_twice_differ(house: Path) -> None:
    twice = [FoundDevice(address=f"1.2.3.4/0130{number:02d}", kind="tv", name="Été 2°") for number in (1, 2)]
    lines = suggested_lines("x", twice, load_house(house).house)
    assert [line for line in lines if "id:" in line] == ["  - id: t_2", "  - id: t_2_2"]


@pytest.mark.parametrize(
    ("name", "measures", "kind"),
    [
        ("Roof station", ("temperature_c", "wind_m_s", "rain_mm_h"), "weather"),
        ("Forecast Home", ("weather",), "weather"),
        ("Outdoor thermometer", ("temperature_c",), "weather"),
        ("屋外温度計", ("temperature_c",), "weather"),
        ("Living room", ("temperature_c", "relative_humidity", "pressure_pa"), "air"),
        ("Outdoor plug", ("power_w",), "meter"),
        ("Hall", ("presence",), "presence"),
        ("Bedroom door", ("door_open",), "door"),
    ],
)
def test_sensors_are_suggested_as_what_they_measure(
    house: Path, name: str, measures: tuple[str, ...], kind: str
) -> None:
    found = [FoundDevice(address="a", kind="", name=name, measures=measures)]
    assert f"    kind: {kind}" in suggested_lines("x", found, load_house(house).house)
