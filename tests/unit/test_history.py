"""What goes in comes out: values, missing values, origins, sessions, jumping clocks, and what cannot be kept."""

import math
from pathlib import Path

import numpy as np
import pytest

from sumika.history import History, HistoryReader
from sumika.schema import TOPICS, Origin, SumikaError, UsageError
from tests.history_helpers import (
    BREATH,
    DAY_NS,
    LIVE,
    NOON_NS,
    RANGE,
    RATE,
    SECOND_NS,
    clock_at,
    history_in,
    keep,
    stamps,
)

HOUR_NS = 3600 * SECOND_NS


def test_samples_are_kept_to_the_millisecond_and_the_resolution(tmp_path: Path) -> None:
    with history_in(tmp_path / "history") as history:
        history.add("bedroom", RANGE, NOON_NS + 1_999_999, 1.23456, LIVE, "night")
        assert history.waiting == 1
        assert history.flush() == 1
        assert (history.waiting, history.written) == (0, 1)
        raw = history.raw("bedroom", RANGE, NOON_NS, NOON_NS + SECOND_NS)
    assert raw.stamps_ns.tolist() == [NOON_NS + 1_000_000]
    assert raw.values == pytest.approx([1.23])
    assert (raw.unit, raw.origin, raw.sessions) == ("m", LIVE, ("night",))


