"""A whole house that runs: Home Assistant's button starts it again, in its own place and as who it was."""

import asyncio
import subprocess
import sys
from pathlib import Path

import aiomqtt
import psutil
import pytest
import pytest_socket

from tests.mqtt_helpers import Broker

pytestmark = pytest.mark.slow

WITHIN_S = 90.0
HOUSE = """\
version: 1
name: House of one room
demo: true
rooms: [{{ id: bedroom, floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]] }}]
radars:
  - {{ id: bed, room: bedroom, model: a121, position_m: [0.1, 1.5, 1.5], source: {{ type: demo }} }}
bridge: {{ broker: "127.0.0.1:{port}" }}
"""


async def said(client: aiomqtt.Client, ending: str, payload: bytes) -> str:
    """Wait until somebody says something, and return where."""
    async with asyncio.timeout(WITHIN_S):
        async for message in client.messages:
            if message.topic.value.endswith(ending) and message.payload == payload:
                return message.topic.value
    raise AssertionError("the broker went")


def test_the_button_starts_the_whole_house_again(tmp_path: Path) -> None:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    broker = Broker(tmp_path)
    (tmp_path / "house.yaml").write_text(HOUSE.format(port=broker.port), encoding="utf-8")
    command = [sys.executable, "-m", "sumika", "run", "--headless", "--house", str(tmp_path / "house.yaml")]

    async def live() -> None:
        await broker.start()
        async with broker.client("somebody") as client:
            await client.subscribe("sumika/+/status", qos=1)
            process = subprocess.Popen([*command, "--data", str(tmp_path / "data"), "--seconds", "150"])
            with process:
                try:
                    status = await said(client, "/status", b"online")
                    before = {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
                    await client.publish(status.replace("/status", "/ecu/restart/set"), b"PRESS", qos=1)
                    await said(client, status, b"offline")
                    assert await said(client, "/status", b"online") == status
                    assert process.poll() is None
                    after = {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
                    assert after
                    assert not after & before
                finally:
                    process.terminate()
                    assert process.wait(WITHIN_S) == 0

    try:
        asyncio.run(live())
    finally:
        broker.kill()
