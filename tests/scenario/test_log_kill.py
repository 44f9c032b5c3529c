"""The log against the real system: a writer killed at any moment, a disk that really refuses to write."""

import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sumika.log import LogReader, recover
from tests.log_helpers import identity, mixed

WRITER = """
import sys
from pathlib import Path
from sumika.clock import SimulatedClock
from sumika.log import LogWriter
from tests.log_helpers import RUN, START, mixed

clock = SimulatedClock(START)
writer = LogWriter(Path(sys.argv[1]), RUN, clock, rotate_bytes=20_000, min_free_bytes=0)
entries = mixed(5000)
for done, entry in enumerate(entries):
    writer.write(*entry)
    if done % 20 == 19:
        clock.sleep_until(clock.now().monotonic_ns + 1_000_000_000)
        writer.tend()
        # What has been flushed is out of this process's hands: a kill cannot take it back.
        print(writer.written, writer.dropped, writer.problem or "", flush=True)
"""


def start_writer(folder: Path, **options: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload, no-any-return]  # options of Popen


@pytest.mark.parametrize("repeat", range(8))
def test_a_killed_writer_loses_nothing_that_was_flushed(tmp_path: Path, repeat: int) -> None:
    lines = random.Random(repeat).randrange(1, 120)
    with start_writer(tmp_path) as writer:
        assert writer.stdout is not None
        flushed = 0
        for _ in range(lines):
            flushed = int(writer.stdout.readline().split()[0])
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout.read().splitlines():
            flushed = int(line.split()[0]) if line.count(" ") >= 2 else flushed
    reader = LogReader(tmp_path)
    found = [identity(logged.envelope, logged.message) for logged in reader]
    assert flushed > 0
    assert len(found) >= flushed
    assert found == [identity(*entry) for entry in mixed(len(found))]
    # Only the last one may be open; not even that where it was killed between two.
    assert all(segment.closed for segment in reader.info.segments[:-1])
    assert {damage.kind.value for damage in reader.info.damages} <= {"torn tail"}
    assert recover(tmp_path).messages == len(found)


def _limit_file_size() -> None:
    """Let the kernel refuse what goes beyond 8 kB per file with EFBIG, in the middle of a write, with no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))


def test_a_write_that_the_kernel_cuts_short_leaves_readable_segments(tmp_path: Path) -> None:
    with start_writer(tmp_path, preexec_fn=_limit_file_size) as writer:
        assert writer.stdout is not None
        told = writer.stdout.read().splitlines()
    assert writer.returncode == 0
    written, dropped = (int(number) for number in told[-1].split()[:2])
    assert any("File too large" in line for line in told)
    assert dropped > 0
    reader = LogReader(tmp_path)
    found = [identity(logged.envelope, logged.message) for logged in reader]
    assert len(found) == written
    everything = [identity(*entry) for entry in mixed(5000)]
    places = [everything.index(message) for message in found[:: max(len(found) // 50, 1)]]
    assert places == sorted(places)
    assert set(found) <= set(everything)
    assert all(path.stat().st_size <= 8_000 for path in tmp_path.iterdir())
    assert {damage.kind.value for damage in reader.info.damages} == {"not written"}
