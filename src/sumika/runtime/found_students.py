"""Students for the nodes that ask them: the house's own where it has one, else those that ship."""

from functools import cache
from pathlib import Path
from typing import Any


@cache
def found_student(name: str, features: str, data: Path | None = None) -> Any:
    """Return a student; None where there is none that may be used, which the estimate then says of itself.

    Args:
        name: Of the student.
        features: What it will be handed, with the version.
        data: Folder of the house's data; None: only those that ship may be used.
    """
    # Imported where it runs: networks cost every other process memory and time.
    from sumika.models import StudentRefused, find_student, house_shelf

    try:
        return find_student(name, features=features, shelf=house_shelf(data) if data else None)
    except StudentRefused:
        return None
