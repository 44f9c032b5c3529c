"""A minute of one radar's phase beside the chest that moved it, for somebody who rests before that radar.

Plain numpy on the converter's samples, without `sumika.radar`: the range transform of one antenna, the cell where the
slow time turns most steadily, and its angle.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.plots.world_panels import PhaseMinute
from sumika.schema import RadarDescription
from sumika.schema.house import Radar, WorldSource
from sumika.world.course import STAGES, Course
from sumika.world.radar_scene.living import LivingView, living_waveform
from sumika.world.radar_scene.living_bodies import LivingBodies
from sumika.world.radar_scene.sight import stand_of
from sumika.world.residents import Household
from sumika.world.simulation import World
from sumika.world.start import settings_of, start_of

SECONDS = 60.0
_REACH_M = 0.25
"""The chest's cell is looked for so near the chest."""

Array = NDArray[np.float64]
Samples = NDArray[np.complexfloating]


def phase_minute(world: World, course: Course) -> PhaseMinute | None:
    """Return a minute of somebody who sleeps in a room that a simulated radar looks into; None where nobody does.

    Args:
        world: The world that was run.
        course: What was so.
    """
    found = _rests(world, course)
    if found is None:
        return None
    radar, body, begin_s = found
    seed = settings_of(world.house).seed
    # A household of its own: the world's has lived through this minute already.
    household = Household.of(world.house, seed, start_of(world.house))
    view = LivingView.of(world.house, radar, living_waveform(radar.model), seed)
    household.advance(begin_s + SECONDS)
    stretches = household.stretches(begin_s, SECONDS)
    bodies = LivingBodies(world.house, seed)
    view.add(stretches)
    bodies.add(stretches)
    times_s = begin_s + np.arange(0.0, SECONDS - 0.2, view.description.frame_interval_s)
    frames, still_m, whole_m = [], [], []
    stand = stand_of(radar)
    for time_s in times_s:
        frames.append(view.frame(float(time_s)).mean(axis=0))
        still, whole = bodies.body(body).chest_m(float(time_s), stand.place_m)
        still_m.append(float(np.linalg.norm(still - stand.place_m)))
        whole_m.append(float(np.linalg.norm(whole - stand.place_m)))
    towards = stand.to_sensor(still)
    beam = looking_at(np.array(frames), view.description, towards)
    phase_mm = 1000.0 * displacement_m(beam, view.description, float(np.median(whole_m)))
    moved = np.array(whole_m) - np.array(still_m)
    truth_mm = 1000.0 * (moved - moved.mean())
    when = f"{world.local_time(begin_s):%H:%M}"
    return PhaseMinute(
        title=f"One minute of {radar.id}: {body} asleep at {when}",
        time_s=times_s - begin_s,
        displacement_mm=phase_mm,
        truth_mm=truth_mm,
    )


def looking_at(frames: NDArray[np.complexfloating], description: RadarDescription, place_m: Array) -> Samples:
    """Return (frame, sample): all antennas added up so that what comes from one direction adds.

    Args:
        frames: (frame, antenna, sample).
        description: The radar.
        place_m: (3,) right, forward, up of the sensor.
    """
    right, up = place_m[0] / np.linalg.norm(place_m), place_m[2] / np.linalg.norm(place_m)
    array = description.array
    signs = np.array(array.receiver_signs or (1.0,) * len(array.receivers))
    turns = np.array([np.exp(1j * np.pi * (x * right + z * up)) for x, z in array.virtual])
    turns *= np.tile(signs, len(array.transmitters))
    beam: Samples = np.einsum("fas,a->fs", frames, turns) / len(turns)
    return beam


def displacement_m(frames: Samples, description: RadarDescription, range_m: float) -> Array:
    """Return (frame,) how far the chest moved away, its mean removed.

    Args:
        frames: (frame, sample), antennas and chirps added up.
        description: The radar.
        range_m: Where the chest is.
    """
    chirp = description.chirp
    if chirp is None:
        raise ValueError("this radar gives no converter samples")
    profile = np.fft.fft(frames * np.hanning(frames.shape[1]), axis=1)
    cell_m = chirp.range_resolution_m
    cells = np.arange(max(1, round((range_m - _REACH_M) / cell_m)), round((range_m + _REACH_M) / cell_m) + 1)
    moving = profile[:, cells] - profile[:, cells].mean(axis=0)
    slow = profile[:, cells[int(np.argmax((np.abs(moving) ** 2).sum(axis=0)))]]
    circle = slow - _middle(slow)
    moved: Array = np.unwrap(np.angle(circle)) * description.wavelength_m / (4.0 * np.pi)
    return np.asarray(moved - moved.mean())


def _middle(points: NDArray[np.complexfloating]) -> complex:
    """Return the middle of the arc that points lie on (least squares, Kasa 1976)."""
    x, y = points.real, points.imag
    table = np.stack((2.0 * x, 2.0 * y, np.ones_like(x)), axis=1)
    (a, b, _), *_ = np.linalg.lstsq(table, x**2 + y**2, rcond=None)
    return complex(a, b)


def _rests(world: World, course: Course) -> tuple[Radar, str, float] | None:
    """Return a radar, somebody who sleeps before it, and when; rather somebody who lies there alone."""
    awake = STAGES.index("awake")
    shared: tuple[Radar, str, float] | None = None
    for radar in world.house.radars:
        if not isinstance(radar.source, WorldSource):
            continue
        room = course.rooms.index(radar.room)
        people = course.of_rooms["people"][:, room]
        for body in course.bodies:
            asleep = (course.where[body] == room) & (course.stage[body] >= 0) & (course.stage[body] != awake)
            for steps in (np.flatnonzero(asleep & (people == 1)), np.flatnonzero(asleep)):
                if steps.size:
                    at_s = float(course.at_s[steps[len(steps) // 2]])
                    found = (radar, body, at_s // SECONDS * SECONDS)
                    if people[steps[0]] == 1:
                        return found
                    shared = shared or found
    return shared
