"""What each resident does on a day: from getting up to getting up, made anew each day from the seed.

A day depends on the house, the seed and the date alone. What a household does together (dinner, the order of the bath,
an outing at the weekend) is drawn once for all; what one does alone is drawn for each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sumika.schema.house import House, Resident
from sumika.schema.living import Life, Routine
from sumika.world.residents.chance import chance

GUEST = "guest_"
"""What the names of guests begin with; a description's own names that do so are taken for guests, too."""
_VISITS = 0.35
"""How likely somebody visits on a day of a weekend on which the household stays in (typical: once or twice a month)."""
_SHORTEST_H = 1.0 / 60.0
_GROWN_YEARS = 15.0


@dataclass(frozen=True, slots=True)
class Block:
    """Something done for a while.

    Attributes:
        begin_h: Hours since midnight of the day, local time; beyond 24 on the day after.
        end_h: Likewise.
        activity: Name of an activity.
        number: Which place, where there are several.
        room: Where, where that is set; empty: where the activity is usually done.
    """

    begin_h: float
    end_h: float
    activity: str
    number: int = 0
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What a household does together on a day.

    Attributes:
        weekend: Whether it is one.
        dinner_h: When they eat.
        outing_h: From when to when everybody is out; None: they stay.
        visit_h: From when to when guests are there; None: nobody comes.
        bath_h: When the first one bathes.
        cook: Number of who cooks; -1: nobody can.
    """

    weekend: bool
    dinner_h: float
    outing_h: tuple[float, float] | None
    visit_h: tuple[float, float] | None
    bath_h: float
    cook: int


def together_on(house: House, seed: int, day: date) -> Together:
    """Return what a household does together on a day."""
    random = chance(seed, "together", day.toordinal())
    weekend = day.weekday() >= 5
    outing = None
    if weekend and random.uniform() < 0.45:
        begin = float(random.uniform(10.0, 13.0))
        outing = (begin, begin + float(random.uniform(2.0, 4.5)))
    visit = None
    if weekend and outing is None and guests_of(house) > 0 and random.uniform() < _VISITS:
        begin = float(random.uniform(14.0, 15.5))
        visit = (begin, begin + float(random.uniform(2.0, 3.2)))
    dinner_h = float(np.clip(random.normal(19.2, 0.35), 18.2, 20.5))
    return Together(
        weekend=weekend,
        dinner_h=dinner_h,
        outing_h=outing,
        visit_h=visit,
        bath_h=dinner_h + float(random.uniform(1.2, 1.8)),
        cook=_cook(house.residents[: len(house.residents) - guests_of(house)]),
    )


def guests_of(house: House) -> int:
    """Return how many of a house's residents, the last ones, only come to visit."""
    return sum(resident.id.startswith(GUEST) for resident in house.residents)


def life_of(resident: Resident) -> Life:
    """Return how somebody lives; of whom nothing is said, as an office worker does."""
    return resident.life if resident.life is not None else Life()


def wakes_h(resident: Resident, seed: int, day: date) -> float:
    """Return when somebody gets up on a day, in hours since its midnight."""
    life, random = life_of(resident), chance(seed, "wakes", resident.id, day.toordinal())
    later_h = float(random.uniform(0.5, 1.5)) if day.weekday() >= 5 and life.routine is not Routine.BABY else 0.0
    return float(np.clip(life.wakes_at_h + later_h + random.normal(0.0, 0.2), 3.0, 12.0))


def day_of(house: House, number: int, seed: int, day: date, next_day: date) -> tuple[Block, ...]:
    """Return what a resident does from getting up on a day to getting up on the next one, without a gap.

    Args:
        house: The house.
        number: Of the resident.
        seed: Of everything random.
        day: The day.
        next_day: The one after it.
    """
    resident = house.residents[number]
    life = life_of(resident)
    random = chance(seed, "day", resident.id, day.toordinal())
    begin, end = wakes_h(resident, seed, day), 24.0 + wakes_h(resident, seed, next_day)
    planner = _Planner(random, number, begin, end)
    common = together_on(house, seed, day)
    if resident.id.startswith(GUEST):
        _guest(planner, common)
    elif life.routine is Routine.BABY:
        _baby(planner, life)
    else:
        _day(planner, life, common, len(house.residents))
    return planner.blocks


