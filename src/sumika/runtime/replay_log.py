"""Replays a log into a log."""

import shutil
from pathlib import Path

from sumika.clock import ReplayClock
from sumika.config import parse_house
from sumika.log import LogInfo, LogReader, LogWriter, RunInfo
from sumika.runtime.replay import Replay, ReplayReport
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Message, SumikaError, UsageError


def _make_room(out: Path, force: bool) -> None:
    """Refuse to write over anything; with `force`, over an earlier replay only."""
    if not out.exists():
        return
    if not force or not (out.is_dir() and all(path.suffix == ".mcap" for path in out.iterdir())):
        raise UsageError(
            "there is something already", where=str(out), remedy="Give another folder with --out, or --force."
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


def replay_log(log: Path, out: Path, *, start: str = "auto", force: bool = False) -> ReplayReport:
    """Replay the log at `log` into the folder `out`.

    Args:
        log: A run's folder or one segment.
        out: Folder to write; must not exist unless `force`.
        start: "frames", "slow-time", or "auto".
        force: Write over an earlier replay.

    Raises:
        SumikaError: if the log cannot be read or holds no house.
    """
    reader = LogReader(log)
    run = reader.info.run
    if not run.config_text:
        raise SumikaError("the log does not say which house it is of", where=str(log), remedy="It cannot be replayed.")
    loaded = parse_house(run.config_text, log)
    _make_room(out, force)
    writer = LogWriter(out, RunInfo(run_id=run.run_id, config_text=run.config_text), ReplayClock(), durable=False)

    def emit(envelope: Envelope, message: Message) -> None:
        writer.write(envelope, message)

    try:
        from_frames = _from_frames(reader.info, start, log)
        report = Replay(nodes_of(loaded.house), loaded.house, emit, from_frames=from_frames).run(reader)
    finally:
        writer.close()
    if writer.problem is not None:
        raise writer.problem
    return report
