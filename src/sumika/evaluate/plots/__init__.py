"""Pictures of what a radar sees: panels as data, drawn as PNG (matplotlib) or as one interactive page (plotly)."""

from sumika.evaluate.plots.draw import check_drawable, draw
from sumika.evaluate.plots.panels import Floor, Heatmap, Lines, Panel, Series, Spots

__all__ = ["Floor", "Heatmap", "Lines", "Panel", "Series", "Spots", "check_drawable", "draw"]
