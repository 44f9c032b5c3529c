"""The two forms that weather files have, EPW and TMY3: where their columns are and what stands for a missing value.

EPW: EnergyPlus, "Auxiliary Programs", section "EnergyPlus Weather File (EPW) Data Dictionary". TMY3: S. Wilcox, W.
Marion, "Users Manual for TMY3 Data Sets", NREL/TP-581-43156 (2008), table 1-1 to 1-3.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sumika.schema import SumikaError

TEMPERATURE, DEW_POINT, HUMIDITY, PRESSURE, INFRARED = "temperature", "dew point", "humidity", "pressure", "infrared"
GLOBAL, DIRECT, DIFFUSE = "global light", "direct light", "diffuse light"
WIND_FROM, WIND, CLOUD, RAIN = "wind direction", "wind", "clouds", "rain"

LIMITS: dict[str, tuple[float, float]] = {
    TEMPERATURE: (-90.0, 60.0),
    DEW_POINT: (-110.0, 50.0),
    HUMIDITY: (0.0, 115.0),
    PRESSURE: (30_000.0, 115_000.0),
    INFRARED: (20.0, 800.0),
    GLOBAL: (0.0, 1800.0),
    DIRECT: (0.0, 1500.0),
    DIFFUSE: (0.0, 1200.0),
    WIND_FROM: (0.0, 360.0),
    WIND: (0.0, 100.0),
    CLOUD: (0.0, 10.0),
    RAIN: (0.0, 400.0),
}
"""What can be, by quantity: degrees Celsius, percent, Pa, W/m2, degrees, m/s, tenths and mm."""

_TMY3_NAMES = {
    TEMPERATURE: "dry-bulb (c)",
    DEW_POINT: "dew-point (c)",
    HUMIDITY: "rhum (%)",
    PRESSURE: "pressure (mbar)",
    GLOBAL: "ghi (w/m^2)",
    DIRECT: "dni (w/m^2)",
    DIFFUSE: "dhi (w/m^2)",
    WIND_FROM: "wdir (degrees)",
    WIND: "wspd (m/s)",
    CLOUD: "totcld (tenths)",
    RAIN: "lprecip depth (mm)",
}

_EPW_COLUMNS = {
    TEMPERATURE: (6, 99.9),
    DEW_POINT: (7, 99.9),
    HUMIDITY: (8, 999.0),
    PRESSURE: (9, 999_999.0),
    INFRARED: (12, 9999.0),
    GLOBAL: (13, 9999.0),
    DIRECT: (14, 9999.0),
    DIFFUSE: (15, 9999.0),
    WIND_FROM: (20, 999.0),
    WIND: (21, 999.0),
    CLOUD: (22, 99.0),
    RAIN: (33, 999.0),
}

_EPW_HEADER_LINES = 8
_TMY3_HEADER_LINES = 2
_MISSING_BELOW = -900.0  # TMY3 writes -9900; others -999 and -9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hour of a file.

    Attributes:
        line: Its line in the file, from 1.
        year: Calendar year of its measurement.
        month: From 1.
        day: Of the month, from 1.
        hour: It ends at, 1 to 24.
        values: By quantity, in the file's units (pressure in Pa); what is missing is not a number.
    """

    line: int
    year: int
    month: int
    day: int
    hour: int
    values: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where a file is from.

    Attributes:
        name: Of the place.
        latitude_deg: North positive.
        longitude_deg: East positive.
        zone_h: Its standard time before UTC.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    zone_h: float


def parse(lines: Sequence[str], path: Path) -> tuple[Station, list[Row]]:
    """Return where a file is from and its hours, in the file's order.

    Raises:
        SumikaError: if it is neither EPW nor TMY3, or a line cannot be understood.
    """
    try:
        cells = list(csv.reader(lines))
    except csv.Error as error:
        raise SumikaError(f"this is no table: {error}", where=str(path), remedy="Give an EPW or TMY3 file") from error
    if cells and cells[0] and cells[0][0].strip().upper() == "LOCATION":
        return _epw_station(cells, path), [
            _epw_row(row, number, path) for number, row in _numbered(cells, _EPW_HEADER_LINES)
        ]
    if len(cells) > 1 and cells[1] and cells[1][0].strip().lower().startswith("date (mm/dd/yyyy"):
        columns = {name.strip().lower(): place for place, name in enumerate(cells[1])}
        _check_columns(columns, path)
        return _tmy3_station(cells, path), [
            _tmy3_row(row, number, columns, path) for number, row in _numbered(cells, _TMY3_HEADER_LINES)
        ]
    raise SumikaError(
        "this is neither an EPW file (its first line begins with LOCATION) nor a TMY3 file (its second line "
        "begins with Date (MM/DD/YYYY))",
        where=f"{path}, line 1",
        remedy="Give a file in one of these forms",
    )


def _numbered(cells: list[list[str]], header: int) -> list[tuple[int, list[str]]]:
    return [(number, row) for number, row in enumerate(cells[header:], header + 1) if any(cell.strip() for cell in row)]


def _check_columns(columns: dict[str, int], path: Path) -> None:
    needed = [_TMY3_NAMES[TEMPERATURE], _TMY3_NAMES[DIRECT], _TMY3_NAMES[DIFFUSE], "time (hh:mm)"]
    for name in needed:
        if name not in columns:
            raise SumikaError(
                f"there is no column {name!r}", where=f"{path}, line 2", remedy="Give a TMY3 file with all its columns"
            )


