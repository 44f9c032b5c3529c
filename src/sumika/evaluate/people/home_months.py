"""How often a family would be told of a fall that was none by the rule alone: months, with tracks from an error model.

The rule decides where there is no student of falls, or where that abstains; what a house with the student tells is
counted in `home_moments`.

The residents are those of the simulated house (`sumika.world.residents`), with a cat and a dog. Every time that one of
them sits down, lies down, gets up or jumps, its real height is told through the errors of a tracker
(`sumika.world.perception_level.heights`, counted on runs through the samples), frame by frame, to the step that
suspects falls. Besides, everybody does near the floor what the simulated residents do not: `ACTS` says what and how
often a day.

What is left out is the time between: who walks, stands or sits for long, or lies where he lay before. Nobody is
suspected who was not low for seconds after having been higher. An error could make it so: the times at which a tracker
takes something else for somebody who stands, for seconds, are told, too, as many as there are in the hours that a
family moves about in a month (`UPRIGHT_HOURS_PER_MONTH`).

Somebody who lies down on the floor on purpose does what a fall looks like, but for its speed; how often that is taken
for one is told for each time (`alarms_per_lying_down`), since families differ in nothing as much.
"""

import contextlib
import math
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from scipy import stats

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.code_behind import code_hash
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.falls import scene_of
from sumika.evaluate.people.falls_fit import LEARNED_FROM, scenes
from sumika.evaluate.people.height_count import count, followed
from sumika.evaluate.people.home_changes import WAY_STEP_S, Change, changes_of
from sumika.perception import fall
from sumika.perception._drops import LOW_M
from sumika.perception._fall_odds import ODDS
from sumika.schema import (
    POINT_COLUMNS,
    FallStage,
    Origin,
    PointCloud,
    RestingPlace,
    SuspectedFall,
    Track,
    TrackKind,
    Tracks,
)
from sumika.schema.house import DemoSource, House, Radar
from sumika.training.falls import WIDE
from sumika.units import seconds_to_ns
from sumika.world.perception_level.heights import (
    HEIGHTS_FILE,
    HeightErrors,
    HeightLook,
    HeightTeller,
    fitted_heights,
)
from sumika.world.radar_scene import ActedScene
from sumika.world.start import settings_of

FIRST_SEED, HOMES, DAYS = 500, 8, 15
"""Eight families for half a month each: four home-months."""

DAYS_PER_MONTH = 30.0
UPRIGHT_HOURS_PER_MONTH = 4 * 30.0
"""Two residents who stand and walk two hours a day each, at home (typical)."""

LYING_DOWNS = 1500
_CODE = ("world", "perception", "evaluate/people/home_*", "evaluate/people/height_count")
_INTERVAL_S, _LONG_S = 0.1, 3.0
_WALKS_M_S, _LEAPS_M_S, _LEAP_S = 0.8, 2.0, 0.5
_BEFORE_S, _AFTER_S = 6.0, 14.0
_BEGAN = Instant(10_000_000_000, 1_700_000_000_000_000_000, "simulated")
_SURELY_PERSON, _UNKNOWN = 8.0, math.log(9.0)
"""Log odds of a person, as a tracker tells them: of who was seen upright, and of whom it knows nothing."""

_UPRIGHT_M, _UPRIGHT_S, _TAKEN_OVER_S = 0.95, 1.5, 8.0
"""An animal's track that is surely taken for a person was one: it was so high for so long, so long before."""

_NO_PERSON = 0.03
"""Whom the tracker takes so surely for an animal is none to the step that suspects falls, however it comes down."""

_POINTS = 2
"""Of each frame that are told; all at the height that four of five points do not reach."""

_RADAR = Radar(
    id="home", room="room", model=WIDE, position_m=(-3.0, 0.0, 1.0), yaw_deg=0.0, pitch_deg=0.0, source=DemoSource()
)
Spot = tuple[float, float]
_BED_M, _BESIDE_M = (10.0, 10.0), (0.0, 0.0)
_ON_FURNITURE_M = 0.3
"""Pets whose middle is higher lie on a bed or sofa, which house.yaml describes."""

