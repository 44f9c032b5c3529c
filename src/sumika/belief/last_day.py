"""What the last day says of every machine: how much of its heat or its air was really there.

A filter that is set right every quarter of an hour hides a machine that gives too little: it takes walls for colder
than they are. So the day is gone through once more from its beginning without looking at the sensors, and how far they
end away is explained by all machines together, beside a little that is off in every room and stays so (ridge
regression: A. E. Hoerl, R. W. Kennard, Technometrics 12, 1970). A sensor that is off moves its own room alone, and from
the first hour on; a machine moves what it reaches, while it runs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import co2_of
from sumika.belief.house import HouseBelief, part
from sumika.belief.thermal import Driven

Array = NDArray[np.float64]

FANS = ""
"""Stands for all fans together, where others are devices."""

DAY_ROWS, SETTLES_ROWS = 96, 96
TOGETHER_ROWS = 12.0
"""So many neighbouring errors count as one, as in `sumika.belief.learning`."""

SHARE_SPREAD = 0.5
"""Standard deviation of what is missing of a machine, before anything is known."""

ROOM_SPREAD = (0.7, 80.0)
"""Kelvins and ppm by which every room is off for a day whatever the machines do (typical)."""

ERROR = (0.5, 80.0)
"""Kelvins and ppm that a day ends away even if everything is as it should be: the least that is reckoned with."""

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.6, 2.0)
"""What air becomes is no straight line of how much of it is moved: all of these are tried."""

WEAKER = 0.85
_HALF = math.log(0.5)


@dataclass(frozen=True, slots=True)
class Level:
    """What a day says of a machine.

    Attributes:
        log_share: Logarithm of the share of what it should have given.
        sigma: Standard deviation of that.
    """

    log_share: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Course:
    """A day as it was without looking at the sensors, of one quantity.

    Attributes:
        away: (row, room) measured less foreseen; NaN where nothing was measured.
        does: By machine: (row, room) what the whole of it did.
        tried: By machine whose doing is no straight line: `away` at each of `SHARES`.
        spreads: Standard deviations of a room's own being off, and of an error.
    """

    away: Array = field(repr=False)
    does: Mapping[str, Array] = field(repr=False)
    spreads: tuple[float, float]
    tried: Mapping[str, tuple[Array, ...]] = field(default_factory=dict, repr=False)


def courses(belief: HouseBelief, count: int = DAY_ROWS) -> tuple[Course, Course] | None:
    """Return the last day's temperatures and carbon dioxide, None where there is no day yet.

    Args:
        belief: Of the house.
        count: How many rows the day has.
    """
    rows = belief.record.rows().last(count + SETTLES_ROWS)
    if len(rows) < count + SETTLES_ROWS:
        return None
    driven, ppm = belief.thermal.driven(rows), co2_of(rows)
    first = belief.first_state(driven)
    if first is None:
        return None
    day = part(driven, SETTLES_ROWS, len(driven))
    warm, _, _ = belief.thermal.filter(belief.theta, driven, first, np.eye(belief.thermal.nodes) * 4.0)
    stale, _, _ = belief.air.filter(belief.air_theta, driven, ppm, np.full(belief.air.rooms, 600.0))
    return (
        _heat(belief, day, warm[SETTLES_ROWS]),
        _air(belief, day, ppm[SETTLES_ROWS:], stale[SETTLES_ROWS]),
    )


def _heat(belief: HouseBelief, day: Driven, state: Array) -> Course:
    thermal = belief.thermal
    rooms = thermal.rooms
    told = thermal.simulate(belief.theta, day, state)[1:, :rooms]
    does = {}
    guessed = np.asarray(day.guessed_rooms().any(axis=0))
    for device, air_w, mass_w, shares in day.given:
        place = thermal.place.get(f"source.{device}")
        if place is None or not (np.any(air_w) or np.any(mass_w)):
            continue
        # What is away from a guess says nothing of a machine.
        if guessed[shares > 0.0].any():
            continue
        half = belief.theta.copy()
        half[place] += _HALF
        does[device] = 2.0 * (told - thermal.simulate(half, day, state)[1:, :rooms])
    return Course(day.measured_c - told, does, (ROOM_SPREAD[0], ERROR[0]))


def _air(belief: HouseBelief, day: Driven, measured_ppm: Array, state: Array) -> Course:
    place, tried = belief.air.place["fans"], []
    for share in SHARES:
        theta = belief.air_theta.copy()
        theta[place] += math.log(share)
        tried.append(measured_ppm - belief.air.simulate(theta, day, state, {})[1:])
    return Course(tried[SHARES.index(1.0)], {}, (ROOM_SPREAD[1], ERROR[1]), {FANS: tuple(tried)})


def levels(day: Course) -> dict[str, Level]:
    """Return what a day says of each machine that moved anything.

    Args:
        day: Of one quantity.
    """
    bent = {name: level for name, aways in day.tried.items() if (level := _bent(aways, day.spreads)) is not None}
    return {**bent, **_straight(day)}


def _bent(aways: tuple[Array, ...], spreads: tuple[float, float]) -> Level | None:
    """Return the mean and the spread of what a day makes of the shares that were tried."""
    good = np.isfinite(aways[0])
    if not good.any() or max(float(np.abs(one - aways[0])[good].max()) for one in aways) == 0.0:
        return None
    off, error = spreads
    squares = np.array([_square(away, off, error) for away in aways])
    sigma = max(error, math.sqrt(float(squares.min()) / good.sum()))
    logs = np.log(SHARES)
    odds = -0.5 * squares / (sigma**2 * TOGETHER_ROWS) - 0.5 * (np.exp(logs) - 1.0) ** 2 / SHARE_SPREAD**2
    weight = np.exp(odds - odds.max()) * np.gradient(logs)
    weight /= weight.sum()
    mean = float(weight @ logs)
    return Level(mean, math.sqrt(float(weight @ (logs - mean) ** 2)))


def _square(away: Array, off: float, error: float) -> float:
    """Return the sum of squares that is left when every room may be a little off all day."""
    total = 0.0
    for column in away.T:
        left = column[np.isfinite(column)]
        if len(left):
            own = len(left) * off**2 / (len(left) * off**2 + error**2 * TOGETHER_ROWS)
            total += float((left**2).sum()) - own * len(left) * float(left.mean()) ** 2
    return total


def _straight(day: Course) -> dict[str, Level]:
    names = [name for name, does in day.does.items() if np.any(does)]
    good = np.isfinite(day.away)
    if not names or not good.any():
        return {}
    rooms = day.away.shape[1]
    off, error = day.spreads
    which = np.broadcast_to(np.arange(rooms), day.away.shape)[good]
    columns = np.stack([*(day.does[name][good] for name in names), *(1.0 * (which == room) for room in range(rooms))])
    prior = np.concatenate([np.full(len(names), SHARE_SPREAD), np.full(rooms, off)]) ** -2.0
    left, sigma = day.away[good], error
    for _ in range(2):
        inverse = np.linalg.inv(columns @ columns.T / (sigma**2 * TOGETHER_ROWS) + np.diag(prior))
        found = inverse @ (columns @ left) / (sigma**2 * TOGETHER_ROWS)
        sigma = max(error, float(np.std(left - found @ columns)))
    spread = np.sqrt(np.diag(inverse))
    return {
        name: Level(math.log(max(1.0 + share, 0.05)), float(wide / max(1.0 + share, 0.3)))
        for name, share, wide in zip(names, found.tolist(), spread.tolist(), strict=False)
        if wide < 0.8 * SHARE_SPREAD
    }


def weaker_machine(day: Course, room: int) -> str | None:
    """Return the machine whose giving less explains better what a room's sensor says than that sensor being off does.

    Args:
        day: Of the sensor's quantity.
        room: Place of the sensor's room.
    """
    away = np.where(np.isfinite(day.away), day.away, 0.0)
    own = away.copy()
    own[:, room] -= own[:, room].mean()
    best, name = float((own**2).sum()), None
    for machine, does in day.does.items():
        square = float((does**2).sum())
        share = 0.0 if square == 0.0 else max(-1.0, float((does * away).sum()) / square)
        left = float(((away - share * does) ** 2).sum())
        if 1.0 + share <= WEAKER and left < best:
            best, name = left, machine
    for machine, aways in day.tried.items():
        squares = [float(np.nansum(one**2)) for one in aways]
        place = int(np.argmin(squares))
        if SHARES[place] <= WEAKER and squares[place] < best:
            best, name = squares[place], machine
    return name
