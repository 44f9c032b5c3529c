"""Draws a file's panels; apart from the command so that its help costs no import of the drawing libraries."""

import os
from collections.abc import Iterator
from pathlib import Path

from sumika.schema import Origin, UsageError
from sumika.text import banner, language_of


def plot_file(
    file: Path, outs: tuple[Path, ...], *, model: str, chirp: str, radar: str, at_s: float | None, seconds: float
) -> Iterator[str]:
    """Draw a file into pictures, and yield a line for each.

    Raises:
        UsageError: if the file holds no frame that can be used, or a picture's name ends otherwise than is drawn.
        SumikaError: if it cannot be read, or a picture cannot be written.
    """
    from sumika.evaluate.plots.draw import draw
    from sumika.evaluate.plots.frames_of_file import frames_of_file
    from sumika.evaluate.plots.radar_panels import frame_panels, gather, passage_panels

    for out in outs:
        if out.suffix not in (".png", ".html"):
            raise UsageError(f"'{out.suffix}' is not drawn", where=str(out), remedy="Name a file .png or .html")
    seen = gather(frames_of_file(file, model=model, chirp=chirp, radar=radar, seconds=seconds), at_s=at_s)
    if seen is None:
        raise UsageError("no frame of it can be used", where=str(file), remedy="Take another recording")
    panels = [*frame_panels(seen), *passage_panels(seen)]
    title = f"{file.resolve().name} ({seen.description.model}, {seen.time_s[-1]:.1f} s)"
    above = banner(seen.origin if seen.origin is not Origin.LIVE else Origin.RECORDED, language_of(os.environ))
    for out in outs:
        yield f"Wrote {draw(panels, out, title=title, banner=above)}"
