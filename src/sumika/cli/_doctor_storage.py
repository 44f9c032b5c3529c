"""The doctor's look at what is kept: the data folder, the disk, the last log, history and records."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from sumika.cli._finding import Finding, fail, ok, warn
from sumika.log import LogReader
from sumika.schema import SumikaError

DISK_FAIL_BYTES = 200_000_000
DISK_WARN_BYTES = 2_000_000_000
LONGEST_CHECK_S = 5.0
_STEPS_BETWEEN_LOOKS = 10_000


def data_usable(folder: Path) -> list[Finding]:
    """Judge whether the data folder can be written, or made."""
    existing = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    if not existing.is_dir():
        return [
            fail(f"data folder {folder}", f"{existing} is a file", "Move that file away, or give another --data folder")
        ]
    if not os.access(existing, os.W_OK | os.X_OK):
        return [
            fail(
                f"data folder {folder}",
                f"we (user {os.getuid()}) may not write in {existing}",
                f"Mend its permissions (sudo chown -R {os.getuid()} {existing}), or give another --data folder",
            )
        ]
    findings = [ok(f"data folder {folder}" + ("" if existing == folder else " (made at the first run)"))]
    if existing == folder and folder.stat().st_mode & 0o077:
        findings.append(
            warn(
                f"data folder {folder} is open to others",
                "it holds what is measured of the people who live here",
                f"chmod 700 {folder}",
            )
        )
    return findings


def disk_space(free_bytes: int, folder: Path) -> list[Finding]:
    """Judge the space left for log and history."""
    shown = f"{free_bytes / 1e9:.1f} GB free for {folder}"
    if free_bytes < DISK_FAIL_BYTES:
        return [fail(shown, "log and history stop being written", "Free some space, or give another --data folder")]
    if free_bytes < DISK_WARN_BYTES:
        return [warn(shown, "it lasts for days, not for years", "Free some space, or give another --data folder")]
    return [ok(shown)]


def last_log(folder: Path) -> list[Finding]:
    """Judge whether the newest file of the newest run's log can be read. It may be being written just now."""
    files = sorted(folder.glob("log/*/*.mcap"), key=lambda path: path.stat().st_mtime)
    if not files:
        return [ok("no log yet")]
    path = files[-1]
    try:
        info = LogReader(path).info
    except (SumikaError, OSError) as error:
        return [warn(f"log {path}", f"it cannot be read: {error}", f"Try: sumika log recover {path}")]
    if info.damages:
        first = info.damages[0]
        return [
            warn(
                f"log {path}",
                f"{len(info.damages)} damaged places, the first: {first.kind}; {info.messages} messages are intact",
                f"A run that ended by power cut or kill leaves this; to mend the file: sumika log recover {path}",
            )
        ]
    return [ok(f"log {path}: {info.messages} messages")]


def _quick_check(path: Path, longest_s: float) -> str:
    """Return SQLite's own verdict: "ok", what is wrong, or "" where there was not time enough to tell."""
    until = time.monotonic() + longest_s
    # Not mode=ro: that fails on a database whose write-ahead log has to be looked at first.
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=1.0)
    with contextlib.closing(connection):
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
        try:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                return ""
            raise


def database_whole(path: Path, longest_s: float = LONGEST_CHECK_S) -> list[Finding]:
    """Judge a database of ours; one that does not exist yet is well."""
    if not path.exists():
        return [ok(f"no {path.name} yet")]
    try:
        verdict = _quick_check(path, longest_s)
    except sqlite3.Error as error:
        verdict = str(error)
    if not verdict:
        return [ok(f"{path}: no damage found in {longest_s:g} s of looking")]
    if verdict == "ok":
        return [ok(f"{path} is whole")]
    return [
        fail(
            f"{path} is damaged",
            verdict.replace("\n", " "),
            "The next run sets it aside as .corrupt.<time> and begins a new one; keep a copy if you want to mend it",
        )
    ]


def set_aside(folder: Path) -> list[Finding]:
    """Tell of databases that were found broken before and set aside."""
    found = sorted(path for path in folder.glob("**/*.corrupt.*") if not path.name.endswith(("-wal", "-shm")))
    if not found:
        return []
    return [
        warn(
            f"{len(found)} damaged database files lie aside, the newest {found[-1]}",
            "what they held is not in the history",
            "Mend them with 'sqlite3 FILE .recover' if you need it, or delete them",
        )
    ]
