"""Where recordings lie: `$SUMIKA_DATA/...`, or relative to house.yaml."""

from collections.abc import Mapping
from pathlib import Path

from sumika.schema import UsageError

DATA_VARIABLE = "SUMIKA_DATA"
_PREFIX = f"${DATA_VARIABLE}"
_DEFAULT = Path("../shared/data")


def recordings_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of recordings: SUMIKA_DATA, else ../shared/data beside the working folder or the repository.

    Returns:
        None if SUMIKA_DATA is not set and neither is there.
    """
    if environ.get(DATA_VARIABLE):
        return Path(environ[DATA_VARIABLE]).expanduser()
    repository = Path(__file__).resolve().parents[3]
    for start in (Path.cwd(), repository):
        folder = (start / _DEFAULT).resolve()
        if folder.is_dir():
            return folder
    return None


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
    if not path.startswith("$"):
        return house_file.parent / Path(path).expanduser()
    variable, _, rest = path.replace("${" + DATA_VARIABLE + "}", _PREFIX, 1).partition("/")
    if variable != _PREFIX:
        raise UsageError(
            f"the path {path} begins with a variable other than {_PREFIX}",
            where=str(house_file),
            remedy=f"Only {_PREFIX} is replaced; write the path out",
        )
    folder = recordings_folder(environ)
    if folder is None:
        raise UsageError(
            f"{path} needs the folder of recordings, but {DATA_VARIABLE} is not set and {_DEFAULT} is not there",
            where=str(house_file),
            remedy=f"Set {DATA_VARIABLE} to the folder of recordings",
        )
    return folder / rest
