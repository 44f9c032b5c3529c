"""A house whose alarms are watched for, through a day that passes when a test says so."""

from datetime import UTC, datetime, timedelta

import msgspec

from sumika.alarm import Finding, Watches, WatchMemory
from sumika.clock import Instant
from sumika.schema import (
    AlarmCause,
    Message,
    Origin,
    Track,
    TrackKind,
    Tracks,
)
from sumika.schema.alarm_settings import (
    Alarms,
    WatchBath,
    WatchBed,
    WatchFalls,
    WatchFaults,
    WatchMorning,
    WatchSmoke,
)
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, presence

ALL = Alarms(
    suspected_fall=WatchFalls(cancel_s=45.0),
    not_back_in_bed=WatchBed(rooms=("bedroom",), settled_min=20.0, away_min=30.0),
    long_in_bathroom=WatchBath(rooms=("bath",), longest_min=60.0),
    no_movement=WatchMorning(),
    smoke_or_co=WatchSmoke(),
    faults=WatchFaults(after_min=5.0),
)
STEP_S = 5.0


class Watched:
    """A house that is watched through a day that passes when told to."""

    def __init__(self, alarms: Alarms = ALL, *, at: str = "2026-01-20T23:00", origin: Origin = Origin.LIVE) -> None:
        self.local = datetime.fromisoformat(at).replace(tzinfo=UTC)
        self.now = Instant(NOON.monotonic_ns, int(self.local.timestamp() * 1e9), "boot")
        self.watches = Watches(alarms, WatchMemory(), origin)
        self.over: set[tuple[AlarmCause, str]] = set()
        self.cleared: set[str] = set()
        self.going_on: dict[AlarmCause, Finding] = {}
        self._alarms, self._origin = alarms, origin

    def power_is_away(self, hours: float) -> None:
        """Let the computer be off for a while, and boot again."""
        self.local += timedelta(hours=hours)
        self.now = Instant(NOON.monotonic_ns, int(self.local.timestamp() * 1e9), f"{self.now.boot_id}'")
        self.restarts()

    def restarts(self) -> None:
        """Let the node begin anew with what it had kept."""
        kept = msgspec.json.decode(msgspec.json.encode(self.watches.memory), type=WatchMemory)
        self.watches = Watches(self._alarms, kept, self._origin)

    def pauses(self, minutes: float) -> None:
        """Let residents want nothing sensed for a while, as the node does it."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self._passes()
            self.watches.rest()
            self._look(resting=True)

    def hear(self, *messages: Message) -> None:
        """Hear messages and look."""
        for message in messages:
            self.watches.hear(message)
        self._look()

    def _passes(self) -> None:
        self.now = self.now.later(seconds_to_ns(STEP_S))
        self.local += timedelta(seconds=STEP_S)

    def _look(self, *, resting: bool = False) -> None:
        seen = self.watches.look(self.now, self.local, resting=resting)
        self.going_on = {finding.cause: finding for finding in seen.going_on}
        self.over |= seen.over
        self.cleared |= seen.cleared

    def during(self, minutes: float, **rooms: float | None) -> "Watched":
        """Let time pass with so probable people in rooms."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self._passes()
            self.hear(*(presence(room, self.now, each) for room, each in rooms.items()))
        return self


def tracks(at: Instant, *people: tuple[str, TrackKind, float]) -> Tracks:
    return Tracks(
        stamp=at,
        origin=Origin.LIVE,
        source="house",
        tracks=tuple(
            Track(
                id=number,
                room=room,
                kind=kind,
                existence=0.9,
                going_m_s=going_m_s,
                position_m=(1.0, 1.0, 1.0),
                position_sigma_m=(0.1, 0.1, 0.1),
            )
            for number, (room, kind, going_m_s) in enumerate(people, 1)
        ),
    )
