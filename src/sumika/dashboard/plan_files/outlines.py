"""What a drawing holds, whichever kind of file it came in: outlines and labels, in the drawing's own units."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from sumika.dashboard.problem import refused

Place = tuple[float, float]
"""(right, up) in the drawing's units."""

MOST_OUTLINES = 10_000
MOST_CORNERS = 50_000
"""Of a whole drawing: more is no plan of a home, and would keep a small computer busy."""

LONGEST_NAME = 60
FARTHEST = 1e9
"""Units from the origin: no drawing goes farther, and products of such numbers are still numbers."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A line around something, or one that was meant to be.

    Attributes:
        corners: In order; the last joins the first where it is closed.
        closed: Whether the drawing says so.
        name: That the drawing gives it; empty where it gives none.
        layer: Which it lies on.
        curved: Whether a part of it is bent; its ends are taken.
        holed: Whether something is cut out of it, which is left out.
    """

    corners: tuple[Place, ...]
    closed: bool
    name: str = ""
    layer: str = ""
    curved: bool = False
    holed: bool = False


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text on the drawing, and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All of a file.

    Attributes:
        outlines: With two corners or more; those with two are single lines.
        labels: Texts.
        metres_per_unit: As the file has it; None where it does not say, or nobody could live in what it says.
    """

    outlines: tuple[Outline, ...]
    labels: tuple[Label, ...] = ()
    metres_per_unit: float | None = None


@dataclass
class Collected:
    """Outlines as they are found; too many are refused while they are."""

    outlines: list[Outline] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    corners: int = 0

    def add(self, outline: Outline) -> None:
        """Take one, if it is longer than a point.

        Raises:
            RefusedError: if the drawing holds more than a home's plan does.
        """
        corners = without_repeats(outline.corners)
        if len(corners) < 2 or not all(map(_is_near, corners)):
            return
        self.corners += len(corners)
        if len(self.outlines) >= MOST_OUTLINES or self.corners > MOST_CORNERS:
            raise refused(422, "plan_too_much", outlines=MOST_OUTLINES, corners=MOST_CORNERS)
        self.outlines.append(
            Outline(
                corners=corners,
                closed=len(corners) > 2 and (outline.closed or outline.corners[0] == outline.corners[-1]),
                name=short(outline.name),
                layer=short(outline.layer),
                curved=outline.curved,
                holed=outline.holed,
            )
        )

    def label(self, text: str, place: Place) -> None:
        """Take a text, if it has any."""
        if short(text) and len(self.labels) < MOST_OUTLINES and _is_near(place):
            self.labels.append(Label(text=short(text), place=place))


def _is_near(place: Place) -> bool:
    return all(math.isfinite(value) and abs(value) <= FARTHEST for value in place)


def without_repeats(corners: Iterable[Place]) -> tuple[Place, ...]:
    """Return corners without those that stand where the one before stands; the last may not stand on the first."""
    kept: list[Place] = []
    for corner in corners:
        if not kept or corner != kept[-1]:
            kept.append(corner)
    while len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return tuple(kept)


def short(text: str) -> str:
    """Return a text in one line, as long as a name may be."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:LONGEST_NAME]


def extent(outlines: Iterable[Outline]) -> float:
    """Return the longer side of the rectangle around outlines, in the drawing's units."""
    corners = [corner for outline in outlines for corner in outline.corners]
    if not corners:
        return 0.0
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return max(max(xs) - min(xs), max(ys) - min(ys))
