"""Chance people: how they breathe, how big they are, how they go about a room without running into each other."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import Room
from sumika.world.exchange.leg import Leg, Posture
from sumika.world.radar_scene.body import Person
from sumika.world.radar_scene.chest import ChestSettings, chest_motion
from sumika.world.radar_scene.path import RATE_HZ, Path, make_path
from sumika.world.radar_scene.rooms import Spot, chance_spot
from sumika.world.radar_scene.sight import crosses, walls_of

Array = NDArray[np.float64]

_CROSSING_SHARE = 0.45
"""Of the people whose breathing rate is chosen so that a harmonic of it meets the heart rate."""

_CROSSING_BPM = 2.0
_CLOSEST_M = 0.55
_HARMONICS = range(2, 6)


def chance_chest(random: np.random.Generator, *, seed: int) -> ChestSettings:
    """Return a chest at rest: 6 to 30 breaths and 45 to 110 beats per minute.

    Breath 2 to 8 mm and heart 0.1 to 0.4 mm, peak to peak, sway 1 mm; the second and third harmonic of the breath are
    a fifth and a tenth of it or so. In four people of nine the rate of breathing is chosen so that a multiple of it
    meets the heart rate; in some of the others it does so by chance.
    """
    heart_bpm = float(random.uniform(45.0, 110.0))
    breath_bpm = float(np.clip(random.normal(15.0, 4.5), 6.0, 30.0))
    if random.uniform() < _CROSSING_SHARE:
        fitting = [order for order in (2, 3, 4, 5) if 8.0 <= heart_bpm / order <= 30.0]
        breath_bpm = heart_bpm / int(random.choice(fitting)) * float(random.uniform(0.985, 1.015))
        breath_bpm = float(np.clip(breath_bpm, 6.0, 30.0))
    second, third = float(random.uniform(0.1, 0.3)), float(random.uniform(0.04, 0.15))
    return ChestSettings(
        breath_bpm=breath_bpm,
        breath_mm=float(random.uniform(2.0, 8.0)),
        overtones=(second, third, 0.5 * third, 0.25 * third, 0.12 * third),
        irregular=float(random.uniform(0.02, 0.08)),
        sighs=float(random.uniform(0.0, 0.3)),
        holds=float(random.uniform(0.0, 0.2)),
        heart_bpm=heart_bpm,
        heart_mm=float(random.uniform(0.1, 0.4)),
        heart_wander=float(random.uniform(0.01, 0.03)),
        sinus_arrhythmia=float(random.uniform(0.01, 0.05)),
        sway_mm=1.0,
        seed=seed,
    )


def crossing_of(settings: ChestSettings) -> int | None:
    """Return which multiple of the breathing rate lies within 2 per minute of the heart rate; None if none does."""
    for order in _HARMONICS:
        if abs(order * settings.breath_bpm - settings.heart_bpm) <= _CROSSING_BPM:
            return order
    return None


def chance_person(
    random: np.random.Generator, number: int, path: Path, seconds: float, chest: ChestSettings | None = None
) -> Person:
    """Return a person of chance size on a path; adults reflect 0 to -6 dBsm in all.

    Args:
        random: Where chance comes from.
        number: The person's id.
        path: Where they go.
        seconds: How long they breathe.
        chest: How; None leaves it to chance.
    """
    seed = int(random.integers(2**31))
    settings = chance_chest(random, seed=seed) if chest is None else chest
    return Person(
        id=number,
        path=path,
        chest=chest_motion(settings, seconds),
        tall_m=float(random.uniform(1.5, 1.9)),
        cross_section_dbsm=float(random.uniform(-6.0, 0.0)),
        seed=seed,
    )


def crossings_of(people: Sequence[Person]) -> dict[int, int]:
    """Return which harmonic meets the heart rate, by the person's id; people without such are absent."""
    found = {person.id: crossing_of(person.chest.settings) for person in people}
    return {number: order for number, order in found.items() if order is not None}


class Crowd:
    """Paths of several people in one room, made leg by leg so that nobody walks through a wall or another."""

    def __init__(self, random: np.random.Generator, room: Room, seconds: float) -> None:
        """Take a room and how long the paths must last."""
        self._random, self._room, self._seconds = random, room, seconds
        self._tracks: list[Array] = []

    def add(self, activity: Callable[[np.random.Generator, Spot], list[Leg]]) -> Path:
        """Make one more path.

        Args:
            activity: Proposes what somebody at a place does next: legs, which are asked for until they disturb nobody.
        """
        place = self._free_start()
        start, legs, elapsed_s = place, list[Leg](), 0.0
        while elapsed_s < self._seconds:
            proposed = self._choose(place, [activity(self._random, place) for _ in range(12)], elapsed_s)
            legs.extend(proposed)
            for leg in proposed:
                elapsed_s += max(2, round(leg.seconds * RATE_HZ)) / RATE_HZ
                place = place if leg.to_m is None else leg.to_m
        path = make_path(start, tuple(legs), heading_rad=float(self._random.uniform(-np.pi, np.pi)))
        self._tracks.append(path.place_m)
        return path

    def _free_start(self) -> Spot:
        for _ in range(200):
            spot = chance_spot(self._random, self._room)
            if all(float(np.hypot(*(track[0] - spot))) > 2 * _CLOSEST_M for track in self._tracks):
                return spot
        raise ValueError("the room is too small for so many people")

    def _choose(self, place: Spot, proposed: list[list[Leg]], elapsed_s: float) -> list[Leg]:
        """Return the first that disturbs nobody; if all do, the one that keeps clear the most, or waiting."""
        best, clearest_m = [Leg(seconds=0.5)], self._clear_m(place, [Leg(seconds=0.5)], elapsed_s)
        for legs in proposed:
            clear_m = self._clear_m(place, legs, elapsed_s)
            if clear_m > _CLOSEST_M:
                return legs
            if clear_m > clearest_m:
                best, clearest_m = legs, clear_m
        return best

    def _clear_m(self, place: Spot, legs: list[Leg], elapsed_s: float) -> float:
        """Return how near the legs come to anybody; -1 if they go through a wall."""
        last = place
        for leg in legs:
            end = last if leg.to_m is None else leg.to_m
            if any(crosses(np.array(last), np.array(end), wall) for wall in walls_of(self._room)):
                return -1.0
            last = end
        way, first = make_path(place, tuple(legs)).place_m, round(elapsed_s * RATE_HZ)
        return min((_nearest_m(way, track, first) for track in self._tracks), default=float("inf"))


def _nearest_m(way: Array, track: Array, first: int) -> float:
    there = track[np.minimum(np.arange(first, first + len(way)), len(track) - 1)]
    return float(np.sqrt(((way - there) ** 2).sum(axis=1)).min())


def walk_to(random: np.random.Generator, place: Spot, goal: Spot, speed_m_s: float | None = None) -> Leg:
    """Return a walk at 0.4 to 1.6 m/s."""
    speed = float(random.uniform(0.4, 1.6)) if speed_m_s is None else speed_m_s
    way_m = float(np.hypot(goal[0] - place[0], goal[1] - place[1]))
    return Leg(seconds=0.5 + way_m / speed, to_m=goal)


def sit_and_rise(random: np.random.Generator, seconds: tuple[float, float] = (4.0, 12.0)) -> list[Leg]:
    """Return sitting down, sitting for a while, and getting up again."""
    return [
        Leg(seconds=float(random.uniform(1.2, 2.0)), posture=Posture.SITTING),
        Leg(seconds=float(random.uniform(*seconds))),
        Leg(seconds=float(random.uniform(1.2, 2.0)), posture=Posture.STANDING),
    ]
