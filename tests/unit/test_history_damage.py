"""Broken files: what can be read is read, what cannot is reported, a broken database is set aside, nothing stops."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from sumika.history import History, HistoryReader
from sumika.schema import SumikaError
from tests.history_helpers import (
    BREATH,
    DAY_NS,
    LIVE,
    NOON_NS,
    RANGE,
    as_after_kill,
    clock_at,
    history_in,
    keep,
    stamps,
)

END_NS = NOON_NS + DAY_NS
FILE = "history.sqlite3"
PAGE = 4096


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A closed history of an hour and a half."""
    folder = tmp_path / "filled"
    with history_in(folder, bedroom=("hanako",)) as history:
        random = np.random.default_rng(5)
        for signal in (RANGE, BREATH):
            keep(history, signal, stamps(5400), random.normal(size=5400))
    return folder


def change(folder: Path, statement: str, arguments: tuple[object, ...] = ()) -> None:
    """Do something to the database that its owner would not."""
    connection = sqlite3.connect(folder / FILE)
    with connection:
        assert connection.execute(statement, arguments).rowcount != 0
    connection.close()


def use(folder: Path) -> list[str]:
    """Do everything a house does with its history; return the codes of what it reported."""
    with History(folder, clock_at(), {"bedroom": ("hanako",)}) as history:
        for signal in (RANGE, BREATH):
            history.read("bedroom", signal, NOON_NS, END_NS)
            history.raw("bedroom", signal, NOON_NS, END_NS)
        history.scrub(10.0)
        start_ns = NOON_NS + 7200 * 1_000_000_000
        for _ in range(2):  # A page may turn out to be broken only when it is read again.
            keep(history, RANGE, stamps(100, start_ns), np.full(100, 4.0))
            keep(history, BREATH, stamps(100, start_ns), np.full(100, 4.0))
            history.nightly(END_NS)
            history.read("bedroom", RANGE, start_ns, END_NS)
        assert set(history.raw("bedroom", RANGE, start_ns, END_NS).values.tolist()) == {4.0}
        return [event.code for event in history.take_events()]


def test_a_sound_history_has_nothing_to_report(filled: Path) -> None:
    assert use(filled) == []


def test_a_damaged_chunk_is_skipped_and_reported_and_its_tier_rows_stay(filled: Path) -> None:
    change(filled, "UPDATE chunk SET payload = zeroblob(length(payload)) WHERE id IN (3, 100)")
    with history_in(filled, bedroom=("hanako",)) as history:
        for signal in (RANGE, BREATH):
            raw = history.raw("bedroom", signal, NOON_NS, END_NS)
            assert len(raw.values) == 5340
            assert len(raw.problems) == 1
            assert "checksum does not fit" in raw.problems[0]
            assert history.read("bedroom", signal, NOON_NS, END_NS).count.sum() == 5400
        report = history.scrub(10.0)
        assert len(report.damaged) == 2
        history.scrub(10.0)
        assert [event.code for event in history.take_events()] == ["history_damaged"] * 2  # each told once


@pytest.mark.parametrize("signal", [RANGE, BREATH])
@pytest.mark.parametrize(
    ("move", "told"),
    [
        ("UPDATE chunk SET minute = minute + 200 WHERE id = ?", 1),
        ("UPDATE chunk SET part = part + 1 WHERE id = ?", 1),
        ("UPDATE chunk SET series = 3 - series, part = 1 WHERE id = ?", 0),  # told by whoever reads the other signal
    ],
)
def test_a_chunk_that_was_moved_elsewhere_is_not_believed(filled: Path, signal: str, move: str, told: int) -> None:
    first = {RANGE: 1, BREATH: 91}[signal]
    with HistoryReaderOf(filled) as reader:
        before = len(reader.raw("bedroom", signal, NOON_NS, END_NS).values)
    change(filled, move, (first,))
    with HistoryReaderOf(filled) as reader:
        raw = reader.raw("bedroom", signal, NOON_NS, END_NS + DAY_NS)
    assert len(raw.values) == before - 60
    assert len(raw.problems) == told


def test_two_sealed_chunks_cannot_be_swapped_even_with_their_checksums(filled: Path) -> None:
    """Whoever can write the file can compute a CRC, but not the seal."""
    connection = sqlite3.connect(filled / FILE)
    rows = connection.execute("SELECT id, minute, payload FROM chunk WHERE series = 2 ORDER BY id LIMIT 2").fetchall()
    connection.close()
    from zlib import crc32

    (one, minute, _), (_, _, payload) = rows
    place = f"chunk|bedroom|{BREATH}|live|{minute}|0|session".encode()
    change(filled, "UPDATE chunk SET payload = ?, crc = ? WHERE id = ?", (payload, crc32(payload, crc32(place)), one))
    with HistoryReaderOf(filled) as reader:
        raw = reader.raw("bedroom", BREATH, NOON_NS, END_NS)
    assert len(raw.values) == 5340
    assert "do not fit their key and place" in raw.problems[0]


