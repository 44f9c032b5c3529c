"""The second reader of every sentence: a number that is not in the rows that it rests on is not said.

It knows nothing of how sentences are made: it finds the numbers that stand in the text, and looks for each in the rows.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo

import msgspec

from sumika.assistant.saying import Sentence
from sumika.facts import Row

_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")
_HOURS = re.compile(r"(?<![\d.])(\d+)\s?(?:h|時間)(?![a-z])(?:\s?(\d+)\s?(?:min|分))?|(?<![\d.])(\d+)\s?(?:min|分)")
_DATE = re.compile(
    r"(?<!\d)(?:(\d{1,2})月(\d{1,2})日|(\d{1,2})月|(\d{1,2}) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|(?![\d.,]))")
_SHARE = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?(?= ?%)")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?|(?<=[^\W\d_])\d[\d,]*(?:\.\d+)?")
_QUOTED = re.compile('「[^」]*」|"[^"]*"')
_LATEST_NUMBER = 1e8
"""A greater number is a moment, Unix seconds."""

_WHOLE_HOURS = 100
_QUOTES = re.compile('["「」]')
_NAMES_WITH_DIGITS = ("PM2.5", "CO2", "m2", "m3")


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand in a sentence besides what is in its rows.

    Attributes:
        values: Numbers that were said in the question.
        moments: Times, Unix seconds.
        names: Names in which digits may stand.
        zone: The house's time zone.
    """

    values: tuple[float, ...] = ()
    moments: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    zone: tzinfo


def invented(sentence: Sentence, allowed: Allowed) -> tuple[str, ...]:
    """Return the numbers of a sentence that are nowhere in its rows.

    Args:
        sentence: With its rows.
        allowed: What may stand in it besides.
    """
    text = _without_quotes(sentence, allowed.names)
    moments = [datetime.fromtimestamp(at_s, allowed.zone) for at_s in _moments(sentence, allowed)]
    values = [*sentence.numbers, *_values(sentence.rows, allowed)]
    wrong: list[str] = []

    def taken(pattern: re.Pattern[str], is_there: Callable[[re.Match[str]], bool]) -> None:
        nonlocal text
        wrong.extend(found[0] for found in pattern.finditer(text) if not is_there(found))
        text = pattern.sub(" ", text)

    taken(_CLOCK, lambda found: any((at.hour, at.minute) == (int(found[1]), int(found[2])) for at in moments))
    taken(_DATE, lambda found: any(_is_date(found, at) for at in moments))
    taken(_YEAR, lambda found: any(at.year == int(found[1]) for at in moments) or _is_number(found[1], values))
    taken(_HOURS, lambda found: _is_length(found, values, sentence.rows))
    # A lamp's level is 0.7 in its row, whatever unit stands there, and 70 % for people.
    shares = [*values, *(100.0 * value for value in values if 0.0 <= value <= 1.0)]
    taken(_SHARE, lambda found: _is_number(found[0], shares))
    taken(_NUMBER, lambda found: _is_number(found[0], values))
    return tuple(wrong)


def only_from_rows(sentences: Iterable[Sentence], allowed: Allowed, instead: str) -> tuple[Sentence, ...]:
    """Return sentences, each with another one in its place where a number in it is not in its rows.

    Args:
        sentences: As they would be said.
        allowed: What may stand in them besides.
        instead: What is said instead.
    """
    return tuple(one if not invented(one, allowed) else msgspec.structs.replace(one, text=instead) for one in sentences)


def _without_quotes(sentence: Sentence, names: tuple[str, ...]) -> str:
    """Return a text without what others wrote, where it stands so in a row, and without names."""
    text = unicodedata.normalize("NFKC", sentence.text)
    told = [unicodedata.normalize("NFKC", " ".join(_QUOTES.sub("'", row.text).split())) for row in sentence.rows]

    def is_told(found: re.Match[str]) -> str:
        words = found[0][1:-1].rstrip("….")
        return " " if any(words and words in one for one in told) else found[0]

    text = _QUOTED.sub(is_told, text)
    for name in sorted((*names, *_NAMES_WITH_DIGITS), key=len, reverse=True):
        text = text.replace(unicodedata.normalize("NFKC", name), " ") if name else text
    return text


def _moments(sentence: Sentence, allowed: Allowed) -> Iterator[float]:
    yield from allowed.moments
    yield from (number for number in sentence.numbers if number > _LATEST_NUMBER)
    for row in sentence.rows:
        # The last moment of a whole day is of the next one.
        yield from (row.begin_unix_s, row.end_unix_s, row.end_unix_s - 1.0)
        if row.unit == "unix_s" and row.value is not None:
            yield row.value


def _values(rows: tuple[Row, ...], allowed: Allowed) -> Iterator[float]:
    yield from allowed.values
    yield float(len(rows))
    for row in rows:
        yield float(row.count)
        if row.value is not None:
            yield row.value
            if row.unit == "1":
                yield 100.0 * row.value


def _is_number(text: str, values: Iterable[float]) -> bool:
    shown = text.replace(",", "")
    half = 0.5 * 10.0 ** -len(shown.partition(".")[2])
    return any(abs(abs(value) - float(shown)) <= half + 1e-9 for value in values)


def _is_length(found: re.Match[str], values: Iterable[float], rows: Iterable[Row]) -> bool:
    hours, minutes = int(found[1] or 0), int(found[2] or found[3] or 0)
    shown_min = 60.0 * hours + minutes
    # So many hours that nobody counts their minutes are told in whole hours: those that a filter has run.
    half = 0.5 if found[2] or found[3] else 0.5001 if hours < _WHOLE_HOURS else 30.0
    lengths = [(row.end_unix_s - row.begin_unix_s) / 60.0 for row in rows]
    for value in values:
        lengths += [60.0 * value, value, value / 60.0]
    return any(abs(length - shown_min) <= half + 1e-6 for length in lengths)


def _is_date(found: re.Match[str], at: datetime) -> bool:
    if found[4] is not None:
        return at.day == int(found[4])
    if found[3] is not None:
        return at.month == int(found[3])
    return (at.month, at.day) == (int(found[1]), int(found[2]))
