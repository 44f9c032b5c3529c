"""From the radar equation to the size of an echo and of the noise, in counts of the converter.

Typical figures of 60 GHz boards: 12 dBm per transmitter, 12-15 dB noise figure (TI IWR6843 data sheet, SWRS219, RF
specifications), about 7 dBi for a patch on either side (SWRU546). A standing adult has a radar cross-section around
-8 dBsm at 76 GHz, by some decibels more or less as it turns (N. Yamada, Y. Tanaka, K. Nishikawa, "Radar cross section
for pedestrian in 76 GHz band", EuMC 2005); the chest alone about -10 dBsm.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema import RadarDescription

_THERMAL_DBM_PER_HZ = -174.0
_NEAREST_M = 0.05


class Beam(NamedTuple):
    """How strong echoes are by where they come from, as the compiled part reads it.

    Attributes:
        at_1m: Amplitude of a square metre straight ahead at one metre, in counts.
        half_width_rad: Half of the field of view, to the sides.
        half_height_rad: The same upwards.
        farthest_m: Distance of the last range bin; the receiver's low-pass takes what lies beyond.
    """

    at_1m: float
    half_width_rad: float
    half_height_rad: float
    farthest_m: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBudget:
    """What decides how strong echoes and noise are.

    Attributes:
        transmit_power_dbm: Of one transmitter.
        antenna_gain_dbi: Of transmitter and of receiver, straight ahead.
        noise_figure_db: Of the receiver.
        noise_counts: Root mean square of the noise of one sample (of I and Q together), in counts of the converter:
            the receiver's gain.
        phase_noise_rad: Random phase of a whole chirp, root mean square. An oscillator of -93 dBc/Hz at 1 MHz (SWRS219)
            leaves little of its noise at the distances of a room, where echo and reference share it (M. C. Budge, M. P.
            Burt, "Range correlation effects in radars", 1993): 4 sin^2(pi f tau) of it, over what a chirp lets pass.
        frame_phase_rad: Random phase of a whole frame, root mean square: jitter of its start, supply, warmth.
    """

    transmit_power_dbm: float = 12.0
    antenna_gain_dbi: float = 7.0
    noise_figure_db: float = 14.0
    noise_counts: float = 6.0
    phase_noise_rad: float = 1.5e-4
    frame_phase_rad: float = 3e-4

    def sample_snr_db(self, description: RadarDescription, distance_m: float, cross_section_dbsm: float) -> float:
        """Return the signal-to-noise ratio of one sample of a point straight ahead."""
        chirp = description.chirp
        rate_hz = chirp.sample_rate_hz if chirp is not None else 1e6
        received_dbm = (
            self.transmit_power_dbm
            + 2 * self.antenna_gain_dbi
            + 20 * math.log10(description.wavelength_m)
            + cross_section_dbsm
            - 30 * math.log10(4 * math.pi)
            - 40 * math.log10(distance_m)
        )
        return received_dbm - (_THERMAL_DBM_PER_HZ + 10 * math.log10(rate_hz) + self.noise_figure_db)

    def amplitudes(
        self, description: RadarDescription, position_m: NDArray[np.float64], cross_section_m2: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return (point,) amplitudes of a sample, in counts; 0 behind the radar.

        Args:
            description: The radar.
            position_m: (point, 3) right, forward, up.
            cross_section_m2: (point,).
        """
        found = np.empty(len(position_m))
        fill_amplitudes(position_m, cross_section_m2, self.beam(description)._replace(farthest_m=math.inf), found)
        return found

    def beam(self, description: RadarDescription) -> Beam:
        """Return how strong echoes of a radar are by where they come from."""
        at_1m = 10 ** (self.sample_snr_db(description, 1.0, 0.0) / 20) * self.noise_counts
        wide, high = description.array.field_of_view_rad
        farthest_m = math.inf if description.chirp is None else description.chirp.max_range_m
        return Beam(at_1m, wide / 2, high / 2, farthest_m)


def antenna_pattern(description: RadarDescription, position_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (point,) two-way voltage gain against straight ahead: half of the power at the field of view's edges."""
    wide, high = description.array.field_of_view_rad
    gains = np.empty(len(position_m))
    _fill_gains(position_m, Beam(1.0, wide / 2, high / 2), gains)
    return gains


@compiled
def _fill_gains(position_m: NDArray[np.float64], beam: Beam, gains: NDArray[np.float64]) -> None:
    for point in range(position_m.shape[0]):
        gains[point] = _gain(position_m[point], beam)


@compiled
def _gain(position_m: NDArray[np.float64], beam: Beam) -> float:
    right, forward, up = position_m[0], position_m[1], position_m[2]
    if not forward > 0:
        return 0.0
    azimuth = math.atan2(right, forward) / beam.half_width_rad
    elevation = math.atan2(up, math.hypot(right, forward)) / beam.half_height_rad
    # A Gaussian beam: -3 dB of one-way power at half the field of view.
    one_way_db = 3.0 * (azimuth * azimuth + elevation * elevation)
    return float(10.0 ** (-min(one_way_db, 40.0) / 10.0))


@compiled
def fill_amplitudes(
    position_m: NDArray[np.float64],  # (point, axis) right, forward, up
    cross_section_m2: NDArray[np.float64],  # (point,)
    beam: Beam,
    found: NDArray[np.float64],  # (point,)
) -> None:
    """Fill the amplitudes of a sample, in counts; 0 behind the radar and beyond its last range bin."""
    for point in range(position_m.shape[0]):
        x, y, z = position_m[point, 0], position_m[point, 1], position_m[point, 2]
        distance = math.sqrt(x * x + y * y + z * z)
        at_1m = beam.at_1m * math.sqrt(cross_section_m2[point]) * _gain(position_m[point], beam)
        taper = min(max((1.0 - distance / beam.farthest_m) / 0.05, 0.0), 1.0)
        found[point] = at_1m / max(distance, _NEAREST_M) ** 2 * taper


LINKS: Mapping[str, LinkBudget] = MappingProxyType(
    {
        **dict.fromkeys(("iwr6843isk", "iwr6843aop"), LinkBudget()),
        # TI AWR1843 and AWR1642 data sheets (SWRS222, SWRS203): 12 dBm, 15 dB at 76 to 77 GHz.
        **dict.fromkeys(("awr1843", "xwr1642"), LinkBudget(noise_figure_db=15.0)),
        # Infineon BGT60TR13C data sheet: 5 dBm, 12 dB single sideband, 5 dBi; 12 bit.
        **dict.fromkeys(
            ("bgt60tr13c", "bgt60utr11"),
            LinkBudget(transmit_power_dbm=5.0, antenna_gain_dbi=5.0, noise_figure_db=12.0, noise_counts=1.5),
        ),
    }
)
"""Link budgets by model; others get that of TI's 60 GHz boards."""


def link_of(description: RadarDescription) -> LinkBudget:
    """Return the link budget of a radar."""
    return LINKS.get(description.model, LinkBudget())