def test_a_damaged_block_of_tier_rows_is_made_again_from_chunks(filled: Path) -> None:
    change(filled, "UPDATE tier SET payload = zeroblob(9) WHERE tier = 1")
    with HistoryReaderOf(filled) as reader:
        assert len(reader.read("bedroom", RANGE, NOON_NS, END_NS).problems) == 1
    with history_in(filled, bedroom=("hanako",)) as history:
        for signal in (RANGE, BREATH):
            keep(history, signal, stamps(60, NOON_NS + 7200 * 1_000_000_000), np.ones(60))
        history.nightly(END_NS)
        assert {event.code for event in history.take_events()} == {"history_damaged"}
        for signal in (RANGE, BREATH):
            plot = history.read("bedroom", signal, NOON_NS, END_NS)
            assert (plot.problems, plot.count.sum()) == ((), 5460)


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bytes_in_random_pages_stop_nothing(filled: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = filled / FILE
    data = bytearray(path.read_bytes())
    for _ in range(4):
        page = int(random.integers(0, len(data) // PAGE)) * PAGE
        for at in random.integers(page, page + PAGE, 40).tolist():
            data[at] ^= int(random.integers(1, 256))
    path.write_bytes(data)
    codes = use(filled)
    assert set(codes) <= {"history_damaged", "history_corrupt", "history_refused"}


@pytest.mark.parametrize(
    "content", [b"no database", b"\0" * 100_000, b"SQLite format 3\0" + b"\xff" * 9000], ids=["text", "zeros", "header"]
)
def test_a_file_that_is_no_database_is_set_aside(filled: Path, content: bytes) -> None:
    (filled / FILE).write_bytes(content)
    assert use(filled) == ["history_corrupt"]
    aside = list(filled.glob(f"{FILE}.corrupt.20251124T160000Z"))
    assert [path.read_bytes() for path in aside] == [content]


def test_a_truncated_database_stops_nothing(filled: Path) -> None:
    data = (filled / FILE).read_bytes()
    (filled / FILE).write_bytes(data[: len(data) // 2])
    assert use(filled) == ["history_corrupt"]


def test_two_broken_files_in_one_second_are_both_kept(filled: Path) -> None:
    for _ in range(2):
        (filled / FILE).write_bytes(b"no database")
        assert use(filled) == ["history_corrupt"]
    assert len(list(filled.glob(f"{FILE}.corrupt.*"))) == 2


def test_a_write_ahead_log_without_its_database_is_set_aside_with_it(filled: Path, tmp_path: Path) -> None:
    with history_in(filled, bedroom=("hanako",)) as history:
        keep(history, RANGE, stamps(600, NOON_NS + 7200 * 1_000_000_000), np.ones(600))
        orphan = as_after_kill(filled, tmp_path / "orphan")
    (orphan / FILE).unlink()
    assert use(orphan) == ["history_corrupt"]
    assert len(list(orphan.glob(f"{FILE}.corrupt.*-wal"))) == 1


def test_a_database_that_breaks_while_in_use_is_set_aside_and_nothing_waiting_is_lost(filled: Path) -> None:
    with history_in(filled, bedroom=("hanako",)) as history:
        data = bytearray((filled / FILE).read_bytes())
        data[PAGE:] = b"\xa5" * (len(data) - PAGE)
        (filled / FILE).write_bytes(data)
        start_ns = NOON_NS + 7200 * 1_000_000_000
        keep(history, RANGE, stamps(100, start_ns), np.full(100, 4.0))
        assert len(history.raw("bedroom", RANGE, start_ns, END_NS).values) == 100
        assert [event.code for event in history.take_events()] == ["history_corrupt"]
    assert use(filled) == []


def test_a_reader_follows_to_the_new_file(filled: Path) -> None:
    with HistoryReaderOf(filled) as reader:
        assert len(reader.raw("bedroom", RANGE, NOON_NS, END_NS).values) == 5400
        (filled / FILE).write_bytes(b"no database")
        assert reader.raw("bedroom", RANGE, NOON_NS, END_NS).problems
        use(filled)
        assert len(reader.raw("bedroom", RANGE, NOON_NS, END_NS).values) == 200


def test_a_newer_database_is_refused_and_left_alone(filled: Path) -> None:
    change(filled, "PRAGMA user_version = 99")
    before = (filled / FILE).read_bytes()
    with pytest.raises(SumikaError, match="newer Sumika"):
        history_in(filled)
    with pytest.raises(SumikaError, match="newer Sumika"), HistoryReaderOf(filled) as reader:
        reader.signals()
    assert (filled / FILE).read_bytes() == before


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE)
    connection.executescript("CREATE TABLE photos(id); PRAGMA user_version = 1;")
    connection.close()
    with pytest.raises(SumikaError, match="not Sumika's"):
        history_in(tmp_path)


class HistoryReaderOf:
    """A reader that is closed at the end of the block."""

    def __init__(self, folder: Path) -> None:
        self._reader = HistoryReader(folder)

    def __enter__(self) -> HistoryReader:
        return self._reader

    def __exit__(self, *_: object) -> None:
        self._reader.close()


def test_keys_stay_readable_after_the_database_was_set_aside(filled: Path) -> None:
    (filled / FILE).write_bytes(b"no database")
    with history_in(filled, bedroom=("hanako",)) as history:
        history.add("bedroom", BREATH, NOON_NS, 1.0, LIVE)
        history.flush()
        assert history.raw("bedroom", BREATH, NOON_NS, END_NS).values.tolist() == [1.0]
    assert len(list((filled / "keys").iterdir())) == 1
