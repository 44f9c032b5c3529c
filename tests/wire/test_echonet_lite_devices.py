"""ECHONET Lite: a virtual node in another process, on an address of its own of this machine."""

import socket
from collections.abc import Iterator

import pytest

from sumika.links.base import LinkError
from sumika.schema import AirSample, DeviceState, MeterSample, Presence, UsageError
from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.echonet_device import EchonetDevice
from tests.wire.loopback_links import device, free_port, house_with, linked, loopback, run, sensor

__all__ = ["loopback"]
pytestmark = [pytest.mark.usefixtures("loopback"), pytest.mark.slow]

HERE, THERE = "127.0.0.1", "127.0.0.2"
AIR_CONDITIONER = {"80": "31", "b0": "42", "b3": "18", "a0": "41", "bb": "13", "ba": "2f", "be": "7e", "84": "0000"}


@pytest.fixture
def node() -> Iterator[EchonetDevice]:
    found = EchonetDevice(THERE, free_port(socket.SOCK_DGRAM))
    yield found
    found.close()


def connection(node: EchonetDevice, **options: float) -> Connection:
    given: dict[str, str | float] = {"listen": HERE, "port": node.port, "poll_s": 0.2, "timeout_s": 1.0, **options}
    return Connection(id="appliances", type="echonet_lite", address=node.host, options=given)


def house_of(node: EchonetDevice, *devices: Device, sensors: tuple[Sensor, ...] = (), **options: float) -> House:
    return house_with(connection(node, **options), devices, sensors)


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
            assert "humidity_setpoint" in first.why  # it has none, and says so
            for setting, value in {"setpoint_c": 21.0, "fan_level": 3.0, "mode": 1.0}.items():
                assert await heard.told("ac", setting, value) == ""
            await heard.state("ac", mode=1, setpoint_c=21, fan_level=3)

    run(live())
    assert node.properties("013001") == {**AIR_CONDITIONER, "80": "30", "b0": "43", "b3": "15", "a0": "35"}


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


def test_meters_thermometers_and_people_sensors_are_read(node: EchonetDevice) -> None:
    objects = {
        "028701": {"80": "30", "c0": "00003039", "c1": "00000064", "c2": "01", "c6": "fffffe0c"},
        "028801": {"80": "30", "d3": "00000002", "e0": "00002710", "e1": "02", "e3": "fffffffe", "e7": "00000190"},
        "001101": {"80": "30", "e0": "00d7"},
        "001b01": {"80": "30", "e0": "02bc"},
        "000701": {"80": "30", "b1": "41"},
    }
    node.tell(objects=objects)
    sensors = (
        sensor("panel", "meter", f"{THERE}/028701"),
        sensor("smart", "meter", f"{THERE}/028801"),
        sensor("air", "air", f"{THERE}/001101"),
        sensor("co2", "air", f"{THERE}/001b01"),
        sensor("pir", "presence", f"{THERE}/000701"),
    )

    async def live() -> None:
        async with linked(house_of(node, sensors=sensors)) as heard:
            panel = await heard.until(MeterSample, lambda one: one.meter == "panel")
            assert (panel.power_w, panel.imported_kwh, panel.exported_kwh) == (-500, 1234.5, 10)
            smart = await heard.until(MeterSample, lambda one: one.meter == "smart")
            # The coefficient is 2, the unit 0.01 kWh; what is given back it does not measure.
            assert (smart.power_w, smart.imported_kwh, smart.exported_kwh) == (400, 200, None)
            assert (await heard.until(AirSample, lambda one: one.sensor == "air")).temperature_c == 21.5
            assert (await heard.until(AirSample, lambda one: one.sensor == "co2")).co2_ppm == 700
            assert (await heard.until(Presence)).probability == 1.0

    run(live())


