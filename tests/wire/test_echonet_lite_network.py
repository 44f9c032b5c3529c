"""ECHONET Lite: what is on the network is found, sensors are read, and what cannot be or is junk is refused."""

import socket

import pytest
from msgspec import structs

from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError
from sumika.schema import AirSample, MeterSample, Presence, UsageError
from sumika.schema.house import Connection
from tests.wire.echonet_device import EchonetDevice
from tests.wire.echonet_houses import AIR_CONDITIONER, THERE, house_of, node
from tests.wire.loopback_links import device, house_with, linked, loopback, run, sensor

__all__ = ["loopback", "node"]
pytestmark = [pytest.mark.usefixtures("loopback"), pytest.mark.slow]


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


def test_everybody_on_the_network_is_called_to_a_scan(node: EchonetDevice) -> None:
    node.tell(objects={"029001": {"80": "30", "b0": "32"}}, settable={"029001": ["80", "b0"]})
    house = house_of(node, timeout_s=0.2)
    everybody = structs.replace(house.connections[0], address="224.0.23.0")

    async def live() -> None:
        async with linked(house_with(everybody)) as heard:
            assert [one.address for one in await heard.link.scan()] == [f"{THERE}/029001"]

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
    objects = {"027b01": {"80": "30", "e0": "1e"}, "013001": AIR_CONDITIONER}
    node.tell(objects=objects, settable={"027b01": ["80", "e0"], "013001": ["a0"]})
    floor = device("floor", "floor_heating", f"{THERE}/027b01", {"supply_temp_c": "E0:u1"})
    ac = device("ac", "room_air_conditioner", f"{THERE}/013001", {"fan_level": "A0:41/31/32"})

    async def live() -> None:
        async with linked(house_of(node, floor, ac)) as heard:
            await heard.state("floor", on=1, supply_temp_c=30)
            await heard.state("ac", fan_level=0)
            assert await heard.told("floor", "supply_temp_c", 41) == ""
            assert await heard.told("ac", "fan_level", 2) == ""
            await heard.state("floor", supply_temp_c=41)
            await heard.state("ac", fan_level=2)

    run(live())
    assert node.properties("027b01")["e0"] == "29"
    assert node.properties("013001")["a0"] == "32"


def test_a_port_that_is_taken_says_what_to_do(node: EchonetDevice) -> None:
    async def live() -> None:
        async with linked(house_of(node)), linked(house_of(node)):
            raise AssertionError("it was opened")

    with pytest.raises(LinkError, match="cannot listen"):
        run(live())


def test_every_address_of_this_machine_may_be_listened_to() -> None:
    """A network without multicast, or none at all, keeps nothing from being polled."""
    port = free_port(socket.SOCK_DGRAM)
    everywhere = Connection(id="appliances", type="echonet_lite", address=THERE, options={"port": float(port)})

    async def live() -> None:
        async with linked(house_with(everywhere)) as heard:
            assert "no device ac" in await heard.told("ac", "mode", 1)

    run(live())


def test_an_option_that_is_none_is_refused(node: EchonetDevice) -> None:
    async def live() -> None:
        async with linked(house_of(node, baud=9600.0)):
            raise AssertionError("it was taken")

    with pytest.raises(UsageError, match="no option 'baud'"):
        run(live())
