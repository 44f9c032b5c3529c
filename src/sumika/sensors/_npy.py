"""The .npy format, read by header and offset: nothing is believed that the file's size does not bear out."""

from pathlib import Path
from typing import IO, Any

import numpy as np

from sumika.schema import SumikaError

_MAX_HEADER_BYTES = 10_000


class NpyHeader:
    """Shape, element type and place of the array in a .npy file."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], offset: int) -> None:
        self.shape = shape
        self.dtype = dtype
        self.offset = offset

    @property
    def data_bytes(self) -> int:
        """How many bytes the array takes."""
        size = self.dtype.itemsize
        for length in self.shape:
            size *= length
        return size


def read_npy_header(file: IO[bytes], where: Path | str) -> NpyHeader:
    """Return the header of a .npy file, leaving `file` where the data begins.

    Raises:
        SumikaError: if it is no .npy file, holds Python objects, or lies in column order.
    """
    try:
        version = np.lib.format.read_magic(file)
        if version not in {(1, 0), (2, 0)}:
            raise ValueError(f"format version {version} is not known")
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, column_order, dtype = read(file, max_header_size=_MAX_HEADER_BYTES)
    # The header is parsed as a Python literal, and garbage fails in as many ways as Python's parser has.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SumikaError(
            f"this is no NumPy array file: {reason}", where=str(where), remedy="Copy or record it again"
        ) from error
    if dtype.hasobject:
        raise SumikaError("the array holds Python objects, which are never read", where=str(where))
    if column_order and len(shape) > 1:
        raise SumikaError(
            "the array lies in column order; row order was expected",
            where=str(where),
            remedy="Save it again with numpy.ascontiguousarray",
        )
    if any(length < 0 for length in shape):
        raise SumikaError(f"the array claims the shape {shape}", where=str(where))
    return NpyHeader(tuple(int(length) for length in shape), dtype, file.tell())
