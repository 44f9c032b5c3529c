"""The bridge's own process at a real broker that is absent, refuses, dies, or brings what means harm."""

import asyncio
import getpass
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
import pytest_socket

from sumika.evaluate.free_port import free_port
from sumika.schema import FallStage, SetModeRequest, WishDeviceRequest
from tests.bridge_helpers import played_house
from tests.bridge_process import RunningBridge, awaited, running_bridge
from tests.certificate_helpers import certificate_for
from tests.gate_helpers import until
from tests.mqtt_helpers import USER, Broker, strict_broker

pytestmark = pytest.mark.slow
DEADLINE_S = 30.0


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


class Somebody:
    """Somebody else at the broker, who sees everything.

    Attributes:
        seen: Topic, payload and whether it was retained, oldest first.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.seen: list[tuple[str, bytes, bool]] = []

    async def until(self, wanted: Callable[[str, bytes], bool], *, after: int = 0) -> tuple[str, bytes, bool]:
        """Return the first message that is wanted."""
        for message in self.seen[after:]:
            if wanted(message[0], message[1]):
                return message
        async with asyncio.timeout(DEADLINE_S):
            async for found in self.client.messages:
                assert isinstance(found.payload, bytes)
                self.seen.append((found.topic.value, found.payload, bool(found.retain)))
                if len(self.seen) > after and wanted(found.topic.value, found.payload):
                    return self.seen[-1]
        raise AssertionError("the broker went")

    async def ends(self, ending: str, *, after: int = 0) -> tuple[str, bytes, bool]:
        """Return the first message of a topic that ends so."""
        return await self.until(lambda topic, payload: topic.endswith(ending), after=after)

    async def listen(self, seconds: float) -> None:
        """Listen for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self.until(lambda topic, payload: False, after=len(self.seen))
        except TimeoutError:
            pass

    async def state(self, subject: str, wanted: Callable[[dict[str, Any]], bool], *, after: int = 0) -> None:
        """Wait until a subject says something."""
        await self.until(
            lambda topic, payload: topic.endswith(f"{subject}/state") and wanted(json.loads(payload)), after=after
        )


def seen_by(broker: Broker, act: Callable[[Somebody], Any]) -> None:
    """Let somebody act at the broker."""

    async def live() -> None:
        async with broker.client("somebody") as client:
            await client.subscribe("#", qos=1)
            await act(Somebody(client))

    asyncio.run(live())


@contextmanager
def at_broker(
    folder: Path, *, password: str = "", more: tuple[str, ...] = (), **bridge: Any
) -> Iterator[tuple[Broker, RunningBridge]]:
    """Run a broker and the bridge beside a house that is played."""
    broker = Broker(folder, password=password, more=more)
    asyncio.run(broker.start())
    try:
        with running_bridge(folder / "data", played_house(**{"port": broker.port, **bridge})) as running:
            yield broker, running
    finally:
        broker.kill()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_last_will_and_farewell(tmp_path: Path, protocol: str) -> None:
    with at_broker(tmp_path, protocol=protocol) as (broker, running):

        async def act(somebody: Somebody) -> None:
            await somebody.ends("/status")
            assert somebody.seen[-1][1] == b"online"
            await somebody.state("room_living", lambda state: state["occupancy"] == "ON")
            await asyncio.to_thread(running.kill)
            await somebody.until(lambda topic, payload: topic.endswith("/status") and payload == b"offline")
            kept = somebody.seen[-1][0].replace("/status", "/ecu/mode/set")
            await somebody.client.publish(kept, b"drive", qos=1, retain=True)
            after = len(somebody.seen)
            await asyncio.to_thread(running.start)
            await somebody.until(lambda topic, payload: topic.endswith("/status") and payload == b"online", after=after)
            await somebody.ends("room_living/state", after=after)
            # Nobody meant now what lay there, and it is not to come again at the next start.
            await somebody.until(lambda topic, payload: topic == kept and not payload, after=after)
            assert running.played.asked == []
            after = len(somebody.seen)
            await asyncio.to_thread(running.stop)
            await somebody.until(
                lambda topic, payload: topic.endswith("/status") and payload == b"offline", after=after
            )

        seen_by(broker, act)


