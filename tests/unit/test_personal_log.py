"""A house's log is replayed through the steps that ask a student live: day by day, and whatever else lies there."""

from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli._distil_personalise import make_own
from sumika.clock import Instant, SimulatedClock
from sumika.distil.about import ABOUT, about_json
from sumika.distil.sign import public_key_of, sign_folder
from sumika.log import LogWriter
from sumika.perception import knowing, known_keys
from sumika.schema import Origin, SumikaError, UsageError
from tests.log_helpers import RUN, START, envelope, presence
from tests.students import decided, inputs, make_student

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(KEY)
SHAPE = (8, 3)
NAME = "trial-tiny"


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("students")
    (folder / NAME / ABOUT).write_bytes(about_json(decided(make_student(folder / NAME, key=None))))
    sign_folder(folder / NAME, KEY)
    return folder


def logged(
    folder: Path, count: int, *, start: Instant = START, every_s: int = 3 * 3600, origin: Origin = Origin.LIVE
) -> None:
    """Write a run of so many messages."""
    clock = SimulatedClock(start)
    with LogWriter(folder, RUN, clock) as writer:
        for number in range(count):
            message = msgspec.structs.replace(presence(number), origin=origin)
            writer.write(envelope(message, number), message)
            clock.sleep_until(clock.now().monotonic_ns + every_s * 10**9)


def ask_of_each(monkeypatch: pytest.MonkeyPatch, count: int, zone: str = "Asia/Tokyo") -> None:
    """Let steps be one that asks of each message of a house in a time zone."""
    x = inputs(SHAPE, count, 5)

    def start(house: object, key: str, find: Any) -> list[Any]:
        return [find(NAME, "trial/1"), 0]

    def step(state: list[Any], message: object) -> tuple[list[Any], tuple[()]]:
        state[0].answers(x[state[1]][None], np.ones((1, 8), bool))
        return [state[0], state[1] + 1], ()

    monkeypatch.setattr(knowing, "start", start)
    monkeypatch.setattr(knowing, "step", step)
    monkeypatch.setattr(known_keys, "known_keys", lambda house: ("bedroom",))
    monkeypatch.setattr(known_keys, "routed", lambda house, topic, key: ("bedroom",))
    house = SimpleNamespace(building=SimpleNamespace(site=SimpleNamespace(timezone=zone)))
    monkeypatch.setattr("sumika.config.parse_house", lambda text, path: SimpleNamespace(house=house))


def test_a_log_is_replayed_through_the_steps_that_ask_live(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is what was asked, day by day."""
    logged(tmp_path / "log" / "run", 60)
    ask_of_each(monkeypatch, 60)
    said = make_own(NAME, tmp_path, students=students, public_key=PUBLIC)
    assert said[0].startswith("60 questions")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland"])
def test_a_night_is_one_day_wherever_the_house_stands(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    began = datetime(2026, 11, 28, 22, 0, tzinfo=ZoneInfo(zone))
    logged(tmp_path / "log" / "run", 80, start=Instant(10**9, int(began.timestamp()) * 10**9, "boot"), every_s=360)
    ask_of_each(monkeypatch, 80, zone)
    said = make_own(NAME, tmp_path, students=students, public_key=PUBLIC)
    assert "on 1 day;" in said[-1]


def test_a_run_that_cannot_be_read_is_passed_over_and_told(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that was full one day, or a folder of the file system's own, must not end the job of every night."""
    ask_of_each(monkeypatch, 60)
    (tmp_path / "log" / "lost+found").mkdir(parents=True)
    nightly = partial(make_own, NAME, tmp_path, students=students, public_key=PUBLIC)
    with pytest.raises(SumikaError, match="holds no log"):
        nightly()
    logged(tmp_path / "log" / "run", 60)
    said = nightly()
    assert said[0].startswith(f"Passed over: {tmp_path / 'log' / 'lost+found'}: the folder holds no log")
    assert said[1].startswith("60 questions")
    with pytest.raises(SumikaError, match="holds no log"):
        nightly(logs=(tmp_path / "log" / "run", tmp_path / "log" / "lost+found"))


@pytest.mark.parametrize("origin", [Origin.RECORDED, Origin.SIMULATED])
def test_what_others_lived_makes_no_student_this_houses_own_unless_that_is_said(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    ask_of_each(monkeypatch, 120)
    own = partial(make_own, NAME, tmp_path, students=students, public_key=PUBLIC)
    logged(tmp_path / "log" / "played", 60, origin=origin)
    said = own()
    assert said[0].startswith("Passed over: 60 messages that were played from a recording or simulated.")
    assert said[1] == f"{NAME} was asked nothing in what was logged."
    assert own(demo=True)[0].startswith("60 questions")
    assert own(logs=(tmp_path / "log" / "played",))[0].startswith("60 questions")
    logged(tmp_path / "log" / "lived", 60)
    assert own()[1].startswith("60 questions")
    assert own(demo=True)[0].startswith("120 questions")


def test_where_the_demo_alone_has_a_log_that_is_told(students: Path, tmp_path: Path) -> None:
    own, demo = tmp_path / "house", tmp_path / "demo"
    for said in ("some days", "--demo"):
        with pytest.raises(UsageError, match="no log yet") as told:
            make_own(NAME, own, students=students, public_key=PUBLIC, demo_data=demo)
        assert said in told.value.remedy
        (demo / "log" / "run").mkdir(parents=True, exist_ok=True)
