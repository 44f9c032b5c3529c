"""When residents and pets of a simulated house sit down, lie down, get up or jump, and from what height to what."""

from collections.abc import Iterator
from dataclasses import dataclass

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
    """

    body: str
    kind: str
    at_s: float
    seconds: float
    before_m: float
    after_m: float
    on_furniture: bool


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
        for stretch in household.stretches(hour * _HOUR_S, _HOUR_S):
            if stretch.kind != "robot":
                yield from _changes(stretch, tall_m.get(stretch.body, _USUAL_TALL_M))


def _changes(stretch: Stretch, tall_m: float) -> Iterator[Change]:
    posture, base_m, at_s = stretch.posture, stretch.base_m, stretch.start_s
    for leg, away in zip(stretch.legs, stretch.away, strict=True):
        after = posture if leg.posture is None else leg.posture
        base_after_m = base_m if leg.base_m is None else leg.base_m
        before_m, after_m = (
            _middle_m(stretch.kind, *held, tall_m) for held in ((posture, base_m), (after, base_after_m))
        )
        if not away and abs(after_m - before_m) > 0.1:
            on_furniture = after is not Posture.STANDING and base_after_m > 0.2
            yield Change(stretch.body, stretch.kind, at_s, leg.seconds, before_m, after_m, on_furniture)
        posture, base_m, at_s = after, base_after_m, at_s + leg.seconds


def _middle_m(kind: str, posture: Posture, base_m: float, tall_m: float) -> float:
    if kind == "pet":
        return _PET_M + (base_m if posture is Posture.LYING else 0.0)
    if posture is Posture.STANDING:
        return _STANDING_SHARE * tall_m
    return base_m + (_SITS_M if posture is Posture.SITTING else _LIES_M)
