"""Rows of files, one after the other, so that a file may be larger than the memory."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from sumika.distil.pool.settings import BadRow, PoolError, PoolSettings, existing
from sumika.schema import UNREADABLE

Row = tuple[str, dict[str, Any] | BadRow]
"""(file and line or row, what stands there)."""


def columns_of(settings: PoolSettings, files: list[Path]) -> list[str]:
    """Return the names of the columns; of JSON lines those of every readable object, which costs one pass.

    Raises:
        PoolError: if a file cannot be read at all.
    """
    if settings.kind == "jsonl":
        names: dict[str, None] = {}
        for _where, row in rows_of(settings, files, None):
            if isinstance(row, dict):
                names.update(dict.fromkeys(row))
        return list(names)
    from sumika.distil.pool._tables import schema_of

    return [str(name) for name in schema_of(files[0]).names]


def files_of(settings: PoolSettings) -> list[Path]:
    """Return the files of the pool in order.

    Raises:
        PoolError: if there is none, or one that is listed is missing or empty.
    """
    path = existing(settings.path)
    if settings.kind == "folder":
        files = _folder_files(path, settings.split)
    elif path.is_dir():
        raise PoolError("is a folder, not a file", where=str(path), remedy="Say `kind: folder`, or name one file.")
    else:
        files = [path]
    for file in files:
        if existing(str(file)).stat().st_size == 0:
            raise PoolError("the file is empty", where=str(file), remedy="Name data with at least one row.")
    return files


def digests_of(settings: PoolSettings) -> list[str]:
    """Return the SHA-256 of each file of the pool, in order: what it holds, whatever it is called.

    Raises:
        PoolError: if there is none, or one cannot be read.
    """
    found = []
    for path in files_of(settings):
        try:
            with path.open("rb") as file:
                found.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise PoolError(
                f"cannot be read ({error})", where=str(path), remedy="Fetch or write the file again."
            ) from error
    return found


def rows_of(settings: PoolSettings, files: list[Path], columns: list[str] | None) -> Iterator[Row]:
    """Yield the rows of all files.

    Args:
        settings: Its `kind` says how the files are read.
        files: From `files_of`.
        columns: Only these; None for all.

    Raises:
        PoolError: if a file is damaged.
    """
    for file in files:
        if settings.kind == "jsonl":
            yield from _json_lines(file)
        else:
            from sumika.distil.pool._tables import table_rows  # it loads Arrow, which JSON lines do without

            yield from table_rows(file, columns)


def _json_lines(file: Path) -> Iterator[Row]:
    decoder = msgspec.json.Decoder()
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, 1):
                if line.isspace():
                    continue
                where = f"{file}:{number}"
                try:
                    row = decoder.decode(line.removeprefix(b"\xef\xbb\xbf"))
                except UNREADABLE as error:
                    yield where, BadRow(where=where, column="", problem=f"no JSON ({error}): {_shortened(line)}")
                    continue
                if isinstance(row, dict):
                    yield where, row
                else:
                    problem = f"an object {{...}} is expected, found {type(row).__name__}: {_shortened(line)}"
                    yield where, BadRow(where=where, column="", problem=problem)
    except (OSError, EOFError) as error:
        raise PoolError(
            f"cannot be read ({error})", where=str(file), remedy="Fetch or write the file again."
        ) from error


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file)) if file.suffix == ".gz" else file.open("rb")


def _shortened(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    return text if len(text) <= 60 else text[:57] + "..."


def _folder_files(folder: Path, split: str) -> list[Path]:
    if (folder / "dataset_dict.json").exists():
        splits = list(_described(folder / "dataset_dict.json").get("splits", []))
        if split not in splits:
            listed = ", ".join(map(str, splits)) or "none"
            raise PoolError(
                f"there is no split '{split}'", where=str(folder), remedy=f"Splits found: {listed}. Say `split:`."
            )
        folder = folder / split
    if (folder / "state.json").exists():
        listed_files = _described(folder / "state.json").get("_data_files", [])
        files = [folder / Path(str(entry["filename"])).name for entry in listed_files]
    else:
        files = sorted(folder.glob(f"{split}-*.parquet")) or sorted(folder.glob(f"*/{split}-*.parquet"))
        files = files or sorted(folder.glob(f"{split}.parquet"))
    if not files:
        raise PoolError(
            f"this is no data set: neither state.json with its .arrow files nor {split}-*.parquet is there",
            where=str(folder),
            remedy="Name the folder that `save_to_disk` wrote, or correct `split`.",
        )
    return files


def _described(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (*UNREADABLE, OSError) as error:
        raise PoolError(f"cannot be read ({error})", where=str(file), remedy="Fetch the data set again.") from error
