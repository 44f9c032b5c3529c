"""From a radar's frames to the slow-time I/Q of the chest's cells: one pure step per radar."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.radar.cells import Reflection, chest_cells, strongest_reflection
from sumika.radar.clutter import CLUTTER_JITTER, Change, measure_change, quiet_noise, sweep_noise
from sumika.radar.decode import decode
from sumika.radar.faults import frame_fault, frame_samples
from sumika.radar.motion import MOVING, MotionMeter
from sumika.radar.profiles import Distances, Profile, ProfileMemory, kept_distances
from sumika.radar.range_transform import range_grid, range_transform
from sumika.schema import AdcFrame, Frame, RadarDescription, Reason, SlowTime
from sumika.schema.house import Radar
from sumika.units import seconds_to_ns

MEMORY_S = 30.0
"""How much past a new choice of cells can bring along."""

ASSESS_S = 0.5
"""How often it is asked where the person is."""

WINDOW_S = 10.0
"""A slow breath; what changes within this time lives."""

FIRST_LOOK_S = 1.0
SEEN_DB = 5.0
"""Below this the strongest change may be noise, and no cells are chosen. Noise alone reaches 3 dB."""

LOST_DB = 3.5
"""Below this a person who was seen is seen no more."""

_SWITCH_RATIO = 2.0
"""A bin outside the chosen cells that lives so many times more is better at once, ..."""

_MUST_WISH = 8
"""... that is when seen twice in a row; one that lives about as much must do so for so many looks."""

_STEPS = 3
_LONGEST_STEP_M = 0.8
_WALKED_M = 0.25
"""A distance that changes this much in three looks, one way, is walked."""

_MOST_FRAMES = 1200


@dataclass(slots=True)
class _Scene:
    """What is remembered of one session with one setting of the radar."""

    description: RadarDescription
    session: str
    distances: Distances
    memory: ProfileMemory
    meter: MotionMeter
    degrees: int
    assess_after_ns: int
    still_since_ns: int
    floor: NDArray[np.float64] | None = None
    change: Change | None = None
    seen: Reflection | None = None
    level_db: float | None = None
    cells: slice | None = None
    wishes: int = 0
    ranges_m: tuple[float, ...] = ()
    walking: bool = False


@dataclass(slots=True)
class FrontEndState:
    """State of one radar's front end. The step owns it and changes it in place.

    Attributes:
        radar: The radar's id.
        room: The room it looks into.
        refused: Frames not used so far, by reason.
        previous: Numbers of the last frame, to tell a frozen one.
        session: Of the last frame.
        stamp: Of the last frame.
        index: Of the last frame.
        block: How often cells were chosen.
        scene: What is remembered; None before the first usable frame of a session.
    """

    radar: str
    room: str
    refused: dict[Reason, int] = field(default_factory=dict)
    previous: NDArray[Any] | None = None
    session: str = ""
    stamp: Instant | None = None
    index: int = -1
    block: int = 0
    scene: _Scene | None = None


def start(radar: Radar) -> FrontEndState:
    """Return the state before the first frame.

    Args:
        radar: As described in `house.yaml`; all else is learned from its frames.
    """
    return FrontEndState(radar.id, radar.room)


def step(state: FrontEndState, frame: Frame) -> tuple[FrontEndState, tuple[SlowTime, ...]]:
    """Take one frame in.

    Args:
        state: Of this radar; used up.
        frame: The radar's next frame. One that is late, repeated or broken is refused and counted.

    Returns:
        The state, and exactly one message: the chest's cells, or why the frame was not usable.
    """
    reason = _judge(state, frame)
    if reason is not None:
        state.refused[reason] = state.refused.get(reason, 0) + 1
        return state, (_unusable(state, frame, reason),)
    profile, noise, distances = _profile(frame)
    scene = _scene_of(state, frame, distances, profile)
    stamp_ns = frame.notice.stamp.monotonic_ns
    level = noise if noise is not None else np.zeros(distances.count, np.float32)
    scene.memory.add(profile, level, stamp_ns)
    motion = max(scene.meter.add(profile, _floor(scene, profile, noise)), 1.0 if scene.walking else 0.0)
    if motion > MOVING:
        scene.still_since_ns = stamp_ns
    fresh = stamp_ns >= scene.assess_after_ns and _assess(scene, stamp_ns, noise is not None)
    if fresh:
        state.block += 1
    return state, (_message(state, scene, frame, motion, fresh),)


def _judge(state: FrontEndState, frame: Frame) -> Reason | None:
    """Return why the frame is refused; keep in mind what the next one is compared with."""
    notice = frame.notice
    if notice.session != state.session or state.stamp is None or notice.stamp.boot_id != state.stamp.boot_id:
        state.session, state.stamp, state.index, state.previous = notice.session, None, -1, None
        state.scene = None
    elif notice.stamp.monotonic_ns <= state.stamp.monotonic_ns or notice.index <= state.index:
        return Reason.STALE
    state.stamp, state.index = notice.stamp, notice.index
    reason = frame_fault(frame, state.previous)
    if reason is not Reason.WRONG_SHAPE:
        state.previous = frame_samples(frame).copy()
    return reason


def _profile(frame: Frame) -> tuple[Profile, NDArray[np.float32] | None, Distances]:
    """Return the frame's mean profile, its noise per bin where sweeps tell it, and the distances of the bins."""
    description = frame.notice.description
    if isinstance(frame, AdcFrame):
        if description.chirp is None:
            raise ValueError("an ADC frame without a chirp passed the checks")
        grid = range_grid(description.chirp)
        iq = range_transform(decode(frame.samples), complex_samples=description.chirp.complex_samples)
    else:
        if description.range_grid is None:
            raise ValueError("a range frame without a grid passed the checks")
        grid, iq = description.range_grid, frame.iq.astype(np.complex64, copy=False)
    distances = kept_distances(grid)
    kept = iq[:, :, distances.take]
    return kept.mean(axis=0), sweep_noise(kept), distances


