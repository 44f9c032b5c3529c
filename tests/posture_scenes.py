"""Days of a resident's life in closed form, as a tracker would tell them: heights, extents, speeds, and their errors.

Shares the messages with the code under test and nothing else.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from sumika.clock import Instant
from sumika.schema import Origin, Track, TrackKind, Tracks

RATE_HZ = 10.0
BED = ((3.0, 0.0), (5.0, 0.0), (5.0, 2.0), (3.0, 2.0))
START = Instant(7_000_000_000, 1_700_000_000_000_000_000, "test")

HEIGHTS = {
    "stand": (1.65, 0.95, 0.5),
    "walk": (1.63, 0.95, 0.6),
    "sit": (1.20, 0.75, 0.8),
    "floor_sit": (0.86, 0.45, 0.9),
    "crouch": (1.00, 0.50, 0.7),
    "bend": (0.80, 0.55, 0.9),
    "bed": (0.72, 0.58, 1.7),
    "floor": (0.28, 0.15, 1.7),
}
"""What somebody does -> top, middle and reach, metres."""


@dataclass
class Resident:
    """One body whose track is told.

    Attributes:
        sigma_m: Standard deviation of its heights; errors last half a second.
        scale: Stature over that of `HEIGHTS`.
        id: Of the track.
        kind: Of the track.
    """

    random: np.random.Generator
    sigma_m: float = 0.1
    scale: float = 1.0
    id: int = 1
    kind: TrackKind = TrackKind.PERSON
    time_s: float = 0.0
    place: tuple[float, float] = (1.0, 1.0)
    now: tuple[float, float, float] = HEIGHTS["stand"]
    _error: list[float] = field(default_factory=lambda: [0.0, 0.0])
    _still_s: float = 0.0

    def does(self, what: str, seconds: float, change_s: float) -> Iterator[Tracks]:
        """Change to an activity within `change_s`, and keep at it until `seconds` have passed."""
        before = self.now
        after = tuple(number * self.scale if what != "bed" else number for number in HEIGHTS[what])
        if what == "bed":
            self.place = (4.0, 1.0)
        heading, x, y = self.random.uniform(0, 2 * math.pi), *self.place
        for step in range(round(seconds * RATE_HZ)):
            passed = step / RATE_HZ
            share = 1.0 if change_s <= 0 else min(1.0, passed / change_s)
            share = 0.5 - 0.5 * math.cos(math.pi * share) if change_s > 1.2 else share**1.5  # a fall speeds up
            top, middle, reach = (a + share * (b - a) for a, b in zip(before, after, strict=True))
            self.now = (top, middle, reach)
            speed = 0.9 if what == "walk" else 0.02
            if what == "walk":
                heading += self.random.normal() * 0.2
                x, y = (min(max(c + 0.09 * d, 0.0), 2.5) for c, d in ((x, math.cos(heading)), (y, math.sin(heading))))
            self.place = (x, y)
            self._still_s = 0.0 if what == "walk" or share < 1.0 else self._still_s + 1 / RATE_HZ
            yield self.tracks(speed)

    def tracks(self, speed_m_s: float = 0.0) -> Tracks:
        """Return what the tracker says now, and let time pass."""
        keep = math.exp(-1 / RATE_HZ / 0.5)
        fresh = self.random.normal(size=2) * math.sqrt(1 - keep**2)
        self._error = [keep * old + float(new) for old, new in zip(self._error, fresh, strict=True)]
        top, middle, reach = self.now
        track = Track(
            id=self.id,
            room="living",
            kind=self.kind,
            kind_probability=0.9,
            position_m=(*self.place, middle + 0.7 * self.sigma_m * self._error[1]),
            position_sigma_m=(0.1, 0.1, 0.7 * self.sigma_m),
            velocity_m_s=(speed_m_s, 0.0, 0.0),
            velocity_sigma_m_s=(0.1, 0.1, 0.3),
            size_m=(reach, 0.4, top),
            top_m=top + self.sigma_m * self._error[0],
            top_sigma_m=self.sigma_m,
            existence=0.99,
            still_s=self._still_s,
        )
        self.time_s += 1 / RATE_HZ
        return tracks_at(self.time_s, track)


def tracks_at(time_s: float, *tracks: Track) -> Tracks:
    """Return a message of that time."""
    return Tracks(stamp=START.later(round(time_s * 1e9)), origin=Origin.SIMULATED, source="house", tracks=tracks)


def everyday(resident: Resident, minutes: float, without: Sequence[str] = ()) -> Iterator[tuple[str, Tracks]]:
    """Yield (activity, message) of everyday life: each change as fast as people do it, and none of it a fall."""
    random = resident.random
    usual = {
        "walk": ((10, 60), (0.8, 2.0)),
        "stand": ((5, 60), (0.8, 2.0)),
        "sit": ((20, 200), (0.5, 2.0)),  # some drop into the chair
        "floor_sit": ((20, 120), (1.0, 3.0)),
        "crouch": ((3, 20), (0.6, 2.0)),
        "bend": ((1.5, 4), (0.6, 1.5)),
        "bed": ((60, 300), (1.2, 4.0)),
        "floor": ((30, 120), (3.0, 6.0)),  # exercises, or plays with a child
    }
    names = [name for name in usual if name not in without]
    end_s = resident.time_s + 60 * minutes
    while resident.time_s < end_s:
        name = str(random.choice(names))
        (shortest, longest), (quickest, slowest) = usual[name]
        if name == "floor":  # nobody lies down from standing without sitting in between
            yield from (("floor_sit", one) for one in resident.does("floor_sit", 3.0, 2.0))
        if name == "bed":
            yield from (("walk", one) for one in resident.does("walk", 4.0, 1.0))
            resident.place = (4.0, 1.0)
            yield from (("sit", one) for one in resident.does("sit", 3.0, 1.0))
        change_s = float(random.uniform(quickest, slowest))
        yield from ((name, one) for one in resident.does(name, float(random.uniform(shortest, longest)), change_s))
        if name == "bed":
            yield from (("sit", one) for one in resident.does("sit", 3.0, 1.5))
            resident.place = (2.0, 1.5)
