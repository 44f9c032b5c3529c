"""One moving point, or many, as the converter of an FMCW radar samples them: exact, in closed form.

A chirp that starts at time t and is sampled at fast time s gives the IF phase 2 pi (f_c + S s) tau(t + s), where tau is
the delay out to the point and back at that very moment: so motion within the frame, between the transmitters of a TDM
frame and within a chirp is all there (range migration, Doppler, TDM phase). The residual video phase pi S tau^2 is left
out: for rooms it turns less than the hundredth part of a turn and changes the Doppler frequency by 1e-5 of itself.

The antennas add the phase of plane waves, as `sumika.schema.antennas` defines it: the transmitter's position with the
direction in which the wave leaves, the receiver's with that from which it comes back. Both are the same for a direct
echo; over a mirror they differ.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.schema import ChirpProfile, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world._compiled import compiled

Places = NDArray[np.float64]

_LANES = 8


@dataclass(frozen=True, slots=True)
class Motion:
    """Where points are during a frame: place + velocity t + acceleration t^2 / 2 from the frame's start.

    All are (point, 3) in sensor coordinates: right, forward, up; metres and seconds.
    """

    place_m: Places
    velocity_m_s: Places
    acceleration_m_s2: Places

    @classmethod
    def through(cls, start_m: Places, middle_m: Places, end_m: Places, duration_s: float) -> "Motion":
        """Return the parabola through three moments of a frame that lasts `duration_s`; places are (point, 3)."""
        curvature = 4.0 * (start_m - 2.0 * middle_m + end_m) / duration_s**2
        return cls(start_m, (end_m - start_m) / duration_s - curvature * duration_s / 2.0, curvature)

    def of(self, chosen: NDArray[np.bool_]) -> "Motion":
        """Return the motion of some of the points; `chosen` is (point,)."""
        return Motion(self.place_m[chosen], self.velocity_m_s[chosen], self.acceleration_m_s2[chosen])

    def packed(self) -> Places:
        """Return (point, derivative, axis)."""
        parts = (self.place_m, self.velocity_m_s, self.acceleration_m_s2)
        return np.ascontiguousarray(np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=1))


def empty_cube(description: RadarDescription) -> NDArray[np.complex64]:
    """Return a frame of silence, (chirp, virtual antenna, sample).

    Raises:
        ValueError: if the radar gives no converter samples.
    """
    chirp, array = _chirp(description), description.array
    antennas = len(array.transmitters) * len(array.receivers)
    return np.zeros((chirp.chirps_per_frame, antennas, chirp.samples_per_chirp), dtype=np.complex64)


def add_point(
    cube: NDArray[np.complex64],
    description: RadarDescription,
    place_m: tuple[float, float, float],
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0),
    amplitude: complex = 1.0,
) -> None:
    """Add one point that moves straight on to a frame.

    Args:
        cube: (chirp, virtual antenna, sample), changed in place.
        description: The radar.
        place_m: Where it is at the frame's start: right, forward, up of the sensor.
        velocity_m_s: How it moves.
        amplitude: Of its echo, any unit; a complex one turns the whole echo.

    Raises:
        ValueError: if the cube is not one of this radar.
    """
    place, velocity = np.array([place_m], dtype=np.float64), np.array([velocity_m_s], dtype=np.float64)
    motion = Motion(place, velocity, np.zeros_like(place))
    add_points(cube, description, motion, np.array([amplitude], dtype=np.complex128))


def add_points(
    cube: NDArray[np.complex64],
    description: RadarDescription,
    motion: Motion,
    amplitude: NDArray[np.complexfloating] | NDArray[np.floating],
    back: Motion | None = None,
) -> None:
    """Add points to a frame.

    Args:
        cube: (chirp, virtual antenna, sample), changed in place; a real receiver takes its real part afterwards. It may
            be a part of a frame's chirps: then time begins with the first of them.
        description: The radar.
        motion: Of the points, as the wave goes out to them.
        amplitude: (point,), of the echoes.
        back: The points as the wave comes back from them, where that is another way (over a mirror).

    Raises:
        ValueError: if the cube is not one of this radar.
    """
    chirp, array = _chirp(description), description.array
    receivers = len(array.receivers)
    shape = (chirp.chirps_per_frame, len(array.transmitters) * receivers, chirp.samples_per_chirp)
    if cube.shape[1:] != shape[1:] or len(cube) > shape[0] or cube.dtype != np.complex64:
        raise ValueError(f"a frame of this radar is complex64 {shape}, this one is {cube.dtype} {cube.shape}")
    signs = np.array(array.receiver_signs or (1.0,) * receivers, dtype=np.float64)
    out = motion.packed()
    _add(
        cube,
        out,
        out if back is None else back.packed(),
        np.asarray(amplitude, dtype=np.complex128),
        np.array(array.transmitters, dtype=np.float64),
        np.array(array.receivers, dtype=np.float64),
        signs,
        np.array(chirp.transmit_offsets_s(len(array.transmitters)), dtype=np.float64),
        np.array(
            [
                chirp.chirp_interval_s,
                chirp.start_frequency_hz,
                chirp.slope_hz_per_s,
                1.0 / chirp.sample_rate_hz,
            ]
        ),
    )


def add_to_range_frame(
    iq: NDArray[np.complex64],
    description: RadarDescription,
    motion: Motion,
    amplitude: NDArray[np.complexfloating] | NDArray[np.floating],
    pulse_width_m: float,
) -> None:
    """Add points to a frame of a pulsed radar that measures distance only.

    Args:
        iq: (sweep, antenna, range bin), changed in place; sweeps share the frame interval evenly.
        description: The radar, with a range grid.
        motion: Of the points.
        amplitude: (point,), at the pulse's peak.
        pulse_width_m: Full width at half maximum of the pulse's (Gaussian) envelope, as distance.

    Raises:
        ValueError: if the radar has no range grid.
    """
    grid = description.range_grid
    if grid is None:
        raise ValueError("this radar gives no range frames")
    grid_m = grid.start_m + grid.step_m * np.arange(grid.bins)
    times_s = np.arange(iq.shape[0])[:, np.newaxis, np.newaxis] * (description.frame_interval_s / iq.shape[0])
    places = motion.place_m + motion.velocity_m_s * times_s + motion.acceleration_m_s2 * times_s**2 / 2.0
    range_m = np.sqrt((places**2).sum(axis=-1))  # (sweep, point)
    width_m = pulse_width_m / math.sqrt(8.0 * math.log(2.0))
    envelope = np.exp(-0.5 * ((grid_m - range_m[..., np.newaxis]) / width_m) ** 2)  # (sweep, point, bin)
    turned = np.asarray(amplitude) * np.exp(4j * np.pi * range_m / description.wavelength_m)
    iq += np.einsum("sp,spb->sb", turned, envelope)[:, np.newaxis, :].astype(np.complex64)


def frame_duration_s(description: RadarDescription) -> float:
    """Return how long a frame's chirps (or sweeps) last."""
    chirp = description.chirp
    return description.frame_interval_s if chirp is None else chirp.chirps_per_frame * chirp.chirp_interval_s


