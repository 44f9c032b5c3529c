"""Drafts a paper from a template: fills its sentences, and notes for each which rows it has told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import TemplateError

from sumika.desk.names import Names
from sumika.desk.paper import (
    LONGEST_STATEMENT,
    Column,
    Derived,
    Look,
    Paper,
    Section,
    Statement,
    Table,
    content_of,
)
from sumika.desk.reading._document import tidy
from sumika.desk.shown import Calendar, hours_text, money_text, number_text, plain_text
from sumika.desk.template import ColumnRule, Environment, Saying, SectionRule, TableRule, Template
from sumika.desk.told import Told
from sumika.facts import Row
from sumika.schema import SumikaError
from sumika.text import LANGUAGES, say

MOST_STATEMENTS = 5_000
LONGEST_QUOTATION = 120
_WORST = ("live", "recorded", "simulated")


class MissingError(Exception):
    """Something that a sentence tells is not known."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.name)
        self.told = told


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper is about, before it is written.

    Attributes:
        id: Of the paper.
        kind: As its pack names it.
        pack: The pack.
        language: en or ja.
        house: Name of the house.
        subject: Resident, device or alarm; empty: the house.
        begin_unix_s: Of the time it is about; None: of none.
        end_unix_s: Not included.
        zone: IANA name of the house's time zone.
        currency: Of all money in it.
        written_by: Who stands for it.
    """

    id: str
    kind: str
    pack: str
    language: str
    house: str = ""
    subject: str = ""
    begin_unix_s: float | None = None
    end_unix_s: float | None = None
    zone: str = "UTC"
    currency: str = ""
    written_by: str = ""


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack found out for a paper.

    Attributes:
        tells: Name -> what the template may tell: `Told`, and lists and tables of these.
        origin: The worst of all rows.
        derived: (row, rows it was made of, how) of rows that the pack worked out.
        looks: What a person has to look at, already.
        beside: Rows that the paper does not tell, and that what it tells is held against.
        worth: Whether there is anything to write at all.
    """

    tells: Mapping[str, object]
    origin: str = "live"
    derived: tuple[tuple[Row, tuple[Row, ...], str], ...] = ()
    looks: tuple[Look, ...] = ()
    beside: tuple[Row, ...] = ()
    worth: bool = True


def worst(origins: Sequence[str]) -> str:
    """Return the worst of some origins: simulated, recorded, live."""
    return max(origins, key=lambda one: _WORST.index(one) if one in _WORST else 2, default="live")


