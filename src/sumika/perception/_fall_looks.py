"""Who may lie on the floor, and the pictures of the last seconds by which a student tells whether he fell.

Looked at is whoever is told no higher than sitting, and whoever was lost for some seconds where he was not upright: who
falls behind a sofa is seen coming down, and then no more. Nothing else is decided here: a student has seen what heights
err like, animals that take tracks over, and people who lie down on purpose.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.models.features.falls import WINDOW_S, Course, Place, Seen, fall_picture
from sumika.perception._bodies import place_of
from sumika.perception._low_points import RecentPoints
from sumika.schema import HeldBy, RestingPlace, Track, TrackKind, Tracks
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds, seconds_to_ns

Array = NDArray[np.float32]

LOOK_S = 0.5
LOW_M, LOST_BELOW_M, LOST_S = 0.8, 1.0, 8.0
"""Middles up to the first are looked at; of who was lost for no longer than the third, up to the second."""

MOST_LOOKS = 12
"""At once; those who were seen last come first."""

_HERE_S, _PRESENT_S = 0.55, 0.15
"""A place is the mean of so long; who was told of in so long is there."""

_SHORTEST_S = 3.0
"""Before so much is known of a home nothing is looked at."""

_MOST_COURSES, _MOST_LOOKS_KEPT = 64, 400


class FallLook(NamedTuple):
    """A body that may lie on the floor.

    Attributes:
        track: Its own.
        place_m: On the floor plan.
        middle_m: As it was told last.
        gone_s: How long ago that was.
        picture: For a student.
    """

    track: int
    place_m: tuple[float, float]
    middle_m: float
    gone_s: float
    picture: Array


@dataclass(slots=True)
class FallLooks:
    """What everybody did in the last seconds; changed in place.

    Attributes:
        radars: By id.
        places: Beds and sofas.
        animals: Whether any live there.
        points: Of the last seconds.
        courses: By track, (time, `COURSE_COLUMNS`) of the last seconds.
        began_ns: When the first track was told of.
        looked_ns: When was looked last.
    """

    radars: Mapping[str, Radar]
    places: tuple[RestingPlace, ...]
    animals: bool
    points: RecentPoints
    courses: dict[int, deque[tuple[float, ...]]] = field(default_factory=dict)
    began_ns: int | None = None
    looked_ns: int | None = None

    def take(self, tracks: Tracks, sound: Iterable[Track]) -> None:
        """Keep where everybody is; forget what is too old, or of another clock.

        Args:
            tracks: The message.
            sound: Those of its tracks that make sense.
        """
        now_ns = tracks.stamp.monotonic_ns
        now_s = ns_to_seconds(now_ns)
        if self.began_ns is None or now_ns < self.began_ns or (self.looked_ns or 0) > now_ns:
            self.courses, self.began_ns, self.looked_ns = {}, now_ns, None
        for track in sound:
            course = self.courses.setdefault(track.id, deque(maxlen=_MOST_LOOKS_KEPT))
            course.append((now_s, *_look_at(track)))
        for number, course in list(self.courses.items()):
            while course and now_s - course[0][0] > WINDOW_S + _HERE_S:
                course.popleft()
            if not course:
                del self.courses[number]
        while len(self.courses) > _MOST_COURSES:
            del self.courses[min(self.courses, key=lambda one: self.courses[one][-1][0])]

    def due(self, now: Instant) -> bool:
        """Return whether it is time to look again."""
        if self.began_ns is None or now.monotonic_ns - self.began_ns < seconds_to_ns(_SHORTEST_S):
            return False
        return self.looked_ns is None or now.monotonic_ns - self.looked_ns >= seconds_to_ns(LOOK_S - 1e-3)

    def look(self, now: Instant) -> Iterator[FallLook]:
        """Yield everybody who may lie on the floor."""
        self.looked_ns = now.monotonic_ns
        now_s = ns_to_seconds(now.monotonic_ns)
        first_s = now_s - WINDOW_S + 1e-6
        tables = {number: np.array(course) for number, course in self.courses.items()}
        low = [one for number, table in tables.items() if (one := _low(number, table, now_s)) is not None]
        if not low:
            return
        seen = self._seen(now, first_s)
        if not len(seen.points):
            return  # tracks alone: nothing that a student has learned from
        courses = {number: Course(table[:, 1:], table[:, 0] - first_s) for number, table in tables.items()}
        low.sort(key=lambda one: one[3])
        for number, place_m, middle_m, gone_s in low[:MOST_LOOKS]:
            others = tuple(course for other, course in courses.items() if other != number)
            picture = fall_picture(self._place(place_m, gone_s), seen, courses[number], others)
            yield FallLook(number, place_m, middle_m, gone_s, picture)

    def _seen(self, now: Instant, first_s: float) -> Seen:
        frames = self.points.within(now, WINDOW_S)
        times = np.array([ns_to_seconds(frame.taken_ns) - first_s for frame in frames], np.float64)
        counts = [len(frame.points) for frame in frames]
        intervals = np.array([frame.interval_s for frame in frames], np.float64)
        points = np.concatenate([np.zeros((0, 5)), *(frame.points for frame in frames)])
        return Seen(points, np.repeat(times, counts), np.repeat(intervals, counts))

    def _place(self, place_m: tuple[float, float], gone_s: float) -> Place:
        radar = min(self.radars.values(), key=lambda one: math.dist(one.position_m[:2], place_m), default=None)
        furniture = place_of(*place_m, self.places)
        return Place(
            *place_m,
            gone_s=gone_s,
            furniture_m=None if furniture is None else furniture.height_m,
            animals=self.animals,
            radar_m=(0.0, 0.0, 0.0) if radar is None else radar.position_m,
            radar_pitch_deg=0.0 if radar is None else radar.pitch_deg,
        )


def _low(number: int, table: NDArray[np.float64], now_s: float) -> tuple[int, tuple[float, float], float, float] | None:
    """Return track, place, height and how long it is gone, of a body that may lie on the floor; None of another."""
    last_s = float(table[-1, 0])
    gone_s = now_s - last_s
    here = table[table[:, 0] > last_s - _HERE_S]
    x_m, y_m, middle_m = (float(value) for value in here[:, 1:4].mean(axis=0))
    present = gone_s < _PRESENT_S
    if gone_s > LOST_S or middle_m > (LOW_M if present else LOST_BELOW_M):
        return None
    return number, (x_m, y_m), middle_m, 0.0 if present else gone_s


def _look_at(track: Track) -> tuple[float, ...]:
    """Return a look at a track, in the order of `COURSE_COLUMNS`."""
    return (
        *track.position_m,
        track.position_sigma_m[2],
        track.velocity_m_s[2],
        person_log_odds(track),
        float(track.held_by is HeldBy.MEMORY),
    )


def person_log_odds(track: Track) -> float:
    """Return how surely a tracker takes a track for a person; 0 where it does not say."""
    if track.kind is TrackKind.UNKNOWN:
        return 0.0
    share = min(max(track.kind_probability, 1e-4), 1.0 - 1e-4)
    return math.log(share / (1.0 - share)) * (1.0 if track.kind is TrackKind.PERSON else -1.0)
