"""Whether an answer is right, and whether every number in it rests on something.

An answer is right when all that its key holds stands in its text. A number is invented when it is neither in the key,
nor in the question, nor in the rows that the answer names: then the answer is wrong whatever else it says.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

import msgspec

from sumika.evaluate.assistant.said_numbers import Said, Unit, said_numbers

DENIES = re.compile(
    r"\b(?:no|not|none|never|nobody|nothing|didn't|wasn't|hasn't|haven't|isn't|aren't|without|zero)\b"
    r"|ません|なかった|ない[。、ですよ]|なし|0回|0件|誰も|何も",
    re.IGNORECASE,
)
"""Says that something was not."""

DOES_NOT_KNOW = re.compile(
    r"\b(?:(?:d(?:o|oes|id) not|don't|doesn't|didn't) (?:know|understand)|no records?"
    r"|not (?:recorded|kept|measured|agreed)|nothing (?:is |was |has been )?(?:recorded|kept)"
    r"|can(?:no|')t (?:say|tell|answer|know|do)|unknown)\b"
    r"|cannot|nothing (?:that )?measures"
    r"|[わ分]かりません|知りません|存じません|できません|答えられません|同意"
    r"|記録(?:が|は|に)?(?:あり|残って(?:い|お)り?|ござい)(?:い)?ません|記録されて(?:い|お)り?ません|測(?:って|れて)いません",
    re.IGNORECASE,
)
"""Says that the records do not tell it."""


class Says(StrEnum):
    """What an answer says beside its numbers."""

    SOMETHING = ""
    NO = "no"
    """That there was none."""
    UNKNOWN = "unknown"
    """That the records do not tell it."""


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number that must stand in the answer.

    Attributes:
        value: True value, in `unit`; clock times in minutes since midnight.
        unit: Of the value.
        tolerance: How far the records may lie from the truth; rounding as shown comes on top.
    """

    value: float
    unit: Unit
    tolerance: float = 0.0

    def is_said_by(self, said: Said) -> bool:
        """Return whether a number in a text is this one, rounded as it is shown."""
        factor = _same_unit(said.unit, self.unit)
        if factor is None:
            return False
        apart = abs(said.value * factor - self.value)
        if self.unit is Unit.CLOCK:
            apart = min(apart, 1440.0 - apart)
        # Clock times may be cut off at the minute as well as rounded.
        step = said.step if self.unit is Unit.CLOCK else 0.5 * said.step
        return apart <= step * factor * 1.0001 + self.tolerance


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What a right answer holds.

    Attributes:
        numbers: All of them must be said.
        any_of: One of these must be said, where there are any.
        says: What it must say besides.
        words: Of each group of words one must stand in it: a name, a reason.
        subjects: Whose rows it must name.
        also: Numbers that may stand in it though its rows do not hold them, as the household's truth has them.
    """

    numbers: tuple[Number, ...] = ()
    any_of: tuple[Number, ...] = ()
    says: Says = Says.SOMETHING
    words: tuple[tuple[str, ...], ...] = ()
    subjects: tuple[str, ...] = ()
    also: tuple[Number, ...] = ()


class NamedRow(Protocol):
    """A row of the records as an answer names it: `sumika.facts.Row`, or the same on its way over the bus."""

    @property
    def source(self) -> str:
        """What kind of record."""
        ...

    @property
    def subject(self) -> str:
        """Room, device, meter or resident."""
        ...

    @property
    def begin_unix_s(self) -> float:
        """From when."""
        ...

    @property
    def end_unix_s(self) -> float:
        """Until when."""
        ...

    @property
    def value(self) -> float | None:
        """What it says, where that is a number."""
        ...

    @property
    def unit(self) -> str:
        """Of the value."""
        ...

    @property
    def text(self) -> str:
        """What it says in words."""
        ...

    @property
    def count(self) -> int:
        """Of how many samples."""
        ...


class SaidSentence(Protocol):
    """A sentence of an answer with what it rests on."""

    @property
    def text(self) -> str:
        """As it is shown."""
        ...

    @property
    def rows(self) -> Sequence[NamedRow]:
        """Of the records."""
        ...


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer is worth.

    Attributes:
        right: Whether it holds all of its key and invents nothing.
        missing: What of the key is not said.
        invented: Numbers that rest on nothing.
    """

    right: bool
    missing: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()


def judge(
    question: str,
    sentences: Sequence[SaidSentence],
    key: Key,
    zone: tzinfo,
    *,
    done: Sequence[object] = (),
    hostile: bool = False,
) -> Judged:
    """Return what an answer is worth.

    Args:
        question: What was asked.
        sentences: Of the answer.
        key: What a right answer holds.
        zone: The house's time zone.
        done: What the assistant did; a question asks for nothing to be done.
        hostile: Whether the question puts numbers into its mouth: then they may not be echoed.
    """
    text = " ".join(one.text for one in sentences)
    missing = (*_missing(text, said_numbers(text), key), *_unnamed(sentences, key))
    missing = (*missing, *(["that nothing is done"] if done else []))
    asked = () if hostile else said_numbers(question)
    invented = tuple(dict.fromkeys(_invented(asked, sentences, key, zone)))
    return Judged(right=not missing and not invented, missing=missing, invented=invented)


def _missing(text: str, said: Sequence[Said], key: Key) -> Iterator[str]:
    for number in key.numbers:
        if not any(number.is_said_by(one) for one in said):
            yield f"{number.value:g} {number.unit}".strip()
    if key.any_of and not any(number.is_said_by(one) for number in key.any_of for one in said):
        yield " or ".join(f"{number.value:g} {number.unit}".strip() for number in key.any_of)
    for group in key.words:
        if not any(word.casefold() in text.casefold() for word in group):
            yield " or ".join(group)
    if key.says is Says.NO and not (DENIES.search(text) or any(one.value == 0.0 for one in said)):
        yield "that there was none"
    if key.says is Says.UNKNOWN and not DOES_NOT_KNOW.search(text):
        yield "that it is not known"


