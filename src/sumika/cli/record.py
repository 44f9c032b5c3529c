"""`sumika record`: whole radar frames, and contact sensors beside them, on one clock in one log."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from sumika.bus import RuntimeFolder, ask
from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option, recordings_option
from sumika.cli._recordings import require_start
from sumika.cli._running import running_house
from sumika.clock import Instant, WallClock
from sumika.config import LoadedHouse
from sumika.log import LOGS_BYTES
from sumika.runtime.data_folder import data_folder, owned_data_folder
from sumika.runtime.house_run import HouseRun
from sumika.runtime.log_loop import NOTHING_PERSONAL
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.reference_loop import reference_node
from sumika.runtime.what_runs import houses_running
from sumika.schema import RecordRawAnswer, RecordRawRequest, SumikaError, UsageError
from sumika.sensors.reference import parse_references
from sumika.units import ns_to_seconds, seconds_to_ns

_LONGEST_END_S = 30.0
"""A house that ends closes its log within this time."""


@click.command()
@house_option
@recordings_option
@data_option
@click.option("--seconds", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="How long.")
@click.option("--radar", "radars", multiple=True, help="Only this radar (repeatable); without it: all.")
@click.option(
    "--with",
    "references",
    multiple=True,
    metavar="SOURCE",
    help="A contact sensor beside the radars (repeatable): polar-h10[:ADDRESS], heart-rate[:ADDRESS], "
    "serial:PORT?columns=time,ecg or csv:FILE?time=COLUMN&ecg=COLUMN.",
)
@click.option("--frames/--no-frames", default=True, show_default=True, help="Whether whole radar frames are written.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where the log goes; it must not exist yet."
)
def record(
    house: Path | None,
    recordings: bool,
    data: Path | None,
    seconds: float,
    radars: tuple[str, ...],
    references: tuple[str, ...],
    frames: bool,
    out: Path | None,
) -> None:
    """Record whole radar frames, so that a replay starts at the radar itself.

    If the house is running, it is asked to; otherwise it is run without a view for that long.

    With --with, a chest strap, a belt or a table is recorded beside the radars, on the same clock and into the same
    log; `sumika evaluate vitals LOG` then says how good the radars are. Ctrl-C ends it early and loses nothing.
    """
    own_run = bool(references or out or not frames)
    if house is None and not recordings and houses_running(data):
        if own_run:
            raise UsageError(
                "the house is running, and its log takes no more sources",
                where="record",
                remedy="End `sumika run` first; the house then runs within `sumika record`.",
            )
        click.echo(_ask_running(running_house("record", data), seconds, radars))
        return
    loaded = load(house, recordings=recordings, data=data)
    known = _known_radars(loaded, radars)
    if out is not None and out.exists():
        raise UsageError("it is there already", where=f"--out {out}", remedy="Name a folder that is not there yet.")
    # What is wrong is told before the first frame is taken.
    nodes = tuple(reference_node(spec) for spec in parse_references(references))
    require_start(loaded, records=True)
    if out is not None:
        _require_place(out)
    with owned_data_folder(data_folder(loaded, data)) as folder:
        if PrivacyWatch(folder, "record").hides_bodies(WallClock().now()):
            raise SumikaError(NOTHING_PERSONAL, where=str(folder), remedy="The page's privacy says so, and ends it.")
        own = HouseRun(loaded, folder, extra=nodes, raw=(radars or known) if frames else ())
        sys.stderr.write(f"recording {seconds:g} s ...\n")
        own.run(seconds)
        for line in lacking(own.log_folder, WallClock().now(), stays=out is None):
            click.echo(line, err=True)
        click.echo(str(moved(own.log_folder, out)))


def lacking(log: Path, ended: Instant, *, stays: bool) -> Iterator[str]:
    """Yield what is to be said of a recording that has just ended: that it is not whole, or will not stay so.

    Args:
        log: Its folder.
        ended: When it ended.
        stays: Whether it stays among the logs.
    """
    segments = [path.stat() for path in log.glob("*.mcap")]
    written_ns = max((segment.st_mtime_ns for segment in segments), default=None)
    if written_ns is None:
        yield "nothing was recorded: the log could not be written. Is the disk full?"
    elif ended.wall_ns - written_ns > seconds_to_ns(_LONGEST_END_S):
        early_s = ns_to_seconds(ended.wall_ns - written_ns)
        yield f"the last {early_s:.0f} s are not in it: the log could not be written. Is the disk full?"
    size_bytes = sum(segment.st_size for segment in segments)
    if stays and size_bytes > LOGS_BYTES:
        yield (
            f"the recording has {size_bytes / 1e9:.1f} GB, and all logs together {LOGS_BYTES / 1e9:.0f}: the next run "
            f"deletes its beginning. Move it first: {log}"
        )


def _ask_running(folder: RuntimeFolder, seconds: float, radars: tuple[str, ...]) -> str:
    answer = ask(folder, "record_raw", RecordRawRequest(seconds=seconds, radars=radars))
    if not isinstance(answer, RecordRawAnswer) or not answer.accepted:
        raise SumikaError(getattr(answer, "problem", "the log did not accept"), where="record")
    return answer.folder


def _known_radars(loaded: LoadedHouse, radars: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(radar.id for radar in loaded.house.radars)
    for radar in radars:
        if radar not in known:
            raise UsageError(
                f"no radar '{radar}' in this house", where="--radar", remedy=f"It has: {', '.join(known)}."
            )
    return known


def _require_place(out: Path) -> None:
    """Look whether a folder can be made there, before anything is recorded for it."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=".record-"):
            pass
    except OSError as error:
        raise UsageError(
            f"no folder can be made there ({error.strerror})", where=f"--out {out}", remedy="Name another place."
        ) from error


def moved(log: Path, out: Path | None) -> Path:
    """Put the log where it is wanted; where that fails it stays where it was written.

    Raises:
        SumikaError: if there is no log, or it cannot be moved.
    """
    if not log.is_dir():
        raise SumikaError(
            "there is no log of this recording",
            where=str(log.parent),
            remedy="Look whether the disk is full, and record for longer where the machine is busy.",
        )
    if out is None:
        return log
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(log, out)
    except OSError as error:
        raise SumikaError(
            f"the log cannot be moved there ({error.strerror})", where=f"--out {out}", remedy=f"It is at {log}"
        ) from error
    return out
