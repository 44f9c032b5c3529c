"""Broken receivers and disturbed chirps are found, told, and worked around: people stay where they are."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar import people
from sumika.radar.chirp_statistics import chirp_statistics
from sumika.radar.frame_condition import PERSISTENT_FRAMES
from sumika.radar.sound_frames import mended, without_dead
from sumika.schema import RADAR_MODELS, Reason
from sumika.world.radar_scene import Scene, frames, walking_scene

ISK = RADAR_MODELS["iwr6843isk"]


@pytest.mark.parametrize("kind", ["complex64", "pairs", "int16", "uint16"])
def test_power_and_peak_are_those_of_each_chirp(kind: str) -> None:
    random = np.random.default_rng(3)
    parts = random.integers(100, 4000, (3, 2, 16, 2)).astype(np.int16)
    forms: dict[str, NDArray[Any]] = {
        "complex64": (parts[..., 0] + 1j * parts[..., 1]).astype(np.complex64),
        "pairs": parts,
        "int16": parts[..., 0],
        "uint16": parts[..., 0].astype(np.uint16),
    }
    power, peak = chirp_statistics(forms[kind])
    used = parts if kind in ("complex64", "pairs") else parts[..., :1]
    np.testing.assert_allclose(power, used.astype(float).var(axis=2).sum(axis=-1), rtol=1e-4)
    np.testing.assert_array_equal(peak, used.max(axis=(2, 3)))


def test_samples_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        chirp_statistics(np.zeros((4, 4), np.complex64))


def test_a_dead_receiver_takes_its_virtual_antennas_along() -> None:
    left, kept = without_dead(ISK, (1, 5, 9))
    assert [int(antenna) for antenna in kept] == [0, 2, 3, 4, 6, 7, 8, 10, 11]
    assert left.array.receivers == tuple(one for number, one in enumerate(ISK.array.receivers) if number != 1)
    assert left.array.virtual == tuple(ISK.array.virtual[int(antenna)] for antenna in kept)


def test_a_dead_transmitter_leaves_the_others_their_times() -> None:
    assert ISK.chirp is not None
    left, kept = without_dead(ISK, (4, 5, 6, 7))
    assert [int(antenna) for antenna in kept] == [0, 1, 2, 3, 8, 9, 10, 11]
    assert left.chirp is not None
    assert left.chirp.transmit_offsets_s(2)[1] == pytest.approx(ISK.chirp.transmit_offsets_s(3)[2])


def test_all_dead_is_not_worked_around() -> None:
    left, kept = without_dead(ISK, tuple(range(12)))
    assert left == ISK
    assert kept.size == 12


def test_a_disturbed_chirp_is_its_sound_neighbour() -> None:
    samples = np.arange(5)[:, None, None] * np.ones((5, 2, 3), np.complex64)
    whole = mended(samples, (0, 3))
    assert whole[:, 0, 0].real.tolist() == [1, 1, 2, 2, 4]
    assert samples[3, 0, 0] == 3


@pytest.fixture(scope="module")
def walk() -> tuple[Scene, list[NDArray[np.complex64]], list[tuple[float, float, float]]]:
    """One person who walks, 80 frames; and where he is in the last one."""
    scene = walking_scene(7, people=1, seconds=4.0)
    course = list(frames(scene))
    return scene, [frame.samples for frame in course], [frame.truth.people[0].position_m for frame in course]


def seen(scene: Scene, course: list[NDArray[np.complex64]]) -> people.Seen:
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    for number, samples in enumerate(course):
        state, result = people.step(state, scene.radars[0].id, samples, 0.05 * number)
    return result


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["none", "dead receiver", "dead transmitter", "bursts"])
def test_a_person_is_followed_in_spite_of_a_fault_that_is_told(
    walk: tuple[Scene, list[NDArray[np.complex64]], list[tuple[float, float, float]]], fault: str
) -> None:
    scene, course, places = walk
    random = np.random.default_rng(5)
    broken = [samples.copy() for samples in course]
    for samples in broken:
        if fault == "dead receiver":
            samples[:, [2, 6, 10]] = 0
        elif fault == "dead transmitter":
            samples[:, 4:8] = 0
        elif fault == "bursts":
            samples[random.integers(0, len(samples), 2)] += 8000 * random.standard_normal(samples.shape[1:])
    result = seen(scene, broken)
    told = {"none": None, "bursts": Reason.INTERFERENCE}.get(fault, Reason.ANTENNA_DEAD)
    assert result.points.reason == told
    x, y, _ = places[-1]
    assert min(np.hypot(track.position_m[0] - x, track.position_m[1] - y) for track in result.tracks) < 0.6
    assert np.isfinite(result.points.rows).all()


@pytest.mark.slow
def test_an_overdriven_receiver_is_no_person(
    walk: tuple[Scene, list[NDArray[np.complex64]], list[tuple[float, float, float]]],
) -> None:
    scene, course, _ = walk
    chirp = scene.description.chirp
    assert chirp is not None
    loud = [
        (np.clip(200 * s.real, -32767, 32767) + 1j * np.clip(200 * s.imag, -32767, 32767)).astype(np.complex64)
        for s in course[:20]
    ]
    result = seen(scene, loud)
    assert result.points.reason == Reason.SATURATED
    assert result.tracks == ()


@pytest.mark.slow
def test_a_receiver_that_is_overdriven_for_a_moment_costs_one_frame(
    walk: tuple[Scene, list[NDArray[np.complex64]], list[tuple[float, float, float]]],
) -> None:
    scene, course, _ = walk
    chirp, radar = scene.description.chirp, scene.radars[0].id
    assert chirp is not None
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    sight = state.sights[radar]
    chain, full = sight.detection, chirp.full_scale
    usable = []
    for number, samples in enumerate(course[:40]):
        taken = samples.copy()
        # From the 20th on it lasts, and is lived with.
        if number == 10 or number >= 20:
            places = np.arange(samples.shape[2]) / samples.shape[2]
            near = sum(np.exp(2j * np.pi * (cell * places + cell**2 / 7)) for cell in (3, 5, 6, 8, 9))
            loud = samples[:, 3] + 0.36 * full * near
            taken[:, 3] = np.clip(loud.real, -full, full) + 1j * np.clip(loud.imag, -full, full)
        state, seen_now = people.step(state, radar, taken, 0.05 * number)
        usable.append(seen_now.points.usable)
        if number < 20:
            assert sight.detection is chain
    assert [number for number, one in enumerate(usable) if not one] == [10, *range(20, 20 + PERSISTENT_FRAMES - 1)]
    assert sight.frames.dead == (3,)
