"""Where recordings lie: `$SUMIKA_DATA/...`, or relative to house.yaml; and a clear error where they do not."""

from collections.abc import Mapping
from pathlib import Path

from sumika.config import recordings_folder, resolve
from sumika.schema import UsageError

DATA_VARIABLE = "SUMIKA_DATA"
_SPELLINGS = (f"${DATA_VARIABLE}", f"${{{DATA_VARIABLE}}}")


def resolve_path(path: str, house_file: Path, environ: Mapping[str, str]) -> Path:
    """Return the place that a path in house.yaml means.

    Args:
        path: Absolute, relative to house.yaml, or beginning with $SUMIKA_DATA.
        house_file: The house.yaml it stands in.
        environ: The environment.

    Raises:
        UsageError: if the path names a variable other than SUMIKA_DATA, there is no folder of recordings, or nothing
            lies at the place.
    """
    place = _place(path, house_file, environ)
    try:
        present = place.exists()
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(place)!r} cannot be a path: {error}", where=str(house_file)) from error
    if not present:
        by = f"{path} is {place}, which" if str(place) != path else path
        remedy = f"Set {DATA_VARIABLE} to the folder of recordings" if path.startswith("$") else "Mend the path"
        raise UsageError(f"{by} is not there", where=str(house_file), remedy=remedy)
    return place


def _place(path: str, house_file: Path, environ: Mapping[str, str]) -> Path:
    if path.startswith("$") and path.partition("/")[0] not in _SPELLINGS:
        raise UsageError(
            f"the path {path} begins with a variable other than {_SPELLINGS[0]}",
            where=str(house_file),
            remedy=f"Only {_SPELLINGS[0]} is replaced; write the path out",
        )
    place = resolve(path, house_file, environ)
    if place is None:
        raise UsageError(
            f"{path} needs the folder of recordings, but {DATA_VARIABLE} is not set and ../shared/data is not there",
            where=str(house_file),
            remedy=f"Set {DATA_VARIABLE} to the folder of recordings",
        )
    return place


__all__ = ["DATA_VARIABLE", "recordings_folder", "resolve_path"]
