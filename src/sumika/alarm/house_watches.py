"""Suspected falls, and faults of the house's own, as other parts tell of them."""

import math
from collections.abc import Iterator

from sumika.alarm.book import Finding, Seen
from sumika.alarm.memory import WatchMemory
from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant
from sumika.schema import (
    AlarmCause,
    FallStage,
    Message,
    NodeHealth,
    NodeState,
    Presence,
    Reason,
    SuspectedFall,
)
from sumika.schema.alarm_settings import WatchFalls, WatchFaults
from sumika.units import SECONDS_PER_MINUTE, seconds_to_ns

SAID_AGAIN_S = 10.0
"""A suspected fall is told once a second while it is suspected."""

SETTLES_S = 60.0
"""So long a fault must be gone to be over."""

BLIND = frozenset(
    {
        Reason.NO_SIGNAL,
        Reason.FROZEN,
        Reason.ALL_ZERO,
        Reason.NOT_FINITE,
        Reason.SATURATED,
        Reason.WRONG_SHAPE,
        Reason.STALE,
        Reason.ANTENNA_DEAD,
        Reason.NO_RANGE,
        Reason.PROFILE_MISMATCH,
    }
)
"""Why a room's presence cannot be told, where that is the fault of its radar or sensor."""

BLIND_NAME = "blind."
"""How the names begin under which it is remembered since when rooms are blind."""


class FallWatch:
    """Suspected falls: one alarm for each room, which ends when everybody is up by whom it was raised.

    Who was never suspected can end no alarm, and whoever is up again is up wherever that is: a suspicion is known by
    its name and not by its room.
    """

    def __init__(self, settings: WatchFalls) -> None:
        """Know how long they can be cancelled."""
        self._settings = settings
        self._suspected: dict[str, SuspectedFall] = {}
        self._cleared: set[str] = set()

    def hear(self, message: Message) -> None:
        """Take a message; what is about no fall is left alone."""
        if not isinstance(message, SuspectedFall):
            return
        name = suspicion_name(message)
        if message.stage is FallStage.SUSPECTED:
            self._suspected[name] = message
        elif message.stage is FallStage.CLEARED:
            self._suspected.pop(name, None)
            self._cleared.add(name)

    def rest(self) -> None:
        """Forget everything: nobody is watched now."""
        self._suspected.clear()
        self._cleared.clear()

    def look(self, now: Instant) -> Seen:
        """Return what it knows now."""
        cleared = frozenset(self._cleared)
        self._cleared.clear()
        self._suspected = {
            name: fall for name, fall in self._suspected.items() if elapsed_s(fall.stamp, now) <= SAID_AGAIN_S
        }
        going_on = tuple(self._finding(name, fall) for name, fall in self._suspected.items())
        return Seen(going_on=going_on, cleared=cleared)

    def _finding(self, name: str, fall: SuspectedFall) -> Finding:
        return Finding(
            cause=AlarmCause.SUSPECTED_FALL,
            subject=fall.room or fall.source,
            room=fall.room,
            origin=fall.origin,
            cancel_s=self._settings.cancel_s,
            suspicion=name,
        )


def suspicion_name(fall: SuspectedFall) -> str:
    """Return a name that a suspicion keeps for as long as it lasts, and that no other one has.

    Tracks are numbered anew whenever the part that follows people, or the house, starts anew, and a track may be
    suspected twice. When a suspicion began tells them apart: it is the same in all that is told of it.
    """
    since_s = fall.since_s if math.isfinite(fall.since_s) else 0.0
    return f"{fall.track}@{fall.stamp.boot_id}.{fall.stamp.monotonic_ns - seconds_to_ns(since_s)}"


class FaultWatch:
    """Rooms of which radar or sensor tells nothing, and nodes that fail again and again."""

    def __init__(self, settings: WatchFaults, memory: WatchMemory) -> None:
        """Know how long a fault may last; since when a room is blind begins anew, for while the house was off none was.

        Every start begins with rooms of which nothing is told yet. An open alarm stays so until its room is seen.
        Since when a node fails is remembered: where alarms fail with it again and again, it would never have lasted.
        """
        for name in [name for name in memory.lasting if name.startswith(BLIND_NAME)]:
            memory.forget(name)
        self._after_s = SECONDS_PER_MINUTE * settings.after_min
        self._memory = memory
        self._nodes: dict[str, NodeHealth] = {}
        self._presence: dict[str, Presence] = {}

    def hear(self, message: Message) -> None:
        """Take a message; what is about no fault is left alone."""
        if isinstance(message, NodeHealth):
            self._nodes[message.node] = message
        elif isinstance(message, Presence):
            before = self._presence.get(message.room)
            # A sensor beside a radar makes it neither blind nor seeing.
            if before is None or before.sensor or not message.sensor:
                self._presence[message.room] = message

    def rest(self) -> None:
        """Forget rooms: radars are silent because residents want it so."""
        for room in self._presence:
            self._memory.forget(f"{BLIND_NAME}{room}")
        self._presence.clear()

    def look(self, now: Instant) -> Seen:
        """Return what it knows now."""
        going_on: list[Finding] = []
        over: set[tuple[AlarmCause, str]] = set()
        for name, holds, finding in (*self._failing(), *self._blind()):
            fault = self._memory.look(name, holds, now, SETTLES_S)
            if fault.is_over(now, SETTLES_S):
                over.add((finding.cause, finding.subject))
            elif fault.for_s(now) >= self._after_s:
                going_on.append(finding)
        return Seen(going_on=tuple(going_on), over=frozenset(over))

    def _failing(self) -> Iterator[tuple[str, bool | None, Finding]]:
        for name, health in self._nodes.items():
            known = health.state in (NodeState.DEGRADED, NodeState.RUNNING, NodeState.WAITING)
            yield (
                f"node.{name}",
                health.state is NodeState.DEGRADED if known else None,
                Finding(cause=AlarmCause.NODE_DEGRADED, subject=name, detail=health.fault[:200], origin=health.origin),
            )

    def _blind(self) -> Iterator[tuple[str, bool | None, Finding]]:
        for room, presence in self._presence.items():
            yield (
                f"{BLIND_NAME}{room}",
                presence.reason in BLIND,
                Finding(cause=AlarmCause.RADAR_BLIND, subject=room, room=room, origin=presence.origin),
            )
