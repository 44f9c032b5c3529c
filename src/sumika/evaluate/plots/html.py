"""Panels as one page that can be zoomed and turned, by plotly; the page carries all it needs and loads nothing."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io

from sumika.evaluate.plots.panels import Floor, Heatmap, Lines, Panel, Series, Spots

_DYNAMIC_RANGE_DB = 50.0
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ font-family: sans-serif; margin: 1rem; }}
.banner {{ background: #b22222; color: white; padding: 0.5rem; }}
.panels {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(28rem, 1fr)); gap: 1rem; }}</style></head>
<body>{banner}<h1>{title}</h1><div class="panels">{panels}</div></body></html>
"""


def write_html(panels: Sequence[Panel], path: Path, *, title: str, banner: str = "") -> None:
    """Write the page.

    Raises:
        OSError: if the file cannot be written.
    """
    parts = []
    for number, panel in enumerate(panels):
        part = plotly.io.to_html(_figure(panel), include_plotlyjs=number == 0, full_html=False)
        parts.append(f"<div>{part}</div>")
    said = f'<p class="banner">{html.escape(banner)}</p>' if banner else ""
    path.write_text(_PAGE.format(title=html.escape(title), banner=said, panels="".join(parts)), encoding="utf-8")


def _figure(panel: Panel) -> Any:
    figure = go.Figure()
    figure.update_layout(title=panel.title, height=460, margin={"l": 50, "r": 20, "t": 50, "b": 50})
    match panel:
        case Heatmap():
            _heatmap(figure, panel)
        case Spots():
            _spots(figure, panel)
        case Lines():
            for series in panel.series:
                _line(figure, series)
            figure.update_layout(xaxis_title=panel.x_label, yaxis_title=panel.y_label)
        case Floor():
            _floor(figure, panel)
    return figure


def _heatmap(figure: Any, panel: Heatmap) -> None:
    top = float(panel.value_db.max())
    drawn = {"zmin": top - _DYNAMIC_RANGE_DB, "zmax": top, "colorbar": {"title": "dB"}, "colorscale": "Viridis"}
    figure.add_trace(go.Heatmap(x=panel.x, y=panel.y, z=np.round(panel.value_db, 2), **drawn))
    if panel.spots is not None:
        marker = {"symbol": "circle-open", "color": "white", "size": 10}
        figure.add_trace(
            go.Scatter(x=panel.spots.x, y=panel.spots.y, mode="markers", marker=marker, name=panel.spots.name)
        )
    figure.update_layout(xaxis_title=panel.x_label, yaxis_title=panel.y_label)


def _spots(figure: Any, panel: Spots) -> None:
    right, forward, up = panel.position_m.T
    marker = {"size": 3, "color": panel.colour, "colorbar": {"title": panel.colour_label}, "colorscale": "Viridis"}
    figure.add_trace(go.Scatter3d(x=right, y=forward, z=up, mode="markers", marker=marker))
    axes = {"xaxis_title": "right, m", "yaxis_title": "forward, m", "zaxis_title": "up, m", "aspectmode": "data"}
    figure.update_layout(scene=axes)


def _line(figure: Any, series: Series) -> None:
    mode = "markers" if series.marks else "lines"
    figure.add_trace(go.Scatter(x=series.x, y=series.y, mode=mode, name=series.name))
    if series.low is not None and series.high is not None:
        around = {"x": np.concatenate((series.x, series.x[::-1])), "y": np.concatenate((series.high, series.low[::-1]))}
        shown = {"fill": "toself", "mode": "none", "opacity": 0.2, "name": f"{series.name}, 95 %"}
        figure.add_trace(go.Scatter(**around, **shown))


def _floor(figure: Any, panel: Floor) -> None:
    for name, corners in panel.rooms.items():
        ring = np.vstack((corners, corners[:1]))
        line = {"color": "black"}
        figure.add_trace(go.Scatter(x=ring[:, 0], y=ring[:, 1], mode="lines", line=line, name=name, showlegend=False))
    for name, (x, y, yaw) in panel.radars.items():
        ahead = {"x": [x, x + 0.5 * np.cos(yaw)], "y": [y, y + 0.5 * np.sin(yaw)]}
        figure.add_trace(go.Scatter(**ahead, mode="lines+markers", line={"color": "black"}, name=name))
    for path in panel.paths:
        _line(figure, path)
    if panel.ghosts is not None and panel.ghosts.x.size:
        marker = {"symbol": "x", "color": "silver"}
        figure.add_trace(
            go.Scatter(x=panel.ghosts.x, y=panel.ghosts.y, mode="markers", marker=marker, name=panel.ghosts.name)
        )
    figure.update_layout(xaxis_title="x, m", yaxis_title="y, m")
    figure.update_yaxes(scaleanchor="x", scaleratio=1)
