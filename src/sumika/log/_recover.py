"""Makes a clean file of a damaged log; the damaged one stays as it is."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

import sumika.log._format as _format
from sumika.log._reader import LogInfo, LogReader
from sumika.log._segment import McapBody, sync_folder
from sumika.schema import SumikaError, UsageError


class RecoveryReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved.

    Attributes:
        path: The clean file.
        messages: Messages in it.
        source: What the damaged log held, with its damages.
    """

    path: Path
    messages: int
    source: LogInfo


def recovered_path(path: Path) -> Path:
    """Return where the clean file of a log goes by default: beside it."""
    return path.with_name(f"{path.stem if path.suffix == '.mcap' else path.name}.recovered.mcap")


def recover(path: Path | str, out: Path | str | None = None, *, force: bool = False) -> RecoveryReport:
    """Write everything that is readable into one clean file, byte for byte, topics of a newer Sumika included.

    Args:
        path: A log file or the folder of a run; it is only read.
        out: The clean file; beside the log as `<name>.recovered.mcap` if None.
        force: Whether to write over an existing file.

    Raises:
        UsageError: if `out` exists, or is the log itself.
        SumikaError: if there is no log at `path`, or the clean file cannot be written.
    """
    source = Path(path)
    reader = LogReader(source)
    target = Path(out) if out is not None else recovered_path(source)
    if target.exists() and (target.samefile(source) or target.resolve().parent == source.resolve()):
        raise UsageError("the clean file cannot take the place of the log", where=str(target), remedy="Name another")
    if target.exists() and not force:
        raise UsageError("there is something already", where=str(target), remedy="Give another name, or --force")
    scratch = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with scratch.open("xb") as file:
            scratch.chmod(0o600)
            messages = _copy(reader, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        raise SumikaError(f"cannot be written: {error.strerror}", where=str(target)) from error
    finally:
        with suppress(OSError):
            scratch.unlink()
    return RecoveryReport(path=target, messages=messages, source=reader.info)


def _copy(reader: LogReader, file: BinaryIO) -> int:
    lost = sum(damage.messages or 0 for damage in reader.info.damages)
    body = McapBody(file, _format.metadata_fields(reader.run, 1, lost), f"sumika {reader.run.version}")
    messages = 0
    for channel, raw in reader.raw():
        identity = body.channel(channel.topic, channel.key, channel.encoding, channel.schema)
        body.add(identity, raw.sequence, raw.log_time_ns, raw.publish_time_ns, raw.data)
        messages += 1
    body.finish()
    return messages
