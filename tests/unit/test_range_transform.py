"""The range FFT puts a reflection where it is, and nothing where nothing is."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from sumika.radar import decode, range_frame, range_grid, range_transform
from sumika.schema import AdcFrame, RadarDescription
from tests.radar_scene import LARGE_COMPLEX, SMALL_REAL, Scene, frame_at, record

ONLY_A_POINT = Scene(seconds=0.2, breath_mm=1e-9, heart_mm=0.0, clutter_db=-80.0, snr_db=60.0, phase_noise_rad=0.0)


@pytest.mark.parametrize(("radar", "antennas", "range_m"), [(SMALL_REAL, 3, 0.60), (LARGE_COMPLEX, 4, 2.05)])
def test_the_strongest_bin_lies_at_the_reflection(radar: RadarDescription, antennas: int, range_m: float) -> None:
    frame = record(replace(ONLY_A_POINT, radar=radar, antennas=antennas, range_m=range_m)).frames[0]
    chirp = radar.chirp
    assert chirp is not None
    iq = range_frame(frame).iq
    grid = range_grid(chirp)
    strongest = np.abs(iq).mean(axis=(0, 1)).argmax() * grid.step_m
    assert iq.dtype == np.complex64
    assert iq.shape == (chirp.chirps_per_frame, antennas, grid.bins)
    assert abs(strongest - range_m) <= grid.step_m  # the chest's parts lie up to 7 cm deeper


def test_real_samples_give_the_positive_half_only() -> None:
    assert SMALL_REAL.chirp is not None
    assert range_grid(SMALL_REAL.chirp).bins == SMALL_REAL.chirp.samples_per_chirp // 2


def test_the_converters_offset_reaches_no_bin() -> None:
    samples = np.full((2, 3, 64), 2059, np.uint16)
    samples[0, 0, 0] += 1
    assert np.abs(range_transform(decode(samples), complex_samples=False)).max() < 0.1


def test_amplitude_does_not_depend_on_the_chirps_length() -> None:
    heights = []
    for samples in (64, 256):
        tone = np.exp(2j * np.pi * 8 * np.arange(samples) / samples).astype(np.complex64).reshape(1, 1, -1)
        heights.append(np.abs(range_transform(tone, complex_samples=True)).max())
    assert heights[0] == pytest.approx(heights[1], rel=0.01) == pytest.approx(1.0, rel=0.01)


def test_continuous_wave_tells_no_distance() -> None:
    assert LARGE_COMPLEX.chirp is not None
    still = msgspec.structs.replace(LARGE_COMPLEX.chirp, slope_hz_per_s=0.0)
    with pytest.raises(ValueError, match="no distance"):
        range_grid(still)


def test_a_frame_without_a_chirp_is_refused() -> None:
    radar = msgspec.structs.replace(LARGE_COMPLEX, chirp=None)
    frame = frame_at(radar, 0, 0.0, np.ones((2, 4, 64), np.complex64))
    assert isinstance(frame, AdcFrame)
    with pytest.raises(ValueError, match="no chirp"):
        range_frame(frame)
