"""What the parts of a TI packet say: points, targets and vital signs as arrays, and how far each is trusted.

TI's axes are ours: x to the right seen from behind the radar, y forward, z up; velocity away positive.
"""

import math
import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.schema import POINT_COLUMNS, RadarDescription
from sumika.schema.points import MAX_POINTS

PEOPLE_SIGMA = 1.0
"""A guess on the wide side, as all of these: a fan or a mirror image counts as one more, and who sits still as none."""
PRESENCE_SIGMA = 0.3
HEIGHT_SIGMA_M = 0.3
RANGE_SIGMA_M = 0.5
HEART_SIGMA_BPM = 10.0
RESPIRATION_SIGMA_BPM = 4.0
"""Harmonics of the breath pass for a heart, and any movement for a breath."""
FROZEN_S = 10.0
"""A second of waveform is sent with every frame, in floating point: it does not come twice."""
_BREATHES = 0.02
"""Deviation of the breathing waveform from which on the maker's own display says that somebody breathes."""
_HEART_BAND_BPM = (30.0, 220.0)
_RESPIRATION_BAND_BPM = (3.0, 60.0)
_MOST_TARGETS = 64

_CARTESIAN = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("velocity", "<f4")])
_SIDE_INFO = np.dtype([("snr", "<i2"), ("noise", "<i2")])
_UNITS = struct.Struct("<5f")
_COMPRESSED = np.dtype([("elevation", "i1"), ("azimuth", "i1"), ("velocity", "<i2"), ("range", "<u2"), ("snr", "<u2")])
_TARGET = np.dtype([("id", "<u4"), ("place", "<f4", 3), ("rest", "<f4", 24)])
_HEIGHT = np.dtype([("id", "<u4"), ("top", "<f4"), ("bottom", "<f4")])
_VITALS = struct.Struct("<2H3f")
_VITALS_BYTES = _VITALS.size + 30 * 4

Spherical = NDArray[np.float64]
"""(point, 5): range_m, velocity_m_s, azimuth_rad, elevation_rad, snr_db."""


def cartesian_points(points: bytes, side_info: bytes | None) -> Spherical | None:
    """Return the points of the out-of-box demo; None if the sizes are not those of whole points.

    Args:
        points: Value of `POINTS`.
        side_info: Value of `SIDE_INFO`, if it was sent; without it the SNR is 0 dB, the least that can be said.
    """
    if len(points) % _CARTESIAN.itemsize:
        return None
    told = np.frombuffer(points, _CARTESIAN)
    if side_info is not None and len(side_info) != told.size * _SIDE_INFO.itemsize:
        return None
    x, y, z = (told[axis].astype(np.float64) for axis in "xyz")
    snr_db = np.zeros(told.size) if side_info is None else np.frombuffer(side_info, _SIDE_INFO)["snr"] * 0.1
    range_m = np.sqrt(x * x + y * y + z * z)
    return np.stack([range_m, told["velocity"], np.arctan2(x, y), np.arctan2(z, np.hypot(x, y)), snr_db], axis=1)


def compressed_points(value: bytes) -> Spherical | None:
    """Return the points of the people tracking demo; None if the size is not that of units and whole points.

    Args:
        value: Of `COMPRESSED_POINTS`.
    """
    if len(value) < _UNITS.size or (len(value) - _UNITS.size) % _COMPRESSED.itemsize:
        return None
    elevation, azimuth, velocity, range_m, snr = _UNITS.unpack_from(value)
    told = np.frombuffer(value, _COMPRESSED, offset=_UNITS.size)
    with np.errstate(all="ignore"):  # what is no number is left out by `rows`
        power = told["snr"] * np.float64(snr)
        columns = (
            told["range"] * np.float64(range_m),
            told["velocity"] * np.float64(velocity),
            told["azimuth"] * np.float64(azimuth),
            told["elevation"] * np.float64(elevation),
            10 * np.log10(np.maximum(power, 1e-3)),
        )
    return np.stack(columns, axis=1)


