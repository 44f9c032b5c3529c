"""The journal of a teacher: what is in it is never asked again, whatever was cut, killed or full."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sumika.distil.records import Trace, Usage
from sumika.distil.store import StoreError
from sumika.distil.teachers.journal import Journal, key_of


def trace(answer: str = "42", money_usd: float = 0.25, reasoning: str = "six times seven") -> Trace:
    return Trace(
        example_id="e",
        reasoning=reasoning,
        answer=answer,
        teacher="t",
        version="v1",
        date="2026-01-02",
        terms="own",
        usage=Usage(money_usd=money_usd),
    )


def test_a_key_is_decided_by_teacher_settings_prompt_and_try_and_by_nothing_else() -> None:
    keys = {
        key_of("a", {"model": "m", "max": 3}, "p"),
        key_of("b", {"model": "m", "max": 3}, "p"),
        key_of("a", {"model": "n", "max": 3}, "p"),
        key_of("a", {"model": "m", "max": 4}, "p"),
        key_of("a", {"model": "m", "max": 3}, "q"),
        key_of("a", {"model": "m", "max": 3}, "p", 1),
    }
    assert len(keys) == 6
    assert key_of("a", {"max": 3, "model": "m"}, "p") in keys


def test_answers_are_there_after_opening_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.ask("k", 1.0)
        assert journal.get("k") is None
        assert journal.committed_usd == 1.0
        journal.put("k", trace())
        journal.put_all([("l", trace("43", 0.5)), ("m", trace("44", 0.0))])
        assert journal.committed_usd == 0.75
    with Journal(tmp_path) as journal:
        assert [found.answer for key in "klm" if (found := journal.get(key))] == ["42", "43", "44"]
        assert (len(journal), journal.paid_usd, journal.perhaps_usd) == (3, 0.75, 0.0)
        assert (journal.first_version, journal.first_reasoned, journal.lost_in_flight) == ("v1", True, 0)


def test_requests_killed_in_flight_are_counted_with_the_most_they_can_have_cost(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for key, worst in (("a", 1.0), ("b", 2.0), ("b", 4.0), ("c", 8.0), ("d", 16.0)):
            journal.ask(key, worst)
        journal.put("a", trace())
        journal.fail("b", "time-out", 0.5)
        journal.fail("d", "refused")
        assert journal.in_flight_usd == 10.0
    with Journal(tmp_path) as journal:
        assert journal.lost_in_flight == 2
        assert journal.perhaps_usd == 0.5 + 2.0 + 8.0
        assert journal.in_flight_usd == 0.0


@pytest.mark.parametrize("kept", [1, 40, -1])
def test_a_torn_last_line_is_dropped_and_only_that_one_is_asked_again(tmp_path: Path, kept: int) -> None:
    with Journal(tmp_path) as journal:
        for key in "ab":
            journal.ask(key)
            journal.put(key, trace(key))
        path = journal.path
    content = path.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(content[: last + kept] if kept > 0 else content[:kept])
    with Journal(tmp_path) as journal:
        assert journal.get("a") is not None
        assert journal.get("b") is None
        assert journal.lost_in_flight == 1
        journal.put("b", trace("again"))
    with Journal(tmp_path) as journal:
        found = journal.get("b")
        assert found is not None
        assert found.answer == "again"
        assert journal.damaged == 0


@pytest.mark.parametrize("damage", [lambda line: b"\x00" * 20 + b"\n", lambda line: line.replace(b"line", b"l\xffne")])
def test_a_damaged_line_in_the_middle_costs_that_line_alone(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    with Journal(tmp_path) as journal:
        for key in "abc":
            journal.put(key, trace(key))
        path = journal.path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + damage(lines[1]) + lines[2])
    with Journal(tmp_path) as journal:
        assert [journal.get(key) is not None for key in "abc"] == [True, False, True]
        assert journal.damaged == 1


def test_a_second_process_is_refused_before_it_can_pay(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; import sys\nfrom sumika.distil.teachers.journal import Journal\n"
        "try:\n    Journal(Path(sys.argv[1]))\nexcept Exception as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with Journal(tmp_path):
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "another process is asking with this journal" in told
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_on_a_full_disk_answers_in_flight_fit_into_the_reserve_and_nothing_more_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = tmp_path / "reserve"
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if reserve.exists():
            real(handle, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    with Journal(tmp_path, reserve_bytes=1 << 16) as journal:
        assert reserve.stat().st_size == 1 << 16
        journal.ask("a")
        monkeypatch.setattr(os, "write", full)
        journal.put("a", trace())
        assert journal.full
        with pytest.raises(StoreError, match=r"disk is full; 1 answers are kept.*Free some space"):
            journal.ask("b")
    monkeypatch.undo()
    with Journal(tmp_path, reserve_bytes=1 << 16) as journal:
        assert journal.get("a") == trace()
        assert (journal.damaged, journal.lost_in_flight, journal.full) == (0, 0, False)


def test_a_disk_that_takes_nothing_at_all_is_told_and_what_stood_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Journal(tmp_path) as journal:
        journal.put("a", trace())
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StoreError, match="disk is full"):
            journal.put("b", trace())
        assert journal.get("b") is None
    monkeypatch.undo()
    with Journal(tmp_path) as journal:
        assert len(journal) == 1


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the journal cannot be kept"):
        Journal(tmp_path / "file" / "journal")
