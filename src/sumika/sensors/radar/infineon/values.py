"""What Infineon's radars and the settings in their recordings mean."""

from typing import Annotated

import msgspec
from msgspec import Meta, field

from sumika.schema import RADAR_MODELS, ChirpProfile, FrameKind, RadarDescription
from sumika.sensors.radar.model import ModelInfo, known_array

_AVIAN = "a folder with radar.npy and config.json (Avian recording)"
MODELS = (
    ModelInfo("bgt60tr13c", "infineon", FrameKind.ADC, _AVIAN, live=True, package="ifxradarsdk"),
    ModelInfo("bgt60utr11", "infineon", FrameKind.ADC, _AVIAN, live=True, package="ifxradarsdk"),
    ModelInfo("sense2gol", "infineon", FrameKind.ADC, "an .npz with iq (frame, sample, I/Q)", can_range=False),
)

AVIAN_FULL_SCALE = 4095.0
"""Of the 12-bit converter."""

_SENSE2GOL_CARRIER_HZ = 24.125e9
"""Middle of the 24 GHz ISM band; the oscillator runs freely and no recording says it any closer."""
_SENSE2GOL_FRAME_INTERVAL_S = 0.15
"""As configured in the recordings at hand."""

_Hertz = Annotated[float, Meta(gt=0, le=1e9)]
_Carrier = Annotated[float, Meta(ge=1e9, le=3e11)]
_Count = Annotated[int, Meta(ge=1, le=4096)]
_Antennas = Annotated[tuple[Annotated[int, Meta(ge=1, le=8)], ...], Meta(min_length=1, max_length=8)]


class AvianShape(msgspec.Struct, frozen=True, kw_only=True):
    """The section `fmcw_single_shape` of a recording's config.json.

    Attributes:
        start_frequency_hz: At the first sample.
        end_frequency_hz: After the last sample.
        sample_rate_hz: Of the converter.
        chirp_interval_s: From one chirp to the next.
        frame_interval_s: From one frame to the next.
        chirps: Per frame.
        samples: Per chirp.
        receivers: Which receivers were on.
        transmitters: Which transmitters were on.
        mimo_mode: "off" where all chirps are alike.
        transmit_power_level: 0..31, of the transmitter's converter.
        low_pass_hz: Of the filter before the converter.
        high_pass_hz: The same; it takes away what stands very near.
        gain_db: Of the amplifier before the converter.
    """

    start_frequency_hz: _Carrier = field(name="start_frequency_Hz")
    end_frequency_hz: _Carrier = field(name="end_frequency_Hz")
    sample_rate_hz: _Hertz = field(name="sample_rate_Hz")
    chirp_interval_s: Annotated[float, Meta(gt=0, le=1)] = field(name="chirp_repetition_time_s")
    frame_interval_s: Annotated[float, Meta(gt=0, le=60)] = field(name="frame_repetition_time_s")
    chirps: _Count = field(name="num_chirps_per_frame")
    samples: _Count = field(name="num_samples_per_chirp")
    receivers: _Antennas = field(name="rx_antennas")
    transmitters: _Antennas = field(name="tx_antennas", default=(1,))
    mimo_mode: str = "off"
    transmit_power_level: Annotated[int, Meta(ge=0, le=31)] = field(name="tx_power_level", default=31)
    low_pass_hz: Annotated[int, Meta(ge=0, le=10_000_000)] = field(name="aaf_cutoff_Hz", default=500_000)
    high_pass_hz: Annotated[int, Meta(ge=0, le=10_000_000)] = field(name="hp_cutoff_Hz", default=80_000)
    gain_db: Annotated[int, Meta(ge=0, le=100)] = field(name="if_gain_dB", default=33)


class AvianDevice(msgspec.Struct, frozen=True):
    """The section `device_config`."""

    fmcw_single_shape: AvianShape


class AvianConfig(msgspec.Struct, frozen=True):
    """The whole of config.json."""

    device_config: AvianDevice


def avian_description(model: str, shape: AvianShape) -> RadarDescription:
    """Return the description of an Avian radar with these settings."""
    chirp = ChirpProfile(
        start_frequency_hz=shape.start_frequency_hz,
        slope_hz_per_s=(shape.end_frequency_hz - shape.start_frequency_hz) * shape.sample_rate_hz / shape.samples,
        sample_rate_hz=shape.sample_rate_hz,
        samples_per_chirp=shape.samples,
        chirps_per_frame=shape.chirps,
        chirp_interval_s=shape.chirp_interval_s,
        complex_samples=False,
        full_scale=AVIAN_FULL_SCALE,
    )
    return RadarDescription(
        model=model,
        carrier_frequency_hz=chirp.center_frequency_hz,
        frame_interval_s=shape.frame_interval_s,
        chirp=chirp,
        array=known_array(model, len(shape.receivers)),
    )


def room_settings(model: str) -> AvianShape:
    """Return settings for a room: those of `schema.RADAR_MODELS`, with every receiver of the model."""
    description = RADAR_MODELS[model]
    chirp, receivers = description.chirp, len(description.array.receivers)
    if chirp is None:
        raise ValueError(f"{model} has no chirp")
    return AvianShape(
        start_frequency_hz=chirp.start_frequency_hz,
        end_frequency_hz=chirp.start_frequency_hz + chirp.bandwidth_hz,
        sample_rate_hz=chirp.sample_rate_hz,
        chirp_interval_s=chirp.chirp_interval_s,
        frame_interval_s=description.frame_interval_s,
        chirps=chirp.chirps_per_frame,
        samples=chirp.samples_per_chirp,
        receivers=tuple(range(1, receivers + 1)),
    )


def sense2gol_description(samples: int) -> RadarDescription:
    """Return the description of a Sense2GoL; its time axis is nominal and says so.

    Args:
        samples: Of one frame.
    """
    return RadarDescription(
        model="sense2gol",
        carrier_frequency_hz=_SENSE2GOL_CARRIER_HZ,
        frame_interval_s=_SENSE2GOL_FRAME_INTERVAL_S,
        chirp=ChirpProfile(
            start_frequency_hz=_SENSE2GOL_CARRIER_HZ,
            slope_hz_per_s=0.0,
            # Samples come in bursts with longer gaps between than inside: the true rate is not known.
            sample_rate_hz=samples / _SENSE2GOL_FRAME_INTERVAL_S,
            samples_per_chirp=samples,
            chirps_per_frame=1,
            chirp_interval_s=_SENSE2GOL_FRAME_INTERVAL_S,
            complex_samples=True,
            full_scale=AVIAN_FULL_SCALE,
        ),
        timing_trusted=False,
    )
