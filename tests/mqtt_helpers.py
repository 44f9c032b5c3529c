"""A real mosquitto in a process of its own, and devices that are played on it as the real ones speak."""

import asyncio
import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest

from sumika.ending import end_tasks
from sumika.evaluate.free_port import free_port
from tests.link_helpers import DEADLINE_S

USER = "sumika"
Acts = Callable[[str, bytes], Awaitable[None]]


def mosquitto() -> str:
    """Return the broker's program.

    Without it a test is skipped on a user's machine. CI installs it, so there it fails.
    """
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found:
        return found
    problem = "no MQTT broker to test with; install one with: apt install mosquitto"
    if os.environ.get("CI") == "true":
        pytest.fail(problem, pytrace=False)
    pytest.skip(problem)


class Broker:
    """A mosquitto that can be killed and started again on the same port.

    Attributes:
        port: Where.
    """

    def __init__(self, folder: Path, *, password: str = "", more: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self._program = mosquitto()
        self._config = folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "persistence false",
            "set_tcp_nodelay true",
            "max_packet_size 16777216",
            f"allow_anonymous {'false' if password else 'true'}",
        ]
        if password:
            users = folder / "users"
            users.touch(mode=0o600)
            maker = shutil.which("mosquitto_passwd")
            assert maker is not None
            subprocess.run([maker, "-b", str(users), USER, password], check=True)
            # The broker gives up its rights and could not read a file of ours.
            lines += [f"password_file {users}", f"user {getpass.getuser()}"]
        lines += more
        self._password = password
        self._config.write_text("\n".join(lines), encoding="ascii")
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(DEADLINE_S):
            while True:
                try:
                    async with self.client("probe"):
                        return
                except aiomqtt.MqttError:
                    assert self._process.poll() is None, "mosquitto does not start"

    def kill(self) -> None:
        """Let it die without a word."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def client(self, name: str, **more: Any) -> aiomqtt.Client:
        """Return a client of somebody else in the house."""
        at_once = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        return aiomqtt.Client(
            "127.0.0.1",
            self.port,
            identifier=name,
            protocol=aiomqtt.ProtocolVersion.V5,
            username=USER if self._password else None,
            password=self._password or None,
            socket_options=at_once,
            **more,
        )


@asynccontextmanager
async def broker_in(folder: Path, password: str = "") -> AsyncIterator[Broker]:
    """Run a broker until the block ends.

    Args:
        folder: To work in.
        password: Of the only user that it knows; empty: it lets everybody in.
    """
    broker = Broker(folder, password=password)
    await broker.start()
    try:
        yield broker
    finally:
        broker.kill()


class Played:
    """A device, or a bridge of many, that is played on the broker.

    Attributes:
        asked: What it was asked, oldest first.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.asked: list[tuple[str, Any]] = []
        self._news = asyncio.Event()

    async def says(self, topic: str, document: Any, *, retain: bool = False) -> None:
        """Publish JSON, or text or bytes as they are."""
        payload = document if isinstance(document, str | bytes) else msgspec.json.encode(document)
        await self.client.publish(topic, payload, qos=1, retain=retain)

    async def follow(self, acts: Acts) -> None:
        """Do what it is asked."""
        async for message in self.client.messages:
            payload = message.payload
            assert isinstance(payload, bytes)
            self.asked.append((message.topic.value, payload.decode()))
            self._news.set()
            await acts(message.topic.value, payload)

    async def was_asked(self, topic: str, payload: str) -> None:
        """Wait until it was asked this."""
        async with asyncio.timeout(DEADLINE_S):
            while (topic, payload) not in self.asked:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def playing(
    broker: Broker, name: str, topics: tuple[str, ...], acts: Callable[["Played"], Acts], **more: Any
) -> AsyncIterator[Played]:
    """Play a device until the block ends.

    Args:
        broker: Where.
        name: Of its client.
        topics: What it listens to.
        acts: Makes what it does when it is asked.
        **more: For its client: a last will.
    """
    async with broker.client(name, **more) as client:
        played = Played(client)
        for topic in topics:
            await client.subscribe(topic, qos=1)
        task = asyncio.create_task(played.follow(acts(played)))
        try:
            yield played
        finally:
            await end_tasks((task,))


@asynccontextmanager
async def strict_broker(*allowed: bytes, took: set[bytes] | None = None) -> AsyncIterator[int]:
    """Run a broker of MQTT 5 that lets one listen to some topics, and yield its port.

    Args:
        allowed: Those topics.
        took: Where it puts the topics at which it took something; None: it takes nothing.
    """
    served: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served[asyncio.current_task()] = writer
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, body = await _packet(reader)
                if kind == 1:
                    writer.write(bytes((0x20, 3, 0, 0, 0)))
                elif kind == 8:
                    writer.write(bytes((0x90, 3 + len(asked := _subscribed(body)))) + body[:2] + b"\0")
                    writer.write(bytes(1 if topic in allowed else 0x87 for topic in asked))
                elif kind == 3:
                    end = 2 + int.from_bytes(body[:2], "big")
                    writer.write(bytes((0x40, 3)) + body[end : end + 2] + (b"\x87" if took is None else b"\0"))
                    if took is not None:
                        took.add(body[2:end])
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in served.values():
            writer.close()
        await asyncio.gather(*(task for task in served if task is not None))


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return which kind of packet came, and what is behind its length (MQTT 5, 2.1)."""
    kind, length, shift, more = (await reader.readexactly(1))[0] >> 4, 0, 0, True
    while more:
        digit = (await reader.readexactly(1))[0]
        length, shift, more = length | (digit & 0x7F) << shift, shift + 7, digit > 0x7F
    return kind, await reader.readexactly(length)


def _subscribed(body: bytes) -> list[bytes]:
    """Return which topics one wants to hear."""
    found, at = [], 3  # behind the number and no properties
    while at < len(body):
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        found.append(body[at + 2 : end])
        at = end + 1
    return found
