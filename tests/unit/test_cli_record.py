"""`sumika record --with`: what is wrong is told before anything runs, and radars and references end in one log."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sumika.cli.evaluate import evaluate
from sumika.cli.record import lacking, moved, record
from sumika.clock import ReplayClock, WallClock
from sumika.config import recordings_house
from sumika.log import LogReader, LogWriter, RunInfo
from sumika.runtime.offline import OfflineHouse, frames_of
from sumika.runtime.reference_loop import tell
from sumika.runtime.small_file import write_small
from sumika.runtime.table import nodes_of
from sumika.schema import (
    PRIVACY_FILE,
    Envelope,
    Message,
    Origin,
    PrivacyKept,
    ReferenceSamples,
    ReferenceState,
    SumikaError,
    UsageError,
)
from sumika.schema.house import DemoSource
from sumika.sensors import open_frames
from sumika.sensors.radar.demo.motion import ChestMotion
from sumika.sensors.reference import ReferenceConnection, parse_reference
from sumika.units import seconds_to_ns
from tests.log_helpers import START, envelope

NO_RECORDINGS = {"SUMIKA_DATA": "/nonexistent"}
"""With these the demo house is simulated, on every machine."""


def call(*arguments: object) -> Result:
    return CliRunner().invoke(record, [str(one) for one in arguments])


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Return a folder whose path leaves room for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="s") as folder:
        yield Path(folder)


def belt(path: Path, seconds: float, rate_hz: float = 25.0) -> Path:
    """Write what a belt on the demo's person would have measured."""
    radar = recordings_house(NO_RECORDINGS).house.radars[0]
    assert isinstance(radar.source, DemoSource)
    chest = ChestMotion(radar.source.respiration_bpm, radar.source.seed)
    rows = [f"{n / rate_hz},{1000 * chest.breathing_m(n / rate_hz)}\n" for n in range(round(seconds * rate_hz))]
    path.write_text("t,pull\n" + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--with", "oximeter"), "'oximeter' is no reference"),
        (("--with", "csv:none.csv?time=t&ecg=e"), "there is no such file"),
        (("--radar", "attic"), "no radar 'attic' in this house"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    result = call("--data", tmp_path / "data", *arguments)
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)
    assert not (tmp_path / "data").exists()


def test_an_existing_folder_is_not_written_over(tmp_path: Path) -> None:
    result = call("--data", tmp_path / "data", "--out", tmp_path)
    assert isinstance(result.exception, UsageError)
    assert "is there already" in str(result.exception)


def test_a_place_where_no_folder_can_be_made_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = call("--data", tmp_path / "data", "--out", tmp_path / "file" / "log")
    assert isinstance(result.exception, UsageError)
    assert "no folder can be made there" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (partial(ReferenceState, connected=True, device="Polar H10"), "belt: connected (Polar H10)\n"),
        (partial(ReferenceState, connected=True, skin_contact=False), "belt: connected, but it feels no skin"),
        (partial(ReferenceState, connected=False, problem="lost. Come", damaged=3), "belt: lost. Come; 3 lines"),
    ],
)
def test_a_reference_in_trouble_is_told(
    state: partial[ReferenceState], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(state(stamp=START, origin=Origin.LIVE, source="belt"))
    assert capsys.readouterr().err.startswith(words)


@pytest.mark.slow
def test_radars_and_a_belt_end_in_one_log(tmp_path: Path, short_folder: Path) -> None:
    path = belt(tmp_path / "belt.csv", 30)
    out = tmp_path / "out"
    source = f"csv:{path}?time=t&respiration=pull"
    command = [
        sys.executable,
        "-m",
        "sumika",
        "record",
        "--recordings",
        "--data",
        str(tmp_path / "data"),
        "--seconds",
        "5",
        "--no-frames",
    ]
    # A process of its own, as a house's always is: it starts others, and ends them.
    result = subprocess.run(
        [*command, "--out", str(out), "--with", source],
        env={**os.environ, **NO_RECORDINGS, "XDG_RUNTIME_DIR": str(short_folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{out}\n"
    found = [logged.message for logged in LogReader(out, ("reference", "slow_time", "reference_state"))]
    samples = [one for one in found if isinstance(one, ReferenceSamples)]
    times_s = [moment for one in samples for moment in one.device_time_s]
    assert times_s == pytest.approx([n / 25 for n in range(len(times_s))])
    assert len(times_s) > 10  # of 125 at most: a busy machine starts late
    radar_ns = [one.stamp.monotonic_ns for one in found if not isinstance(one, ReferenceSamples | ReferenceState)]
    # On one clock: both cover the same seconds.
    assert radar_ns[0] < samples[-1].stamp.monotonic_ns
    assert abs(samples[-1].stamp.monotonic_ns - radar_ns[-1]) < 2e9


@pytest.mark.slow
def test_a_simulated_radar_is_scored_against_a_belt_in_the_same_log(tmp_path: Path) -> None:
    loaded = recordings_house(NO_RECORDINGS)
    radar = loaded.house.radars[0]
    clock = ReplayClock()
    log = tmp_path / "log"
    writer = LogWriter(log, RunInfo(run_id="log", config_text=loaded.text), clock, durable=False)

    def emit(wrapped: Envelope, message: Message) -> None:
        writer.write(wrapped, message)

    source = open_frames(radar, loaded.path, clock, NO_RECORDINGS)
    OfflineHouse(nodes_of(loaded.house), loaded.house, emit).run([frames_of(source, seconds_to_ns(75.0))])
    path = belt(tmp_path / "belt.csv", 75)
    connection = ReferenceConnection(parse_reference(f"csv:{path}?time=t&respiration=pull"), ReplayClock())
    sequence = 0
    while not connection.ended:
        for message in connection.next_messages():
            writer.write(envelope(message, sequence), message)
            sequence += 1
    writer.close()
    again = CliRunner().invoke(evaluate, ["vitals", str(log), "--room", radar.room], env={"COLUMNS": "80"})
    assert again.exit_code == 0, again.output
    assert "SIMULATED" in again.output
    scored = CliRunner().invoke(evaluate, ["vitals", str(log), "--room", radar.room, "--json"])
    score = json.loads(scored.stdout)
    (one,) = [one for one in score["rates"] if one["who"] == radar.room and one["quantity"] == "respiration"]
    assert score["origin"] == "simulated"
    assert one["mean_absolute_error"]["value"] < 0.3
    assert one["coverage"]["value"] > 0.8
    assert one["seconds"] > 30


def test_a_running_house_takes_no_more_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.cli.record.houses_running", lambda data: [tmp_path])
    result = call("--with", "heart-rate")
    assert isinstance(result.exception, SumikaError)
    assert "End `sumika run` first" in str(result.exception)


def test_while_guests_are_here_nothing_is_recorded_and_that_is_told_before(tmp_path: Path) -> None:
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=WallClock().now().wall_ns / 1e9 + 3600))
    result = call("--recordings", "--data", tmp_path, "--no-frames")
    assert isinstance(result.exception, SumikaError)
    assert "nothing personal is recorded" in str(result.exception)
    assert not (tmp_path / "log").exists()


def test_a_recording_that_is_not_whole_or_will_not_stay_so_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nothing was recorded" in " ".join(lacking(tmp_path, START, stays=True))
    segment = tmp_path / "000001.mcap"
    segment.write_bytes(bytes(1000))
    os.utime(segment, ns=(START.wall_ns, START.wall_ns))
    assert list(lacking(tmp_path, START.later(seconds_to_ns(5.0)), stays=True)) == []
    assert "the last 90 s are not in it" in " ".join(lacking(tmp_path, START.later(seconds_to_ns(90.0)), stays=True))
    monkeypatch.setattr("sumika.cli.record.LOGS_BYTES", 900)
    assert str(tmp_path) in " ".join(lacking(tmp_path, START, stays=True))
    assert list(lacking(tmp_path, START, stays=False)) == []


@pytest.mark.parametrize("out", ["out", ""])
def test_no_place_is_named_for_a_log_that_is_not_there(tmp_path: Path, out: str) -> None:
    with pytest.raises(SumikaError, match="there is no log") as problem:
        moved(tmp_path / "log", tmp_path / out if out else None)
    assert "It is at" not in str(problem.value)
    (tmp_path / "log").mkdir()
    place = moved(tmp_path / "log", tmp_path / out if out else None)
    assert place.is_dir()