def rows(points: Spherical, radar: RadarDescription) -> tuple[NDArray[np.float32], int]:
    """Return points as `POINT_COLUMNS`, and how many were left out because no echo can be there.

    Their sigma is wide: half a cell of what this waveform and this array resolve, or the field of view.

    Args:
        points: As from the radar.
        radar: With its chirp.
    """
    chirp = radar.chirp
    assert chirp is not None, "a TI radar has a chirp"
    possible = np.isfinite(points).all(axis=1)
    range_m, azimuth, elevation = points[:, 0], points[:, 2], points[:, 3]
    with np.errstate(invalid="ignore"):
        possible &= (range_m > 0) & (range_m <= chirp.samples_per_chirp * chirp.range_resolution_m)
        possible &= (np.abs(azimuth) <= math.pi / 2) & (np.abs(elevation) <= math.pi / 2)
        possible &= (np.abs(points[:, 1]) < 100.0) & (np.abs(points[:, 4]) < 200.0)
    kept = points[possible][:MAX_POINTS]
    array = radar.array
    width, height = array.field_of_view_rad
    table = np.empty((len(kept), len(POINT_COLUMNS)), np.float32)
    table[:, :4] = kept[:, :4]
    table[:, 4] = chirp.range_resolution_m / 2
    table[:, 5] = chirp.velocity_resolution_m_s / 2
    table[:, 6] = array.azimuth_resolution_rad / 2 if array.measures_azimuth else width / math.sqrt(12)
    table[:, 7] = array.elevation_resolution_rad / 2 if array.measures_elevation else height / math.sqrt(12)
    table[:, 8] = kept[:, 4]
    return table, len(points) - len(kept)


class Target(NamedTuple):
    """Somebody whom the radar's firmware follows.

    Attributes:
        number: The firmware's name for them.
        range_m: On the floor plan, from the radar.
    """

    number: int
    range_m: float


def targets(value: bytes) -> list[Target] | None:
    """Return whom the firmware follows; None if the size is not that of whole targets, or one is nowhere."""
    if len(value) % _TARGET.itemsize or len(value) > _MOST_TARGETS * _TARGET.itemsize:
        return None
    told = np.frombuffer(value, _TARGET)
    if not np.isfinite(told["place"]).all() or (np.abs(told["place"]) > 1000.0).any():
        return None
    return [Target(int(one["id"]), math.hypot(*(float(axis) for axis in one["place"][:2]))) for one in told]


def heights_m(value: bytes) -> dict[int, float] | None:
    """Return how far up each target reaches, by number; None if the size or a number cannot be."""
    if len(value) % _HEIGHT.itemsize or len(value) > _MOST_TARGETS * _HEIGHT.itemsize:
        return None
    told = np.frombuffer(value, _HEIGHT)
    if not np.isfinite(told["top"]).all() or (np.abs(told["top"]) > 100.0).any():
        return None
    return {int(one["id"]): float(one["top"]) for one in told}


class VitalSigns(NamedTuple):
    """Breath and heartbeat as the firmware tells them; None where it says itself that there are none.

    Attributes:
        heart_bpm: Beats per minute.
        respiration_bpm: Breaths per minute.
    """

    heart_bpm: float | None
    respiration_bpm: float | None


def vital_signs(value: bytes) -> VitalSigns | None:
    """Return the rates in a value of `VITAL_SIGNS`; None if the size is wrong or a number is none."""
    if len(value) != _VITALS_BYTES:
        return None
    _, _, deviation, heart, respiration = _VITALS.unpack_from(value)
    if not (math.isfinite(deviation) and math.isfinite(heart) and math.isfinite(respiration)):
        return None
    breathes = deviation >= _BREATHES
    return VitalSigns(
        heart if breathes and _HEART_BAND_BPM[0] <= heart <= _HEART_BAND_BPM[1] else None,
        respiration if breathes and _RESPIRATION_BAND_BPM[0] <= respiration <= _RESPIRATION_BAND_BPM[1] else None,
    )


def presence(value: bytes) -> float | None:
    """Return whether somebody is there, 0 or 1; None if the size is wrong."""
    return float(any(value)) if len(value) == 4 else None
