"""Planner and rules as processes without processes: a test's clock, what was said, and a mind that thinks at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import msgspec

from sumika.clock import Instant, SimulatedClock
from sumika.plan.solver import PlanError
from sumika.runtime import plan_loop, rules_loop
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.node import Launch
from sumika.runtime.plan_loop import PlanLoop
from sumika.runtime.process import NodeProcess
from sumika.runtime.thinking import Nudged, Thinking
from sumika.schema import (
    ComfortWish,
    Command,
    ConfigChange,
    Event,
    Message,
    Origin,
    PlanOutlook,
    PlanReport,
    Presence,
    Reason,
    WeatherForecast,
)
from sumika.schema.building import Building, Site
from sumika.schema.house import Control, House
from sumika.units import seconds_to_ns
from tests.plan_helpers import a_command, small_house

START = Instant(seconds_to_ns(1000), 1_768_895_400 * 10**9, "boot")  # 2026-01-20T16:50 in Tokyo
TOKYO = Building(site=Site(timezone="Asia/Tokyo"))


@dataclass
class FakeProcess:
    """The frame of a process without process, bus and kernel."""

    house: House
    house_file: Path = Path("house.yaml")
    data: Path = Path()
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(START))
    said: list[Message] = field(default_factory=list)
    heard: list[Message] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    beats: int = 0
    taken: int = 0
    stopping: bool = False
    folder: None = None

    def __post_init__(self) -> None:
        self.publisher = SimpleNamespace(publish=self.said.append)
        config = ConfigChange(stamp=START, origin=Origin.LIVE, file="", hash="", text="")
        self.launch = Launch(Path(), self.data, "run", self.house, self.house_file, config, ("plan", "rules"), 0)

    @property
    def frame(self) -> NodeProcess:
        return cast(NodeProcess, self)

    def receive(self, timeout_s: float) -> list[Any]:
        self.clock.sleep_until(self.clock.now().monotonic_ns + seconds_to_ns(timeout_s))
        found = [SimpleNamespace(message=message) for message in self.heard]
        self.heard.clear()
        return found

    def worked(self, step_ns: int, outputs: int) -> None: ...

    def tell(self, lost: object) -> None: ...

    def beat(self) -> None:
        self.beats += 1

    def refuse(self, reason: str) -> None:
        self.refused.append(reason)

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.said if isinstance(message, kind)]

    def turns(self, turn: Callable[[], None], seconds: float) -> None:
        ends_ns = self.clock.now().monotonic_ns + seconds_to_ns(seconds)
        while self.clock.now().monotonic_ns < ends_ns:
            turn()


class FakeThinking:
    """Thinks at once, and fails when told to."""

    def __init__(self) -> None:
        self.fails: str = ""
        self.observed: list[datetime] = []
        self.decided = self.kept = 0
        self.policy: tuple[Command, ...] = ()
        self.lamps: tuple[Command, ...] = ()
        self.heard: list[WeatherForecast] = []
        self.foreteller = SimpleNamespace(hear=self.heard.append, prices=SimpleNamespace(now=lambda at: None))
        self.declined: list[tuple[object, ...]] = []
        self.nudged: tuple[Nudged, ...] = ()
        self.calmed: list[str] = []
        self.found: tuple[Event, ...] = ()
        self.ecu = SimpleNamespace(
            decline=lambda *what: self.declined.append(what),
            nudging=SimpleNamespace(decline=self.calmed.append),
            worth=SimpleNamespace(currency="JPY"),
        )
        self.drives: list[bool] = []
        self.wishes: list[ComfortWish] = []

    def observe(self, ear: HouseEar, at: datetime, now_ns: int) -> None:
        self.observed.append(at)

    def look(self, ear: HouseEar, at: datetime, now_ns: int) -> tuple[Command, ...]:
        news, self.lamps = self.lamps, ()
        return news

    def decide(self, told: object, at: datetime) -> Any:
        if self.fails:
            raise PlanError(self.fails, where="plan", remedy="none")
        self.decided += 1
        return SimpleNamespace(
            commands=(a_command("aircon", "mode", 1.0), a_command("aircon", "setpoint_c", 21.0)),
            dropped=0,
            without={"aircon": SimpleNamespace(total=12.0)},
            report=lambda planner, mode, stamp, origin, local: PlanReport(
                stamp=stamp, origin=origin, planner=planner, mode=mode, local_time=local.isoformat()
            ),
        )

    def drive(self, drives: bool) -> None:
        self.drives.append(drives)

    def wish(self, wish: ComfortWish, at: datetime) -> bool:
        self.wishes.append(wish)
        return wish.age_s == 0.0

    def outlook(self, decision: object, at: datetime, planner: str, stamp: Instant, origin: Origin) -> PlanOutlook:
        return PlanOutlook(stamp=stamp, origin=origin, planner=planner, begins_unix_s=(), ends_unix_s=0.0)

    def nudges(self, at: datetime) -> tuple[Nudged, ...]:
        return tuple(one for one in self.nudged if at < one.until)

    def news(self, stamp: Instant, origin: Origin) -> tuple[Event, ...]:
        found, self.found = self.found, ()
        return found

    def recall(self, folder: Path, at: datetime) -> bool:
        return False

    def remember(self, folder: Path) -> str:
        self.kept += 1
        return ""

    def policy_commands(self, at: datetime) -> tuple[Command, ...]:
        return self.policy


HEARS: list[FakeProcess] = []
KEEPS = TemporaryDirectory()


def a_house(mode: str = "drive", **control: Any) -> House:
    return msgspec.structs.replace(small_house(Control(mode=cast(Any, mode), **control)), building=TOKYO)


def a_planner(
    mode: str = "drive", data: Path | None = None, **control: Any
) -> tuple[FakeProcess, FakeThinking, PlanLoop]:
    folder = data if data is not None else Path(KEEPS.name)
    process, thinking = FakeProcess(a_house(mode, **control), data=folder), FakeThinking()
    HEARS[:] = [process]
    return process, thinking, PlanLoop(process.frame, cast(Thinking, thinking))


@contextmanager
def without_bus() -> Iterator[None]:
    """Let planner and rules hear what the test says instead of a bus."""

    def ear(process_folder: object, *arguments: object, **named: object) -> Any:
        return SimpleNamespace(receive=HEARS[0].receive, lost={}, close=lambda: None)

    def answerer(folder: object, name: str) -> Any:
        return SimpleNamespace(poll=lambda answer: 0, close=lambda: None)

    with (
        mock.patch.object(plan_loop, "Subscriber", ear),
        mock.patch.object(plan_loop, "Answerer", answerer),
        mock.patch.object(rules_loop, "Subscriber", ear),
    ):
        yield


def presence(process: FakeProcess, probability: float) -> Presence:
    """Return the word of a radar on the living room now."""
    return Presence(
        stamp=process.clock.now(),
        origin=Origin.LIVE,
        room="living",
        valid=True,
        reason=Reason.MOVEMENT_SEEN,
        probability=probability,
    )
