"""Where the records of a house lie, and what was read of them so far."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Clock, WallClock
from sumika.facts.figures import Figure, Row, Why
from sumika.facts.periods import Period
from sumika.history import HistoryReader, KeptSignal, RecordsReader
from sumika.schema import (
    AlarmState,
    ComfortWish,
    Command,
    Event,
    Message,
    Origin,
    SumikaError,
    Verdict,
    worst,
)
from sumika.schema.house import House
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_MINUTE, ns_to_seconds, seconds_to_ns

Array = NDArray[np.float64]
_R = TypeVar("_R", Event, Command, Verdict, AlarmState, ComfortWish)
_T = TypeVar("_T")

HISTORY_FOLDER = "history"
MOST_RECORDS = 1_000_000
_DAY_MINUTES = 1440
_KEY_GONE = "under a key that is gone"


@dataclass(frozen=True, slots=True)
class Minutes:
    """A signal minute by minute, where there is anything; all arrays (minute,), ascending."""

    at_s: Array
    low: Array
    mean: Array
    high: Array
    count: NDArray[np.int64]
    origin: Origin = Origin.LIVE
    problems: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """How many there are in all."""
        return int(self.count.sum())

    def within(self, begin_s: float, end_s: float) -> "Minutes":
        """Return those minutes that begin in a stretch of time."""
        of = slice(*np.searchsorted(self.at_s, (begin_s, end_s)))
        return Minutes(
            self.at_s[of],
            self.low[of],
            self.mean[of],
            self.high[of],
            self.count[of],
            self.origin,
            self.problems,
        )


class Samples(NamedTuple):
    """A signal sample by sample, those with a value; arrays (sample,), ascending."""

    at_s: Array
    value: Array
    origin: Origin
    problems: tuple[str, ...]


class Shelf:
    """Reads the history and the records of one house, each stretch once. One per thread.

    Attributes:
        folder: The data folder.
        house: As described.
        zone: The house's time zone.
        zone_name: Its IANA name.
        currency: Of all money.
        problems: What could not be read, a line each.
    """

    def __init__(self, folder: Path, house: House, clock: Clock | None = None) -> None:
        """Open nothing yet.

        Args:
            folder: The data folder.
            house: As described.
            clock: For "now".
        """
        self.folder, self.house = folder, house
        self.zone_name = zone_name_of(house)
        self.zone = ZoneInfo(self.zone_name)
        self.currency = "EUR" if house.tariff is not None and house.tariff.plan.endswith("_eu") else "JPY"
        self._clock = clock or WallClock()
        self._history = HistoryReader(folder / HISTORY_FOLDER)
        self._records = RecordsReader(folder / HISTORY_FOLDER)
        self.problems: dict[str, None] = {}
        self._minutes: dict[tuple[str, str, int], Minutes] = {}
        self._messages: dict[tuple[type[Message], str, Period], tuple[Message, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] | None = None

    @property
    def now_s(self) -> float:
        """The present moment, Unix time."""
        return ns_to_seconds(self._clock.now().wall_ns)

    def refresh(self) -> None:
        """Forget everything that was read."""
        self.problems.clear()
        self._minutes.clear()
        self._messages.clear()
        self._keys = None

    def close(self) -> None:
        """Close the files."""
        self._history.close()

    # -- signals -----------------------------------------------------------------------------------------------------

    def keys_of(self, signal: str) -> tuple[str, ...]:
        """Return of what (room, sensor, meter, device) there ever was such a signal."""
        if self._keys is None:
            self._keys = {}
            none: list[KeptSignal] = []
            for one in self._guarded(self._history.signals, none):
                self._keys[one.signal] = (*self._keys.get(one.signal, ()), one.room)
        return tuple(dict.fromkeys(self._keys.get(signal, ())))

    def of_topic(self, topic: str) -> frozenset[str]:
        """Return of what (room, sensor, meter, device) there ever was any signal of a topic."""
        self.keys_of("")
        known = self._keys or {}
        return frozenset(key for signal, keys in known.items() if signal.startswith(f"{topic}.") for key in keys)

    def minutes(self, key: str, signal: str, begin_s: float, end_s: float) -> Minutes:
        """Return a signal minute by minute.

        Args:
            key: Of what.
            signal: "topic.field".
            begin_s: Unix time, included.
            end_s: Not included.
        """
        if end_s <= begin_s:
            return _no_minutes(())
        # Whole days of UTC, so that neighbouring questions share what is read.
        first, last = int(begin_s // SECONDS_PER_DAY), int(-(-end_s // SECONDS_PER_DAY))
        missing = [day for day in range(first, last) if (key, signal, day) not in self._minutes]
        if missing:  # A day too many is read where only the middle is known: rare, and cheaper than asking twice.
            self._read_days(key, signal, missing[0], missing[-1] + 1)
        return _joined([self._minutes[key, signal, day] for day in range(first, last)]).within(begin_s, end_s)

    def _read_days(self, key: str, signal: str, first: int, last: int) -> None:
        begin_ns, end_ns = (seconds_to_ns(float(day * SECONDS_PER_DAY)) for day in (first, last))
        points = (last - first) * _DAY_MINUTES + 2
        plot = self._guarded(lambda: self._history.read(key, signal, begin_ns, end_ns, points), None)
        if plot is None:
            found = _no_minutes(("the history is of another version",))
        else:
            there = plot.count > 0
            found = Minutes(
                plot.stamps_ns[there] / NANOSECONDS_PER_SECOND,
                _exact(plot.minimum[there]),
                _exact(plot.mean[there]),
                _exact(plot.maximum[there]),
                plot.count[there],
                plot.origin or Origin.LIVE,
                plot.problems,
            )
        self.problems.update(dict.fromkeys(found.problems))
        for day in range(first, last):
            one = found.within(float(day * SECONDS_PER_DAY), float((day + 1) * SECONDS_PER_DAY))
            self._minutes[key, signal, day] = one

    def samples(self, key: str, signal: str, begin_s: float, end_s: float) -> Samples:
        """Return a signal sample by sample; arguments as for `minutes`. For what is told now and then."""
        begin_ns, end_ns = seconds_to_ns(begin_s), seconds_to_ns(end_s)
        raw = self._guarded(lambda: self._history.raw(key, signal, begin_ns, end_ns), None)
        if raw is None:
            return Samples(np.zeros(0), np.zeros(0), Origin.LIVE, ("the history is of another version",))
        self.problems.update(dict.fromkeys(raw.problems))
        there = np.isfinite(raw.values)
        at_s = raw.stamps_ns[there] / NANOSECONDS_PER_SECOND
        return Samples(at_s, _exact(raw.values[there]), raw.origin or Origin.LIVE, raw.problems)

    # -- records -----------------------------------------------------------------------------------------------------

    def records(self, kind: type[_R], p: Period, subject: str = "") -> list[_R]:
        """Return recorded messages of a kind, all fields as they were written, the oldest first.

        Args:
            kind: Event, Command, Verdict, AlarmState or ComfortWish.
            p: When.
            subject: Only of this device, room or alarm; empty: of any.
        """
        place = (kind, subject, p)
        if place not in self._messages:
            begin_ns, end_ns = seconds_to_ns(p.begin_unix_s), seconds_to_ns(p.end_unix_s)
            found = self._records.of(kind, begin_ns, end_ns, subject=subject or None, limit=MOST_RECORDS)
            self.problems.update(dict.fromkeys(self._records.problems))
            self._messages[place] = tuple(reversed(found))
        return [one for one in self._messages[place] if isinstance(one, kind)]

    # -- what is said of it ------------------------------------------------------------------------------------------

    def row(
        self,
        source: str,
        subject: str,
        begin_s: float,
        end_s: float | None = None,
        *,
        value: float | None = None,
        unit: str = "",
        text: str = "",
        part: str = "",
        count: int = 1,
    ) -> Row:
        """Return a row that knows the house's time zone; without an end it is of a single moment."""
        return Row(
            source=source,
            subject=subject,
            begin_unix_s=begin_s,
            end_unix_s=begin_s if end_s is None else end_s,
            value=value,
            unit=unit,
            text=text,
            part=part,
            count=count,
            zone=self.zone_name,
        )

    def nothing(self, name: str, unit: str, reason: str) -> Figure:
        """Return a figure that there is none of, and why."""
        return Figure(name=name, value=None, unit=unit, reason=reason)

    def _guarded(self, work: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return work()
        except SumikaError as error:
            self.problems[str(error)] = None
            return otherwise


def reason_of(problems: tuple[str, ...]) -> Why:
    """Return why there is nothing, by what reading had to say."""
    if any(_KEY_GONE in line for line in problems):
        return Why.KEY_GONE
    return Why.DAMAGED if problems else Why.NO_RECORDS


def worst_origin(origins: tuple[Origin, ...]) -> str:
    """Return the worst; live where there is none."""
    return worst(origins).value if origins else Origin.LIVE.value


def zone_name_of(house: House) -> str:
    """Return the IANA name of a house's time zone: its site's, or else this machine's."""
    if house.building is not None:
        names = [house.building.site.timezone]
    else:
        names = [os.environ.get("TZ", ""), os.path.realpath("/etc/localtime").rpartition("zoneinfo/")[2]]
    for name in names:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def on_grid(found: Minutes, values: Array, p: Period, hold_s: float) -> Array:
    """Return (minute,) of a period, each with the newest value that is not too old; NaN where there is none.

    Args:
        found: Minutes that may begin before the period.
        values: (minute,) of `found`.
        p: The period; its minutes are counted from its begin.
        hold_s: So long a value holds.
    """
    grid_s = p.begin_unix_s + SECONDS_PER_MINUTE * np.arange(int(-(-p.seconds // SECONDS_PER_MINUTE)))
    newest = np.searchsorted(found.at_s, grid_s, side="right") - 1
    held = np.full(len(grid_s), np.nan)
    known = newest >= 0
    known[known] = grid_s[known] - found.at_s[newest[known]] <= hold_s
    held[known] = values[newest[known]]
    return held


def runs_of(is_on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, one behind the last) of every run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_on, [False]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _exact(values: Array) -> Array:
    """Return what was kept in whole steps of a resolution without what its product leaves behind the digits."""
    return np.round(values, 9)


def _no_minutes(problems: tuple[str, ...]) -> Minutes:
    empty = np.zeros(0)
    return Minutes(empty, empty, empty, empty, np.zeros(0, np.int64), problems=problems)


def _joined(days: list[Minutes]) -> Minutes:
    origins = [one.origin for one in days if len(one.at_s)]
    return Minutes(
        np.concatenate([one.at_s for one in days]),
        np.concatenate([one.low for one in days]),
        np.concatenate([one.mean for one in days]),
        np.concatenate([one.high for one in days]),
        np.concatenate([one.count for one in days]),
        worst(origins) if origins else Origin.LIVE,
        tuple(dict.fromkeys(line for one in days for line in one.problems)),
    )
