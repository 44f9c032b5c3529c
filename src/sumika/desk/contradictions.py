"""Finds rows that cannot all be true. Each kind is a function of the rows alone; what is found is named in words."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sumika.desk._quantities import dimension_of
from sumika.desk.names import Names
from sumika.facts import Row
from sumika.text import LANGUAGES, say

SAME_TIME = 0.9
"""Two stretches of time that share so much of their whole are the same: a bill's month begins at another hour."""

SAME_SHARE, SAME_AT_LEAST = 0.03, 0.05
"""So far two that measure the same thing may differ: meters of devices are good to a few percent."""

MOST_FOUND = 50
_POSSIBLE: dict[str, tuple[float, float]] = {
    "temperature_c": (-60.0, 90.0),
    "relative_humidity": (0.0, 1.0),
    "co2_ppm": (200.0, 60_000.0),
    "imported_kwh": (0.0, math.inf),
    "exported_kwh": (0.0, math.inf),
    "asleep_h": (0.0, 24.0),
    "in_bed_h": (0.0, 24.0),
    "asleep_min": (0.0, 1440.0),
    "in_bed_min": (0.0, 1440.0),
    "power_w": (-100_000.0, 100_000.0),
    "illuminance_lux": (0.0, 200_000.0),
}
_RAISED = ("prompt", "contacts")
_CLOSED = ("acknowledged", "cancelled", "over")
_HAPPENED = ("cooking", "bath")


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that cannot all be true.

    Attributes:
        kind: Key of the sentence: `desk.contradiction.<kind>`.
        rows: Their numbers among the rows that were looked at.
        words: What is wrong with them.
    """

    kind: str
    rows: tuple[int, ...]
    words: str


class _Found(msgspec.Struct, frozen=True):
    kind: str
    rows: tuple[int, ...]


def contradictions(rows: Sequence[Row], language: str, names: Names | None = None) -> tuple[Contradiction, ...]:
    """Return what among some rows cannot all be true.

    Args:
        rows: Of one paper, or of anything else.
        language: Of the words, en or ja.
        names: Of the house.
    """
    finders = (_impossible, _backwards, _two_values, _part_exceeds_whole, _asleep_out_of_bed, _closed_first, _nobody)
    found: dict[tuple[int, ...], Contradiction] = {}
    for finder in finders:
        for one in finder(rows):
            if len(found) < MOST_FOUND and one.rows not in found:
                words = say(f"desk.contradiction.{one.kind}", language, **_words(one, rows, names or Names(), language))
                found[one.rows] = Contradiction(kind=one.kind, rows=one.rows, words=words)
    return tuple(found.values())


def _words(found: _Found, rows: Sequence[Row], names: Names, language: str) -> dict[str, str]:
    first, last = rows[found.rows[0]], rows[found.rows[-1]]
    return {
        "subject": names.of(first.subject),
        "what": quantity_of(first),
        "first": _shown(first, language),
        "last": _shown(last, language),
    }


def _shown(row: Row, language: str) -> str:
    stage = f"alarm.stage.{row.part}"
    if row.source == "alarm" and stage in LANGUAGES[language]:
        return f"'{say(stage, language)}'"
    said = (
        f"{row.value:.6g} {'' if row.unit == '1' else row.unit}".strip()
        if row.value is not None
        else row.part or row.text[:40]
    )
    return f"{said} ({row.source})"


def quantity_of(row: Row) -> str:
    """Return what a row measures, whichever way: "imported_kwh" of a meter as of a bill."""
    return row.source.rsplit(".", 1)[-1]


def _impossible(rows: Sequence[Row]) -> Iterator[_Found]:
    """A value that there cannot be."""
    for number, row in enumerate(rows):
        low, high = _POSSIBLE.get(quantity_of(row), (-math.inf, math.inf))
        if row.value is not None and not (low <= row.value <= high):
            yield _Found("impossible", (number,))


def _backwards(rows: Sequence[Row]) -> Iterator[_Found]:
    """A stretch of time that ends before it begins."""
    for number, row in enumerate(rows):
        if row.end_unix_s < row.begin_unix_s:
            yield _Found("backwards", (number,))


def _same_time(one: Row, other: Row) -> bool:
    if (one.begin_unix_s, one.end_unix_s) == (other.begin_unix_s, other.end_unix_s):
        return True
    shared = min(one.end_unix_s, other.end_unix_s) - max(one.begin_unix_s, other.begin_unix_s)
    whole = max(one.end_unix_s, other.end_unix_s) - min(one.begin_unix_s, other.begin_unix_s)
    return whole > 0.0 and shared / whole >= SAME_TIME


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > max(SAME_AT_LEAST, SAME_SHARE * max(abs(one), abs(other)))


def _two_values(rows: Sequence[Row]) -> Iterator[_Found]:
    """Two rows that say otherwise of the same thing at the same time."""
    alike: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.value is not None and math.isfinite(row.value) and row.end_unix_s > row.begin_unix_s:
            alike[quantity_of(row), row.subject, row.part, dimension_of(row.unit)[0]].append(number)
    for numbers in alike.values():
        for place, first in enumerate(numbers):
            for second in numbers[place + 1 :]:
                one, other = rows[first], rows[second]
                if not _same_time(one, other) or one.value is None or other.value is None:
                    continue
                if _differ(one.value * dimension_of(one.unit)[1], other.value * dimension_of(other.unit)[1]):
                    yield _Found("two_values", (first, second))


def _part_exceeds_whole(rows: Sequence[Row]) -> Iterator[_Found]:
    """A device that drew more than the whole house had."""
    wholes = [
        (number, row)
        for number, row in enumerate(rows)
        if row.value is not None and row.source == "meter.imported_kwh" and not row.part
    ]
    for number, row in enumerate(rows):
        if row.value is None or dimension_of(row.unit)[0] != "energy" or not row.source.startswith("device"):
            continue
        for whole_number, whole in wholes:
            if not _same_time(row, whole):
                continue
            solar = sum(
                one.value or 0.0 for one in rows if one.source == "meter.pv_w" and dimension_of(one.unit)[0] == "energy"
                and _same_time(one, whole)
            )  # fmt: skip
            if _differ(row.value, (whole.value or 0.0) + solar) and row.value > (whole.value or 0.0) + solar:
                yield _Found("part_exceeds_whole", (number, whole_number))


def _asleep_out_of_bed(rows: Sequence[Row]) -> Iterator[_Found]:
    """Somebody who slept longer than they were in bed."""
    for number, row in enumerate(rows):
        if row.value is None or quantity_of(row) not in ("asleep_h", "asleep_min"):
            continue
        for other_number, other in enumerate(rows):
            is_bed = quantity_of(other) in ("in_bed_h", "in_bed_min") and other.value is not None
            if not is_bed or other.subject != row.subject or not _same_time(row, other):
                continue
            if _hours(row) > _hours(other) + SAME_AT_LEAST:
                yield _Found("asleep_out_of_bed", (number, other_number))


def _hours(row: Row) -> float:
    return (row.value or 0.0) * dimension_of(row.unit)[1]


def _closed_first(rows: Sequence[Row]) -> Iterator[_Found]:
    """An alarm that was answered before it was raised."""
    by_alarm: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.source == "alarm":
            by_alarm[row.subject].append(number)
    for numbers in by_alarm.values():
        raised = [number for number in numbers if rows[number].part in _RAISED]
        for number in numbers:
            if rows[number].part in _CLOSED and raised:
                first = min(raised, key=lambda one: rows[one].begin_unix_s)
                if rows[number].begin_unix_s < rows[first].begin_unix_s:
                    yield _Found("closed_first", (number, first))


def _nobody(rows: Sequence[Row]) -> Iterator[_Found]:
    """Somebody cooked or bathed where nobody was."""
    for number, row in enumerate(rows):
        if row.source.startswith("happening.") or not any(word in f"{row.source} {row.part}" for word in _HAPPENED):
            continue
        for other_number, other in enumerate(rows):
            empty = quantity_of(other) == "count" and other.value == 0.0 and other.subject == row.subject
            within = other.begin_unix_s <= row.begin_unix_s and row.end_unix_s <= other.end_unix_s
            if empty and within:
                yield _Found("nobody", (number, other_number))
