"""What only a crystal ball knows of people: where they will be and what they will draw."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.routine import PeopleAhead, Routine
from sumika.belief.usage import Usage
from sumika.evaluate.control.presence import BUSY_MET
from sumika.world.devices.storage import CarCharger
from sumika.world.residents.activities import MET_W_M2
from sumika.world.simulation import World

Array = NDArray[np.float64]

_ASLEEP = ("n1", "n2", "n3", "rem")


class TrueRoutine(Routine):
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


class TrueUsage(Usage):
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
