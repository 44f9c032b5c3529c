"""Between the controller and somebody else's house: what it tells goes in, what it is to be told comes out.

    adapter = Adapter(ecu, measured, driven, step_s=900.0)
    while running:
        adapter.see(observation, now)             # with every step of the house
        action = adapter.act(forecast)            # by name; who only looks on leaves this out

A plan is made every quarter of an hour, however short the house's own steps are; between plans the safety gate alone
may have something to say. Where no plan comes about, the last one goes on for a quarter of an hour, and then devices
are given back to their own thermostats.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.ecu import Ecu
from sumika.ecu.foreign.signals import (
    OFF,
    PEOPLE,
    POWER,
    Driven,
    Measured,
    check_driven,
    check_measured,
    of_meter,
    settings_of,
)
from sumika.ecu.moments import passed_s
from sumika.ecu.outlook import Forecast
from sumika.ecu.plain_numbers import readings
from sumika.plan.solver import PlanError
from sumika.schema import Command, UsageError

PLANS_EVERY_S = 900.0

Told = Mapping[str, float] | Sequence[float] | NDArray[np.floating]
"""What a house tells in one step: by name, or in an order."""


class Adapter:
    """Speaks a house's own names and units on one side, and the controller's on the other.

    Attributes:
        ecu: The controller.
        commands: What the last `act` passed on, or what the gate did by itself since.
        failed: How many plans did not come about.
    """

    def __init__(
        self,
        ecu: Ecu,
        measured: Sequence[Measured],
        driven: Sequence[Driven],
        *,
        step_s: float = 900.0,
        assumed: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        """Take a controller, and what its house calls everything.

        Args:
            ecu: Knows the rooms and devices that signals name.
            measured: What the house tells.
            driven: What it can be told.
            step_s: How long one of its steps is.
            assumed: By (device, setting): what a device is set to as long as its own thermostat drives it, where the
                house does not tell; a heat pump's mode says whether the power that it draws heats or cools.

        Raises:
            UsageError: if a signal is of no room, device, quantity, setting or unit that there is.
        """
        check_measured(measured, ecu.house)
        check_driven(driven, ecu.house)
        if not 1.0 <= step_s <= 6 * 3600.0:
            raise UsageError(f"a step is of {step_s:g} s", where="Adapter", remedy="Give 1 s to 6 h")
        self.ecu = ecu
        self.commands: tuple[Command, ...] = ()
        self.failed = 0
        self._measured, self._driven, self._step_s = tuple(measured), tuple(driven), step_s
        self._set: dict[tuple[str, str], float] = dict(assumed or {})
        self._told: dict[tuple[str, str], float] = {}
        self._action: dict[str | int, float] = {}
        self._at: datetime | None = None
        self._planned_at: datetime | None = None

    def see(self, told: Told, at: datetime, *, activities: Mapping[str, str] | None = None) -> None:
        """Take in what the house tells.

        Args:
            told: By name, or in the order that signals name places of; what is absent or no number is not known.
            at: When, in local time with its zone.
            activities: By room: "sleep", "awake" or "active", where that is known.

        Raises:
            UsageError: if it is out of order; and at the first time, where wrong names and units show, also if a
                signal is missing or cannot be in its unit.
        """
        first = self._at is None
        heard = _Heard()
        for (device, setting), value in self._set.items():
            heard.devices[device][setting] = value
        for signal in self._measured:
            value = signal.ours(_of(told, signal.name, first=first), self._step_s)
            heard.take(signal, value)
            if signal.device and math.isfinite(value):
                self._told[signal.device, signal.quantity] = value
        self.ecu.observe(
            readings(
                at,
                rooms=heard.rooms,
                devices=heard.devices,
                power_w=heard.power_w,
                outdoors=heard.outdoors,
                meter=heard.meter,
                people=heard.people,
                activities=activities,
                strict=first,
            )
        )
        self._at = at

    def act(self, forecast: Forecast) -> dict[str | int, float]:
        """Return what the house is to be told now, by the names of its signals, in its units.

        Args:
            forecast: Of weather and prices, from now on.

        Raises:
            UsageError: if the forecast is of another time, too short or no numbers.
            SumikaError: if nothing was seen yet.
        """
        self.commands = self._commands(forecast)
        keeps = {(one.device, one.setting) for one in self._driven}
        drives = {one.device for one in self._driven}
        for key, value in settings_of(self.commands).items():
            if key in keeps or (key[0] in drives and key[1] in OFF):
                self._set[key] = value
        for signal in self._driven:
            theirs = signal.theirs({**self._told, **self._set}, self._step_s)
            if theirs is not None:
                self._action[signal.name] = theirs
        return dict(self._action)

    def array(self, action: Mapping[str | int, float]) -> NDArray[np.float32]:
        """Return (signal,) an action in the order of the driven signals, as environments take it.

        Args:
            action: As `act` returned it.

        Raises:
            UsageError: if there is nothing yet that a signal could be told.
        """
        missing = [str(one.name) for one in self._driven if one.name not in action]
        if missing:
            raise UsageError(
                f"nothing is known yet for {', '.join(missing)}",
                where="Adapter.array",
                remedy="Say what is assumed, or give the signal an `otherwise`",
            )
        return np.array([action[one.name] for one in self._driven], np.float32)

    def _commands(self, forecast: Forecast) -> tuple[Command, ...]:
        at, planned_at = self._at, self._planned_at
        if at is not None and planned_at is not None and passed_s(planned_at, at) < PLANS_EVERY_S - 1.0:
            return self.ecu.protect()
        try:
            commands = self.ecu.plan(forecast)
        except PlanError:
            self.failed += 1
            return self.ecu.protect()
        self._planned_at = at
        return commands


class _Heard:
    """What a house told, sorted out."""

    def __init__(self) -> None:
        self.rooms: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self.devices: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self.power_w: dict[str, float] = {}
        self.outdoors: dict[str, float] = {}
        self.meter: dict[str, float] = {}
        self.people: dict[str, float] = {}

    def take(self, signal: Measured, value: float) -> None:
        """Take one signal, in our unit."""
        if signal.room and signal.quantity == PEOPLE:
            self.people[signal.room] = value
        elif signal.room:
            self.rooms[signal.room][signal.quantity] = value
        elif signal.device and signal.quantity == POWER:
            self.power_w[signal.device] = value
        elif signal.device:
            self.devices[signal.device][signal.quantity] = value
        elif of_meter(signal.quantity):
            self.meter[signal.quantity] = value
        else:
            self.outdoors[signal.quantity] = value


def _of(told: Told, name: str | int, *, first: bool) -> float:
    """Return one number; NaN where there is none."""
    if isinstance(told, Mapping):
        if name in told:
            return float(told[str(name)])
    elif isinstance(name, int) and 0 <= name < len(told):
        return float(told[name])
    if first:
        there = ", ".join(told) if isinstance(told, Mapping) else f"{len(told)} numbers, from place 0"
        raise UsageError(f"the house does not tell {name!r}", where="Adapter.see", remedy=f"It tells: {there}")
    return math.nan
