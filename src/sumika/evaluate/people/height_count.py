"""Counts how heights of tracks err, from runs through the samples with the truth beside them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar import people
from sumika.schema import TrackKind
from sumika.world.perception_level.heights import LEVELS_M, HeightErrors, HeightManner, level_of
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


@dataclass(frozen=True, slots=True)
class Followed:
    """One body of a scene.

    Attributes:
        pet: Whether it is one.
        table: (look, 6) its real height, the height told, its standard deviation, the vertical speed told,
            whether it is taken for a pet, and how far away the track was; NaN where none was near.
    """

    pet: bool
    table: Array


def followed(acted: ActedScene) -> Iterator[Followed]:
    """Play a scene, and yield every body of it."""
    scene = acted.scene
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    looks: dict[int, list[tuple[float, ...]]] = {}
    pets: dict[int, bool] = {}
    for frame in acted_frames(acted):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        if frame.time_s < SETTLES_S:
            continue
        for body in frame.truth.bodies:
            pets[body.id] = body.kind == "pet"
            if not pets[body.id] or _is_alone(body, frame.truth.people):
                looks.setdefault(body.id, []).append(_look(body, seen))
    for number, rows in looks.items():
        yield Followed(pets[number], np.array(rows))


def _is_alone(body: BodyTruth, others: Iterable[BodyTruth]) -> bool:
    """Return whether nobody is so near that a pet's track is rather that of a person."""
    return all(math.dist(other.position_m[:2], body.position_m[:2]) > _ALONE_M for other in others)


def _look(body: BodyTruth, seen: people.Seen) -> tuple[float, ...]:
    near = [(math.dist(track.position_m[:2], body.position_m[:2]), track) for track in seen.tracks]
    away_m, track = min(near, key=lambda one: one[0], default=(math.inf, None))
    if track is None or away_m > _SAME_M:
        return (body.position_m[2], *(math.nan,) * 5)
    pet = float(track.kind is TrackKind.PET)
    return (body.position_m[2], track.position_m[2], track.position_sigma_m[2], track.velocity_m_s[2], pet, away_m)


def count(bodies: Iterable[Followed], fitted_on: str) -> HeightErrors:
    """Return how heights err.

    Args:
        bodies: Of many scenes.
        fitted_on: What they are, in words.

    Raises:
        ValueError: if no person, or no pet, was ever followed for a while.
    """
    kept = list(bodies)
    person, pet = (_manners([one.table for one in kept if one.pet is which]) for which in (False, True))
    return HeightErrors(person=person, pet=pet, fitted_on=fitted_on)


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
    biases, rests, speeds, told, pets, odd, lost = [], [], [], [], [], list[tuple[float, int]](), list[int]()
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
        speeds.append((table[:, 3] - np.gradient(table[:, 1], _INTERVAL_S))[seen])
        told.append(table[seen, 2])
        pets.append(table[seen, 4])
        odd += _odd_times(rest)
    if len(rests) < _FEWEST_BODIES:
        return None
    every = np.concatenate(rests)
    every = every[~np.isnan(every)]
    usual = every[np.abs(every) < _ODD_M]
    speed = np.concatenate(speeds)
    return HeightManner(
        bias_m=float(np.mean(biases)),
        bias_sigma_m=float(np.std(biases)),
        sigma_m=float(usual.std()),
        lasts_s=_lasts_s(rests),
        odd_per_s=len(odd) / (len(every) * _INTERVAL_S),
        odd_sigma_m=float(np.sqrt(np.mean([size**2 for size, _ in odd]))) if odd else 0.0,
        odd_lasts_s=_INTERVAL_S * float(np.mean([length for _, length in odd])) if odd else _INTERVAL_S,
        told_sigma_m=float(np.median(np.concatenate(told))),
        rises_sigma_m_s=float(1.48 * np.nanmedian(np.abs(speed))),
        lost_per_s=len(lost) / max(looks * _INTERVAL_S, 1e-6),
        lost_lasts_s=_INTERVAL_S * float(np.mean(lost)) if lost else _INTERVAL_S,
        pet_share=float(np.concatenate(pets).mean()),
    )


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
