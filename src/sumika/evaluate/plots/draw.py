"""Chooses how panels are drawn, by the name of the file that is wanted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sumika.evaluate.plots.panels import Panel
from sumika.schema import SumikaError, UsageError


def draw(panels: Sequence[Panel], path: Path, *, title: str, banner: str = "") -> Path:
    """Draw panels into a file and return it.

    Args:
        panels: At least one.
        path: Ends with .png or .html; the folder is made if it is not there.
        title: Above everything.
        banner: Said above that, for example that the data is simulated.

    Raises:
        UsageError: if the file's name ends otherwise, or there is nothing to draw.
        SumikaError: if the drawing library is not installed, or the file cannot be written.
    """
    write = _writer(path)
    if not panels:
        raise UsageError("there is nothing to draw", where=str(path), remedy="Take a recording with at least one frame")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(panels, path, title=title, banner=banner)
    except OSError as error:
        raise SumikaError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Name another file"
        ) from error
    return path


def check_drawable(path: Path) -> None:
    """Look whether a picture of that name can be drawn, before what takes long.

    Raises:
        UsageError: if the file's name ends otherwise than with .png or .html.
        SumikaError: if the drawing library is not installed.
    """
    _writer(path)


class _Writer(Protocol):
    def __call__(self, panels: Sequence[Panel], path: Path, *, title: str, banner: str = "") -> None: ...


def _writer(path: Path) -> _Writer:
    """Return what draws into a file of that name."""
    try:
        if path.suffix == ".png":
            from sumika.evaluate.plots.png import write_png

            return write_png
        if path.suffix == ".html":
            from sumika.evaluate.plots.html import write_html

            return write_html
    except ImportError as error:
        raise SumikaError(f"pictures need {error.name}", remedy="Install it: pip install 'sumika[plots]'") from error
    raise UsageError(f"'{path.suffix}' is not drawn", where=str(path), remedy="Name a file .png or .html")
