"""A frame of moving points by one complex exponential per point and sample, in float64 and plain numpy.

It says the same as `sumika.world.radar_scene.echo` and shares no code with it: every sample at its own moment, so that
the distance is taken anew 300 000 times a point. It is what simulators of FMCW radars usually do, and slow.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world.radar_scene import Motion

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


def naive_cube(
    description: RadarDescription, motion: Motion, amplitude: Complexes, *, receivers_apart: bool = True
) -> Complexes:
    """Return the echoes of points, (chirp, virtual antenna, sample).

    Args:
        description: The radar.
        motion: Of the points, in sensor coordinates.
        amplitude: (point,).
        receivers_apart: Whether each virtual antenna has exponentials of its own. Otherwise those of one transmitter
            share them, and differ by a factor alone: a third or so of the time, and the same numbers.

    Raises:
        ValueError: if the radar gives no converter samples.
    """
    chirp, array = description.chirp, description.array
    if chirp is None:
        raise ValueError("this radar gives no converter samples")
    offsets = chirp.transmit_offsets_s(len(array.transmitters))
    chirp_s: Floats = np.arange(chirp.chirps_per_frame, dtype=np.float64) * chirp.chirp_interval_s
    fast_s: Floats = np.arange(chirp.samples_per_chirp, dtype=np.float64) / chirp.sample_rate_hz
    frequency = chirp.start_frequency_hz + chirp.slope_hz_per_s * fast_s
    antennas, signs, receivers = np.array(array.virtual), array.virtual_signs, len(array.receivers)
    cube = np.zeros((len(chirp_s), len(antennas), len(fast_s)), np.complex128)
    for point in range(len(amplitude)):
        for transmitter, offset_s in enumerate(offsets):
            start_s: Floats = chirp_s[:, np.newaxis] + offset_s
            turns = frequency * 2.0 * _distance(motion, point, start_s + fast_s) / SPEED_OF_LIGHT_M_S
            begin = _places(motion, point, start_s)
            ahead = begin / np.linalg.norm(begin, axis=-1, keepdims=True)  # (chirp, 1, axis)
            shared = None if receivers_apart else np.exp(2j * np.pi * turns)
            for antenna in range(transmitter * receivers, (transmitter + 1) * receivers):
                turned = -0.5 * (antennas[antenna, 0] * ahead[..., 0] + antennas[antenna, 1] * ahead[..., 2])
                factor = amplitude[point] * signs[antenna]
                if shared is None:
                    cube[:, antenna] += factor * np.exp(2j * np.pi * (turns + turned))
                else:
                    cube[:, antenna] += factor * np.exp(2j * np.pi * turned) * shared
    return cube


def _places(motion: Motion, point: int, time_s: Floats) -> Floats:
    """Return (chirp, sample, axis)."""
    time = time_s[..., np.newaxis]
    places: Floats = (
        motion.place_m[point] + motion.velocity_m_s[point] * time + motion.acceleration_m_s2[point] * time**2 / 2.0
    )
    return places


def _distance(motion: Motion, point: int, time_s: Floats) -> Floats:
    distance: Floats = np.linalg.norm(_places(motion, point, time_s), axis=-1)
    return distance
