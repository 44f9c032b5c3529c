"""Bytes of a chest strap's notifications to numbers."""

import struct
from dataclasses import dataclass

import numpy as np

from sumika.schema import SumikaError
from sumika.sensors.reference.strap.values import (
    ALREADY_STARTED,
    CONTROL_ERRORS,
    CONTROL_RESPONSE,
    ECG,
    ECG_RATE_HZ,
)

_RR_PER_SECOND = 1024.0
_PMD_HEAD = 10
_SAMPLE_BYTES = 3
_COMPRESSED = 0x80


@dataclass(frozen=True, slots=True)
class HeartRateMeasurement:
    """One notification of the heart rate service.

    Attributes:
        rate_bpm: Beats per minute, the strap's own average.
        contact: Whether it feels skin; None where it cannot tell.
        intervals_s: Beat intervals that ended since the last notification, oldest first.
    """

    rate_bpm: float
    contact: bool | None
    intervals_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EcgBlock:
    """One notification of the ECG stream.

    Attributes:
        last_s: The strap's time of the last sample.
        samples_uv: (sample,).
    """

    last_s: float
    samples_uv: tuple[float, ...]

    @property
    def times_s(self) -> tuple[float, ...]:
        """(sample,) the strap's time of each."""
        count = len(self.samples_uv)
        return tuple(self.last_s - (count - 1 - number) / ECG_RATE_HZ for number in range(count))


def parse_heart_rate(data: bytes) -> HeartRateMeasurement:
    """Return what a Heart Rate Measurement says.

    Raises:
        ValueError: if it is shorter than its flags say, or has half an interval.
    """
    try:
        flags = data[0]
        rate_bpm, place = (struct.unpack_from("<H", data, 1)[0], 3) if flags & 0x01 else (data[1], 2)
    except (IndexError, struct.error) as error:
        raise ValueError(f"a heart rate measurement of {len(data)} bytes") from error
    place += 2 if flags & 0x08 else 0  # energy expended
    left = len(data) - place
    if left < 0 or (flags & 0x10 and left % 2):
        raise ValueError(f"a heart rate measurement of {len(data)} bytes with flags {flags:#04x}")
    contact = bool(flags & 0x02) if flags & 0x04 else None
    ticks = struct.unpack_from(f"<{left // 2}H", data, place) if flags & 0x10 else ()
    return HeartRateMeasurement(float(rate_bpm), contact, tuple(tick / _RR_PER_SECOND for tick in ticks))


def parse_ecg(data: bytes) -> EcgBlock:
    """Return the samples of a PMD data notification: type, time of the last sample in ns, frame type, 3-byte samples.

    Raises:
        ValueError: if it is no uncompressed ECG frame of type 0, or no whole number of samples.
    """
    if len(data) <= _PMD_HEAD or (len(data) - _PMD_HEAD) % _SAMPLE_BYTES:
        raise ValueError(f"an ECG frame of {len(data)} bytes")
    if data[0] != ECG or data[9] != 0:
        how = "compressed " if data[9] & _COMPRESSED else ""
        raise ValueError(f"measurement {data[0]}, {how}frame type {data[9] & ~_COMPRESSED}, is not ECG of type 0")
    (last_ns,) = struct.unpack_from("<Q", data, 1)
    parts = np.frombuffer(data, np.uint8, offset=_PMD_HEAD).reshape(-1, _SAMPLE_BYTES).astype(np.int32)
    unsigned = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
    signed = np.where(unsigned >= 1 << 23, unsigned - (1 << 24), unsigned)
    return EcgBlock(last_ns * 1e-9, tuple(signed.astype(float).tolist()))


def check_control(answer: bytes) -> None:
    """Look at what a strap answers to `START_ECG`.

    Raises:
        SumikaError: if it does not start the stream.
    """
    if len(answer) < 4 or answer[0] != CONTROL_RESPONSE or answer[2] != ECG:
        raise SumikaError(f"the strap gave no answer that we know to our request for ECG ({answer.hex()})")
    status = answer[3]
    if status not in (0, ALREADY_STARTED):
        why = CONTROL_ERRORS.get(status, f"error {status}")
        raise SumikaError(
            f"the strap gives no ECG: {why}", remedy="End other apps that read it; take it off and put it on again"
        )
