"""A student that says what it is told to, and messages of a house in which somebody lives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.models import Answer
from sumika.schema import (
    HeartRate,
    Message,
    Origin,
    PersonVitals,
    PointCloud,
    Rate,
    Reason,
    Sleep,
    SleepKind,
    Tick,
    Track,
    Tracks,
)
from sumika.schema.points import POINT_COLUMNS

WALL_NS = 1_790_000_000_000_000_000


def at(second: float, boot: str = "b") -> Instant:
    return Instant(int(second * 1e9), WALL_NS + int(second * 1e9), boot)


@dataclass
class Fake:
    """A student that is always of one mind.

    Attributes:
        says: Probability of each class.
        reason: Why it says nothing; None: it does.
        values: What it says where it has no classes.
        shown: Shapes of what it was shown.
    """

    says: dict[str, float]
    reason: Reason | None = None
    shown: list[tuple[int, ...]] = field(default_factory=list)
    name: str = "fake"
    values: tuple[float, ...] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.says)

    def answer(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Answer:
        self.shown.append(x.shape)
        if self.reason is not None:
            return Answer(valid=False, reason=self.reason)
        if self.values is not None:
            return Answer(valid=True, reason=Reason.MEASURED, values=self.values, sigma=0.05, unlike=0.2)
        return Answer(
            valid=True, reason=Reason.MEASURED, probabilities=tuple(self.says.values()), sigma=0.05, unlike=0.2
        )

    def answers(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> list[Answer]:
        return [self.answer(one) for one in x]


def heart(second: float, rate_bpm: float = 58.0, room: str = "bedroom") -> HeartRate:
    return HeartRate(
        stamp=at(second),
        origin=Origin.LIVE,
        room=room,
        valid=True,
        reason=Reason.MEASURED,
        rate_bpm=rate_bpm,
        sigma_bpm=1.0,
    )


def vitals(second: float, track: int, rate_bpm: float = 58.0, room: str = "bedroom") -> PersonVitals:
    rate = Rate(valid=True, reason=Reason.MEASURED, value_bpm=rate_bpm, sigma_bpm=1.0)
    breath = Rate(valid=True, reason=Reason.MEASURED, value_bpm=14.0, sigma_bpm=0.5)
    return PersonVitals(
        stamp=at(second),
        origin=Origin.LIVE,
        track=track,
        room=room,
        radar="bedroom_radar",
        respiration=breath,
        heart=rate,
    )


def sleep(second: float, kind: SleepKind | None, room: str = "bedroom", boot: str = "b") -> Sleep:
    return Sleep(
        stamp=at(second, boot), origin=Origin.LIVE, room=room, valid=True, reason=Reason.BREATHING_SEEN, kind=kind
    )


def tick(second: float) -> Tick:
    return Tick(stamp=at(second), origin=Origin.LIVE, node="supervisor")


def somebody(number: int = 1, room: str = "living", place_m: tuple[float, float] = (2.0, 2.0), **more: float) -> Track:
    return Track(
        id=number,
        room=room,
        position_m=(*place_m, 1.0),
        position_sigma_m=(0.1, 0.1, 0.1),
        existence=more.get("existence", 0.99),
        going_m_s=more.get("going_m_s", 0.0),
    )


def tracks(second: float, *people: Track, reason: str = "") -> Tracks:
    return Tracks(stamp=at(second), origin=Origin.LIVE, source="house", tracks=people, reason=reason)


def cloud(
    second: float, places: Sequence[tuple[float, float, float]], radar: str, velocity_m_s: float = 0.5
) -> PointCloud:
    """Return points at (range, azimuth, elevation) that all move alike."""
    rows = np.zeros((len(places), len(POINT_COLUMNS)), np.float32)
    for row, (range_m, azimuth_rad, elevation_rad) in zip(rows, places, strict=True):
        row[:4] = (range_m, velocity_m_s, azimuth_rad, elevation_rad)
        row[4:8] = (0.05, 0.05, 0.05, 0.05)
        row[8] = 20.0
    return PointCloud(
        stamp=at(second),
        origin=Origin.LIVE,
        radar=radar,
        room="living",
        index=int(second * 10),
        frame_interval_s=0.1,
        usable=True,
        count=len(rows),
        rows=rows.tobytes(),
    )


def of_kind(told: Sequence[Message], kind: type[Message]) -> list[Message]:
    return [one for one in told if type(one) is kind]
