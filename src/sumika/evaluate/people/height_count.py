"""Counts how heights of tracks err, from runs through the samples with the truth beside them."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.perception._low_points import (
    FEWEST,
    HIGH_SHARE,
    HIGHEST_M,
    LOWEST_M,
    REACH_M,
    RUSH_HIGHEST_M,
    RUSH_REACH_M,
    RUSH_SHARE,
)
from sumika.perception._track_points import in_house
from sumika.radar import people
from sumika.schema import HeldBy, Track, TrackKind
from sumika.schema.house import Radar
from sumika.world.perception_level.heights import LEVELS_M, HeightErrors, HeightManner, RushManner, level_of
from sumika.world.radar_scene import ActedScene, BodyTruth, acted_frames

Array = NDArray[np.float64]

SETTLES_S = 3.0
"""A track is looked for so long after a scene begins."""

_SAME_M = 0.8
_ALONE_M = 1.2
_ODD_M = 0.35
_FEWEST, _FEWEST_BODIES = 20, 3
"""A body that was looked at less often at a level, and a level that fewer bodies came to, tell nothing."""

_INTERVAL_S = 0.1
_RECENT_FRAMES, _KINDS = 12, 100
_TOLD_LOW_M = 0.45
"""What a body is taken for is asked where its track is told so low: nobody else is suspected of having fallen."""

_IDLE_M_S, _MOVING_M_S, _FEWEST_MOVING = 0.1, 0.4, 5

Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Followed:
    """One body of a scene.

    Attributes:
        pet: Whether it is one.
        table: (look, 8) its real height, the height told, its standard deviation, the vertical speed told, the log odds
            at which it is taken for a person, how high its points of the last second reach and how fast they are, and
            how fast its middle really was in that second; NaN where no track was near, or too few points.
    """

    pet: bool
    table: Array


def followed(acted: ActedScene) -> Iterator[Followed]:
    """Play a scene, and yield every body of it."""
    scene = acted.scene
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    watch = Watch(scene.radars[0])
    for frame in acted_frames(acted):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        watch.take(frame.time_s, frame.truth.bodies, seen.tracks, seen.points.rows)
    yield from watch.followed()


@dataclass(slots=True)
class Watch:
    """What is told of the bodies of a scene, beside the truth.

    Attributes:
        radar: Whose points are looked at.
    """

    radar: Radar
    _recent: deque[Array] = field(default_factory=lambda: deque(maxlen=_RECENT_FRAMES))
    _places: dict[int, deque[Place]] = field(default_factory=dict)
    _looks: dict[int, list[tuple[float, ...]]] = field(default_factory=dict)
    _pets: dict[int, bool] = field(default_factory=dict)

    def take(
        self, time_s: float, bodies: Sequence[BodyTruth], tracks: Sequence[Track], rows: NDArray[np.floating]
    ) -> None:
        """Take in a frame.

        Args:
            time_s: Since the beginning of the scene.
            bodies: The truth.
            tracks: What is told.
            rows: Points of the frame.
        """
        self._recent.append(in_house(self.radar, rows)[:, :4])
        for body in bodies:
            self._places.setdefault(body.id, deque(maxlen=_RECENT_FRAMES)).append(body.position_m)
        if time_s < SETTLES_S:
            return
        persons = [body for body in bodies if body.kind == "person"]
        points = np.concatenate(list(self._recent))
        for body in bodies:
            pet = self._pets[body.id] = body.kind == "pet"
            alone = all(math.dist(one.position_m[:2], body.position_m[:2]) > _ALONE_M for one in persons if one != body)
            if alone or not pet:
                really_m_s = _fastest_m_s(self._places[body.id])
                look = _look(body, tracks, points if alone else points[:0], really_m_s)
                self._looks.setdefault(body.id, []).append(look)

    def followed(self) -> Iterator[Followed]:
        """Yield every body."""
        for number, rows in self._looks.items():
            yield Followed(self._pets[number], np.array(rows))


def _fastest_m_s(places: Sequence[Place]) -> float:
    """Return how fast a body's middle was at most, over any three frames."""
    steps = zip(places, list(places)[2:], strict=False)
    return max((math.dist(one, other) / (2 * _INTERVAL_S) for one, other in steps), default=0.0)


