"""Respiration of the person in a room: the breath waveform at every frame, the rate once a second."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.perception._breathing import Breathing, Waveform, breathing, waveform
from sumika.perception._fitness import EMPTY, fitness
from sumika.perception._room import RoomClock
from sumika.perception._window import SILENT_S, SlowTimeWindow
from sumika.radar import MOVING, displacement_mm, phase_increments
from sumika.radar.breathing_rate import LONGEST_S
from sumika.schema import ChestMotion, Message, Presence, Reason, Respiration, SlowTime, Tick
from sumika.schema.house import Radar, Room

UPDATE_S = 1.0
_WAVEFORM_S = 3.0
_MEAN_S = 12.0
_JUMP_SHARE = 0.15
_JUMP_SIGMAS = 3.0


@dataclass(slots=True)
class _Seen:
    """What one radar sees."""

    window: SlowTimeWindow
    result: Breathing = field(default_factory=lambda: Breathing(Reason.WARMING_UP))
    path: Waveform | None = None
    profile: NDArray[np.complex64] | None = None
    position_mm: float = 0.0
    believed_bpm: float | None = None


@dataclass(slots=True)
class RespirationState:
    """State of one room. The step owns it and changes it in place."""

    room: str
    clock: RoomClock
    seen: dict[str, _Seen]
    chosen: str
    empty: bool = False


def start(room: Room, radars: tuple[Radar, ...]) -> RespirationState:
    """Return the state before the first message.

    Args:
        room: The room.
        radars: Those that look into it.
    """
    seen = {radar.id: _Seen(SlowTimeWindow(radar.id)) for radar in radars}
    return RespirationState(room.id, RoomClock(UPDATE_S), seen, next(iter(seen), ""))


def step(state: RespirationState, message: SlowTime | Presence | Tick) -> tuple[RespirationState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Of this room; used up.
        message: Slow-time I/Q of one of its radars, whether somebody is there, or the time.

    Returns:
        The state, and what is to be published: a `ChestMotion` for every frame of the radar that sees the person best,
        a `Respiration` once a second.
    """
    if isinstance(message, Presence):
        state.empty = message.valid and message.probability is not None and message.probability < EMPTY
        return state, ()
    if isinstance(message, SlowTime):
        seen = state.seen.get(message.radar)
        refused = seen.window.refused if seen is not None else 0
        if seen is None or (not seen.window.take(message) and seen.window.refused > refused):
            return state, ()
        state.clock.take(message)
        motion = _follow(state, seen, message) if message.radar == state.chosen else ()
        return state, (*motion, *(_publish(state) if state.clock.due() else ()))
    state.clock.take(message)
    silent = all(one.window.age_s(state.clock.now) > SILENT_S for one in state.seen.values())
    return state, _publish(state) if silent and state.clock.due() else ()


def _publish(state: RespirationState) -> tuple[Respiration, ...]:
    for seen in state.seen.values():
        seen.result = _confirmed(seen, _look(seen, state))
    state.chosen = _best(state)
    result = state.seen[state.chosen].result if state.chosen else Breathing(Reason.NO_SIGNAL)
    rhythm = result.rhythm
    if result.reason is not Reason.MEASURED or rhythm is None:
        length_s = rhythm.window_s if rhythm is not None else 0.0
        return (
            Respiration(
                **state.clock.header(), room=state.room, valid=False, reason=result.reason, window_s=round(length_s, 3)
            ),
        )
    return (
        Respiration(
            **state.clock.header(),
            room=state.room,
            valid=True,
            reason=Reason.MEASURED,
            rate_bpm=rhythm.rate_bpm,
            sigma_bpm=result.sigma_bpm,
            quality=rhythm.explained,
            amplitude_mm=rhythm.amplitude_mm if result.scale_known else None,
            window_s=round(rhythm.window_s, 3),
        ),
    )


def _best(state: RespirationState) -> str:
    """Return the radar that is surest; among those without a rate, one that at least sees somebody."""

    def rank(radar: str) -> tuple[int, float]:
        seen = state.seen[radar]
        if seen.result.reason is Reason.MEASURED:
            return 0, seen.result.sigma_bpm
        return (1 if seen.path is not None else 2), 0.0 if radar == state.chosen else 1.0

    return min(state.seen, key=rank, default="")


def _look(seen: _Seen, state: RespirationState) -> Breathing:
    """Ask one radar's window for the rate of breathing."""
    fit = fitness(seen.window, state.clock.now, empty=state.empty)
    seen.path = None
    if fit.still is None or fit.still.length_s < _WAVEFORM_S:
        return Breathing(fit.reason)
    still = fit.still.last(LONGEST_S)
    seen.path = waveform(still)
    tail = seen.path.path_mm[-max(1, round(_MEAN_S / seen.path.interval_s)) :]
    seen.position_mm = float(tail[-1] - tail.mean())
    return breathing(still, seen.path) if fit.reason is Reason.MEASURED else Breathing(fit.reason)


def _confirmed(seen: _Seen, result: Breathing) -> Breathing:
    """Hold back a rate until the next one confirms it: windows overlap, so breathing neither jumps nor flashes up."""
    if result.reason is not Reason.MEASURED or result.rhythm is None:
        seen.believed_bpm = None
        return result
    rate, believed = result.rhythm.rate_bpm, seen.believed_bpm
    seen.believed_bpm = rate
    if believed is None:
        return Breathing(seen.result.reason, result.rhythm)
    if abs(rate - believed) > max(_JUMP_SHARE * believed, _JUMP_SIGMAS * result.sigma_bpm):
        return Breathing(Reason.NOT_PERIODIC, result.rhythm)
    return result


def _follow(state: RespirationState, seen: _Seen, message: SlowTime) -> tuple[ChestMotion, ...]:
    """Return the chest's displacement at one frame."""
    profile, before, path = seen.window.last_profile(), seen.profile, seen.path
    seen.profile = None if profile is None else profile.copy()
    reason = Reason.MEASURED
    if seen.window.fault is not None:
        reason = seen.window.fault
    elif profile is None:
        reason = Reason.NO_PERSON
    elif message.motion > MOVING:
        reason = Reason.MOVING
    elif path is None or before is None or path.centres.centre.size != profile.size or before.size != profile.size:
        reason = Reason.WARMING_UP if seen.result.reason is Reason.MEASURED else seen.result.reason
    if reason is not Reason.MEASURED or path is None or before is None or profile is None:
        return (ChestMotion(**state.clock.header(), room=state.room, valid=False, reason=reason),)
    turned = phase_increments(np.stack((before, profile)), path.centres)
    seen.position_mm += float(displacement_mm(turned, message.wavelength_m)[-1])
    return (
        ChestMotion(
            **state.clock.header(), room=state.room, valid=True, reason=reason, displacement_mm=seen.position_mm
        ),
    )
