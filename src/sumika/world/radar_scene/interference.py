"""Another radar that sends into this one: where the two chirps cross, a burst in the samples.

The receiver mixes whatever comes in with its own chirp. Of another radar's chirp that is their difference in frequency,
which runs through the receiver's band while the two cross: a short chirp of its own, over one way rather than two and
so far stronger than any echo (G. M. Brooker, "Mutual interference of millimeter-wave radar systems", IEEE Trans.
Electromagn. Compat. 49, 2007). Chirps of the same slope that begin together cross all along, and look like a target.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema import ChirpProfile, RadarDescription
from sumika.schema.house import Radar
from sumika.world.radar_scene.link_budget import LinkBudget, antenna_pattern, link_of
from sumika.world.radar_scene.sight import stand_of

Array = NDArray[np.float64]

_FAINT = 2e-3
"""Below this share of one sample's noise it is left out (see `render`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interferer:
    """Another radar.

    Attributes:
        radar: Where it hangs.
        description: What it sends.
        begins_s: When one of its frames begins, on the scene's clock.
        fast_ppm: How much its clock is ahead of this radar's, in millionths.
        loss_db: What lies in between takes off, on the one way.
    """

    radar: Radar
    description: RadarDescription
    begins_s: float = 0.0
    fast_ppm: float = 0.0
    loss_db: float = 0.0


@dataclass(slots=True)
class Interference:
    """What other radars do to one.

    Attributes:
        random: Where the phase of free-running oscillators comes from.
        own: This radar's chirps, as `_timing` lays them out.
        offsets_s: (transmitter,) of this radar.
        others: Of each other radar that is heard: its chirps, its transmitters' offsets, (receiver,) what its wave is
            in each receiver, in counts.
    """

    random: np.random.Generator
    own: Array = field(repr=False)
    offsets_s: Array = field(repr=False)
    others: tuple[tuple[Array, Array, NDArray[np.complex128]], ...] = field(repr=False)

    @classmethod
    def of(
        cls,
        radar: Radar,
        description: RadarDescription,
        link: LinkBudget,
        interferers: tuple[Interferer, ...],
        random: np.random.Generator,
    ) -> "Interference | None":
        """Return the interference at a radar; None where it hears nobody."""
        chirp = description.chirp
        if chirp is None:
            return None
        others = []
        for other in interferers:
            if other.description.chirp is None:
                continue
            heard = _in_receivers(radar, description, link, other)
            if np.abs(heard).max() > _FAINT * link.noise_counts:
                offsets = other.description.chirp.transmit_offsets_s(len(other.description.array.transmitters))
                others.append((_timing(other.description, other.begins_s, other.fast_ppm), np.array(offsets), heard))
        if not others:
            return None
        offsets = chirp.transmit_offsets_s(len(description.array.transmitters))
        return cls(random, _timing(description, 0.0, 0.0), np.array(offsets), tuple(others))

    def disturb(self, cube: NDArray[np.complex64], time_s: float) -> None:
        """Add what the others send to a frame.

        Args:
            cube: (chirp, virtual antenna, sample), changed in place.
            time_s: When it begins.
        """
        for timing, offsets_s, heard in self.others:
            # Only the time into the other's frame counts: whole frames are taken off, for they lose digits.
            begins_s = math.fmod(timing[0] - time_s, timing[1])
            turns = self.random.uniform(size=(len(cube), len(self.offsets_s)))
            _cross(cube, self.own, self.offsets_s, begins_s, timing, offsets_s, heard, turns)


def _timing(description: RadarDescription, begins_s: float, fast_ppm: float) -> Array:
    """Return beginning, frame interval, chirps, their interval and length, frequency, slope, sample interval, band."""
    chirp = description.chirp or _no_chirp()
    own_second = 1.0 - 1e-6 * fast_ppm
    return np.array(
        [
            begins_s,
            description.frame_interval_s * own_second,
            chirp.chirps_per_frame,
            chirp.chirp_interval_s * own_second,
            chirp.samples_per_chirp / chirp.sample_rate_hz,
            chirp.start_frequency_hz,
            chirp.slope_hz_per_s,
            1.0 / chirp.sample_rate_hz,
            chirp.sample_rate_hz / (1.0 if chirp.complex_samples else 2.0),
        ]
    )


