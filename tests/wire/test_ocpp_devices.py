"""OCPP: charge points connect to us, are told how much a car may take, refuse, fall silent, and send junk."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec import structs
from ocpp.v201 import call as call201
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError
from sumika.schema import DeviceState, MeterSample, UsageError
from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.loopback_links import Heard, device, house_with, linked, loopback, run, sensor
from tests.wire.ocpp_points import NOW, Amperes201, Garage16, Garage201, garage

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

CAR = device("car", "ev_charger", "garage")


def house_on(port: int, *devices: Device, sensors: tuple[Sensor, ...] = (), secret: str = "") -> House:
    options: dict[str, str | float] = {"timeout_s": 10.0, "voltage_v": 230.0}
    connection = Connection(id="cars", type="ocpp", address=f"127.0.0.1:{port}", options=options, secret_file=secret)
    return house_with(connection, devices, sensors)


def test_a_car_at_a_point_of_1_6_is_charged_as_told() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            assert "has connected yet" in (await heard.gone("car")).why
            assert "not connected" in await heard.told("car", "mode", 2)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Preparing")
                await heard.state("car", at_home=1)
                assert "its mode is not known" in await heard.told("car", "power_w", 3450)
                assert point.asked == []
                assert await heard.told("car", "mode", 2) == ""
                # A limit that an earlier connection may have left for the whole point is taken away.
                assert [kind for kind, _ in point.asked] == ["profile", "clear", "start"]
                await heard.state("car", mode=2, power_w=3450)
                await point.starts()
                assert await heard.told("car", "power_w", 2000) == ""
                profile = point.asked[-1][1]
                assert profile["charging_profile_purpose"] == "TxProfile"
                assert profile["transaction_id"] == point.transaction
                period = profile["charging_schedule"]["charging_schedule_period"][0]
                assert float(period["limit"]) == 8.6  # 2000 W at 230 V, rounded down to the standard's one decimal
                assert profile["charging_schedule"]["charging_rate_unit"] == "A"
                await point.meters(
                    {"value": "1.94", "measurand": "Power.Active.Import", "unit": "kW"},
                    {"value": "55", "measurand": "SoC", "unit": "Percent"},
                )
                state = await heard.state("car", mode=2, power_w=2000, charge=0.55)
                assert state.power_w == 1940
                assert await heard.told("car", "mode", 0) == ""
                assert [kind for kind, _ in point.asked[-2:]] == ["stop", "profile"]
                assert await heard.told("car", "mode", 1) == ""
                assert point.asked[-1][0] == "clear"
            assert "is gone" in (await heard.gone("car")).why

    run(live())


def test_a_point_of_2_0_1_that_says_so_takes_power_out_of_the_car() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage201, "ocpp2.0.1") as point:
            await point.event("Started", "Charging", {"value": 3.6, "measurand": "SoC"})
            await heard.state("car", at_home=1)
            await both_ways(heard)
            assert await heard.told("car", "mode", 2) == ""
            assert await heard.told("car", "power_w", -3000) == ""
            profile = point.asked[-1][1]
            assert profile["transaction_id"] == "t-1"
            schedule = profile["charging_schedule"][0]
            assert (schedule["charging_rate_unit"], schedule["charging_schedule_period"][0]["limit"]) == ("W", -3000)
            export = {"value": 2.9, "measurand": "Power.Active.Export", "unit_of_measure": {"unit": "kW"}}
            await point.event("Updated", "Charging", export)
            await heard.until(DeviceState, lambda state: state.power_w == -2900 and state.values["power_w"] == -3000)
            assert await heard.told("car", "mode", 0) == ""
            assert [kind for kind, _ in point.asked[-2:]] == ["stop", "profile"]

    run(live())


async def both_ways(heard: Heard) -> None:
    """Wait until the point has said what it can; each thing that it says is told."""
    while not any(one.settings["power_w"].low < 0 for one in await heard.link.scan()):
        await heard.until(DeviceState)


def test_power_out_of_a_car_is_refused_where_the_point_does_not_say_that_it_can() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Preparing")
            await heard.state("car", at_home=1)
            assert "out of a car" in await heard.told("car", "power_w", -1000)
            assert "no mode 5" in await heard.told("car", "mode", 5)
            assert "no number" in await heard.told("car", "power_w", float("nan"))
            point.accepts = "Rejected"
            assert "answers Rejected" in await heard.told("car", "mode", 2)
            assert not any(kind == "profile" and "-" in json.dumps(said) for kind, said in point.asked[:-1])
            found = (await heard.link.scan())[0]
            assert (found.address, found.maker, found.settings["power_w"].low) == ("garage", "Maker Wallbox 7", 0)

    run(live())


def test_phases_are_summed_and_the_meter_is_a_sensor() -> None:
    async def live() -> None:
        port = free_port()
        house = house_on(port, CAR, sensors=(sensor("wallbox", "meter", "garage"),))
        async with linked(house) as heard, garage(port, Garage16, "ocpp1.6") as point:
            phases = [
                {"value": "1000", "measurand": "Power.Active.Import", "phase": phase, "unit": "W"}
                for phase in ("L1", "L2", "L3")
            ]
            await point.meters(*phases, {"value": "12345"}, {"value": "nonsense", "measurand": "Voltage"})
            meter = await heard.until(MeterSample, lambda sample: sample.power_w is not None)
            assert (meter.power_w, meter.imported_kwh) == (3000, 12.345)

    run(live())


def test_a_point_of_2_0_1_that_counts_amperes_is_told_amperes() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Amperes201, "ocpp2.0.1") as point:
            await point.call(
                call201.StatusNotification(timestamp=NOW, connector_status="Occupied", evse_id=1, connector_id=1)
            )
            await heard.state("car", at_home=1)
            await point.call(
                call201.MeterValues(
                    evse_id=1,
                    meter_value=[
                        {"timestamp": NOW, "sampled_value": [{"value": 200.0, "measurand": "Voltage"}]},
                    ],
                )
            )
            assert await heard.told("car", "mode", 2) == ""
            assert await heard.told("car", "power_w", 2000) == ""
            schedule = point.asked[-1][1]["charging_schedule"][0]
            assert (schedule["charging_rate_unit"], schedule["charging_schedule_period"][0]["limit"]) == ("A", 10)
            assert "out of a car" in await heard.told("car", "power_w", -2000)
            await point.call(
                call201.StatusNotification(timestamp=NOW, connector_status="Available", evse_id=1, connector_id=1)
            )
            await heard.state("car", at_home=0)

    run(live())


def test_a_point_that_falls_silent_counts_as_gone() -> None:
    async def live() -> None:
        port = free_port()
        house = house_on(port, CAR)
        connection = house.connections[0]
        quick = structs.replace(connection, options={**connection.options, "keepalive_s": 0.1})
        async with linked(structs.replace(house, connections=(quick,))) as heard:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            # Shakes hands as a point does, and then answers no sign of life: its cable is out.
            writer.write(
                b"GET /garage HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
            )
            assert b"101" in await reader.readline()
            await heard.until(DeviceState, lambda state: state.why == "charge point garage is gone")
            writer.close()
            await writer.wait_closed()

    run(live())


@pytest.mark.parametrize(
    "junk",
    [
        "{}",
        "[]",
        "[2]",
        "not json",
        "[2, 5, {}, []]",
        '[2,"1","../../../../etc/passwd",{}]',
        '[2,"1","BootNotification",{"chargePointVendor":5}]',
        '[2,"1","MeterValues",{"connectorId":"x"}]',
        '[3,"77",{}]',
        '[3,"1",[]]',
        '[4,"1","InternalError"]',
        "[" * 5000,
        b"\xff\xfe\x00",
    ],
)
def test_junk_from_a_point_is_dropped_and_the_next_word_is_heard(junk: str | bytes) -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.socket.send(junk)
            await point.says("Preparing")
            await heard.state("car", at_home=1)

    run(live())


def test_an_oversized_message_ends_the_connection_and_the_point_may_come_back() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Preparing")
                await heard.state("car", at_home=1)
                await point.socket.send("[" + "1" * 100_000 + "]")
                await heard.gone("car")
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Available")
                await heard.state("car", at_home=0)

    run(live())


def test_a_point_without_the_password_is_not_let_in(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("right")
    secret.chmod(0o600)

    async def live() -> None:
        port = free_port()
        address = f"127.0.0.1:{port}/ocpp/garage"
        protocol = [Subprotocol("ocpp1.6")]
        async with linked(house_on(port, CAR, secret="password"), tmp_path) as heard:
            for credentials in ("", "garage:wrong@"):
                with pytest.raises(InvalidStatus):
                    await connect(f"ws://{credentials}{address}", subprotocols=protocol)
            async with connect(f"ws://garage:right@{address}", subprotocols=protocol) as socket:
                await socket.send(
                    '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Preparing"}]'
                )
                await heard.state("car", at_home=1)

    run(live())


def test_a_port_that_is_taken_and_a_device_that_is_no_charger_are_refused() -> None:
    async def taken() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)), linked(house_on(port, CAR)):
            raise AssertionError("it was opened")

    async def no_charger() -> None:
        async with linked(house_on(1, device("tv", "tv", "garage"))):
            raise AssertionError("it was taken")

    with pytest.raises(LinkError, match="cannot listen"):
        run(taken())
    with pytest.raises(UsageError, match="ev_charger, not a tv"):
        run(no_charger())


def test_a_faulted_point_says_so() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Faulted")
            state = await heard.until(DeviceState, lambda one: "Faulted" in one.why)
            assert state.available

    run(live())