_PLACES = (RestingPlace(name="bed", floor_m=((9.0, 9.0), (11.0, 9.0), (11.0, 11.0), (9.0, 11.0)), height_m=0.45),)

Course = Callable[[float], float]
"""The real height of a body's middle at a time from the beginning of what is told."""

Way = Callable[[float], Spot]
"""Its place on the floor plan."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done near the floor.

    Attributes:
        per_day: How often one person does it.
        low_m: How low the middle of the body comes.
        down_s: How long that takes, shortest and longest.
        stays_s: How long it stays there.
    """

    per_day: float
    low_m: float
    down_s: tuple[float, float]
    stays_s: tuple[float, float]


ACTS = {
    "picks up": Act(10.0, 0.6, (0.5, 1.2), (0.5, 2.0)),
    "crouches": Act(4.0, 0.45, (0.6, 1.5), (2.0, 20.0)),
    "kneels": Act(2.0, 0.6, (0.8, 1.8), (5.0, 60.0)),
    "sits on the floor": Act(2.0, 0.4, (0.8, 2.5), (30.0, 300.0)),
    "stumbles": Act(0.3, 0.75, (0.3, 0.5), (0.0, 0.3)),
}
"""What people do near the floor, and how often a day (typical of a home with a low table and a pet)."""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What came of some days in a home.

    Attributes:
        seed: Of the home.
        alarms: By what raised them.
        told: How many changes and acts were told.
    """

    seed: int
    alarms: dict[str, int]
    told: int


def measure(full: bool) -> dict[str, Figure]:
    """Return how many false alarms a home has a month: the upper bound of what the months allow. Nothing unless full.

    Args:
        full: Whether months are lived, which takes some ten minutes.
    """
    if not full:
        return {}
    return {"false_alarms_per_month_by_rule": figure(fitted_heights(), HOMES, DAYS)}


def figure(errors: HeightErrors, homes: int, days: int) -> Figure:
    """Return the figure of some homes.

    Args:
        errors: How tracks err.
        homes: How many families.
        days: How long each lives.
    """
    months = homes * days / DAYS_PER_MONTH
    alarms, told = Counter[str](), 0
    lives = list(_lived(errors, [FIRST_SEED + number for number in range(homes)], days))
    for one in lives:
        alarms.update(one.alarms)
        told += one.told
    lying = Home(errors, FIRST_SEED - 1)
    suspected = sum(lying.lies_down() for _ in range(LYING_DOWNS))
    total = sum(alarms.values())
    detail: dict[str, float | str] = {"alarms": float(total), "months": months, "homes": float(homes)}
    detail |= {f"alarms_{what.replace(' ', '_')}": float(times) for what, times in alarms.items()}
    elsewhere = total - alarms["sits on the floor"] - alarms["crouches"]
    detail["bound_without_floor_sitting_and_crouching"] = upper_bound(elsewhere) / months
    detail |= {"told": float(told), "per_month": total / months, "fitted_on": errors.fitted_on}
    detail |= {"alarms_per_lying_down": suspected / LYING_DOWNS}
    return Figure(
        value=upper_bound(total) / months, unit="per home and month", evidence=Evidence.SIMULATION, detail=detail
    )


def _life(errors: HeightErrors, seed: int, days: int) -> Life:
    """Return what comes of some days in a home."""
    home, told = Home(errors, seed), 0
    alarms = {"changes": 0, "pets": 0, "upright": 0}
    for change in changes_of(family_with_pets(), seed, days):
        told += 1
        alarms["pets" if change.kind == "pet" else "changes"] += home.lives(change)
    for name, act in ACTS.items():
        times = int(home.random.poisson(2 * act.per_day * days))
        told += times
        alarms[name] = sum(home.does(act) for _ in range(times))
    alarms["upright"] = home.stands(UPRIGHT_HOURS_PER_MONTH * days / DAYS_PER_MONTH)
    return Life(seed=seed, alarms=alarms, told=told)


def _lived(errors: HeightErrors, seeds: Sequence[int], days: int) -> Iterator[Life]:
    """Yield what comes of all homes; of those that were lived in before with the same code it is read."""
    on = zlib.crc32(msgspec.json.encode((errors, ODDS, days, UPRIGHT_HOURS_PER_MONTH)))
    path = Path(tempfile.gettempdir()) / f"sumika-homes-{code_hash(_CODE)}-{on:08x}.jsonl"
    kept = dict[int, Life]()
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with contextlib.suppress(msgspec.DecodeError):  # a last line that was cut off
            one = msgspec.json.decode(line, type=Life)
            kept[one.seed] = one
    for number, seed in enumerate(seeds):
        say_on_stderr(f"  people.home_months: home {number + 1} of {len(seeds)} ...")
        if seed not in kept:
            kept[seed] = _life(errors, seed, days)
            with path.open("ab") as file:
                file.write(msgspec.json.encode(kept[seed]) + b"\n")
        yield kept[seed]


def family_with_pets() -> House:
    """Return the simulated house, whose residents have a cat and a dog."""
    house = demo_house().house
    return msgspec.structs.replace(house, world=msgspec.structs.replace(settings_of(house), pets=("cat", "dog")))


def upper_bound(events: int) -> float:
    """Return the mean of a Poisson count that so few events are less likely than one in twenty of (one-sided)."""
    return float(stats.chi2.ppf(0.95, 2 * (events + 1)) / 2)


class Home:
    """One home: bodies keep their constant errors in it."""

    def __init__(self, errors: HeightErrors, seed: int) -> None:
        """Begin with nobody."""
        self.random = np.random.Generator(np.random.SFC64((seed, 51)))
        self._errors = errors
        self._tellers: dict[str, HeightTeller] = {}

    def lives(self, change: Change) -> int:
        """Return how many alarms a change of posture raises: 0 or 1."""
        moves_s = max(change.seconds, 0.3)

        def height_m(time_s: float) -> float:
            return _blend(change.before_m, change.after_m, (time_s - _BEFORE_S) / moves_s)

        pet = change.kind == "pet"
        after = _BED_M if change.on_furniture else _BESIDE_M
        before = _BED_M if pet and change.before_m > _ON_FURNITURE_M else after

        def place_m(time_s: float) -> Spot:
            if time_s <= _BEFORE_S:
                return before
            if not change.way_m or change.on_furniture:
                return after
            x, y = change.way_m[min(int((time_s - _BEFORE_S) / WAY_STEP_S), len(change.way_m) - 1)]
            return after[0] + x, after[1] + y

        if not pet:
            odds = _SURELY_PERSON  # somebody was seen upright before
        else:
            # A pet's track is another one each time: it is lost every ten seconds.
            odds = float(self.random.choice(self._errors.pet_log_odds))
            odds = odds if change.met else min(odds, _UNKNOWN)
        return self._told(change.body, pet, height_m, _BEFORE_S + moves_s + _AFTER_S, place_m, odds=odds)

    def does(self, act: Act) -> int:
        """Return how many alarms it raises that somebody goes down near the floor and up again."""
        down_s, stays_s = (float(self.random.uniform(*span)) for span in (act.down_s, act.stays_s))
        up_s, high_m = float(self.random.uniform(0.6, 1.5)), float(self.random.uniform(0.82, 1.03))
        stays_s = min(stays_s, 30.0)

        def height_m(time_s: float) -> float:
            down = _blend(high_m, act.low_m, (time_s - _BEFORE_S) / down_s)
            return _blend(down, high_m, (time_s - _BEFORE_S - down_s - stays_s) / up_s)

        return self._told("somebody", False, height_m, _BEFORE_S + down_s + stays_s + up_s + 3.0)

    def lies_down(self) -> int:
        """Return how many alarms it raises that somebody lies down on the floor: sits first, then lies."""
        sits_s, waits_s, lies_s = (float(self.random.uniform(*span)) for span in ((1.0, 3.0), (0.5, 6.0), (1.2, 3.0)))
        high_m = float(self.random.uniform(0.82, 1.03))

        def height_m(time_s: float) -> float:
            sat = _blend(high_m, 0.4, (time_s - _BEFORE_S) / sits_s)
            return _blend(sat, 0.15, (time_s - _BEFORE_S - sits_s - waits_s) / lies_s)

        # Everybody else each time: this is about families, not about one of them.
        self._tellers.pop("somebody", None)
        return self._told("somebody", False, height_m, _BEFORE_S + sits_s + waits_s + lies_s + _AFTER_S)

    def stands(self, hours: float) -> int:
        """Return how many alarms hours of standing and walking raise.

        Nobody who stands is told low for `LYING_S` but where something else is taken for him for about as long: only
        the times at which that lasts for `_LONG_S` or more are told, as many as there are in so many hours.
        """
        manner = self._errors.person[-1]
        share = math.exp(-_LONG_S / manner.odd_lasts_s)
        alarms = 0
        for _ in range(int(self.random.poisson(3600.0 * hours * manner.odd_per_s * share))):
            high_m = float(self.random.uniform(0.82, 1.03))
            long_s = _LONG_S + float(self.random.exponential(manner.odd_lasts_s))
            alarms += self._told("somebody", False, _constant(high_m), _BEFORE_S + long_s + 4.0, odd_s=long_s)
        return alarms

    def _told(
        self,
        body: str,
        pet: bool,
        height_m: Course,
        seconds: float,
        place_m: Way = lambda _: _BESIDE_M,
        odd_s: float = 0.0,
        odds: float = _SURELY_PERSON,
    ) -> int:
        """Return whether a fall is suspected while a body's height is told; for `odd_s` it is somebody else's."""
        looks = self._looks(body, pet, height_m, seconds, odd_s, place_m)
        if all(look is None or look.height_m > LOW_M for look in looks):
            return 0  # nobody is suspected who was never told so low
        state = fall.start(_PLACES, animals=True, radars=(_RADAR,))
        if pet and odds > _UNKNOWN:
            self._upright_before(state, odds)
        for number, look in enumerate(looks):
            time_s = number * _INTERVAL_S
            place, before = place_m(time_s), place_m(time_s - _INTERVAL_S)
            going = ((place[0] - before[0]) / _INTERVAL_S, (place[1] - before[1]) / _INTERVAL_S)
            going = going if math.hypot(*going) < _LEAPS_M_S else (0.0, 0.0)  # from bed to floor it is no walk
            state, _ = fall.step(state, _cloud(time_s, look, place))
            state, messages = fall.step(state, self._tracks(time_s, look, place, going, odds))
            followed_as = state.bodies.get(1)
            if followed_as is not None and followed_as.person < _NO_PERSON:
                return 0  # an animal, as far as anybody knows: whatever it does is no fall
            if any(isinstance(one, SuspectedFall) and one.stage is FallStage.SUSPECTED for one in messages):
                return 1
        return 0

    def _upright_before(self, state: fall.FallState, odds: float) -> None:
        """Tell of somebody upright, whose track an animal takes over: nothing else makes it so surely a person."""
        for number in range(round(_UPRIGHT_S / _INTERVAL_S)):
            look = HeightLook(_UPRIGHT_M, 0.15, 0.0, _UPRIGHT_M, 0.0)
            fall.step(state, self._tracks(number * _INTERVAL_S - _TAKEN_OVER_S, look, _BESIDE_M, (0.0, 0.0), odds))

    def _looks(
        self, body: str, pet: bool, height_m: Course, seconds: float, odd_s: float, place_m: Way
    ) -> list[HeightLook | None]:
        """Return what is told of a body's height; who comes down has walked there, as a rule, and pets leap."""
        if body not in self._tellers:
            manners = self._errors.pet if pet else self._errors.person
            rush = self._errors.pet_rush if pet else self._errors.person_rush
            self._tellers[body] = HeightTeller(manners, rush, self.random)
        teller = self._tellers[body]
        looks: list[HeightLook | None] = []
        for number in range(round(seconds / _INTERVAL_S)):
            time_s = number * _INTERVAL_S
            if odd_s and time_s >= _BEFORE_S:
                teller.begin_odd(odd_s, height_m(time_s))
                odd_s = 0.0
            leaps_m_s = _LEAPS_M_S if pet and time_s < _BEFORE_S + _LEAP_S else 0.0
            on_way_m_s = math.dist(place_m(time_s), place_m(time_s - _INTERVAL_S)) / _INTERVAL_S
            goes_m_s = _WALKS_M_S if time_s < _BEFORE_S else max(leaps_m_s, min(on_way_m_s, _LEAPS_M_S))
            looks.append(teller.look(_INTERVAL_S, height_m(time_s), goes_m_s))
        return looks

    def _tracks(self, time_s: float, look: HeightLook | None, place: Spot, going: Spot, odds: float) -> Tracks:
        tracks: tuple[Track, ...] = ()
        if look is not None:
            x, y, speed_x, speed_y = self.random.normal(0.0, 0.07, 4)
            tracks = (
                Track(
                    id=1,
                    kind=TrackKind.PERSON if odds > 0 else TrackKind.PET,
                    kind_probability=1.0 / (1.0 + math.exp(-abs(odds))),
                    position_m=(place[0] + float(x), place[1] + float(y), look.height_m),
                    position_sigma_m=(0.1, 0.1, look.sigma_m),
                    velocity_m_s=(going[0] + float(speed_x), going[1] + float(speed_y), look.rises_m_s),
                    existence=0.98,
                ),
            )
        stamp = _BEGAN.later(seconds_to_ns(time_s))
        return Tracks(stamp=stamp, origin=Origin.SIMULATED, source="house", tracks=tracks)