def _look(body: BodyTruth, tracks: Sequence[Track], points: Array, really_m_s: float) -> tuple[float, ...]:
    near = [(math.dist(track.position_m[:2], body.position_m[:2]), track) for track in tracks]
    away_m, track = min(near, key=lambda one: one[0], default=(math.inf, None))
    if track is None or away_m > _SAME_M:
        return (body.position_m[2], *(math.nan,) * 7)
    near_m = np.hypot(*(points[:, :2] - track.position_m[:2]).T)
    own = (near_m <= REACH_M) & (points[:, 2] > LOWEST_M) & (points[:, 2] < HIGHEST_M)
    high_m = float(np.quantile(points[own, 2], HIGH_SHARE)) if own.sum() >= FEWEST else math.nan
    own = (near_m <= RUSH_REACH_M) & (points[:, 2] < RUSH_HIGHEST_M)
    rush_m_s = float(np.quantile(np.abs(points[own, 3]), RUSH_SHARE)) if own.sum() >= FEWEST else math.nan
    surely = np.clip(track.kind_probability, 1e-4, 1 - 1e-4)
    odds = math.log(surely / (1 - surely)) * (1.0 if track.kind is TrackKind.PERSON else -1.0)
    told_low = track.position_m[2] < _TOLD_LOW_M
    if not told_low or track.held_by is HeldBy.MEMORY or track.kind is TrackKind.UNKNOWN:
        odds = math.nan  # whoever was there, it is not what is seen; or nobody has said yet
    told = (track.position_m[2], track.position_sigma_m[2], track.velocity_m_s[2], odds)
    return (body.position_m[2], *told, high_m, rush_m_s, really_m_s)


def count(bodies: Iterable[Followed], fitted_on: str) -> HeightErrors:
    """Return how heights err.

    Args:
        bodies: Of many scenes.
        fitted_on: What they are, in words.

    Raises:
        ValueError: if no person, or no pet, was ever followed for a while.
    """
    kept = list(bodies)
    person, pet = ([one.table for one in kept if one.pet is which] for which in (False, True))
    return HeightErrors(
        person=_manners(person),
        pet=_manners(pet),
        person_rush=_rush(person),
        pet_rush=_rush(pet),
        pet_log_odds=_kinds(pet),
        fitted_on=fitted_on,
    )


def _rush(tables: Sequence[Array]) -> RushManner:
    """Return how fast points are beside the middle of a body."""
    ratios, idle = [], list[Array]()
    for table in tables:
        told, really = table[:, 6], table[:, 7]
        idle.append(told[(really < _IDLE_M_S) & ~np.isnan(told)])
        moving = (really > _MOVING_M_S) & ~np.isnan(told)
        if moving.sum() >= _FEWEST_MOVING:
            ratios.append(math.log(max(float(np.median(told[moving] / really[moving])), 0.02)))
    still = np.concatenate(idle)
    return RushManner(
        ratio=math.exp(float(np.median(ratios))) if ratios else 1.0,
        log_sigma=float(np.std(ratios)) if ratios else 0.0,
        idle_m_s=float(np.median(still)) if len(still) else 0.0,
    )


def _kinds(tables: Sequence[Array]) -> tuple[float, ...]:
    """Return how surely bodies are taken for people, as quantiles over all looks."""
    told = np.concatenate([table[:, 4] for table in tables])
    shares = (np.arange(_KINDS) + 0.5) / _KINDS
    return tuple(float(one) for one in np.nanquantile(told, shares))


def _manners(tables: Sequence[Array]) -> tuple[HeightManner, ...]:
    found = [_manner(tables, level) for level in range(len(LEVELS_M) + 1)]
    there = [one for one in found if one is not None]
    if not there:
        raise ValueError("nobody was followed for long enough")
    filled: list[HeightManner] = []
    for one in found:
        filled.append(one if one is not None else (filled[-1] if filled else there[0]))
    return tuple(filled)


