"""Files that are dropped are read once, or put aside with the reason; one that fails keeps no other from being read."""

import json
import os
from pathlib import Path

import pytest

import sumika.desk.intake
from sumika.desk.reading import Document, UnreadError, read_file
from sumika.desk.sorting import Sorted
from sumika.desk.store import Store
from sumika.schema import SumikaError
from tests.desk_queue_helpers import PRICES, Killed, desk, drop


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
