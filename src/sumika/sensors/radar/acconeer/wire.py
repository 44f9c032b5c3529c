"""HDF5, read with distrust: no links out of the file, no data kept elsewhere, nothing larger than a radar makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError, UsageError
from sumika.sensors._files import MAX_FRAME_BYTES, MAX_FRAMES, parse_json, require_file

_MAX_BLOCK_BYTES = 16 * 2**20
_MAX_TEXT_BYTES = 2**20
_MAX_GROUPS = 1000

T = TypeVar("T")


class Hdf5File:
    """An HDF5 file of which only plain data sets are read."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            UsageError: if the library for HDF5 is not installed.
            SumikaError: if it is no HDF5 file.
        """
        try:  # here and not above: an optional extra, and slow to load
            import h5py
        except ImportError as error:
            raise UsageError(
                "reading .h5 recordings needs the package h5py, which is not installed",
                where=str(path),
                remedy='Install it with: pip install "sumika[recordings]"',
            ) from error
        self.where = str(path)
        require_file(path, "an Acconeer recording")
        self._h5py = h5py
        with self.errors("the file"):
            self._file = h5py.File(path, "r")

    @contextmanager
    def errors(self, what: str) -> Iterator[None]:
        """Turn whatever the library raises over a damaged file into one kind of error."""
        try:
            yield
        except SumikaError:
            raise
        # libhdf5's errors arrive as OSError, RuntimeError, KeyError, ValueError, TypeError and more, by no rule.
        except Exception as error:
            reason = " ".join(str(error).split())[:160]
            raise SumikaError(
                f"{what} cannot be read as HDF5: {reason}", where=self.where, remedy="Copy or record it again"
            ) from error

    def has(self, name: str) -> bool:
        """Return whether there is something of that name at the top."""
        with self.errors("the file"):
            return name in self._file

    def children(self, name: str) -> list[str]:
        """Return the names within a group, numbered ones in order.

        Raises:
            SumikaError: if there is no such group, or it holds more than any recording does.
        """
        with self.errors(name):
            group = self._at(name)
            if not isinstance(group, self._h5py.Group) or len(group) > _MAX_GROUPS:
                raise SumikaError(f"{name} is no group of at most {_MAX_GROUPS} entries", where=self.where)
            return sorted(group, key=lambda child: (len(child), child))

    def json(self, name: str, kind: type[T]) -> T:
        """Return a text in JSON as `kind`.

        Raises:
            SumikaError: if it is missing, no single text, too long or not as expected.
        """
        with self.errors(name):
            data = self._dataset(name)
            text = data.shape == () and self._h5py.check_string_dtype(data.dtype) is not None
            if not text or data.dtype.itemsize > _MAX_TEXT_BYTES:
                raise SumikaError(f"{name} is {data.dtype} {data.shape}; one text was expected", where=self.where)
            content = data[()]
            return parse_json(content, name, self.where, kind)

    def vector(self, name: str, length: int) -> NDArray[np.float64]:
        """Return (length,) numbers; none if there is no such data set.

        Raises:
            SumikaError: if there is one of another length or type.
        """
        with self.errors(name):
            if self._find(name) is None:
                return np.empty(0)
            data = self._dataset(name)
            if data.shape != (length,) or data.dtype.kind not in "iuf":
                raise SumikaError(
                    f"{name} is {data.dtype} {data.shape}; {length} numbers were expected", where=self.where
                )
            return np.asarray(data[:], np.float64)

    def rows(self, name: str) -> "Rows":
        """Return a data set of at least two dimensions, the first of which counts frames.

        Raises:
            SumikaError: if it is missing, empty, or beyond reason in size.
        """
        with self.errors(name):
            return Rows(self, name, self._dataset(name))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _at(self, name: str) -> Any:
        found = self._find(name)
        if found is None:
            raise SumikaError(
                f"it has no {name}", where=self.where, remedy="It was cut, or is no recording of this radar"
            )
        return found

    def _find(self, name: str) -> Any:
        """Return what lies under a name; every step of the way must lie in this very file."""
        here: Any = self._file
        for step in name.split("/"):
            if not isinstance(here, self._h5py.Group) or step not in here:
                return None
            if not isinstance(here.get(step, getlink=True), self._h5py.HardLink):
                raise SumikaError(f"{name} is a link, which is not followed", where=self.where)
            here = here[step]
        return here

    def _dataset(self, name: str) -> Any:
        data = self._at(name)
        if not isinstance(data, self._h5py.Dataset) or data.shape is None:
            raise SumikaError(f"{name} holds no data", where=self.where)
        if data.is_virtual or data.external:
            raise SumikaError(f"{name} lies in another file, which is not read", where=self.where)
        if data.chunks and int(np.prod(data.chunks, dtype=object)) * data.dtype.itemsize > MAX_FRAME_BYTES:
            raise SumikaError(f"{name} is stored in pieces of {data.chunks}, beyond reason", where=self.where)
        if data.shape and data.shape[0] > MAX_FRAMES:
            raise SumikaError(f"{name} claims {data.shape[0]} entries; at most {MAX_FRAMES} are read", where=self.where)
        return data


class Rows:
    """Frames in a data set, read a block at a time, for they lie compressed in pieces of many frames."""

    def __init__(self, file: Hdf5File, name: str, dataset: Any) -> None:
        self._file = file
        self._name = name
        self._dataset = dataset
        self.shape: tuple[int, ...] = dataset.shape
        self.dtype: np.dtype[Any] = dataset.dtype
        row_bytes = int(np.prod(self.shape[1:], dtype=object)) * self.dtype.itemsize
        if len(self.shape) < 2 or 0 in self.shape or row_bytes > MAX_FRAME_BYTES:
            raise SumikaError(
                f"{name} has the shape {self.shape}; frames of at most {MAX_FRAME_BYTES} bytes were expected",
                where=file.where,
                remedy="Record it again",
            )
        in_a_piece = dataset.chunks[0] if dataset.chunks else 1
        self._block_rows = max(1, min(in_a_piece, _MAX_BLOCK_BYTES // row_bytes))
        self._block_first = -1
        self._block: NDArray[Any] = np.empty(0)

    def read(self, row: int) -> NDArray[Any]:
        """Return one row as it is stored.

        Raises:
            SumikaError: if the file is damaged there or closed.
        """
        first = row - row % self._block_rows
        if first != self._block_first:
            with self._file.errors(f"{self._name} from frame {first} on"):
                self._block = self._dataset[first : first + self._block_rows]
            self._block_first = first
        row_values: NDArray[Any] = self._block[row - first]
        return row_values
