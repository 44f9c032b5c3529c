"""Panels as one PNG, by matplotlib; no window and no display is needed."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sumika.evaluate.plots.panels import Floor, Heatmap, Lines, Panel, Series, Spots

_DYNAMIC_RANGE_DB = 50.0
_WIDTH_IN, _HEIGHT_IN = 6.0, 4.2


def write_png(panels: Sequence[Panel], path: Path, *, title: str, banner: str = "") -> None:
    """Draw panels side by side, two in a row.

    Raises:
        OSError: if the file cannot be written.
    """
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(_WIDTH_IN * columns, _HEIGHT_IN * rows + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    for number, panel in enumerate(panels):
        _draw(figure, (rows, columns, number + 1), panel)
    above = "\n".join(line for line in (banner, title) if _drawable(line))
    figure.suptitle(above, color="firebrick" if banner else "black")
    figure.savefig(path, dpi=110)


def _draw(figure: Figure, place: tuple[int, int, int], panel: Panel) -> None:
    if isinstance(panel, Spots):
        _spots(figure, place, panel)
        return
    axes: Any = figure.add_subplot(*place)
    axes.set_title(panel.title)
    match panel:
        case Heatmap():
            _heatmap(figure, axes, panel)
        case Lines():
            axes.set_xlabel(panel.x_label)
            axes.set_ylabel(panel.y_label)
            for series in panel.series:
                _line(axes, series)
            axes.grid(alpha=0.3)
            axes.legend(loc="best", fontsize="small")
        case Floor():
            _floor(axes, panel)


def _heatmap(figure: Figure, axes: Any, panel: Heatmap) -> None:
    top = float(panel.value_db.max())
    mesh = axes.pcolormesh(
        panel.x, panel.y, panel.value_db, shading="nearest", vmin=top - _DYNAMIC_RANGE_DB, vmax=top, rasterized=True
    )
    figure.colorbar(mesh, ax=axes, label="dB")
    if panel.spots is not None:
        axes.plot(panel.spots.x, panel.spots.y, "o", mfc="none", mec="white", ms=8, label=panel.spots.name)
        axes.legend(loc="upper right", fontsize="small")
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)


def _spots(figure: Figure, place: tuple[int, int, int], panel: Spots) -> None:
    axes: Any = figure.add_subplot(*place, projection="3d")
    axes.set_title(panel.title)
    right, forward, up = panel.position_m.T
    shown = axes.scatter(right, forward, up, c=panel.colour, s=12)
    figure.colorbar(shown, ax=axes, label=panel.colour_label, shrink=0.7, pad=0.12)
    axes.set_xlabel("right, m")
    axes.set_ylabel("forward, m")
    axes.set_zlabel("up, m")


def _drawable(text: str) -> bool:
    """Return whether the font has every sign of a text; without Japanese ones a room stays unnamed: no boxes."""
    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    return all(font.get_char_index(ord(sign)) for sign in text)


def _line(axes: Any, series: Series) -> None:
    (drawn,) = axes.plot(series.x, series.y, "o" if series.marks else "-", ms=4, lw=1.2, label=series.name)
    if series.low is not None and series.high is not None:
        axes.fill_between(series.x, series.low, series.high, alpha=0.2, color=drawn.get_color(), lw=0)


def _floor(axes: Any, panel: Floor) -> None:
    for name, corners in panel.rooms.items():
        ring = np.vstack((corners, corners[:1]))
        axes.plot(ring[:, 0], ring[:, 1], color="black", lw=1.5)
        middle = corners.mean(axis=0)
        axes.text(middle[0], middle[1], name if _drawable(name) else "", ha="center", color="grey")
    for name, (x, y, yaw) in panel.radars.items():
        axes.annotate("", (x + 0.5 * np.cos(yaw), y + 0.5 * np.sin(yaw)), (x, y), arrowprops={"arrowstyle": "->"})
        axes.plot([x], [y], "s", color="black", ms=6)
        axes.text(x, y, f" {name}", fontsize="small")
    for path in panel.paths:
        axes.plot(path.x, path.y, lw=1.5, label=path.name)
    if panel.ghosts is not None and panel.ghosts.x.size:
        axes.plot(panel.ghosts.x, panel.ghosts.y, "x", color="silver", ms=5, label=panel.ghosts.name, zorder=0)
    axes.set_aspect("equal")
    axes.set_xlabel("x, m")
    axes.set_ylabel("y, m")
    if panel.paths or panel.ghosts is not None:
        axes.legend(loc="best", fontsize="small")
