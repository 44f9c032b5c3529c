"""How samples are packed: whole numbers, differences of them, byte planes, zstd. A round trip is exact.

A sample's value is rounded to its signal's resolution, its stamp to a millisecond. Noise cannot be compressed, so what
counts is to spend no bit on anything else: a regular stream's stamps cost nothing, a constant costs nothing, and a
value costs its entropy (zstd's Huffman stage does that on single bytes).
"""

import threading
from typing import NamedTuple

import numpy as np
import zstandard
from numpy.typing import NDArray

Integers = NDArray[np.int64]

LARGEST_STEP = 2**36
"""Values beyond so many resolution steps are no measurement; the bound also keeps a day's sum within 64 bits."""

LARGEST_CHUNK = 2**16
"""Samples in one chunk; more begin another one, so that a damaged size field cannot ask for much memory."""

_FORMAT = 1
_WIDTHS = (0, 1, 2, 4, 8)
_COMPRESSED = 0x80
_LEVEL = 1  # What is left after differencing is noise: higher levels find nothing and the first is as small.
_local = threading.local()


class CodecError(ValueError):
    """The bytes are no packed samples."""


class Samples(NamedTuple):
    """Unpacked samples, all of one length: stamps in ms, values in resolution steps, and which values are there."""

    stamps_ms: Integers
    steps: Integers
    present: NDArray[np.bool_]

    def select(self, which: slice | NDArray[np.bool_]) -> "Samples":
        """Return some of them."""
        return Samples(self.stamps_ms[which], self.steps[which], self.present[which])


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        _local.decompressor = zstandard.ZstdDecompressor()
    compressor: zstandard.ZstdCompressor = _local.compressor
    return compressor


def _decompress(data: bytes, size: int) -> bytes:
    _compressor()
    decompressor: zstandard.ZstdDecompressor = _local.decompressor
    try:
        if zstandard.frame_content_size(data) != size:
            raise CodecError(f"compressed bytes do not hold {size} bytes")
        return decompressor.decompress(data, max_output_size=size)
    except zstandard.ZstdError as error:
        raise CodecError(f"not decompressible ({error})") from error


def _put_varint(out: bytearray, value: int) -> None:
    """Append a signed whole number of any size, small ones in one byte."""
    rest = value << 1 if value >= 0 else (~value << 1) | 1
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)


