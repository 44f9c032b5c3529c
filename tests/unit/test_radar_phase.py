"""Displacement comes out of I/Q as it went in: over many wavelengths, beside strong clutter, through fades."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar import displacement_mm, find_centres, fit_circles, phase_increments

WAVELENGTH_M = 5e-3
TIME = np.arange(400) * 0.05
RANDOM = np.random.default_rng(1)


def channels(
    moved_mm: NDArray[np.float64], clutter: float, count: int = 6, noise: float = 0.01
) -> NDArray[np.complex128]:
    """Return (frame, channel) of a reflection that moves towards the radar, beside clutter of any phase."""
    random = np.random.default_rng(2)
    gains = random.uniform(0.3, 1.5, count) * np.exp(1j * random.uniform(0, 6.3, count))
    still = clutter * np.exp(1j * random.uniform(0, 6.3, count))
    turned = np.exp(-4j * np.pi * moved_mm * 1e-3 / WAVELENGTH_M)[:, np.newaxis] * gains
    white = random.standard_normal(turned.shape) + 1j * random.standard_normal(turned.shape)
    shown: NDArray[np.complex128] = turned + still + noise * white
    return shown


def recovered(iq: NDArray[np.complex128]) -> NDArray[np.float64]:
    path = displacement_mm(phase_increments(iq, find_centres(iq)), WAVELENGTH_M)
    centred: NDArray[np.float64] = path - path.mean()
    return centred


@pytest.mark.parametrize("clutter", [0.0, 1.0, 10.0])
@pytest.mark.parametrize("amplitude_mm", [1.0, 3.0, 8.0])
def test_amplitudes_of_many_turns_are_recovered(amplitude_mm: float, clutter: float) -> None:
    moved = amplitude_mm * np.sin(2 * np.pi * 0.25 * TIME)
    error = recovered(channels(moved, clutter)) - (moved - moved.mean())
    assert np.abs(error).max() < 0.1 + 0.05 * amplitude_mm


def test_towards_the_radar_is_positive() -> None:
    assert recovered(channels(np.linspace(0, 10, TIME.size), 1.0))[-1] > 4


@pytest.mark.parametrize("amplitude_mm", [0.02, 0.08, 0.2, 0.7])
def test_a_short_arc_keeps_its_shape_and_says_that_its_scale_is_unknown(amplitude_mm: float) -> None:
    moved = amplitude_mm * np.sin(2 * np.pi * 0.25 * TIME)
    iq = channels(moved, 5.0, noise=0.002)
    assert find_centres(iq).short.all() == (amplitude_mm < 0.3)
    assert abs(np.corrcoef(recovered(iq), moved)[0, 1]) > 0.98


def test_one_channel_fading_to_nothing_does_not_break_the_waveform() -> None:
    moved = 4 * np.sin(2 * np.pi * 0.25 * TIME)
    iq = channels(moved, 0.0)
    iq[:, 0] *= np.sin(2 * np.pi * 0.1 * TIME)
    assert np.corrcoef(recovered(iq), moved)[0, 1] > 0.99


def test_a_circles_centre_is_found_from_a_third_of_it() -> None:
    angle = np.linspace(0, 2.1, 200)
    iq = (3 - 2j + 1.5 * np.exp(1j * angle))[:, np.newaxis]
    noise = 0.01 * (RANDOM.standard_normal(iq.shape) + 1j * RANDOM.standard_normal(iq.shape))
    assert abs(fit_circles(iq + noise)[0] - (3 - 2j)) < 0.1


def test_what_does_not_move_has_no_motion_and_no_nan() -> None:
    still = np.full((50, 3), 1 + 1j)
    path = displacement_mm(phase_increments(still, find_centres(still)), WAVELENGTH_M)
    assert np.isfinite(path).all()
