"""The echo of one moving point: against the formula, and read back with nothing but an FFT."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world.radar_scene.echo import Motion, add_point, add_points, add_to_range_frame, empty_cube


def _by_formula(
    radar: RadarDescription, place: NDArray[np.float64], velocity: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Every sample at its own time, each with a sine of its own."""
    chirp, array = radar.chirp, radar.array
    assert chirp is not None
    offsets = np.repeat(chirp.transmit_offsets_s(len(array.transmitters)), len(array.receivers))
    chirp_s = (np.arange(chirp.chirps_per_frame) * chirp.chirp_interval_s)[:, None, None] + offsets[None, :, None]
    fast_s = np.arange(chirp.samples_per_chirp) / chirp.sample_rate_hz

    def at(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(place[:, None, None, None] + velocity[:, None, None, None] * time_s)

    distance = np.linalg.norm(at(chirp_s + fast_s), axis=0)
    turns = (chirp.start_frequency_hz + chirp.slope_hz_per_s * fast_s) * 2.0 * distance / SPEED_OF_LIGHT_M_S
    start = at(chirp_s) / np.linalg.norm(at(chirp_s), axis=0)
    antennas = np.array(array.virtual)
    phase = antennas[:, 0][None, :, None] * start[0] + antennas[:, 1][None, :, None] * start[2]
    signs = np.array(array.virtual_signs)[None, :, None]
    return np.asarray(signs * np.exp(2j * np.pi * turns - 1j * np.pi * phase))


@pytest.mark.parametrize("model", ["iwr6843isk", "iwr6843aop", "bgt60tr13c"])
@pytest.mark.parametrize("velocity", [(0.9, -1.6, 0.3), (0.0, 0.0, 0.0), (2.0, 9.0, -1.0)])
def test_it_is_the_formula_at_every_sample(model: str, velocity: tuple[float, float, float]) -> None:
    radar = RADAR_MODELS[model]
    place = (0.7, 2.3, -0.4)
    cube = empty_cube(radar)
    add_point(cube, radar, place, velocity, 1.0)
    assert np.abs(cube - _by_formula(radar, np.array(place), np.array(velocity))).max() < 1e-4


def test_distance_speed_and_direction_are_read_back_by_plain_transforms() -> None:
    radar = RADAR_MODELS["iwr6843isk"]
    chirp = radar.chirp
    assert chirp is not None
    direction = np.array([np.sin(0.35) * np.cos(0.2), np.cos(0.35) * np.cos(0.2), np.sin(0.2)])
    cube = empty_cube(radar)
    add_point(cube, radar, tuple(3.0 * direction), tuple(1.1 * direction), 2.0)
    middle_m = 3.0 + 1.1 * chirp.chirps_per_frame * chirp.chirp_interval_s / 2

    spectrum = np.fft.fft2(cube, s=(4 * chirp.chirps_per_frame, 4 * chirp.samples_per_chirp), axes=(0, 2))
    power = (np.abs(spectrum) ** 2).sum(axis=1)
    doppler, distance = np.unravel_index(power.argmax(), power.shape)
    assert distance / 4 * chirp.range_resolution_m == pytest.approx(middle_m, abs=chirp.range_resolution_m / 4)
    assert doppler / 4 * chirp.velocity_resolution_m_s == pytest.approx(1.1, abs=chirp.velocity_resolution_m_s / 4)

    # The turn between two receivers, and between the rows once the later transmission's Doppler is taken off.
    peak = spectrum[doppler, :, distance]
    right = -np.angle(np.sum(peak[1:4] * peak[0:3].conj())) / np.pi
    late_s = chirp.transmit_offsets_s(3)[1]
    below = peak[[2, 3, 8, 9]].copy()  # x = 2, 3 of the first, 4, 5 of the third transmitter
    below[2:] *= np.exp(-2j * np.pi * 2 * 1.1 / chirp.wavelength_m * 2 * late_s)
    above = peak[4:8] * np.exp(-2j * np.pi * 2 * 1.1 / chirp.wavelength_m * late_s)
    up = -np.angle(np.sum(above * below.conj())) / np.pi
    assert right == pytest.approx(direction[0], abs=0.01)
    assert up == pytest.approx(direction[2], abs=0.01)


def test_a_point_that_speeds_up_follows_its_parabola() -> None:
    radar = RADAR_MODELS["xwr1642"]
    chirp = radar.chirp
    assert chirp is not None
    duration_s = chirp.chirps_per_frame * chirp.chirp_interval_s

    def place(time_s: float) -> NDArray[np.float64]:
        return np.array([[0.2, 2.0 + 0.5 * time_s + 4.0 * time_s**2, 0.1]])

    motion = Motion.through(place(0.0), place(duration_s / 2), place(duration_s), duration_s)
    cube = empty_cube(radar)
    add_points(cube, radar, motion, np.ones(1))
    for number in (0, 40, 127):
        alone = empty_cube(radar)
        time_s = number * chirp.chirp_interval_s
        add_point(alone, radar, tuple(place(time_s)[0]), (0.0, 0.5 + 8.0 * time_s, 0.0), 1.0)
        assert np.abs(cube[number, 0] - alone[0, 0]).max() < 1e-4


def test_an_echo_over_two_ways_has_their_mean_distance_and_both_directions() -> None:
    radar = RADAR_MODELS["iwr6843isk"]
    chirp = radar.chirp
    assert chirp is not None
    still = np.zeros((1, 3))
    out = Motion(np.array([[0.0, 2.0, 0.0]]), still, still)
    back = Motion(np.array([[1.5, 2.0, 0.0]]), still, still)  # 2.5 m
    cube = empty_cube(radar)
    add_points(cube, radar, out, np.ones(1), back)
    spectrum = np.fft.fft(cube[0], n=4096, axis=-1)
    bins = np.abs(spectrum[0]).argmax()
    assert bins / 16 * chirp.range_resolution_m == pytest.approx(2.25, abs=0.01)
    peak = spectrum[:, bins]
    assert np.angle(peak[1] / peak[0]) == pytest.approx(-np.pi * 0.6, abs=0.01)  # receivers: from the right
    assert np.angle(peak[8] / peak[0]) == pytest.approx(0.0, abs=0.01)  # transmitters: straight ahead


def test_a_pulsed_radar_sees_it_at_its_distance_and_its_phase_turns_with_it() -> None:
    radar = RADAR_MODELS["a121"]
    grid = radar.range_grid
    assert grid is not None
    still = np.zeros((1, 3))
    frames = []
    for distance in (1.5, 1.5 + radar.wavelength_m / 16):
        iq = np.zeros((1, 1, grid.bins), np.complex64)
        add_to_range_frame(iq, radar, Motion(np.array([[0.0, distance, 0.0]]), still, still), np.ones(1), 0.14)
        frames.append(iq[0, 0])
    peak = int(np.abs(frames[0]).argmax())
    assert grid.start_m + peak * grid.step_m == pytest.approx(1.5, abs=grid.step_m / 2)
    assert np.angle(frames[1][peak] / frames[0][peak]) == pytest.approx(np.pi / 4, abs=1e-3)


def test_a_frame_of_another_radar_is_refused() -> None:
    cube = empty_cube(RADAR_MODELS["iwr6843isk"])
    with pytest.raises(ValueError, match=r"\(128, 8, 256\)"):
        add_point(cube, RADAR_MODELS["xwr1642"], (0.0, 2.0, 0.0))
    with pytest.raises(ValueError, match="no converter samples"):
        empty_cube(RADAR_MODELS["a121"])
