"""The queue may be killed between any two steps, and nobody changes what it left without being found out."""

import errno
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

import sumika.desk.intake
import sumika.desk.queue
from sumika.desk import Desk, Paper, Status
from sumika.desk.audit import AUDIT_FILE, HEAD_FILE, Audit
from sumika.desk.packs import Order
from sumika.desk.paper import Section, Statement
from sumika.desk.reading import Document, UnreadError, read_file
from sumika.desk.sorting import Sorted
from sumika.desk.store import Store
from sumika.schema import SumikaError, UsageError
from sumika.schema.desk_settings import DeskSettings
from tests.desk_helpers import HOUSE, NOON_S

PRICES = "品名,対象,単位,単価\n照明,照明,台,12000\nエアコン,エアコン,台,98000\n設計費,一式,式,50000\n"
FULL_PRICES = f"{PRICES}レーダー,レーダー,台,1\n空気,sensor:air,台,2\nメーター,sensor:meter,台,3\n"
ESTIMATE = Order(kind="estimate")


@pytest.fixture(autouse=True)
def _no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the PDF out: it is tested where it is shown, and takes its time."""
    monkeypatch.setattr(sumika.desk.queue, "FORMS", ("md", "html"))


def desk(folder: Path, settings: DeskSettings | None = None, now_s: float = NOON_S) -> Desk:
    house = msgspec.structs.replace(HOUSE, desk=settings or DeskSettings())
    return Desk(folder, house, folder / "house.yaml", now=lambda: now_s)


def drop(folder: Path, name: str, data: bytes, age_s: float = 60.0) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (NOON_S - age_s, NOON_S - age_s))
    return path


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


class Killed(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


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


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_that_are_dropped_are_read_once_they_have_settled_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    drop(folder, "prices.csv", PRICES.encode())
    drop(folder, "writing.csv", b"item,price\n", age_s=0.5)
    drop(folder, "later.csv.part", PRICES.encode())
    drop(folder, ".hidden", b"x")
    drop(folder, "empty.pdf", b"")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "folder").mkdir()
    with desk(tmp_path) as opened:
        found = {one.name: one.what for one in opened.take_in(folder)}
        assert found == {"empty.pdf": "unread", "prices.csv": "read"}
        assert [one.reason for one in opened.unread()] == ["empty"]
        assert opened.take_in(folder) == ()
        assert opened.faults() == ()
    assert {path.name for path in folder.iterdir()} == {
        "writing.csv",
        "later.csv.part",
        ".hidden",
        "link.csv",
        "folder",
    }
    kept = {path.name.split("-", 1)[1] for path in (tmp_path / "desk" / "files").iterdir()}
    assert kept == {"prices.csv"}


def test_a_half_written_file_is_put_aside_and_the_whole_one_read_when_it_comes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    whole = json.dumps({"使用量": "312 kWh", "請求金額": "9,876円", "利用月": "2026年11月"}).encode()
    drop(folder, "bill.json", whole[:-9])
    with desk(tmp_path) as opened:
        assert [one.what for one in opened.take_in(folder)] == ["unread"]
        drop(folder, "bill.json", whole)
        taken = opened.take_in(folder)
    assert [(one.what, one.document and one.document.kind) for one in taken] == [("read", "electricity_bill")]
    fields = {one.name: one.number for one in taken[0].document.records[0]} if taken[0].document else {}
    assert fields == {"energy": 312.0, "amount": 9876.0, "month": None}


@pytest.mark.parametrize(
    ("raw", "called"),
    [
        ("単価表.csv".encode("cp932"), "単価表.csv"),  # out of an archive made by Japanese Windows
        (("請" * 80 + ".csv").encode(), "請" * 80 + ".csv"),  # 244 bytes, and 255 are all that a name may have
        (b"\xff\x81\xfe\x80.csv", "\ufffd\ufffd\ufffd\ufffd.csv"),
    ],
)
def test_a_file_is_taken_in_whatever_it_is_called(tmp_path: Path, raw: bytes, called: str) -> None:
    folder = tmp_path / "in"
    drop(folder, os.fsdecode(raw), PRICES.encode())
    with desk(tmp_path) as opened:
        assert [(one.what, one.name) for one in opened.take_in(folder)] == [("read", called)]
        assert opened.faults() == ()
    assert not list(folder.iterdir())


def test_half_a_character_in_json_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    drop(folder, "bill.json", rb'{"energy \ud83d used": "350 kWh", "amount due": "9,000\ud83d"}')
    with desk(tmp_path) as opened:
        (taken,) = opened.take_in(folder)
        assert taken.document is not None
        assert {one.name: one.number for one in taken.document.records[0]}["amount"] == 9000.0


def test_one_file_that_fails_as_nobody_foresaw_is_put_aside_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str, data: bytes) -> Document:
        if name == "a.csv":
            raise ZeroDivisionError("in some reader")
        return read_file(name, data)

    monkeypatch.setattr(sumika.desk.intake, "read_file", fails)
    folder = tmp_path / "in"
    drop(folder, "a.csv", b"item,price\nlamp,5\n")
    drop(folder, "b.csv", PRICES.encode())
    with desk(tmp_path) as opened:
        assert [one.what for one in opened.take_in(folder)] == ["unread", "read"]
        (unread,) = opened.unread()
        assert opened.faults() == ()
    assert (unread.reason, unread.detail) == ("unforeseen", "ZeroDivisionError: in some reader")


def test_what_could_not_be_read_is_read_when_it_comes_again_to_a_sumika_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    tried: list[str] = []

    def cannot(name: str, data: bytes) -> Document:
        tried.append(name)
        raise UnreadError("bad_csv")

    with desk(tmp_path) as opened:
        with monkeypatch.context() as patch:
            patch.setattr(sumika.desk.intake, "read_file", cannot)
            for when in ("unread", "known"):  # the same Sumika would say the same
                drop(folder, "prices.csv", PRICES.encode())
                assert [one.what for one in opened.take_in(folder)] == [when]
            assert tried == ["prices.csv"]
            patch.setattr(sumika.desk.intake, "version", lambda _: "another")
            drop(folder, "prices.csv", PRICES.encode())
            assert [one.what for one in opened.take_in(folder)] == ["unread"]
            assert len(opened.unread()) == 1
        drop(folder, "prices.csv", PRICES.encode())
        assert [one.what for one in opened.take_in(folder)] == ["read"]
        assert opened.unread() == ()
        assert opened.faults() == ()
    assert not list((tmp_path / "desk" / "unread").iterdir())


def test_a_file_that_is_called_as_what_it_is_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    with desk(tmp_path) as opened:
        for name, what in (("prices.dat", "unread"), ("more.dat", "known"), ("prices.csv", "read")):
            drop(folder, name, PRICES.encode())
            assert [one.what for one in opened.take_in(folder)] == [what]
        assert opened.unread() == ()
        assert opened.faults() == ()


def test_a_file_at_which_the_desk_is_killed_twice_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*arguments: object, **named: object) -> Document:
        raise Killed

    folder = tmp_path / "in"
    drop(folder, "a.csv", PRICES.encode())
    drop(folder, "b.csv", b"item,price\nlamp,5\n")
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(sumika.desk.intake, "read_file", killed)
            patch.setattr(Path, "unlink", killed)  # nothing is tidied up by who is killed
            with pytest.raises(Killed), desk(tmp_path) as opened:
                opened.take_in(folder)
    turns: list[None] = []
    with desk(tmp_path) as opened:
        taken = opened.take_in(folder, lambda: turns.append(None))
        assert opened.faults() == ()
    assert [(one.what, one.unread and one.unread.reason) for one in taken] == [
        ("unread", "never_ended"),
        ("read", None),
    ]
    assert len(turns) == 2
    assert not (tmp_path / "desk" / "reading.json").exists()


def test_one_file_that_cannot_be_kept_keeps_no_other_from_being_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Store.keep_document

    def keep_document(store: Store, document: Sorted, data: bytes) -> None:
        if document.name == "a.csv":
            raise SumikaError("cannot be written")
        before(store, document, data)

    monkeypatch.setattr(Store, "keep_document", keep_document)
    folder = tmp_path / "in"
    drop(folder, "a.csv", b"item,price\nlamp,5\n")
    drop(folder, "b.csv", PRICES.encode())
    with desk(tmp_path) as opened:
        with pytest.raises(SumikaError, match="cannot be written"):
            opened.take_in(folder)
        assert [one.name for one in opened.documents()] == ["b.csv"]
    assert [path.name for path in folder.iterdir()] == ["a.csv"]


def test_a_drop_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a file of that name")
    with desk(tmp_path) as opened, pytest.raises(SumikaError, match="the folder cannot be read"):
        opened.take_in(tmp_path / "in")


def test_what_no_rule_knows_is_kept_and_listed(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        taken = opened.take_file(drop(tmp_path / "mine", "poem.txt", "古池や蛙飛びこむ水の音".encode()))
        assert (taken.what, taken.document and taken.document.why) == ("not_sorted", "no_rule")


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
