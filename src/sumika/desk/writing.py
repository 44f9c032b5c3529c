"""What a paper says before anybody has read it: which there are to write, out of what, and from which template."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sumika.desk.contradictions import contradictions
from sumika.desk.draft import Drafter, Material, Subject
from sumika.desk.names import Names
from sumika.desk.packs import Order, Pack, Sources, pack_of
from sumika.desk.paper import Look, Paper, content_of
from sumika.desk.sorting import Sorted
from sumika.desk.template import load_template
from sumika.facts import Book, Period
from sumika.schema import SumikaError, UsageError
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import House


class Writer:
    """Writes the drafts of one house; keeps nothing."""

    def __init__(
        self,
        house: House,
        house_file: str,
        *,
        names: Names,
        packs: tuple[Pack, ...],
        own: Path | None,
        zone: ZoneInfo,
        now: Callable[[], float],
        book: Book | None,
        documents: Callable[[], tuple[Sorted, ...]],
    ) -> None:
        """Know a house.

        Args:
            house: As described.
            house_file: Name of its description, for rows.
            names: Of the house.
            packs: What there is to write, by one's own rules where there are any.
            own: Folder of one's own templates; None: there is none.
            zone: The house's time zone.
            now: Tells the time, seconds since 1970.
            book: The records; None: papers about records cannot be written.
            documents: Returns what was read of files, the newest first.
        """
        self._house, self._house_file, self._names, self._packs = house, house_file, names, packs
        self._own, self._zone, self._now, self._book, self._documents = own, zone, now, book, documents
        self._settings = house.desk or DeskSettings()

    # -- which -------------------------------------------------------------------------------------------------------

    def orders(self, kind: str, day: date | None = None) -> tuple[Order, ...]:
        """Return which papers of a kind there are to write for a day: one for each whom or what it is about.

        Args:
            kind: Of paper.
            day: The day, or one of the week or month; None: today.

        Raises:
            UsageError: if there is no such paper, or it needs records and there are none.
        """
        pack = pack_of(kind, self._packs)
        first, period = self._period(pack.rules.papers[kind].span, day)
        subjects = self._subjects(kind, period)
        return tuple(Order(kind=kind, period=period, day=first, subject=subject) for subject in subjects)

    def _period(self, span: str, day: date | None) -> tuple[date, Period]:
        day = day or Period.today(self._now(), self._zone).dates(self._zone)[0]
        match span:
            case "week":
                period = Period.week(day, self._zone)
            case "month":
                period = Period.month(day.year, day.month, self._zone)
            case "half_year":
                period = Period.of_days(date.fromordinal(day.toordinal() - 182), day, self._zone)
            case _:
                period = Period.day(day, self._zone)
        return (day if span in ("half_year", "none") else period.dates(self._zone)[0]), period

    def _subjects(self, kind: str, period: Period) -> tuple[str, ...]:
        if kind in ("care_day", "care_week"):
            return self.looked_after
        if kind == "maintenance":
            at = min(period.end_unix_s, self._now())
            return tuple(dict.fromkeys(one.subject for one in self._records().due(at)))
        if kind == "incident":
            return tuple(one.id for one in self._records().incidents(period))
        return ("",)

    @property
    def looked_after(self) -> tuple[str, ...]:
        """The residents whom care notes are about: those named in the settings, or all; if they agreed."""
        agreed = self._house.knowing.agreed if self._house.knowing is not None else ()
        wanted = self._settings.about or tuple(one.id for one in self._house.residents)
        return tuple(one for one in wanted if one in agreed)

    def _records(self) -> Book:
        if self._book is None:
            raise UsageError("this paper needs the house's records", remedy="Name its data folder with --data.")
        return self._book

    # -- what --------------------------------------------------------------------------------------------------------

    def draft(self, order: Order, language: str) -> Paper | None:
        """Return a paper, not verified yet; None where there is nothing to write.

        Args:
            order: Which.
            language: en or ja.

        Raises:
            SumikaError: if Sumika's own template cannot be followed, or the paper needs records and there are none.
        """
        pack = pack_of(order.kind, self._packs)
        material = pack.find[order.kind](order, self._sources(pack, order, language))
        if not material.worth:
            return None
        return _with_beside(self._drafted(self._subject(pack, order, language), pack, material), material)

    def _sources(self, pack: Pack, order: Order, language: str) -> Sources:
        return Sources(
            house=self._house,
            house_file=self._house_file,
            book=self._records() if pack.name == "house" else self._book,
            documents=self._documents(),
            names=self._names,
            rule=pack.rules.papers[order.kind],
            kinds=pack.rules.documents,
            language=language,
            now_unix_s=self._now(),
            zone=self._zone,
        )

    def _subject(self, pack: Pack, order: Order, language: str) -> Subject:
        period = order.period if pack.rules.papers[order.kind].span != "none" else None
        return Subject(
            id=order.name,
            kind=order.kind,
            pack=pack.name,
            language=language,
            house=self._house.name,
            subject=order.subject,
            begin_unix_s=period.begin_unix_s if period is not None else None,
            end_unix_s=period.end_unix_s if period is not None else None,
            zone=self._zone.key,
            currency=self._book.currency if self._book is not None else "JPY",
            written_by=self._settings.written_by,
        )

    def _drafted(self, subject: Subject, pack: Pack, material: Material) -> Paper:
        """Return a paper by one's own template; where that cannot be followed by Sumika's, and why beside it."""
        name = f"{subject.kind}.{subject.language}"
        if self._own is None or not (self._own / f"{name}.yaml").is_file():
            return self._by_template(name, pack.folder, subject, material)
        try:
            return self._by_template(name, self._own, subject, material)
        except SumikaError as error:
            look = Look(what="template", detail=str(error)[:300])
        paper = self._by_template(name, pack.folder, subject, material)
        return msgspec.structs.replace(paper, looks=(*paper.looks, look))

    def _by_template(self, name: str, folder: Path, subject: Subject, material: Material) -> Paper:
        template, where = load_template(name, (folder,))
        return Drafter(subject, self._names).draft(template, material, self._now(), where)


def _with_beside(paper: Paper, material: Material) -> Paper:
    """Return a paper with those rows beside it that contradict what it tells: they are named, so they must be in it."""
    known = {(row.id, row.value) for row in paper.rows}
    rows = [*paper.rows, *(row for row in material.beside if (row.id, row.value) not in known)]
    found = contradictions(rows, paper.language)
    wanted = sorted({number for one in found for number in one.rows if number >= len(paper.rows)})
    paper = msgspec.structs.replace(paper, rows=(*paper.rows, *(rows[number] for number in wanted)))
    return msgspec.structs.replace(paper, content=content_of(paper))
