"""Replays a log into a log."""

import shutil
from pathlib import Path

from sumika.clock import ReplayClock
from sumika.config import parse_house
from sumika.log import LogInfo, LogReader, LogWriter, RunInfo
from sumika.runtime.knowing_node import with_own_students
from sumika.runtime.replay import Replay, ReplayReport
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Message, SumikaError, UsageError

_REPLAY_OF = "replay of "
"""Stands in a replayed log where others name the file of their house."""


def _is_replay(out: Path) -> bool:
    """Tell whether a folder holds an earlier replay and nothing else."""
    if not out.is_dir() or any(path.suffix != ".mcap" for path in out.iterdir()):
        return False
    try:
        return LogReader(out).run.config_file.startswith(_REPLAY_OF)
    except SumikaError:
        return False


def _make_room(out: Path, force: bool) -> None:
    """Refuse to write over anything; with `force`, over an earlier replay only, never over what was recorded."""
    if not out.exists():
        return
    if not force:
        raise UsageError(
            "there is something already", where=str(out), remedy="Give another folder with --out, or --force."
        )
    if not _is_replay(out):
        raise UsageError(
            "there is something that is no replay; it is not overwritten",
            where=str(out),
            remedy="Give another folder with --out.",
        )
    shutil.rmtree(out)


def _from_frames(info: LogInfo, start: str, log: Path) -> bool:
    """Decide where to start: at whole frames if every one is there."""
    frames, slow_time = (
        sum(channel.messages for channel in info.channels if channel.topic == topic)
        for topic in ("raw_frame", "slow_time")
    )
    if start == "frames" and not frames:
        raise UsageError("no whole radar frames in this log", where=str(log), remedy="Record some with: sumika record")
    return start == "frames" or (start == "auto" and frames > 0 and frames >= slow_time)


def data_of(log: Path) -> Path | None:
    """Return the data folder of the house whose log this is; None where it lies somewhere else."""
    run = log.resolve() if log.is_dir() else log.resolve().parent
    return run.parent.parent if run.parent.name == "log" else None


def replay_log(log: Path, out: Path, *, start: str = "auto", force: bool = False) -> ReplayReport:
    """Replay the log at `log` into the folder `out`.

    Args:
        log: A run's folder or one segment.
        out: Folder to write; must not exist unless `force`.
        start: "frames", "slow-time", or "auto".
        force: Write over an earlier replay.

    Raises:
        UsageError: if there is something at `out`, or no whole frames to start at.
        SumikaError: if the log cannot be read or holds no house, or `out` cannot be written.
    """
    reader = LogReader(log)
    run = reader.info.run
    if not run.config_text:
        raise SumikaError("the log does not say which house it is of", where=str(log), remedy="It cannot be replayed.")
    loaded = parse_house(run.config_text, log)
    from_frames = _from_frames(reader.info, start, log)
    _make_room(out, force)
    about = RunInfo(run_id=run.run_id, config_text=run.config_text, config_file=f"{_REPLAY_OF}{log}")
    writer = LogWriter(out, about, ReplayClock(), durable=False)

    def emit(envelope: Envelope, message: Message) -> None:
        writer.write(envelope, message)

    try:
        nodes = with_own_students(nodes_of(loaded.house), data_of(log))
        report = Replay(nodes, loaded.house, emit, from_frames=from_frames).run(reader)
    finally:
        writer.close()
    if writer.problem is not None:
        raise writer.problem
    if writer.dropped:
        raise SumikaError(f"{writer.dropped} messages could not be written", where=str(out), remedy="Replay it again.")
    return report
