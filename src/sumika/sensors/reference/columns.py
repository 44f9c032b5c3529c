"""Columns of numbers in text, from a serial port or a file: which is the time, and which is what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sumika.schema import ReferenceKind, UsageError

TIME = "time"
IGNORED = "-"
TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
UNITS = {
    ReferenceKind.ECG: "",
    ReferenceKind.RESPIRATION: "",
    ReferenceKind.BEAT_INTERVAL: "s",
    ReferenceKind.HEART_RATE: "1/min",
    ReferenceKind.RESPIRATION_RATE: "1/min",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Attributes:
        time_s: By the device's clock; None where it has none.
        values: By kind; a cell that is empty is left out.
    """

    time_s: float | None
    values: Mapping[ReferenceKind, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a line is read.

    Attributes:
        kinds: (column,) place -> kind.
        time: Place of the time; None where there is none.
        count: How many columns a line has; None for any number that suffices.
        time_scale_s: Seconds of one unit of the time.
        rate_hz: Lines per second, where there is no time.
    """

    kinds: Mapping[int, ReferenceKind]
    time: int | None
    count: int | None
    time_scale_s: float = 1.0
    rate_hz: float | None = None

    def row(self, cells: Sequence[str], number: int) -> Row:
        """Return a line's numbers.

        Args:
            cells: (column,).
            number: Which line it is; its time where only the rate is known.

        Raises:
            ValueError: if a column is missing or no finite number.
        """
        if self.count is not None and len(cells) != self.count:
            raise ValueError(f"{len(cells)} columns instead of {self.count}")
        values = {kind: _number(cells[place]) for place, kind in self._within(cells).items() if cells[place].strip()}
        if self.time is not None:
            return Row(_number(cells[self.time]) * self.time_scale_s, values)
        return Row(None if self.rate_hz is None else number / self.rate_hz, values)

    def _within(self, cells: Sequence[str]) -> Mapping[int, ReferenceKind]:
        last = max((*self.kinds, self.time or 0))
        if last >= len(cells):
            raise ValueError(f"{len(cells)} columns, but column {last + 1} is wanted")
        return self.kinds


def kind_of(name: str, where: str) -> ReferenceKind:
    """Return the kind that a column's name means.

    Raises:
        UsageError: naming those there are.
    """
    try:
        return ReferenceKind(name)
    except ValueError:
        known = ", ".join((TIME, IGNORED, *(kind.value for kind in ReferenceKind)))
        raise UsageError(f"'{name}' is no kind of column", where=where, remedy=f"There are: {known}.") from None


def _number(cell: str) -> float:
    value = float(cell)
    if not -1e300 < value < 1e300:  # NaN too
        raise ValueError(f"{cell} is no number to score by")
    return value