def _scene_of(state: FrontEndState, frame: Frame, distances: Distances, profile: Profile) -> _Scene:
    scene, notice = state.scene, frame.notice
    if scene is not None and scene.description == notice.description and scene.memory.antennas == profile.shape[0]:
        return scene
    interval_s = notice.description.frame_interval_s
    capacity = int(np.clip(np.ceil(MEMORY_S / interval_s), 8, _MOST_FRAMES))
    now_ns = notice.stamp.monotonic_ns
    state.block += 1
    state.scene = _Scene(
        description=notice.description,
        session=notice.session,
        distances=distances,
        memory=ProfileMemory(capacity, *profile.shape),
        meter=MotionMeter(interval_s),
        degrees=2 * (notice.shape[0] - 1) * profile.shape[0],
        assess_after_ns=now_ns + seconds_to_ns(FIRST_LOOK_S - ASSESS_S / 2),
        still_since_ns=now_ns,
    )
    return state.scene


def _floor(scene: _Scene, profile: Profile, noise: NDArray[np.float32] | None) -> NDArray[np.float64]:
    """Return the power per bin that motion must exceed: noise, and the jitter of clutter."""
    if scene.floor is not None:
        return scene.floor
    clutter = (np.abs(profile) ** 2).mean(axis=0, dtype=np.float64)
    floor: NDArray[np.float64] = CLUTTER_JITTER * clutter + (0.0 if noise is None else noise)
    return floor


def _assess(scene: _Scene, now_ns: int, noise_known: bool) -> bool:
    """Ask anew where the person is. Returns whether the cells were chosen anew."""
    scene.assess_after_ns = now_ns + seconds_to_ns(ASSESS_S)
    interval_s = scene.description.frame_interval_s
    still = scene.memory.since(scene.still_since_ns)
    shortest = max(4, int(np.ceil(FIRST_LOOK_S / interval_s)))
    count = min(len(scene.memory), max(shortest, min(still, int(np.ceil(WINDOW_S / interval_s)))))
    if count < 4:
        return False
    noise = None
    if noise_known:
        noise = quiet_noise(scene.memory.noise(int(np.ceil(WINDOW_S / interval_s))), scene.degrees)
    change = measure_change(scene.memory.profiles(count), noise)
    scene.change = change
    scene.floor = change.noise + CLUTTER_JITTER * change.clutter
    seen = strongest_reflection(change, scene.distances)
    scene.level_db = seen.signal_to_noise_db
    enough_db = SEEN_DB if scene.cells is None else LOST_DB
    scene.seen = seen if seen.signal_to_noise_db >= enough_db else None
    scene.ranges_m = (*scene.ranges_m[-_STEPS:], seen.range_m) if scene.seen is not None else ()
    scene.walking = _walks(scene.ranges_m)
    return _choose(scene, seen, change)


