"""`sumika replay` says first where another Sumika wrote the log, whatever comes of it."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from sumika import __version__
from sumika.cli.replay import replay
from sumika.clock import SimulatedClock
from sumika.log import LogWriter
from tests.log_helpers import RUN, START, envelope, presence


def told(log: Path) -> str:
    """Return what is said of a log that is of no house: it ends before anything is replayed."""
    result = CliRunner().invoke(replay, [str(log)])
    assert result.exit_code == 1
    return result.stderr


@pytest.mark.parametrize(
    ("version", "topics", "lines"), [(__version__, "", 0), ("0.0.1", "", 1), ("0.0.1", "f" * 12, 2)]
)
def test_a_log_of_another_sumika_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, topics: str, lines: int
) -> None:
    run = msgspec.structs.replace(RUN, version=version, config_text="")
    with monkeypatch.context() as then:
        if topics:
            then.setattr("sumika.log._format.topics_version", lambda: topics)
        with LogWriter(tmp_path / "log", run, SimulatedClock(START)) as writer:
            writer.write(envelope(presence(0), 0), presence(0))
    said = told(tmp_path / "log").splitlines()
    assert len(said) == lines
    assert all("for that alone" in line for line in said)
    assert not lines or f"Sumika {version} wrote this log, and this is {__version__}" in said[0]
    assert lines < 2 or "another table of topics" in said[1]
