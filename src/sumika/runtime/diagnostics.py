"""One file for whoever helps: versions, how the nodes are, the last events, the description; nothing private."""

import os
import platform
import shutil
import time
import zipfile
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import msgspec

from sumika.bus import Subscriber
from sumika.clock import Clock
from sumika.config import LoadedHouse
from sumika.history import RecordsReader
from sumika.runtime.backup import named_secrets
from sumika.runtime.node import Node
from sumika.runtime.redaction import Redactor
from sumika.runtime.supervisor import NAME as SUPERVISOR
from sumika.runtime.table import nodes_of
from sumika.runtime.what_runs import houses_running
from sumika.schema import NodeHealth, NodeStatistics, SumikaError
from sumika.schema.house import House

VERSIONS = "versions.json"
LISTENS_S = 2.5
MOST_EVENTS = 500
LARGEST_SECRET_BYTES = 16_384

OURS = frozenset(
    {
        "sumika", "msgspec", "pyzmq", "numpy", "scipy", "numba", "shapely", "starlette", "uvicorn", "websockets",
        "cryptography", "argon2-cffi", "clarabel", "mcap", "ruamel.yaml", "aiomqtt", "paho-mqtt", "aioesphomeapi",
        "pychonet", "pymodbus", "ocpp", "bleak", "onnxruntime", "torch",
    }
)  # fmt: skip
"""Packages whose versions explain faults; what else somebody has installed is nobody's business."""


def write_diagnostics(target: Path, loaded: LoadedHouse, data: Path, clock: Clock) -> tuple[str, ...]:
    """Write a file for whoever helps and return the names of what is in it.

    Args:
        target: The file.
        loaded: The house.
        data: Its data folder.
        clock: Tells the time.

    Raises:
        SumikaError: if it cannot be written.
    """
    redactor = Redactor(loaded.house, _secrets(loaded))
    parts: dict[str, Any] = {
        VERSIONS: _versions(),
        "machine.json": _machine(data),
        "house.json": redactor.description(loaded.house),
        "warnings.json": [redactor.text(f"{each.field}: {each.text}") for each in loaded.warnings],
        "nodes.json": _nodes(loaded.house, data, clock, redactor),
        "events.json": _events(data, redactor),
        "files.json": _files(data),
    }
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, msgspec.json.format(msgspec.json.encode(part)))
    except OSError as error:
        raise SumikaError(f"the diagnostics cannot be written ({error.strerror})", where=str(target)) from error
    return tuple(parts)


def _secrets(loaded: LoadedHouse) -> Iterable[str]:
    """Yield what stands in the house's files with secrets, so that it is found wherever else it stands."""
    for name in named_secrets(msgspec.to_builtins(loaded.house)):
        try:
            with (loaded.path.parent / Path(name).expanduser()).open("rb") as file:
                yield from file.read(LARGEST_SECRET_BYTES).decode("utf-8", "replace").split()
        except OSError:
            continue


def _versions() -> dict[str, str]:
    found = {each.metadata["Name"]: each.version for each in distributions() if each.metadata["Name"]}
    packages = {name: version for name, version in sorted(found.items()) if name.lower() in OURS}
    return {"python": platform.python_version(), "system": platform.system(), "kernel": platform.release(), **packages}


def _machine(data: Path) -> dict[str, Any]:
    existing = next((path for path in (data, *data.parents) if path.is_dir()), Path("/"))
    return {
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "disk_free_bytes": shutil.disk_usage(existing).free,
        "load": os.getloadavg(),
    }


def _nodes(house: House, data: Path, clock: Clock, redactor: Redactor) -> list[Any]:
    """Return what the nodes of a house say of themselves; nothing where it does not run."""
    running = houses_running(data)
    if not running:
        return []
    nodes: tuple[Node, ...] = nodes_of(house)
    ear = Subscriber(
        running[0].folder,
        [SUPERVISOR, *(node.name for node in nodes)],
        ["node_health", "node_statistics"],
        clock,
        high_water_mark=1000,
    )
    newest: dict[tuple[str, str], NodeHealth | NodeStatistics] = {}
    ends_s = time.monotonic() + LISTENS_S
    try:
        while time.monotonic() < ends_s:
            for received in ear.receive(0.1):
                if isinstance(received.message, NodeHealth | NodeStatistics):
                    newest[received.envelope.topic, received.message.node] = received.message
    finally:
        ear.close()
    return [_cleaned(message, redactor) for message in newest.values()]


def _events(data: Path, redactor: Redactor) -> list[Any]:
    folder = data / "history"
    if not (folder / "records.sqlite3").exists():
        return []
    try:
        events = RecordsReader(folder).events(limit=MOST_EVENTS)
    except SumikaError as error:
        return [{"problem": redactor.text(error.problem)}]
    return [_cleaned(event, redactor) for event in events]


def _files(data: Path) -> list[dict[str, Any]]:
    """Return how large what lies in the data folder is; names of residents' keys are no one's business."""
    found = []
    for path in sorted(data.glob("*")) + sorted(data.glob("history/*.sqlite3")):
        parts = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
        size = sum(each.stat().st_size for each in parts)
        found.append({"name": path.relative_to(data).as_posix(), "bytes": size})
    return found


def _cleaned(message: msgspec.Struct, redactor: Redactor) -> Any:
    """Return a message as plain values; every text in it is free text, and its keys may be names too."""

    def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {redactor.text(str(name)): clean(value) for name, value in part.items()}
        if isinstance(part, list | tuple):
            return [clean(each) for each in part]
        return redactor.text(part) if isinstance(part, str) else part

    plain = msgspec.to_builtins(message)
    return {name: clean(value) for name, value in plain.items() if name not in ("session",)}
