"""Whether a chirp description fits a capture.

A DCA1000 file is bare numbers: a wrong description gives wrong distances and no error. But the signal within a chirp is
smooth, a few echoes, and starts anew with the next one; so a linear prediction from the previous few samples fails at
the start of each chirp and nowhere else. Where it fails is where the chirps begin.
"""

import logging
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.sensors.radar.ti.values import ChirpDescription
from sumika.sensors.radar.ti.wire import deinterleave

_logger = logging.getLogger(__name__)

_MAX_NUMBERS = 400_000
_LOUD = 8000.0
"""Root mean square in counts; real captures stay far below, swapped bytes and noise lie at 19000."""
_UNPREDICTABLE = 0.9
"""Share of the power that prediction leaves over in white noise; echoes leave a few hundredths."""
_ORDER = 4
_CLEAR = 8.0
"""Error at a chirp's start over the median error: from here on it is a start. Measured on a real capture: 19."""
_FAINT = 3.0
"""Below this, it is none. Measured: 2.8 is the most within a chirp."""
_SHORTEST_CHIRP, _LONGEST_CHIRP = 16, 1024
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
    begins = _chirps_begin_as_described(numbers, chirp, str(path), chirp_where)
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
            remedy="Swap the bytes of each sample, for example with numpy's byteswap()",
        )


def _root_mean_square(numbers: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64))))


def _chirps_begin_as_described(
    numbers: NDArray[np.int16], chirp: ChirpDescription, where: str, chirp_where: str
) -> bool:
    """Return whether the signal shows chirps beginning where they should; False if it shows no beginnings at all."""
    samples = deinterleave(numbers, q_first=chirp.q_first) if chirp.complex_samples else numbers.astype(np.complex64)
    error = _prediction_error(samples)
    if error is None:
        return False
    power = float(np.mean(np.abs(samples) ** 2))
    if np.mean(error) > _UNPREDICTABLE * power and _root_mean_square(numbers) > _LOUD:
        raise SumikaError(
            "the samples are noise over the whole range of numbers; no radar gives that",
            where=where,
            remedy="This is probably another file",
        )
    found = _samples_per_chirp(error, chirp.samples_per_chirp)
    if found not in (0, chirp.samples_per_chirp):
        raise SumikaError(
            f"the signal starts anew every {found} samples, but the chirp description {chirp_where} says "
            f"samples_per_chirp: {chirp.samples_per_chirp}",
            where=where,
            remedy="Give the description with which it was recorded",
        )
    return found == chirp.samples_per_chirp


def _prediction_error(samples: NDArray[np.complex64]) -> NDArray[np.float64] | None:
    """Return the squared error of predicting each sample linearly from the previous ones; None for a dead signal."""
    signal = samples.astype(np.complex128)
    target = signal[_ORDER:]
    if target.size <= 10 * _ORDER:
        return None
    history = np.stack([signal[_ORDER - 1 - lag : -1 - lag] for lag in range(_ORDER)])
    covariance = history.conj() @ history.T
    power = float(np.trace(covariance).real) / _ORDER
    if power <= 0:
        return None
    weights = np.linalg.solve(covariance + 1e-9 * power * np.eye(_ORDER), history.conj() @ target)
    error = np.zeros(signal.size)
    error[_ORDER:] = np.abs(target - weights @ history) ** 2
    return error


def _samples_per_chirp(error: NDArray[np.float64], described: int) -> int:
    """Return after how many samples the signal starts anew: `described` if that fits, 0 if it cannot be told."""
    if _fits(error, described):
        return described
    candidates = range(_SHORTEST_CHIRP, min(_LONGEST_CHIRP, error.size // 8) + 1)
    clear = [length for length in candidates if _start_over_median(error, length) > _CLEAR and _fits(error, length)]
    return min(clear, default=0)


def _fits(error: NDArray[np.float64], length: int) -> bool:
    """Return whether every chirp of that length starts with a jump and none has a jump inside."""
    chirps = error.size // length
    if chirps < 2:
        return False
    folded = error[: chirps * length].reshape(chirps, length)
    profile = folded.mean(axis=0)
    median = float(np.median(profile))
    if profile[0] < _FAINT * median:
        return False
    jumps_inside = length > 2 * _ORDER and profile[_ORDER:].max() > max(profile[0] / 2, _FAINT * median)
    # With too short a length only every second, third ... start is one.
    every = [folded[first::step, 0].mean() for step in (2, 3, 4, 5) for first in range(min(step, chirps))]
    return not jumps_inside and min(every) > _FAINT / 2 * median


def _start_over_median(error: NDArray[np.float64], length: int) -> float:
    profile = error[: error.size // length * length].reshape(-1, length).mean(axis=0)
    return float(profile[0] / max(float(np.median(profile)), 1e-300))


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