def _epw_station(cells: list[list[str]], path: Path) -> Station:
    head, where = cells[0], f"{path}, line 1"
    if len(head) < 9:
        raise SumikaError(
            f"LOCATION has {len(head)} parts, not 10", where=where, remedy="Take the file anew from where it came from"
        )
    for number, row in enumerate(cells[1:_EPW_HEADER_LINES], 2):
        if row and row[0].strip().upper() == "DATA PERIODS" and len(row) > 2 and row[2].strip() != "1":
            raise SumikaError(
                f"it has {row[2].strip()} records an hour",
                where=f"{path}, line {number}",
                remedy="Give a file with one record an hour",
            )
    return Station(
        name=head[1].strip(),
        latitude_deg=_number(head[6], "latitude", where, (-90.0, 90.0)),
        longitude_deg=_number(head[7], "longitude", where, (-180.0, 180.0)),
        zone_h=_number(head[8], "time zone", where, (-12.0, 14.0)),
    )


def _tmy3_station(cells: list[list[str]], path: Path) -> Station:
    head, where = cells[0], f"{path}, line 1"
    if len(head) < 7:
        raise SumikaError(
            f"the first line has {len(head)} parts, not 7",
            where=where,
            remedy="It must give number, name, state, time zone, latitude, longitude and height of the station",
        )
    return Station(
        name=head[1].strip().strip('"'),
        latitude_deg=_number(head[4], "latitude", where, (-90.0, 90.0)),
        longitude_deg=_number(head[5], "longitude", where, (-180.0, 180.0)),
        zone_h=_number(head[3], "time zone", where, (-12.0, 14.0)),
    )


def _epw_row(row: list[str], number: int, path: Path) -> Row:
    where = f"{path}, line {number}"
    if len(row) < 22:
        raise SumikaError(
            f"it has {len(row)} columns, an EPW file has 35",
            where=where,
            remedy="The file is cut off or damaged: take it anew from where it came from",
        )
    year, month, day, hour = (
        int(_number(cell, what, where, limits))
        for cell, what, limits in zip(row, ("year", "month", "day", "hour"), _DATE_LIMITS, strict=False)
    )
    values = {
        what: _value(row[place] if place < len(row) else "", what, where, missing)
        for what, (place, missing) in _EPW_COLUMNS.items()
    }
    return Row(line=number, year=year, month=month, day=day, hour=hour, values=values)


_DATE_LIMITS = ((1800.0, 2200.0), (1.0, 12.0), (1.0, 31.0), (1.0, 24.0))


def _tmy3_row(row: list[str], number: int, columns: dict[str, int], path: Path) -> Row:
    where = f"{path}, line {number}"
    if len(row) < len(columns) - 3:
        raise SumikaError(
            f"it has {len(row)} columns, the head of the file {len(columns)}",
            where=where,
            remedy="The file is cut off or damaged: take it anew from where it came from",
        )
    parts = [*row[0].split("/"), *row[columns["time (hh:mm)"]].split(":")]
    if len(parts) != 5:
        raise SumikaError(
            f"{row[0]} {row[1]} is no date and time", where=where, remedy="Write MM/DD/YYYY and HH:MM, 01:00 to 24:00"
        )
    month, day, year, hour = (
        int(_number(cell, what, where, limits))
        for cell, what, limits in zip(
            parts,
            ("month", "day", "year", "hour"),
            (*_DATE_LIMITS[1:3], _DATE_LIMITS[0], _DATE_LIMITS[3]),
            strict=False,
        )
    )
    values = {
        what: _value(row[columns[name]] if columns.get(name, len(row)) < len(row) else "", what, where, 9999.0)
        for what, name in _TMY3_NAMES.items()
    }
    return Row(line=number, year=year, month=month, day=day, hour=hour, values=values | {INFRARED: math.nan})


def _value(cell: str, what: str, where: str, missing: float) -> float:
    """Return a value; not a number where it is missing."""
    text = cell.strip()
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError as error:
        raise SumikaError(f"{what} is {text!r}, no number", where=where, remedy="Mend the line") from error
    nines = set(text.replace(".", "").rstrip("0")) == {"9"}
    if not math.isfinite(value) or (nines and value >= missing) or value <= _MISSING_BELOW:
        return math.nan
    if what == PRESSURE and value < 2000.0:
        value *= 100.0  # TMY3 gives millibars
    low, high = LIMITS[what]
    if what == RAIN and not low <= value <= high:
        return math.nan  # published TMY3 files have hours of half a metre
    if not low <= value <= high:
        raise SumikaError(
            f"{what} is {value:g}, which cannot be: it lies between {low:g} and {high:g}",
            where=where,
            remedy=f"Mend the line, or write {missing:g} for a value that is missing",
        )
    return value


def _number(cell: str, what: str, where: str, limits: tuple[float, float]) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        raise SumikaError(f"{what} is {cell.strip()!r}, no number", where=where, remedy="Mend the line") from error
    if not limits[0] <= value <= limits[1]:
        raise SumikaError(
            f"{what} is {value:g}, it must lie between {limits[0]:g} and {limits[1]:g}",
            where=where,
            remedy="Mend the line",
        )
    return value
