"""The essay's numbers as claimed by others, and ours quoted from the last long run of the distillation works."""

import platform
from pathlib import Path
from typing import Any

import msgspec
import psutil
from ruamel.yaml import YAML

from sumika.evaluate import bench
from sumika.evaluate.figure import Evidence, Figure

AREA = "distil"
MISSING = "not measured yet: sumika bench distil --full"


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number of the essay.

    Attributes:
        key: Of its figure.
        says: The essay's words.
        value: The number.
        unit: Of it.
        source: Who claims it.
        detail: What stands behind it.
        ours: Keys of our figures beside it.
        note: What must be known to read it.
    """

    key: str
    says: str
    value: float
    unit: str
    source: str
    detail: dict[str, float | str]
    ours: list[str]
    note: str = ""


def rows() -> list[Row]:
    """Return the essay's numbers in order."""
    text = Path(__file__).with_name("essay.yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe").load(text), list[Row])


def measure(full: bool, folder: Path | None = None) -> dict[str, Figure]:
    """Return every claimed number followed by ours; the same for quick and `full`, which is the distil area's work.

    Args:
        full: Not used: nothing is measured here.
        folder: Where long runs are kept.

    Raises:
        SumikaError: if the kept long run cannot be read.
    """
    kept = bench.quoted_now(AREA, folder or bench.results_folder())
    figures: dict[str, Figure] = {}
    for row in rows():
        missing = [key for key in row.ours if key not in kept]
        figures[row.key] = _claimed(row, missing)
        figures |= {f"our_{key}": kept[key] for key in row.ours if key in kept}
    return figures


def _claimed(row: Row, missing: list[str]) -> Figure:
    detail: dict[str, float | str] = {"says": row.says, "source": row.source, **row.detail}
    if row.note:
        detail["note"] = row.note
    if missing:
        detail["ours"] = f"{', '.join(missing)}: {MISSING}"
    if row.key == "essay_hardware":
        detail["ours"] = hardware()
    return Figure(value=row.value, unit=row.unit, evidence=Evidence.CLAIMED, detail=detail)


def hardware() -> str:
    """Return what this machine is: processor, cores, memory."""
    name = platform.processor() or platform.machine()
    for line in _cpu_lines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    memory_gb = psutil.virtual_memory().total / 1e9
    return f"{name}, {psutil.cpu_count()} cores, {memory_gb:.0f} GB (the machine that prints this)"


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def beside(figures: dict[str, Figure]) -> list[dict[str, Any]]:
    """Return the rows as they are printed beside each other: what is said, by whom, and ours.

    Args:
        figures: Of `measure`.
    """
    shown: list[dict[str, Any]] = []
    for row in rows():
        ours = [
            {
                "key": key,
                "value": figure.value,
                "unit": figure.unit,
                "evidence": f"{'measured here' if figure.run == 'now' else f'quoted, {figure.run}'}: {figure.evidence}",
                "stale": figure.stale,
            }
            for key in row.ours
            if (figure := figures.get(f"our_{key}")) is not None
        ]
        claimed = {"value": row.value, "unit": row.unit, "evidence": str(Evidence.CLAIMED), "source": row.source}
        missing = figures[row.key].detail.get("ours", "")
        shown.append({"says": row.says, "claimed": claimed, "ours": ours, "missing": missing, "note": row.note})
    return shown