def test_what_is_not_committed_is_not_shown(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        history.add("bedroom", RANGE, NOON_NS, 1.0, LIVE)
        assert len(history.raw("bedroom", RANGE, 0, 2 * NOON_NS).values) == 0


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_missing_value_stays_missing(tmp_path: Path, missing: float | None) -> None:
    with history_in(tmp_path) as history:
        for index, value in enumerate((1.0, missing, 3.0)):
            history.add("bedroom", RATE, NOON_NS + index * SECOND_NS, value, LIVE)
        history.flush()
        raw = history.raw("bedroom", RATE, NOON_NS, NOON_NS + HOUR_NS)
        plot = history.read("bedroom", RATE, NOON_NS, NOON_NS + 9 * HOUR_NS)
    np.testing.assert_array_equal(np.isnan(raw.values), [False, True, False])
    assert (plot.tier, plot.count.tolist(), plot.mean.tolist()) == ("1 min", [2], [2.0])


def test_origins_and_sessions_are_never_mixed(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        for index, origin in enumerate((Origin.SIMULATED, Origin.LIVE, Origin.RECORDED)):
            history.add("bedroom", RANGE, NOON_NS + index * SECOND_NS, float(index), origin, f"session {index}")
        history.flush()
        everything = history.raw("bedroom", RANGE, NOON_NS, NOON_NS + HOUR_NS)
        live = history.raw("bedroom", RANGE, NOON_NS, NOON_NS + HOUR_NS, origin=Origin.LIVE)
        plot = history.read("bedroom", RANGE, NOON_NS, NOON_NS + 9 * HOUR_NS, origin=Origin.LIVE)
        kept = history.signals()
    assert everything.origin is Origin.SIMULATED  # the worst
    assert [everything.sessions[number] for number in everything.session] == ["session 0", "session 1", "session 2"]
    assert (live.origin, live.values.tolist(), live.sessions) == (Origin.LIVE, [1.0], ("session 1",))
    assert (plot.origin, plot.mean.tolist()) == (Origin.LIVE, [1.0])
    assert {each.origin for each in kept} == set(Origin)


def test_one_minute_of_one_session_is_one_chunk_however_often_it_is_flushed(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        for index in range(120):
            history.add("bedroom", RANGE, NOON_NS + index * SECOND_NS, index / 10, LIVE)
            if index % 10 == 9:
                history.flush()
        assert history.scrub(0.0).checked == 2
        assert len(history.raw("bedroom", RANGE, NOON_NS, NOON_NS + HOUR_NS).values) == 120


def test_a_clock_that_is_set_back_repeats_stamps_and_loses_nothing(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        forward = stamps(900)
        back = stamps(900, NOON_NS + 300 * SECOND_NS)  # ten minutes back after fifteen
        for part in np.split(np.concatenate((forward, back)), 180):
            keep(history, RANGE, part, np.full(len(part), 2.0))
        raw = history.raw("bedroom", RANGE, NOON_NS, NOON_NS + HOUR_NS)
        plot = history.read("bedroom", RANGE, NOON_NS - 4 * HOUR_NS, NOON_NS + 4 * HOUR_NS)
    np.testing.assert_array_equal(raw.stamps_ns, np.sort(np.concatenate((forward, back))))
    assert plot.count.tolist() == [60] * 5 + [120] * 10 + [60] * 5


def test_samples_from_before_1970_and_far_ahead_do_no_harm(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        for wall_ns in (-DAY_NS, 0, 2**62, NOON_NS):
            history.add("bedroom", RANGE, wall_ns, 1.0, LIVE)
        assert history.flush() == 4
        assert history.raw("bedroom", RANGE, -2 * DAY_NS, 2**62 + DAY_NS).stamps_ns.tolist() == [
            -DAY_NS,
            0,
            NOON_NS,
            2**62 // 1_000_000 * 1_000_000,
        ]


@pytest.mark.parametrize(
    ("room", "signal", "wall_ns", "value", "reason"),
    [
        ("bedroom", "presence.nonsense", NOON_NS, 1.0, "unknown signal presence.nonsense"),
        ("../../etc", RANGE, NOON_NS, 1.0, "not a room's name"),
        ("bedroom", RANGE, 2**70, 1.0, "not a number"),
        ("bedroom", RANGE, NOON_NS, 1e300, "out of range"),
    ],
)
def test_what_cannot_be_kept_is_counted_and_reported_once(
    tmp_path: Path, room: str, signal: str, wall_ns: int, value: float, reason: str
) -> None:
    with history_in(tmp_path) as history:
        for _ in range(3):
            history.add(room, signal, wall_ns, value, LIVE)
            history.add("bedroom", BREATH, NOON_NS, 1.0, LIVE)
            history.flush()
        assert history.refused == {reason: 3}
        assert [(event.code, event.detail) for event in history.take_events()] == [("history_refused", reason)]
        assert history.take_events() == []
        assert history.written >= 3


def test_every_signal_of_the_table_of_topics_can_be_kept(tmp_path: Path) -> None:
    names = [f"{topic}.{signal.field}" for topic, row in TOPICS.items() for signal in row.keep]
    with history_in(tmp_path) as history:
        for name in names:
            history.add("bedroom", name, NOON_NS, 1.0, LIVE)
        assert history.flush() == len(names)
        assert {each.signal for each in history.signals()} == set(names)
        assert not history.refused


def test_a_plot_has_at_most_the_points_asked_for_and_every_extreme(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=40_000)
    values[17_531] = 99.0
    with history_in(tmp_path) as history:
        keep(history, RANGE, stamps(40_000), values)
        for hours in (0.1, 1, 3, 12, 24, 1000):
            for points in (2, 10, 333, 2000):
                plot = history.read("bedroom", RANGE, NOON_NS, NOON_NS + int(hours * HOUR_NS), points)
                assert 0 < len(plot.stamps_ns) <= points
                assert np.all(plot.minimum <= plot.mean + 1e-9)
                assert np.all(plot.mean <= plot.maximum + 1e-9)
                seen = min(40_000, int(hours * 3600))
                assert plot.count.sum() == pytest.approx(seen, abs=plot.bucket_ns / SECOND_NS)
                assert (plot.maximum.max() == pytest.approx(99.0)) == (seen > 17_531)


def test_reading_what_is_not_there_is_an_empty_answer(tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path / "nothing")
    assert reader.signals() == []
    plot = reader.read("bedroom", RANGE, 0, NOON_NS)
    assert (len(plot.mean), plot.origin, plot.unit, plot.problems) == (0, None, "m", ())
    assert len(reader.raw("bedroom", RANGE, 0, NOON_NS).values) == 0
    assert not (tmp_path / "nothing").exists()
    with history_in(tmp_path / "nothing") as history:
        keep(history, RANGE, stamps(5), np.ones(5))
        assert len(reader.raw("bedroom", RANGE, NOON_NS, NOON_NS + HOUR_NS).values) == 5
        assert len(history.read("bedroom", RANGE, NOON_NS, NOON_NS).mean) == 0
        assert len(history.raw("kitchen", RANGE, NOON_NS, NOON_NS + HOUR_NS).values) == 0
    reader.close()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with history_in(tmp_path), pytest.raises(SumikaError, match="written by another process"):
        history_in(tmp_path)
    history_in(tmp_path).close()


def test_a_folder_that_cannot_be_used_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot use this folder"):
        History(tmp_path / "file" / "history", clock_at())


def test_everything_belongs_to_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    history = history_in(folder, bedroom=("hanako",))
    keep(history, BREATH, stamps(10), np.ones(10))
    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
    history.close()
    assert modes["history"] == modes["keys"] == 0o700
    assert modes["hanako.key"] == modes["history.sqlite3"] == modes["history.sqlite3-wal"] == 0o600
    assert all(mode & 0o077 == 0 for mode in modes.values())
