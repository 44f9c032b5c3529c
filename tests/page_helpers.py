"""A page's server in this process: its parts with a bus that is played, and browsers that are logged in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

import sumika.dashboard.passwords as passwords
from sumika.clock import Instant, SimulatedClock
from sumika.config import parse_house
from sumika.dashboard import (
    Accounts,
    Consents,
    Feed,
    HouseFile,
    Parts,
    Past,
    PrivacyDesk,
    Role,
    Scanning,
    WhoSees,
    make_app,
)
from sumika.runtime.page_access import Files
from sumika.schema import RADAR_MODELS, REQUESTS, Message, PrivacyKept, SumikaError
from sumika.schema.topics import TOPIC_OF, key_of

NOW_S = 1_790_000_000.0
PASSWORD = "correct horse battery"
HOST = "http://localhost"

HOUSE = """\
version: 1
name: Test house # of the tests
residents:
  - id: hanako
  - id: taro
rooms:
  - id: bedroom
    floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]]
    residents: [hanako]
  - id: living
    floor_m: [[4.1, 0], [8, 0], [8, 3], [4.1, 3]]
  - id: study
    floor_m: [[0, 3.1], [4, 3.1], [4, 6], [0, 6]]
    residents: [taro]
radars:
  - id: bedroom_radar
    room: bedroom
    model: a121
    position_m: [0.1, 1.5, 1.5]
    source: { type: demo }
control: { mode: shadow }
page: {}
"""


class Bus:
    """Answers as nodes would, and remembers what it was asked.

    Attributes:
        asked: (name, question) in order.
        silent: Whether no node answers.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, msgspec.Struct]] = []
        self.silent = False
        self.answers: dict[str, msgspec.Struct] = {}

    def __call__(self, name: str, question: msgspec.Struct) -> msgspec.Struct:
        assert type(question) is REQUESTS[name].question
        self.asked.append((name, question))
        if self.silent:
            raise SumikaError(f"'{name}' was not answered within 2 s")
        answer = self.answers.get(name)
        if answer is not None:
            return answer
        taken: msgspec.Struct = msgspec.convert({"accepted": True, "mode": "drive"}, REQUESTS[name].answer)
        return taken


class Played:
    """A page's server and who uses it."""

    def __init__(self, folder: Path, page: str = "page: {}", scan: Callable[[], list[dict[str, Any]]] = list) -> None:
        self.folder = folder
        self.file = folder / "house.yaml"
        self.file.write_text(HOUSE.replace("page: {}", page), encoding="utf-8")
        loaded = parse_house(self.file.read_text(encoding="utf-8"), self.file)
        self.clock = SimulatedClock(Instant(1_000_000_000, round(NOW_S * 1e9), "boot"))
        self.bus = Bus()
        sees = WhoSees(loaded.house)
        assert loaded.house.page is not None
        self.parts = Parts(
            house=loaded.house,
            settings=loaded.house.page,
            accounts=Accounts(folder / "page", Files, self.now_s),
            consents=Consents(folder / "page", Files, ("hanako", "taro")),
            privacy=PrivacyDesk(folder, Files, self.clock, PrivacyKept()),
            feed=Feed(sees.room_of),
            house_file=HouseFile(self.file, loaded.house, frozenset(RADAR_MODELS), folder),
            past=Past(folder / "history"),
            scanning=Scanning(scan, self.now_s),
            ask=self.bus,
            clock=self.clock,
            version="1.2.3",
            tls=False,
            models=folder / "models",
            sees=sees,
        )
        self.app = make_app(self.parts)

    def begin_with(self, **changed: Any) -> None:
        """Serve with parts that are other ones."""
        self.parts = replace(self.parts, **changed)
        self.app = make_app(self.parts)

    def now_s(self) -> float:
        return self.clock.now().wall_ns / 1e9

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move_to(self.clock.now().later(round(seconds * 1e9)))

    def say(self, message: Message) -> None:
        """Let a message come over the bus."""
        self.parts.feed.take(TOPIC_OF[type(message)], key_of(message), message, msgspec.msgpack.encode(message))

    def stranger(self) -> TestClient:
        """Return a browser that nobody has logged in with."""
        return TestClient(self.app, base_url=HOST)

    def owner(self) -> TestClient:
        """Return the owner's browser; the first call sets the house up."""
        browser = self.stranger()
        if self.parts.accounts.setup_needed:
            body = {"token": self.parts.accounts.setup_token, "name": "owner", "password": PASSWORD}
            return _entered(browser, "/api/setup", body)
        return self.log_in("owner")

    def user(self, name: str, role: Role, *residents: str) -> TestClient:
        """Return the browser of a new account."""
        self.owner()
        self.parts.accounts.add(name, PASSWORD, role, residents)
        return self.log_in(name)

    def log_in(self, name: str) -> TestClient:
        """Return a browser in which somebody has logged in."""
        return _entered(self.stranger(), "/api/login", {"name": name, "password": PASSWORD})

    def machine(self, role: Role = Role.RESIDENT, *residents: str) -> TestClient:
        """Return a machine with a token."""
        _, secret = self.parts.accounts.add_token("a machine", role, residents)
        return TestClient(self.app, base_url=HOST, headers={"Authorization": f"Bearer {secret}"})


def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords be worked out at once; how well they are kept is another test's business."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _entered(browser: TestClient, path: str, body: dict[str, Any]) -> TestClient:
    answer = browser.post(path, json=body)
    assert answer.status_code == 200, answer.text
    browser.headers["X-Sumika-CSRF"] = answer.json()["csrf"]
    return browser