class _Planner:
    """Puts blocks one after the other, and never past the end."""

    def __init__(self, random: np.random.Generator, number: int, begin_h: float, end_h: float) -> None:
        self.random, self.number, self.now_h, self.end_h = random, number, begin_h, end_h
        self._blocks: list[Block] = []
        self._toilet_h = begin_h + 3.0

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks)

    def do(self, activity: str, hours: float) -> None:
        """Do something for a time from now."""
        self.until(activity, self.now_h + hours)

    def until(self, activity: str, end_h: float) -> None:
        """Do something until a moment; the toilet in between when it is time."""
        end_h = min(end_h, self.end_h)
        interrupted = activity not in ("away", "sleeping", "bathing", "toilet", "napping")
        while interrupted and self._toilet_h + 0.1 < end_h:
            at_h = max(self.now_h, self._toilet_h)
            self._add(activity, at_h)
            self._add("toilet", at_h + float(self.random.uniform(0.04, 0.1)))
            self._toilet_h = self.now_h + float(self.random.uniform(2.5, 4.0))
        self._add(activity, end_h)
        if activity == "away":
            self._toilet_h = max(self._toilet_h, self.now_h + float(self.random.uniform(0.2, 2.0)))

    def _add(self, activity: str, end_h: float) -> None:
        if end_h - self.now_h >= _SHORTEST_H:
            self._blocks.append(Block(self.now_h, end_h, activity, self.number))
            self.now_h = end_h

    def spend(self, until_h: float, choices: tuple[tuple[str, float], ...]) -> None:
        """Spend the time until a moment with one thing after another, each an hour or so."""
        names, weights = zip(*choices, strict=True)
        share = np.array(weights) / sum(weights)
        while until_h - self.now_h > 0.05:
            hours = float(self.random.uniform(0.4, 1.6))
            end_h = until_h if until_h - self.now_h - hours < 0.3 else self.now_h + hours
            self.until(str(self.random.choice(names, p=share)), end_h)


_LEISURE = (("watching_tv", 3.0), ("reading", 2.0), ("talking", 1.0), ("housework", 0.5))
_CHORES = (("housework", 3.0), ("watching_tv", 1.0), ("reading", 1.0))


def _day(planner: _Planner, life: Life, common: Together, residents: int) -> None:
    """Plan an ordinary day."""
    _morning(planner)
    if common.weekend and (life.routine is not Routine.RETIRED or common.visit_h is not None):
        _weekend(planner, common)
    else:
        _WORKDAYS[life.routine](planner, life)
    _evening(planner, life, common, residents)


def _morning(planner: _Planner) -> None:
    planner.do("toilet", 0.08)
    planner.do("washing", float(planner.random.uniform(0.1, 0.25)))
    planner.do("dressing", 0.1)
    planner.do("eating", float(planner.random.uniform(0.25, 0.5)))


def _weekend(planner: _Planner, common: Together) -> None:
    if common.outing_h is not None:
        planner.spend(common.outing_h[0], _CHORES)
        planner.until("away", common.outing_h[1])
    else:
        planner.spend(12.2, _CHORES)
        planner.do("eating", 0.5)
    if common.visit_h is not None:
        planner.spend(common.visit_h[0], _CHORES)
        planner.until("talking", common.visit_h[1])
    planner.spend(17.5, _LEISURE)


def _guest(planner: _Planner, common: Together) -> None:
    """Come and go; what guests do at home is no part of the house."""
    if common.visit_h is not None:
        planner.until("away", common.visit_h[0] + float(planner.random.uniform(0.0, 0.3)))
        planner.until("talking", common.visit_h[1] - float(planner.random.uniform(0.0, 0.2)))
    planner.until("away", planner.end_h)


def _office(planner: _Planner, life: Life) -> None:
    planner.do("reading", 0.2)
    planner.until("away", float(np.clip(planner.random.normal(18.6, 0.6), 16.0, 21.5)))


def _home_office(planner: _Planner, life: Life) -> None:
    random = planner.random
    planner.until("working", 12.0 + float(random.normal(0.0, 0.2)))
    planner.do("cooking", 0.3)
    planner.do("eating", 0.4)
    if random.uniform() < 0.5:
        planner.do("away", float(random.uniform(0.4, 1.2)))
    planner.until("working", 17.6 + float(random.normal(0.0, 0.3)))


def _homemaker(planner: _Planner, life: Life) -> None:
    random = planner.random
    planner.spend(10.5, (("housework", 1.0),))
    planner.do("away", float(random.uniform(0.7, 1.8)))
    planner.do("cooking", 0.3)
    planner.do("eating", 0.4)
    planner.spend(17.6, (*_CHORES, ("napping", 0.4)))


