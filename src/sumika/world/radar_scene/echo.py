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

from sumika.compiled import compiled
from sumika.schema import ChirpProfile, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S

Places = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Chirps:
    """What the compiled loop reads of a radar, laid out once.

    Attributes:
        shape: (chirp, virtual antenna, sample) of a frame.
        transmitters: (transmitter, 2) right and up in half wavelengths.
        receivers: (receiver, 2).
        signs: (receiver,).
        offsets_s: (transmitter,) when its chirp starts.
        sweep: Chirp interval, start frequency, slope, sample interval.
    """

    shape: tuple[int, int, int]
    transmitters: Places
    receivers: Places
    signs: Places
    offsets_s: Places
    sweep: Places

    @classmethod
    def of(cls, description: RadarDescription) -> "Chirps":
        """Lay out the chirps of a radar.

        Raises:
            ValueError: if the radar gives no converter samples.
        """
        chirp, array = _chirp(description), description.array
        senders, receivers = len(array.transmitters), len(array.receivers)
        return cls(
            (chirp.chirps_per_frame, senders * receivers, chirp.samples_per_chirp),
            np.array(array.transmitters, dtype=np.float64),
            np.array(array.receivers, dtype=np.float64),
            np.array(array.receiver_signs or (1.0,) * receivers, dtype=np.float64),
            np.array(chirp.transmit_offsets_s(senders), dtype=np.float64),
            np.array(
                [chirp.chirp_interval_s, chirp.start_frequency_hz, chirp.slope_hz_per_s, 1.0 / chirp.sample_rate_hz]
            ),
        )

    def add(
        self,
        cube: NDArray[np.complex64],
        out: Places,
        back: Places,
        amplitude: NDArray[np.complex128],
        ends: NDArray[np.int64],
    ) -> None:
        """Add points to a frame, group after group: within a group echoes are summed up before they are added.

        Args:
            cube: (chirp, virtual antenna, sample), changed in place.
            out: (point, derivative, axis) as of `Motion.packed`, as the wave goes out to them.
            back: The same as it comes back.
            amplitude: (point,).
            ends: (group,) number of the first point after each group.
        """
        _add(
            cube,
            out,
            back,
            amplitude,
            ends,
            self.transmitters,
            self.receivers,
            self.signs,
            self.offsets_s,
            self.sweep,
        )


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
    chirps = Chirps.of(description)
    shape = chirps.shape
    if cube.shape[1:] != shape[1:] or len(cube) > shape[0] or cube.dtype != np.complex64:
        raise ValueError(f"a frame of this radar is complex64 {shape}, this one is {cube.dtype} {cube.shape}")
    out = motion.packed()
    sizes = np.asarray(amplitude, dtype=np.complex128)
    chirps.add(cube, out, out if back is None else back.packed(), sizes, np.array([len(out)]))


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
def _add(
    cube: NDArray[np.complex64],  # (chirp, antenna, sample)
    out: Places,  # (point, derivative, axis)
    back: Places,  # (point, derivative, axis)
    amplitude: NDArray[np.complex128],  # (point,)
    ends: NDArray[np.int64],  # (group,)
    transmitters: Places,  # (transmitter, axis)
    receivers: Places,  # (receiver, axis)
    signs: Places,  # (receiver,)
    offsets_s: Places,  # (transmitter,)
    sweep: Places,  # chirp interval, start frequency, slope, sample interval
) -> None:
    samples, count = cube.shape[2], receivers.shape[0]
    phasor = np.empty((2, samples), np.float32)  # (part, sample)
    total = np.empty((count, 2, samples), np.float32)  # (receiver, part, sample)
    turns, turn = np.empty(count), np.empty((2, count), np.float32)
    seen = np.empty((2, 5))
    for chirp in range(cube.shape[0]):
        for transmitter in range(transmitters.shape[0]):
            time_s = chirp * sweep[0] + offsets_s[transmitter]
            first = 0
            for group in range(ends.shape[0]):
                total[:] = 0
                for point in range(first, ends[group]):
                    _look(out[point], time_s, seen[0])
                    _look(back[point], time_s, seen[1])
                    _parabola(*_course(seen, sweep), phasor)
                    leaving = transmitters[transmitter, 0] * seen[0, 2] + transmitters[transmitter, 1] * seen[0, 3]
                    for receiver in range(count):
                        coming = receivers[receiver, 0] * seen[1, 2] + receivers[receiver, 1] * seen[1, 3]
                        turns[receiver] = -0.5 * (leaving + coming)
                    _units(turns, turn)
                    _receive(total, phasor, turn, signs, amplitude[point])
                first = ends[group]
                for receiver in range(count):
                    row = cube[chirp, transmitter * count + receiver]
                    for sample in range(samples):
                        row[sample] += complex(total[receiver, 0, sample], total[receiver, 1, sample])


