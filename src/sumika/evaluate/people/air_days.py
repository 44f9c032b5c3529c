"""Days of the simulated house with windows opened and pans burnt at random, as its air sensors saw them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.schema import AirEventKind, AirSample, WeatherSample
from sumika.schema.house import House
from sumika.world.exchange import Acting
from sumika.world.readings import air_samples, weather_sample
from sumika.world.simulation import World, WorldStep

STEP_S = 60.0
SETTLES_S = 6 * 3600.0
"""Not scored: the rooms are still as they were put together."""

_ACTIVITIES = {"cooking": AirEventKind.COOKING, "bathing": AirEventKind.SHOWER}
Place = tuple[str, AirEventKind]
_FIRST_DAY = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that happened in a room: from when to when, seconds since the days began."""

    room: str
    kind: AirEventKind
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class AirDays:
    """What the sensors said, in order, and what was so.

    Attributes:
        samples: Of all sensors, and of a weather station.
        spans: All that happened in rooms with a sensor.
        seconds: How long it was.
    """

    samples: tuple[AirSample | WeatherSample, ...]
    spans: tuple[Span, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Planned:
    begin_s: float
    end_s: float
    room: str
    window: str
    share: float
    smoke_ug_s: float


def lived_days(seed: int, days: float) -> AirDays:
    """Return some days of the demo house, with another season, people's chance, and sensors for every seed.

    Windows of the rooms with sensors are opened twice to four times a day for 4 to 45 minutes, and something burns in a
    pan on two days of three.

    Args:
        seed: Of everything random.
        days: How many.
    """
    random = np.random.default_rng((seed, 8161))
    house = _house(seed, random)
    world = World.of(house)
    planned = _plan(house, days, random)
    samples: list[AirSample | WeatherSample] = []
    going: dict[Place, float] = {}
    spans: list[Span] = []
    measured = {sensor.room for sensor in house.sensors}
    while world.at_s < days * 86_400.0:
        _act(world, planned)
        step = world.step(STEP_S)
        now_ns = int(step.at_s * 1e9)
        now = Instant(now_ns, now_ns, "world")
        samples += (weather_sample(world, step, now), *air_samples(world, step, now))
        happens = {place for place in _happening(world, step, planned) if place[0] in measured}
        _note(going, happens, step.at_s, spans)
    _note(going, set(), world.at_s, spans)
    return AirDays(tuple(samples), tuple(spans), world.at_s)


def _house(seed: int, random: np.random.Generator) -> House:
    house = demo_house({}).house
    assert house.world is not None
    start = _FIRST_DAY + timedelta(days=int(random.integers(0, 350)))
    world = msgspec.structs.replace(house.world, seed=seed, start=start.strftime("%Y-%m-%dT%H:%M"))
    return msgspec.structs.replace(house, world=world)


def _plan(house: House, days: float, random: np.random.Generator) -> tuple[_Planned, ...]:
    rooms = {sensor.room for sensor in house.sensors}
    windows = [] if house.building is None else [one for one in house.building.windows if one.room in rooms]
    found = []
    for day in range(int(np.ceil(days))):
        for _ in range(int(random.integers(2, 5))):
            window = windows[int(random.integers(len(windows)))]
            begin_s = 86_400.0 * day + float(random.uniform(0, 86_400))
            end_s = begin_s + 60.0 * float(random.uniform(4, 45))
            found.append(_Planned(begin_s, end_s, window.room, window.id, float(random.uniform(0.2, 1.0)), 0.0))
        if random.random() < 2 / 3:
            begin_s = 86_400.0 * day + float(random.uniform(0, 86_400))
            end_s = begin_s + 60.0 * float(random.uniform(4, 15))
            found.append(
                _Planned(begin_s, end_s, "living", "", 0.0, float(np.exp(random.uniform(*np.log((120, 600))))))
            )
    return tuple(found)


def _act(world: World, planned: tuple[_Planned, ...]) -> None:
    now_s = world.at_s
    shares: dict[str, float] = {}
    smokes = []
    for one in planned:
        on = one.begin_s <= now_s < one.end_s
        if one.window:
            shares[one.window] = max(shares.get(one.window, -1.0), one.share if on else -1.0)
        elif on:
            smokes.append(
                Acting(room=one.room, pm2_5_ug_s=one.smoke_ug_s, voc_ug_s=2.0 * one.smoke_ug_s, convective_w=300.0)
            )
    for window, share in shares.items():
        world.hold_window(window, share)
    world.extra["smoke"] = tuple(smokes)


def _happening(world: World, step: WorldStep, planned: tuple[_Planned, ...]) -> set[Place]:
    middle_s = step.at_s - 0.5 * step.seconds
    found = {
        (place, _ACTIVITIES[doing.activity])
        for who, doing in step.doing.items()
        if doing.activity in _ACTIVITIES and (place := step.where.get(who, ""))
    }
    for one in planned:
        if one.begin_s <= middle_s < one.end_s:
            found.add((one.room, AirEventKind.WINDOW if one.window else AirEventKind.SMOKE))
    return found


def _note(going: dict[Place, float], happens: set[Place], now_s: float, spans: list[Span]) -> None:
    """Keep book of what began, and add what is over to the spans."""
    over = [place for place in going if place not in happens]
    spans.extend(Span(*place, going.pop(place), now_s) for place in over)
    for place in happens:
        going.setdefault(place, now_s - STEP_S)


def kinds_by_room(spans: tuple[Span, ...]) -> Mapping[tuple[str, AirEventKind], list[tuple[float, float]]]:
    """Return when each thing happened in each room."""
    found: dict[tuple[str, AirEventKind], list[tuple[float, float]]] = {}
    for span in spans:
        found.setdefault((span.room, span.kind), []).append((span.begin_s, span.end_s))
    return found
