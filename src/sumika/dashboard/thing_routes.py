"""Students that the house has, and devices that can be found."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right
from sumika.dashboard.scanning import ScanState
from sumika.schema import UNREADABLE

MOST_CARDS = 200
LARGEST_CARD_BYTES = 200_000
CARD_NAMES = ("card.json", "card.md", "MODEL_CARD.md")


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
    except UNREADABLE:
        return {}


def thing_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Things(parts)
    return (
        get("/api/models", do.models, "Students, their cards, and what they cost.", Students, Right.RECORDS),
        get("/api/scan", do.scanned, "Devices that the last look found.", ScanState, Right.CONFIGURE),
        post("/api/scan", do.scan, "Look for devices.", ScanState, Right.CONFIGURE),
    )
