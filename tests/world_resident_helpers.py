"""Houses with people in them, and what must hold of everything they do, for tests of the residents."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from sumika.config import demo_house
from sumika.schema.building import Building, Door
from sumika.schema.house import House, Resident, Room, WorldSettings
from sumika.schema.living import Furniture, Life, Routine
from sumika.world.exchange import Leg, Posture, Stretch
from sumika.world.residents import Household
from sumika.world.residents.routes import Routes
from sumika.world.start import settings_of

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 1, 20, 18, 30, tzinfo=TOKYO)
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
FASTEST_M_S = 2.0


def household(house: House, *, seed: int = 7, start: datetime = START) -> Household:
    """Return who lives in a house."""
    return Household.of(house, seed, start)


def demo(*lives: Life, guests: int = 0, pets: tuple[str, ...] = ()) -> House:
    """Return the demo house with other people in it; without naming any, its own."""
    house = demo_house().house
    people = tuple(Resident(id=f"person_{number}", life=life) for number, life in enumerate(lives))
    return msgspec.structs.replace(
        house,
        residents=people or house.residents,
        world=WorldSettings(seed=settings_of(house).seed, guests=guests, pets=pets),
    )


def square(name: str, x: float, y: float, width: float, depth: float) -> Room:
    """Return a rectangular room."""
    return Room(id=name, floor_m=((x, y), (x + width, y), (x + width, y + depth), (x, y + depth)))


def plain(
    *rooms: Room, lives: Sequence[Life] = (Life(),), doors: Sequence[Door] = (), furniture: Sequence[Furniture] = ()
) -> House:
    """Return a house of these rooms."""
    return House(
        rooms=rooms,
        residents=tuple(Resident(id=f"person_{number}", life=life) for number, life in enumerate(lives)),
        building=Building(doors=tuple(doors)) if doors else None,
        furniture=tuple(furniture),
    )


def minutes(home: Household, begin_s: float, count: int) -> list[tuple[Stretch, ...]]:
    """Return what everybody does, minute by minute."""
    return [home.stretches(begin_s + MINUTE_S * number, MINUTE_S) for number in range(count)]


def by_body(told: Sequence[tuple[Stretch, ...]]) -> dict[str, list[Stretch]]:
    """Return each body's stretches in order."""
    found: dict[str, list[Stretch]] = {}
    for stretches in told:
        for stretch in stretches:
            found.setdefault(stretch.body, []).append(stretch)
    return found


Array = NDArray[np.float64]
State = tuple[tuple[float, float], Posture, float, float, bool]


def ends(stretch: Stretch) -> State:
    """Return the state in which a stretch ends: place, posture, heading, height, and whether the body is out."""
    place, posture, heading, base = stretch.start_m, stretch.posture, stretch.heading_rad, stretch.base_m
    for leg in stretch.legs:
        place = place if leg.to_m is None else leg.to_m
        posture = posture if leg.posture is None else leg.posture
        heading = heading if leg.heading_rad is None else leg.heading_rad
        base = base if leg.base_m is None else leg.base_m
    return place, posture, heading, base, stretch.away[-1]


def jumps(stretches: Sequence[Stretch]) -> list[str]:
    """Return where a stretch does not go on where the last one ended."""
    found: list[str] = []
    for before, after in pairwise(stretches):
        place, posture, heading, base, _ = ends(before)
        apart_m = math.dist(place, after.start_m)
        turned = abs((heading - after.heading_rad + math.pi) % (2 * math.pi) - math.pi)
        same = apart_m < 1e-6 and posture is after.posture and turned < 1e-9 and abs(base - after.base_m) < 1e-9
        if not same or abs(before.start_s + before.seconds - after.start_s) > 1e-9:
            found.append(f"{after.body} at {after.start_s}: {ends(before)} then {after}")
    return found


def legs_of(stretch: Stretch) -> list[tuple[float, tuple[float, float], tuple[float, float], Leg, bool]]:
    """Return of each leg: when it begins, from where, to where, itself, and whether out of the house."""
    found, at_s, place = [], stretch.start_s, stretch.start_m
    for leg, away in zip(stretch.legs, stretch.away, strict=True):
        to_m = place if leg.to_m is None else leg.to_m
        found.append((at_s, place, to_m, leg, away))
        at_s, place = at_s + leg.seconds, to_m
    return found


def crossings(house: House, stretches: Sequence[Stretch]) -> list[str]:
    """Return the legs that leave all rooms anywhere but at a door, or that are quicker than people are."""
    routes = Routes(house)
    openings = shapely.union_all([shapely.Point(at_m).buffer(0.3) for at_m in routes.openings])
    walls = shapely.union_all([shapely.Polygon(room.floor_m).exterior for room in house.rooms])
    inside = [shapely.Polygon(room.floor_m).buffer(1e-6) for room in house.rooms]
    blocked = walls.difference(openings)
    found: list[str] = []
    seen: set[tuple[tuple[float, float], tuple[float, float]]] = set()
    for stretch in stretches:
        for at_s, from_m, to_m, leg, away in legs_of(stretch):
            if away or (from_m, to_m) in seen:
                continue
            seen.add((from_m, to_m))
            line = shapely.LineString((from_m, to_m))
            crosses = line.length > 1e-6 and line.crosses(blocked)
            ends_outside = not any(one.covers(shapely.Point(to_m)) for one in inside) and not openings.covers(
                shapely.Point(to_m)
            )
            if crosses or ends_outside:
                found.append(f"{stretch.body} at {at_s}: {from_m} to {to_m}")
            if line.length > 0.05 and line.length / leg.seconds > FASTEST_M_S:
                found.append(f"{stretch.body} at {at_s}: {line.length / leg.seconds} m/s")
    return found


def upright_places(stretch: Stretch, at_s: Array) -> Array:
    """Return (time, 2) where a body stands or walks; NaN while it sits, lies or is out."""
    places = np.full((len(at_s), 2), np.nan)
    posture = stretch.posture
    for begin_s, from_m, to_m, leg, away in legs_of(stretch):
        inside = (at_s >= begin_s) & (at_s < begin_s + leg.seconds)
        stands = posture is Posture.STANDING and not away and leg.posture in (None, Posture.STANDING)
        if stands and inside.any():
            share = ((at_s[inside] - begin_s) / leg.seconds)[:, np.newaxis]
            places[inside] = np.array(from_m) + share * (np.array(to_m) - np.array(from_m))
        posture = posture if leg.posture is None else leg.posture
    return places


FAMILY = (
    Life(routine=Routine.HOMEMAKER, age_years=38.0, height_m=1.6, mass_kg=54.0, female=True),
    Life(age_years=41.0),
    Life(routine=Routine.PUPIL, age_years=9.0, height_m=1.32, mass_kg=29.0),
    Life(routine=Routine.BABY, age_years=0.6, height_m=0.7, mass_kg=8.0),
    Life(routine=Routine.RETIRED, age_years=78.0, night_toilets=2.0),
)
"""Five people who share one bathroom, one toilet and a sofa for two."""
