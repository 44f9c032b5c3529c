"""A floor plan in text: walls as lines, rooms by their ids, radars as arrows that look where they look."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

import sumika.config._geometry as geometry
from sumika.schema.house import House, Radar, Room

_WIDEST_M_PER_COLUMN = 0.08
_ROW_PER_COLUMN = 2.0
"""A character is twice as high as it is wide."""
_MOST_ROWS = 40
# By which of the four neighbours (up, right, down, left: 1, 2, 4, 8) a wall goes on to.
_WALLS = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"
_ARROWS = "→↗↑↖←↙↓↘"

_Grid = NDArray[np.int16]


def draw_floor_plan(house: House, columns: int = 80) -> str:
    """Return the plan of every storey, the lowest first, north (y) up, at most so many columns wide."""
    storeys = sorted({room.storey for room in house.rooms})
    plans = []
    for storey in storeys:
        rooms = [room for room in house.rooms if room.storey == storey]
        names = {room.id for room in rooms}
        radars = [radar for radar in house.radars if radar.room in names]
        title = f"storey {storey}\n" if len(storeys) > 1 else ""
        plans.append(title + _Plan(rooms, columns).draw(radars))
    return "\n\n".join(plans)


class _Plan:
    def __init__(self, rooms: Sequence[Room], columns: int) -> None:
        self._rooms = rooms
        corners = np.array([corner for room in rooms for corner in room.floor_m])
        self._west, self._south = corners.min(axis=0)
        width, depth = corners.max(axis=0) - (self._west, self._south)
        # The canvas has a column more than there are cells: walls run between cells.
        across = max(width / max(columns - 1, 1), depth / (_ROW_PER_COLUMN * _MOST_ROWS), _WIDEST_M_PER_COLUMN)
        self._cell_m = (across, across * _ROW_PER_COLUMN)
        self._cells = (max(1, math.ceil(depth / self._cell_m[1] - 1e-6)), max(1, math.ceil(width / across - 1e-6)))

    def draw(self, radars: Sequence[Radar]) -> str:
        canvas = self._walls(self._room_at_cells())
        for room in self._rooms:
            inside = shapely.point_on_surface(geometry.floor_polygon(room))
            row, column = self._place(inside.x, inside.y)
            self._write(canvas, row, column - len(room.id) // 2, room.id)
        for radar in radars:
            row, column = self._place(radar.position_m[0], radar.position_m[1])
            self._write(canvas, row, column, _ARROWS[round(radar.yaw_deg / 45) % 8])
        return "\n".join("".join(line).rstrip() for line in canvas)

    def _room_at_cells(self) -> _Grid:
        """Return which room each cell lies in, -1 outside, with a rim of outside around."""
        rows, columns = self._cells
        x = self._west + (np.arange(columns) + 0.5) * self._cell_m[0]
        y = self._south + (rows - np.arange(rows) - 0.5) * self._cell_m[1]
        cells = np.full((rows + 2, columns + 2), -1, np.int16)
        for index, room in enumerate(self._rooms):
            inside = shapely.contains_xy(geometry.floor_polygon(room), *np.meshgrid(x, y))
            cells[1:-1, 1:-1][inside] = index
        return cells

    def _walls(self, cells: _Grid) -> list[list[str]]:
        """Return a canvas with a wall wherever two neighbouring cells lie in different rooms."""
        up = cells[:-1, :-1] != cells[:-1, 1:]
        down = cells[1:, :-1] != cells[1:, 1:]
        left = cells[:-1, :-1] != cells[1:, :-1]
        right = cells[:-1, 1:] != cells[1:, 1:]
        walls = up * 1 + right * 2 + down * 4 + left * 8
        return [[_WALLS[wall] for wall in line] for line in walls]

    def _place(self, x_m: float, y_m: float) -> tuple[int, int]:
        rows, columns = self._cells
        row = rows - round((y_m - self._south) / self._cell_m[1])
        column = round((x_m - self._west) / self._cell_m[0])
        return min(max(row, 0), rows), min(max(column, 0), columns)

    @staticmethod
    def _write(canvas: list[list[str]], row: int, column: int, text: str) -> None:
        width = len(canvas[row])
        column = max(0, min(column, width - len(text)))
        for offset, character in enumerate(text[: width - column]):
            canvas[row][column + offset] = character
