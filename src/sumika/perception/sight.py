"""What one radar sees: the points of every frame, and breath and heartbeat of those whom the house tracks.

Points go to `people`, which knows where everybody is; that comes back here and says where to look for breathing.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception.storeys import Storeys
from sumika.radar import frame_fault
from sumika.radar.detection import Detections
from sumika.radar.people import PeopleSettings, Sight, look, measure, open_eyes
from sumika.radar.tracking import Mounting, mounting_of, target_of
from sumika.radar.vitals import PersonResult
from sumika.schema import (
    AdcFrame,
    AntennaArray,
    Frame,
    FrameNotice,
    Message,
    PersonVitals,
    PointCloud,
    RadarDescription,
    Reason,
    Tracks,
    worst,
)
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds, seconds_to_ns

TELL_S = 0.25
"""How often each person's vital signs are told; at once where a beat was found."""

_STALE_TRACKS_S = 2.0


@dataclass(slots=True)
class SightState:
    """State of one radar. The step owns it and changes it in place.

    Attributes:
        radar: As in `house.yaml`.
        mounting: Where it hangs and looks.
        settings: Of each stage.
        storeys: Of the house: it measures who is on its own.
        eyes: The chain; None before the first frame.
        stated: The description that `eyes` were opened for.
        tracks: Where everybody is, as told last.
        previous: Numbers of the last frame, to tell a frozen one.
        session: Of the last frame.
        stamp: Of the last frame.
        told_ns: When each person's vital signs were told last.
    """

    radar: Radar
    mounting: Mounting
    settings: PeopleSettings
    storeys: Storeys = field(default_factory=Storeys)
    eyes: Sight | None = None
    stated: RadarDescription | None = None
    tracks: Tracks | None = None
    previous: NDArray[Any] | None = None
    session: str = ""
    stamp: Instant | None = None
    told_ns: dict[int, int] = field(default_factory=dict)


def start(radar: Radar, storeys: Storeys | None = None) -> SightState:
    """Return the state before the first frame.

    Args:
        radar: As described in `house.yaml`; all else is learned from its frames.
        storeys: Of the house; None where there is but one.
    """
    return SightState(radar, mounting_of(radar), PeopleSettings(), storeys or Storeys())


def step(state: SightState, message: Frame | Tracks) -> tuple[SightState, tuple[Message, ...]]:
    """Take one frame in, or where everybody is.

    Args:
        state: Of this radar; used up.
        message: Its next frame, or the tracks of the house.

    Returns:
        The state, and for a frame its points, and the vital signs that are due.
    """
    if isinstance(message, Tracks):
        state.tracks = message
        return state, ()
    notice = message.notice
    reason = _judge(state, message)
    if reason is not None:
        return state, (_cloud(state, notice, usable=False, reason=reason),)
    eyes = _eyes(state, notice)
    found = look(eyes, message.samples if isinstance(message, AdcFrame) else message.iq)
    if not found.usable:
        return state, (_cloud(state, notice, usable=False, reason=found.reason or Reason.NO_SIGNAL),)
    cloud = _cloud(state, notice, usable=True, reason=found.reason).with_points(found.rows)
    return state, (cloud, *_vitals(state, eyes, notice, found))


def _judge(state: SightState, frame: Frame) -> Reason | None:
    """Return why the frame is refused; keep in mind what the next one is compared with."""
    notice = frame.notice
    if notice.session != state.session or state.stamp is None or notice.stamp.boot_id != state.stamp.boot_id:
        state.session, state.previous, state.eyes = notice.session, None, None
    elif notice.stamp.monotonic_ns <= state.stamp.monotonic_ns:
        return Reason.STALE
    state.stamp = notice.stamp
    reason = frame_fault(frame, state.previous)
    if reason is not Reason.WRONG_SHAPE:
        state.previous = (frame.samples if isinstance(frame, AdcFrame) else frame.iq).copy()
    return reason


def _eyes(state: SightState, notice: FrameNotice) -> Sight:
    """Return the chain for frames of this description; another one begins anew."""
    if state.eyes is None or state.stated != notice.description:
        state.stated = notice.description
        state.eyes = open_eyes(with_antennas(notice.description, notice.shape[1]), state.settings)
    return state.eyes


def with_antennas(description: RadarDescription, antennas: int) -> RadarDescription:
    """Return a description with as many antennas as frames hold: all at the origin where positions are not known."""
    if len(description.array.virtual) == antennas:
        return description
    unknown = AntennaArray(receivers=((0.0, 0.0),) * antennas, field_of_view_rad=description.array.field_of_view_rad)
    return msgspec.structs.replace(description, array=unknown)


def _vitals(state: SightState, eyes: Sight, notice: FrameNotice, found: Detections) -> tuple[PersonVitals, ...]:
    tracks, now_ns = state.tracks, notice.stamp.monotonic_ns
    if tracks is None or now_ns - tracks.stamp.monotonic_ns > seconds_to_ns(_STALE_TRACKS_S):
        return ()
    followed = (*tracks.tracks, *tracks.candidates)
    targets = [target_of(one, state.mounting) for one in followed if state.storeys.sees(state.radar.id, one)]
    results = measure(eyes, found, targets, ns_to_seconds(now_ns))
    state.told_ns = {number: told for number, told in state.told_ns.items() if number in results}
    due = []
    for number, result in results.items():
        if result.beats or now_ns - state.told_ns.get(number, 0) >= seconds_to_ns(TELL_S):
            state.told_ns[number] = now_ns
            due.append(_told(state, notice, tracks, number, result))
    return tuple(due)


def _told(state: SightState, notice: FrameNotice, tracks: Tracks, number: int, result: PersonResult) -> PersonVitals:
    rooms = {track.id: track.room for track in (*tracks.tracks, *tracks.candidates)}
    return PersonVitals(
        stamp=notice.stamp,
        origin=worst((notice.origin, tracks.origin)),
        session=notice.session,
        track=number,
        room=rooms[number],
        radar=state.radar.id,
        respiration=result.respiration,
        heart=result.heart,
        displacement_mm=result.displacement_mm,
        displacement_sigma_mm=result.displacement_sigma_mm,
        beats=result.beats,
        breathing_log_odds=result.breathing_log_odds,
    )


def _cloud(state: SightState, notice: FrameNotice, *, usable: bool, reason: Reason | None) -> PointCloud:
    return PointCloud(
        stamp=notice.stamp,
        origin=notice.origin,
        session=notice.session,
        radar=state.radar.id,
        room=state.radar.room,
        index=notice.index,
        frame_interval_s=notice.description.frame_interval_s,
        usable=usable,
        reason=reason or "",
    )
