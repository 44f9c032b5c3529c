"""Raw data for 30 days, then Parquet for a year, tiers for ten: moved, not lost, and thrown away in time."""

import os
import shutil
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from sumika.history import History, NightlyReport, _archive, _upkeep
from sumika.history._lost_keys import nights_missed
from tests.history_helpers import (
    BREATH,
    DAY_NS,
    LIVE,
    NOON_NS,
    RANGE,
    SECOND_NS,
    all_bytes,
    clock_at,
    history_in,
    keep,
    stamps,
)

needs_parquet = pytest.mark.skipif(
    find_spec("pyarrow") is None and os.environ.get("CI") != "true", reason="needs the extra parquet (pip: pyarrow)"
)
END_NS = NOON_NS + 5000 * DAY_NS


@pytest.fixture(scope="module")
def kept_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep four days of an open and of a personal signal, a sample every two minutes, some missing."""
    folder = tmp_path_factory.mktemp("four_days")
    values = np.random.default_rng(7).normal(size=2880)
    values[::50] = np.nan
    with history_in(folder, bedroom=("hanako",)) as history:
        for signal in (RANGE, BREATH):
            keep(history, signal, stamps(2880, step_ns=120 * SECOND_NS), values)
    return folder


def four_days(kept_days: Path, folder: Path) -> History:
    """Open a copy of these days."""
    shutil.copytree(kept_days, folder, dirs_exist_ok=True)
    return history_in(folder, bedroom=("hanako",))


def night_at(history: History, day: float) -> NightlyReport:
    """Run the job of a night by a clock that has been so for most of a day."""
    history.nightly(round(NOON_NS + (day - 0.85) * DAY_NS), budget_s=60)
    return history.nightly(round(NOON_NS + day * DAY_NS), budget_s=60)


def everything(history: History) -> list[tuple[list[int], list[float], list[str]]]:
    """Return all that can be read of both signals, missing values as -99."""
    found = []
    for signal in (RANGE, BREATH):
        raw = history.raw("bedroom", signal, NOON_NS, END_NS)
        assert raw.problems == ()
        values = np.nan_to_num(raw.values, nan=-99.0).round(6).tolist()
        found.append((raw.stamps_ns.tolist(), values, [raw.sessions[number] for number in raw.session]))
    return found


@pytest.mark.slow
@needs_parquet
def test_raw_older_than_thirty_days_moves_to_parquet_and_reads_the_same(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        before = everything(history)
        assert night_at(history, 30).archived_days == 0
        # Noon of the first day to noon of the fifth: five calendar days of two signals, of which three are old enough.
        report = night_at(history, 33)
        assert (report.archived_days, report.waiting_days, report.done) == (6, 0, True)
        assert everything(history) == before
        assert night_at(history, 40).archived_days == 4
        assert everything(history) == before
        assert history.scrub(10).checked == 2 * 26  # 24 blocks of minutes, one of hours, one of days: no chunk is left
        plot = history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS)
        assert plot.count.sum() == 2880 - 58
    with history_in(tmp_path, bedroom=("hanako",)) as again:
        assert everything(again) == before


@needs_parquet
def test_an_open_archive_is_ordinary_parquet_and_a_personal_one_is_sealed(kept_days: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    with four_days(kept_days, tmp_path) as history:
        history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
    files = sorted((tmp_path / "archive").rglob("*.parquet*"))
    opened = [path for path in files if path.suffix == ".parquet"]
    sealed = [path for path in files if path.suffix == ".sealed"]
    assert (len(opened), len(sealed)) == (5, 5)
    assert opened[0].name.startswith("2025-11-24.bedroom.presence.range_m.")
    table = pq.read_table(opened[0])
    assert table.column_names == ["stamp", "value", "session"]
    assert table.schema.metadata[b"unit"] == b"m"
    assert table.schema.metadata[b"origin"] == b"live"
    assert b"PAR1" not in b"".join(path.read_bytes() for path in sealed)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "archive").rglob("*"))


@needs_parquet
def test_forgetting_takes_the_archive_along(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
        history.forget("hanako")
        assert len(history.raw("bedroom", BREATH, NOON_NS, END_NS).values) == 0
        assert history.nightly(NOON_NS + 41 * DAY_NS, budget_s=60).forgotten_rows > 0
        assert not list(tmp_path.rglob("*.sealed"))
        assert len(history.raw("bedroom", RANGE, NOON_NS, END_NS).values) == 2880


@needs_parquet
@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
@pytest.mark.parametrize("suffix", [".parquet", ".sealed"])
def test_a_damaged_archive_is_told_and_the_other_days_are_read(
    kept_days: Path, tmp_path: Path, damage: str, suffix: str
) -> None:
    with four_days(kept_days, tmp_path) as history:
        history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
        victim = next(path for path in sorted((tmp_path / "archive").rglob("*")) if path.suffix == suffix)
        data = bytearray(victim.read_bytes())
        if damage == "remove":
            victim.unlink()
        else:
            data[-3] ^= 0xFF
            victim.write_bytes(data if damage == "flip" else data[: len(data) // 2])
        raw = history.raw("bedroom", RANGE if suffix == ".parquet" else BREATH, NOON_NS, END_NS)
        assert len(raw.problems) == 1
        assert 2000 < len(raw.values) < 2880


@needs_parquet
def test_samples_for_an_archived_day_are_refused_and_told(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
        plot = history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS)
        history.add("bedroom", RANGE, NOON_NS, 1.0, LIVE)
        history.add("bedroom", RANGE, NOON_NS + 40 * DAY_NS, 1.0, LIVE)
        history.flush()
        assert history.refused == {"day already archived": 1}
        assert [event.code for event in history.take_events()] == ["history_refused"]
        after = history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS)
        np.testing.assert_array_equal(after.count, plot.count)


@needs_parquet
def test_the_archive_goes_after_a_year_and_tiers_after_ten(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        night_at(history, 40)
        night_at(history, 364)
        assert len(list((tmp_path / "archive").rglob("*.parquet*"))) == 10
        assert night_at(history, 400).removed_days == 10
        assert not list((tmp_path / "archive").rglob("*.parquet*"))
        assert len(history.raw("bedroom", RANGE, NOON_NS, END_NS).values) == 0
        assert history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS).count.sum() == 2880 - 58
        night_at(history, 3600)
        assert history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS).count.sum() == 2880 - 58
        assert night_at(history, 4100).removed_blocks > 0
        assert len(history.read("bedroom", RANGE, NOON_NS, NOON_NS + 5 * DAY_NS).count) == 0
        assert night_at(history, 4100).removed_days == 0


@needs_parquet
def test_a_clock_that_is_in_the_future_for_a_moment_costs_nothing(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        night_at(history, 5)
        before = everything(history)
    for _ in range(3):  # each start of a computer whose clock begins at one and the same day
        with history_in(tmp_path, bedroom=("hanako",)) as history:
            report = history.nightly(NOON_NS + 4400 * DAY_NS, budget_s=60)
            assert (report.doubted, report.archived_days, report.removed_days, report.removed_blocks) == (True, 0, 0, 0)
    with history_in(tmp_path, bedroom=("hanako",)) as history:
        assert not history.nightly(NOON_NS + 6 * DAY_NS, budget_s=60).doubted  # set right
        assert history.nightly(NOON_NS + 4401 * DAY_NS, budget_s=60).doubted  # and wrong again, a day further on
        assert everything(history) == before
        history.add("bedroom", RANGE, NOON_NS + 3 * DAY_NS, 1.0, LIVE)
        history.flush()
        assert history.refused == {}


@needs_parquet
@pytest.mark.parametrize("hours", [(19.0, 21.0), (24.0 * 7, 24.0 * 7 + 1)])
def test_a_house_that_was_off_for_long_archives_once_its_clock_has_been_so_for_a_day(
    kept_days: Path, tmp_path: Path, hours: tuple[float, float]
) -> None:
    with four_days(kept_days, tmp_path) as history:
        night_at(history, 5)
        found = [
            history.nightly(round(NOON_NS + (70 + later_h / 24.0) * DAY_NS), budget_s=60).archived_days
            for later_h in (0.0, 1.0, *hours)
        ]
    assert found == ([0, 0, 0, 10] if hours[0] < 20.0 else [0, 0, 10, 0])


def test_without_the_extra_raw_data_stays_and_that_is_told_once(
    kept_days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive, "available", lambda: False)
    with four_days(kept_days, tmp_path) as history:
        before = everything(history)
        for day in (40, 41):
            report = history.nightly(NOON_NS + day * DAY_NS)
            assert (report.archived_days, report.waiting_days, report.done) == (0, 10, True)
        assert everything(history) == before
        events = history.take_events()
        assert [event.code for event in events] == ["history_archive"]
        assert "pip install 'sumika[parquet]'" in events[0].detail


@needs_parquet
def test_the_nightly_job_can_be_done_in_slices(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        reports = [history.nightly(NOON_NS + 40 * DAY_NS, budget_s=0.0) for _ in range(12)]
    assert [report.archived_days for report in reports] == [1] * 10 + [0] * 2
    assert [report.done for report in reports] == [False] * 10 + [True] * 2


def test_sessions_without_a_chunk_go_and_a_month_of_chunks_is_looked_at_in_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_upkeep, "_SESSIONS_SLICE", 2)
    with history_in(tmp_path) as history, closing(sqlite3.connect(tmp_path / "history.sqlite3")) as beside:
        keep(history, RANGE, stamps(5, step_ns=60 * SECOND_NS), np.ones(5))  # five chunks
        with beside:
            beside.execute("INSERT INTO session(name) VALUES('of a day that is long gone')")
        done = [history.nightly(NOON_NS + DAY_NS, budget_s=0.0).done for _ in range(3)]
        assert done == [False, False, True]
        assert beside.execute("SELECT name FROM session").fetchall() == [("session",)]


@needs_parquet
def test_chunks_of_a_lost_key_wait_for_it(kept_days: Path, tmp_path: Path) -> None:
    with four_days(kept_days, tmp_path) as history:
        key = tmp_path / "keys" / "hanako.key"
        key.rename(tmp_path / "elsewhere")
        report = history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
        assert (report.archived_days, report.waiting_days) == (5, 5)
        (tmp_path / "elsewhere").rename(key)
        assert history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60).archived_days == 5
        assert len(history.raw("bedroom", BREATH, NOON_NS, END_NS).values) == 2880


@needs_parquet
def test_what_a_lost_key_leaves_unreadable_stops_nothing_and_goes_after_a_year_without_it(
    kept_days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_upkeep, "ARCHIVE_DAYS", 50)
    with four_days(kept_days, tmp_path) as history, closing(sqlite3.connect(tmp_path / "history.sqlite3")) as beside:
        (tmp_path / "keys" / "hanako.key").unlink()
        # Out of time after every step, as where a month of it lies there: it is not read, the open signal goes on.
        reports = [history.nightly(NOON_NS + 40 * DAY_NS, budget_s=0.0) for _ in range(6)]
        assert [report.archived_days for report in reports] == [1] * 5 + [0]
        assert [report.done for report in reports] == [False] * 5 + [True]
        assert {report.problems for report in reports} == {reports[0].problems}
        assert reports[-1].waiting_days == 5
        # The first night was one without it: 48 more are one too few, though all is older than that by now.
        removed = [history.nightly(NOON_NS + (40 + day) * DAY_NS, budget_s=60).removed_days for day in range(1, 49)]
        assert sum(removed) == 5
        assert beside.execute("SELECT count(*) FROM chunk").fetchone()[0] > 0
        assert history.nightly(NOON_NS + 89 * DAY_NS, budget_s=60).removed_days == 5
        assert beside.execute("SELECT count(*) FROM chunk").fetchone()[0] == 0
        assert history.nightly(NOON_NS + 90 * DAY_NS, budget_s=60).problems == ()
        assert [event.code for event in history.take_events()] == ["history_archive"]


def test_a_night_without_the_keys_removes_nothing_however_old(
    kept_days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive, "available", lambda: False)
    key, elsewhere = tmp_path / "keys" / "hanako.key", tmp_path / "elsewhere"
    with four_days(kept_days, tmp_path) as history:
        for night in (40, 400, 402):  # a house that is off for most of a year, in nights apart and not in a row
            night_at(history, night)
            key.rename(elsewhere)
            assert night_at(history, night + 1).removed_days == 0
            elsewhere.rename(key)
        assert len(history.raw("bedroom", BREATH, NOON_NS, END_NS).values) == 2880


def test_nights_without_a_key_are_counted_once_each_and_anew_when_it_was_back() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE progress(name TEXT PRIMARY KEY, value INTEGER NOT NULL)")
        database.execute("INSERT INTO progress VALUES('scrub_at', 5)")
        mine, yours = b"m", b"y"
        # A clock that begins in 1970 makes no year of one night.
        assert [nights_missed(database, {mine}, day)[mine] for day in (0, 0, 20_000, 20_000, 20_001)] == [1, 1, 2, 2, 3]
        assert nights_missed(database, {mine, yours}, 20_001) == {mine: 3, yours: 1}
        assert nights_missed(database, {yours}, 20_002) == {yours: 2}
        assert nights_missed(database, {mine}, 20_003) == {mine: 1}
        assert nights_missed(database, (), 20_004) == {}
        assert database.execute("SELECT name FROM progress").fetchall() == [("scrub_at",)]


@needs_parquet
def test_no_personal_value_lies_open_in_the_archive(tmp_path: Path) -> None:
    with History(tmp_path, clock_at(), {}) as history:
        keep(history, BREATH, stamps(2000), np.resize(np.array([123.46, 123.48]), 2000))
        history.nightly(NOON_NS + 40 * DAY_NS, budget_s=60)
    assert np.float64(6173 * 0.02).tobytes() not in all_bytes(tmp_path)
