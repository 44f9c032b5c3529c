"""Dashboards read while the history node writes: never an error, never half a flush, never a wrong plot."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from sumika.evaluate.spine import power_cut_writer as writer
from sumika.history import HistoryReader, RecordsReader
from tests.history_helpers import DAY_NS, NOON_NS, RANGE, SECOND_NS, history_in, keep, stamps


def test_readers_see_whole_flushes_of_a_writer_in_another_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", writer.__name__, str(tmp_path), "0", "FULL"]
    readers = [HistoryReader(tmp_path / "history") for _ in range(3)]
    before = alarms = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            for turn in range(60):
                acknowledged = process.stdout.readline().split()
                reader, signal = readers[turn % 3], writer.SIGNALS[turn % 5]
                raw = reader.raw(writer.ROOM, signal, writer.START_NS, writer.START_NS + 30 * DAY_NS)
                plot = reader.read(writer.ROOM, signal, writer.START_NS - DAY_NS, writer.START_NS + 300 * DAY_NS)
                assert (raw.problems, plot.problems) == ((), ())
                assert len(raw.values) % writer.SAMPLES == 0
                assert len(raw.values) >= before
                assert plot.count.sum() >= len(raw.values)
                assert plot.count.sum() % writer.SAMPLES == 0
                if acknowledged[0] == b"history":
                    assert len(raw.values) >= (int(acknowledged[1]) + 1) * writer.SAMPLES
                before = len(raw.values)
                found = RecordsReader(tmp_path / "history").events(limit=100_000)
                assert len(found) >= alarms
                alarms = len(found)
        finally:
            process.kill()
    for reader in readers:
        reader.close()
    assert before > 0
    assert alarms > 0


def test_a_reader_that_stays_open_does_not_keep_the_file_growing(tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path)
    with history_in(tmp_path) as history:
        for number in range(400):
            keep(history, RANGE, stamps(20, NOON_NS + number * 20 * SECOND_NS), np.ones(20))
            reader.read("bedroom", RANGE, NOON_NS, NOON_NS + DAY_NS)
        assert (tmp_path / "history.sqlite3-wal").stat().st_size < 9_000_000
    reader.close()
