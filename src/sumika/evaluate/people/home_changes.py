"""When residents and pets of a simulated house sit down, lie down, get up or jump, and from what height to what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House
from sumika.world.exchange import Posture, Stretch
from sumika.world.residents import Household
from sumika.world.start import start_of

_HOUR_S = 3600.0
_STANDING_SHARE = 0.56
"""The middle of what a radar sees of who stands is so far up his stature; see `sumika.world.radar_scene.body`."""

_SITS_M, _LIES_M = 0.25, 0.12
"""Above what somebody sits or lies on."""

_PET_M, _USUAL_TALL_M = 0.16, 1.68

_MET_M, _MET_S = 2.5, 30.0
"""A track is taken over from somebody so near; after so many seconds it is known for what it is."""

WAY_STEP_S, WAY_S = 0.1, 20.0
"""How a pet goes on after a change is told in such steps, for so long."""

_OUT_M = (1e3, 1e3)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """One body holds itself otherwise.

    Attributes:
        body: Whose.
        kind: "person", "pet" or "robot".
        at_s: When it begins, on the world's clock.
        seconds: How long it takes.
        before_m: Height of the body's middle.
        after_m: The same, after.
        on_furniture: Whether it lies or sits on something afterwards.
        met: Whether a person was near of late: whose track an animal may have taken over.
        way_m: Where a pet is on the floor plan, every `WAY_STEP_S` from the beginning of the change on, beside where it
            comes to be by it; empty for people, who stay.
    """

    body: str
    kind: str
    at_s: float
    seconds: float
    before_m: float
    after_m: float
    on_furniture: bool
    met: bool = True
    way_m: tuple[tuple[float, float], ...] = ()


def changes_of(house: House, seed: int, days: int) -> Iterator[Change]:
    """Yield all changes of a house's residents and pets.

    Args:
        house: With residents and pets.
        seed: Of all chance.
        days: How long they live.
    """
    household = Household.of(house, seed, start_of(house))
    tall_m = {one.id: one.life.height_m for one in house.residents if one.life is not None}
    for hour in range(24 * days):
        household.advance((hour + 1) * _HOUR_S)
        stretches = [one for one in household.stretches(hour * _HOUR_S, _HOUR_S) if one.kind != "robot"]
        people = [_Course.of(one) for one in stretches if one.kind == "person"]
        for stretch in stretches:
            yield from _changes(stretch, tall_m.get(stretch.body, _USUAL_TALL_M), people)


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a body is over a stretch of time.

    Attributes:
        at_s: (corner,) when.
        place_m: (corner, 2) on the floor plan; far away where it is out of the house.
    """

    at_s: Array
    place_m: Array

    @classmethod
    def of(cls, stretch: Stretch) -> "_Course":
        """Return where a body goes: straight from the beginning to the end of each leg."""
        at_s, place = [stretch.start_s], stretch.start_m
        places = [place if stretch.present else _OUT_M]
        for leg, away in zip(stretch.legs, stretch.away, strict=True):
            at_s.append(at_s[-1] + leg.seconds)
            place = place if leg.to_m is None else leg.to_m
            places.append(_OUT_M if away else place)
        return cls(np.array(at_s), np.array(places))

    def at(self, times_s: Array) -> Array:
        """Return (time, 2) where the body is."""
        return np.stack([np.interp(times_s, self.at_s, self.place_m[:, axis]) for axis in (0, 1)], axis=1)

    def way_m(self, at_s: float, seconds: float) -> tuple[tuple[float, float], ...]:
        """Return where the body is from a time on, beside where it is so many seconds after it."""
        apart = self.at(at_s + np.arange(0.0, WAY_S, WAY_STEP_S)) - self.at(np.array([at_s + seconds]))
        return tuple((float(x), float(y)) for x, y in apart)


def _met(own: _Course, people: Sequence[_Course], at_s: float) -> bool:
    """Return whether a person was near a body in the seconds before a time."""
    times_s = np.arange(at_s - _MET_S, at_s + 0.5)
    here = own.at(times_s)
    return any(bool((np.hypot(*(one.at(times_s) - here).T) < _MET_M).any()) for one in people)


def _changes(stretch: Stretch, tall_m: float, people: Sequence[_Course]) -> Iterator[Change]:
    own = _Course.of(stretch)
    posture, base_m, at_s = stretch.posture, stretch.base_m, stretch.start_s
    for leg, away in zip(stretch.legs, stretch.away, strict=True):
        after = posture if leg.posture is None else leg.posture
        base_after_m = base_m if leg.base_m is None else leg.base_m
        before_m, after_m = (
            _middle_m(stretch.kind, *held, tall_m) for held in ((posture, base_m), (after, base_after_m))
        )
        if not away and abs(after_m - before_m) > 0.1:
            on_furniture = after is not Posture.STANDING and base_after_m > 0.2
            pet = stretch.kind == "pet"
            met, way_m = not pet or _met(own, people, at_s), own.way_m(at_s, leg.seconds) if pet else ()
            yield Change(stretch.body, stretch.kind, at_s, leg.seconds, before_m, after_m, on_furniture, met, way_m)
        posture, base_m, at_s = after, base_after_m, at_s + leg.seconds


def _middle_m(kind: str, posture: Posture, base_m: float, tall_m: float) -> float:
    if kind == "pet":
        return _PET_M + (base_m if posture is Posture.LYING else 0.0)
    if posture is Posture.STANDING:
        return _STANDING_SHARE * tall_m
    return base_m + (_SITS_M if posture is Posture.SITTING else _LIES_M)
