"""How fast radar cubes of a walking person are made, and how far they are from plain exponentials.

The cube is an IWR6843ISK's in full, 128 chirps x 12 antennas x 256 samples. A frame is all that a scene has: one person
of 14 parts who walks, the images of them in floor and wall, what stands still, phase noise, fresh thermal noise, whole
numbers. The speed-up is that of the echoes alone, without noise, against `cube_reference` on the same 14 moving points.
Time is that of the one thread that works, as the kernel counts it, in the quietest round.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.world.cube_reference import Complexes, naive_cube
from sumika.schema import RADAR_MODELS
from sumika.world.radar_scene import Motion, Person, add_points, empty_cube, frames, walking_scene

MODEL = "iwr6843isk"
SEED, BEGIN_S = 11, 3.0
QUICK_ROUNDS, FULL_ROUNDS = 5, 40
FRAMES_PER_ROUND = 8


def measure(full: bool) -> dict[str, Figure]:
    """Return cubes per second, the speed-up over plain exponentials, and the largest difference to them."""
    rounds = FULL_ROUNDS if full else QUICK_ROUNDS
    description = RADAR_MODELS[MODEL]
    scene = walking_scene(SEED, people=1, seconds=600.0, description=description)
    feed = frames(scene, interleaved=True, start_s=BEGIN_S)
    next(feed)  # compiles
    frame_s = min(median(_seconds(lambda: next(feed)) for _ in range(FRAMES_PER_ROUND)) for _ in range(rounds))
    motion, amplitude = walker(scene.people[0], BEGIN_S)
    cube = empty_cube(description)
    add_points(cube, description, motion, amplitude)

    def echoes() -> None:
        cube[:] = 0
        add_points(cube, description, motion, amplitude)

    echo_s = min(median(_seconds(echoes) for _ in range(FRAMES_PER_ROUND)) for _ in range(rounds))
    naive_s = min(_seconds(lambda: naive_cube(description, motion, amplitude)) for _ in range(2 if full else 1))
    shared_s = _seconds(lambda: naive_cube(description, motion, amplitude, receivers_apart=False))
    error = relative_error(cube, naive_cube(description, motion, amplitude))
    detail: dict[str, float | str] = {
        "echoes_ms": round(1e3 * echo_s, 3),
        "naive_ms": round(1e3 * naive_s, 1),
        "naive_receivers_shared_ms": round(1e3 * shared_s, 1),
        "speedup_over_shared": round(shared_s / echo_s, 1),
        "parts": len(amplitude),
    }
    return {
        "cubes_per_s": Figure(
            value=round(1.0 / frame_s, 1),
            unit="cubes/s",
            evidence=Evidence.MEASURED,
            detail={"frame_ms": round(1e3 * frame_s, 3), "rounds": rounds, "shape": "128 x 12 x 256"},
        ),
        "cube_speedup": Figure(
            value=round(naive_s / echo_s, 1), unit="ratio", evidence=Evidence.MEASURED, detail=detail
        ),
        "cube_error": Figure(
            value=error, unit="of the peak", evidence=Evidence.MEASURED, detail={"points": len(amplitude)}
        ),
    }


def walker(person: Person, time_s: float) -> tuple[Motion, Complexes]:
    """Return how a person's parts move during a frame, as a radar 1.2 m above the plan's origin sees them.

    Args:
        person: Who walks.
        time_s: When the frame begins.

    Returns:
        The motion, and (part,) amplitudes: roots of the cross-sections, turned by chance.
    """
    chirp = RADAR_MODELS[MODEL].chirp
    if chirp is None:
        raise ValueError(f"{MODEL} has no chirp")
    duration_s = chirp.chirps_per_frame * chirp.chirp_interval_s
    above = np.array((0.0, 0.0, 1.2))
    start, middle, end = (person.points(time_s + share * duration_s) - above for share in (0.0, 0.5, 1.0))
    return Motion.through(start, middle, end, duration_s), np.sqrt(person.cross_sections_m2()) * person.phases()


def relative_error(cube: NDArray[np.complex64], plain: Complexes) -> float:
    """Return the largest difference of two cubes against the larger one's peak."""
    return float(np.abs(cube - plain).max() / np.abs(plain).max())


def _seconds(call: Callable[[], object]) -> float:
    begin = time.thread_time()
    call()
    return time.thread_time() - begin