@compiled
def _course(seen: Places, sweep: Places) -> tuple[float, float, float]:
    """Return the turns at a chirp's first sample, and by how much they grow with the sample and with its square."""
    delay_s = (seen[0, 0] + seen[1, 0]) / SPEED_OF_LIGHT_M_S
    drift = (seen[0, 1] + seen[1, 1]) / SPEED_OF_LIGHT_M_S
    bend = 0.5 * (seen[0, 4] + seen[1, 4]) / SPEED_OF_LIGHT_M_S
    # In fast time: f_c tau + (S tau + f_c tau') s + (S tau' + f_c tau'' / 2) s^2 turns. What is left of
    # the third order is the bandwidth's share of the last term, less than 1e-4 for whatever walks.
    linear = (sweep[2] * delay_s + sweep[1] * drift) * sweep[3]
    square = (sweep[2] * drift + sweep[1] * bend) * sweep[3] * sweep[3]
    return sweep[1] * delay_s, linear, square


@compiled
def _receive(
    total: NDArray[np.float32],  # (receiver, part, sample)
    phasor: NDArray[np.float32],  # (part, sample)
    turn: NDArray[np.float32],  # (part, receiver)
    signs: Places,  # (receiver,)
    amplitude: complex,
) -> None:
    real, imaginary = np.float32(amplitude.real), np.float32(amplitude.imag)
    for receiver in range(total.shape[0]):
        sign = np.float32(signs[receiver])
        a = sign * (real * turn[0, receiver] - imaginary * turn[1, receiver])
        b = sign * (real * turn[1, receiver] + imaginary * turn[0, receiver])
        _turn_and_add(total[receiver], phasor, a, b)


@compiled
def _turn_and_add(
    total: NDArray[np.float32], phasor: NDArray[np.float32], real: np.float32, imaginary: np.float32
) -> None:
    """Add a turned phasor to a sum; real and imaginary parts lie apart, so that whole registers are filled."""
    for sample in range(phasor.shape[1]):
        total[0, sample] += real * phasor[0, sample] - imaginary * phasor[1, sample]
    for sample in range(phasor.shape[1]):
        total[1, sample] += real * phasor[1, sample] + imaginary * phasor[0, sample]


@compiled
def _look(motion: Places, time_s: float, seen: Places) -> None:
    """Fill distance, its rate, the direction cosines (right, up), and the rate of its rate at a moment."""
    half = 0.5 * time_s * time_s
    speed_x, speed_y, speed_z = (
        motion[1, 0] + motion[2, 0] * time_s,
        motion[1, 1] + motion[2, 1] * time_s,
        motion[1, 2] + motion[2, 2] * time_s,
    )
    x = motion[0, 0] + motion[1, 0] * time_s + motion[2, 0] * half
    y = motion[0, 1] + motion[1, 1] * time_s + motion[2, 1] * half
    z = motion[0, 2] + motion[1, 2] * time_s + motion[2, 2] * half
    distance = math.sqrt(x * x + y * y + z * z)
    rate = (x * speed_x + y * speed_y + z * speed_z) / distance
    pull = x * motion[2, 0] + y * motion[2, 1] + z * motion[2, 2]
    seen[0] = distance
    seen[1] = rate
    seen[2] = x / distance
    seen[3] = z / distance
    seen[4] = (speed_x * speed_x + speed_y * speed_y + speed_z * speed_z + pull - rate * rate) / distance


@compiled
def _parabola(start: float, linear: float, square: float, phasor: NDArray[np.float32]) -> None:
    """Fill the phasor of one chirp, (part, sample), from the turns at its samples.

    Whole turns are taken off in float64, for there are tens of thousands of them; the rest is left to float32. A loop
    for each kind of number, counted in 32 bits, fills whole registers: processors turn no more bits into float64.
    """
    start -= np.rint(start)
    for sample in range(phasor.shape[1]):
        place = np.float64(np.int32(sample))
        turns = start + place * (linear + place * square)
        phasor[0, sample] = np.float32(turns - np.rint(turns))
    for sample in range(phasor.shape[1]):
        phasor[0, sample], phasor[1, sample] = _unit(phasor[0, sample])


@compiled
def _units(turns: Places, unit: NDArray[np.float32]) -> None:
    """Fill (part, number) with the unit numbers of so many turns, (number,)."""
    for number in range(turns.shape[0]):
        rest = np.float32(turns[number] - np.rint(turns[number]))
        unit[0, number], unit[1, number] = _unit(rest)


@compiled
def _unit(turns: np.float32) -> tuple[np.float32, np.float32]:
    """Return cosine and sine of up to half a turn either way, by the series of half the angle; 3e-7.

    Ten terms without a branch, so that a register of samples goes through at once: calls of `math.cos` do not.
    """
    half = np.float32(math.pi) * turns
    square = half * half
    sine = half * (
        np.float32(1.0)
        + square
        * (
            np.float32(-1 / 6)
            + square
            * (
                np.float32(1 / 120)
                + square
                * (np.float32(-1 / 5040) + square * (np.float32(1 / 362880) + square * np.float32(-1 / 39916800)))
            )
        )
    )
    cosine = np.float32(1.0) + square * (
        np.float32(-1 / 2)
        + square
        * (
            np.float32(1 / 24)
            + square
            * (
                np.float32(-1 / 720)
                + square
                * (np.float32(1 / 40320) + square * (np.float32(-1 / 3628800) + square * np.float32(1 / 479001600)))
            )
        )
    )
    return np.float32(1.0) - np.float32(2.0) * sine * sine, np.float32(2.0) * sine * cosine