def test_a_scan_says_what_each_object_can(node: EchonetDevice) -> None:
    maker = {**AIR_CONDITIONER, "8a": "000008", "8c": b"AN-1".ljust(12, b"\0").hex()}
    meter = {"80": "30", "c0": "00000000", "c2": "01", "c6": "00000000"}
    objects = {"013001": maker, "028701": meter, "05ff01": {"80": "30"}}
    node.tell(objects=objects, settable={"013001": ["80", "b0", "b3", "a0"]})

    async def live() -> None:
        async with linked(house_of(node)) as heard:
            found = {one.address: one for one in await heard.link.scan()}
            ac = found[f"{THERE}/013001"]
            assert (ac.kind, ac.name) == ("room_air_conditioner", "Home air conditioner")
            assert ac.maker.startswith("DAIKIN")
            assert ac.maker.endswith("AN-1")
            assert set(ac.settings) == {"mode", "setpoint_c", "fan_level"}
            assert ac.settings["setpoint_c"].step == 1
            assert "room_temperature_c" in ac.measures
            assert found[f"{THERE}/028701"].kind == ""
            assert set(found[f"{THERE}/028701"].measures) == {"power_w", "imported_kwh"}
            assert found[f"{THERE}/05ff01"].measures == ()

    run(live())


def test_where_nothing_answers_a_scan_says_what_to_do(node: EchonetDevice) -> None:
    node.tell(silent=True)

    async def live() -> None:
        async with linked(house_of(node, timeout_s=0.05)) as heard:
            with pytest.raises(LinkError, match="3610"):
                await heard.link.scan()

    run(live())


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "10",
        "1081" + "00" * 9,
        "1082" + "00" * 20,
        "1081000101300105ff017303b301",  # says three properties, has one and a half
        "1081000101300105ff017301b3ff",  # a property longer than the frame
        "1081ffff01300105ff017201b30199",  # an answer that nobody waits for
        "1081000101300105ff0173ff" + "b300" * 3,
        "00" * 1500,
        "ff" * 1472,
    ],
)
def test_junk_from_the_network_changes_nothing(node: EchonetDevice, junk: str) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0"]})

    async def live() -> None:
        async with linked(house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))) as heard:
            await heard.state("ac", mode=0)
            node.tell(raw=junk)
            assert await heard.told("ac", "mode", 1) == ""
            await heard.state("ac", mode=1, setpoint_c=24)

    run(live())


@pytest.mark.parametrize(
    ("kind", "address", "mapping"),
    [
        ("room_air_conditioner", "living", {}),
        ("room_air_conditioner", "999.1.1.1/013001", {}),
        ("battery", f"{THERE}/013001", {}),
        ("tv", f"{THERE}/05ff01", {}),
        ("floor_heating", f"{THERE}/027b01", {"supply_temp_c": "hot"}),
        ("floor_heating", f"{THERE}/027b01", {"supply_temp_c": "E0:s1"}),
    ],
)
def test_a_device_that_cannot_be_is_refused_with_its_place(kind: str, address: str, mapping: dict[str, str]) -> None:
    async def live() -> None:
        wrong = Connection(id="appliances", type="echonet_lite", address=THERE)
        async with linked(house_with(wrong, (device("x", kind, address, mapping),))):
            raise AssertionError("it was taken")

    with pytest.raises(UsageError) as raised:
        run(live())
    assert "x" in raised.value.where
    assert raised.value.remedy


def test_a_mapping_names_properties_of_ones_own(node: EchonetDevice) -> None:
    node.tell(objects={"027b01": {"80": "30", "e0": "1e", "a0": "42"}}, settable={"027b01": ["80", "e0"]})
    floor = device("floor", "floor_heating", f"{THERE}/027b01", {"supply_temp_c": "E0:u1"})

    async def live() -> None:
        async with linked(house_of(node, floor)) as heard:
            await heard.state("floor", on=1, supply_temp_c=30)
            assert await heard.told("floor", "supply_temp_c", 41) == ""
            await heard.state("floor", supply_temp_c=41)

    run(live())
    assert node.properties("027b01")["e0"] == "29"


def test_a_port_that_is_taken_says_what_to_do(node: EchonetDevice) -> None:
    async def live() -> None:
        async with linked(house_of(node)), linked(house_of(node)):
            raise AssertionError("it was opened")

    with pytest.raises(LinkError, match="cannot listen"):
        run(live())


def test_an_option_that_is_none_is_refused(node: EchonetDevice) -> None:
    async def live() -> None:
        async with linked(house_of(node, baud=9600.0)):
            raise AssertionError("it was taken")

    with pytest.raises(UsageError, match="no option 'baud'"):
        run(live())
