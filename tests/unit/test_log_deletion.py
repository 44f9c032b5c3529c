"""What the log holds of a time can be deleted: that, whole files of it, and nothing that is being written."""

import os
from pathlib import Path

from sumika.clock import SimulatedClock
from sumika.log import LogsDeleted, LogWriter, delete_logs, log_size, recover
from tests.log_helpers import RUN, START, mixed, write_log

BEGAN_S = START.wall_ns / 1e9


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.mcap"))


def test_all_of_it_goes_recovered_files_too_and_nothing_else(tmp_path: Path) -> None:
    logs = tmp_path / "log"
    write_log(logs / "one", mixed(60), rotate_bytes=2000)
    write_log(logs / "two", mixed(30))
    recover(logs / "two")
    outside = tmp_path / "exported.mcap"
    outside.write_bytes(b"not ours to delete")
    (logs / "link.mcap").symlink_to(outside)
    count, size_bytes = log_size(logs)
    assert count >= 4
    assert delete_logs(logs) == LogsDeleted(count, size_bytes, 0)
    assert log_size(logs) == (0, 0)
    assert outside.exists()
    assert delete_logs(tmp_path / "nowhere") == LogsDeleted()


def test_a_time_is_told_by_what_a_file_holds_and_not_by_when_it_was_copied(tmp_path: Path) -> None:
    logs = tmp_path / "log"
    paths = write_log(logs / "run", mixed(300), rotate_bytes=4000)
    assert len(paths) >= 3
    for path in paths:
        os.utime(path, (0.0, 0.0))
    assert delete_logs(logs, ends_s=BEGAN_S - 1.0).files == 0
    assert delete_logs(logs, begins_s=BEGAN_S + 1e6).files == 0
    first = delete_logs(logs, BEGAN_S, BEGAN_S + 1.5)
    assert 1 <= first.files < len(paths)
    assert not paths[0].exists()
    assert paths[-1].exists()


def test_a_file_that_does_not_say_what_it_holds_goes_if_it_was_written_to_since(tmp_path: Path) -> None:
    logs = tmp_path / "log"
    (path,) = write_log(logs / "run", mixed(30))
    path.write_bytes(path.read_bytes()[:200])
    os.utime(path, (BEGAN_S, BEGAN_S))
    assert delete_logs(logs, begins_s=BEGAN_S + 60.0).files == 0
    assert delete_logs(logs, BEGAN_S - 60.0, BEGAN_S - 30.0).files == 1, "nobody knows since when"
    assert files(logs) == []


def test_what_is_being_written_stays_and_is_counted(tmp_path: Path) -> None:
    logs = tmp_path / "log"
    with LogWriter(logs / "run", RUN, SimulatedClock(START), min_free_bytes=0) as writer:
        for wrapped, message in mixed(3):
            assert writer.write(wrapped, message)
        writer.sync()
        assert delete_logs(logs) == LogsDeleted(0, 0, 1)
    assert files(logs) == ["run/000001.mcap"]