def _walks(ranges_m: tuple[float, ...]) -> bool:
    """Return whether the strongest reflection kept coming or going, at no more than a walk.

    A body that glides as one piece is predicted frame by frame; its distance tells. A jump is no walk: it is another
    person who became the stronger one.
    """
    steps = np.diff(ranges_m)
    if steps.size < _STEPS or not (np.all(steps > 0) or np.all(steps < 0)):
        return False
    return bool(np.abs(steps).max() < _LONGEST_STEP_M and abs(steps.sum()) > _WALKED_M)


def _choose(scene: _Scene, seen: Reflection, change: Change) -> bool:
    """Choose the cells, or keep them: every new choice costs the log a copy of the past. Returns whether anew."""
    if scene.seen is None:
        lost = scene.cells is not None
        scene.cells, scene.wishes = None, 0
        return lost
    wanted = chest_cells(seen.peak, scene.distances)
    if scene.cells is None:
        scene.cells, scene.wishes = wanted, 0
        return True
    if scene.cells.start < seen.peak < scene.cells.stop - 1 or wanted == scene.cells:
        scene.wishes = 0
        return False
    ratio = change.signal_to_noise
    stronger = float(ratio[seen.peak]) > _SWITCH_RATIO * float(ratio[scene.cells].max())
    scene.wishes += _MUST_WISH // 2 if stronger else 1
    if scene.wishes < _MUST_WISH:
        return False
    scene.cells, scene.wishes = wanted, 0
    return True


def _unusable(state: FrontEndState, frame: Frame, reason: Reason) -> SlowTime:
    notice = frame.notice
    return SlowTime(
        stamp=notice.stamp,
        origin=notice.origin,
        session=notice.session,
        radar=state.radar,
        room=state.room,
        index=notice.index,
        frame_interval_s=notice.description.frame_interval_s,
        wavelength_m=_wavelength_m(notice.description),
        usable=False,
        reason=reason,
        block=state.block,
        timing_trusted=notice.description.timing_trusted,
    )


def _wavelength_m(description: RadarDescription) -> float:
    return description.wavelength_m if description.carrier_frequency_hz > 0 else 0.0


def _message(state: FrontEndState, scene: _Scene, frame: Frame, motion: float, fresh: bool) -> SlowTime:
    plain = msgspec.structs.replace(_unusable(state, frame, Reason.MEASURED), usable=True, reason="", motion=motion)
    plain = msgspec.structs.replace(plain, signal_to_noise_db=scene.level_db)
    if scene.cells is None or scene.seen is None or scene.change is None:
        return plain
    cells, memory, distances = scene.cells, scene.memory, scene.distances
    past, ages = b"", ()
    if fresh:
        count = min(len(memory), memory.since(scene.still_since_ns))
        past = np.ascontiguousarray(memory.profiles(count)[:-1, :, cells], "<c8").tobytes()
        ages = tuple((frame.notice.stamp.monotonic_ns - memory.stamps_ns(count)[:-1]).tolist())
    return msgspec.structs.replace(
        plain,
        start_m=distances.at(cells.start),
        step_m=distances.step_m,
        antennas=memory.antennas,
        cells=cells.stop - cells.start,
        iq=np.ascontiguousarray(memory.profiles(1)[0, :, cells], "<c8").tobytes(),
        past=past,
        past_age_ns=ages,
        noise=float(scene.change.noise[cells].mean()),
        range_m=scene.seen.range_m,
        range_sigma_m=scene.seen.range_sigma_m,
    )
