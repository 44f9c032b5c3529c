"""Machines that wait for the house to start them: which are loaded, until when, and how loud they are to sleepers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.outline import Outline
from sumika.ecu.moments import later, passed, passed_s
from sumika.plan.runs import Placed, Run, run_of
from sumika.plan.situation import Grid
from sumika.safety import limits_of
from sumika.schema import DeviceState, MachineLoaded
from sumika.schema.house import Control, Device, House
from sumika.schema.living import FurnitureKind
from sumika.schema.worth import Worth

Array = NDArray[np.float64]

WAITING, DONE_BY_H = "waiting", "done_by_h"
"""What a device says of itself when it is loaded, and by which hour of the day it is to be done."""

RUNS_W = 20.0
"""Who draws more is at work."""

SHORTEST_S = 300.0
"""What ends sooner was no run."""

HEARD_SHARE = 1.0 / 3.0
"""An hour of a sleeper beside a machine counts so much of an hour of discomfort; chosen. A machine has about 48 dB(A),
typically, and bedrooms should have 30 at most (WHO 1999): behind a shut door, which takes 20 dB, it is not heard."""

WAIT_SHARE = 1.0 / 600.0
"""An hour of waiting: so little that only what costs the same is done sooner."""

LEARNS = 0.5
HALF_A_STEP = timedelta(seconds=450.0)
"""A plan's steps begin at whole quarters of an hour; what is planned for the nearest one is now."""


