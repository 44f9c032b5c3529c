"""How many are in a room: radar and carbon dioxide weighed, against each alone, on days of the simulated house.

Radars err as they were counted to err through the converter's samples (`sumika.world.perception_level`); the air is
that of the simulated house, with its sensors' errors. Up to three guests come now and then. A minute is right where the
most probable number is the true one; minutes in which the house is empty count like all others, and are told beside.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.perception import occupancy
from sumika.schema import AirSample, Message, OccupancyCount, Origin, Track, TrackKind, Tracks, TrueBody
from sumika.schema.house import House
from sumika.world.exchange import Doing
from sumika.world.perception_level import Manner, PerceptionLevel, fitted_model
from sumika.world.readings import air_samples
from sumika.world.residents.activities import ACTIVITIES
from sumika.world.simulation import World

STEP_S = 60.0
SETTLES_S = 6 * 3600.0
DAYS = 2.0
SCORED = range(8_401, 8_425)
ROOMS = ("living", "bedroom")
"""Those with a radar and a sensor of carbon dioxide."""

WAYS = ("both", "radar", "air")
Heard = Tracks | AirSample
_FIRST_DAY = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
_VOLUME_M3 = {"living": 5.46 * 4.55 * 2.4, "bedroom": 3.64 * 3.64 * 2.4}


def measure(full: bool) -> dict[str, Figure]:
    """Score the counts.

    Args:
        full: Without it nothing is: a day or two say little, and nothing of how sure that is.
    """
    if not full:
        return {}
    right = np.array([_right(seed, DAYS) for seed in SCORED])  # (stretch, way, [all minutes, those with somebody])
    low, high = _interval(right[:, 0, 0])
    gain_low, gain_high = _interval(right[:, 0, 0] - right[:, 1, 0])
    mean = right.mean(axis=0)
    detail: dict[str, float | str] = {
        "low": round(low, 4),
        "high": round(high, 4),
        "radar alone": round(float(mean[1, 0]), 4),
        "air alone": round(float(mean[2, 0]), 4),
        "gain over radar, points": round(100 * float(mean[0, 0] - mean[1, 0]), 2),
        "gain low": round(100 * gain_low, 2),
        "gain high": round(100 * gain_high, 2),
        "of minutes with somebody": round(float(mean[0, 1]), 4),
        "of minutes with somebody, radar alone": round(float(mean[1, 1]), 4),
    }
    return {
        "occupancy_count_accuracy": Figure(
            value=float(mean[0, 0]), unit="share", evidence=Evidence.SIMULATION, detail=detail
        )
    }


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a mean, stretches drawn again."""
    drawn = np.random.default_rng(0).choice(values, (2000, len(values))).mean(axis=1)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def _right(seed: int, days: float) -> NDArray[np.float64]:
    """Return (way, 2) the share of minutes in which the number is right: of all, and of those with somebody."""
    states = {(room, way): occupancy.start(room, _VOLUME_M3[room], followed=True) for room in ROOMS for way in WAYS}
    counts: list[tuple[float, ...]] = []
    for at_s, messages, truth in _minutes(seed, days):
        for room in ROOMS:
            told = [_count(states[room, way], _heard(way, messages)) for way in WAYS]
            if at_s > SETTLES_S:
                true = min(truth.get(room, 0), 5)
                counts.append((float(true > 0), *(float(one == true) for one in told)))
    table = np.array(counts)
    return np.stack((table[:, 1:].mean(axis=0), table[table[:, 0] > 0, 1:].mean(axis=0)), axis=1)


def _heard(way: str, messages: Sequence[Heard]) -> list[Heard]:
    if way == "both":
        return list(messages)
    return [one for one in messages if isinstance(one, Tracks) == (way == "radar")]


def _count(state: occupancy.OccupancyState, messages: Sequence[Heard]) -> int | None:
    told: list[Message] = []
    for message in messages:
        state.told_ns = None  # told at every minute, whatever the pace
        told += occupancy.step(state, message)[1]
    last = next((one for one in reversed(told) if isinstance(one, OccupancyCount)), None)
    return last.count if last is not None else None


def _minutes(seed: int, days: float) -> Iterator[tuple[float, list[Heard], dict[str, int]]]:
    """Yield for every minute when it is, what is heard, and how many really are in each room."""
    house = _house(seed)
    world, seen = World.of(house), PerceptionLevel(house, fitted_model(), seed)
    middles = {room.id: np.mean(np.array(room.floor_m), axis=0) for room in house.rooms}
    while world.at_s < days * 86_400.0:
        step = world.step(STEP_S)
        now_ns = int(step.at_s * 1e9)
        now = Instant(now_ns, now_ns, "world")
        bodies = [_body(now, name, doing, middles) for name, doing in step.doing.items() if doing.room]
        tracks = [one for one in seen.step(now, STEP_S, bodies) if isinstance(one, Tracks)]
        people = tuple(msgspec.structs.replace(one, tracks=tuple(map(_person, one.tracks))) for one in tracks)
        truth: dict[str, int] = {}
        for body in bodies:
            truth[body.room] = truth.get(body.room, 0) + 1
        yield step.at_s, [*people, *air_samples(world, step, now)], truth


def _person(track: Track) -> Track:
    return msgspec.structs.replace(track, kind=TrackKind.PERSON)


def _body(now: Instant, name: str, doing: Doing, middles: dict[str, NDArray[np.float64]]) -> TrueBody:
    activity = ACTIVITIES[doing.activity]
    posture = Manner.LYING if activity.lying else Manner.SITTING if activity.seated else Manner.STANDING
    x_m, y_m = (float(one) for one in middles[doing.room])
    # A metre from each other at least: nobody stands in another's place.
    aside_m = 0.8 * (hash_of(name) - 0.5)
    return TrueBody(
        stamp=now,
        origin=Origin.SIMULATED,
        body=name,
        room=doing.room,
        position_m=(x_m + aside_m, y_m - aside_m, 1.0),
        velocity_m_s=(0.0, 0.0, 0.0),
        posture=posture.value,
        activity=doing.activity,
    )


def hash_of(name: str) -> float:
    """Return a number from 0 to 1 that belongs to a name, the same in every process."""
    return (sum((place + 1) * ord(letter) for place, letter in enumerate(name)) * 37 % 101) / 100.0


def _house(seed: int) -> House:
    house, random = demo_house({}).house, np.random.default_rng((seed, 8461))
    assert house.world is not None
    start = _FIRST_DAY + timedelta(days=int(random.integers(0, 350)))
    world = msgspec.structs.replace(
        house.world, seed=seed, start=start.strftime("%Y-%m-%dT%H:%M"), guests=int(random.integers(0, 4))
    )
    return msgspec.structs.replace(house, world=world)
