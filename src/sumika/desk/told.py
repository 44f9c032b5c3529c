"""What a template may tell: numbers, moments and words, each with the rows it rests on."""

from collections.abc import Iterable, Sequence

import msgspec

from sumika.facts import Figure, Row


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be told.

    Attributes:
        value: A number, or a moment in seconds since 1970 where the unit is unix_s; None: there is none.
        text: Words, where it is no number.
        unit: Of the value.
        rows: All that it rests on.
        name: What it is, for the list of what is missing.
        reason: Key of the sentence that says why there is none.
        low: Lower end of an interval, where there is one.
        high: Upper end.
        coverage: Share of its time that records cover; None where that says nothing.
    """

    value: float | None = None
    text: str = ""
    unit: str = ""
    rows: tuple[Row, ...] = ()
    name: str = ""
    reason: str = ""
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    @property
    def known(self) -> bool:
        """Whether there is anything to tell."""
        return self.value is not None or bool(self.text)

    @property
    def some(self) -> bool:
        """Whether it is known, and not nothing."""
        return bool(self.value) or bool(self.text)

    @property
    def has_interval(self) -> bool:
        """Whether it says how sure it is."""
        return self.low is not None and self.high is not None


def told(figure: Figure) -> Told:
    """Return a figure of the records as something that can be told."""
    return Told(
        value=figure.value,
        unit=figure.unit,
        rows=figure.rows,
        name=figure.name,
        reason=figure.reason,
        low=figure.low,
        high=figure.high,
        coverage=figure.coverage,
    )


def moment(unix_s: float | None, rows: Sequence[Row] = (), name: str = "") -> Told:
    """Return a moment."""
    return Told(value=unix_s, unit="unix_s", rows=tuple(rows), name=name)


def word(text: str, rows: Iterable[Row] = ()) -> Told:
    """Return words of the records: data, whatever they say."""
    return Told(text=text, rows=tuple(rows))


def number(value: float | None, unit: str, rows: Iterable[Row] = (), name: str = "") -> Told:
    """Return a number."""
    return Told(value=value, unit=unit, rows=tuple(rows), name=name)


def told_row(row: Row, name: str = "") -> Told:
    """Return what a single row says."""
    return Told(value=row.value, text=row.text, unit=row.unit, rows=(row,), name=name or row.source)