class _Cursor:
    """Reads what was put, and never beyond the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise CodecError("packed samples end too early")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        at = self.at
        if at >= len(self.data):
            raise CodecError("packed samples end too early")
        self.at = at + 1
        return self.data[at]

    def varint(self) -> int:
        rest = shift = 0
        while True:
            byte = self.byte()
            rest |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 70:
                raise CodecError("a number has too many digits")
        return rest >> 1 if not rest & 1 else ~(rest >> 1)


def _put_bytes(out: bytearray, data: bytes) -> None:
    """Append bytes, compressed where that is shorter; the flag tells which."""
    packed = _compressor().compress(data) if len(data) > 24 else data
    if len(packed) < len(data):
        out.append(_COMPRESSED)
        _put_varint(out, len(packed))
        out += packed
    else:
        out.append(0)
        out += data


def _take_bytes(cursor: _Cursor, size: int) -> bytes:
    if cursor.byte() & _COMPRESSED:
        return _decompress(cursor.take(cursor.varint()), size)
    return cursor.take(size)


def _best_difference(values: Integers) -> tuple[int, Integers]:
    """Return how often to take differences (0..2) so that what is left is smallest, and what is left."""
    if len(values) < 4:  # No difference is worth its seed.
        return 0, values
    order, left, cost = 0, values, _spread(values)
    difference = values
    for candidate in (1, 2):
        if len(difference) < 3:
            break
        difference = difference[1:] - difference[:-1]
        candidate_cost = _spread(difference)
        if candidate_cost < cost:
            order, left, cost = candidate, difference, candidate_cost
    return order, left


def _spread(values: Integers) -> float:
    """Return a measure of how many bits values take: their variance."""
    # In floating point: differences of 64-bit numbers wrap around, which is exact to undo but meaningless to compare.
    numbers = (values - values[0]).astype(np.float64)
    mean = float(numbers.sum()) / len(numbers)
    return float(numbers @ numbers) / len(numbers) - mean * mean


def put_integers(out: bytearray, values: Integers) -> None:
    """Append an array of 64-bit whole numbers; its length is not written."""
    if not len(values):
        return
    base = int(values[0] if len(values) == 1 else values.min())
    if len(values) == 1 or base == int(values.max()):  # No difference of what never changes is smaller.
        out.append(0)
        _put_varint(out, base)
        return
    order, left = _best_difference(values)
    if order:
        base = int(left.min())
    # Unsigned, modulo 2**64: a spread of more than 63 bits wraps around and back again.
    above = (left - np.int64(base)).view(np.uint64)
    largest = int(above.max())
    width = (largest.bit_length() + 7) // 8
    width_code = next(code for code, size in enumerate(_WIDTHS) if size >= width)
    out.append(order | width_code << 2)
    _put_varint(out, base)
    seeds = values
    for _ in range(order):
        _put_varint(out, int(seeds[0]))
        seeds = seeds[1:2] - seeds[:1]
    if width_code:
        size = _WIDTHS[width_code]
        planes = above.astype(f"<u{size}").view(np.uint8).reshape(-1, size).T
        _put_bytes(out, planes.tobytes())


def _take_integers(cursor: _Cursor, count: int) -> Integers:
    if not count:
        return np.empty(0, np.int64)
    code = cursor.byte()
    order, width_code = code & 3, code >> 2
    if order > 2 or width_code >= len(_WIDTHS) or order >= count:
        raise CodecError("unknown packing")
    base = cursor.varint()
    seeds = [cursor.varint() for _ in range(order)]
    size, left = _WIDTHS[width_code], count - order
    if size:
        planes = np.frombuffer(_take_bytes(cursor, left * size), np.uint8).reshape(size, left)
        above = np.ascontiguousarray(planes.T).view(f"<u{size}").reshape(left).astype(np.uint64)
        values = above.view(np.int64) + _int64(base)
    else:
        values = np.full(left, _int64(base))
    for seed in reversed(seeds):
        values = np.cumsum(np.concatenate((np.array([_int64(seed)]), values)))
    return values


def _int64(number: int) -> np.int64:
    try:
        return np.int64(number)
    except OverflowError as error:
        raise CodecError("a number has too many digits") from error


def _line(count: int, period_us: int) -> Integers:
    """Return where the stamps of a regular stream lie, in ms after the first."""
    if not period_us or abs(period_us) * count > 2**62:
        return np.zeros(count, np.int64)
    return np.arange(count, dtype=np.int64) * period_us // 1000


def encode_samples(samples: Samples) -> bytes:
    """Pack samples in the order given; `decode_samples` gives back exactly the same.

    Args:
        samples: At most `LARGEST_CHUNK`; steps of missing values are not kept.
    """
    count = len(samples.stamps_ms)
    out = bytearray([_FORMAT])
    _put_varint(out, count)
    if not count:
        return bytes(out)
    span_us = (int(samples.stamps_ms[-1]) - int(samples.stamps_ms[0])) * 1000
    period_us = round(span_us / (count - 1)) if count > 1 else 0
    _put_varint(out, period_us)
    put_integers(out, samples.stamps_ms - _line(count, period_us))
    there = int(np.count_nonzero(samples.present))
    _put_varint(out, there)
    if there < count:
        _put_bytes(out, np.packbits(samples.present).tobytes())
        put_integers(out, samples.steps[samples.present])
    else:
        put_integers(out, samples.steps)
    return bytes(out)


def decode_samples(data: bytes) -> Samples:
    """Unpack what `encode_samples` packed; steps of missing values are 0.

    Raises:
        CodecError: if the bytes are anything else.
    """
    cursor = _Cursor(data)
    if cursor.byte() != _FORMAT:
        raise CodecError("unknown format of packed samples")
    count = cursor.varint()
    if not 0 <= count <= LARGEST_CHUNK:
        raise CodecError(f"a chunk of {count} samples")
    if not count:
        return Samples(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))
    period_us = cursor.varint()
    stamps_ms = _take_integers(cursor, count) + _line(count, period_us)
    there = cursor.varint()
    if not 0 <= there <= count:
        raise CodecError("more values than samples")
    if there == count:
        return Samples(stamps_ms, _take_integers(cursor, count), np.ones(count, np.bool_))
    mask = np.frombuffer(_take_bytes(cursor, (count + 7) // 8), np.uint8)
    present = np.unpackbits(mask, count=count).astype(np.bool_)
    if int(np.count_nonzero(present)) != there:
        raise CodecError("the mask of missing values does not fit")
    steps = np.zeros(count, np.int64)
    steps[present] = _take_integers(cursor, there)
    return Samples(stamps_ms, steps, present)


def encode_columns(columns: tuple[Integers, ...]) -> bytes:
    """Pack several arrays of one length, for rows of a tier."""
    out = bytearray([_FORMAT])
    _put_varint(out, len(columns[0]))
    for column in columns:
        put_integers(out, column)
    return bytes(out)


def decode_columns(data: bytes, columns: int) -> tuple[Integers, ...]:
    """Unpack what `encode_columns` packed.

    Raises:
        CodecError: if the bytes are anything else.
    """
    cursor = _Cursor(data)
    if cursor.byte() != _FORMAT:
        raise CodecError("unknown format of packed rows")
    count = cursor.varint()
    if not 0 <= count <= LARGEST_CHUNK:
        raise CodecError(f"a block of {count} rows")
    return tuple(_take_integers(cursor, count) for _ in range(columns))


def quantise(values: NDArray[np.float64], resolution: float) -> tuple[Integers, NDArray[np.bool_]]:
    """Round values to whole steps.

    Returns:
        The steps (0 where there is no value) and which values are there: finite, and within `LARGEST_STEP`.
    """
    with np.errstate(over="ignore"):  # Too large to divide is too large to keep.
        steps = values / resolution
    present = np.abs(steps) <= LARGEST_STEP  # False for NaN
    return np.rint(np.where(present, steps, 0.0)).astype(np.int64), present
