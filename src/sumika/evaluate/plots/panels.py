"""What is to be drawn, as data: the same panels become a PNG and an interactive page."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points along one axis, joined by a line or not.

    Attributes:
        name: For the legend.
        x: (point,).
        y: (point,).
        low: (point,) lower end of an interval; None for none.
        high: (point,) its upper end.
        marks: Whether points are drawn instead of a line.
    """

    name: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    marks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """Power over two coordinates.

    Attributes:
        title: Above it.
        x_label: With unit.
        y_label: With unit.
        x: (column,).
        y: (row,).
        value_db: (row, column).
        spots: Marked on it.
    """

    title: str
    x_label: str
    y_label: str
    x: Array
    y: Array
    value_db: Array
    spots: Series | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """Points in space, coloured by a number.

    Attributes:
        title: Above it.
        position_m: (point, 3) right, forward, up.
        colour: (point,).
        colour_label: With unit.
    """

    title: str
    position_m: Array
    colour: Array
    colour_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Values over time.

    Attributes:
        title: Above it.
        x_label: With unit.
        y_label: With unit.
        series: At least one.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Who went where, on the floor plan.

    Attributes:
        title: Above it.
        rooms: Corners (corner, 2) of each room, by name.
        radars: Where each hangs and where it looks: (x, y, yaw in radians), by name.
        paths: One per track; x and y on the plan.
        ghosts: What was explained away.
    """

    title: str
    rooms: dict[str, Array] = field(default_factory=dict)
    radars: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    paths: tuple[Series, ...] = ()
    ghosts: Series | None = None


Panel = Heatmap | Spots | Lines | Floor
