"""Reads the history that another process writes."""

import sqlite3
from pathlib import Path

import sumika.history._reading as _reading
from sumika.history._database import DatabaseProblem, check_readable, connect
from sumika.history._keys import KEYS_FOLDER, KeyRing
from sumika.history._layout import LAYOUT, database_path
from sumika.history._reading import KeptSignal, Plot, RawSamples
from sumika.schema import Origin


class HistoryReader:
    """Reads the history that another process writes. One per thread.

    Reads what is committed, at the time of the call; needs the key files for personal signals. Never raises because
    of what the files hold: what cannot be read is in the result's `problems`.
    """

    def __init__(self, folder: Path) -> None:
        """Read the history in `folder`, which may not be there yet."""
        self._folder = folder
        self._path = database_path(folder)
        self._keys = KeyRing(folder / KEYS_FOLDER) if folder.is_dir() else None
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def _connect(self) -> tuple[sqlite3.Connection, KeyRing] | None:
        """Return a connection to the file that has the name now: a corrupt one was perhaps set aside."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self.close()
            return None
        if self._keys is None:
            self._keys = KeyRing(self._folder / KEYS_FOLDER)
        file = (status.st_dev, status.st_ino)
        if self._connection is None or file != self._file:
            self.close()
            connection = connect(self._path, read_only=True)
            try:
                check_readable(connection, self._path, LAYOUT)
            except BaseException:
                connection.close()
                raise
            self._connection, self._file = connection, file
        return self._connection, self._keys

    def read(
        self, room: str, signal: str, start_ns: int, end_ns: int, points: int = 2000, origin: Origin | None = None
    ) -> Plot:
        """Return what a plot needs. See `History.read`.

        Raises:
            SumikaError: if the database is from another version.
        """
        asked = _reading.window(room, signal, start_ns, end_ns, origin)
        try:
            source = self._connect()
            return _reading.read_plot(*source, asked, points) if source else _reading.nothing(asked)
        except DatabaseProblem as error:
            self.close()
            return _reading.nothing(asked, (f"{self._path}: {error}",))

    def raw(self, room: str, signal: str, start_ns: int, end_ns: int, origin: Origin | None = None) -> RawSamples:
        """Return samples. See `History.raw`.

        Raises:
            SumikaError: if the database is from another version.
        """
        asked = _reading.window(room, signal, start_ns, end_ns, origin)
        try:
            source = self._connect()
            return _reading.read_raw(*source, self._folder, asked) if source else _reading.no_samples(asked)
        except DatabaseProblem as error:
            self.close()
            return _reading.no_samples(asked, (f"{self._path}: {error}",))

    def signals(self) -> list[KeptSignal]:
        """Return what there is to read.

        Raises:
            SumikaError: if the database is from another version.
        """
        try:
            source = self._connect()
            return _reading.signals(*source) if source else []
        except DatabaseProblem:
            self.close()
            return []

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._file = None
