"""A day in the simulated house on one page: rooms, air, power, who was where, how they slept, a radar's phase."""

import textwrap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.plots.panels import Array, Lines, Panel, Series
from sumika.world.course import STAGES, Course

_MOST_POINTS = 2000
"""A line of more points is no finer on a page."""
_MOST_DEVICES = 6
_WIDEST = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMinute:
    """The phase of a chest's cell in one radar's samples.

    Attributes:
        title: Whose, which radar's, and when.
        time_s: (frame,).
        displacement_mm: (frame,) the phase as a displacement, mean removed.
        truth_mm: (frame,) the chest's true displacement.
    """

    title: str
    time_s: Array
    displacement_mm: Array
    truth_mm: Array


def world_panels(course: Course, rooms: tuple[str, ...], phase: PhaseMinute | None = None) -> list[Panel]:
    """Return the panels of a course.

    Args:
        course: What was so.
        rooms: The ids of the rooms to draw.
        phase: A minute of radar phase; None where no radar was simulated.
    """
    panels: list[Panel] = [
        _rooms(course, rooms, "air_temperature_c", "Air temperature", "°C", outside="outdoor_c"),
        _rooms(course, rooms, "co2_ppm", "Carbon dioxide", "ppm"),
        _rooms(course, rooms, "relative_humidity", "Relative humidity", "1", outside="outdoor_humidity"),
        _rooms(course, rooms, "pm2_5_ug_m3", "Fine particles", "µg/m³"),
        _rooms(course, rooms, "illuminance_lux", "Light at table height", "lx"),
        _power(course),
        _where(course),
        _sleep(course),
    ]
    if phase is not None:
        panels.append(_phase(phase))
    return panels


def _thinned(values: NDArray[np.number]) -> slice:
    return slice(None, None, max(1, -(-len(values) // _MOST_POINTS)))


def _series(name: str, course: Course, values: NDArray[np.number]) -> Series:
    kept = _thinned(values)
    begun_h = course.start.hour + course.start.minute / 60.0
    return Series(name=name, x=begun_h + course.at_s[kept] / 3600.0, y=np.asarray(values[kept], np.float64))


def _panel(title: str, unit: str, series: list[Series]) -> Lines:
    return Lines(title=title, x_label="hour of the day", y_label=unit, series=tuple(series))


def _rooms(course: Course, rooms: tuple[str, ...], quantity: str, title: str, unit: str, *, outside: str = "") -> Lines:
    series = [_series(room, course, course.quantity(quantity, room)) for room in rooms]
    if outside:
        series.append(_series("outside", course, course.of_house[outside]))
    return _panel(title, unit, series)


def _power(course: Course) -> Lines:
    """Return grid and roof, and the devices that drew most."""
    # The roof only gives; it has a line of its own.
    drawing = [name for name, power in course.devices_w.items() if np.any(power > 0)]
    most = sorted(drawing, key=lambda name: -float(np.abs(course.devices_w[name]).sum()))[:_MOST_DEVICES]
    series = [_series("grid", course, course.of_house["grid_w"])]
    if np.any(course.of_house["pv_w"]):
        series.append(_series("roof", course, course.of_house["pv_w"]))
    series += [_series(name, course, course.devices_w[name]) for name in most]
    return _panel("Electric power", "W", series)


def _where(course: Course) -> Lines:
    named = ", ".join(f"{number} {room}" for number, room in enumerate(course.rooms))
    series = [_series(body, course, course.where[body]) for body in course.bodies]
    return _panel(textwrap.fill(f"Who was where (-1 out, {named})", _WIDEST), "room", series)


def _sleep(course: Course) -> Lines:
    named = ", ".join(f"{number} {stage}" for number, stage in enumerate(STAGES))
    series = [_series(body, course, course.stage[body]) for body in course.bodies]
    return _panel(textwrap.fill(f"Sleep ({named})", _WIDEST), "stage", series)


def _phase(phase: PhaseMinute) -> Lines:
    return Lines(
        title=phase.title,
        x_label="s",
        y_label="mm",
        series=(
            Series(name="radar phase", x=phase.time_s, y=phase.displacement_mm),
            Series(name="true chest", x=phase.time_s, y=phase.truth_mm),
        ),
    )