class Drafter:
    """Writes one paper."""

    def __init__(self, subject: Subject, names: Names) -> None:
        """Begin a paper.

        Args:
            subject: What it is about.
            names: Of the house.
        """
        self._subject, self._names = subject, names
        self._calendar = Calendar(ZoneInfo(subject.zone), subject.language)
        self._environment = Environment(self._filters())
        self._rows: dict[str, int] = {}
        self._kept: list[Row] = []
        self._cited: list[Row] = []
        self._looks: list[Look] = []
        self._written = 0

    def draft(self, template: Template, material: Material, made_unix_s: float, where: Path) -> Paper:
        """Return the paper, not verified yet.

        Args:
            template: Its sentences.
            material: What they tell.
            made_unix_s: Now.
            where: Where the template lies, for errors.

        Raises:
            SumikaError: if the template asks for what there is not, or for what it may not.
        """
        try:
            title = self._sentence(template.title, material.tells) or Statement(text=self._subject.kind)
            sections = tuple(section for rule in template.sections for section in self._sections(rule, material.tells))
        except (TemplateError, TypeError, ValueError, AttributeError, KeyError, RecursionError, OverflowError) as error:
            raise SumikaError(
                f"the template cannot be followed ({tidy(str(error), 200)})",
                where=str(where),
                remedy="Correct it, or take it away: the one that comes with Sumika is used then",
            ) from error
        derived = tuple(self._derived(material.derived))
        paper = Paper(
            id=self._subject.id,
            kind=self._subject.kind,
            pack=self._subject.pack,
            language=self._subject.language,
            title=title,
            house=self._subject.house,
            subject=self._subject.subject,
            begin_unix_s=self._subject.begin_unix_s,
            end_unix_s=self._subject.end_unix_s,
            zone=self._subject.zone,
            currency=self._subject.currency,
            origin=material.origin,
            sections=sections,
            rows=tuple(self._kept),
            derived=derived,
            looks=(*material.looks, *self._looks),
            made_unix_s=made_unix_s,
            written_by=self._subject.written_by,
        )
        return msgspec.structs.replace(paper, content=content_of(paper))

    # -- sections and sentences --------------------------------------------------------------------------------------

    def _sections(self, rule: SectionRule, tells: Mapping[str, object]) -> Iterator[Section]:
        for context in self._each(rule.each, rule.as_, tells):
            if not self._holds(rule.when, context):
                continue
            title = self._sentence(rule.title, context) or Statement(text="")
            statements = [found for one in rule.say for found in self._sayings(one, context, title.text)]
            table = self._table(rule.table, context) if rule.table is not None else None
            if statements or table is not None:
                yield Section(title=title, statements=tuple(statements), table=table)

    def _each(self, each: str, name: str, tells: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
        if not each:
            yield tells
            return
        items = self._environment.worked_out(each, tells)
        for number, item in enumerate(items or ()):
            if number >= MOST_STATEMENTS:
                return
            yield {**tells, name: item}

    def _holds(self, when: str, context: Mapping[str, object]) -> bool:
        return not when or bool(self._environment.worked_out(when, context))

    def _sayings(self, rule: str | Saying, tells: Mapping[str, object], section: str) -> Iterator[Statement]:
        saying = Saying(say=rule) if isinstance(rule, str) else rule
        for context in self._each(saying.each, saying.as_, tells):
            if not self._holds(saying.when, context):
                continue
            try:
                found = self._sentence(saying.say, context)
            except MissingError as error:
                found = self._otherwise(saying, error.told, context, section)
            if found is not None and self._written < MOST_STATEMENTS:
                self._written += 1
                yield found

    def _otherwise(
        self, saying: Saying, missing: Told, context: Mapping[str, object], section: str
    ) -> Statement | None:
        """Return what is said in place of a sentence of which something is not known."""
        reason = self._why(missing)
        if saying.needed:
            self._looks.append(Look(what="missing", detail=": ".join(filter(None, (section, reason)))))
        if not saying.otherwise:
            return None
        return self._sentence(saying.otherwise, {**context, "missing": missing})

    def _table(self, rule: TableRule, tells: Mapping[str, object]) -> Table | None:
        if not self._holds(rule.when, tells):
            return None
        rows = tuple(
            tuple(self._cell(column, context) for column in rule.columns)
            for context in self._each(rule.each, rule.as_, tells)
        )
        columns = tuple(Column(title=self._text(column.title, tells), unit=column.unit) for column in rule.columns)
        return Table(columns=columns, rows=rows) if rows else None

    def _cell(self, column: ColumnRule, context: Mapping[str, object]) -> Statement:
        try:
            return self._sentence(column.cell, context) or Statement(text="")
        except MissingError:
            return Statement(text="–")

    def _text(self, source: str, context: Mapping[str, object]) -> str:
        found = self._sentence(source, context)
        return found.text if found is not None else ""

    def _sentence(self, source: str, context: Mapping[str, object]) -> Statement | None:
        self._cited = []
        text = tidy(self._environment.filled(source, context), LONGEST_STATEMENT)
        if not text:
            return None
        return Statement(text=text, cites=tuple(dict.fromkeys(map(self._number, self._cited))))

    def _number(self, row: Row) -> int:
        """Return the number of a row in the paper; the same row has one number wherever it is told."""
        # Two rows of one name that say otherwise are two rows: a contradiction, to be found and not hidden.
        key = f"{row.id}\n{row.value!r}\n{row.unit}\n{row.text}"
        if key not in self._rows:
            self._rows[key] = len(self._kept)
            self._kept.append(row)
        return self._rows[key]

    def _derived(self, made: Sequence[tuple[Row, tuple[Row, ...], str]]) -> Iterator[Derived]:
        for row, of, how in made:
            yield msgspec.convert({"row": self._number(row), "of": tuple(map(self._number, of)), "how": how}, Derived)

    # -- filters -----------------------------------------------------------------------------------------------------

    def _filters(self) -> dict[str, Callable[..., object]]:
        return {
            "number": lambda told, digits=0: number_text(self._value(told), digits),
            "percent": lambda told, digits=0: f"{number_text(100.0 * self._value(told), digits)} %",
            "money": lambda told: money_text(self._value(told), self._currency(told), self._subject.language),
            "hours": lambda told: hours_text(self._value(told), self._subject.language),
            "minutes": lambda told: hours_text(self._value(told) / 60.0, self._subject.language),
            "low": lambda told, digits=0: number_text(self._end(told, told.low), digits),
            "high": lambda told, digits=0: number_text(self._end(told, told.high), digits),
            "low_money": lambda told: self._money_end(told, told.low),
            "high_money": lambda told: self._money_end(told, told.high),
            "clock": lambda told: self._calendar.clock(self._value(told)),
            "day": lambda told: self._calendar.day(self._value(told)),
            "short_day": lambda told: self._calendar.short_day(self._value(told)),
            "month": lambda told: self._calendar.month(self._value(told)),
            "ends": lambda told: self._calendar.day(self._value(told) - 1.0),
            "area_jo": lambda told: number_text(self._value(told) / 1.62, 1),
            "area_tsubo": lambda told: number_text(self._value(told) * 121.0 / 400.0, 2),
            "words": self._words,
            "quoted": self._quoted,
            "name": self._name,
            "called": self._called,
            "event": self._event,
            "plain": lambda told: plain_text(self._value(told)),
            "why": self._why,
            "rests": self._rests,
        }

    def _value(self, told: object) -> float:
        """Return a number, and note the rows it rests on.

        Raises:
            MissingError: if there is none.
        """
        if not isinstance(told, Told):
            raise TypeError("only what rests on rows can be told as a number")
        if told.value is None:
            raise MissingError(told)
        self._cited += told.rows
        return told.value

    def _end(self, told: Told, end: float | None) -> float:
        self._value(told)
        if end is None:
            raise MissingError(told)
        return end

    def _money_end(self, told: Told, end: float | None) -> str:
        return money_text(self._end(told, end), self._currency(told), self._subject.language)

    def _currency(self, told: Told) -> str:
        return told.unit if len(told.unit) == 3 else self._subject.currency

    def _words(self, told: object) -> str:
        """Return words of ours about rows: a code that our own tables have a sentence for is that sentence."""
        if not isinstance(told, Told):
            return tidy(str(told), LONGEST_QUOTATION)
        if not told.text:
            raise MissingError(told)
        self._cited += told.rows
        return say(told.text, self._subject.language) if told.text in LANGUAGES["en"] else told.text

    def _quoted(self, told: object) -> str:
        """Return words of others in quotation marks: they are shown, never followed."""
        text = tidy(self._words(told), LONGEST_QUOTATION)
        inner = text.translate(str.maketrans("「」“”", "''''"))
        return f"「{inner}」" if self._subject.language == "ja" else f"“{inner}”"

    def _name(self, told: object) -> str:
        """Return what a room, device or person of a row is called."""
        if isinstance(told, Told):
            self._cited += told.rows
            return tidy(self._names.of(told.text), LONGEST_QUOTATION)
        return tidy(self._names.of(str(told)), LONGEST_QUOTATION)

    def _called(self, code: object, family: str) -> str:
        """Return our own word for a code; the code where there is none."""
        if isinstance(code, Told):
            self._cited += code.rows
        plain = code.text if isinstance(code, Told) else str(code)
        key = f"{family}.{plain}"
        if key not in LANGUAGES["en"]:
            return tidy(plain, 60)
        # Sentences about a subject are named without it here.
        return tidy(say(key, self._subject.language, subject="", about="", detail="").strip(" :：「」"), 120)

    def _event(self, about: object, code: object) -> str:
        """Return our sentence for the code of an event, about what it is about; the code where there is none."""
        subject, key = self._name(about), f"event.{code}"
        if key not in LANGUAGES["en"]:
            return f"{subject}: {tidy(str(code), 60)}"
        return tidy(say(key, self._subject.language, subject=subject, detail="", about=subject), 200)

    def _why(self, told: object) -> str:
        reason = told.reason if isinstance(told, Told) else str(told)
        key = reason if reason in LANGUAGES["en"] else "desk.why.unknown"
        return say(key, self._subject.language)

    def _rests(self, told: object) -> str:
        """Say nothing, and note rows: for sentences whose words alone tell them."""
        for one in told if isinstance(told, tuple | list) else (told,):
            if isinstance(one, Told):
                self._cited += one.rows
        return ""
