"""The queue may be killed between any two steps, and nobody changes what it left without being found out."""

import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

import sumika.desk.intake
import sumika.desk.queue
from sumika.desk import Paper, Status
from sumika.desk.audit import AUDIT_FILE, HEAD_FILE, Audit
from sumika.desk.packs import Order
from sumika.desk.paper import Section, Statement
from sumika.schema import SumikaError, UsageError
from sumika.schema.desk_settings import DeskSettings
from tests.desk_helpers import NOON_S
from tests.desk_queue_helpers import PRICES, Killed, desk, drop

FULL_PRICES = f"{PRICES}レーダー,レーダー,台,1\n空気,sensor:air,台,2\nメーター,sensor:meter,台,3\n"
ESTIMATE = Order(kind="estimate")


@pytest.fixture(autouse=True)
def _no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the PDF out: it is tested where it is shown, and takes its time."""
    monkeypatch.setattr(sumika.desk.queue, "FORMS", ("md", "html"))


def estimated(folder: Path) -> Paper:
    with desk(folder) as opened:
        opened.take_file(drop(folder / "mine", "prices.csv", PRICES.encode()))
        paper = opened.write(ESTIMATE).paper
    assert paper is not None
    return paper


def test_a_paper_goes_from_a_file_to_a_persons_yes_with_a_line_for_each_step(tmp_path: Path) -> None:
    paper = estimated(tmp_path)
    assert paper.status is Status.VERIFIED
    with desk(tmp_path) as opened:
        approved = opened.approve(paper.id, by="Mari", note="as agreed")
        assert opened.faults() == ()
    assert (approved.status, approved.decided_by, approved.decided_unix_s) == (Status.APPROVED, "Mari", NOON_S)
    lines = Audit(tmp_path / "desk").entries()
    assert [(line.who, line.what) for line in lines] == [("desk", "read"), ("desk", "drafted"), ("Mari", "approved")]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "desk").rglob("*"))


def test_written_a_second_time_it_writes_nothing_new(tmp_path: Path) -> None:
    estimated(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()}
    with desk(tmp_path, now_s=NOON_S + 600) as opened:
        assert opened.write(ESTIMATE).what == "same"
        assert opened.take_file(tmp_path / "mine" / "prices.csv").what == "known"
    assert {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()} == before


def test_a_decided_paper_is_kept_and_what_is_new_gets_a_name_of_its_own(tmp_path: Path) -> None:
    paper = estimated(tmp_path)
    with desk(tmp_path) as opened:
        opened.approve(paper.id, by="Mari")
    with desk(tmp_path, now_s=NOON_S + 60) as opened:
        opened.take_file(drop(tmp_path / "mine", "newer.csv", PRICES.replace("12000", "14000").encode()))
        newer = opened.write(ESTIMATE)
        assert newer.name == "estimate.2"
        assert opened.paper("estimate").status is Status.APPROVED
        assert opened.faults() == ()


def test_nobody_decides_without_a_name_twice_or_on_what_was_struck_out_without_a_word(tmp_path: Path) -> None:
    paper = estimated(tmp_path)
    with desk(tmp_path) as opened:
        with pytest.raises(UsageError, match="nobody"):
            opened.approve(paper.id, by="  ")
        opened.refuse(paper.id, by="Ken")
        with pytest.raises(UsageError, match="refused already"):
            opened.approve(paper.id, by="Mari")
        with pytest.raises(UsageError, match="no paper"):
            opened.approve("estimate.of.nothing", by="Mari")


def test_what_is_struck_out_is_approved_only_with_a_note(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "estimate.en.yaml").write_text("title: Estimate\nsections:\n  - {title: Sum, say: [about 5 yen]}\n")
    with desk(tmp_path, DeskSettings(templates="own")) as opened:
        opened.take_file(drop(tmp_path / "mine", "prices.csv", PRICES.encode()))
        paper = opened.write(ESTIMATE).paper
        assert paper is not None
        assert paper.status is Status.STRUCK
        with pytest.raises(UsageError, match="struck out"):
            opened.approve(paper.id, by="Mari")
        assert opened.approve(paper.id, by="Mari", note="I know").status is Status.APPROVED


def test_a_broken_template_of_ones_own_is_told_and_the_other_one_taken(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "estimate.en.yaml").write_text("title: '{{ nothing.at.all }}'\nsections: []\n")
    with desk(tmp_path, DeskSettings(templates="own")) as opened:
        opened.take_file(drop(tmp_path / "mine", "prices.csv", PRICES.encode()))
        paper = opened.write(ESTIMATE).paper
    assert paper is not None
    assert "template" in [look.what for look in paper.looks]
    assert paper.title.text.startswith("Estimate")


def test_nothing_is_approved_unread_unless_a_person_wrote_so(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "rules.yaml").write_text("estimate: { may_be_approved_unread: true }\n")
    assert estimated(tmp_path / "other").status is Status.VERIFIED
    with desk(tmp_path, DeskSettings(templates="own")) as opened:
        opened.take_file(
            drop(
                tmp_path / "mine",
                "prices.csv",
                FULL_PRICES.encode(),
            )
        )
        paper = opened.write(ESTIMATE).paper
    assert paper is not None
    assert (paper.status, paper.decided_by, paper.looks) == (Status.APPROVED, "rule", ())


# -- killed between steps ----------------------------------------------------------------------------------------------


def steps(folder: Path) -> list[str]:
    """Do a whole piece of work, from the drop folder to a decision; return what lies there at the end."""
    with desk(folder) as opened:
        opened.take_in(folder / "in")
        paper = opened.write(ESTIMATE).paper
        if paper is not None and opened.paper("estimate").status is not Status.APPROVED:
            opened.approve("estimate", by="Mari", note="yes")
        assert opened.faults() == ()
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("name", "stride"), [("replace", 1), ("fsync", 4)])
def test_killed_between_any_two_steps_it_ends_as_if_it_had_not_been(tmp_path: Path, name: str, stride: int) -> None:
    def prepare(folder: Path) -> Path:
        folder.mkdir()
        drop(folder / "in", "prices.csv", PRICES.encode())
        drop(folder / "in", "half.xlsx", b"PK\x03\x04 half of it")
        return folder

    wanted = steps(prepare(tmp_path / "whole"))
    assert not any(path.startswith("in/") for path in wanted)
    for number in range(1, 100, stride):
        folder = prepare(tmp_path / f"{name}{number}")
        if not _killed_at(number, name, partial(steps, folder)):
            break
        assert steps(folder) == wanted, number
        entries = Audit(folder / "desk").entries()
        assert [entry.what for entry in entries].count("approved") == 1, number
    assert number > 10, "it was killed at too few places to tell"


def _killed_at(number: int, name: str, work: Callable[[], object]) -> bool:
    """Do some work, stopped dead before the numbered call that puts something on the disk; return whether it was."""
    calls = 0

    with pytest.MonkeyPatch.context() as patch:
        target: object = os if name == "fsync" else Path
        before = getattr(target, name)

        def once(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == number:
                raise Killed
            return before(*arguments, **named)

        patch.setattr(target, name, once)
        try:
            work()
        except Killed:
            return True
    return False


# -- tampering ---------------------------------------------------------------------------------------------------------


def _changed_paper(folder: Path) -> None:
    path = folder / "desk" / "papers" / "estimate.json"
    path.write_bytes(path.read_bytes().replace(b"Mari", b"Hans"))


def _changed_line(folder: Path) -> None:
    path = folder / "desk" / AUDIT_FILE
    path.write_bytes(path.read_bytes().replace(b'"who":"Mari"', b'"who":"Hans"'))


def _lost_line(folder: Path) -> None:
    path = folder / "desk" / AUDIT_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((lines[0], *lines[2:])))


def _cut_off(folder: Path) -> None:
    path = folder / "desk" / AUDIT_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _forged(folder: Path) -> None:
    papers = folder / "desk" / "papers"
    forged = (papers / "estimate.json").read_bytes().replace(b'"id":"estimate"', b'"id":"x"')
    (papers / "x.json").write_bytes(forged)


@pytest.mark.parametrize(
    ("tamper", "wanted"),
    [
        (_changed_paper, "paper_changed"),
        (_changed_line, "changed"),
        (_lost_line, "chain"),
        (_cut_off, "cut_off"),
        (lambda folder: (folder / "desk" / HEAD_FILE).unlink(), "no_head"),
        (lambda folder: (folder / "desk" / "papers" / "estimate.json").unlink(), "paper_missing"),
        (_forged, "paper_unknown"),
        (lambda folder: next((folder / "desk" / "files").iterdir()).write_text("item,price\n"), "file_changed"),
    ],
)
def test_who_changes_what_the_desk_left_is_found_out(
    tmp_path: Path, tamper: Callable[[Path], object], wanted: str
) -> None:
    paper = estimated(tmp_path)
    with desk(tmp_path) as opened:
        opened.approve(paper.id, by="Mari")
    tamper(tmp_path)
    with desk(tmp_path) as opened:
        assert wanted in [key for key, _ in opened.faults()]


def test_a_paper_that_was_changed_outside_is_not_approved_but_written_anew(tmp_path: Path) -> None:
    paper = estimated(tmp_path)
    path = tmp_path / "desk" / "papers" / f"{paper.id}.json"
    forged = msgspec.structs.replace(
        paper, sections=(Section(title=Statement(text="x"), statements=(Statement(text="free"),)),)
    )
    path.write_bytes(msgspec.json.encode(forged))
    with desk(tmp_path) as opened:
        with pytest.raises(SumikaError, match="outside"):
            opened.approve(paper.id, by="Mari")
        assert opened.write(ESTIMATE).what == "written"
        assert opened.approve(paper.id, by="Mari").sections == paper.sections


def test_a_disk_that_is_full_between_a_line_and_its_seal_costs_nothing_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    paper = estimated(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Audit, "_write_head", full)
        with desk(tmp_path) as opened, pytest.raises(SumikaError, match="No space left"):
            opened.approve(paper.id, by="Mari")
        with desk(tmp_path) as opened:  # opens all the same, and has done what its log says
            assert opened.paper(paper.id).status is Status.APPROVED
    with monkeypatch.context() as patch:
        patch.setattr(Audit, "_drop_unfinished", full)
        with desk(tmp_path) as opened, pytest.raises(SumikaError, match="No space left"):
            opened.take_file(drop(tmp_path / "mine", "newer.csv", PRICES.replace("12000", "14000").encode()))
    with desk(tmp_path) as opened:
        opened.take_file(tmp_path / "mine" / "newer.csv")
        assert opened.faults() == ()


def test_two_are_not_at_the_desk_at_once(tmp_path: Path) -> None:
    with desk(tmp_path), pytest.raises(SumikaError, match="at work"), desk(tmp_path):
        pass


def test_approved_papers_go_when_they_have_been_kept_long_enough(tmp_path: Path) -> None:
    paper = estimated(tmp_path)
    with desk(tmp_path) as opened:
        opened.approve(paper.id, by="Mari")
    with desk(tmp_path, DeskSettings(keep_days=10), now_s=NOON_S + 4000 * 86_400) as opened:
        assert opened.tidy_up() == ()  # the clock is wrong for a moment
        opened.take_file(drop(tmp_path / "mine", "other.csv", b"item,price\nlamp,5\n"))  # and leaves a line
        assert opened.tidy_up() == ()
    with desk(tmp_path, DeskSettings(keep_days=10), now_s=NOON_S + 86_400) as opened:
        opened.take_file(drop(tmp_path / "mine", "third.csv", b"item,price\nlamp,6\n"))
    with desk(tmp_path, DeskSettings(keep_days=10), now_s=NOON_S + 4001 * 86_400) as opened:
        assert opened.tidy_up() == ()
    with desk(tmp_path, DeskSettings(keep_days=10), now_s=NOON_S + 11 * 86_400) as opened:
        assert opened.tidy_up() == (paper.id,)
        assert opened.papers() == ()
        assert opened.faults() == ()
        assert opened.has(paper.id)  # it is not due again
        assert opened.write(ESTIMATE).what == "written"  # who asks for it has it