@dataclass(slots=True)
class _Machine:
    """One machine.

    Attributes:
        device: As described.
        waits_since: When it was found loaded; None: it is not.
        done_by_h: By which hour of the day it is to be done, as last told; None: as described.
        done_by: When it is to be done.
        on_since: When it was started; None: it does not run.
        left_s: How long it still runs, as it says.
        wished: Whether a resident said that it is loaded.
        wished_h: By which hour they want it done.
        wished_for: How long ago they said so.
        used_kwh: Since it was started.
        then_cost: What the run would have cost when it was found loaded; None: nobody knows.
        begins: When it is planned to begin; None: it was not planned.
        saves: What that saves against beginning when it was loaded.
    """

    device: Device
    waits_since: datetime | None = None
    done_by_h: float | None = None
    done_by: datetime | None = None
    on_since: datetime | None = None
    left_s: float | None = None
    wished: bool = False
    wished_h: float | None = None
    wished_for: timedelta = timedelta()
    used_kwh: float | None = 0.0
    then_cost: float | None = None
    begins: datetime | None = None
    saves: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When a loaded machine is started.

    Attributes:
        device: Its id.
        begins: When.
        done: When it will be done.
        saves: What that saves against beginning when it was loaded; 0: nothing, or nobody knows.
        is_now: Whether it begins at once.
    """

    device: str
    begins: datetime
    done: datetime
    saves: float
    is_now: bool


class Appliances:
    """The machines of a house that the plan may start.

    Attributes:
        power_kw: By device: that it draws while it runs, as a mean; learned.
        run_s: By device: how long it runs; learned.
    """

    def __init__(self, house: House, outline: Outline, worth: Worth) -> None:
        """Know them.

        Args:
            house: As described; what nobody may operate unattended is left alone.
            outline: In numbers.
            worth: Of sleep.
        """
        control = house.control if house.control is not None else Control()
        self._quiet = (control.quiet_from_h, control.quiet_to_h)
        self._worth, self._rooms = worth, outline.rooms
        self._beds = np.array(
            [any(one.room == room and one.kind == FurnitureKind.BED for one in house.furniture) for room in self._rooms]
        )
        self._machines = {
            device.id: _Machine(device)
            for device in house.devices
            if device.kind == "appliance" and limits_of(device).unattended
        }
        described = {device: one.device for device, one in self._machines.items()}
        self.power_kw = {device: rating(one, "power_w") / 1000.0 for device, one in described.items()}
        self.run_s = {device: rating(one, "run_s") for device, one in described.items()}
        self._heard = {device: _heard(house, self._rooms, one.device.room) for device, one in self._machines.items()}
        self._at: datetime | None = None

    @property
    def waiting(self) -> tuple[str, ...]:
        """Machines that are loaded."""
        return tuple(device for device, machine in self._machines.items() if machine.waits_since is not None)

    def told(self, loaded: Sequence[MachineLoaded]) -> None:
        """Take what residents say is loaded; it counts from the machine's next word on, until it has run.

        Args:
            loaded: What they said, in order.
        """
        for one in loaded:
            machine = self._machines.get(one.device)
            if machine is not None:
                machine.wished, machine.wished_h = one.waiting, one.done_by_h if one.waiting else None
                machine.wished_for = timedelta(seconds=one.age_s if one.waiting else 0.0)

    def hear(self, states: Sequence[DeviceState], at: datetime) -> None:
        """Take what machines say of themselves.

        Args:
            states: Of any devices.
            at: Now, in local time.
        """
        since_s = 0.0 if self._at is None else passed_s(self._at, at)
        self._at = at
        for state in states:
            machine = self._machines.get(state.device)
            if machine is not None and state.available:
                self._hear(machine, state, at, since_s)

    def _hear(self, machine: _Machine, state: DeviceState, at: datetime, since_s: float) -> None:
        on = state.values.get("on", 0.0) >= 0.5
        left_s = state.values.get("left_s")
        machine.left_s = left_s if left_s is not None and np.isfinite(left_s) else None
        if on:
            machine.wished, machine.wished_h = False, None
            machine.on_since = machine.on_since or at
            _count(machine, state.power_w, since_s)
        elif machine.on_since is not None:
            self._learn(machine, at)
        waits = not on and (machine.wished or state.values.get(WAITING, 0.0) >= 0.5)
        hour = state.values.get(DONE_BY_H) if machine.wished_h is None else machine.wished_h
        told_h = float(hour) if hour is not None and 0.0 <= hour <= 24.0 else None
        if not waits:
            machine.waits_since = machine.done_by = machine.begins = machine.then_cost = None
        elif machine.waits_since is None or told_h != machine.done_by_h:
            # What was said before a restart counts from when it was said.
            since = later(at, -machine.wished_for) if machine.wished else at
            machine.waits_since = machine.waits_since or since
            machine.done_by_h = told_h
            hour_h = told_h if told_h is not None else rating(machine.device, DONE_BY_H)
            machine.done_by = _next(hour_h, self.run_s[machine.device.id], since)

    def _learn(self, machine: _Machine, at: datetime) -> None:
        """Take from a run that has ended how long it was and what it drew."""
        assert machine.on_since is not None
        device, ran_s, used_kwh = machine.device.id, passed_s(machine.on_since, at), machine.used_kwh
        machine.on_since, machine.used_kwh = None, 0.0
        if ran_s < SHORTEST_S:
            return
        self.run_s[device] += LEARNS * (ran_s - self.run_s[device])
        if used_kwh:
            self.power_kw[device] += LEARNS * (3600.0 * used_kwh / ran_s - self.power_kw[device])

    def running_kw(self, grid: Grid, at: datetime) -> Array:
        """Return (step,) what those draw that run now, until they are done.

        Args:
            grid: Of the plan.
            at: Now, in local time.
        """
        load = np.zeros(len(grid))
        begins_h = (grid.begin_unix_s - at.timestamp()) / 3600.0
        for device, machine in self._machines.items():
            if machine.on_since is None:
                continue
            ran_s = passed_s(machine.on_since, at)
            left_h = (machine.left_s if machine.left_s is not None else max(0.0, self.run_s[device] - ran_s)) / 3600.0
            inside = np.clip(np.minimum(begins_h + grid.hours, left_h) - np.maximum(begins_h, 0.0), 0.0, None)
            load += self.power_kw[device] * inside / grid.hours
        return load

    def runs(self, grid: Grid, when: Sequence[datetime], asleep: Array) -> list[Run]:
        """Return the runs that wait to be placed.

        Args:
            grid: Of the plan.
            when: (step,) the middle of each step, in local time.
            asleep: (step, room) how many are expected to be asleep.
        """
        sleepers = self._sleepers(when, asleep)
        an_hour = self._worth.discomfort_per_person_h
        return [
            run_of(
                device,
                grid,
                self.power_kw[device],
                self.run_s[device] / 3600.0,
                (machine.done_by.timestamp() - float(grid.begin_unix_s[0])) / 3600.0,
                HEARD_SHARE * an_hour * sleepers @ self._heard[device],
                WAIT_SHARE * an_hour,
            )
            for device, machine in self._machines.items()
            if machine.waits_since is not None and machine.done_by is not None
        ]

    def _sleepers(self, when: Sequence[datetime], asleep: Array) -> Array:
        """Return (step, room) how many sleep; in the quiet hours somebody may, in every bedroom."""
        begin_h, end_h = self._quiet
        hour = np.array([one.hour + one.minute / 60.0 for one in when])
        quiet = (hour >= begin_h) | (hour < end_h) if begin_h > end_h else (hour >= begin_h) & (hour < end_h)
        return np.asarray(np.maximum(asleep, 0.5 * quiet[:, None] * self._beds))

    def planned(self, placed: Sequence[Placed], grid: Grid, worth_per_kwh: Array) -> None:
        """Take where a plan has placed its runs.

        Args:
            placed: By `sumika.plan.runs`.
            grid: Of the plan.
            worth_per_kwh: (step,) what one more kWh costs in that plan.
        """
        for one in placed:
            machine = self._machines[one.device]
            if machine.waits_since is None:
                continue
            begin_s = float(grid.begin_unix_s[one.step])
            machine.begins = datetime.fromtimestamp(begin_s, machine.waits_since.tzinfo)
            cost = float((one.load_kw * worth_per_kwh * grid.hours).sum())
            if machine.then_cost is None:
                machine.then_cost = cost + one.saves
            # As prices and the sun were foretold when it was loaded, against what they are foretold now.
            machine.saves = machine.then_cost - cost

    def starts(self) -> tuple[Start, ...]:
        """Return when each machine that waits will be started, as planned last."""
        return tuple(
            Start(
                device=device,
                begins=machine.begins,
                done=later(machine.begins, timedelta(seconds=self.run_s[device])),
                saves=machine.saves,
                is_now=self._at is not None and passed(self._at, machine.begins) <= HALF_A_STEP,
            )
            for device, machine in self._machines.items()
            if machine.begins is not None
        )

    def settings(self) -> list[tuple[str, str, float]]:
        """Return what is to be switched on now: device, setting, value."""
        return [(start.device, "on", 1.0) for start in self.starts() if start.is_now]


def _count(machine: _Machine, power_w: float | None, since_s: float) -> None:
    if power_w is None or machine.used_kwh is None:
        machine.used_kwh = None
    elif power_w > RUNS_W:
        machine.used_kwh += power_w * since_s / 3.6e6


def _next(hour: float, run_s: float, at: datetime) -> datetime:
    """Return the next time that it is such an hour at which a run that begins now would be done."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    done_by = midnight + timedelta(hours=hour)
    while passed_s(at, done_by) < run_s:
        done_by += timedelta(days=1)
    return done_by


def _heard(house: House, rooms: Sequence[str], room: str) -> Array:
    """Return (room,) how much of a machine is heard: beside it all of it, through a door as often as that is open."""
    index: Mapping[str, int] = {name: place for place, name in enumerate(rooms)}
    heard = np.zeros(len(rooms))
    heard[index[room]] = 1.0
    for door in house.building.doors if house.building is not None else ():
        if room in door.rooms:
            other = door.rooms[0] if door.rooms[1] == room else door.rooms[1]
            if other in index:
                heard[index[other]] = max(heard[index[other]], 1.0 if door.always_open else 0.5)
    return heard
