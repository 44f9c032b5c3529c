"""Two sources in one cell, and a Doppler folding that a mixture of echoes must not fake."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar import detection
from sumika.radar.detection.covariance_angles import repeated_parts
from sumika.schema import ARRAYS, RADAR_MODELS
from sumika.world.radar_scene import add_point, empty_cube

DESCRIPTION = RADAR_MODELS["iwr6843isk"]
RANGE_M, SNR = 3.0, 10**3.6


def _noise(random: np.random.Generator) -> NDArray[np.complex64]:
    parts = random.standard_normal((*empty_cube(DESCRIPTION).shape, 2), dtype=np.float32) * np.float32(math.sqrt(0.5))
    cube: NDArray[np.complex64] = parts.view(np.complex64)[..., 0]
    return cube


def _pair(
    settings: detection.DetectionSettings, seed: int, apart: float
) -> tuple[NDArray[np.float32], tuple[float, float], float]:
    """Return the points of a frame with two sources in one cell, their u, and their velocity."""
    random = np.random.default_rng(seed)
    state = detection.start(DESCRIPTION, settings)
    for _ in range(2):
        detection.step(state, _noise(random))
    middle, velocity = random.uniform(-0.3, 0.3), random.uniform(0.3, 1.5)
    cube = _noise(random)
    both = (middle - apart / 2, middle + apart / 2)
    for u in both:
        away = np.array([u, math.sqrt(1 - u * u), 0.0])
        amplitude = math.sqrt(SNR / cube.size) * np.exp(1j * random.uniform(0, 2 * math.pi))
        add_point(cube, DESCRIPTION, tuple(RANGE_M * away), tuple(velocity * away), amplitude)
    rows = detection.step(state, cube).rows
    return rows[np.abs(rows[:, 0] - RANGE_M) < 0.3], both, velocity


def _errors(rows: NDArray[np.float32], both: tuple[float, float]) -> list[float]:
    found = np.sin(rows[:, 2]) * np.cos(rows[:, 3])
    return [float(np.abs(found - u).min()) for u in both]


@pytest.mark.slow
@pytest.mark.parametrize("method", list(detection.AngleMethod))
def test_two_sources_two_beams_apart_are_two_with_each_method(method: detection.AngleMethod) -> None:
    settings = detection.DetectionSettings(angle=method)
    for seed in range(4):
        rows, both, velocity = _pair(settings, seed, apart=0.45)
        assert len(rows) >= 2
        assert max(_errors(rows, both)) < 0.05
        # A mixture fits no folding well; the slow one is believed.
        assert np.abs(rows[:2, 1] - velocity).max() < 0.05


@pytest.mark.slow
def test_music_tells_apart_what_one_beam_covers_better_than_a_beam_does() -> None:
    errors = {}
    for method in (detection.AngleMethod.FFT, detection.AngleMethod.MUSIC):
        settings = detection.DetectionSettings(angle=method)
        errors[method] = [max(_errors(*_pair(settings, seed, apart=0.22)[:2])) for seed in range(6)]
    assert np.median(errors[detection.AngleMethod.MUSIC]) < 0.03
    assert np.median(errors[detection.AngleMethod.MUSIC]) < np.median(errors[detection.AngleMethod.FFT])


@pytest.mark.parametrize("model", ["iwr6843isk", "iwr6843aop", "xwr1642", "bgt60tr13c"])
def test_the_moved_part_of_an_array_is_the_same_shape_everywhere(model: str) -> None:
    positions = np.array(ARRAYS[model].virtual)
    parts, opposite = repeated_parts(ARRAYS[model].virtual)
    shape = positions[parts[0]] - positions[parts[0, 0]]
    for part in parts:
        np.testing.assert_allclose(positions[part] - positions[part[0]], shape, atol=1e-9)
    for k in range(2):
        assert (np.ptp(shape[:, k]) > 0) == (np.ptp(positions[:, k]) > 0)
    if opposite.size:
        np.testing.assert_allclose(shape + shape[opposite], np.broadcast_to(shape.min(0) + shape.max(0), shape.shape))
