"""The tables of the history database, and which signal of which room they are about."""

import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sumika.history._database import Layout
from sumika.history._keys import KeyRing, SealBrokenError
from sumika.schema import Origin

FILE_NAME = "history.sqlite3"

MINUTE_MS = 60_000
DAY_MS = 86_400_000

LAYOUT = Layout(
    application_id=0x53756D68,  # "Sumh"
    version=1,
    create="""
CREATE TABLE session(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series(
    id INTEGER PRIMARY KEY, room TEXT NOT NULL, signal TEXT NOT NULL, origin TEXT NOT NULL, unit TEXT NOT NULL,
    resolution REAL NOT NULL, key_id BLOB NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0,
    UNIQUE(room, signal, origin, unit, resolution, key_id));
CREATE TABLE chunk(
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, minute INTEGER NOT NULL, part INTEGER NOT NULL,
    session INTEGER NOT NULL, samples INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE UNIQUE INDEX chunk_place ON chunk(series, minute, part);
CREATE TABLE tier(
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, tier INTEGER NOT NULL, block INTEGER NOT NULL,
    crc INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE UNIQUE INDEX tier_place ON tier(series, tier, block);
CREATE TABLE dirty(
    series INTEGER NOT NULL, tier INTEGER NOT NULL, bucket INTEGER NOT NULL,
    PRIMARY KEY(series, tier, bucket)) WITHOUT ROWID;
CREATE TABLE archive(
    series INTEGER NOT NULL, day INTEGER NOT NULL, path TEXT NOT NULL, samples INTEGER NOT NULL,
    PRIMARY KEY(series, day)) WITHOUT ROWID;
CREATE TABLE progress(name TEXT PRIMARY KEY, value INTEGER NOT NULL)
""",
)


class DamagedError(ValueError):
    """Bytes in the database are not what was written there."""


class Series(msgspec.Struct, frozen=True, array_like=True):
    """One signal of one room from one kind of source, under one key.

    Attributes:
        id: In the database.
        room: The room's name.
        signal: "topic.field".
        origin: Kept apart: a series never mixes live and simulated.
        unit: Of the values.
        resolution: One step, in that unit.
        key_id: Under which it is sealed; empty where it is not personal.
    """

    id: int
    room: str
    signal: str
    origin: Origin
    unit: str
    resolution: float
    key_id: bytes

    @property
    def context(self) -> str:
        """What the derived key is for."""
        return f"{self.room}|{self.signal}"

    def chunk_place(self, minute: int, part: int, session: str) -> bytes:
        """Return the bytes that bind a chunk to where it belongs."""
        return f"chunk|{self.room}|{self.signal}|{self.origin.value}|{minute}|{part}|{session}".encode()

    def tier_place(self, tier: int, block: int) -> bytes:
        """Return the bytes that bind a block of tier rows to where it belongs."""
        return f"tier|{self.room}|{self.signal}|{self.origin.value}|{tier}|{block}".encode()


def wrap(keys: KeyRing, series: Series, place: bytes, plain: bytes) -> tuple[int, bytes]:
    """Seal if personal, and compute the checksum over what is written and where.

    Returns:
        The checksum, which needs no key to be verified, and the bytes to write.
    """
    payload = keys.seal(series.key_id, series.context, place, plain) if series.key_id else plain
    return zlib.crc32(payload, zlib.crc32(place)), payload


def unwrap(keys: KeyRing, series: Series, place: bytes, crc: int, payload: object) -> bytes:
    """Undo `wrap`.

    Raises:
        DamagedError: if the bytes are not those that were written at this place.
        KeyMissingError: if the key is gone.
    """
    if not isinstance(payload, bytes) or zlib.crc32(payload, zlib.crc32(place)) != crc:
        raise DamagedError("checksum does not fit")
    if not series.key_id:
        return payload
    try:
        return keys.open(series.key_id, series.context, place, payload)
    except SealBrokenError as error:
        raise DamagedError(str(error)) from error


_SELECT = "SELECT id, room, signal, origin, unit, resolution, key_id FROM series "


def _series(row: tuple[object, ...]) -> Series:
    try:
        return msgspec.convert(row, Series)
    except msgspec.ValidationError as error:
        raise sqlite3.DatabaseError(f"a series is not one ({error})") from error


def find_series(
    connection: sqlite3.Connection, room: str | None = None, signal: str | None = None, origin: Origin | None = None
) -> list[Series]:
    """Return the series that match and are not forgotten."""
    rows = connection.execute(
        _SELECT + "WHERE NOT forgotten AND (?1 IS NULL OR room = ?1)"
        " AND (?2 IS NULL OR signal = ?2) AND (?3 IS NULL OR origin = ?3) ORDER BY id",
        (room, signal, origin.value if origin else None),
    )
    return [_series(row) for row in rows]


def make_series(connection: sqlite3.Connection, wanted: Series) -> Series:
    """Return the series with these properties and its id; it is added if there is none."""
    values = (wanted.room, wanted.signal, wanted.origin.value, wanted.unit, wanted.resolution, wanted.key_id)
    connection.execute(
        "INSERT OR IGNORE INTO series(room, signal, origin, unit, resolution, key_id) VALUES(?,?,?,?,?,?)", values
    )
    row = connection.execute(
        _SELECT + "WHERE room=? AND signal=? AND origin=? AND unit=? AND resolution=? AND key_id=?", values
    ).fetchone()
    return _series(row)


def make_session(connection: sqlite3.Connection, name: str) -> int:
    """Return the id of a session; it is added if there is none."""
    connection.execute("INSERT OR IGNORE INTO session(name) VALUES(?)", (name,))
    number: int = connection.execute("SELECT id FROM session WHERE name=?", (name,)).fetchone()[0]
    return number


def database_path(folder: Path) -> Path:
    """Return where the history database of a folder is."""
    return folder / FILE_NAME


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return sorted whole numbers as (first, last) of uninterrupted runs."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
