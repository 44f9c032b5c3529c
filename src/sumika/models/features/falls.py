"""What happened at one spot of the floor over the last seconds, as a picture over time: was it a fall?

Points are counted by how high they are above the floor: those right at the spot, and those around it, apart. Beside
them stands what the tracker says of the body that lies there, and of others who come near. Where it came down, nothing
has to be decided before: a student reads the whole course, from before it to how the body lies now. Nothing depends on
where on the floor the spot is, but for how far the radar is away.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.float64]

FEATURES = "falls/1"
WINDOW_S, BINS = 12.0, 48
"""A picture ends now; its last bin is the newest quarter of a second."""

LOWEST_M, CELL_M, CELLS = -0.3, 0.2, 12
"""Cells of height; what is lower than the first or higher than the last is counted in these."""

HERE_M, AROUND_M, NEAR_M = 0.5, 1.1, 0.9
"""Points so near to the spot, on the floor plan, are right there, and around it; speeds and loudness are those within
the third."""

OTHERS_M = 1.2
"""Who comes so near is told of."""

_MOST_M_S, _MOST_DB, _MOST_SIGMA_M, _MOST_AWAY_M, _MOST_LOG = 3.0, 50.0, 1.0, 3.0, 8.0
_USUAL_INTERVAL_S = 0.1
_OF_CELLS = ("here", "around", "speed", "loudness")
_OF_BODY = ("present", "height", "height_sigma", "rises", "away", "person", "remembered")
_OF_OTHERS = ("other_near", "other_height", "other_person", "other_rises")
_OF_SPOT = ("time", "gone", "on_furniture", "furniture_height", "animals", "radar_height", "radar_away", "radar_looks")

COURSE_COLUMNS = ("x_m", "y_m", "z_m", "z_sigma_m", "rises_m_s", "person_log_odds", "remembered")
"""Of each look at a track; `remembered` is 1 where no points hold it."""

_X, _Y, _Z, _SIGMA, _RISES, _PERSON, _REMEMBERED = range(len(COURSE_COLUMNS))


class Place(NamedTuple):
    """What is known of a spot.

    Attributes:
        x_m: On the floor plan.
        y_m: On the floor plan.
        gone_s: How long ago the body there was last told of.
        furniture_m: Height of the bed or sofa there; None where there is none.
        animals: Whether any live in the home.
        radar_m: Where the nearest radar hangs.
        radar_pitch_deg: Where it looks: 0 ahead, -90 straight down.
    """

    x_m: float
    y_m: float
    gone_s: float
    furniture_m: float | None
    animals: bool
    radar_m: tuple[float, float, float]
    radar_pitch_deg: float


class Seen(NamedTuple):
    """Points of the last seconds, of all radars.

    Attributes:
        points: (point, 5): x, y, up above the floor, velocity, signal-to-noise ratio in dB.
        time_s: (point,) from the window's start.
        interval_s: (point,) between the frames of the radar that gave it.
    """

    points: Numbers
    time_s: Numbers
    interval_s: Numbers


class Course(NamedTuple):
    """A track over the last seconds.

    Attributes:
        looks: (look, column) as `COURSE_COLUMNS`.
        time_s: (look,) from the window's start.
    """

    looks: Numbers
    time_s: Numbers


def names() -> tuple[str, ...]:
    """Return the names of the channels of `fall_picture`."""
    cells = [f"{what} {LOWEST_M + CELL_M * cell:.1f} m" for what in _OF_CELLS for cell in range(CELLS)]
    return (*cells, *_OF_BODY, *_OF_OTHERS, *_OF_SPOT)


def fall_picture(place: Place, seen: Seen, own: Course, others: tuple[Course, ...]) -> Array:
    """Return the picture of a spot, float32 (channel, bin).

    Args:
        place: The spot.
        seen: Points of anywhere; those that are far away are left out.
        own: The body that is, or was last, at the spot.
        others: Everybody else.
    """
    picture = np.concatenate((_cells(place, seen), _body(place, own), _others(place, others), _spot(place)))
    return np.asarray(picture, np.float32)


def _bins(time_s: Numbers) -> NDArray[np.int64]:
    """Return the bin of each time; -1 where it is outside of the window."""
    found = np.floor(time_s * (BINS / WINDOW_S) + 1e-6).astype(np.int64)
    return np.where((found >= 0) & (found < BINS), found, -1)


def _cells(place: Place, seen: Seen) -> Numbers:
    """Return (4 * cell, bin): logarithms of counts here and around, means of speed and loudness."""
    away_m = np.hypot(seen.points[:, 0] - place.x_m, seen.points[:, 1] - place.y_m)
    when = _bins(seen.time_s)
    inside = (when >= 0) & (away_m < AROUND_M)
    points, away_m, when = seen.points[inside], away_m[inside], when[inside]
    cell = np.clip(np.floor((points[:, 2] - LOWEST_M) / CELL_M), 0, CELLS - 1).astype(np.int64)
    place_of = cell * BINS + when
    weight = seen.interval_s[inside] / _USUAL_INTERVAL_S  # a radar with fewer frames looks alike

    def sums(of: NDArray[np.bool_], weights: Numbers) -> Numbers:
        counted = np.bincount(place_of[of], weights[of], minlength=CELLS * BINS)
        return counted.reshape(CELLS, BINS).astype(np.float64)

    near, ones = away_m < NEAR_M, np.ones(len(points))
    counted = np.maximum(sums(near, ones), 1.0)
    speed = sums(near, np.minimum(np.abs(points[:, 3]), _MOST_M_S)) / counted
    loudness = sums(near, np.clip(points[:, 4], 0.0, _MOST_DB)) / counted
    here, around = (np.log1p(sums(of, weight)) for of in (away_m < HERE_M, away_m >= HERE_M))
    return np.concatenate((here, around, speed, loudness / 40.0))


def _body(place: Place, own: Course) -> Numbers:
    """Return (7, bin): what is told of the body; 0 where it was not told of."""
    told = np.zeros((len(_OF_BODY), BINS))
    when = _bins(own.time_s)
    looks, when = own.looks[when >= 0], when[when >= 0]
    away_m = np.hypot(looks[:, _X] - place.x_m, looks[:, _Y] - place.y_m)
    told[:, when] = (
        np.ones(len(looks)),
        looks[:, _Z],
        np.minimum(looks[:, _SIGMA], _MOST_SIGMA_M),
        np.clip(looks[:, _RISES], -_MOST_M_S, _MOST_M_S),
        np.minimum(away_m, _MOST_AWAY_M),
        np.clip(looks[:, _PERSON], -_MOST_LOG, _MOST_LOG) / 4.0,
        looks[:, _REMEMBERED],
    )
    return told


def _others(place: Place, others: tuple[Course, ...]) -> Numbers:
    """Return (4, bin): how near the nearest other comes, how high the highest is, and how surely a person."""
    told = np.zeros((len(_OF_OTHERS), BINS))
    for other in others:
        away_m = np.hypot(other.looks[:, _X] - place.x_m, other.looks[:, _Y] - place.y_m)
        when = _bins(other.time_s)
        near = (when >= 0) & (away_m < OTHERS_M)
        looks, when = other.looks[near], when[near]
        np.maximum.at(told[0], when, 1.0 - away_m[near] / OTHERS_M)
        np.maximum.at(told[1], when, looks[:, _Z])
        told[2, when] = np.clip(looks[:, _PERSON], -_MOST_LOG, _MOST_LOG) / 4.0
        told[3, when] = np.clip(looks[:, _RISES], -_MOST_M_S, _MOST_M_S)
    return told


def _spot(place: Place) -> Numbers:
    """Return (8, bin): how long ago each bin was, and what stays the same."""
    x, y, up = place.radar_m
    fixed = (
        place.gone_s / 4.0,
        float(place.furniture_m is not None),
        place.furniture_m or 0.0,
        float(place.animals),
        up / 2.0,
        float(np.hypot(x - place.x_m, y - place.y_m)) / 4.0,
        place.radar_pitch_deg / 90.0,
    )
    return np.concatenate((np.linspace(-1.0, 1.0, BINS)[None], np.repeat(np.array(fixed)[:, None], BINS, axis=1)))
