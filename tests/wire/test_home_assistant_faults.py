"""A Home Assistant that is absent, restarts, refuses or talks nonsense: played by a server of our own."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_socket
from websockets.asyncio.server import ServerConnection, serve

from sumika.actuate.home_assistant import driver
from sumika.actuate.home_assistant.driver import HomeAssistantLink
from sumika.clock import Clock, SimulatedClock, WallClock
from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError, NoSensors
from sumika.links.home_assistant import Session, web_address
from sumika.links.home_assistant import session as session_module
from sumika.schema import AirSample, DeviceState, UsageError
from sumika.schema.house import Connection, Device, Sensor
from sumika.sensors.air import open_sensors
from tests.link_helpers import FakePause, house_with, listening

LAMP: dict[str, Any] = {
    "entity_id": "light.a",
    "state": "on",
    "attributes": {"supported_color_modes": ["brightness"], "brightness": 255},
}
Says = Callable[[ServerConnection, dict[str, Any]], Awaitable[bool]]


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


async def _nothing_special(_socket: ServerConnection, _asked: dict[str, Any]) -> bool:
    return False


@asynccontextmanager
async def home(
    port: int, says: Says = _nothing_special, states: list[dict[str, Any]] | None = None
) -> AsyncIterator[None]:
    """Play a Home Assistant.

    Args:
        port: Where.
        says: Is given each question first; true where it has dealt with it.
        states: Of its entities.
    """
    answers: dict[str, Any] = {
        "get_config": {"unit_system": {"temperature": "°C"}},
        "get_states": [LAMP] if states is None else states,
    }

    async def speak(socket: ServerConnection) -> None:
        await socket.send('{"type": "auth_required", "ha_version": "2024.3.3"}')
        assert msgspec.json.decode(await socket.recv())["access_token"] == "secret"
        await socket.send('{"type": "auth_ok"}')
        async for text in socket:
            asked = msgspec.json.decode(text)
            if not await says(socket, asked):
                await answer(socket, asked["id"], answers.get(asked["type"]))

    async with serve(speak, "127.0.0.1", port):
        yield


async def answer(socket: ServerConnection, number: int, result: Any) -> None:
    await tell(socket, {"id": number, "type": "result", "success": True, "result": result})


async def tell(socket: ServerConnection, message: dict[str, Any]) -> None:
    await socket.send(msgspec.json.encode(message).decode())


def changed(entity_id: str, state: dict[str, Any] | None) -> dict[str, Any]:
    data = {"entity_id": entity_id, "new_state": state}
    return {"id": 1, "type": "event", "event": {"event_type": "state_changed", "data": data}}


def lamp_link(
    port: int,
    folder: Path,
    pause: Any = asyncio.sleep,
    sensors: tuple[Sensor, ...] = (),
    clock: Clock | None = None,
) -> HomeAssistantLink:
    secret = folder / "token"
    secret.write_text("secret\n", encoding="ascii")
    secret.chmod(0o600)
    connection = Connection(id="home", type="home_assistant", address=f"127.0.0.1:{port}", secret_file="token")
    lamp = Device(id="lamp", room="living", kind="light", connection="home", address="light.a")
    house = house_with(connection, (lamp,), sensors)
    reader = open_sensors(connection, house) if sensors else NoSensors()
    return HomeAssistantLink(connection, house, clock or WallClock(), folder, reader, pause)


def test_it_comes_back_after_a_restart_with_growing_pauses(tmp_path: Path) -> None:
    async def live() -> None:
        port, pause = free_port(), FakePause()
        air = Sensor(id="air", room="living", kind="air", connection="home", address="sensor.t")
        warm = {"entity_id": "sensor.t", "state": "20", "attributes": {"device_class": "temperature"}}
        link = lamp_link(port, tmp_path, pause, (air,))
        async with AsyncExitStack() as stack:
            async with home(port, states=[LAMP, warm]):
                listener = await stack.enter_async_context(listening(link))
                await listener.device("lamp", lambda said: said.available)
                await listener.until(AirSample, lambda said: said.temperature_c == 20.0)
            await listener.device("lamp", lambda said: not said.available and "not connected" in said.why)
            await listener.until(AirSample, lambda said: said.temperature_c is None)
            assert await listener.set("lamp", "level", 1) == "Home Assistant is not connected"
            for count in range(1, 9):
                await pause.asked(count)
                pause.go.release()
            await pause.asked(9)
            assert pause.seconds == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
            after = len(listener.told)
            async with home(port, states=[LAMP, warm]):
                pause.go.release()
                await listener.device("lamp", lambda said: said.available, after=after)
                await listener.until(AirSample, lambda said: said.temperature_c == 20.0, after=after)

    asyncio.run(live())


def test_an_entity_that_vanishes_while_it_is_told_is_no_success(tmp_path: Path) -> None:
    async def vanish(socket: ServerConnection, asked: dict[str, Any]) -> bool:
        if asked["type"] == "call_service":
            await tell(socket, changed("light.a", None))
        return False

    async def live() -> None:
        port = free_port()
        async with home(port, vanish), listening(lamp_link(port, tmp_path)) as listener:
            assert "has no light.a any more" in await listener.set("lamp", "level", 0.5)
            await listener.device("lamp", lambda said: not said.available)

    asyncio.run(live())


def test_a_refusal_is_told_in_its_own_words(tmp_path: Path) -> None:
    async def refuse(socket: ServerConnection, asked: dict[str, Any]) -> bool:
        if asked["type"] != "call_service":
            return False
        error = {"code": "home_assistant_error", "message": "the bridge does not answer"}
        await tell(socket, {"id": asked["id"], "type": "result", "success": False, "error": error})
        return True

    async def live() -> None:
        port = free_port()
        async with home(port, refuse), listening(lamp_link(port, tmp_path)) as listener:
            assert "the bridge does not answer" in await listener.set("lamp", "level", 0.5)

    asyncio.run(live())


def test_a_connection_that_breaks_mid_command_is_no_success(tmp_path: Path) -> None:
    async def hang_up(socket: ServerConnection, asked: dict[str, Any]) -> bool:
        if asked["type"] != "call_service":
            return False
        await socket.close()
        return True

    async def live() -> None:
        port = free_port()
        async with home(port, hang_up), listening(lamp_link(port, tmp_path, FakePause())) as listener:
            assert "broke" in await listener.set("lamp", "level", 0.5)

    asyncio.run(live())


def test_a_home_that_says_nothing_for_long_is_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_REFRESH_S", 0.02)
    states = [dict(LAMP)]

    async def live() -> None:
        port = free_port()
        async with home(port, states=states), listening(lamp_link(port, tmp_path)) as listener:
            await listener.device("lamp", lambda said: said.values.get("level") == 1.0)
            # It changes, and its event is lost.
            states[0] = {**LAMP, "attributes": {**LAMP["attributes"], "brightness": 51}}
            await listener.device("lamp", lambda said: said.values.get("level") == 0.2)

    asyncio.run(live())


def test_a_busy_home_is_asked_anew_as_often_as_a_quiet_one(tmp_path: Path) -> None:
    asked: list[str] = []
    clock = SimulatedClock()

    async def live() -> None:
        port = free_port()
        sockets: list[ServerConnection] = []

        async def note(socket: ServerConnection, question: dict[str, Any]) -> bool:
            asked.append(question["type"])
            sockets[:] = [socket]
            return False

        async with home(port, note), listening(lamp_link(port, tmp_path, clock=clock)) as listener:
            await listener.device("lamp", lambda said: said.available)
            for second in range(0, 11 * 60, 10):  # somebody else's power sensor, every ten seconds for eleven minutes
                clock.move_to(clock.now().later(10 * 10**9))
                before = len(listener.told)
                await tell(sockets[0], changed("sensor.other", {"entity_id": "sensor.other", "state": str(second)}))
                if second % 60 == 50:
                    await listener.device("lamp", lambda said: said.available, after=before)
        told = [one.stamp.monotonic_ns for one in listener.told if isinstance(one, DeviceState)]
        assert max(later - earlier for earlier, later in itertools.pairwise(told)) <= 60 * 10**9

    asyncio.run(live())
    assert asked.count("get_states") == 1 + 11


def test_a_home_that_does_not_answer_tells_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_REFRESH_S", 0.02)
    monkeypatch.setattr(session_module, "_ANSWER_S", 0.05)
    asked: list[str] = []

    async def live() -> None:
        port, mute = free_port(), asyncio.Event()

        async def ever_slower(_socket: ServerConnection, question: dict[str, Any]) -> bool:
            asked.append(question["type"])
            if asked.count("get_config") > 3:
                mute.set()
            return mute.is_set()

        async with home(port, ever_slower), listening(lamp_link(port, tmp_path)) as listener:
            await mute.wait()
            told = len(listener.told)
            while asked.count("get_config") < 7:
                await asyncio.to_thread(lambda: None)
            assert len(listener.told) == told

    asyncio.run(live())


def test_a_home_that_does_not_answer_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "_ANSWER_S", 0.05)

    async def silent(socket: ServerConnection, asked: dict[str, Any]) -> bool:
        return bool(asked["type"] == "call_service")

    async def live() -> None:
        port = free_port()
        async with home(port, silent), listening(lamp_link(port, tmp_path)) as listener:
            assert "did not answer call_service" in await listener.set("lamp", "level", 0.5)

    asyncio.run(live())


def test_nonsense_is_passed_over_and_counted(tmp_path: Path) -> None:
    rubbish: list[Any] = [
        {"id": 1, "type": "event", "event": {"event_type": "state_changed", "data": {"entity_id": 7}}},
        {"id": 1, "type": "event", "event": [1, 2]},
        {"id": 999, "type": "result", "success": True, "result": None},
        {"type": "something_new", "id": 5},
        changed("light.a", {**LAMP, "attributes": {"supported_color_modes": 5, "brightness": "bright"}}),
        changed("light.a", {**LAMP, "attributes": {"brightness": [255], "supported_features": "many"}}),
    ]

    async def talk(socket: ServerConnection, asked: dict[str, Any]) -> bool:
        if asked["type"] == "call_service":
            for one in rubbish:
                await tell(socket, one)
        return False

    async def live() -> None:
        port = free_port()
        async with home(port, talk):
            session = await Session.open(web_address(f"127.0.0.1:{port}"), "secret")
            assert await session.call_service("light.turn_on", "light.a", {}) == ""
            assert session.damaged == 2
            assert not session.ended
            assert session.states["light.a"].number("brightness") is None
            await session.close()
            with pytest.raises(LinkError, match="gone"):
                await session.ask("get_states")

    asyncio.run(live())


@pytest.mark.parametrize("said", ["no json", '{"type": "welcome"}', '{"type": "auth_invalid", "message": "no"}', "[]"])
def test_what_is_no_home_assistant_is_named(said: str) -> None:
    async def speak(socket: ServerConnection) -> None:
        await socket.send(said)

    async def live() -> None:
        port = free_port()
        async with serve(speak, "127.0.0.1", port):
            with pytest.raises(LinkError):
                await Session.open(web_address(f"127.0.0.1:{port}"), "secret")
        with pytest.raises(LinkError, match="cannot be reached"):
            await Session.open(web_address(f"127.0.0.1:{port}"), "secret")

    asyncio.run(live())


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    lamp_link(1, tmp_path)
    (tmp_path / "token").chmod(0o644)
    connection = Connection(id="home", type="home_assistant", address="ws://h", secret_file="token")
    with pytest.raises(UsageError, match="0644"):
        HomeAssistantLink(connection, house_with(connection), SimulatedClock(), tmp_path, NoSensors())
    without = Connection(id="home", type="home_assistant", address="ws://h")
    with pytest.raises(UsageError, match="no token"):
        HomeAssistantLink(without, house_with(without), SimulatedClock(), tmp_path, NoSensors())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("home.local", "ws://home.local:8123/api/websocket"),
        ("http://home.local:80", "ws://home.local:80/api/websocket"),
        ("https://home.example", "wss://home.example:443/api/websocket"),
        ("ws://[fe80::1]:8123/api/websocket", "ws://[fe80::1]:8123/api/websocket"),
        ("ftp://home", ""),
        ("home:99999999", ""),
        ("", ""),
    ],
)
def test_addresses_as_people_write_them(written: str, meant: str) -> None:
    if meant:
        assert web_address(written) == meant
    else:
        with pytest.raises(UsageError, match="no address"):
            web_address(written)
