"""A year of paperwork for three households: whether every number is what the records say, and how much is left to do.

Each month is written anew into an empty data folder, with five contradictions in it on purpose. The desk writes all
that falls due in the month: a care note for each day and resident who is looked after, one for each week, the month's
report, maintenance orders, a report on each alarm.

- `report_numbers_wrong`: what the rows of every paper say is asked of the records again, sample by sample and with code
  of its own (`desk_rows`); every sentence and cell is then read against these answers. A number, day or hour that is
  not borne out by them counts, and so does a row that the records do not have.
- `contradictions_found`: share of those put in that some paper names, by kind and by what they are about.
- `untouched_share`: records of `routine_records.yaml` that are there, verified, complete and ask for no person's hand,
  by all that a person would have to write. The five contradictions of each month, and nights that were not measured,
  count against it.
- `report_s`: the most that one paper took of one core, to draft, to verify and to print as Markdown, HTML and PDF. What
  passed on the clock meanwhile, whatever else the machine did, is beside it.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from sumika.clock import Instant, SimulatedClock
from sumika.desk import Desk, Names, Paper, Statement
from sumika.desk.contradictions import contradictions
from sumika.desk.packs import Order
from sumika.desk.template import read_yaml
from sumika.desk.verify import struck_in
from sumika.evaluate.assistant.desk_rows import AskedAgain
from sumika.evaluate.assistant.households import HOUSEHOLDS, household
from sumika.evaluate.assistant.month_truth import MonthTruth, Seeded
from sumika.evaluate.assistant.months import write_month
from sumika.evaluate.figure import Evidence, Figure
from sumika.facts import Book, Row

YEAR, SEED = 2026, 400
RECORDS_FILE = Path(__file__).parent / "routine_records.yaml"
_HOURS_AFTER = 32
"""At eight o'clock on the second day of the next month all of the month is told."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the list of what a person would have to write.

    Attributes:
        paper: Kind of paper that does it.
        each: How often: day, week, month, due or alarm.
        must_hold: Numbers of the sections that must say something.
    """

    paper: str
    each: str
    must_hold: tuple[int, ...]


@dataclass
class Tally:
    """What some months came to."""

    numbers: int = 0
    wrong: list[str] = field(default_factory=list)
    rows: int = 0
    not_asked: dict[str, int] = field(default_factory=dict)
    seeded: int = 0
    found: int = 0
    not_found: list[str] = field(default_factory=list)
    named: int = 0
    wanted: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    papers: int = 0
    seconds: list[float] = field(default_factory=list)
    passed_s: list[float] = field(default_factory=list)


def measure(full: bool) -> dict[str, Figure]:
    """Return the desk's figures: of a year of three households, or the speed of one month alone.

    Args:
        full: All of it; otherwise one month of one household, of which only the speed is told.

    Raises:
        SumikaError: if a month cannot be written or read.
    """
    tally = Tally()
    months = [(name, month) for month in range(1, 13) for name in HOUSEHOLDS] if full else [(HOUSEHOLDS[0], 11)]
    for number, (name, month) in enumerate(months, 1):
        sys.stderr.write(f"desk: month {number} of {len(months)} ({name})\n")
        with tempfile.TemporaryDirectory(prefix="sumika-desk-") as folder:
            look_at(Path(folder), name, month, tally)
    figures = figures_of(tally)
    return figures if full else {"report_s": figures["report_s"]}


def figures_of(tally: Tally) -> dict[str, Figure]:
    """Return figures from what some months came to."""
    simulated = Evidence.SIMULATION
    return {
        "report_numbers_wrong": Figure(
            value=float(len(tally.wrong)),
            unit="numbers",
            evidence=simulated,
            detail={
                "numbers": float(tally.numbers),
                "papers": float(tally.papers),
                "rows_asked_again": float(tally.rows),
                **{f"not_asked.{source}": float(count) for source, count in tally.not_asked.items()},
                **{f"wrong.{number}": words for number, words in enumerate(tally.wrong[:10])},
            },
        ),
        "contradictions_found": Figure(
            value=tally.found / max(tally.seeded, 1),
            unit="share",
            evidence=simulated,
            detail={
                "seeded": float(tally.seeded),
                "named_in_all": float(tally.named),
                **{f"missed.{number}": words for number, words in enumerate(tally.not_found[:10])},
            },
        ),
        "untouched_share": _untouched_share(tally),
        "report_s": Figure(
            value=max(tally.seconds, default=0.0),
            unit="s",
            evidence=Evidence.MEASURED,
            detail={
                "mean_s": sum(tally.seconds) / max(len(tally.seconds), 1),
                "longest_on_the_clock_s": max(tally.passed_s, default=0.0),
                "papers": float(tally.papers),
            },
        ),
    }


def _untouched_share(tally: Tally) -> Figure:
    wanted, done = sum(tally.wanted.values()), sum(tally.done.values())
    shares = {kind: f"{tally.done.get(kind, 0)} of {count}" for kind, count in tally.wanted.items()}
    return Figure(
        value=done / max(wanted, 1),
        unit="share",
        evidence=Evidence.SIMULATION,
        detail={"records": float(wanted), **shares},
    )


def look_at(folder: Path, name: str, month: int, tally: Tally) -> tuple[dict[str, Paper], AskedAgain]:
    """Write one month, have the desk write its papers, and count.

    Args:
        folder: An empty folder.
        name: Of the household.
        month: 1 to 12.
        tally: What it is counted in.

    Returns:
        The papers by name, and who asks the records again.
    """
    truth = write_month(folder, name, YEAR, month, SEED)
    house = household(name)
    now_s = truth.end_s + 3600.0 * _HOURS_AFTER
    clock = SimulatedClock(Instant(round(now_s * 1e9), round(now_s * 1e9), "bench"))
    papers: dict[str, Paper] = {}
    with (
        Book(folder, house.house, clock) as book,
        Desk(folder, house.house, house.path, now=lambda: now_s, book=book) as desk,
    ):
        orders = list(_orders(desk, truth))
        for order in orders:
            begun, worked = time.perf_counter(), time.process_time()
            outcome = desk.write(order)
            tally.seconds.append(time.process_time() - worked)
            tally.passed_s.append(time.perf_counter() - begun)
            if outcome.paper is not None:
                papers[order.name] = outcome.paper
        names = desk.names
    asked = AskedAgain(truth, house.house)
    for paper in papers.values():
        tally.papers += 1
        again = asked_again(paper, asked, tally)
        for statement, unit in _statements(paper):
            read_against(statement, unit, paper, again, tally, names)
    _contradictions(truth, tuple(papers.values()), tally)
    _untouched(truth, desk, papers, tally)
    return papers, asked


def _days(truth: MonthTruth) -> list[date]:
    first = datetime.fromtimestamp(truth.begin_s, truth.zone).date()
    last = datetime.fromtimestamp(truth.end_s - 1.0, truth.zone).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _orders(desk: Desk, truth: MonthTruth) -> Iterator[Order]:
    days = _days(truth)
    for day in days:
        yield from desk.orders("care_day", day)
        yield from desk.orders("incident", day)
        if day.weekday() == 6 and day - timedelta(days=6) >= days[0]:
            yield from desk.orders("care_week", day)
    yield from desk.orders("energy_month", days[0])
    yield from desk.orders("maintenance", days[-1])


# -- numbers -----------------------------------------------------------------------------------------------------------


def asked_again(paper: Paper, asked: AskedAgain, tally: Tally) -> tuple[Row | None, ...]:
    """Return the rows of a paper with what the records say in place of what the paper has; None: they have no such."""
    again: list[Row | None] = []
    for row in paper.rows:
        answer = asked.ask(row)
        tally.rows += 1
        if not answer.known and row.source.startswith("trend."):
            tally.not_asked[row.source] = tally.not_asked.get(row.source, 0) + 1
            again.append(row)
            continue
        is_there = answer.known and (answer.value is not None or row.value is None)
        if not is_there:
            tally.wrong.append(f"{paper.id}: the records have no {row.id}")
        again.append(msgspec.structs.replace(row, value=answer.value) if is_there else None)
    return tuple(again)


def _statements(paper: Paper) -> Iterator[tuple[Statement, str]]:
    yield paper.title, ""
    for section in paper.sections:
        yield from ((statement, "") for statement in section.statements)
        if section.table is not None:
            for row in section.table.rows:
                yield from zip(row, (column.unit for column in section.table.columns), strict=True)


def read_against(
    statement: Statement, unit: str, paper: Paper, again: tuple[Row | None, ...], tally: Tally, names: Names
) -> None:
    """Read a sentence or cell against what the records say; whatever of it they do not bear out is wrong."""
    tally.numbers += sum(part.isdigit() for part in _parts(statement.text))
    rows = [row for number in statement.cites if (row := again[number]) is not None]
    for piece in struck_in(statement, rows, paper, names, unit):
        tally.wrong.append(f"{paper.id}: {statement.text[piece.begin : piece.end]} in {statement.text[:80]}")


def _parts(text: str) -> list[str]:
    return "".join(letter if letter.isdigit() else " " for letter in text).split()


# -- contradictions ----------------------------------------------------------------------------------------------------


def _contradictions(truth: MonthTruth, papers: tuple[Paper, ...], tally: Tally) -> None:
    found = [
        (one.kind, [paper.rows[number] for number in one.rows])
        for paper in papers
        for one in contradictions(paper.rows, paper.language)
        if any(look.what == "contradiction" and set(one.rows) <= set(look.cites) for look in paper.looks)
    ]
    tally.named += len(found)
    for seeded in truth.contradictions:
        tally.seeded += 1
        if any(_is_it(seeded, kind, rows) for kind, rows in found):
            tally.found += 1
        else:
            tally.not_found.append(f"{truth.household} {truth.month}: {seeded.kind}, {seeded.what}")


def _is_it(seeded: Seeded, kind: str, rows: list[Row]) -> bool:
    about = any(row.subject == seeded.subject or row.part == seeded.subject for row in rows)
    return (
        kind == seeded.kind
        and about
        and any(row.begin_unix_s <= seeded.end_s + 60.0 and row.end_unix_s >= seeded.begin_s - 60.0 for row in rows)
    )


# -- what is left to do ------------------------------------------------------------------------------------------------


def _untouched(truth: MonthTruth, desk: Desk, papers: dict[str, Paper], tally: Tally) -> None:
    """Count what a person would have had to write, and what of it is done."""
    for what, rule in read_yaml(RECORDS_FILE, dict[str, Wanted]).items():
        for name in _names(rule, truth, desk):
            tally.wanted[what] = tally.wanted.get(what, 0) + 1
            paper = papers.get(name)
            if paper is not None and paper.is_finished and _is_complete(paper, rule):
                tally.done[what] = tally.done.get(what, 0) + 1


def _names(rule: Wanted, truth: MonthTruth, desk: Desk) -> Iterator[str]:
    """Yield the names that papers must have, worked out from the truth alone: a paper that is not there is not done."""
    days, looked_after = _days(truth), desk.looked_after
    match rule.each:
        case "day":
            yield from (f"{rule.paper}.{day}.{resident}" for day in days for resident in looked_after)
        case "week":
            mondays = [day for day in days if day.weekday() == 0 and day + timedelta(days=6) <= days[-1]]
            yield from (f"{rule.paper}.{day}.{resident}" for day in mondays for resident in looked_after)
        case "month":
            yield f"{rule.paper}.{days[0]}"
        case "due":
            yield from (f"{rule.paper}.{days[-1]}.{subject}" for subject in sorted({one for _, one in truth.due}))
        case "alarm":
            for name, states in truth.alarms.items():
                if not states[-1].test and truth.begin_s <= states[-1].since_unix_s < truth.end_s:
                    day = datetime.fromtimestamp(states[-1].since_unix_s, truth.zone).date()
                    yield f"{rule.paper}.{day}.{name}"


def _is_complete(paper: Paper, rule: Wanted) -> bool:
    sections = paper.sections
    return all(
        number < len(sections) and bool(sections[number].statements or sections[number].table)
        for number in rule.must_hold
    )
