"""Hands a log to other programs: CSV, Parquet, HDF5."""

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, TextIO

import msgspec

from sumika.log._columns import Column, Kind, columns_of
from sumika.log._reader import Logged, LogReader
from sumika.schema import TOPICS, SumikaError, UsageError

FORMATS = ("csv", "hdf5", "parquet")
_SCRATCH = ".export-"
_CELL_BYTES = 4096
_BATCH = 4096


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was exported.

    Attributes:
        files: The files written.
        rows: Messages by topic.
        notes: What was left out, and why.
    """

    files: tuple[Path, ...]
    rows: dict[str, int]
    notes: tuple[str, ...]


class Sink(Protocol):
    """Takes the messages of an export one by one."""

    notes: list[str]

    def take(self, topic: str, logged: Logged) -> None:
        """Take one message."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *_: object) -> None:
        """Write out the rest and close the files."""
        ...


def optional_module(name: str, extra: str) -> Any:
    """Import a library that only some exports need.

    Raises:
        SumikaError: naming the extra to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise SumikaError(f"{name} is not installed", remedy=f"pip install 'sumika[{extra}]'") from error


class CsvSink:
    """One CSV file per topic: a row per message, a missing value empty, bytes in hexadecimal."""

    def __init__(self, folder: Path) -> None:
        self.notes: list[str] = []
        self._folder = folder
        self._files = ExitStack()
        self._writers: dict[str, tuple[Any, tuple[Column, ...]]] = {}
        self._left_out: dict[str, int] = {}

    def take(self, topic: str, logged: Logged) -> None:
        """Write one row."""
        if topic not in self._writers:
            file: TextIO = self._files.enter_context(
                (self._folder / f"{topic}.csv").open("w", newline="", encoding="utf-8")
            )
            self._writers[topic] = (csv.writer(file), columns_of(topic))
            self._writers[topic][0].writerow([column.name for column in columns_of(topic)])
        writer, columns = self._writers[topic]
        writer.writerow([self._cell(topic, column, column.value(logged)) for column in columns])

    def _cell(self, topic: str, column: Column, value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, bytes):
            return value
        if len(value) <= _CELL_BYTES:
            return value.hex()
        name = f"{topic}.{column.name}"
        self._left_out[name] = self._left_out.get(name, 0) + 1
        return ""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._files.close()
        self.notes += [
            f"{name}: {count} values are too long for a cell and left out; hdf5 and parquet have them"
            for name, count in self._left_out.items()
        ]


class ParquetSink:
    """One Parquet file per topic, zstd."""

    def __init__(self, folder: Path) -> None:
        self.notes: list[str] = []
        self._folder = folder
        self._arrow = optional_module("pyarrow", "parquet")
        self._parquet = optional_module("pyarrow.parquet", "parquet")
        self._files = ExitStack()
        self._writers: dict[str, Any] = {}
        self._batches: dict[str, list[Logged]] = {}

    def take(self, topic: str, logged: Logged) -> None:
        """Keep one row; write a batch when there are enough."""
        batch = self._batches.setdefault(topic, [])
        batch.append(logged)
        if len(batch) >= (_BATCH if TOPICS[topic].json else 16):
            self._write(topic)

    def _schema(self, topic: str) -> Any:
        arrow = self._arrow
        kinds = {
            Kind.FLOAT: arrow.float64(),
            Kind.INTEGER: arrow.int64(),
            Kind.BOOLEAN: arrow.bool_(),
            Kind.TEXT: arrow.string(),
            Kind.BYTES: arrow.binary(),
        }
        return arrow.schema([(column.name, kinds[column.kind]) for column in columns_of(topic)])

    def _write(self, topic: str) -> None:
        batch = self._batches[topic]
        schema = self._schema(topic)
        if topic not in self._writers:
            path = self._folder / f"{topic}.parquet"
            self._writers[topic] = self._files.enter_context(
                self._parquet.ParquetWriter(str(path), schema, compression="zstd")
            )
        values = {column.name: [column.value(logged) for logged in batch] for column in columns_of(topic)}
        self._writers[topic].write_table(self._arrow.Table.from_pydict(values, schema=schema))
        batch.clear()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        """Write the rest, unless the export failed, and close the files."""
        with self._files:
            for topic in self._batches if kind is None else ():
                self._write(topic)


def _sink(format_name: str, folder: Path, reader: LogReader, stem: str) -> Sink:
    if format_name == "csv":
        return CsvSink(folder)
    if format_name == "parquet":
        return ParquetSink(folder)
    from sumika.log._export_hdf5 import Hdf5Sink  # needs numpy and h5py, which a CSV does not

    return Hdf5Sink(folder / f"{stem}.h5", reader.info)


def export(
    path: Path | str,
    format_name: str,
    out: Path | str,
    topics: Collection[str] | None = None,
    *,
    force: bool = False,
) -> ExportReport:
    """Write the messages of a log as tables.

    CSV and Parquet give one file per topic, `<topic>.csv` or `<topic>.parquet`; HDF5 one file, `<log>.h5`, with a group
    per topic and key. What an output consumed is not exported; that is for replay.

    Args:
        path: A log file or the folder of a run.
        format_name: "csv", "hdf5" or "parquet".
        out: Folder; made if absent.
        topics: Only these; all if None.
        force: Whether to write over existing files.

    Raises:
        UsageError: if the format or a topic is unknown, there is nothing to export, or a file exists already.
        SumikaError: if the log cannot be read, a library is missing, or the files cannot be written.
    """
    if format_name not in FORMATS:
        raise UsageError(f"there is no format {format_name!r}", remedy=f"Formats are {', '.join(FORMATS)}")
    source, folder = Path(path), Path(out)
    reader = LogReader(source, topics)
    rows = {topic: 0 for topic in reader.info.counts_by_topic() if topic in (topics or TOPICS) and topic in TOPICS}
    if not rows:
        raise UsageError("the log has no message of these topics", where=str(source))
    stem = source.stem if source.suffix == ".mcap" else source.resolve().name
    names = [f"{stem}.h5"] if format_name == "hdf5" else [f"{topic}.{format_name}" for topic in rows]
    taken = [name for name in names if (folder / name).exists()]
    if taken and not force:
        raise UsageError(f"there is a {taken[0]} already", where=str(folder), remedy="Give another folder, or --force")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_SCRATCH) as scratch, _held(Path(scratch)):
            with _sink(format_name, Path(scratch), reader, stem) as sink:
                for logged in reader:
                    sink.take(logged.envelope.topic, logged)
                    rows[logged.envelope.topic] += 1
            files = tuple(_publish(file, folder) for file in sorted(Path(scratch).iterdir()))
    except OSError as error:
        raise SumikaError(f"cannot be written: {error.strerror or error}", where=str(folder)) from error
    return ExportReport(files=files, rows=rows, notes=tuple(sink.notes))


@contextmanager
def _held(scratch: Path) -> Iterator[None]:
    """Show others that somebody works in a folder."""
    descriptor = os.open(scratch, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Take away what exports left there that were killed: it may be what fills the disk."""
    for left in folder.glob(f"{_SCRATCH}*"):
        with suppress(OSError), _held(left):  # somebody works in it, or it is not ours
            shutil.rmtree(left, ignore_errors=True)


def _publish(file: Path, folder: Path) -> Path:
    """Put a finished file in its place: people's breathing is in it, so it is for its owner only."""
    target = folder / file.name
    file.chmod(0o600)
    return file.replace(target)
