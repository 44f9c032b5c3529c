"""The history of one house, for the one process that writes it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

import sumika.history._reading as _reading
from sumika.clock import Clock
from sumika.history._chunks import ReadProblems
from sumika.history._database import DatabaseProblem, is_corrupt, lock, make_folder, open_database, set_aside
from sumika.history._incoming import NANOSECONDS_PER_MS, Incoming, kept_signals
from sumika.history._keys import KEYS_FOLDER, KeyRing, owners_of
from sumika.history._layout import LAYOUT, database_path
from sumika.history._reading import KeptSignal, Plot, RawSamples
from sumika.history._reports import Reports
from sumika.history._upkeep import Nightly, NightlyReport, Scrub, ScrubReport
from sumika.history._writer import ChunkWriter
from sumika.schema import Event, Origin, Severity, Signal, SumikaError
from sumika.units import seconds_to_ns

_Result = TypeVar("_Result")

WAITING_LIMIT = 2_000_000
"""Samples that may wait while the disk takes nothing: 32 MB, hours of a house."""

_HALF_SECOND = 0.5


class History:
    """Writes history, and reads it. One per folder, in one thread of one process; close it at the end.

    Attributes:
        problem: Why nothing can be written at the moment, in one line; None while all is well.
        written: Samples committed since the start.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        residents: Mapping[str, tuple[str, ...]] | None = None,
        *,
        signals: Mapping[str, Signal] | None = None,
        waiting_limit: int = WAITING_LIMIT,
    ) -> None:
        """Open the history in `folder`; make it where there is none, set a corrupt file aside.

        Args:
            folder: Made with mode 0700.
            clock: For reports, and for how long upkeep may take.
            residents: Whose key the personal signals of each room lie under. Several residents of one room share a
                key of their own, since their signals cannot be told apart: forgetting one of them forgets that key.
                A room without residents uses the household's.
            signals: By "topic.field"; the table of topics unless given.
            waiting_limit: Samples that may wait for the disk.

        Raises:
            SumikaError: if another process writes this history, or a newer version wrote it.
            UsageError: if the folder is not ours.
        """
        self._folder = folder
        self._clock = clock
        self._residents = {room: owners_of(names) for room, names in (residents or {}).items()}
        self._signals = kept_signals() if signals is None else dict(signals)
        self._incoming = Incoming(self._signals, waiting_limit)
        self._reports = Reports(clock, "history")
        self.problem: str | None = None
        self.written = 0
        make_folder(folder)
        self._lock = lock(folder / "history.lock", "history")
        try:
            self._keys = KeyRing(folder / KEYS_FOLDER)
            self._open()
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self) -> None:
        path = database_path(self._folder)
        self._problems = ReadProblems()
        self._is_open = False
        self._connection, aside = open_database(path, LAYOUT, self._clock.now().wall_ns)
        try:
            self._make_parts()
        except DatabaseProblem as error:
            self._connection.close()
            if not is_corrupt(error):
                raise
            aside = set_aside(path, self._clock.now().wall_ns)
            self._connection, _ = open_database(path, LAYOUT, self._clock.now().wall_ns)
            self._make_parts()
        self._is_open = True
        if aside is not None:
            self._reports.add("history_corrupt", Severity.WARNING, f"set aside as {aside}; a new one was started")

    def _make_parts(self) -> None:
        self._writer = ChunkWriter(self._connection, self._keys, self._signals, self._residents, self._problems)
        self._scrub = Scrub(self._connection, self._keys)
        self._upkeep = Nightly(self._connection, self._keys, self._folder, self._writer)
        self._finish_forgetting()

    # -- writing ------------------------------------------------------------------------------------------------------

    def add(self, room: str, signal: str, wall_ns: int, value: float | None, origin: Origin, session: str = "") -> None:
        """Take one sample; it is acknowledged by the next `flush`. Never raises.

        Args:
            room: The room's name.
            signal: "topic.field" of the table of topics.
            wall_ns: When, Unix time; kept to the millisecond. May jump or repeat.
            value: In the signal's unit; None or NaN is a missing value.
            origin: Where it comes from; origins are kept apart.
            session: Stretch of one source.
        """
        if self._incoming.full:
            self._make_room()
        self._incoming.add((room, signal, origin, session), wall_ns, value)

    def add_many(
        self,
        room: str,
        signal: str,
        stamps_ns: NDArray[np.int64],
        values: NDArray[np.float64],
        origin: Origin,
        session: str = "",
    ) -> None:
        """Take arrays of samples, NaN where a value is missing; like `add`."""
        place = (room, signal, origin, session)
        at = 0
        while at < len(stamps_ns):
            if self._incoming.full:
                self._make_room()
            space = self._incoming.space or len(stamps_ns)  # Without space all is offered, dropped and counted.
            self._incoming.add_many(place, stamps_ns[at : at + space], values[at : at + space])
            at += space

    def _make_room(self) -> None:
        if self.problem is None:  # Else the disk takes nothing; the next flush tries again, not every sample.
            self.flush()

    def flush(self) -> int:
        """Commit what waits; when this returns, it survives a power cut.

        Returns:
            How many samples were acknowledged. 0 where the disk took none: then they keep waiting, `problem` says why,
            and a report was made.
        """
        return self._commit(everything=False)

    def _commit(self, *, everything: bool) -> int:
        self._keys.refresh()
        written = self._guarded(
            lambda: self._writer.commit(self._incoming.batches(), self._incoming, everything=everything)
        )
        if written is None:
            return 0
        self._incoming.clear()
        self.written += written
        self._recovered()
        self._tell()
        return written

    def _guarded(self, work: Callable[[], _Result]) -> _Result | None:
        """Do something that needs the disk; a broken file is set aside and it is tried again, a full disk reported."""
        try:
            try:
                if not self._is_open:  # Starting anew failed the last time.
                    self._open()
                return work()
            except DatabaseProblem as error:
                if not is_corrupt(error):
                    raise
                self._start_anew()
                return work()
        except (*DatabaseProblem, OSError, SumikaError) as error:
            self._failed(error)
        return None

    def _failed(self, error: Exception) -> None:
        if self.problem is None:
            self._reports.add(
                "history_not_written",
                Severity.WARNING,
                f"{self._folder}: {error}; {self._incoming.count} samples wait, and more until it can be written again",
            )
        self.problem = str(error)

    def _recovered(self) -> None:
        if self.problem is None:
            return
        self.problem = None
        lost = f"; {self._incoming.dropped} samples found no room" if self._incoming.dropped else ""
        self._reports.add("history_not_written", Severity.INFO, f"written again{lost}", recovered=True)

    def _start_anew(self) -> None:
        self._is_open = False
        self._connection.close()
        aside = set_aside(database_path(self._folder), self._clock.now().wall_ns)
        self._reports.add("history_corrupt", Severity.WARNING, f"set aside as {aside}; a new one was started")
        self._open()

    def _tell(self) -> None:
        for line in self._problems.damaged:
            self._reports.once("history_damaged", Severity.WARNING, line)
        self._problems.damaged.clear()
        for line in self._keys.problems:
            self._reports.once("history_key", Severity.WARNING, line)
        self._keys.problems.clear()
        for reason in self._incoming.refused:
            self._reports.once("history_refused", Severity.WARNING, reason)

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(
        self, room: str, signal: str, start_ns: int, end_ns: int, points: int = 2000, origin: Origin | None = None
    ) -> Plot:
        """Return what a plot of this time needs, from the finest tier that is worth reading; committed samples only.

        Args:
            room: The room's name.
            signal: "topic.field".
            start_ns: Unix time, included.
            end_ns: Not included.
            points: At most so many.
            origin: Only this; None for all (the plot says the worst of them).
        """
        asked = _reading.window(room, signal, start_ns, end_ns, origin)
        plot = self._guarded(lambda: _reading.read_plot(self._connection, self._keys, asked, points))
        return plot or _reading.nothing(asked, (self.problem or "",))

    def raw(self, room: str, signal: str, start_ns: int, end_ns: int, origin: Origin | None = None) -> RawSamples:
        """Return committed samples, also of archived days; damaged chunks are left out and named in `problems`."""
        asked = _reading.window(room, signal, start_ns, end_ns, origin)
        samples = self._guarded(lambda: _reading.read_raw(self._connection, self._keys, self._folder, asked))
        return samples or _reading.no_samples(asked, (self.problem or "",))

    def signals(self) -> list[KeptSignal]:
        """Return what there is to read."""
        return self._guarded(lambda: _reading.signals(self._connection, self._keys)) or []

    # -- upkeep -------------------------------------------------------------------------------------------------------

    def scrub(self, budget_s: float = _HALF_SECOND) -> ScrubReport:
        """Check checksums for a while; the next call goes on where this one stopped. Damage is reported once."""
        report = self._guarded(lambda: self._scrub.run(self._timer(budget_s)))
        report = report or ScrubReport(checked=0, damaged=(), finished=False)
        for line in report.damaged:
            self._reports.once("history_damaged", Severity.WARNING, line)
        return report

    def nightly(self, now_ns: int, budget_s: float = _HALF_SECOND) -> NightlyReport:
        """Archive raw data older than 30 days, throw away what is past its time, remove rows of the forgotten.

        Args:
            now_ns: Wall time that ages are counted from. Where it is days ahead of the night before, as after a month
                without power or with a clock that is wrong for a moment, ages are counted from that night until it has
                been so for most of a day.
            budget_s: Stop after the step in which this is over, so that no watchdog waits; a step is one day of one
                signal, well below a second.

        Returns:
            What was done; call again soon where `done` is False.
        """
        if self._commit(everything=True) == 0 and self.problem is not None:
            return NightlyReport(problems=(self.problem,), done=True)
        report = self._guarded(lambda: self._upkeep.run(now_ns // NANOSECONDS_PER_MS, self._timer(budget_s)))
        report = report or NightlyReport(problems=(self.problem or "",), done=True)
        for line in report.problems:
            self._reports.once("history_archive", Severity.WARNING, line)
        return report

    def _timer(self, budget_s: float) -> Callable[[], bool]:
        until_ns = self._clock.now().monotonic_ns + seconds_to_ns(budget_s)
        return lambda: self._clock.now().monotonic_ns < until_ns

    # -- residents ----------------------------------------------------------------------------------------------------

    def forget(self, resident: str) -> int:
        """Delete a resident's keys: when this returns, nothing kept under them can be read again, by anyone.

        Keys shared with others go too. The unreadable rows are removed by the next `nightly`. Data that comes later
        lies under a new key. (A flash disk may still hold an old copy of the overwritten key file in cells that only
        its maker can read; an encrypted disk closes that gap.)

        Returns:
            How many keys were deleted.
        """
        self._keys.refresh()
        ids = self._keys.ids_of(resident)
        try:
            # Marked first: were the power cut in between, the next start would see the mark and delete the key.
            self._connection.executemany("UPDATE series SET forgotten=1 WHERE key_id=?", [(each,) for each in ids])
        except DatabaseProblem as error:
            self._failed(error)
        for key_id in ids:
            self._keys.destroy(key_id)
        self._incoming.forget(lambda room: resident in owners_of(self._residents.get(room, ())))
        self._writer.reset()
        return len(ids)

    def key_owners(self, resident: str | None = None) -> tuple[str, ...]:
        """Return whose keys there are: everybody's, or the resident's and those with whom the resident shares one."""
        self._keys.refresh()
        return self._keys.owners(resident)

    def _finish_forgetting(self) -> None:
        for (key_id,) in self._connection.execute("SELECT DISTINCT key_id FROM series WHERE forgotten").fetchall():
            if self._keys.has(key_id):
                self._keys.destroy(key_id)

    # -- state --------------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Samples that are not committed yet."""
        return self._incoming.count

    @property
    def dropped(self) -> int:
        """Samples that found no room while the disk took nothing."""
        return self._incoming.dropped

    @property
    def refused(self) -> dict[str, int]:
        """Samples that could not be kept, by reason."""
        return dict(self._incoming.refused)

    def take_events(self) -> list[Event]:
        """Return what was to report since the last call, each fault once and its recovery once."""
        return self._reports.take()

    def close(self) -> None:
        """Commit what waits, bring every tier up to date, and close the file."""
        if self._lock < 0:
            return
        try:
            self._commit(everything=True)
            self._connection.close()
        finally:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        """Return itself; closed at the end of the block."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Close."""
        self.close()
