"""ECHONET Lite: devices behind a virtual node in another process are told, read back, refuse, vanish and lie."""

import asyncio

import pytest

from sumika.schema import AirSample, DeviceState
from tests.wire.echonet_device import EchonetDevice
from tests.wire.echonet_houses import AIR_CONDITIONER, THERE, house_of, node
from tests.wire.loopback_links import device, linked, loopback, run, sensor

__all__ = ["loopback", "node"]
pytestmark = [pytest.mark.usefixtures("loopback"), pytest.mark.slow]


def test_an_air_conditioner_is_told_and_read_back(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0", "b3", "a0"]})
    house = house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))

    async def live() -> None:
        async with linked(house) as heard:
            first = await heard.state("ac", mode=0, setpoint_c=24)
            assert first.values == {
                "mode": 0.0,
                "setpoint_c": 24.0,
                "fan_level": 0.0,
                "room_temperature_c": 19.0,
                "relative_humidity": 0.47,
            }
            assert first.power_w == 0.0
            assert first.why == ""
            for setting, value in {"setpoint_c": 21.0, "fan_level": 3.0, "mode": 1.0}.items():
                assert await heard.told("ac", setting, value) == ""
            await heard.state("ac", mode=1, setpoint_c=21, fan_level=3)

    run(live())
    assert node.properties("013001") == {**AIR_CONDITIONER, "80": "30", "b0": "43", "b3": "15", "a0": "35"}


def test_a_mode_that_is_none_of_ours_is_left_out_and_said(node: EchonetDevice) -> None:
    node.tell(objects={"013001": {**AIR_CONDITIONER, "80": "30", "b0": "41", "b3": "fd"}})

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            state = await heard.state("ac", fan_level=0)
            assert not {"mode", "setpoint_c"} & state.values.keys()
            assert state.why == "it does not say how mode, setpoint_c is set"

    run(live())


def test_half_degrees_are_rounded_there_and_taken_for_no_hand(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["b3"]})

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            await heard.state("ac", setpoint_c=24)
            assert await heard.told("ac", "setpoint_c", 22.5) == ""
            await heard.state("ac", setpoint_c=22.5)
            assert node.properties("013001")["b3"] == "17"
            node.tell(change={"013001": {"b3": "1a"}})
            await heard.state("ac", setpoint_c=26)

    run(live())


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("setpoint_c", 25.0, "refused: Set temperature value (0xb3)"),
        ("setpoint_c", 51.0, "takes 0 to 50, not 51"),
        ("setpoint_c", float("nan"), "no number"),
        ("mode", 9.0, "no mode 9"),
        ("humidity_setpoint", 0.5, "does not let itself be set"),
        ("level", 1.0, "has no level"),
    ],
)
def test_what_an_object_refuses_is_told_in_words(node: EchonetDevice, setting: str, value: float, why: str) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0", "b3"]}, refuse=["b3"])

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            await heard.state("ac", mode=0)
            assert why in await heard.told("ac", setting, value)
            assert "no device stove" in await heard.told("stove", "on", 1)

    run(live())
    assert node.properties("013001") == AIR_CONDITIONER


