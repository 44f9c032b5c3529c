"""HDF5: one group per topic and key, one data set per column, radar samples as real arrays."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.log._columns import Column, Kind, columns_of
from sumika.log._export import optional_module
from sumika.log._full_disk import UnfailingFile
from sumika.log._reader import Logged, LogInfo
from sumika.schema import FrameKind, Message, RadarDescription, RawFrame, SlowTime

_BATCH_BYTES = 4_000_000
_BATCH_ROWS = 4096
_CHUNK_BYTES = 500_000
_DTYPES: dict[Kind, Any] = {Kind.FLOAT: "<f8", Kind.INTEGER: "<i8", Kind.BOOLEAN: "i1"}


@dataclass(slots=True)
class _Samples:
    """The array of one message and what its numbers are."""

    name: str
    array: NDArray[Any]
    attributes: dict[str, Any]


_Shape = tuple[str, tuple[int, ...], str]
"""Name, shape and type of one message's array: what shares a data set."""


@dataclass(slots=True)
class _Table:
    """Rows of one topic and key that wait to be written."""

    group: Any
    columns: tuple[Column, ...]
    rows: int = 0
    arrays: dict[_Shape, Any] = field(default_factory=dict)
    waiting: list[Logged] = field(default_factory=list)
    waiting_bytes: int = 0


