"""Chooses how panels are drawn, by the name of the file that is wanted."""

from collections.abc import Sequence
from pathlib import Path

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
    if not panels:
        raise UsageError("there is nothing to draw", where=str(path), remedy="Take a recording with at least one frame")
    try:
        if path.suffix == ".png":
            from sumika.evaluate.plots.png import write_png as write
        elif path.suffix == ".html":
            from sumika.evaluate.plots.html import write_html as write
        else:
            raise UsageError(f"'{path.suffix}' is not drawn", where=str(path), remedy="Name a file .png or .html")
    except ImportError as error:
        raise SumikaError(f"pictures need {error.name}", remedy="Install it: pip install 'sumika[plots]'") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(panels, path, title=title, banner=banner)
    except OSError as error:
        raise SumikaError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Name another file"
        ) from error
    return path
