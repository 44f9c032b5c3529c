"""Looks after the files that a simulation will be written into, before hours are spent on it."""

from pathlib import Path

from sumika.schema import SumikaError


def make_ready(*, picture: Path | None = None, table: Path | None = None) -> None:
    """Look whether files can be written, and make their folders.

    Args:
        picture: Ends with .png or .html; None where none is wanted.
        table: The same of a CSV.

    Raises:
        SumikaError: if the picture's name ends otherwise, it cannot be drawn here, or a file cannot be written.
    """
    if picture is not None:
        # Only where pictures are wanted: the drawing libraries take seconds.
        from sumika.evaluate.plots import check_drawable

        check_drawable(picture)
    for path in (picture, table):
        try:
            if path is not None:
                _open_once(path)
        except OSError as error:
            raise SumikaError(
                f"cannot be written: {error.strerror}", where=str(path), remedy="Name another file"
            ) from error


def _open_once(path: Path) -> None:
    """Open a file to be written and leave it as it was; its folder stays.

    Raises:
        OSError: if it cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_fifo():
        return  # It waits for a reader, to whom closing it would be the end.
    was_there = path.exists()
    with path.open("ab"):
        pass
    if not was_there:
        path.resolve().unlink(missing_ok=True)  # What a link points to, not the link.
