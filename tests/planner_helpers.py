"""Planner, rules, gate and devices as real processes, with a test in the place of sensors and supervisor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sumika.bus import Board, Publisher, RuntimeFolder, Subscriber
from sumika.runtime.device_loop import own
from sumika.runtime.gate_loop import run_gate
from sumika.runtime.node import Launch, Loop, Node
from sumika.runtime.plan_loop import run_plan
from sumika.runtime.process import NodeProcess
from sumika.runtime.rules_loop import run_rules
from sumika.runtime.wishes_loop import run_wishes
from sumika.schema import (
    AirSample,
    ConfigChange,
    Message,
    Mode,
    Origin,
    PlanReport,
    Presence,
    Reason,
    Verdict,
    WeatherSample,
)
from sumika.schema.house import Connection, Control, Device, House, Room
from tests.gate_helpers import CLOCK, OWNER, FileLink

NAMES = ("gate", OWNER, "plan", "rules", "wishes", "sensors")
LOOPS: dict[str, Loop] = {"gate": run_gate, "plan": run_plan, "rules": run_rules, "wishes": run_wishes}
HOLDS_MIN = 0.05
ASKS_FOR_MIN = 0.2
WRITTEN = "written.jsonl"
ROOT = Path(__file__).resolve().parents[1]


def driven_house(mode: Mode = Mode.DRIVE, holds_min: float = HOLDS_MIN) -> House:
    """Return a room with a heater and a fan, driven by a plan that is renewed every few seconds."""
    return House(
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),),
        connections=(Connection(id="fake", type="mqtt", address="nowhere"),),
        devices=(
            Device(id="heater", room="living", kind="room_air_conditioner", connection="fake"),
            Device(id="fan", room="living", kind="exhaust_fan", connection="fake"),
        ),
        control=Control(mode=mode.value, plan_holds_min=holds_min),
    )


def launch_of(folder: Path, data: Path, incarnation: int, mode: Mode) -> Launch:
    """Return what the processes are told."""
    config = ConfigChange(stamp=CLOCK.now(), origin=Origin.LIVE, file="house.yaml", hash="0", text="")
    house = driven_house(mode, HOLDS_MIN if mode is Mode.DRIVE else ASKS_FOR_MIN)
    return Launch(folder, data, "run", house, data / "house.yaml", config, NAMES, incarnation)


def in_the_evening() -> dict[str, str]:
    """Return the environment of processes where it is six in the evening now, whatever the hour of the test.

    Then people are at home and awake in an ordinary household; a test at night would find them asleep.
    """
    east_h = (18 - datetime.now(UTC).hour + 12) % 24 - 12
    return {**os.environ, "TZ": f"EVE{-east_h}"}


class DrivenHouse:
    """What a test of the running planner holds in hand."""

    def __init__(self, folder: RuntimeFolder, data: Path, mode: Mode = Mode.DRIVE) -> None:
        self._folder, self._data, self._mode = folder, data, mode
        self._sensors = Publisher(folder, "sensors", 0)
        self._ear = Subscriber(
            folder, ["gate", "plan", "rules", "wishes"], ["verdict", "event", "plan", "suggestion_answer"], CLOCK
        )
        self._heard: list[Message] = []
        self._where = in_the_evening()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str, incarnation: int = 0) -> None:
        """Start processes."""
        for name in names:
            told = (name, str(self._folder.path), str(self._data), str(incarnation), self._mode.value)
            command = [sys.executable, "-m", "tests.planner_helpers", *told]
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=self._where)

    def sense(self, temperature_c: float = 15.0) -> None:
        """Say what the sensors say: cold, somebody there, winter outside."""
        now = CLOCK.now()
        for message in (
            AirSample(
                stamp=now,
                origin=Origin.LIVE,
                sensor="air",
                room="living",
                temperature_c=temperature_c,
                relative_humidity=0.5,
                co2_ppm=700.0,
            ),
            Presence(
                stamp=now,
                origin=Origin.LIVE,
                room="living",
                valid=True,
                reason=Reason.MOVEMENT_SEEN,
                probability=0.99,
            ),
            WeatherSample(stamp=now, origin=Origin.LIVE, source="station", temperature_c=3.0),
        ):
            self._sensors.publish(message)

    def hear(self) -> list[Message]:
        """Return all that was said so far; the sensors speak meanwhile."""
        self.sense()
        self._heard += [received.message for received in self._ear.receive(0.2)]
        return self._heard

    def verdicts(self, asker: str) -> list[Verdict]:
        """Return what the gate said to one controller."""
        return [one for one in self.hear() if isinstance(one, Verdict) and one.asked_by == asker]

    def reports(self) -> list[PlanReport]:
        """Return what the planner said."""
        return [one for one in self.hear() if isinstance(one, PlanReport)]

    def told(self) -> list[tuple[str, str, float]]:
        """Return what the devices were told, in order."""
        file = self._data / WRITTEN
        written = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [(line["device"], line["action"], line["value"]) for line in map(json.loads, written)]

    def close(self) -> None:
        """End everything."""
        self._ear.close()
        self._sensors.close()
        for process in self.processes.values():
            process.kill()
            process.wait(5)


@contextmanager
def planned_house(folder: RuntimeFolder, data: Path, mode: Mode = Mode.DRIVE) -> Iterator[DrivenHouse]:
    """Yield a house whose processes are not started yet."""
    Board.create(folder.board, NAMES)
    house = DrivenHouse(folder, data, mode)
    try:
        yield house
    finally:
        house.close()


def _to_file(path: Path, process: NodeProcess) -> FileLink:
    return FileLink(process.clock, path)


def main(name: str, folder: str, data: str, incarnation: str, mode: str) -> None:
    """Be one process of the house."""
    launch = launch_of(Path(folder), Path(data), int(incarnation), Mode(mode))
    if name in LOOPS:
        LOOPS[name](Node(name, LOOPS[name], heard_by=()), launch)
    else:
        node = Node(name, run_gate, subject="fake", hands_back=True)
        own(node, launch, partial(_to_file, Path(data) / WRITTEN))


if __name__ == "__main__":
    main(*sys.argv[1:])
