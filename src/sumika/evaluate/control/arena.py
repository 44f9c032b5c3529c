"""The arena: a controller runs a simulated house for some days, sees what sensors say, and is scored on what was so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from sumika.clock import Instant
from sumika.ecu import Measurements
from sumika.evaluate.control.diary import Diary, DiaryWriter
from sumika.evaluate.control.forecasts import Forecast, Forecaster
from sumika.evaluate.control.presence import PresenceSource, Seen, Watcher
from sumika.evaluate.control.prices import Prices
from sumika.evaluate.control.weeks import SCORED_DAYS, WARM_UP_DAYS
from sumika.schema import Command, Origin, Vote, Write
from sumika.schema.house import Control, House
from sumika.units import seconds_to_ns
from sumika.world.devices.controlled import controlled_devices
from sumika.world.devices.habits import Habits, ResidentWish
from sumika.world.readings import air_samples, device_states, meter_sample, weather_sample
from sumika.world.residents import Wish
from sumika.world.simulation import World, WorldStep

STEP_S = 300.0
"""Of the world, and how often a controller observes."""
COMMANDS_EVERY = 3
"""A controller commands with every so manieth step."""
DAY_S = 86_400.0


class Controller(Protocol):
    """Whoever runs a house."""

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says, every five minutes."""
        ...

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told now, every quarter of an hour."""
        ...


MakesController = Callable[[House], Controller]
"""Makes a controller of a house as its owner described it."""


class Gate(Protocol):
    """What stands between a controller and the devices."""

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says, every five minutes."""
        ...

    def passes(self, command: Command, at: Instant) -> float | None:
        """Return what is written; None where nothing is."""
        ...


class OpenGate:
    """Lets everything through."""

    def observe(self, measurements: Measurements) -> None:
        """Take no notice."""

    def passes(self, command: Command, at: Instant) -> float | None:
        """Return what was asked."""
        return command.value


class _HeardHabits(Habits):
    """Habits that keep the residents' wishes, so that they can be told and counted."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.heard: list[Wish] = []

    def hear(self, wish: ResidentWish) -> None:
        """Keep a wish."""
        super().hear(wish)
        if isinstance(wish, Wish):
            self.heard.append(wish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How long a house is lived in.

    Attributes:
        warm_up_days: Under a thermostat, before anybody is scored.
        days: That are scored.
    """

    warm_up_days: float = WARM_UP_DAYS
    days: float = SCORED_DAYS


class Arena:
    """A house in which controllers take turns.

    Attributes:
        world: The simulated house.
        at: The present moment on its own clock, as messages are stamped with.
        described: The house as it was handed in, from which the same world can be made once more.
        span: How long it is lived in, as far as that is known beforehand.
    """

    def __init__(
        self,
        house: House,
        *,
        presence: PresenceSource = PresenceSource.TRUTH,
        perfect_forecast: bool = False,
        gate: Gate | None = None,
        seed: int = 0,
        span: Span | None = None,
    ) -> None:
        """Begin at the house's start.

        Args:
            house: As described, with a world.
            presence: What controllers are told of where people are.
            perfect_forecast: Whether forecasts come true.
            gate: What stands before the devices; None: nothing.
            seed: Of what presence misses.
            span: How long it will be lived in; None: as weeks usually are.

        Raises:
            SumikaError: if the house, its weather or its residents cannot be.
        """
        self.described, self.span = house, span if span is not None else Span()
        self.world = World.of(house, habits=True)
        self._habits = _HeardHabits(self.world.house)
        self.world.habits = self._habits
        self._habits.off = set(controlled_devices(self.world.house))
        self._prices = Prices(self.world)
        self._forecaster = Forecaster(self.world, perfect=perfect_forecast)
        self._watcher = Watcher(self.world.house, presence, seed)
        self._gate: Gate = gate if gate is not None else OpenGate()
        self._start = Instant(0, int(self.world.start.timestamp()) * 1_000_000_000, "arena")
        self._steps = self._refused = 0
        self._written: list[Write] = []

    @property
    def house(self) -> House:
        """The house as its owner describes it, with the fans of its class: nothing of how people in it live."""
        told = self.world.house
        residents = tuple(msgspec.structs.replace(one, life=None) for one in told.residents)
        # A household that says nothing of control keeps its lamps.
        control = told.control if told.control is not None else Control(light="residents")
        return msgspec.structs.replace(told, residents=residents, world=None, control=control)

    @property
    def at(self) -> Instant:
        """The present moment."""
        return self._start.later(seconds_to_ns(self.world.at_s))

    def forecast(self) -> Forecast:
        """Return what is foretold now."""
        return self._forecaster.now()

    def run(self, controller: Controller, days: float, *, learners: Sequence[Controller] = ()) -> Diary:
        """Let a controller run the house for some days.

        Args:
            controller: Who commands.
            days: How long.
            learners: Who look on.
        """
        writer = DiaryWriter(self.world, STEP_S, self._prices.feed_in_per_kwh, self._prices.gas_per_kwh)
        heard, refused = len(self._habits.heard), self._refused
        for _ in range(round(days * DAY_S / STEP_S)):
            if self._steps % COMMANDS_EVERY == 0:
                self._tell(controller.commands(self.forecast()))
            before = len(self._habits.heard)
            step = self.world.step(STEP_S)
            self._steps += 1
            writer.take(step)
            measurements = self.measurements(step, self._habits.heard[before:])
            self._gate.observe(measurements)
            for one in (controller, *learners):
                one.observe(measurements)
        writer.wishes, writer.refused = len(self._habits.heard) - heard, self._refused - refused
        return writer.diary()

    def measurements(self, step: WorldStep, wishes: Sequence[Wish] = ()) -> Measurements:
        """Return what the house says after a step."""
        world, at = self.world, self.at
        doing = {name: world.household.doing(name, world.at_s) for name in world.residents}
        seen: Seen = self._watcher.see(world.at_s, step.seconds, doing)
        return Measurements(
            at=world.local_time(world.at_s),
            air=air_samples(world, step, at),
            devices=device_states(step, at),
            weather=weather_sample(world, step, at),
            meter=meter_sample(world, step, at),
            presence=seen.presence,
            activities=seen.activities,
            votes=tuple(_vote(wish, at) for wish in wishes),
            written=self._take_written(),
        )

    def _take_written(self) -> tuple[Write, ...]:
        written, self._written = tuple(self._written), []
        return written

    def _tell(self, commands: Sequence[Command]) -> None:
        for command in commands:
            value = self._gate.passes(command, self.at)
            if value is None:
                continue
            if self.world.command(command.device, command.action, value):
                self._refused += 1
                continue
            self._written.append(Write(device=command.device, action=command.action, value=value, sequence=0))


def _vote(wish: Wish, at: Instant) -> Vote:
    return Vote(stamp=at, origin=Origin.SIMULATED, resident=wish.who, room=wish.room, sensation=wish.vote)
