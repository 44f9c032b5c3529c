"""Whether a chirp description fits a capture.

A DCA1000 file is bare numbers: a wrong description gives wrong distances and no error. So the signal is asked where its
chirps begin, after how many of them the same antenna comes again, and on which side of zero its echoes lie.
"""

import logging
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.sensors.radar.ti._signal import antennas_seen, late_start, mirrored, prediction_error, samples_per_chirp
from sumika.sensors.radar.ti.values import ChirpDescription
from sumika.sensors.radar.ti.wire import deinterleave

_logger = logging.getLogger(__name__)

_MAX_NUMBERS = 400_000
_LOUD = 8000.0
"""Root mean square in counts; real captures stay far below, swapped bytes and noise lie at 19000."""
_UNPREDICTABLE = 0.9
"""Share of the power that prediction leaves over in white noise; echoes leave a few hundredths."""
_USUAL_SAMPLES = (64, 80, 96, 100, 112, 120, 128, 160, 192, 200, 224, 240, 250, 256, 300, 320, 384, 400, 500, 512, 1024)


def require_fit(path: Path, size: int, chirp: ChirpDescription, chirp_where: str) -> int:
    """Return how many whole frames the file holds.

    A part of a frame at the end is left out, with a warning, where the signal shows that the description is right.

    Raises:
        SumikaError: if the file is too short, its bytes are in the wrong order, or the signal says that chirps begin
            elsewhere than the description says.
    """
    frames, rest = divmod(size, chirp.frame_bytes)
    if frames == 0:
        raise SumikaError(
            f"the file has {size} bytes; one frame of the chirp description {chirp_where} has {chirp.frame_bytes}",
            where=str(path),
            remedy=_other_fields(size, chirp),
        )
    numbers = _first_numbers(path, chirp)
    _require_byte_order(numbers, str(path))
    begins = _signal_agrees(numbers, chirp, str(path), chirp_where)
    if rest and not begins:
        raise SumikaError(
            f"the file has {size} bytes, {rest} more than {frames} frames of {chirp.frame_bytes} bytes as described in "
            f"{chirp_where}",
            where=str(path),
            remedy=_other_fields(size, chirp),
        )
    if rest:
        _logger.warning(
            "%s: the last frame is cut off after %d of %d bytes; it is left out", path, rest, chirp.frame_bytes
        )
    return frames


def _first_numbers(path: Path, chirp: ChirpDescription) -> NDArray[np.int16]:
    count = max(1, _MAX_NUMBERS * 2 // chirp.frame_bytes) * chirp.frame_bytes // 2
    try:
        with path.open("rb") as file:
            numbers = np.frombuffer(file.read(count * 2 // chirp.frame_bytes * chirp.frame_bytes), "<i2")
    except (OSError, ValueError) as error:
        raise SumikaError(f"the file cannot be read: {error}", where=str(path)) from error
    return numbers[: numbers.size // (chirp.frame_bytes // 2) * (chirp.frame_bytes // 2)]


def _require_byte_order(numbers: NDArray[np.int16], where: str) -> None:
    loudness = _root_mean_square(numbers)
    if loudness > _LOUD and _root_mean_square(numbers.byteswap()) < loudness / 4:
        raise SumikaError(
            f"the samples have a root mean square of {loudness:.0f} counts as they stand, and "
            f"{_root_mean_square(numbers.byteswap()):.0f} with their bytes swapped; little-endian int16 was expected",
            where=where,
            remedy="Swap the bytes of each sample with numpy's byteswap(), unless the file merely lacks its first byte",
        )


def _root_mean_square(numbers: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64))))


def _signal_agrees(numbers: NDArray[np.int16], chirp: ChirpDescription, where: str, chirp_where: str) -> bool:
    """Return whether the signal shows chirps beginning where they should; False if it shows no beginnings at all."""
    samples = deinterleave(numbers, q_first=chirp.q_first) if chirp.complex_samples else numbers.astype(np.complex64)
    error = prediction_error(samples)
    if error is None:
        return False
    if float(error.mean()) > _UNPREDICTABLE * _power(samples) and _root_mean_square(numbers) > _LOUD:
        raise SumikaError(
            "the samples are noise over the whole range of numbers; no radar gives that",
            where=where,
            remedy="This is probably another file",
        )
    found = samples_per_chirp(samples, error, chirp.samples_per_chirp, chirp.antennas)
    problem = _problem(samples, error, chirp, found)
    if problem:
        raise SumikaError(
            f"{problem}: the chirp description {chirp_where} does not fit",
            where=where,
            remedy="Give the description with which it was recorded",
        )
    return found == chirp.samples_per_chirp


def _problem(samples: NDArray[np.complex64], error: NDArray[np.float64], chirp: ChirpDescription, found: int) -> str:
    """Return what in the signal contradicts the description; empty if nothing does."""
    described = chirp.samples_per_chirp
    if found not in (0, described):
        return f"the signal starts anew every {found} samples, not every {described} (samples_per_chirp)"
    late = late_start(error, described)
    if late:
        return f"each chirp begins {late} samples after where it should, as if the head of the file were missing"
    antennas = antennas_seen(samples, described, chirp.antennas)
    if antennas not in (0, chirp.antennas):
        return (
            f"the signal repeats every {antennas} chirps, not every {chirp.antennas} (receivers x transmitters; or "
            "complex_samples is wrong)"
        )
    if chirp.complex_samples and mirrored(samples, described):
        other = str(not chirp.q_first).lower()
        return f"all echoes lie at negative distances, as if I and Q were swapped (q_first: {other})"
    return ""


def _power(samples: NDArray[np.complex64]) -> float:
    return float(np.mean(np.abs(samples) ** 2))


def _distance(now: int, value: int) -> int:
    return abs(value - now)


def _other_fields(size: int, chirp: ChirpDescription) -> str:
    """Return which change of a single field would make the file a whole number of frames."""
    ways = []
    for field, values in (
        ("samples_per_chirp", _USUAL_SAMPLES),
        ("chirps_per_frame", range(1, 257)),
        ("receivers", range(1, 5)),
        ("transmitters", range(1, 4)),
    ):
        now: int = getattr(chirp, field)
        others = [value for value in values if value != now]
        fitting = [
            value for value in others if size % msgspec.structs.replace(chirp, **{field: value}).frame_bytes == 0
        ]
        fitting.sort(key=partial(_distance, now))
        if fitting:
            ways.append(f"{field}: {' or '.join(map(str, fitting[:3]))}")
    return f"It would fit with {'; '.join(ways)}" if ways else "No change of a single field makes it fit"
