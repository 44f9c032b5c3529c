"""Raw samples as they lie in the database: one chunk per series and minute (and session, and interruption)."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from sumika.history._codec import CodecError, Samples, decode_samples, encode_samples
from sumika.history._keys import KeyMissingError, KeyRing
from sumika.history._layout import DamagedError, Series, unwrap, wrap


class ReadProblems:
    """What could not be read on the way, counted instead of raised.

    Attributes:
        damaged: Chunks or blocks whose bytes are not what was written; "what, where" each.
        unreadable: How many lie under a key that is gone.
    """

    def __init__(self) -> None:
        self.damaged: list[str] = []
        self.unreadable = 0


class Chunk(NamedTuple):
    """One row of the table: the samples are None where they could not be read."""

    minute: int
    part: int
    session: str
    samples: Samples | None


ChunkRow = tuple[int, int, int, int, int, int, bytes]


def chunk_row(keys: KeyRing, series: Series, place: tuple[int, int, int, str], samples: Samples) -> ChunkRow:
    """Pack a chunk for `write_chunks`.

    Args:
        keys: For personal signals.
        series: Whose samples.
        place: Minute, part, id of the session, name of the session.
        samples: All of the chunk.
    """
    minute, part, session, name = place
    crc, payload = wrap(keys, series, series.chunk_place(minute, part, name), encode_samples(samples))
    return series.id, minute, part, session, len(samples.stamps_ms), crc, payload


def write_chunks(connection: sqlite3.Connection, rows: list[ChunkRow]) -> None:
    """Write chunks, or what has become of them since they were last written; inside a transaction."""
    connection.executemany(
        "INSERT INTO chunk(series, minute, part, session, samples, crc, payload) VALUES(?,?,?,?,?,?,?)"
        " ON CONFLICT(series, minute, part) DO UPDATE SET samples=excluded.samples, crc=excluded.crc,"
        " payload=excluded.payload",
        rows,
    )


def read_chunks(
    connection: sqlite3.Connection,
    keys: KeyRing,
    series: Series,
    minutes: tuple[int, int],
    problems: ReadProblems,
) -> Iterator[Chunk]:
    """Yield the chunks of a range of minutes (both ends included) in order; a bad one is noted and has no samples."""
    rows = connection.execute(
        "SELECT minute, part, coalesce(session.name, ''), crc, payload FROM chunk"
        " LEFT JOIN session ON session.id = chunk.session"
        " WHERE series=? AND minute BETWEEN ? AND ? ORDER BY minute, part",
        (series.id, *minutes),
    )
    for minute, part, session, crc, payload in rows:
        samples = None
        try:
            plain = unwrap(keys, series, series.chunk_place(minute, part, session), crc, payload)
            samples = decode_samples(plain)
        except KeyMissingError:
            problems.unreadable += 1
        except (DamagedError, CodecError) as error:
            problems.damaged.append(f"chunk of {series.signal} in {series.room}, minute {minute}.{part}: {error}")
        yield Chunk(minute, part, session, samples)
