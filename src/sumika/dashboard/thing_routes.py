"""Students that the house has, devices that can be found, and everything of one's own to take along."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
from starlette.responses import Response, StreamingResponse

from sumika.dashboard.consent import Consent
from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right, Role
from sumika.dashboard.scanning import ScanState
from sumika.history import KeptSignal

MOST_CARDS = 200
LARGEST_CARD_BYTES = 200_000
CARD_NAMES = ("card.json", "card.md", "MODEL_CARD.md")
EXPORT_DAYS, DAYS_AT_ONCE = 400.0, 10.0
EXPORT_POINTS = 20_000
"""More than minutes in ten days: nothing is drawn together."""

SECONDS_PER_DAY = 86_400.0
PIECE_BYTES = 65_536


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """A small model that the house has.

    Attributes:
        name: Of its folder or file.
        bytes: Of all its files.
        sha256: Of its largest file.
        card: What its card says; empty where it has none.
        bill: What it cost, as its run has it; empty where nobody wrote that down.
    """

    name: str
    bytes: int
    sha256: str
    card: str
    bill: dict[str, Any]


class Students(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    models: list[Student]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the one who asks, beside the tables."""

    user: str
    role: Role
    residents: tuple[str, ...]
    consents: list[Consent]


class _Things:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def models(self, call: Call) -> Students:
        folder = self._parts.models
        cards = sorted(path for name in CARD_NAMES for path in folder.rglob(name)) if folder.is_dir() else []
        return Students(models=[_student(card, folder) for card in cards[:MOST_CARDS]])

    def scanned(self, call: Call) -> ScanState:
        return self._parts.scanning.state

    def scan(self, call: Call) -> ScanState:
        return self._parts.scanning.begin()

    def export(self, call: Call) -> Response:
        viewer = call.who
        consents = [
            one for one in self._parts.consents.all() if viewer.role is Role.OWNER or one.resident in viewer.residents
        ]
        about = Export(user=viewer.name, role=viewer.role, residents=viewer.residents, consents=consents)
        # On the disk: a year of a house would fill the memory of a small computer.
        descriptor, name = tempfile.mkstemp(prefix="sumika-export-")
        Path(name).unlink()
        content = os.fdopen(descriptor, "w+b")
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("about.json", msgspec.json.encode(about))
            for kept in self._own(call):
                with archive.open(f"{kept.room}/{kept.signal}.{kept.origin.value}.csv", "w") as file:
                    for rows in self._rows(kept):
                        file.write(rows.encode())
        content.seek(0)
        headers = {"Content-Disposition": 'attachment; filename="sumika-export.zip"'}
        return StreamingResponse(_pieces(content), media_type="application/zip", headers=headers)

    def _own(self, call: Call) -> list[KeptSignal]:
        """Return the signals that one may see."""
        return [
            kept
            for kept in self._parts.past.signals()
            if kept.readable and self._parts.sees_past(call.who, kept.signal, kept.room)
        ]

    def _rows(self, kept: KeptSignal) -> Iterator[str]:
        """Yield a signal's table, minute by minute, some days at a time."""
        yield f"unix_s,mean_{kept.unit},min_{kept.unit},max_{kept.unit}\r\n"
        ends_s = self._parts.clock.now().wall_ns / 1e9 + SECONDS_PER_DAY
        for part in reversed(range(round(EXPORT_DAYS / DAYS_AT_ONCE))):
            to_s = ends_s - part * DAYS_AT_ONCE * SECONDS_PER_DAY
            since_s = to_s - DAYS_AT_ONCE * SECONDS_PER_DAY
            plot = self._parts.past.plot(kept.room, kept.signal, since_s, to_s, EXPORT_POINTS, kept.origin)
            columns = (plot.stamps_ns / 1e9, plot.mean, plot.minimum, plot.maximum)
            rows = zip(*(column.tolist() for column in columns), strict=True)
            yield "".join(f"{at:.3f},{mean:.6g},{low:.6g},{high:.6g}\r\n" for at, mean, low, high in rows)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(PIECE_BYTES):
            yield piece


def _student(card: Path, folder: Path) -> Student:
    files = [path for path in card.parent.iterdir() if path.is_file()]
    largest = max(files, key=lambda path: path.stat().st_size)
    with largest.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    bill = card.with_name("bill.json")
    return Student(
        name=str(card.parent.relative_to(folder)),
        bytes=sum(path.stat().st_size for path in files),
        sha256=digest,
        card=card.read_bytes()[:LARGEST_CARD_BYTES].decode("utf-8", "replace"),
        bill=_bill(bill) if bill.exists() else {},
    )


def _bill(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes()[:LARGEST_CARD_BYTES], type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def thing_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Things(parts)
    return (
        get("/api/models", do.models, "Students, their cards, and what they cost.", Students, Right.RECORDS),
        get("/api/scan", do.scanned, "Devices that the last look found.", ScanState, Right.CONFIGURE),
        post("/api/scan", do.scan, "Look for devices.", ScanState, Right.CONFIGURE),
        get("/api/export", do.export, "All that one may see of the past.", None, Right.VITALS, media="application/zip"),
    )
