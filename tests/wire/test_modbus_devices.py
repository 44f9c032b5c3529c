"""Modbus TCP: pymodbus's simulated units as the peer, behind a real socket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError
from sumika.schema import AirSample, MeterSample, Presence, UsageError
from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.loopback_links import device, house_with, linked, loopback, run, sensor

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

HEAT_PUMP = {
    "mode": "holding:40001:uint16 | 0, 3, 7",
    "tank_setpoint_c": "holding:40002:int16:0.1",
    "tank_c": "input:30001:int16:0.1",
    "drawn_w": "input:30002:uint32",
    "defrosting": "discrete:10001",
}


def unit(number: int = 7, refuses: dict[int, ExcCodes] | None = None, keeps: dict[int, int] | None = None) -> SimDevice:
    """Return a water heater; it refuses writes to some registers and keeps another value in others."""

    async def action(
        function: int, start: int, address: int, count: int, current: list[int], new: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        if new is None:
            return None
        written: Any = new
        written[0] = (keeps or {}).get(address, written[0])
        return (refuses or {}).get(address)

    return SimDevice(
        id=number,
        simdata=(
            [SimData(0, values=[False] * 16, datatype=DataType.BITS)],
            [SimData(0, values=[True] + [False] * 15, datatype=DataType.BITS)],
            [SimData(0, values=[3, 650, 0, 0], datatype=DataType.REGISTERS)],
            [SimData(0, values=[0xFFF6, 0x0001, 0x0002, 612], datatype=DataType.REGISTERS)],
        ),
        action=action,
    )


@asynccontextmanager
async def serving(port: int, *units: SimDevice) -> AsyncIterator[None]:
    server = ModbusTcpServer(list(units), address=("127.0.0.1", port))
    stop: Callable[[], Awaitable[None]] = server.shutdown
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await stop()


def house_on(port: int, *devices: Device, sensors: tuple[Sensor, ...] = (), **options: str | float) -> House:
    given: dict[str, str | float] = {"poll_s": 0.05, "timeout_s": 2.0, **options}
    connection = Connection(id="registers", type="modbus", address=f"127.0.0.1:{port}", options=given)
    return house_with(connection, devices, sensors)


def water_heater(mapping: dict[str, str] | None = None) -> Device:
    return device("tank", "heat_pump_water_heater", "7", mapping or HEAT_PUMP)


def test_a_device_in_registers_is_read_told_and_read_back() -> None:
    async def live() -> None:
        port = free_port()
        async with serving(port, unit()), linked(house_on(port, water_heater())) as heard:
            first = await heard.state("tank", mode=1)
            expected = {"mode": 1.0, "tank_setpoint_c": 65.0, "tank_c": -1.0, "defrosting": 1.0}
            assert first.values == expected
            assert first.power_w == 0x10002
            assert await heard.told("tank", "tank_setpoint_c", 55.5) == ""
            assert await heard.told("tank", "mode", 2) == ""
            await heard.state("tank", mode=2, tank_setpoint_c=55.5)

    run(live())


@pytest.mark.parametrize("order", ["big", "little"])
def test_bits_and_numbers_of_several_registers_are_written_and_read(order: str) -> None:
    mapping = {"on": "coil:0", "supply_temp_c": "holding:2:float32", "pump": "coil:1"}

    async def live() -> None:
        port = free_port()
        boiler = device("boiler", "boiler", "7", mapping)
        async with serving(port, unit()), linked(house_on(port, boiler, word_order=order)) as heard:
            assert await heard.told("boiler", "on", 1) == ""
            assert await heard.told("boiler", "supply_temp_c", 61.5) == ""
            await heard.state("boiler", on=1, supply_temp_c=61.5, pump=0)

    run(live())


def test_a_unit_that_refuses_or_keeps_another_value_says_so() -> None:
    async def live() -> None:
        port = free_port()
        stubborn = unit(refuses={0: ExcCodes.DEVICE_FAILURE}, keeps={1: 600})
        async with serving(port, stubborn), linked(house_on(port, water_heater())) as heard:
            assert await heard.told("tank", "mode", 2) == "unit 7: it failed to do it"
            assert await heard.told("tank", "tank_setpoint_c", 70) == "unit 7: it took 70, but holds 60"
            assert "3276.7, not 99999" in await heard.told("tank", "tank_setpoint_c", 99999)
            assert "knows 0 to 2" in await heard.told("tank", "mode", 1.5)
            assert "no number" in await heard.told("tank", "tank_setpoint_c", float("nan"))
            assert "no register for on" in await heard.told("tank", "on", 1)
            assert "no device stove" in await heard.told("stove", "on", 1)

    run(live())


def test_a_server_that_vanishes_is_told_and_found_again() -> None:
    async def live() -> None:
        port = free_port()
        thermometer = sensor("air", "air", "7", {"temperature_c": "input:30004:uint16:0.1"})
        house = house_on(port, water_heater(), sensors=(thermometer,))
        async with serving(port, unit()):
            link = linked(house)
            heard = await link.__aenter__()
            await heard.state("tank", mode=1)
            assert (await heard.until(AirSample)).temperature_c == pytest.approx(61.2)
        gone = await heard.gone("tank")
        assert gone.values == {}
        assert "Modbus" in gone.why
        assert (await heard.until(AirSample)).temperature_c is None
        assert "nothing answers" in await heard.told("tank", "mode", 2)
        async with serving(port, unit()):
            await heard.state("tank", mode=1)
            await link.__aexit__(None, None, None)

    run(live())


def test_a_register_that_is_not_there_leaves_the_others_readable() -> None:
    async def live() -> None:
        port = free_port()
        mapping = {**HEAT_PUMP, "hot_water_l": "input:30100:uint16"}
        async with serving(port, unit()), linked(house_on(port, water_heater(mapping))) as heard:
            state = await heard.state("tank", mode=1, tank_c=-1)
            assert "hot_water_l" not in state.values
            assert state.why == "hot_water_l: it has no such register"

    run(live())


def test_sensors_meters_and_people_in_registers() -> None:
    async def live() -> None:
        port = free_port()
        sensors = (
            sensor("meter", "meter", "7", {"power_w": "input:30002:uint32", "imported_kwh": "input:30004:uint16:0.01"}),
            sensor("door", "presence", "7", {"probability": "discrete:10001"}),
        )
        async with serving(port, unit()), linked(house_on(port, sensors=sensors)) as heard:
            meter = await heard.until(MeterSample)
            assert meter.power_w == 65538.0
            assert meter.imported_kwh == pytest.approx(6.12)
            assert (await heard.until(Presence)).probability == 1.0

    run(live())


def test_a_scan_names_the_units_that_answer_and_their_maker() -> None:
    async def live() -> None:
        port = free_port()
        sunspec = b"SunS\x00\x01\x00\x42" + b"Fronius".ljust(32, b"\0") + b"Symo 8".ljust(32, b"\0")
        words = [int.from_bytes(sunspec[at : at + 2], "big") for at in range(0, len(sunspec), 2)]
        inverter = SimDevice(id=1, simdata=[SimData(40000, values=words, datatype=DataType.REGISTERS)])
        async with serving(port, inverter, unit()), linked(house_on(port, water_heater())) as heard:
            found = {one.address: one for one in await heard.link.scan()}
            assert found["1"].maker == "Fronius Symo 8"
            assert "7" in found
            assert "2" not in found

    run(live())


@pytest.mark.parametrize(
    "mapping",
    [
        {"mode": "holding"},
        {"mode": "holding:40001:int12"},
        {"mode": "holding:40001:int16:0"},
        {"mode": "holding:40001:int16:inf"},
        {"mode": "input:30001:uint16"},
        {"mode": "coil:70000"},
        {"mode": "holding:40001:uint16 | a, b"},
        {},
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_its_place(mapping: dict[str, str]) -> None:
    async def live() -> None:
        wrong = Device(id="tank", room="", kind="heat_pump_water_heater", mapping=mapping)
        async with linked(house_on(1, wrong)):
            raise AssertionError("it was taken")

    with pytest.raises(UsageError) as raised:
        run(live())
    assert "tank" in raised.value.where
    assert raised.value.remedy


def test_where_nothing_listens_opening_says_what_to_do() -> None:
    async def live() -> None:
        async with linked(house_on(free_port(), water_heater())):
            raise AssertionError("it was opened")

    with pytest.raises(LinkError, match="nothing answers"):
        run(live())