def test_a_hand_at_the_device_is_told_at_once(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0"]})

    async def live() -> None:
        house = house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"), poll_s=60.0)
        async with linked(house) as heard:
            await heard.state("ac", mode=0)
            node.tell(change={"013001": {"80": "30", "b0": "43"}})
            await heard.state("ac", mode=1)
            node.tell(change={"013001": {"b0": "42"}}, to_all=True)
            await heard.state("ac", mode=2)

    run(live())


def test_a_write_that_is_under_way_when_all_is_closed_ends_in_words(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0"]})

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            await heard.state("ac", mode=0)
            node.tell(silent=True)
            writing = asyncio.create_task(heard.told("ac", "mode", 1))
        assert "closed" in await writing or "not open" in await writing

    run(live())


def test_a_device_that_vanishes_mid_command_is_told_and_found_again(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0"]})
    thermometer = sensor("air", "air", f"{THERE}/013001")

    async def live() -> None:
        house = house_of(
            node, device("ac", "room_air_conditioner", f"{THERE}/013001"), sensors=(thermometer,), timeout_s=0.2
        )
        async with linked(house) as heard:
            await heard.state("ac", mode=0)
            assert (await heard.until(AirSample)).temperature_c == 19.0
            node.tell(silent=True)
            assert "did not answer" in await heard.told("ac", "mode", 1)
            gone = await heard.gone("ac")
            assert gone.values == {}
            assert (await heard.until(AirSample, lambda one: one.temperature_c is None)).relative_humidity is None
            node.tell(silent=False)
            await heard.state("ac", mode=0)
            assert await heard.told("ac", "mode", 1) == ""
            await heard.state("ac", mode=1)

    run(live())


def test_a_device_that_takes_and_does_nothing_shows_itself(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0"]}, ignore=["80", "b0"])

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            await heard.state("ac", mode=0)
            assert await heard.told("ac", "mode", 1) == ""
            await heard.state("ac", mode=0)

    run(live())


BATTERY = {
    "80": "30",
    "da": "44",
    "c1": "01",
    "c2": "01",
    "eb": "00000000",
    "ec": "00000000",
    "d3": "fffffc18",
    "e4": "37",
}
STORE_SETTABLE = ["80", "da", "c1", "c2", "eb", "ec"]


def test_a_battery_charges_gives_waits_and_decides_by_itself(node: EchonetDevice) -> None:
    node.tell(objects={"027d01": BATTERY}, settable={"027d01": STORE_SETTABLE})

    async def live() -> None:
        async with linked(house_of(node, device("store", "battery", f"{THERE}/027d01"))) as heard:
            first = await heard.state("store", mode=0, power_w=0, charge=0.55)
            assert first.power_w == -1000
            assert await heard.told("store", "power_w", 2500) == ""  # noted only: it is off
            assert node.properties("027d01")["da"] == "44"
            assert await heard.told("store", "mode", 2) == ""
            assert await heard.told("store", "power_w", -1500) == ""
            await heard.state("store", mode=2, power_w=-1500)
            given = node.properties("027d01")
            assert (given["da"], given["c2"], given["ec"], given["eb"]) == ("43", "03", "000005dc", "000009c4")
            assert await heard.told("store", "power_w", 0) == ""
            await heard.state("store", mode=2, power_w=0)  # in standby because it was told 0 W, not off
            assert await heard.told("store", "mode", 1) == ""
            await heard.state("store", mode=1)
            assert node.properties("027d01")["da"] == "46"

    run(live())


def test_a_charger_that_cannot_give_refuses_to(node: EchonetDevice) -> None:
    charger = {"80": "30", "da": "44", "dc": "01", "eb": "00000000", "d3": "00000000"}
    node.tell(objects={"02a101": charger}, settable={"02a101": ["da", "dc", "eb"]})

    async def live() -> None:
        async with linked(house_of(node, device("car", "ev_charger", f"{THERE}/02a101"))) as heard:
            await heard.state("car", mode=0)
            assert await heard.told("car", "mode", 2) == ""
            assert "cannot give power back" in await heard.told("car", "power_w", -1000)
            assert await heard.told("car", "power_w", 3000) == ""
            await heard.state("car", mode=2, power_w=3000)

    run(live())


DEVICES = [
    (
        "027b01",
        "floor_heating",
        {"80": "31", "e1": "38", "e2": "14"},
        {"on": 1.0, "supply_temp_c": 50.0},
        {"80": "30", "e1": "3f"},
    ),
    ("013301", "exhaust_fan", {"80": "31", "a0": "31"}, {"level": 2.0}, {"80": "30", "a0": "38"}),
    (
        "013401",
        "balanced_ventilation",
        {"80": "30", "a0": "31", "e0": "41", "c0": "0320"},
        {"level": 2.0, "bypass": 1.0},
        {"a0": "35", "e0": "42"},
    ),
    (
        "029001",
        "light",
        {"80": "31", "b0": "00", "b1": "41"},
        {"colour_temperature_k": 5100.0, "level": 0.4},
        {"80": "30", "b0": "28", "b1": "43"},
    ),
    (
        "026b01",
        "heat_pump_water_heater",
        {"80": "30", "b0": "41", "b3": "41", "e1": "0100"},
        {"mode": 2.0, "tank_setpoint_c": 80.0},
        {"b0": "42", "b3": "50"},
    ),
    (
        "027e01",
        "ev_charger",
        {"80": "30", "da": "44", "dc": "01", "dd": "01", "eb": "00000000", "ec": "00000000"},
        {"power_w": -2000.0, "mode": 2.0},
        {"da": "43", "dd": "03", "ec": "000007d0"},
    ),
    (
        "013901",
        "humidifier",
        {"80": "31", "c0": "28", "b4": "2d"},
        {"on": 1.0, "humidity_setpoint": 0.55},
        {"80": "30", "c0": "37"},
    ),
    ("013501", "air_purifier", {"80": "31", "a0": "31"}, {"level": 1.0}, {"80": "30", "a0": "31"}),
]


@pytest.mark.parametrize(("name", "kind", "properties", "told", "then"), DEVICES)
def test_every_class_is_told_in_its_own_properties(
    node: EchonetDevice,
    name: str,
    kind: str,
    properties: dict[str, str],
    told: dict[str, float],
    then: dict[str, str],
) -> None:
    node.tell(objects={name: properties}, settable={name: list(properties)})

    async def live() -> None:
        async with linked(house_of(node, device("x", kind, f"{THERE}/{name}"))) as heard:
            await heard.until(DeviceState, lambda one: one.available)
            for setting, value in told.items():
                assert await heard.told("x", setting, value) == ""
            await heard.state("x", **told)

    run(live())
    assert {epc: node.properties(name)[epc] for epc in then} == then
