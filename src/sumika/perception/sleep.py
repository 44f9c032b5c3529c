"""Whether who is in a bedroom sleeps, lies in bed, or is up: told from whether anybody moves more than breathing does.

It is a rule of thumb for the house, which dims its lights by it. It is no measurement of sleep, and knows no phases of
it. All who are in a room are told of together: what lies still there may be two.
"""

import math
from dataclasses import dataclass

from sumika.clock import Instant
from sumika.schema import Message, Origin, Posture, PostureKind, Presence, Reason, Sleep, SleepKind, Tick
from sumika.units import ns_to_seconds

ASLEEP_AFTER_S = 600.0
"""Lying without a move for so long; who reads turns a page sooner."""

IN_BED_AFTER_S = 120.0
"""Keeping still for so long in a room with a bed is lying in it, where nothing tells postures."""

AWAKE_AFTER_S, FADES_S = 25.0, 60.0
"""Sleepers turn over within some seconds, two or three times an hour (J. De Koninck et al., Sleep 6, 1983): so many
seconds of moving in about a minute are somebody who is awake."""

SILENT_S = 20.0
"""So long after the last word of a room nothing is known of it any more."""

BRIDGED_S, SLIP_S = 300.0, 60.0
"""Who keeps still after so much silence, or seemed to be away for so long (a slip of the radar), rests as before it.
That time itself counts as no rest."""

PUBLISH_S = 5.0

_SOMEBODY = 0.5
_GAP_S = 5.0
_POSTURE_S = 15.0
_LYING = frozenset({PostureKind.LYING, PostureKind.UNKNOWN})


@dataclass(slots=True)
class _Rest:
    """Somebody who is there.

    Attributes:
        there_ns: When they were told to be there last.
        seen_ns: When they were looked at.
        still_since_ns: Since when nobody moves.
        moved_s: How long somebody moved of late.
        in_bed: Whether they are taken to lie in bed.
        asleep: Whether they are taken to be asleep.
    """

    there_ns: int
    seen_ns: int
    still_since_ns: int
    moved_s: float = 0.0
    in_bed: bool = False
    asleep: bool = False


@dataclass(slots=True)
class SleepState:
    """State of one bedroom. The step owns it and changes it in place.

    Attributes:
        room: Which.
        now: Stamp of the newest input.
        heard: The last valid word of whether somebody is there.
        rest: Of who is there, or was a moment ago; None before anybody was seen well enough.
        up_ns: When somebody there was told to sit or stand.
        lying_ns: When somebody there was told to lie.
        told: What was said last.
    """

    room: str
    now: Instant | None = None
    heard: Presence | None = None
    rest: _Rest | None = None
    up_ns: int | None = None
    lying_ns: int | None = None
    told: Sleep | None = None


def start(room: str) -> SleepState:
    """Return the state before the first message.

    Args:
        room: One with a bed in it.
    """
    return SleepState(room)


