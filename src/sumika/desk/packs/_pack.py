"""What a pack is: its rules as data, and one function that finds out what a paper tells."""

import difflib
import importlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from sumika.desk.draft import Material
from sumika.desk.names import Names
from sumika.desk.sorting import KindRule, Sorted
from sumika.desk.template import read_yaml
from sumika.desk.told import Told, moment
from sumika.facts import Book, Period, Row
from sumika.schema import UsageError
from sumika.schema.house import House

PACKS = ("house", "builder")
RULES_FILE, OWN_RULES_FILE = "pack.yaml", "rules.yaml"
Span = Literal["day", "week", "month", "half_year", "none"]


class PaperRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of paper.

    Attributes:
        called: What it is called, by language.
        span: How long the time is that one paper is about.
        numbers: Fixed numbers that it tells, each a row of its own: name -> (value, unit).
        reads: Kinds of documents it needs.
        unread: Whether it may be approved without a person having read it, where all of it was verified and nothing is
            to be looked at. Never so unless a person wrote it into their own rules.
    """

    called: dict[str, str]
    span: Span = "none"
    numbers: dict[str, tuple[float, str]] = {}
    reads: tuple[str, ...] = ()
    unread: bool = msgspec.field(default=False, name="may_be_approved_unread")


class PackRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules of a pack: kind of paper -> rule, kind of document -> rule."""

    papers: dict[str, PaperRule]
    documents: dict[str, KindRule] = {}


class _OwnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    numbers: dict[str, float] = {}
    unread: bool = msgspec.field(default=False, name="may_be_approved_unread")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One paper that is to be written.

    Attributes:
        kind: Which.
        period: About when; None: about no time.
        day: The day, or the first day of the week or month, for its name; None: about no time.
        subject: About whom or what; empty: the house.
    """

    kind: str
    period: Period | None = None
    day: date | None = None
    subject: str = ""

    @property
    def name(self) -> str:
        """Name of the paper: care_day.2026-11-28.mother."""
        pieces = [self.kind, self.day.isoformat() if self.day is not None else "", self.subject]
        return ".".join(piece for piece in pieces if piece)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack may look at.

    Attributes:
        house: As described.
        house_file: Name of its description, for rows.
        book: The records; None where there are none.
        documents: What was read of files, the newest first.
        names: Of the house.
        rule: Of the paper.
        kinds: Of documents.
        language: Of the paper.
        now_unix_s: The present moment.
        zone: The house's time zone.
    """

    house: House
    house_file: str
    book: Book | None
    documents: tuple[Sorted, ...]
    names: Names
    rule: PaperRule
    kinds: Mapping[str, KindRule]
    language: str
    now_unix_s: float
    zone: ZoneInfo

    @property
    def today(self) -> Told:
        """The day, not the moment: what is written twice in a day says the same."""
        at = Period.today(self.now_unix_s, self.zone).begin_unix_s
        row = Row(source="desk", subject="today", begin_unix_s=at, end_unix_s=at, value=at, unit="unix_s")
        return moment(at, (row,))

    def fixed(self, name: str, pack: str) -> Row:
        """Return a fixed number of the rule as a row."""
        value, unit = self.rule.numbers[name]
        return Row(source="rule", subject=f"{pack}.{name}", begin_unix_s=0.0, end_unix_s=0.0, value=value, unit=unit)


Find = Callable[[Order, Sources], Material]
"""Finds out what a paper tells."""


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack.

    Attributes:
        name: Of its folder.
        rules: What it writes and what it reads.
        folder: Where its templates lie.
        find: What a paper tells, by kind.
    """

    name: str
    rules: PackRules
    folder: Path
    find: Mapping[str, Find]

    def with_own_rules(self, folder: Path | None) -> "Pack":
        """Return the pack with the rules that a person wrote beside their templates.

        Args:
            folder: Of their templates; None: there is none.

        Raises:
            SumikaError: if the rules cannot be read.
        """
        path = folder / OWN_RULES_FILE if folder is not None else None
        if path is None or not path.is_file():
            return self
        own = read_yaml(path, dict[str, _OwnRule])
        papers = {kind: _changed(rule, own.get(kind)) for kind, rule in self.rules.papers.items()}
        return msgspec.structs.replace(self, rules=msgspec.structs.replace(self.rules, papers=papers))


def _changed(rule: PaperRule, own: _OwnRule | None) -> PaperRule:
    if own is None:
        return rule
    numbers = {name: (own.numbers.get(name, value), unit) for name, (value, unit) in rule.numbers.items()}
    return msgspec.structs.replace(rule, numbers=numbers, unread=own.unread)


@cache
def _load(name: str) -> Pack:
    module = importlib.import_module(f"sumika.desk.packs.{name}")
    folder = Path(module.__file__ or "").parent
    return Pack(name=name, rules=read_yaml(folder / RULES_FILE, PackRules), folder=folder, find=module.FIND)


def load_packs(own: Path | None = None) -> tuple[Pack, ...]:
    """Return every pack there is.

    Args:
        own: Folder of one's own templates and rules; None: there is none.

    Raises:
        SumikaError: if one's own rules cannot be read.
    """
    return tuple(_load(name).with_own_rules(own) for name in PACKS)


def pack_of(kind: str, packs: tuple[Pack, ...]) -> Pack:
    """Return the pack that writes a kind of paper.

    Raises:
        UsageError: if none does.
    """
    for pack in packs:
        if kind in pack.rules.papers:
            return pack
    known = [one for pack in packs for one in pack.rules.papers]
    near = difflib.get_close_matches(kind, known, n=1)
    meant = f"Did you mean '{near[0]}'? " if near else ""
    raise UsageError(f"there is no paper '{kind}'", remedy=f"{meant}There are: {', '.join(known)}.")