def _manner(tables: Sequence[Array], level: int) -> HeightManner | None:
    """Return how heights err at one level; None where too little was seen there."""
    biases, rests, speeds, told, above = [], [], [], [], list[Array]()
    odd, lost = list[tuple[float, int]](), list[int]()
    looks = 0
    for table in tables:
        here = np.array([level_of(height) == level for height in table[:, 0]])
        lost += _runs(here & np.isnan(table[:, 1]))
        looks += int(here.sum())
        seen = here & ~np.isnan(table[:, 1])
        if seen.sum() < _FEWEST:
            continue
        wrong = table[:, 1] - table[:, 0]
        biases.append(float(np.median(wrong[seen])))
        rest = np.where(seen, wrong - biases[-1], np.nan)
        rests.append(rest)
        speeds.append(np.where(seen, table[:, 3] - np.gradient(table[:, 0], _INTERVAL_S), np.nan))
        told.append(table[seen, 2])
        above.append((table[:, 5] - table[:, 1])[seen])
        odd += _odd_times(rest)
    if len(rests) < _FEWEST_BODIES:
        return None
    every = _known(rests)
    usual = every[np.abs(every) < _ODD_M]
    reach = dict(zip(("above_m", "above_sigma_m", "above_varies_m"), _spread(above), strict=True))
    return HeightManner(
        bias_m=float(np.mean(biases)),
        bias_sigma_m=float(np.std(biases)),
        sigma_m=float(usual.std()),
        lasts_s=_lasts_s(rests),
        odd_per_s=len(odd) / (len(every) * _INTERVAL_S),
        odd_sigma_m=float(np.sqrt(np.mean([size**2 for size, _ in odd]))) if odd else 0.0,
        odd_lasts_s=_INTERVAL_S * float(np.mean([length for _, length in odd])) if odd else _INTERVAL_S,
        told_sigma_m=float(np.median(np.concatenate(told))),
        rises_sigma_m_s=float(1.48 * np.nanmedian(np.abs(np.concatenate(speeds)))),
        rises_lasts_s=_lasts_s(speeds),
        lost_per_s=len(lost) / max(looks * _INTERVAL_S, 1e-6),
        lost_lasts_s=_INTERVAL_S * float(np.mean(lost)) if lost else _INTERVAL_S,
        **reach,
    )


def _known(rests: Sequence[Array]) -> Array:
    every = np.concatenate(rests)
    return every[~np.isnan(every)]


def _spread(bodies: Sequence[Array]) -> tuple[float, float, float]:
    """Return the mean over bodies of what is told of each, its deviation from body to body, and within a body."""
    kept = [one[~np.isnan(one)] for one in bodies if (~np.isnan(one)).sum() >= _FEWEST]
    if not kept:
        return 0.0, 0.0, 0.0
    middles = [float(np.median(one)) for one in kept]
    within = np.concatenate([one - middle for one, middle in zip(kept, middles, strict=True)])
    return float(np.mean(middles)), float(np.std(middles)), float(1.48 * np.median(np.abs(within)))


def _lasts_s(rests: Sequence[Array]) -> float:
    """Return the time constant of an error that fades as a first-order process, from looks half a second apart."""
    apart = 5
    usual = [np.where(np.abs(rest) < _ODD_M, rest, np.nan) for rest in rests]
    products = np.concatenate([rest[apart:] * rest[:-apart] for rest in usual if len(rest) > apart])
    squares = np.concatenate([rest**2 for rest in usual])
    share = float(np.nanmean(products) / max(float(np.nanmean(squares)), 1e-9))
    return apart * _INTERVAL_S / -math.log(min(max(share, 0.05), 0.95))


def _odd_times(rest: Array) -> list[tuple[float, int]]:
    """Return by how much, and for how many looks, a height was far off, each time."""
    far = np.abs(np.nan_to_num(rest)) >= _ODD_M
    edges = np.flatnonzero(np.diff(np.concatenate(([0], far.astype(np.int64), [0]))))
    return [(float(rest[a:b].mean()), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _runs(there: NDArray[np.bool_]) -> list[int]:
    """Return the length of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], there.astype(np.int64), [0]))))
    return [int(b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]