def _chirp(description: RadarDescription) -> ChirpProfile:
    if description.chirp is None:
        raise ValueError("this radar gives no converter samples")
    return description.chirp


@compiled
def _whole_turns(turns: float) -> float:
    """Return an angle in radians of a number of turns, reduced first: tens of thousands of turns lose digits."""
    return 2.0 * math.pi * (turns - math.floor(turns))


@compiled
def _add(
    cube: NDArray[np.complex64],  # (chirp, antenna, sample)
    out: Places,  # (point, derivative, axis)
    back: Places,  # (point, derivative, axis)
    amplitude: NDArray[np.complex128],  # (point,)
    transmitters: Places,  # (transmitter, axis)
    receivers: Places,  # (receiver, axis)
    signs: Places,  # (receiver,)
    offsets_s: Places,  # (transmitter,)
    sweep: Places,  # chirp interval, start frequency, slope, sample interval
) -> None:
    samples = cube.shape[2]
    padded = (samples + _LANES - 1) // _LANES * _LANES
    real, imaginary = np.empty(padded, np.float32), np.empty(padded, np.float32)
    seen = np.empty((2, 4))
    for chirp in range(cube.shape[0]):
        for transmitter in range(transmitters.shape[0]):
            time_s = chirp * sweep[0] + offsets_s[transmitter]
            for point in range(out.shape[0]):
                _look(out[point], time_s, seen[0])
                _look(back[point], time_s, seen[1])
                delay_s = (seen[0, 0] + seen[1, 0]) / SPEED_OF_LIGHT_M_S
                drift = (seen[0, 1] + seen[1, 1]) / SPEED_OF_LIGHT_M_S
                _sweep(delay_s, drift, sweep, real, imaginary)
                leaving = transmitters[transmitter, 0] * seen[0, 2] + transmitters[transmitter, 1] * seen[0, 3]
                for receiver in range(receivers.shape[0]):
                    coming = receivers[receiver, 0] * seen[1, 2] + receivers[receiver, 1] * seen[1, 3]
                    angle = -math.pi * (leaving + coming)
                    turn = amplitude[point] * signs[receiver] * complex(math.cos(angle), math.sin(angle))
                    turn_real, turn_imaginary = np.float32(turn.real), np.float32(turn.imag)
                    row = cube[chirp, transmitter * receivers.shape[0] + receiver]
                    for sample in range(samples):
                        row[sample] += complex(
                            turn_real * real[sample] - turn_imaginary * imaginary[sample],
                            turn_real * imaginary[sample] + turn_imaginary * real[sample],
                        )