def step(state: SleepState, message: Presence | Posture | Tick) -> tuple[SleepState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Whether somebody is in the room, how somebody in the house holds himself or herself, or the time.

    Returns:
        The state, and a `Sleep` at every change and every five seconds. When nothing is heard it says "unknown".
    """
    if state.now is None or state.now.boot_id != message.stamp.boot_id:
        state.now, state.rest, state.heard, state.told = message.stamp, None, None, None
        state.up_ns = state.lying_ns = None
    elif message.stamp.monotonic_ns > state.now.monotonic_ns:
        state.now = message.stamp
    if isinstance(message, Presence) and message.room == state.room:
        _hear(state, message)
    elif isinstance(message, Posture) and message.room == state.room:
        if message.posture in _LYING:
            state.lying_ns = message.stamp.monotonic_ns if message.posture is PostureKind.LYING else state.lying_ns
        else:
            state.up_ns = message.stamp.monotonic_ns
    return state, _tell(state, state.now)


def _hear(state: SleepState, presence: Presence) -> None:
    if not presence.valid or presence.probability is None:
        return
    before, state.heard = state.heard, presence
    if presence.probability < _SOMEBODY:
        return
    now_ns = presence.stamp.monotonic_ns
    if state.rest is not None and not _goes_on(state.rest, before, presence):
        state.rest = None
    if presence.moving is not None:
        rest = state.rest = state.rest or _Rest(now_ns, now_ns, now_ns)
        _look(rest, now_ns, moving=presence.moving)
        rest.in_bed = rest.asleep or _is_in_bed(state, rest, now_ns)


def _goes_on(rest: _Rest, before: Presence | None, presence: Presence) -> bool:
    """Return whether who is there now is taken to rest as before: nobody rests for having been out of sight."""
    now_ns = presence.stamp.monotonic_ns
    missed_ns, rest.there_ns = now_ns - rest.there_ns, max(now_ns, rest.there_ns)
    slipped = before is not None and (before.probability or 0.0) < _SOMEBODY
    if not slipped and ns_to_seconds(missed_ns) <= SILENT_S:
        return True
    rest.still_since_ns += missed_ns
    return not presence.moving and ns_to_seconds(missed_ns) <= (SLIP_S if slipped else BRIDGED_S)


def _look(rest: _Rest, now_ns: int, *, moving: bool) -> None:
    """Take whether somebody moves now."""
    passed_s = min(max(0.0, ns_to_seconds(now_ns - rest.seen_ns)), _GAP_S)
    rest.seen_ns = max(now_ns, rest.seen_ns)
    rest.moved_s = rest.moved_s * math.exp(-passed_s / FADES_S) + passed_s * float(moving)
    if moving and not rest.asleep:
        rest.still_since_ns = now_ns
    if rest.asleep and rest.moved_s > AWAKE_AFTER_S:
        rest.asleep, rest.still_since_ns = False, now_ns
    elif ns_to_seconds(now_ns - rest.still_since_ns) >= ASLEEP_AFTER_S:
        rest.asleep = True


def _is_in_bed(state: SleepState, rest: _Rest, now_ns: int) -> bool:
    if _lately(state.up_ns, now_ns) or rest.moved_s > AWAKE_AFTER_S:
        return False
    still_s = ns_to_seconds(now_ns - rest.still_since_ns)
    return rest.in_bed or _lately(state.lying_ns, now_ns) or still_s >= IN_BED_AFTER_S


def _lately(then_ns: int | None, now_ns: int) -> bool:
    return then_ns is not None and ns_to_seconds(now_ns - then_ns) <= _POSTURE_S


def _tell(state: SleepState, now: Instant) -> tuple[Message, ...]:
    kind, before = _kind(state, now.monotonic_ns), state.told
    age_s = math.inf if before is None else ns_to_seconds(now.monotonic_ns - before.stamp.monotonic_ns)
    same = before is not None and before.kind is kind
    if same and age_s < PUBLISH_S:
        return ()
    heard = state.heard
    state.told = Sleep(
        stamp=now,
        origin=heard.origin if heard is not None else Origin.LIVE,
        session=heard.session if heard is not None else "",
        room=state.room,
        valid=kind is not None,
        reason=_REASONS.get(kind, Reason.NO_SIGNAL),
        kind=kind,
        for_s=before.for_s + age_s if before is not None and same else 0.0,
    )
    return (state.told,)


_REASONS: dict[SleepKind | None, Reason] = {
    SleepKind.AWAY: Reason.NOTHING_SEEN,
    SleepKind.AWAKE: Reason.MOVEMENT_SEEN,
    SleepKind.IN_BED: Reason.BREATHING_SEEN,
    SleepKind.ASLEEP: Reason.BREATHING_SEEN,
}


def _kind(state: SleepState, now_ns: int) -> SleepKind | None:
    heard, rest = state.heard, state.rest
    if heard is None or ns_to_seconds(now_ns - heard.stamp.monotonic_ns) > SILENT_S:
        return None
    if (heard.probability or 0.0) < _SOMEBODY:
        return SleepKind.AWAY
    if rest is None or ns_to_seconds(now_ns - rest.seen_ns) > FADES_S:
        return None
    return SleepKind.ASLEEP if rest.asleep else SleepKind.IN_BED if rest.in_bed else SleepKind.AWAKE
