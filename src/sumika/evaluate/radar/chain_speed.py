"""What a frame costs from integers to points, beside the two Fourier transforms that no chain can do without.

The floor is `scipy.fft` on one core over the same frame's chirps and samples, already complex64 and already laid out as
suits it best: no conversion, no background, no detection. Floor and chain take turns in the same rounds, so that what
else the machine does slows both alike; each is the median of its quietest round. Time is that of the one thread that
works, as the kernel counts it: waiting for a core that others use is not among it.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.evaluate.figure import Evidence, Figure
from sumika.radar import detection
from sumika.schema import RADAR_MODELS
from sumika.world.radar_scene import frames, walking_scene

SEED, PEOPLE, BEGIN_S = 7, 5, 3.0
"""Of the scene; frames are those from `BEGIN_S` on, when everybody walks."""

FRAMES = 8
QUICK_ROUNDS, FULL_ROUNDS = 12, 60
CALLS_PER_ROUND = 5
"""Of each layout, and frames of the chain: a few tens of milliseconds, less than most of the machine's bursts last."""

Cube = NDArray[np.complex64]

LAYOUTS: dict[str, tuple[tuple[int, int, int], tuple[int, int]]] = {
    "chirp_antenna_sample": ((0, 1, 2), (2, 0)),
    "antenna_chirp_sample": ((1, 0, 2), (2, 1)),
    "antenna_sample_chirp": ((1, 2, 0), (1, 2)),
    "chirp_sample_antenna": ((0, 2, 1), (1, 0)),
    "sample_chirp_antenna": ((2, 0, 1), (0, 1)),
}
"""How the floor's frame lies in memory, as a transposition of (chirp, antenna, sample), and along which axes it is
transformed, first range, then Doppler."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the chain's time over the floor's, and how many frames a second it makes."""
    cubes = walking_frames()
    floors = floor_calls(cubes[-1])
    state = detection.start(RADAR_MODELS["iwr6843isk"])
    points = [len(detection.step(state, cube).rows) for cube in cubes]
    for call in floors.values():
        call()
    feed = itertools.cycle(cubes)
    floor_ms: dict[str, list[float]] = {name: [] for name in floors}
    chain_ms: list[float] = []
    stages_ms: list[dict[str, float]] = []
    for _ in range(FULL_ROUNDS if full else QUICK_ROUNDS):
        for name, call in floors.items():
            floor_ms[name].append(median(call() for _ in range(CALLS_PER_ROUND)))
        cost, stages = _chain_round(state, feed)
        chain_ms.append(cost)
        stages_ms.append(stages)
    quietest = {name: min(costs) for name, costs in floor_ms.items()}
    layout = min(quietest, key=quietest.__getitem__)
    best = int(np.argmin(chain_ms))
    # A round's own ratio holds floors and chain of the same moment: what is told besides says how much the load moves.
    by_round = [cost / min(costs[k] for costs in floor_ms.values()) for k, cost in enumerate(chain_ms)]
    detail: dict[str, float | str] = {
        "chain_ms": round(chain_ms[best], 3),
        "floor_ms": round(quietest[layout], 3),
        "floor_layout": layout,
        "median_ratio_of_rounds": round(median(by_round), 3),
        "rounds": len(chain_ms),
        "points_per_frame": round(float(np.mean(points)), 1),
    }
    detail |= {f"floor_{name}_ms": round(cost, 3) for name, cost in quietest.items()}
    total = sum(stages_ms[best].values())
    shares: dict[str, float | str] = {f"share_{name}": round(cost / total, 3) for name, cost in stages_ms[best].items()}
    return {
        "chain_vs_fft_floor": _figure(chain_ms[best] / quietest[layout], "ratio", detail | shares),
        "frames_per_s": _figure(1e3 / chain_ms[best], "frames/s", {"chain_ms": round(chain_ms[best], 3)}),
    }


def _figure(value: float, unit: str, detail: dict[str, float | str]) -> Figure:
    return Figure(value=round(value, 3), unit=unit, evidence=Evidence.MEASURED, detail=detail)


def walking_frames() -> list[NDArray[np.int16]]:
    """Return successive frames of a room where five people walk, (chirp, antenna, sample, I/Q)."""
    scene = walking_scene(SEED, people=PEOPLE, seconds=8.0, description=RADAR_MODELS["iwr6843isk"])
    seen = itertools.islice(frames(scene, interleaved=True, start_s=BEGIN_S), FRAMES)
    return [np.ascontiguousarray(frame.samples, dtype=np.int16) for frame in seen]


def floor_calls(pairs: NDArray[np.int16]) -> dict[str, Callable[[], float]]:
    """Return the ways to do both transforms; each call does one frame and returns its milliseconds.

    Args:
        pairs: A frame, (chirp, antenna, sample, I/Q).
    """
    cube = (pairs[..., 0] + 1j * pairs[..., 1]).astype(np.complex64)
    calls = {name: _whole(cube, *layout) for name, layout in LAYOUTS.items()}
    for name in ("antenna_chirp_sample", "antenna_sample_chirp"):
        calls[f"{name}_in_turn"] = _antennas_in_turn(cube, *LAYOUTS[name])
    return calls


def _whole(cube: Cube, order: tuple[int, int, int], axes: tuple[int, int]) -> Callable[[], float]:
    """Return a call that transforms the whole cube in place."""
    laid_out = np.ascontiguousarray(cube.transpose(order))
    scratch = np.empty_like(laid_out)

    def call() -> float:
        scratch[...] = laid_out
        began = time.thread_time_ns()
        once = fft.fft(scratch, axis=axes[0], overwrite_x=True, workers=1)
        fft.fft(once, axis=axes[1], overwrite_x=True, workers=1)
        return (time.thread_time_ns() - began) / 1e6

    return call


def _antennas_in_turn(cube: Cube, order: tuple[int, int, int], axes: tuple[int, int]) -> Callable[[], float]:
    """Return a call that takes one antenna after the other, so that it stays in the cache between its transforms."""
    laid_out = np.ascontiguousarray(cube.transpose(order))
    scratch = np.empty_like(laid_out)

    def call() -> float:
        scratch[...] = laid_out
        began = time.thread_time_ns()
        for antenna in range(len(scratch)):
            once = fft.fft(scratch[antenna], axis=axes[0] - 1, overwrite_x=True, workers=1)
            fft.fft(once, axis=axes[1] - 1, overwrite_x=True, workers=1)
        return (time.thread_time_ns() - began) / 1e6

    return call


def _chain_round(state: detection.DetectionState, feed: Iterator[NDArray[np.int16]]) -> tuple[float, dict[str, float]]:
    """Return a frame's milliseconds in the median of a round, and what each stage took of them."""
    costs: list[float] = []
    stages: list[dict[str, float]] = []
    for _ in range(CALLS_PER_ROUND):
        cube = next(feed)
        began = time.thread_time_ns()
        found = detection.step(state, cube, time.thread_time_ns)
        costs.append((time.thread_time_ns() - began) / 1e6)
        stages.append(found.stage_ms)
    return median(costs), {name: median(one[name] for one in stages) for name in stages[0]}
