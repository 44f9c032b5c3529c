"""Whether someone is in a room: a probability that grows and fades with what the radars see.

A timer that holds presence for minutes after the last movement is what everyone complains of. Here a still person is
held by breathing itself, and evidence of an empty room is evidence like any other: each second of frames in which
nothing lives makes it less likely that someone is there.
"""

import math
from dataclasses import dataclass, field

from sumika.perception._room import RoomClock
from sumika.perception._window import SILENT_S
from sumika.radar import MOVING
from sumika.schema import Message, Presence, Reason, SlowTime, Tick
from sumika.schema.house import Radar, Room
from sumika.units import ns_to_seconds

UPDATE_S = 0.5
SEEN_DB = 5.0
"""From here on a reflection's change is called seen."""

_EVEN_DB = 4.0
"""As likely with someone as without: noise alone stays below 3 dB, a person is rarely below 6 dB."""

_GAIN_PER_DB_S = 0.7
_MOST_FOR, _MOST_AGAINST = 3.0, -0.8
"""Log odds per second. Against is weaker: someone may hide behind furniture, but nothing lives in an empty room."""

_SUREST = 4.6
"""Log odds beyond which nobody is ever sure: 0.99."""


@dataclass(slots=True)
class _Watch:
    """What one radar says."""

    newest: SlowTime | None = None
    usable: SlowTime | None = None
    log_odds: float = 0.0
    refused: int = 0


@dataclass(slots=True)
class PresenceState:
    """State of one room. The step owns it and changes it in place."""

    room: str
    clock: RoomClock
    watches: dict[str, _Watch] = field(default_factory=dict)


def start(room: Room, radars: tuple[Radar, ...]) -> PresenceState:
    """Return the state before the first message.

    Args:
        room: The room.
        radars: Those that look into it.
    """
    return PresenceState(room.id, RoomClock(UPDATE_S), {radar.id: _Watch() for radar in radars})


def step(state: PresenceState, message: SlowTime | Tick) -> tuple[PresenceState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Of this room; used up.
        message: What one of its radars sees, or the time.

    Returns:
        The state, and a `Presence` twice a second. When the radars fall silent it says "unknown", never "empty".
    """
    if isinstance(message, SlowTime):
        watch = state.watches.get(message.radar)
        if watch is None or not _weigh(watch, message):
            return state, ()
        state.clock.take(message)
        return state, (_presence(state),) if state.clock.due() else ()
    state.clock.take(message)
    silent = all(_age_s(watch.newest, state) > SILENT_S for watch in state.watches.values())
    return state, (_presence(state),) if silent and state.clock.due() else ()


def _weigh(watch: _Watch, message: SlowTime) -> bool:
    """Add a message's evidence. Returns False if the message is late or repeated."""
    before = watch.newest
    same = before is not None and before.session == message.session and before.stamp.boot_id == message.stamp.boot_id
    if before is not None and same and message.stamp.monotonic_ns <= before.stamp.monotonic_ns:
        watch.refused += 1
        return False
    watch.newest = message
    if not same:
        watch.log_odds, watch.usable = 0.0, None
    if not message.usable:
        return True
    watch.usable = message
    level_db = message.signal_to_noise_db
    if before is not None and same and level_db is not None and math.isfinite(level_db):
        passed_s = min(UPDATE_S, ns_to_seconds(message.stamp.monotonic_ns - before.stamp.monotonic_ns))
        evidence = max(_MOST_AGAINST, min(_MOST_FOR, _GAIN_PER_DB_S * (level_db - _EVEN_DB)))
        watch.log_odds = max(-_SUREST, min(_SUREST, watch.log_odds + evidence * passed_s))
    return True


def _age_s(message: SlowTime | None, state: PresenceState) -> float:
    if message is None:
        return math.inf
    return ns_to_seconds(state.clock.now.monotonic_ns - message.stamp.monotonic_ns)


def _presence(state: PresenceState) -> Presence:
    header = state.clock.header()
    awake = {name: watch for name, watch in state.watches.items() if _age_s(watch.usable, state) <= SILENT_S}
    if not awake:
        return Presence(**header, room=state.room, valid=False, reason=_why_unknown(state))
    radar = max(awake, key=lambda name: awake[name].log_odds)
    watch = awake[radar]
    message = watch.usable
    if message is None or message.signal_to_noise_db is None:
        return Presence(**header, room=state.room, valid=False, reason=Reason.WARMING_UP, radar=radar)
    there = watch.log_odds >= 0
    seen = there and message.signal_to_noise_db >= SEEN_DB
    moving = message.motion > MOVING
    reason = Reason.NOTHING_SEEN
    if seen:
        reason = Reason.MOVEMENT_SEEN if moving else Reason.BREATHING_SEEN
    return Presence(
        **header,
        room=state.room,
        valid=True,
        reason=reason,
        probability=1 / (1 + math.exp(-watch.log_odds)),
        range_m=message.range_m if seen else None,
        range_sigma_m=message.range_sigma_m if seen else None,
        moving=moving if seen else None,
        radar=radar,
    )


def _why_unknown(state: PresenceState) -> Reason:
    """Return the fault of a radar that speaks but makes no sense; else that none speaks."""
    for watch in state.watches.values():
        newest = watch.newest
        if newest is not None and not newest.usable and _age_s(newest, state) <= SILENT_S:
            return Reason(newest.reason) if newest.reason in Reason.__members__.values() else Reason.NO_SIGNAL
    return Reason.NO_SIGNAL
