"""What was: plots from history, events and verdicts from the records. All reads go through one thread of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

from sumika.history import HistoryReader, KeptSignal, Plot, RecordsReader
from sumika.schema import Event, Origin, Severity, Verdict

MOST_RECORDS = 2000
Found = TypeVar("Found")


class Past:
    """Reads history and records of one house; a long read holds up other reads of the past, and nothing else."""

    def __init__(self, folder: Path) -> None:
        """Read what lies in a folder, which may not be there yet."""
        self._history, self._records = HistoryReader(folder), RecordsReader(folder)
        self._thread = ThreadPoolExecutor(1, "past")

    def _do(self, work: Callable[[], Found]) -> Found:
        return self._thread.submit(work).result()

    def plot(
        self,
        subject: str,
        signal: str,
        begins_s: float,
        ends_s: float,
        points: int,
        origin: Origin | None = None,
    ) -> Plot:
        """Return what a plot shows.

        Args:
            subject: Room, sensor or device.
            signal: "topic.field".
            begins_s: Unix time.
            ends_s: Not included.
            points: At most so many.
            origin: Only this.

        Raises:
            SumikaError: if another version wrote the history.
        """
        begins_ns, ends_ns = round(begins_s * 1e9), round(ends_s * 1e9)
        return self._do(lambda: self._history.read(subject, signal, begins_ns, ends_ns, points, origin))

    def signals(self) -> list[KeptSignal]:
        """Return what there is."""
        return self._do(self._history.signals)

    def events(self, begins_s: float | None, ends_s: float | None, severity: Severity | None, most: int) -> list[Event]:
        """Return events, newest first.

        Args:
            begins_s: Unix time; None: from the beginning.
            ends_s: Not included; None: until now.
            severity: Only these.
            most: So many.
        """
        return self._do(
            lambda: self._records.events(_ns(begins_s), _ns(ends_s), severity=severity, limit=min(most, MOST_RECORDS))
        )

    def open_alarms(self, begins_s: float) -> list[Event]:
        """Return alarms that no later event of the same subject and code ended, newest first.

        Args:
            begins_s: Unix time; what began before is left out.
        """
        return self._do(lambda: _open_alarms(self._records, round(begins_s * 1e9)))

    def verdicts(self, begins_s: float | None, ends_s: float | None, device: str | None, most: int) -> list[Verdict]:
        """Return what the safety gate said, newest first; arguments as for `events`."""
        return self._do(
            lambda: self._records.verdicts(_ns(begins_s), _ns(ends_s), device=device, limit=min(most, MOST_RECORDS))
        )

    def close(self) -> None:
        """Close the files."""
        self._do(self._history.close)
        self._thread.shutdown()


def _open_alarms(records: RecordsReader, begins_ns: int) -> list[Event]:
    # Asked for by severity, and then for each what came after it: what comes and goes elsewhere hides none.
    begun: dict[tuple[str, str], Event] = {}
    for alarm in records.events(begins_ns, severity=Severity.ALARM, limit=MOST_RECORDS):
        begun.setdefault((alarm.subject, alarm.code), alarm)
    found = []
    for (subject, code), alarm in begun.items():
        later = records.events(alarm.stamp.wall_ns, subject=subject, limit=MOST_RECORDS)
        newest = next((one for one in later if one.code == code), alarm)
        if newest.severity is Severity.ALARM and not newest.recovered:
            found.append(newest)
    return found


def _ns(unix_s: float | None) -> int | None:
    return None if unix_s is None else round(unix_s * 1e9)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A plot's columns; all have one length.

    Attributes:
        t: When each stretch begins, Unix time in seconds.
        mean: Mean of the stretch.
        min: Least value.
        max: Greatest value.
        step_s: Length of a stretch; two further apart than this have a gap between them.
        unit: Of the values.
        origin: The worst of what is shown; empty where nothing is.
        tier: What it was read from.
        problems: What could not be read.
    """

    t: list[float]
    mean: list[float]
    min: list[float]
    max: list[float]
    step_s: float
    unit: str
    origin: str
    tier: str
    problems: tuple[str, ...] = ()


def columns(plot: Plot) -> History:
    """Return a plot for the page."""
    return History(
        t=(plot.stamps_ns / 1e9).tolist(),
        mean=plot.mean.tolist(),
        min=plot.minimum.tolist(),
        max=plot.maximum.tolist(),
        step_s=plot.bucket_ns / 1e9,
        unit=plot.unit,
        origin=plot.origin.value if plot.origin else "",
        tier=plot.tier,
        problems=plot.problems,
    )
