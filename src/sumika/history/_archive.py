"""The archive: a day of one series as one Parquet file with zstd, sealed as a whole where the signal is personal.

A file that is not personal opens in DuckDB, pandas and everything else that reads Parquet.
"""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.history._chunks import Chunk, ReadProblems
from sumika.history._database import make_folder, sync_folder
from sumika.history._keys import KeyMissingError, KeyRing, SealBrokenError
from sumika.history._layout import DAY_MS, Series

FOLDER = "archive"
_SEALED = ".sealed"


def available() -> bool:
    """Tell whether the extra that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def _place(series: Series, day: int) -> bytes:
    return f"archive|{series.room}|{series.signal}|{series.origin.value}|{day}".encode()


def write_day(folder: Path, keys: KeyRing, series: Series, day: int, chunks: list[Chunk]) -> Path:
    """Write one day; when this returns it is on the disk.

    Args:
        folder: Of the history.
        keys: For personal signals.
        series: Whose samples.
        day: Days since 1970.
        chunks: All of the day that can be read.

    Returns:
        Where it is, relative to `folder`.
    """
    data = _parquet(series, chunks)
    date = datetime.fromtimestamp(day * DAY_MS // 1000, UTC)
    name = f"{date:%Y-%m-%d}.{series.room}.{series.signal}.{series.id}.parquet"
    if series.key_id:
        data = keys.seal(series.key_id, series.context, _place(series, day), data)
        name += _SEALED
    relative = Path(FOLDER, f"{date:%Y}", f"{date:%m}", name)
    path = folder / relative
    for parent in (folder / FOLDER, path.parent.parent, path.parent):
        make_folder(parent)
        sync_folder(parent.parent)
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)
    return relative


def remove_day(folder: Path, relative: str) -> None:
    """Remove an archived day, and never anything else: the name comes out of a database that may be damaged."""
    path = Path(relative)
    if len(path.parts) == 4 and path.parts[0] == FOLDER and ".." not in path.parts:
        (folder / path).unlink(missing_ok=True)


def _parquet(series: Series, chunks: list[Chunk]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    readable = [(chunk.samples, chunk.session) for chunk in chunks if chunk.samples is not None]
    stamps_ms = np.concatenate([samples.stamps_ms for samples, _ in readable])
    values = np.concatenate([samples.steps * series.resolution for samples, _ in readable])
    missing = np.concatenate([~samples.present for samples, _ in readable])
    names = sorted({session for _, session in readable})
    session = np.concatenate(
        [np.full(len(samples.stamps_ms), names.index(name), np.int32) for samples, name in readable]
    )
    table = pa.table(
        {
            "stamp": pa.array(stamps_ms, pa.timestamp("ms", tz="UTC")),
            "value": pa.array(values, pa.float64(), mask=missing),
            "session": pa.DictionaryArray.from_arrays(pa.array(session), pa.array(names, pa.string())),
        }
    ).replace_schema_metadata(
        {
            "room": series.room,
            "signal": series.signal,
            "origin": series.origin.value,
            "unit": series.unit,
            "resolution": repr(series.resolution),
        }
    )
    buffer = io.BytesIO()
    # Rounded values repeat, so a dictionary packs them best; stamps rise evenly, so differences do.
    options: dict[str, Any] = {
        "compression": "zstd",
        "use_dictionary": ["value", "session"],
        "column_encoding": {"stamp": "DELTA_BINARY_PACKED"},
    }
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def read_archived(
    path: Path, keys: KeyRing, series: Series, day: int, problems: ReadProblems
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64], str]]:
    """Yield (stamps in ms, values with NaN where missing, session) of one archived day; problems are noted."""
    where = f"archive of {series.signal} in {series.room}, {path.name}"
    if not available():
        problems.damaged.append(f"{where}: reading it needs pip install 'sumika[parquet]'")
        return
    try:
        data = path.read_bytes()
        if series.key_id:
            data = keys.open(series.key_id, series.context, _place(series, day), data)
        yield from _samples(data)
    except KeyMissingError:
        problems.unreadable += 1
    except (OSError, SealBrokenError, ValueError, KeyError) as error:
        problems.damaged.append(f"{where}: {error}")


def _samples(data: bytes) -> list[tuple[NDArray[np.int64], NDArray[np.float64], str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    stamps_ms = np.asarray(table.column("stamp").cast(pa.int64()).to_numpy())
    values = np.asarray(table.column("value").to_numpy(), np.float64)
    sessions = table.column("session").cast(pa.string()).combine_chunks().dictionary_encode()
    codes = np.asarray(sessions.indices.to_numpy(zero_copy_only=False))
    return [
        (stamps_ms[codes == code], values[codes == code], str(name))
        for code, name in enumerate(sessions.dictionary.to_pylist())
    ]