def _cloud(time_s: float, look: HeightLook | None, place: Spot) -> PointCloud:
    """Return a frame with points as high as those of a body reach; with none where it is lost."""
    rows = np.zeros((0 if look is None else _POINTS, len(POINT_COLUMNS)), np.float32)
    if look is not None:
        x, y, z = (one - other for one, other in zip((*place, look.high_m), _RADAR.position_m, strict=True))
        range_m = math.hypot(x, y, z)
        for name, value in (
            ("range_m", range_m),
            ("azimuth_rad", math.atan2(-y, x)),
            ("elevation_rad", math.asin(z / range_m)),
        ):
            rows[:, POINT_COLUMNS.index(name)] = value
        rows[:, POINT_COLUMNS.index("velocity_m_s")] = look.rush_m_s
    cloud = PointCloud(
        stamp=_BEGAN.later(seconds_to_ns(time_s)),
        origin=Origin.SIMULATED,
        radar=_RADAR.id,
        room=_RADAR.room,
        index=round(time_s / _INTERVAL_S),
        frame_interval_s=_INTERVAL_S,
        usable=True,
    )
    return cloud.with_points(rows)


def _blend(before: float, after: float, share: float) -> float:
    """Return a number on the way from one to another, with a soft beginning and end."""
    share = min(1.0, max(0.0, share))
    return before + share * share * (3.0 - 2.0 * share) * (after - before)


def _constant(height_m: float) -> Course:
    return lambda _: height_m


PET_SEEDS = range(1000, 1126)
COUNTED_ON = f"{LEARNED_FROM}; those with pets of seeds {PET_SEEDS[0]} to {PET_SEEDS[-1]}"


def _counted() -> Iterator[ActedScene]:
    """Yield the scenes that errors are counted on: besides those that falls are learned from, more with pets."""
    yield from scenes()
    for seed in PET_SEEDS:
        acted = [scene_of(seed, WIDE, falls) for falls in (False, True)]
        yield from (one for one in acted if one.scene.animals)


def write() -> HeightErrors:
    """Count how heights err in development scenes, and keep it beside the code that uses it."""
    bodies = (body for acted in _counted() for body in followed(acted))
    errors = count(bodies, COUNTED_ON)
    HEIGHTS_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(errors), indent=2) + b"\n")
    return errors


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m sumika.evaluate.people.home_months --write")
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(write()), indent=2).decode() + "\n")
