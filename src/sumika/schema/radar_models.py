"""Known radars as data: antenna positions of the boards, and a chirp for rooms that each of them can send.

Positions are those of the makers' documents, in half wavelengths, seen from behind the radar. A mounted radar may have
been configured otherwise; then its driver knows the true chirp, and only the array is taken from here.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

from sumika.schema.antennas import AntennaArray
from sumika.schema.radar import RadarDescription
from sumika.schema.waveform import ChirpProfile, RangeGrid

_WIDE = (math.radians(120.0), math.radians(30.0))

ARRAYS: Mapping[str, AntennaArray] = MappingProxyType(
    {
        # TI IWR6843ISK and xWR1843BOOST user's guides (SWRU546, SPRUIM4): TX1, TX3 and the raised TX2, sent in the
        # order TX1, TX2, TX3 of the out-of-box chirps; eight azimuth positions, four of a second row.
        "iwr6843isk": AntennaArray(
            transmitters=((0.0, 0.0), (2.0, 1.0), (4.0, 0.0)),
            receivers=((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)),
            field_of_view_rad=_WIDE,
        ),
        "awr1843": AntennaArray(
            transmitters=((0.0, 0.0), (2.0, 1.0), (4.0, 0.0)),
            receivers=((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)),
            field_of_view_rad=_WIDE,
        ),
        # TI IWR6843AOP (SWRU546, "AOP antenna array"; the same numbers as `antGeometry0/1` and `antPhaseRot` of the
        # 3D people tracking configuration): every second receiver is fed the other way round.
        "iwr6843aop": AntennaArray(
            transmitters=((0.0, 0.0), (-2.0, -2.0), (0.0, -2.0)),
            receivers=((-1.0, -1.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 0.0)),
            receiver_signs=(-1.0, 1.0, -1.0, 1.0),
            field_of_view_rad=(math.radians(120.0), math.radians(120.0)),
        ),
        # TI xWR1642BOOST (SWRU521): two transmitters two wavelengths apart, one row.
        "xwr1642": AntennaArray(
            transmitters=((0.0, 0.0), (4.0, 0.0)),
            receivers=((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)),
            field_of_view_rad=_WIDE,
        ),
        # Infineon BGT60TR13C shield (data sheet, "antenna in package"): an L; receivers 1 and 3 lie beside each other,
        # 2 and 3 above each other.
        "bgt60tr13c": AntennaArray(
            receivers=((1.0, 0.0), (0.0, 1.0), (0.0, 0.0)), field_of_view_rad=(math.radians(70.0), math.radians(70.0))
        ),
        "bgt60utr11": AntennaArray(field_of_view_rad=(math.radians(120.0), math.radians(120.0))),
        "a121": AntennaArray(field_of_view_rad=(math.radians(65.0), math.radians(53.0))),
    }
)
"""Antenna positions by model."""


def _ti(start_hz: float, bandwidth_hz: float) -> ChirpProfile:
    """Return 128 chirps of 256 I/Q samples: a room of 11 m, radial speeds to 4 m/s, in 38 ms."""
    sample_rate_hz, samples = 5e6, 256
    return ChirpProfile(
        start_frequency_hz=start_hz,
        slope_hz_per_s=bandwidth_hz * sample_rate_hz / samples,
        sample_rate_hz=sample_rate_hz,
        samples_per_chirp=samples,
        chirps_per_frame=128,
        chirp_interval_s=300e-6,
        complex_samples=True,
        full_scale=32767.0,
    )


def _avian(start_hz: float, bandwidth_hz: float, samples: int, chirps: int) -> ChirpProfile:
    """Return a chirp of Infineon's Avian family: real 12-bit samples at 2 MHz."""
    return ChirpProfile(
        start_frequency_hz=start_hz,
        slope_hz_per_s=bandwidth_hz * 2e6 / samples,
        sample_rate_hz=2e6,
        samples_per_chirp=samples,
        chirps_per_frame=chirps,
        chirp_interval_s=500e-6,
        complex_samples=False,
        full_scale=4095.0,
    )


_CHIRPS: Mapping[str, ChirpProfile] = MappingProxyType(
    {
        "iwr6843isk": _ti(60.25e9, 3.4e9),
        "iwr6843aop": _ti(60.25e9, 3.4e9),
        "awr1843": _ti(77.2e9, 3.4e9),
        "xwr1642": _ti(77.2e9, 3.4e9),
        "bgt60tr13c": _avian(58.5e9, 4.5e9, 256, 64),
        "bgt60utr11": _avian(58.5e9, 4.5e9, 256, 64),
    }
)

RADAR_MODELS: Mapping[str, RadarDescription] = MappingProxyType(
    {
        **{
            model: RadarDescription(
                model=model,
                carrier_frequency_hz=chirp.center_frequency_hz,
                frame_interval_s=0.05,
                chirp=chirp,
                array=ARRAYS[model],
            )
            for model, chirp in _CHIRPS.items()
        },
        # Range only: the pulses' own shape resolves about 0.05 m with profile 3.
        "a121": RadarDescription(
            model="a121",
            carrier_frequency_hz=60.5e9,
            frame_interval_s=0.05,
            range_grid=RangeGrid(start_m=0.2, step_m=0.05, bins=97),
            array=ARRAYS["a121"],
        ),
    }
)
"""Whole descriptions by model, for simulations, notebooks and first set-ups."""
