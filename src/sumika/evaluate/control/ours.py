"""Our controller in the arena: as it is, with a forecast that comes true, and with perfect foresight of everything.

Perfect foresight knows the weather, the prices, where everybody will be and what they will do, what they like, what
they will draw, and a model of the house that was fitted to the very days that are scored. It plans as ours does, two
days ahead and every half hour, from the temperatures that really are: a bound that no controller without a crystal ball
reaches, if not the very optimum.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.comfort import Liking
from sumika.belief.routine import PeopleAhead, Routine
from sumika.belief.usage import Usage
from sumika.ecu import Ecu, Measurements
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.contenders import Contender, enter
from sumika.evaluate.control.forecasts import Forecast
from sumika.evaluate.control.presence import BUSY_MET, PresenceSource
from sumika.evaluate.control.weeks import SCORED_DAYS, WARM_UP_DAYS, Week
from sumika.plan.solver import PlanError
from sumika.schema import Command
from sumika.world.devices.storage import CarCharger
from sumika.world.residents.activities import MET_W_M2
from sumika.world.simulation import World

Array = NDArray[np.float64]

PLANS_EVERY_S = 1800.0
"""Half as often as in a house, which halves the time of a comparison and changes little."""

_ASLEEP = ("n1", "n2", "n3", "rem")
_LIKED_C = 23.0
_SURE_K = 0.3


class Ours:
    """Our controller, as the arena runs one."""

    def __init__(self, ecu: Ecu) -> None:
        """Take a controller of its own."""
        self.ecu = ecu
        self.failed = 0

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says."""
        self.ecu.observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told; where no plan comes about, the one before goes on."""
        try:
            return self.ecu.plan(forecast)
        except PlanError:
            self.failed += 1
            return self.ecu.commands() if self.ecu.planned is not None else ()


class _TrueRoutine(Routine):
    """Knows where everybody will be."""

    def __init__(self, world: World) -> None:
        super().__init__(world.house)
        self._world = world

    def ahead(self, when: Sequence[datetime], hours: Array) -> PeopleAhead:
        """Return who really will be where."""
        world, place = self._world, {room: index for index, room in enumerate(self.rooms)}
        found = np.zeros((len(when), len(self.rooms), 3))
        for step, (moment, length) in enumerate(zip(when, hours, strict=True)):
            middle_s = (moment - world.start).total_seconds()
            looks = middle_s + 3600.0 * length * np.array([-0.375, -0.125, 0.125, 0.375])
            for at_s in looks:
                for name in world.residents:
                    doing = world.household.doing(name, float(at_s))
                    if doing.room in place:
                        busy = doing.metabolic_w_m2 >= BUSY_MET * MET_W_M2
                        kind = 1 if doing.sleep_stage in _ASLEEP else 2 if busy else 0
                        found[step, place[doing.room], kind] += 0.25
        return PeopleAhead(
            awake=found[:, :, 0], asleep=found[:, :, 1], active=found[:, :, 2], sure=np.ones(found.shape[:2])
        )


class _TrueUsage(Usage):
    """Knows what will be drawn and when the car leaves."""

    def __init__(self, world: World) -> None:
        super().__init__(world.house)
        self._world = world

    def _drawn(self, moment: datetime, hours: float) -> tuple[float, float]:
        begin_s = (moment - self._world.start).total_seconds() - 1800.0 * hours
        draws = self._world.household.demands(begin_s, 3600.0 * hours)
        return sum(draws.hot_water_l.values()), sum(draws.cooking_w.values()) + sum(draws.plug_w.values())

    def other_w(self, when: Sequence[datetime], hours: Array, now_w: float | None) -> Array:
        """Return what sockets and stoves will draw."""
        return np.array([self._drawn(one, length)[1] for one, length in zip(when, hours.tolist(), strict=True)])

    def water_l_per_h(self, when: Sequence[datetime], hours: Array) -> Array:
        """Return the hot water that will be drawn."""
        return np.array(
            [self._drawn(one, length)[0] / length for one, length in zip(when, hours.tolist(), strict=True)]
        )

    def water_spread_l(self, when: Sequence[datetime]) -> Array:
        """Return nothing: no more than known will be drawn."""
        return np.zeros(len(when))

    def car(self, device: str, when: Sequence[datetime], hours: Array, at_home: bool) -> tuple[Array, Array, Array]:
        """Return when the car will be there, what it will drive, and when it leaves."""
        charger = self._world.devices.device(device)
        if not isinstance(charger, CarCharger):
            return super().car(device, when, hours, at_home)
        home, drawn, goes = np.ones(len(when)), np.zeros(len(when)), np.zeros(len(when))
        for step, moment in enumerate(when):
            leaves_h, back_h, used_j = charger.trip(moment.toordinal(), moment.weekday())
            hour = moment.hour + moment.minute / 60.0
            half = 0.5 * float(hours[step])
            home[step] = float(not leaves_h - half < hour < back_h + half) if back_h > leaves_h else 1.0
            if leaves_h - half <= hour < leaves_h + half and back_h > leaves_h:
                drawn[step], goes[step] = used_j / 3.6e6, 1.0
        return home, drawn, np.roll(goes, -1)


def ours(arena: Arena, week: Week) -> Ours:
    """Return our controller for a house that it does not know."""
    return Ours(Ecu(arena.house, currency=arena.world.meter.currency, plans_every_s=PLANS_EVERY_S, guarded=False))


def with_foresight(arena: Arena, week: Week) -> Ours:
    """Return our planner with everything known beforehand."""
    made = ours(arena, week)
    ecu, world = made.ecu, arena.world
    ecu.routine, ecu.usage = _TrueRoutine(world), _TrueUsage(world)
    likes = float(np.mean([world.household.likes_c(name) for name in world.residents])) - _LIKED_C
    for room in ecu.likings:
        ecu.likings[room] = _known(1.5 * likes)
    fitted = _fitted(arena, week)
    ecu.belief.theta, ecu.belief.air_theta = fitted.belief.theta, fitted.belief.air_theta
    ecu.belief.learned_days = fitted.belief.learned_days
    ecu.learns = False
    return made


def _known(warmer_k: float) -> Liking:
    """Return a liking that is known: the vote's shift per kelvin is half as much again as the standard's."""
    liking = Liking()
    liking.settle(warmer_k, _SURE_K)
    return liking


def _fitted(arena: Arena, week: Week) -> Ecu:
    """Return a controller that has learned the house from the very days that are scored, lived under a thermostat."""
    twin = Arena(arena.described, presence=PresenceSource.TRUTH)
    watcher = Ecu(twin.house, currency=twin.world.meter.currency, guarded=False)
    thermostat = FAMILIES["thermostat"].make(twin.house, tuned_settings(week.name, "thermostat"))
    twin.run(thermostat, WARM_UP_DAYS + SCORED_DAYS, learners=(Ours(watcher),))
    watcher.belief.learn(rounds=12)
    return watcher


def enter_ours() -> tuple[str, ...]:
    """Enter our controllers; return their names.

    "ours" knows the truth of who is where now; "perceives", "motion" and "blind" know what perception tells, what
    motion sensors tell, and nothing.
    """
    everybody = (
        Contender(name="ours", make=ours),
        Contender(name="forecast", make=ours, perfect_forecast=True),
        Contender(name="foresight", make=with_foresight, perfect_forecast=True),
        Contender(name="perceives", make=ours, presence=PresenceSource.PERCEPTION),
        Contender(name="motion", make=ours, presence=PresenceSource.PIR),
        Contender(name="blind", make=ours, presence=PresenceSource.NONE),
    )
    for contender in everybody:
        enter(contender)
    return tuple(contender.name for contender in everybody)
