"""A real Home Assistant at a real broker, whose entities and log are looked at as its owner would."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sumika.links.home_assistant import Session, web_address
from tests.home_assistant_helpers import RunningHome, home_maker
from tests.mqtt_helpers import Broker

DEADLINE_S = 90.0
POLLS_S = 0.1
"""Who asks without a pause takes from Home Assistant the time to answer."""
NOT_OURS = (
    "ffmpeg",
    "turbojpeg",
    "Skipping pip installation",
    "Disconnected from MQTT server",
    "Failed to connect to MQTT server",
    "Error returned from MQTT server",
    "No ACK from MQTT server",
    "failed to receive on socket",
    "_async_resubscribe_and_publish_birth_message",
    "No device components to cleanup",
    "KeyError: 'payload_available'",
    "in _load_profile_data",
)
"""What its demo devices miss on this machine, and what it says of a broker that a test stops. The last three are its
own: it forgets a device with entities that are off by default, empties the topic of discovery itself, and wonders about
that; and it uses schemas while it compiles them (`ONCE_MORE_S` in `runtime/bridge_announcer.py`), that of its light
profiles, too."""

LOUD = ("homeassistant.components.mqtt", "homeassistant.helpers", "homeassistant.components.climate")


class HomeAtBroker:
    """A Home Assistant that knows a broker, and can be started again.

    Attributes:
        broker: Which.
        newer: Whether it is told of whole devices.
    """

    def __init__(self, folder: Path, *, newer: bool = False) -> None:
        """Make both; nothing runs yet.

        Args:
            folder: To work in.
            newer: Whether it is a Home Assistant that is told of whole devices.
        """
        self.newer = newer
        self._maker = home_maker()
        self._others: set[str] = set()
        self._pause = threading.Event()
        self._made = self._maker.NEWER if newer else self._maker.FOLDER
        needs_home(self._maker, self._made, newer=newer)
        self._config = folder / "config"
        self._folder = folder
        shutil.copytree(self._made / "config", self._config)
        self.broker = Broker(folder)
        self._port = self._maker.free_port()
        self._stack = contextlib.ExitStack()
        self._home: RunningHome | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> RunningHome:
        """Speaks with it."""
        assert self._home is not None
        return self._home

    def start(self) -> None:
        """Start Home Assistant, and let it log whatever it warns of."""
        running = self._maker.running(self._made, self._config, self._port, demo=False)
        self._process = self._stack.enter_context(running)
        token = self._maker.access_token(self._port, (self._config / "refresh_token").read_text(encoding="ascii"))
        self._maker.wait_until_started(self._port, token)
        self._home = RunningHome(self._port, self._folder, token)
        self.home.rest("POST", "services/logger/set_level", dict.fromkeys(LOUD, "warning"))

    def stop(self) -> None:
        """Ask Home Assistant to write down everything and end."""
        self._stack.close()

    def know_the_broker(self) -> None:
        """Add the broker as a person does on the page of settings."""
        flow = self.home.rest("POST", "config/config_entries/flow", {"handler": "mqtt"})
        answer = {"broker": "127.0.0.1", "port": self.broker.port}
        made = self.home.rest("POST", f"config/config_entries/flow/{flow['flow_id']}", answer)
        assert made["type"] == "create_entry", made
        self._others = set(self.states())

    def is_ours(self, entity_id: str) -> bool:
        """Return whether an entity came over the broker."""
        return entity_id not in self._others

    def start_broker(self) -> None:
        """Start the broker."""
        asyncio.run(self.broker.start())

    def close(self) -> None:
        """End both; nothing of Home Assistant is needed afterwards, so it need not write down how it was."""
        if self._process is not None:
            self._process.kill()
        self.stop()
        self.broker.kill()

    def states(self) -> dict[str, dict[str, Any]]:
        """Return all entities by id."""
        return {one["entity_id"]: one for one in self.home.rest("GET", "states")}

    def entity(self, entity_id: str) -> dict[str, Any]:
        """Return one entity; one without a state where there is none."""
        try:
            found: dict[str, Any] = self.home.rest("GET", f"states/{entity_id}")
        except urllib.error.HTTPError:
            return {"state": "absent", "attributes": {}}
        return found

    def rename(self, entity_id: str, name: str) -> None:
        """Give an entity another name, as a person does on its page."""

        async def live() -> None:
            token = (self.home.folder / "token").read_text(encoding="ascii")
            session = await Session.open(web_address(f"127.0.0.1:{self._port}"), token)
            try:
                await session.ask("config/entity_registry/update", entity_id=entity_id, name=name)
            finally:
                await session.close()

        asyncio.run(live())

    def discovered(self) -> set[str]:
        """Return the topics of discovery that lie on the broker."""

        async def live() -> set[str]:
            async with self.broker.client("onlooker") as client:
                await client.subscribe([("homeassistant/+/+/config", 1), ("homeassistant/+/+/+/config", 1)])
                await client.subscribe("onlooker/done", qos=1)
                await client.publish("onlooker/done", b"", qos=1)
                found: set[str] = set()
                async for message in client.messages:
                    if message.topic.value == "onlooker/done":
                        break
                    found.add(message.topic.value)
                return found

        return asyncio.run(live())

    def until(self, entity_id: str, wanted: Callable[[dict[str, Any]], bool], deadline_s: float = DEADLINE_S) -> float:
        """Wait until an entity is as wanted; return how long that took."""
        began_s = time.monotonic()
        found: dict[str, Any] = {}
        while time.monotonic() - began_s < deadline_s:
            found = self.entity(entity_id)
            if wanted(found):
                return time.monotonic() - began_s
            self._pause.wait(POLLS_S)
        raise AssertionError(f"{entity_id} is {json.dumps(found)}")

    def until_true(self, holds: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
        """Wait until something holds."""
        end_s = time.monotonic() + deadline_s
        while not holds():
            assert time.monotonic() < end_s, "it never came to hold"
            self._pause.wait(POLLS_S)

    def until_state(self, entity_id: str, state: str) -> float:
        """Wait until an entity has a state; return how long that took."""
        return self.until(entity_id, lambda found: found["state"] == state)

    def warnings(self) -> list[str]:
        """Return every record of its log that is a warning or worse, with its traceback."""
        text = (self._config / "output.txt").read_text(encoding="utf-8", errors="replace")
        records = re.split(r"\n(?=\d{4}-\d\d-\d\d )", text)
        loud = [record for record in records if re.match(r"\S+ \S+ (WARNING|ERROR|CRITICAL) ", record)]
        return [record for record in loud if not any(other in record for other in NOT_OURS)]


def needs_home(maker: Any, folder: Path, *, newer: bool) -> None:
    """Skip where no Home Assistant was made; in CI there is one, so there it fails.

    Args:
        maker: `tools/home_assistant.py`.
        folder: Where it would be.
        newer: Whether it needs a Python that is not everywhere.
    """
    if maker.prepared(folder):
        return
    problem = "no Home Assistant to test with; make one with: .venv/bin/python tools/home_assistant.py"
    if os.environ.get("CI") == "true" and not (newer and not maker.newer_python()):
        pytest.fail(problem, pytrace=False)
    pytest.skip(problem)