def _no_chirp() -> ChirpProfile:
    raise ValueError("a radar without chirps crosses nobody's")


def _in_receivers(
    radar: Radar, description: RadarDescription, link: LinkBudget, other: Interferer
) -> NDArray[np.complex128]:
    """Return (receiver,) amplitudes in counts, by the one-way equation of H. T. Friis."""
    here, there = stand_of(radar), stand_of(other.radar)
    seen, seen_back = here.to_sensor(there.place_m)[np.newaxis], there.to_sensor(here.place_m)[np.newaxis]
    distance_m = max(float(np.linalg.norm(seen)), 0.05)
    chirp = description.chirp or _no_chirp()
    sender = link_of(other.description)
    gain = math.sqrt(
        float(antenna_pattern(description, seen)[0]) * float(antenna_pattern(other.description, seen_back)[0])
    )
    received_dbm = (
        sender.transmit_power_dbm
        + sender.antenna_gain_dbi
        + link.antenna_gain_dbi
        + 20.0 * math.log10(description.wavelength_m / (4.0 * math.pi * distance_m))
        - other.loss_db
    )
    noise_dbm = -174.0 + 10.0 * math.log10(chirp.sample_rate_hz) + link.noise_figure_db
    size = link.noise_counts * gain * 10.0 ** ((received_dbm - noise_dbm) / 20.0)
    array = description.array
    u, w = float(seen[0, 0]) / distance_m, float(seen[0, 2]) / distance_m
    turns = np.array([-0.5 * (x * u + z * w) for x, z in array.receivers])
    signs = np.array(array.receiver_signs or (1.0,) * len(array.receivers))
    heard: NDArray[np.complex128] = size * signs * np.exp(2j * np.pi * turns)
    return heard


@compiled
def _cross(
    cube: NDArray[np.complex64],  # (chirp, antenna, sample)
    own: Array,  # as `_timing` has it
    own_offsets_s: Array,  # (transmitter,)
    begins_s: float,  # when a frame of the other's begins, from this frame's beginning
    other: Array,  # as `_timing` has it
    other_offsets_s: Array,  # (transmitter,)
    heard: NDArray[np.complex128],  # (receiver,)
    turns: Array,  # (chirp, transmitter) of the oscillators against each other
) -> None:
    for chirp in range(cube.shape[0]):
        for transmitter in range(own_offsets_s.shape[0]):
            start_s = chirp * own[3] + own_offsets_s[transmitter] - begins_s
            rows = cube[chirp, transmitter * heard.shape[0] : (transmitter + 1) * heard.shape[0]]
            frame = math.floor((start_s - other[4]) / other[1])
            while frame * other[1] < start_s + own[4]:
                for sender in range(other_offsets_s.shape[0]):
                    since_s = start_s - frame * other[1] - other_offsets_s[sender]
                    first = max(0.0, math.floor((since_s - other[4]) / other[3]) + 1.0)
                    last = min(other[2] - 1.0, math.floor((since_s + own[4]) / other[3]))
                    while first <= last:
                        _burst(rows, own, other, since_s - first * other[3], heard, turns[chirp, transmitter])
                        first += 1.0
                frame += 1


@compiled
def _burst(
    rows: NDArray[np.complex64],  # (receiver, sample)
    own: Array,
    other: Array,
    late_s: float,  # how long after the other's chirp this one begins
    heard: NDArray[np.complex128],  # (receiver,)
    turns: float,
) -> None:
    """Add one crossing: the difference of the two chirps' phases wherever their frequencies are near each other."""
    for sample in range(rows.shape[1]):
        fast_s = sample * own[7]
        other_s = fast_s + late_s
        if other_s < 0.0 or other_s >= other[4]:
            continue
        apart_hz = own[5] + own[6] * fast_s - other[5] - other[6] * other_s
        if abs(apart_hz) >= own[8]:
            continue
        # From the moment at which this chirp begins; what lies before is in the oscillators' chance phase.
        slip = fast_s * (own[5] - other[5] - other[6] * late_s + 0.5 * (own[6] - other[6]) * fast_s) + turns
        angle = 2.0 * math.pi * (slip - math.floor(slip))
        unit = complex(math.cos(angle), math.sin(angle))
        for receiver in range(rows.shape[0]):
            rows[receiver, sample] += heard[receiver] * unit
