"""Any waveform, any array, any motion: the compiled echoes are those of plain exponentials, sample by sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.evaluate.world.cube_reference import naive_cube
from sumika.schema import RadarDescription
from sumika.schema.antennas import AntennaArray
from sumika.schema.waveform import ChirpProfile
from sumika.world.radar_scene import Motion, add_points, empty_cube

PLACES = st.tuples(st.floats(-6.0, 6.0), st.floats(-6.0, 6.0))


@st.composite
def descriptions(draw: st.DrawFn) -> RadarDescription:
    """Draw a radar that could be built: 24 to 80 GHz, up to 5 GHz wide, any places of its antennas."""
    samples = draw(st.integers(1, 70))
    transmitters = tuple(draw(st.lists(PLACES, min_size=1, max_size=3)))
    receivers = tuple(draw(st.lists(PLACES, min_size=1, max_size=4)))
    rate_hz = draw(st.floats(1e6, 2e7))
    chirp = ChirpProfile(
        start_frequency_hz=draw(st.floats(24e9, 80e9)),
        slope_hz_per_s=draw(st.floats(-5e9, 5e9)) * rate_hz / samples,
        sample_rate_hz=rate_hz,
        samples_per_chirp=samples,
        chirps_per_frame=draw(st.integers(1, 12)),
        chirp_interval_s=len(transmitters) * draw(st.floats(1.0, 3.0)) * samples / rate_hz,
        complex_samples=True,
        full_scale=32767.0,
    )
    signs = tuple(draw(st.sampled_from((-1.0, 1.0))) for _ in receivers)
    array = AntennaArray(transmitters=transmitters, receivers=receivers, receiver_signs=signs)
    return RadarDescription(
        model="drawn", carrier_frequency_hz=chirp.center_frequency_hz, frame_interval_s=1.0, chirp=chirp, array=array
    )


@given(description=descriptions(), seed=st.integers(0, 2**31), points=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_echoes_are_those_of_plain_exponentials(description: RadarDescription, seed: int, points: int) -> None:
    random = np.random.default_rng(seed)
    ways = random.standard_normal((points, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    place = ways * random.uniform(0.8, 12.0, (points, 1))
    motion = Motion(place, random.uniform(-4.0, 4.0, (points, 3)), random.uniform(-20.0, 20.0, (points, 3)))
    amplitude = random.uniform(0.1, 1.0, points) * np.exp(2j * np.pi * random.uniform(size=points))
    cube = empty_cube(description)
    add_points(cube, description, motion, amplitude)
    plain = naive_cube(description, motion, amplitude)
    assert np.abs(cube - plain).max() <= 1e-4 * np.abs(amplitude).sum()


def test_a_radar_without_chirps_has_no_cube() -> None:
    description = RadarDescription(model="pulsed", carrier_frequency_hz=60e9, frame_interval_s=0.1)
    still = np.zeros((1, 3))
    with pytest.raises(ValueError, match="no converter samples"):
        naive_cube(description, Motion(still, still, still), np.ones(1, complex))