def _pupil(planner: _Planner, life: Life) -> None:
    planner.until("away", 15.8 + float(planner.random.normal(0.0, 0.3)))
    planner.do("homework", float(planner.random.uniform(0.5, 1.2)))
    planner.spend(17.8, (("playing", 2.0), ("watching_tv", 1.0)))


def _retired(planner: _Planner, life: Life) -> None:
    random = planner.random
    planner.spend(10.0, _LEISURE)
    if random.uniform() < 0.8:
        planner.do("away", float(random.uniform(0.5, 2.0)))
    planner.until("reading", 11.8)
    planner.do("cooking", 0.35)
    planner.do("eating", 0.5)
    planner.do("napping", float(random.uniform(0.3, 0.9)))
    planner.spend(17.4, (*_LEISURE, ("away", 0.6)))


_WORKDAYS: dict[Routine, Callable[[_Planner, Life], None]] = {
    Routine.OFFICE: _office,
    Routine.HOME_OFFICE: _home_office,
    Routine.HOMEMAKER: _homemaker,
    Routine.PUPIL: _pupil,
    Routine.RETIRED: _retired,
}


def _evening(planner: _Planner, life: Life, common: Together, residents: int) -> None:
    """Cook or wait, eat together, wash up, bathe one after the other, go to bed."""
    random, dinner_h = planner.random, common.dinner_h
    young = life.age_years < _GROWN_YEARS
    if planner.number == common.cook and planner.now_h < dinner_h - 0.3:
        planner.spend(dinner_h - 0.75, _LEISURE)
        planner.until("cooking", dinner_h)
    else:
        planner.spend(dinner_h, (("playing", 1.0), ("watching_tv", 1.0)) if young else _LEISURE)
    planner.until("eating", max(planner.now_h + 0.3, dinner_h + float(random.uniform(0.5, 0.8))))
    if planner.number == common.cook:
        planner.do("dishes", 0.3)
    bed_h = max(planner.now_h + 0.4, life.sleeps_at_h + float(random.normal(0.0, 0.25)))
    if common.weekend and not young:
        bed_h += float(random.uniform(0.0, 0.7))
    turn_h = common.bath_h + 0.55 * _turn(planner.number, young)
    planner.spend(min(turn_h, bed_h - 0.9), _LEISURE)
    planner.do("bathing", float(random.uniform(0.35, 0.5)))
    planner.do("washing", 0.15)
    planner.spend(bed_h - 0.15, _LEISURE)
    planner.do("toilet", 0.07)
    _night(planner, life)


def _turn(number: int, young: bool) -> int:
    return 0 if young else number


def _night(planner: _Planner, life: Life) -> None:
    """Sleep until the end, but for the toilet."""
    random = planner.random
    night_h = planner.end_h - planner.now_h
    visits = sorted(random.uniform(0.25, 0.85, int(random.poisson(life.night_toilets))) * night_h + planner.now_h)
    for at_h in visits:
        if planner.now_h + 0.4 < at_h < planner.end_h - 0.4:
            planner.until("sleeping", float(at_h))
            planner.do("toilet", float(random.uniform(0.05, 0.1)))
    planner.until("sleeping", planner.end_h)


def _baby(planner: _Planner, life: Life) -> None:
    """Plan a day of short sleeps, meals and play."""
    random = planner.random
    night_h = 19.5
    while planner.now_h < night_h:
        planner.do("eating", 0.4)
        planner.do("playing", float(random.uniform(0.6, 1.3)))
        planner.do("sleeping", float(random.uniform(0.8, 2.0)))
    planner.do("bathing", 0.25)
    while planner.now_h < planner.end_h - 0.6:
        planner.do("sleeping", float(random.uniform(2.0, 4.0)))
        planner.do("eating", 0.35)
    planner.until("sleeping", planner.end_h)


def _cook(residents: tuple[Resident, ...]) -> int:
    """Return who cooks: who is at home, else the first grown-up."""
    grown = [number for number, one in enumerate(residents) if life_of(one).age_years >= _GROWN_YEARS]
    for routine in (Routine.HOMEMAKER, Routine.HOME_OFFICE, Routine.RETIRED):
        for number in grown:
            if life_of(residents[number]).routine is routine:
                return number
    return grown[0] if grown else -1


def hours_of(blocks: Iterator[Block] | tuple[Block, ...]) -> dict[str, float]:
    """Return how many hours go to each activity."""
    found: dict[str, float] = {}
    for block in blocks:
        found[block.activity] = found.get(block.activity, 0.0) + block.end_h - block.begin_h
    return found
