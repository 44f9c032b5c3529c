"""The half minute before an alarm, kept so that whoever comes can see how it came about."""

from collections import deque
from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

from sumika.alarm.moments import elapsed_s
from sumika.alarm.rooms import HOUSE
from sumika.clock import Instant
from sumika.schema import Message, PointCloud, Posture, Tracks
from sumika.schema.points import POINT_COLUMNS

LENGTH_S = 30.0
MOST_POINTS = 48
"""The strongest of a picture: enough to see a body come down, and at most 260 kB for a radar's half minute."""

_SNR = POINT_COLUMNS.index("snr_db")
Seen = TypeVar("Seen", bound=Message)
LEAST_APART_S = 0.18
"""Five pictures a second show how somebody moved; twenty would only be four times the bytes."""


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen.

    Attributes:
        tracks: People on their tracks, the oldest first.
        postures: How they held themselves, the oldest first.
        points: What the room's radars saw, the strongest points of each picture, the oldest first.
    """

    tracks: tuple[Tracks, ...] = ()
    postures: tuple[Posture, ...] = ()
    points: tuple[PointCloud, ...] = ()


class BeforeKeeper:
    """Holds the newest half minute in memory; nothing of it is kept where there is no alarm."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._tracks: deque[Tracks] = deque()
        self._postures: deque[Posture] = deque()
        self._points: dict[str, deque[PointCloud]] = {}

    def hear(self, message: Message) -> None:
        """Take a message; what shows nobody is left alone."""
        if isinstance(message, Tracks) and message.source == HOUSE:
            if _is_time(self._tracks, message):
                self._tracks.append(msgspec.structs.replace(message, candidates=(), ghosts=()))
                _forget(self._tracks, message.stamp)
        elif isinstance(message, Posture):
            self._postures.append(message)
            _forget(self._postures, message.stamp)
        elif isinstance(message, PointCloud) and message.usable:
            pictures = self._points.setdefault(message.radar, deque())
            if _is_time(pictures, message):
                pictures.append(_strongest(message))
                _forget(pictures, message.stamp)

    def rest(self) -> None:
        """Forget everything: residents want nothing kept."""
        self._tracks.clear()
        self._postures.clear()
        self._points.clear()

    def now(self, room: str, now: Instant) -> Before:
        """Return the newest half minute.

        Args:
            room: Only what radars of this room saw.
            now: The present moment: what a radar saw that has been silent since is older.
        """
        for pictures in self._points.values():
            _forget(pictures, now)
        points = [cloud for pictures in self._points.values() for cloud in pictures if cloud.room == room]
        return Before(
            tracks=tuple(self._tracks),
            postures=tuple(self._postures),
            points=tuple(sorted(points, key=lambda cloud: cloud.stamp.wall_ns)),
        )


def _is_time(seen: Sequence[Message], message: Message) -> bool:
    return not seen or elapsed_s(seen[-1].stamp, message.stamp) >= LEAST_APART_S


def _strongest(cloud: PointCloud) -> PointCloud:
    if cloud.count <= MOST_POINTS:
        return cloud
    points = cloud.array()
    return cloud.with_points(points[np.argpartition(points[:, _SNR], -MOST_POINTS)[-MOST_POINTS:]])


def _forget(seen: deque[Seen], now: Instant) -> None:
    while seen and elapsed_s(seen[0].stamp, now) > LENGTH_S:
        seen.popleft()
