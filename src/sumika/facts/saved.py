"""What the controller saved, as the planner's process keeps it day by day."""

import math
from datetime import date
from pathlib import Path

import msgspec

from sumika.facts.figures import Figure, Row, Why
from sumika.facts.periods import Period
from sumika.facts.shelf import Shelf
from sumika.schema import Origin
from sumika.schema.saved_days import SAVED_FILE, SavedDay

PLAN_FOLDER = "plan"
_LARGEST_BYTES = 16_000_000
_FEWEST_DAYS = 3
_NORMAL_95 = 1.96


def saved(shelf: Shelf, p: Period) -> Figure:
    """Return what was saved; days that begin in a period count, or the one that holds it."""
    days, problem = read_saved(shelf.folder)
    if problem:
        shelf.problems[problem] = None
    rows = tuple(
        _row(shelf, day, days[day.isoformat()])
        for day in p.dates(shelf.zone)
        if _counts(shelf, day, p) and days.get(day.isoformat(), SavedDay()).seconds
    )
    if not rows:
        return shelf.nothing("saved", shelf.currency, Why.DAMAGED if problem else Why.NO_RECORDS)
    each = [row.value for row in rows if row.value is not None]
    total, half = sum(each), _half_interval(each)
    return Figure(
        name="saved",
        value=round(total, 6),
        unit=shelf.currency,
        rows=rows,
        low=None if half is None else total - half,
        high=None if half is None else total + half,
        # The file does not say where its numbers come from; a demo's are simulated.
        origin=(Origin.SIMULATED if shelf.house.demo else Origin.LIVE).value,
        coverage=round(len(rows) / len(p.dates(shelf.zone)), 4),
    )


def _counts(shelf: Shelf, day: date, p: Period) -> bool:
    whole = Period.day(day, shelf.zone)
    return p.holds(whole.begin_unix_s) or (whole.holds(p.begin_unix_s) and p.end_unix_s <= whole.end_unix_s)


def _row(shelf: Shelf, day: date, kept: SavedDay) -> Row:
    whole = Period.day(day, shelf.zone)
    mode = max(kept.seconds, key=lambda one: kept.seconds[one])
    begin_s, end_s = whole.begin_unix_s, whole.end_unix_s
    return shelf.row("saved", "plan", begin_s, end_s, value=kept.saved, unit=shelf.currency, text=mode)


def _half_interval(saved_by_day: list[float]) -> float | None:
    """Return half of the 95 % interval of the sum, as far as days differ; None: too few."""
    days = len(saved_by_day)
    if days < _FEWEST_DAYS:
        return None
    mean = sum(saved_by_day) / days
    variance = sum((one - mean) ** 2 for one in saved_by_day) / (days - 1)
    return _NORMAL_95 * math.sqrt(days * variance)


def read_saved(folder: Path) -> tuple[dict[str, SavedDay], str]:
    """Return the days by ISO date, and why they cannot be read; empty where they can, or there are none yet.

    Args:
        folder: The data folder of a house.
    """
    path = folder / PLAN_FOLDER / SAVED_FILE
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST_BYTES), type=dict[str, SavedDay]), ""
    except FileNotFoundError:
        return {}, ""
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return {}, f"{path} cannot be read ({error})"
