"""A broker that dies, devices that are gone, and messages that mean harm, over a real broker."""

import asyncio
from pathlib import Path

import pytest
import pytest_socket

from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError
from sumika.links.mqtt import BrokerSession, BrokerSettings
from sumika.schema import AirSample, DeviceState, Event
from sumika.schema.house import Connection
from tests.link_helpers import FakePause, house_with, listening
from tests.mqtt_helpers import Acts, Played, broker_in, playing, strict_broker
from tests.mqtt_players import DEVICES, available, device, house_of, link_of, sensor, tasmota, zigbee2mqtt

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


def test_availability_is_believed(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker:
            plug = device("plug", "appliance", "zigbee2mqtt/plug")
            gone = device("gone", "appliance", "zigbee2mqtt/nobody")
            locked = device("door", "lock", "zigbee2mqtt/door")
            async with listening(link_of(house_of(broker, (plug, gone, locked)), tmp_path)) as house:
                await house.device("plug", lambda said: not said.available and "not said anything" in said.why)
                async with zigbee2mqtt(broker) as bridge:
                    await available(house, "plug")
                    await bridge.says("zigbee2mqtt/bridge/devices", DEVICES[:-1], retain=True)
                    await house.device(
                        "gone", lambda said: not said.available and "no device called nobody" in said.why
                    )
                    assert "no device called nobody; a group is none" in await house.set("gone", "on", 1)
                    assert "no state that can be set" in await house.set("door", "state", 0)
                    await bridge.says("zigbee2mqtt/plug/availability", "offline", retain=True)
                    await house.device("plug", lambda said: "offline" in said.why)
                    assert "offline" in await house.set("plug", "on", 1)
                    await bridge.says("zigbee2mqtt/plug/availability", {"state": "online"}, retain=True)
                    after = len(house.told)
                    await house.device("plug", lambda said: said.available, after=after - 1)
                    after = len(house.told)
                    await bridge.says("zigbee2mqtt/bridge/state", {"state": "offline"}, retain=True)
                    await house.device("plug", lambda said: not said.available, after=after)

    asyncio.run(live())


def test_a_broker_that_dies_for_a_minute(tmp_path: Path) -> None:
    async def live() -> None:
        pause = FakePause()
        async with broker_in(tmp_path) as broker:
            plug, air = device("plug", "appliance", "zigbee2mqtt/plug"), sensor("air", "air", "zigbee2mqtt/air")
            async with listening(link_of(house_of(broker, (plug,), (air,)), tmp_path, pause)) as house:
                async with zigbee2mqtt(broker) as bridge:
                    await available(house, "plug")
                    await bridge.says("zigbee2mqtt/air", {"co2": 600})
                    await house.until(AirSample, lambda said: said.co2_ppm == 600.0)
                    broker.kill()
                    await house.device("plug", lambda said: not said.available and "MQTT broker" in said.why)
                    await house.until(AirSample, lambda said: said.co2_ppm is None)
                    assert "not connected" in await house.set("plug", "on", 1)
                    for count in range(1, 7):
                        await pause.asked(count)
                        pause.go.release()
                    await pause.asked(7)
                    assert sum(pause.seconds[:6]) >= 60.0
                await broker.start()
                after = len(house.told)
                async with zigbee2mqtt(broker):
                    pause.go.release()
                    await house.device("plug", lambda said: said.available and bool(said.values), after=after)
                    await house.sets("plug", "on", 1)

    asyncio.run(live())


HOSTILE: tuple[bytes, ...] = (
    b"",
    b"\xff\xfe\x00",
    b"NaN",
    b'{"state": NaN, "power": Infinity}',
    b'{"power": 1e999}',
    b'{"state": {"state": "ON"}, "power": [1, 2]}',
    b'"state"',
    b"[" * 50_000,
    b'{"power":' + b'{"power":' * 5_000 + b"1" + b"}" * 5_001,
    b'{"state": "ON", "filler": "' + b"x" * 70_000 + b'"}',
    b'{"power": "\\u0000\\u001b[2J"}',
)


def test_hostile_messages_change_nothing(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker) as bridge:
            plug, air = device("plug", "appliance", "zigbee2mqtt/plug"), sensor("air", "air", "zigbee2mqtt/air")
            async with listening(link_of(house_of(broker, (plug,), (air,)), tmp_path)) as house:
                await available(house, "plug")
                for payload in HOSTILE:
                    await bridge.says("zigbee2mqtt/plug", payload)
                    await bridge.says("zigbee2mqtt/air", payload)
                    await bridge.says("zigbee2mqtt/bridge/state", payload)
                    await bridge.says("zigbee2mqtt/plug/availability", payload)
                for payload in (b"[1, {}, null]", b'[{"friendly_name": 5}]'):
                    await bridge.says("zigbee2mqtt/bridge/devices", payload)
                await bridge.says("zigbee2mqtt/bridge/devices", DEVICES)
                await bridge.says("zigbee2mqtt/plug", {"state": "ON", "power": 12})
                said = await house.device("plug", lambda said: said.power_w == 12.0)
                assert said.values["on"] == 1.0
                before = house.told[: house.told.index(said)]
                states = [one for one in before if isinstance(one, DeviceState)]
                assert {one.values.get("on", 0.0) for one in states} == {0.0}
                assert {one.power_w for one in states} <= {None, 0.5}
                assert not [one for one in house.told if isinstance(one, AirSample) and one.co2_ppm is not None]
                # Longer than anything may be: the broker does not even send it.
                await bridge.says("zigbee2mqtt/plug", b'{"state": "' + b"x" * 5_000_000 + b'"}')
                await house.sets("plug", "on", 0)

    asyncio.run(live())


def test_others_hear_whether_we_run(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker:

            def acts(played: Played) -> Acts:
                async def act(topic: str, payload: bytes) -> None:
                    return None

                return act

            plug = house_of(broker, (device("plug", "appliance", "tasmota/plug1"),))
            async with playing(broker, "other", ("sumika/broker/status",), acts) as other:
                async with listening(link_of(plug, tmp_path)):
                    await other.was_asked("sumika/broker/status", "online")
                    # Another that tries a device by hand, and leaves: we are still there, and say so.
                    async with listening(link_of(plug, tmp_path)):
                        pass
                    other.asked.clear()
                    await other.says("sumika/broker/status", "offline", retain=True)
                    await other.was_asked("sumika/broker/status", "online")
                    await link_of(house_of(broker), tmp_path).scan()
                    other.asked.clear()
                await other.was_asked("sumika/broker/status", "offline")
                assert [payload for _, payload in other.asked] == ["offline"]

    asyncio.run(live())


def test_a_broker_that_is_absent_or_refuses_is_named(tmp_path: Path) -> None:
    async def live() -> None:
        nobody = Connection(id="broker", type="mqtt", address=f"127.0.0.1:{free_port()}")
        link = link_of(house_with(nobody), tmp_path)
        with pytest.raises(LinkError, match="cannot be used"):
            await link.open()
        with pytest.raises(LinkError, match="cannot be used"):
            await link.scan()

    asyncio.run(live())


@pytest.mark.parametrize("version", [5, 3])
def test_a_password_opens_a_broker_and_a_wrong_one_is_named(tmp_path: Path, version: int) -> None:
    async def live() -> None:
        async with broker_in(tmp_path, "open sesame") as broker:
            secret = tmp_path / "secret"
            connection = Connection(
                id="broker",
                type="mqtt",
                address=f"127.0.0.1:{broker.port}",
                user="sumika",
                secret_file="secret",
                options={"version": float(version)},
            )
            for word in ("open barley", "open sesame"):
                secret.write_text(word, encoding="ascii")
                secret.chmod(0o600)
                link = link_of(house_with(connection, (device("plug", "appliance", "tasmota/plug1"),)), tmp_path)
                if word == "open barley":
                    with pytest.raises(LinkError, match="cannot be used"):
                        await link.open()
                    continue
                async with tasmota(broker), listening(link) as house:
                    await house.sets("plug", "on", 1)

    asyncio.run(live())


def test_what_a_broker_refuses_is_told_and_never_taken_for_done(tmp_path: Path) -> None:
    async def live() -> None:
        async with strict_broker(b"a", b"b") as port:
            session = BrokerSession(BrokerSettings(name="broker", host="127.0.0.1", port=port))
            await session.open(("a", "b"))  # that it may neither say nor hear its own status is no reason to go
            assert session.refused == ()
            first, second = await asyncio.gather(session.publish("x", "1"), session.publish("y", "2"))
            assert "Not authorized" in first
            assert "Not authorized" in second
            await session.close()
            session = BrokerSession(BrokerSettings(name="broker", host="127.0.0.1", port=port))
            await session.open(("a", "c"), as_published=("d",))
            assert session.refusal == "the MQTT broker does not let us hear c, d"
            await session.close()
            session = BrokerSession(BrokerSettings(name="broker", host="127.0.0.1", port=port))
            with pytest.raises(LinkError, match="does not let us hear c, d"):
                await session.open(("c",), as_published=("d",))
        async with strict_broker(b"zigbee2mqtt/air") as port:
            broker = Connection(id="broker", type="mqtt", address=f"127.0.0.1:{port}")
            house = house_with(broker, sensors=(sensor("air", "air", "zigbee2mqtt/air"),))
            async with listening(link_of(house, tmp_path)) as listener:
                told = await listener.until(Event, lambda said: said.code == "topics_refused")
                assert told.detail == "zigbee2mqtt/bridge/state, zigbee2mqtt/air/availability"
        async with strict_broker() as port:
            broker = Connection(id="broker", type="mqtt", address=f"127.0.0.1:{port}")
            link = link_of(house_with(broker, sensors=(sensor("air", "air", "zigbee2mqtt/air"),)), tmp_path)
            with pytest.raises(LinkError, match="does not let us hear zigbee2mqtt/bridge/state, "):
                await link.open()
            with pytest.raises(LinkError, match="does not let us hear"):
                await link.scan()

    asyncio.run(live())