@compiled
def _look(motion: Places, time_s: float, seen: Places) -> None:
    """Fill distance, its rate, and the direction cosines (right, up) at a moment."""
    half = 0.5 * time_s * time_s
    x = motion[0, 0] + motion[1, 0] * time_s + motion[2, 0] * half
    y = motion[0, 1] + motion[1, 1] * time_s + motion[2, 1] * half
    z = motion[0, 2] + motion[1, 2] * time_s + motion[2, 2] * half
    distance = math.sqrt(x * x + y * y + z * z)
    along = (
        x * (motion[1, 0] + motion[2, 0] * time_s)
        + y * (motion[1, 1] + motion[2, 1] * time_s)
        + z * (motion[1, 2] + motion[2, 2] * time_s)
    )
    seen[0] = distance
    seen[1] = along / distance
    seen[2] = x / distance
    seen[3] = z / distance


@compiled
def _sweep(
    delay_s: float, drift: float, sweep: Places, real: NDArray[np.float32], imaginary: NDArray[np.float32]
) -> None:
    """Fill the phasor of one chirp, sample by sample.

    The phase is a parabola in fast time: f_c tau + (S tau + f_c tau') s + S tau' s^2 turns. `_LANES` samples are
    stepped at a time, each by a turn that itself turns: two products per sample, in float64, no sine.
    """
    start_hz, slope, step_s = sweep[1], sweep[2], sweep[3]
    constant = start_hz * delay_s
    linear = (slope * delay_s + start_hz * drift) * step_s
    square = slope * drift * step_s * step_s
    phase_re, phase_im = np.empty(_LANES), np.empty(_LANES)
    turn_re, turn_im = np.empty(_LANES), np.empty(_LANES)
    for lane in range(_LANES):
        angle = _whole_turns(constant + lane * (linear + lane * square))
        phase_re[lane], phase_im[lane] = math.cos(angle), math.sin(angle)
        angle = _whole_turns(_LANES * (linear + square * (2 * lane + _LANES)))
        turn_re[lane], turn_im[lane] = math.cos(angle), math.sin(angle)
    angle = _whole_turns(2.0 * _LANES * _LANES * square)
    bend_re, bend_im = math.cos(angle), math.sin(angle)
    for block in range(0, real.size, _LANES):
        for lane in range(_LANES):
            real[block + lane] = phase_re[lane]
            imaginary[block + lane] = phase_im[lane]
            a, b = phase_re[lane], phase_im[lane]
            c, d = turn_re[lane], turn_im[lane]
            phase_re[lane] = a * c - b * d
            phase_im[lane] = a * d + b * c
            turn_re[lane] = c * bend_re - d * bend_im
            turn_im[lane] = c * bend_im + d * bend_re
