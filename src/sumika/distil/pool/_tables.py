"""Rows of tables in Parquet and in Arrow streams, some thousands at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sumika.distil.pool.settings import PoolError

BATCH_ROWS = 4096


def table_rows(file: Path, columns: list[str] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a file of Parquet or an Arrow stream.

    Raises:
        PoolError: if the file is damaged.
    """
    number = 0
    try:
        for batch in _batches(file, columns):
            for row in batch.to_pylist():
                number += 1
                yield f"{file} row {number}", row
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error, f"after row {number}, ") from error


def _batches(file: Path, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    if file.suffix == ".parquet":
        with pq.ParquetFile(file) as table:
            yield from table.iter_batches(batch_size=BATCH_ROWS, columns=columns)
        return
    with pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            wanted = batch if columns is None else batch.select(columns)
            for start in range(0, wanted.num_rows, BATCH_ROWS):
                yield wanted.slice(start, BATCH_ROWS)


def schema_of(file: Path) -> pa.Schema:
    """Return the columns of such a file.

    Raises:
        PoolError: if the file is damaged.
    """
    try:
        if file.suffix == ".arrow":
            with pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as stream:
                return stream.schema
        return pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error, "") from error


def _damaged(file: Path, error: Exception, position: str) -> PoolError:
    kind = "an Arrow stream" if file.suffix == ".arrow" else "Parquet"
    return PoolError(f"{position}this is no whole file of {kind} ({error})", where=str(file), remedy="Fetch it again.")
