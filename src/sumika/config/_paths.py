"""Paths that `house.yaml` names: absolute, relative to the file, or in the folder of recordings."""

from collections.abc import Mapping
from pathlib import Path

DATA_VARIABLE = "SUMIKA_DATA"
BUILTIN = "builtin:"
"""What stands before the name of a file that comes with Sumika."""


_DEFAULT = Path("../shared/data")


def recordings_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of recordings: SUMIKA_DATA, else ../shared/data beside the working folder or the checkout.

    Returns:
        The folder; None if SUMIKA_DATA is not set and neither of the others is there.
    """
    named = environ.get(DATA_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    folders = ((start / _DEFAULT).resolve() for start in (Path.cwd(), Path(__file__).resolve().parents[3]))
    return next((folder for folder in folders if folder.is_dir()), None)


def resolve(name: str, house_file: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the path that a name in `house.yaml` means.

    Args:
        name: As written: absolute, relative to the file's folder, or beginning with `$SUMIKA_DATA` or `~`.
        house_file: The file in which it is written.
        environ: Where SUMIKA_DATA is looked up.

    Returns:
        The path, which need not exist; None where it lies in the folder of recordings and there is none.
    """
    for spelling in (f"${DATA_VARIABLE}", f"${{{DATA_VARIABLE}}}"):
        if name == spelling or name.startswith(f"{spelling}/"):
            folder = recordings_folder(environ)
            return folder / name[len(spelling) :].lstrip("/") if folder else None
    path = Path(name)
    if path.parts[:1] == ("~",):
        path = Path.home().joinpath(*path.parts[1:])
    return house_file.absolute().parent / path