class Hdf5Sink:
    """Writes `/<topic>/<key>/<column>`; every data set of a group has one row per message.

    A missing float or integer is NaN (the column is then float), a missing boolean -1, a missing text empty.

    Args:
        path: The new file.
        info: Of the log, for the attributes of the file.

    Raises:
        SumikaError: if h5py is not installed.
        OSError: if something cannot be written; told from the piece on that was written last.
    """

    def __init__(self, path: Path, info: LogInfo) -> None:
        self.notes: list[str] = []
        self._h5py = optional_module("h5py", "recordings")
        self._under = UnfailingFile(path)
        self._file = self._h5py.File(self._under, "w")
        self._tables: dict[tuple[str, str], _Table] = {}
        self._unfit = 0
        self._file.attrs.update(
            run_id=info.run_id,
            sumika_version=info.version,
            topics_version=info.topics_version,
            config_sha256=info.run.config_sha256,
        )
        self._file["config"] = info.config_text.replace("\0", "")  # as an attribute it could be too long

    def take(self, topic: str, logged: Logged) -> None:
        """Keep one row; write a batch when there is enough."""
        key = logged.envelope.key
        table = self._tables.get((topic, key))
        if table is None:
            # A key may be a path or anything else; a slash would make groups within groups.
            group = self._file.create_group(f"{topic}/{quote(key, safe='') if key.strip('.') else '_' + key}")
            group.attrs["key"] = key.replace("\0", "")
            table = self._tables[(topic, key)] = _Table(group, tuple(c for c in columns_of(topic) if c.name != "key"))
        table.waiting.append(logged)
        table.waiting_bytes += len(logged.data)
        if len(table.waiting) >= _BATCH_ROWS or table.waiting_bytes >= _BATCH_BYTES:
            self._write(table)
            self._require_written()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        """Write the rest, unless the export failed, and close the file."""
        try:
            for table in self._tables.values() if kind is None else ():
                self._write(table)
        finally:
            self._file.close()
            self._under.close()
        if kind is None:
            self._require_written()
        if self._unfit:
            self.notes.append(
                f"{self._unfit} frames have bytes that do not fill their shape; their samples are left out"
            )

    def _require_written(self) -> None:
        if self._under.failure is not None:
            raise self._under.failure

    def _write(self, table: _Table) -> None:
        for column in table.columns:
            if column.kind is not Kind.BYTES:
                self._append(table, column)
        self._write_samples(table)
        table.rows += len(table.waiting)
        table.waiting.clear()
        table.waiting_bytes = 0

    def _append(self, table: _Table, column: Column) -> None:
        values = [column.value(logged) for logged in table.waiting]
        if column.kind is Kind.TEXT:
            data: Any = ["" if value is None else value.replace("\0", "\ufffd") for value in values]
            dtype = self._h5py.string_dtype()
        elif column.kind is Kind.BOOLEAN:
            data, dtype = [-1 if value is None else int(value) for value in values], _DTYPES[column.kind]
        elif column.kind is Kind.FLOAT or column.optional:
            data, dtype = [np.nan if value is None else value for value in values], "<f8"
        else:
            data, dtype = [0 if value is None else value for value in values], _DTYPES[column.kind]
        dataset = table.group.get(column.name)
        if dataset is None:
            dataset = table.group.create_dataset(
                column.name, shape=(0,), maxshape=(None,), chunks=(1024,), dtype=dtype, compression="gzip", shuffle=True
            )
            if column.unit:
                dataset.attrs["unit"] = column.unit
        dataset.resize(table.rows + len(values), axis=0)
        dataset[table.rows :] = data

    def _write_samples(self, table: _Table) -> None:
        """Write arrays of equal shape together; a row without one keeps the fill value."""
        found: dict[_Shape, list[tuple[int, _Samples]]] = {}
        for row, logged in enumerate(table.waiting, start=table.rows):
            samples = self._samples_of(logged.message)
            if samples is not None:
                shape = samples.name, samples.array.shape, samples.array.dtype.name
                found.setdefault(shape, []).append((row, samples))
        for shape, entries in found.items():
            if shape not in table.arrays:
                table.arrays[shape] = self._new_array(table, shape, entries[0][1])
        for shape, dataset in table.arrays.items():
            dataset.resize(table.rows + len(table.waiting), axis=0)
            if shape in found:
                _fill(dataset, found[shape])

    def _new_array(self, table: _Table, shape: _Shape, samples: _Samples) -> Any:
        """Make a data set: with a plain name for the first shape of a group, with shape and type for every other."""
        array = samples.array
        name = samples.name if samples.name not in table.group else "_".join((shape[0], *map(str, shape[1]), shape[2]))
        per_chunk = max(1, min(1024, _CHUNK_BYTES // max(array.nbytes, 1)))
        fill = 0 if array.dtype.kind in "iu" else array.dtype.type(np.nan)
        dataset = table.group.create_dataset(
            name,
            shape=(0, *array.shape),
            maxshape=(None, *array.shape),
            chunks=(per_chunk, *array.shape),
            dtype=array.dtype,
            fillvalue=fill,
            compression="gzip",
            compression_opts=1,
            shuffle=True,
        )
        dataset.attrs.update(samples.attributes)
        return dataset

    def _samples_of(self, message: Message) -> _Samples | None:
        if isinstance(message, SlowTime) and message.iq:
            return self._slow_time(message)
        return self._raw_frame(message) if isinstance(message, RawFrame) else None

    def _slow_time(self, message: SlowTime) -> _Samples | None:
        try:
            array = message.array()
        except ValueError:
            self._unfit += 1
            return None
        attributes = {
            "axes": ["frame", "antenna", "cell"],
            "unit": "1",
            "wavelength_m": message.wavelength_m,
            "frame_interval_s": message.frame_interval_s,
            "step_m": message.step_m,
            "note": "the first cell lies at start_m of the same row; phase is continuous within one block only",
        }
        return _Samples("iq", array, attributes) if array.size else None

    def _raw_frame(self, message: RawFrame) -> _Samples | None:
        notice = message.notice
        try:
            dtype = np.dtype(notice.dtype)
            if dtype.kind not in "iufc":
                raise ValueError(notice.dtype)
            array = np.frombuffer(message.samples, dtype=dtype).reshape(notice.shape)
        except (ValueError, TypeError):
            self._unfit += 1
            return None
        if not array.size:
            return None
        adc = notice.kind is FrameKind.ADC
        axes = ["frame", "chirp", "antenna", "sample"] if adc else ["frame", "sweep", "antenna", "range bin"]
        attributes = {"axes": axes, "unit": "converter counts" if adc else "1", **_described(notice.description)}
        return _Samples("samples", array, attributes)


def _fill(dataset: Any, entries: list[tuple[int, _Samples]]) -> None:
    """Write arrays into their rows, all at once."""
    first, last = entries[0][0], entries[-1][0]
    block = np.full((last - first + 1, *entries[0][1].array.shape), dataset.fillvalue, dtype=dataset.dtype)
    for row, samples in entries:
        block[row - first] = samples.array
    dataset[first : last + 1] = block


def _described(description: RadarDescription) -> dict[str, Any]:
    return {
        "model": description.model.replace("\0", ""),
        "wavelength_m": description.wavelength_m,
        "carrier_frequency_hz": description.carrier_frequency_hz,
        "frame_interval_s": description.frame_interval_s,
        "description": msgspec.json.encode(description).decode(),
    }
