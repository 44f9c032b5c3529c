"""The settings that tuning found, as they are kept: by scenario week and kind of controller."""

from functools import cache
from pathlib import Path

import msgspec

from sumika.evaluate.control.baselines.settings import Settings
from sumika.schema import SumikaError

FILE = Path(__file__).with_name("tuned.json")


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one tuning.

    Attributes:
        settings: The best.
        cost: Their total cost on the tuning seeds.
        tried: Every trial: knob, value, cost.
    """

    settings: Settings
    cost: float
    tried: tuple[tuple[str, float, float], ...] = ()


Book = dict[str, dict[str, Kept]]
"""By week, then by kind of controller."""


@cache
def tuned_book(file: Path = FILE) -> Book:
    """Return everything that was tuned; nothing where no file is.

    Raises:
        SumikaError: if the file cannot be read.
    """
    if not file.exists():
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=Book)
    except (msgspec.DecodeError, OSError) as error:
        raise SumikaError(
            f"tuned settings cannot be read ({error})", where=str(file), remedy="Run: sumika evaluate control --tune"
        ) from error


def tuned_settings(week: str, family: str) -> Settings:
    """Return the tuned settings of a kind of controller for a week; as set by hand where it was not tuned for it."""
    kept = tuned_book().get(week, {}).get(family)
    return kept.settings if kept is not None else Settings()


def keep(book: Book, file: Path = FILE) -> None:
    """Keep what was tuned, besides what is kept of other weeks.

    Raises:
        OSError: if the file cannot be written.
    """
    tuned_book.cache_clear()
    merged = {**tuned_book(file), **book}
    new = file.with_suffix(".json.new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(merged.items()))), indent=1) + b"\n")
    new.replace(file)
    tuned_book.cache_clear()