def test_a_broker_that_comes_late_misses_nothing(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    with running_bridge(tmp_path / "data", played_house(broker.port)) as running:
        told = awaited(running.ear, lambda event: event.code == "broker_unreachable")
        assert str(broker.port) in told.detail
        assert not told.recovered
        running.played.falls(FallStage.SUSPECTED)
        asyncio.run(broker.start())
        try:

            async def act(somebody: Somebody) -> None:
                _, payload, _ = await somebody.ends("room_living/fall/event")
                assert json.loads(payload)["event_type"] == "suspected"
                assert any(topic.startswith("homeassistant/device/") for topic, _, _ in somebody.seen)

            seen_by(broker, act)
            assert awaited(running.ear, lambda event: event.code == "broker_unreachable" and event.recovered).recovered
        finally:
            broker.kill()


def test_a_broker_that_dies_is_found_again_and_told_everything(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, running):

        async def first(somebody: Somebody) -> None:
            await somebody.ends("radar_bed/state")

        seen_by(broker, first)
        broker.kill()
        assert "broke" in awaited(running.ear, lambda event: event.code == "broker_unreachable").detail
        asyncio.run(broker.start())

        async def then(somebody: Somebody) -> None:
            await somebody.state("room_living", lambda state: state["occupancy"] == "ON")
            await somebody.ends("radar_bed/state")
            configs = [topic for topic, payload, _ in somebody.seen if topic.endswith("/config") and payload]
            assert len(set(configs)) == 6

        seen_by(broker, then)
        assert awaited(running.ear, lambda event: event.recovered).recovered


def test_a_wrong_password_is_told_of_and_lets_nobody_in(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    secret = data / "secret"
    secret.touch(mode=0o600)
    secret.write_text("wrong")
    with (
        at_broker(tmp_path, password="right", user=USER, secret_file="secret") as (broker, running),
    ):
        told = awaited(running.ear, lambda event: event.code == "broker_unreachable")
        assert "password" in told.detail
        secret.write_text("right")  # somebody mends it, and nothing has to be started again
        assert awaited(running.ear, lambda event: event.recovered).recovered

        async def act(somebody: Somebody) -> None:
            await somebody.state("room_living", lambda state: state["occupancy"] == "ON")

        seen_by(broker, act)


def encrypting(folder: Path, address: str) -> tuple[str, ...]:
    """Make a certificate for a host, and return the lines with which mosquitto shows it."""
    made = certificate_for(folder, address)
    return (
        f"listener {free_port()} 127.0.0.1",
        f"certfile {made.certificate}",
        f"keyfile {made.private_key}",
        f"user {getpass.getuser()}",
    )


@pytest.mark.parametrize(("address", "problem"), [("127.0.0.1", ""), ("10.1.2.3", "certificate verify failed")])
def test_only_the_brokers_own_certificate_will_do(tmp_path: Path, address: str, problem: str) -> None:
    lines = encrypting(tmp_path, address)
    where = f"mqtts://127.0.0.1:{lines[0].split()[1]}"
    with at_broker(tmp_path, more=lines, ca_file=str(tmp_path / "ca.pem")) as (broker, running):
        running.kill()
        assert running.house.bridge is not None
        running.encrypt(where)
        running.start()
        if problem:
            assert problem in awaited(running.ear, lambda event: event.code == "broker_unreachable").detail
            return

        async def act(somebody: Somebody) -> None:
            await somebody.state("room_living", lambda state: state["occupancy"] == "ON")

        seen_by(broker, act)


def test_who_means_harm_is_not_obeyed_and_told_of_once(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, running):

        async def act(somebody: Somebody) -> None:
            topic, _, _ = await somebody.ends("room_living/state")
            root = topic.removesuffix("/room_living/state")
            deep = b'{"state":' * 20_000 + b"1" + b"}" * 20_000
            old = json.dumps({"value": "drive", "sent_unix_s": time.time() - 3600.0}).encode()
            harm = [
                ("ecu/mode/set", b"x" * 200_000, False),
                ("device_living_light/light/set", deep, False),
                ("device_living_light/light/set", b'{"state":["ON"],"brightness":{}}', False),
                ("device_aircon/temperature/set", b"1e999", False),
                ("device_aircon/mode/set", b"\xff\x00\xfe", False),
                ("device_front_door/lock/set", b"OPEN", False),
                ("ecu/mode/set", old, False),
                ("ecu/mode/set", b"drive", True),
                ("ecu/restart/set", b"PRESS", True),
            ]
            for subject, payload, retain in harm:
                await somebody.client.publish(f"{root}/{subject}", payload, qos=1, retain=retain)
            told = await asyncio.to_thread(awaited, running.ear, lambda event: event.code == "broker_refused")
            assert not told.recovered
            # What the broker was to keep does not stay there either.
            await somebody.until(lambda topic, payload: topic.endswith("ecu/restart/set") and not payload)
            await somebody.until(lambda topic, payload: topic.endswith("ecu/mode/set") and not payload)
            after = len(somebody.seen)
            await somebody.client.publish(f"{root}/device_aircon/mode/set", b"cool", qos=1)
            await somebody.state("device_aircon", lambda state: state["mode"] == "cool", after=after)
            assert [type(one) for one in running.played.asked] == [WishDeviceRequest]

        seen_by(broker, act)


def test_one_topic_that_the_broker_forbids_is_told_and_all_else_goes_on(tmp_path: Path) -> None:
    lists = tmp_path / "access"
    lists.write_text("topic readwrite #\ntopic deny +/+/room_living/state\n", encoding="ascii")
    lists.chmod(0o600)
    broker = Broker(tmp_path, more=(f"acl_file {lists}", f"user {getpass.getuser()}"))
    asyncio.run(broker.start())
    try:
        with running_bridge(tmp_path / "data", played_house(broker.port)) as running:

            async def act(somebody: Somebody) -> None:
                await somebody.ends("radar_bed/state")
                await somebody.ends("room_bedroom/state")

            seen_by(broker, act)
            told = awaited(running.ear, lambda event: event.code == "broker_refused")
            assert "room_living/state: the MQTT broker did not take it" in told.detail
    finally:
        broker.kill()


def test_where_it_may_only_speak_it_shows_the_house_and_says_that_it_hears_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        took: set[bytes] = set()
        async with strict_broker(took=took) as port:
            with running_bridge(tmp_path / "data", played_house(port)) as running:
                told = await asyncio.to_thread(awaited, running.ear, lambda event: event.code == "topics_refused")
                assert "homeassistant/status, sumika/" in told.detail
                assert await asyncio.to_thread(
                    until, lambda: any(topic.endswith(b"room_living/state") for topic in took), DEADLINE_S
                )

    asyncio.run(story())


def test_what_home_assistant_is_told_again_when_it_begins(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, _):

        async def act(somebody: Somebody) -> None:
            await somebody.ends("room_living/state")
            await somebody.until(lambda topic, payload: topic.endswith("room_living/config") and b"co2" in payload)
            after = len(somebody.seen)
            await somebody.client.publish("homeassistant/status", b"online", qos=1)
            await somebody.ends("radar_bed/config", after=after)
            configs = {topic for topic, _, _ in somebody.seen[after:] if topic.endswith("/config")}
            assert len(configs) == 6
            await somebody.ends("radar_bed/state", after=len(somebody.seen))
            after = len(somebody.seen)
            await somebody.client.publish("homeassistant/status", b"offline", qos=1)
            await somebody.client.publish("homeassistant/status", b"online", qos=1, retain=True)
            await somebody.ends("radar_bed/config", after=after)

        seen_by(broker, act)


def test_an_answer_that_is_a_no_is_told_of(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, running):
        running.played.vetoes = True

        async def act(somebody: Somebody) -> None:
            topic, _, _ = await somebody.ends("device_aircon/state")
            await somebody.state("device_aircon", lambda state: state["mode"] == "heat")
            after = len(somebody.seen)
            await somebody.client.publish(topic.replace("/state", "/mode/set"), b"cool", qos=1)
            await somebody.state("device_aircon", lambda state: state["mode"] == "heat", after=after)
            await somebody.client.publish(topic.replace("device_aircon/state", "ecu/mode/set"), b"drive", qos=1)
            await somebody.state("ecu", lambda state: state["mode"] == "drive", after=after)

        seen_by(broker, act)
        assert [type(one) for one in running.played.asked] == [WishDeviceRequest, SetModeRequest]


def test_what_the_house_lost_while_it_was_off_is_taken_back(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, running):

        async def act(somebody: Somebody) -> None:
            await somebody.ends("radar_bed/state")
            await somebody.until(lambda topic, payload: topic.endswith("room_living/config") and b"co2" in payload)
            await asyncio.to_thread(running.stop)
            running.without_room("bedroom")
            after = len(somebody.seen)
            await asyncio.to_thread(running.start)
            await somebody.until(
                lambda topic, payload: topic.endswith("room_bedroom/config") and not payload, after=after
            )
            await somebody.until(lambda topic, payload: topic.endswith("radar_bed/state") and not payload, after=after)

        seen_by(broker, act)

        async def later(somebody: Somebody) -> None:
            await somebody.state("room_living", lambda state: state["occupancy"] == "ON")
            assert not any("bed" in topic for topic, _, _ in somebody.seen)
            assert all(retained for topic, _, retained in somebody.seen if topic.endswith("/config"))

        seen_by(broker, later)


def test_a_steady_house_does_not_chatter(tmp_path: Path) -> None:
    with at_broker(tmp_path) as (broker, _):

        async def act(somebody: Somebody) -> None:
            await somebody.until(lambda topic, payload: topic.endswith("room_living/config") and b"co2" in payload)
            await somebody.ends("room_living/state", after=len(somebody.seen))
            after = len(somebody.seen)
            await somebody.listen(5.0)
            assert len(somebody.seen) - after <= 2 * 3 * 5

        seen_by(broker, act)
