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
    from sumika.evaluate.plots.draw import check_drawable, draw
    from sumika.evaluate.plots.frames_of_file import frames_of_file, house_of_file
    from sumika.evaluate.plots.passage import pass_through
    from sumika.evaluate.plots.people_panels import people_panels
    from sumika.evaluate.plots.radar_panels import frame_panels, passage_panels

    for out in outs:
        check_drawable(out)
    frames = frames_of_file(file, model=model, chirp=chirp, radar=radar, seconds=seconds)
    passage = pass_through(frames, at_s=at_s, house=house_of_file(file))
    if passage is None:
        raise UsageError("no frame of it can be used", where=str(file), remedy="Take another recording")
    seen = passage.seen
    panels = [*frame_panels(seen), *passage_panels(seen), *people_panels(passage.followed)]
    title = f"{file.resolve().name} ({seen.description.model}, {seen.time_s[-1]:.1f} s)"
    origin = seen.origin if seen.origin is not Origin.LIVE else Origin.RECORDED
    for out in outs:
        # A picture's font has no Japanese; whoever looks at it must still be told that nobody is being measured.
        above = banner(origin, language_of(os.environ) if out.suffix == ".html" else "en")
        yield f"Wrote {draw(panels, out, title=title, banner=above)}"