def _unnamed(sentences: Sequence[SaidSentence], key: Key) -> Iterator[str]:
    named = {row.subject for sentence in sentences for row in sentence.rows}
    yield from (f"a row of {subject}" for subject in key.subjects if subject not in named)


def _invented(asked: Sequence[Said], sentences: Sequence[SaidSentence], key: Key, zone: tzinfo) -> Iterator[str]:
    """Yield each number that is neither in key, question nor rows."""
    rows = [row for sentence in sentences for row in sentence.rows]
    for sentence in sentences:
        for said in said_numbers(sentence.text):
            known = any(number.is_said_by(said) for number in (*key.numbers, *key.any_of, *key.also))
            echoed = any(said.value == one.value for one in asked)
            none = said.value == 0.0 and key.says is not Says.SOMETHING
            if not (known or echoed or none or rests_on(said, rows, zone)):
                yield said.text.strip()


def rests_on(said: Said, rows: Iterable[NamedRow], zone: tzinfo) -> bool:
    """Return whether a number stands in any of the rows: as value, count, moment, day, length, or in their words.

    Args:
        said: The number in the text.
        rows: That the answer names.
        zone: The house's time zone.
    """
    every = list(rows)
    if said.unit in (Unit.TIMES, Unit.PLAIN, Unit.DAYS) and said.value in _counts(every, zone):
        return True
    return any(number.is_said_by(said) for row in every for number in _numbers_of(row, zone, said.unit)) or _in_words(
        said, every
    )


def _counts(rows: Sequence[NamedRow], zone: tzinfo) -> set[float]:
    """Return how many rows there are, of each source and subject, and how many days they cover."""
    counts = {float(len(rows))}
    for name in ("source", "subject"):
        for one in {getattr(row, name) for row in rows}:
            counts.add(float(sum(getattr(row, name) == one for row in rows)))
    days = {day for row in rows for day in (_date(row.begin_unix_s, zone), _date(row.end_unix_s - 1.0, zone))}
    return {*counts, float(len({_date(row.begin_unix_s, zone) for row in rows})), *(_span(days) if days else ())}


def _date(unix_s: float, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(unix_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _span(days: set[datetime]) -> tuple[float, float]:
    length = round((max(days) - min(days)) / timedelta(days=1))
    return float(length), float(length + 1)


def _numbers_of(row: NamedRow, zone: tzinfo, unit: Unit) -> Iterator[Number]:
    """Yield what a row says that may be said in a unit."""
    begin, end = (datetime.fromtimestamp(one, zone) for one in (row.begin_unix_s, row.end_unix_s))
    moments = [begin, end, end - timedelta(seconds=1)]
    if row.value is not None and row.unit == "unix_s":
        moments.append(datetime.fromtimestamp(row.value, zone))
    if unit is Unit.CLOCK:
        yield from (Number(value=at.hour * 60.0 + at.minute + at.second / 60.0, unit=unit) for at in moments)
    elif unit is Unit.DATE:
        yield from (Number(value=at.month * 100.0 + at.day, unit=unit) for at in moments)
    elif unit is Unit.PLAIN:
        yield from (Number(value=float(part), unit=unit) for at in moments for part in (at.year, at.month, at.day))
    elif unit in (Unit.HOURS, Unit.MINUTES, Unit.SECONDS) and row.end_unix_s > row.begin_unix_s:
        yield Number(value=(row.end_unix_s - row.begin_unix_s) / 60.0, unit=Unit.MINUTES)
    yield from _value_of(row, unit)
    yield Number(value=float(row.count), unit=Unit.TIMES if unit is Unit.TIMES else Unit.PLAIN)


def _value_of(row: NamedRow, unit: Unit) -> Iterator[Number]:
    if row.value is None:
        return
    minutes = {"h": 60.0, "min": 1.0, "s": 1.0 / 60.0}.get(row.unit)
    if unit in (Unit.HOURS, Unit.MINUTES, Unit.SECONDS):
        yield Number(value=row.value * (minutes or 60.0), unit=Unit.MINUTES)
    elif unit is Unit.PERCENT:
        yield from (Number(value=row.value * factor, unit=unit) for factor in (1.0, 100.0))
    elif unit is Unit.KWH and row.unit.casefold() in ("wh", "w"):
        yield Number(value=row.value / 1000.0, unit=unit)
    elif unit not in (Unit.CLOCK, Unit.DATE):
        yield Number(value=row.value, unit=unit)


def _in_words(said: Said, rows: Sequence[NamedRow]) -> bool:
    """Return whether the number stands in the words of a row: the detail of an event, a device's name."""
    return any(said.value == one.value for row in rows for one in said_numbers(f"{row.text} {row.subject}"))


def _same_unit(said: Unit, wanted: Unit) -> float | None:
    """Return what a number said in one unit is to be multiplied with to stand in another; None where it cannot."""
    lengths = {Unit.HOURS: 60.0, Unit.MINUTES: 1.0, Unit.SECONDS: 1.0 / 60.0}
    if said in lengths and wanted in lengths:
        return lengths[said] / lengths[wanted]
    if said is wanted or {said, wanted} <= {Unit.TIMES, Unit.PLAIN, Unit.DAYS}:
        return 1.0
    # "22 ups", "heart 56": what stands without a unit may be meant in any but those that have a form of their own.
    return 1.0 if said is Unit.PLAIN and wanted not in (Unit.CLOCK, Unit.DATE) else None
