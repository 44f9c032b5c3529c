"""The desk's counter over a real bus: who reads is answered while a paper is written, who decides leaves their name."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import sumika.desk.queue
import sumika.runtime.paper_desk
from sumika.clock import WallClock
from sumika.desk import Desk, Paper, Status
from sumika.desk.audit import Audit
from sumika.desk.packs import Order
from sumika.desk.paper import Look, Statement, Struck, content_of
from sumika.desk.store import Store
from sumika.runtime.desk_loop import DeskLoop
from sumika.runtime.paper_desk import PaperDesk
from sumika.runtime.table import nodes_of
from sumika.schema import SumikaError
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import House
from sumika.schema.papers import (
    MOST_ROWS,
    DecidePaperAnswer,
    DecidePaperRequest,
    PaperAnswer,
    PaperReader,
    PaperRequest,
    PrintedPaperRequest,
    WritePaperRequest,
)
from tests.bus_helpers import runtime_folder, wait_until
from tests.desk_helpers import HOUSE, NOON_S, paper_of, row
from tests.paper_helpers import ALL, Counter

CARER = PaperReader(sees=("hanako",))
PRICES = "品名,対象,単位,単価\n照明,照明,台,12000\nエアコン,エアコン,台,98000\n設計費,一式,式,50000\n"
HOUSE_WITH_DESK = msgspec.structs.replace(HOUSE, desk=DeskSettings())


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(sumika.desk.queue, "FORMS", ("md",))
    monkeypatch.setattr(sumika.runtime.paper_desk, "LISTENS_S", 0.05)
    with runtime_folder() as folder:
        found = Counter(folder, tmp_path, HOUSE_WITH_DESK)
        try:
            yield found
        finally:
            found.end()


def estimated(counter: Counter) -> Paper:
    prices = counter.data / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    with counter.opened() as opened:
        opened.take_file(prices)
        paper = opened.write(Order(kind="estimate")).paper
    assert paper is not None
    return paper


def note_about(data: Path, name: str, subject: str, **changed: Any) -> Paper:
    """Lay a care note where the desk keeps its papers."""
    paper = paper_of("Asleep for 7 h.", [row("sleep_night.asleep_min", "bedroom", 420.0, "min")])
    paper = msgspec.structs.replace(paper, id=name, kind="care_day", subject=subject, status=Status.VERIFIED, **changed)
    paper = msgspec.structs.replace(paper, content=content_of(paper))
    Store(data).keep(paper)
    return paper


def decided(counter: Counter, paper: Paper, what: Any = "approve", **how: Any) -> DecidePaperAnswer:
    question = DecidePaperRequest(
        **{"id": paper.id, "reader": ALL, "what": what, "by": "mari", "content": paper.content, **how}
    )
    answer = counter.ask("decide_paper", question)
    assert isinstance(answer, DecidePaperAnswer)
    return answer


def test_a_paper_is_listed_read_printed_and_approved_and_the_log_has_by_whom(counter: Counter) -> None:
    paper = estimated(counter)
    listed = counter.listed()
    assert (listed.total, listed.open) == (1, 1)
    head = listed.papers[0]
    assert (head.id, head.status, head.called["en"]) == ("estimate", "verified", "Estimate")
    assert head.looks
    assert {kind.kind for kind in listed.kinds} >= {"care_day", "estimate"}
    whole = counter.ask("paper", PaperRequest(id="estimate", reader=ALL))
    assert not whole.changed
    assert whole.sections
    said = [one for section in whole.sections for one in section.sentences if one.rows]
    assert said
    numbers = {one.number for one in whole.rows}
    assert all(set(one.rows) <= numbers and len(one.rows) <= MOST_ROWS for one in said)
    printed = counter.ask("printed_paper", PrintedPaperRequest(id="estimate", reader=ALL))
    assert (printed.name, printed.data[:5]) == ("estimate.pdf", b"%PDF-")
    answer = decided(counter, paper, note="as agreed")
    assert answer.head is not None
    assert (answer.head.status, answer.head.decided_by) == ("approved", "mari")
    last = Audit(counter.data / "desk").entries()[-1]
    assert (last.who, last.what, last.paper, last.note) == ("mari", "approved", "estimate", "as agreed")
    assert (counter.listed(which="open").total, counter.listed(which="approved").total) == (0, 1)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"content": "of another one"}, "written anew"),
        ({"id": "estimate.7"}, "no such paper"),
        ({"id": "../papers/estimate"}, "no such paper"),
        ({"by": "  "}, "nobody is named"),
        ({"by": "rule"}, "the desk itself"),
        ({"reader": CARER}, "no such paper"),
    ],
)
def test_what_cannot_be_decided_says_why_and_leaves_no_line(counter: Counter, how: dict[str, Any], words: str) -> None:
    paper = estimated(counter)
    before = Audit(counter.data / "desk").entries()
    answer = decided(counter, paper, **how)
    assert not answer.accepted
    assert words in answer.problem
    assert answer.problem_ja
    assert Audit(counter.data / "desk").entries() == before


def test_a_second_yes_and_a_yes_to_what_was_changed_elsewhere_are_refused(counter: Counter) -> None:
    paper = estimated(counter)
    assert decided(counter, paper, "refuse").accepted
    assert "decided" in decided(counter, paper).problem
    other = note_about(counter.data, "care_day.1", "hanako")
    assert counter.ask("paper", PaperRequest(id="care_day.1", reader=ALL)).changed
    assert "outside the desk" in decided(counter, other).problem


def test_who_reads_is_answered_while_a_paper_is_written_and_who_waited_in_vain_has_done_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sumika.runtime.paper_desk, "WAITS_S", 0.2)
    paper = estimated(counter)
    counter.is_busy(busy=True)
    assert "try again" in decided(counter, paper).problem
    assert counter.listed().total == 1
    assert isinstance(counter.ask("paper", PaperRequest(id="estimate", reader=ALL)), PaperAnswer)
    counter.is_busy(busy=False)
    assert counter.listed().papers[0].status == "verified"
    monkeypatch.setattr(sumika.runtime.paper_desk, "WAITS_S", 20.0)
    assert decided(counter, paper).accepted


def test_somebody_else_at_the_desk_is_told_of_and_reading_goes_on(counter: Counter) -> None:
    paper = estimated(counter)
    with counter.opened():
        answer = decided(counter, paper)
        assert "the desk is at work" in answer.problem
        assert counter.listed().total == 1
    assert decided(counter, paper).accepted


def test_carers_are_told_of_the_notes_they_may_see_and_of_nothing_else(counter: Counter) -> None:
    estimated(counter)
    note_about(counter.data, "care_day.1", "hanako")
    note_about(counter.data, "care_day.2", "taro")
    seen = counter.listed(CARER)
    assert [one.id for one in seen.papers] == ["care_day.1"]
    assert (seen.total, seen.open, seen.kinds, seen.orders, seen.files) == (1, 1, (), (), ())
    for name in ("care_day.2", "estimate"):
        assert not counter.ask("paper", PaperRequest(id=name, reader=CARER)).accepted
        assert not counter.ask("printed_paper", PrintedPaperRequest(id=name, reader=CARER)).accepted
    assert counter.ask("paper", PaperRequest(id="care_day.1", reader=CARER)).accepted
    assert counter.listed(PaperReader()).total == 0


def test_the_list_comes_page_by_page_the_newest_first(counter: Counter) -> None:
    for number in range(7):
        note_about(counter.data, f"care_day.{number}", "hanako", made_unix_s=NOON_S + number)
    first, second = counter.listed(most=5), counter.listed(most=5, skip=5)
    assert [one.id for one in first.papers] == [f"care_day.{number}" for number in (6, 5, 4, 3, 2)]
    assert [one.id for one in second.papers] == ["care_day.1", "care_day.0"]
    assert (first.total, second.total) == (7, 7)
    assert counter.listed(most=-3, skip=-9).papers == ()
    Store(counter.data).remove(note_about(counter.data, "care_day.6", "hanako"))
    assert counter.listed().total == 6


def test_what_was_struck_out_and_what_contradicts_comes_with_the_paper(counter: Counter) -> None:
    looks = (
        Look(what="struck", detail="Asleep for ~~7 h~~."),
        Look(what="contradiction", detail="asleep longer than in bed", cites=(0,)),
    )
    paper = note_about(counter.data, "care_day.1", "hanako", looks=looks)
    section = paper.sections[0]
    sentence = Statement(text="𠮷 slept 7 h.", cites=(0, 99), struck=(Struck(begin=8, end=11, why="number"),))
    section = msgspec.structs.replace(section, statements=(sentence,))
    Store(counter.data).keep(msgspec.structs.replace(paper, sections=(section,), status=Status.STRUCK))
    whole = counter.ask("paper", PaperRequest(id="care_day.1", reader=ALL))
    assert [look.what for look in whole.head.looks] == ["contradiction", "struck"]
    assert [(one.text, one.struck) for one in whole.sections[0].sentences[0].pieces] == [
        ("𠮷 slept ", False),
        ("7 h", True),
        (".", False),
    ]
    assert whole.sections[0].sentences[0].rows == (1,)
    assert [piece.struck for piece in whole.head.looks[1].pieces] == [False, True, False]


def test_a_paper_that_is_far_too_long_is_cut_and_says_so(counter: Counter) -> None:
    paper = note_about(counter.data, "care_day.1", "hanako")
    many = tuple(Statement(text="x" * 700, cites=(0,)) for _ in range(4000))
    section = msgspec.structs.replace(paper.sections[0], statements=many)
    Store(counter.data).keep(msgspec.structs.replace(paper, sections=(section,)))
    whole = counter.ask("paper", PaperRequest(id="care_day.1", reader=ALL))
    assert whole.left_out + len(whole.sections[0].sentences) == 4000
    assert 0 < whole.left_out < 4000


def test_what_could_not_be_read_is_listed_with_the_reason(counter: Counter) -> None:
    for name, data in (("scan.png", b"\x89PNG\r\n\x1a\n1234"), ("letter.txt", b"nothing that a rule knows")):
        (counter.data / name).write_bytes(data)
        with counter.opened() as opened:
            opened.take_file(counter.data / name)
    files = {one.name: one.why for one in counter.listed().files}
    assert files.keys() == {"scan.png", "letter.txt"}
    assert all(why["en"] and why["ja"] for why in files.values())


def test_a_paper_is_written_when_it_is_asked_for_and_what_became_of_it_is_told(counter: Counter) -> None:
    prices = counter.data / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    with counter.opened() as opened:
        opened.take_file(prices)
    assert counter.ask("write_paper", WritePaperRequest(kind="estimate", language="ja")).accepted
    assert wait_until(lambda: counter.listed().orders[0].state == "written")
    assert counter.listed().orders[0].papers == ("estimate.2026-11-28",)
    assert counter.listed().papers[0].language == "ja"
    assert counter.ask("write_paper", WritePaperRequest(kind="energy_month")).accepted
    assert wait_until(lambda: counter.listed().orders[0].state == "failed")
    assert "records" in counter.listed().orders[0].problem


def test_a_paper_that_fails_as_nobody_foresaw_is_told_as_failed(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(desk: Desk, order: Order, language: str = "") -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(Desk, "write", fails)
    assert counter.ask("write_paper", WritePaperRequest(kind="estimate")).accepted
    assert wait_until(lambda: counter.listed().orders[0].state == "failed")
    assert counter.listed().orders[0].problem == "OverflowError: date value out of range"


@pytest.mark.parametrize(
    "question", [{"kind": "letter"}, {"kind": "estimate", "day": "tomorrow"}, {"kind": "estimate", "day": "9999-12-31"}]
)
def test_what_cannot_be_written_is_not_taken(counter: Counter, question: dict[str, Any]) -> None:
    answer = counter.ask("write_paper", WritePaperRequest(**question))
    assert not answer.accepted
    assert answer.problem
    assert answer.problem_ja
    assert counter.listed().orders == ()


def test_asked_for_again_and_again_it_is_written_once_and_not_without_end(counter: Counter) -> None:
    counter.is_busy(busy=True)
    taken = [
        counter.ask("write_paper", WritePaperRequest(kind="estimate", day=f"2026-11-{day:02}")).accepted
        for day in (1, 1, 2, 3, 4, 5, 6)
    ]
    assert taken == [True] * 6 + [False]
    assert len(counter.listed().orders) == 5


class Frame:
    """What the loop uses of a process."""

    def __init__(self, folder: Path) -> None:
        self.clock = WallClock()
        self.launch = msgspec.defstruct("Launch", [("data", Path), ("house", House)])(folder, HOUSE_WITH_DESK)


def test_the_loop_ends_where_nobody_answers_any_more(tmp_path: Path) -> None:
    with runtime_folder() as folder:
        counter = PaperDesk(folder, tmp_path, HOUSE_WITH_DESK, tmp_path / "house.yaml", lambda: NOON_S)
        with pytest.raises(SumikaError, match="nobody answers"):
            DeskLoop(Frame(tmp_path), counter).turn()  # type: ignore[arg-type]  # all of a process that it uses
        counter.close()


def test_a_house_without_the_libraries_of_paperwork_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = (one for one in nodes_of(HOUSE_WITH_DESK) if one.name == "desk")
    monkeypatch.setitem(sys.modules, "sumika.runtime.desk_loop", None)  # as where one of its imports is not there
    with pytest.raises(SumikaError, match=r"sumika\[desk\]"):
        node.loop(node, Frame(tmp_path).launch)  # type: ignore[arg-type]  # it comes no further than its imports
