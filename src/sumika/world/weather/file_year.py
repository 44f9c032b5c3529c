"""A weather file put in order: one value for each of the 8760 hours of a year, small gaps filled, all else refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sumika.world.weather.file_layouts as layouts
from sumika.schema import SumikaError
from sumika.world.weather.file_layouts import Row, Station
from sumika.world.weather.file_text import lines_of
from sumika.world.weather.seasons import MONTH_DAYS

Array = NDArray[np.float64]

HOURS = 8760
LONGEST_GAP_H = 3
"""So many hours in a row may be missing; they are filled along a straight line."""

_ESSENTIAL = (layouts.TEMPERATURE, layouts.HUMIDITY)
_OTHERWISE = {
    layouts.PRESSURE: "that of the standard atmosphere stands for it",
    layouts.WIND: "3 m/s stand for it",
    layouts.WIND_FROM: "west stands for it",
    layouts.RAIN: "none is taken to fall",
    layouts.INFRARED: "the sky's temperature follows from dew point and clouds",
    layouts.CLOUD: "clouds follow from the light",
}
_CAN_BE_WORKED_OUT = (layouts.INFRARED, layouts.CLOUD)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileYear:
    """A file's year.

    Attributes:
        path: Of the file.
        station: Where it is from.
        values: By quantity of `file_layouts`: (8760,) in its units; a quantity that is not given is absent.
        notes: What was mended, for people.
    """

    path: Path
    station: Station
    values: dict[str, Array]
    notes: tuple[str, ...]


def year_of_file(path: Path) -> FileYear:
    """Return the year of a weather file.

    Raises:
        SumikaError: if it cannot be used, with file and line.
    """
    station, rows = layouts.parse(lines_of(path), path)
    notes: list[str] = []
    kept = [row for row in rows if (row.month, row.day) != (2, 29)]
    if len(kept) < len(rows):
        notes.append("29 February is left out; in leap years it is like the 28th")
    places = _places(kept, path)
    table = {what: _spread_out([row.values[what] for row in kept], places) for what in layouts.LIMITS}
    lines = np.interp(np.arange(HOURS), places, [row.line for row in kept])
    missing = HOURS - len(places)
    if missing:
        notes.append(f"{missing} hours are not in the file and were filled")
    _humidity_from_dew_point(table)
    values = {}
    for what, column in table.items():
        filled = _filled(what, column, lines, path, notes)
        if filled is not None:
            values[what] = filled
    _check_light(values, path)
    return FileYear(path=path, station=station, values=values, notes=tuple(notes))


def _places(rows: Sequence[Row], path: Path) -> NDArray[np.int64]:
    """Return (row,) the hour of the year of each row, from 0."""
    if not rows:
        raise SumikaError("it has no hours", where=str(path), remedy="Give a file of a whole year")
    before = np.concatenate([[0], np.cumsum(MONTH_DAYS)])
    places = np.empty(len(rows), dtype=np.int64)
    last, years = -1, dict[int, int]()
    for number, row in enumerate(rows):
        where = f"{path}, line {row.line}"
        if row.day > MONTH_DAYS[row.month - 1]:
            raise SumikaError(f"there is no day {row.day} in month {row.month}", where=where, remedy="Mend the line")
        if years.setdefault(row.month, row.year) != row.year:
            raise SumikaError(
                f"the year is {row.year}, but {years[row.month]} before in the same month",
                where=where,
                remedy="A month must be from one year: mend the year, or give one file a year",
            )
        place = int(24 * (before[row.month - 1] + row.day - 1) + row.hour - 1)
        _check_order(place, last, row, where)
        places[number] = last = place
    if HOURS - 1 - last > LONGEST_GAP_H:
        raise SumikaError(
            f"it ends {HOURS - 1 - last} hours before the end of the year ({len(rows)} of {HOURS} hours are there)",
            where=f"{path}, line {rows[-1].line}",
            remedy="Give a file of a whole year, from 1 January 01:00 to 31 December 24:00",
        )
    return places


def _check_order(place: int, last: int, row: Row, where: str) -> None:
    if place <= last:
        what = "comes twice" if place == last else "comes after a later one"
        raise SumikaError(
            f"the hour {row.month}/{row.day} {row.hour}:00 {what}",
            where=where,
            remedy="Sort the lines by date and time, and leave one for each hour",
        )
    if place - last - 1 > LONGEST_GAP_H:
        raise SumikaError(
            f"{place - last - 1} hours are missing before it; up to {LONGEST_GAP_H} are filled",
            where=where,
            remedy="Give a file without such gaps, from 1 January 01:00 to 31 December 24:00",
        )


def _spread_out(values: Sequence[float], places: NDArray[np.int64]) -> Array:
    column = np.full(HOURS, np.nan)
    column[places] = values
    return column


def _humidity_from_dew_point(table: dict[str, Array]) -> None:
    """Put relative humidity where only the dew point is given (both over water, as stations report them)."""
    air, dew, humidity = table[layouts.TEMPERATURE], table[layouts.DEW_POINT], table[layouts.HUMIDITY]
    exponent = 17.625 * (dew / (dew + 243.04) - air / (air + 243.04))
    table[layouts.HUMIDITY] = np.where(np.isnan(humidity), np.minimum(100.0 * np.exp(exponent), 100.0), humidity)
    del table[layouts.DEW_POINT]


def _filled(what: str, column: Array, lines: Array, path: Path, notes: list[str]) -> Array | None:
    """Return a column without gaps; None if it has nothing that could be used."""
    gone = np.isnan(column)
    if not gone.any():
        return column
    if gone.all():
        if what in _OTHERWISE:
            notes.append(f"{what} is not given: {_OTHERWISE[what]}")
        if what in _ESSENTIAL:
            raise SumikaError(f"{what} is missing in all hours", where=str(path), remedy="Give a file that has it")
        return None
    if what == layouts.RAIN:
        notes.append(f"{what} is missing in {int(gone.sum())} hours: {_OTHERWISE[what]}")
        return np.nan_to_num(column)
    longest, begins = _longest_gap(gone)
    if longest > LONGEST_GAP_H:
        if what in _CAN_BE_WORKED_OUT:
            notes.append(f"{what} is missing for up to {longest} h: {_OTHERWISE[what]}")
            return None
        raise SumikaError(
            f"{what} is missing for {longest} h in a row; up to {LONGEST_GAP_H} h are filled",
            where=f"{path}, line {round(lines[begins])}",
            remedy="Give a file without such gaps",
        )
    notes.append(f"{what}: {int(gone.sum())} missing hours were filled")
    hour = np.arange(HOURS)
    return np.interp(hour, hour[~gone], column[~gone], period=HOURS)


def _longest_gap(gone: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the length of the longest run and where it begins."""
    steps = np.diff(np.concatenate([[0], gone.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    longest = int(np.argmax(ends - begins))
    return int(ends[longest] - begins[longest]), int(begins[longest])


def _check_light(values: dict[str, Array], path: Path) -> None:
    if layouts.DIRECT in values and layouts.DIFFUSE in values:
        return
    if layouts.GLOBAL not in values:
        raise SumikaError(
            "there is no light of the sun: neither direct and diffuse nor global",
            where=str(path),
            remedy="Give a file that has them",
        )
