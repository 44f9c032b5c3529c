"""What a TI radar was told to send: the chirp description, and what follows from it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.schema import ARRAYS, AntennaArray, ChirpProfile, FrameKind, RadarDescription
from sumika.sensors.radar.model import ModelInfo, known_array

_RECORDINGS = "a DCA1000 .bin (two lanes) with a chirp description"
MODELS = tuple(
    ModelInfo(name, "ti", FrameKind.ADC, _RECORDINGS, needs_chirp=True, live=True, answers=True)
    for name in ("iwr6843isk", "iwr6843aop", "iwr6843", "awr1843", "xwr1642")
)

_INT16_FULL_SCALE = 32767.0


class ChirpDescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A chirp description as written in YAML beside a DCA1000 capture.

    Attributes:
        start_frequency_hz: Frequency at the first sample (not at the start of the ramp).
        slope_hz_per_s: Frequency ramp; 60 MHz/us is 60e12.
        sample_rate_hz: Rate of the converter.
        samples_per_chirp: Samples of one chirp of one receiver.
        chirps_per_frame: Chirps of one frame per transmitter.
        chirp_interval_s: Time from one chirp of a transmitter to its next.
        frame_interval_s: Time from one frame to the next.
        receivers: How many receivers were on.
        transmitters: How many transmitters took turns, chirp by chirp.
        complex_samples: Whether samples are I/Q.
        q_first: Whether Q lies before I in the file ("IQ swap").
        transmitter_numbers: Which transmitter of the board takes which turn, counted from 1; empty where nobody says.
        receiver_numbers: Which receivers of the board were on, counted from 1; empty where nobody says.
    """

    start_frequency_hz: Annotated[float, Meta(ge=1e9, le=3e11)]
    slope_hz_per_s: Annotated[float, Meta(gt=0, le=1e15)]
    sample_rate_hz: Annotated[float, Meta(ge=1e4, le=1e9)]
    samples_per_chirp: Annotated[int, Meta(ge=8, le=8192)]
    chirps_per_frame: Annotated[int, Meta(ge=1, le=4096)]
    chirp_interval_s: Annotated[float, Meta(gt=0, le=1)]
    frame_interval_s: Annotated[float, Meta(gt=0, le=60)]
    receivers: Annotated[int, Meta(ge=1, le=16)] = 4
    transmitters: Annotated[int, Meta(ge=1, le=12)] = 1
    complex_samples: bool = True
    q_first: bool = False
    transmitter_numbers: tuple[Annotated[int, Meta(ge=1, le=12)], ...] = ()
    receiver_numbers: tuple[Annotated[int, Meta(ge=1, le=16)], ...] = ()

    @property
    def antennas(self) -> int:
        """Virtual antennas."""
        return self.receivers * self.transmitters

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of a frame: (chirp, virtual antenna, sample)."""
        return (self.chirps_per_frame, self.antennas, self.samples_per_chirp)

    @property
    def frame_bytes(self) -> int:
        """Size of a frame in the file."""
        numbers = self.chirps_per_frame * self.antennas * self.samples_per_chirp
        return numbers * (4 if self.complex_samples else 2)

    def contradiction(self) -> str:
        """Return what in the description cannot be together; empty if all of it can."""
        sampling_s = self.samples_per_chirp / self.sample_rate_hz
        if sampling_s * self.transmitters > self.chirp_interval_s * (1 + 1e-9):
            return f"{self.samples_per_chirp} samples take {sampling_s:.3g} s, longer than chirp_interval_s allows"
        if self.chirps_per_frame * self.chirp_interval_s > self.frame_interval_s * (1 + 1e-9):
            return f"{self.chirps_per_frame} chirps take longer than frame_interval_s"
        if self.samples_per_chirp * self.antennas % 2 and self.complex_samples:
            return "the samples of a chirp are odd in number; two lanes carry them in pairs"
        for name, numbers, count in (
            ("transmitter", self.transmitter_numbers, self.transmitters),
            ("receiver", self.receiver_numbers, self.receivers),
        ):
            if numbers and not len(numbers) == len(set(numbers)) == count:
                return f"{name}_numbers names {len(numbers)}; {count} different ones were expected"
        return ""

    def radar_description(self, model: str) -> RadarDescription:
        """Return the description of a radar of that model with this chirp."""
        chirp = ChirpProfile(
            start_frequency_hz=self.start_frequency_hz,
            slope_hz_per_s=self.slope_hz_per_s,
            sample_rate_hz=self.sample_rate_hz,
            samples_per_chirp=self.samples_per_chirp,
            chirps_per_frame=self.chirps_per_frame,
            chirp_interval_s=self.chirp_interval_s,
            complex_samples=self.complex_samples,
            full_scale=_INT16_FULL_SCALE,
        )
        return RadarDescription(
            model=model,
            carrier_frequency_hz=chirp.center_frequency_hz,
            frame_interval_s=self.frame_interval_s,
            chirp=chirp,
            array=self.array(model),
        )

    def array(self, model: str) -> AntennaArray:
        """Return where the antennas of a frame stand, in the order of the frame; one at the origin if nobody knows."""
        board = ARRAYS.get(model)
        if board is None or not (self.transmitter_numbers and self.receiver_numbers):
            return known_array(model, self.antennas)
        if max(self.transmitter_numbers) > len(board.transmitters) or max(self.receiver_numbers) > len(board.receivers):
            return AntennaArray()
        signs = board.receiver_signs
        return msgspec.structs.replace(
            board,
            transmitters=tuple(board.transmitters[number - 1] for number in self.transmitter_numbers),
            receivers=tuple(board.receivers[number - 1] for number in self.receiver_numbers),
            receiver_signs=tuple(signs[number - 1] for number in self.receiver_numbers) if signs else (),
        )
