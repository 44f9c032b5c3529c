"""Weather files: EPW and TMY3 as they should be, and everything that can be wrong with them."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pvlib
import pytest

from sumika.schema import SumikaError
from sumika.schema.building import Site
from sumika.world.weather import hours, weather_of
from sumika.world.weather.file_year import year_of_file

LOCATION = "LOCATION,Testville,-,JPN,hand,000000,35.69,139.75,9.0,25.0"
HEAD = [LOCATION, "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
HEAD += [
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,made",
    "COMMENTS 2,-",
    "DATA PERIODS,1,1,Data,Monday,1/1,12/31",
]
HEADER_LINES = len(HEAD)

Change = Callable[[list[str]], list[str]]


def epw_row(day: date, hour: int) -> list[str]:
    """Return a row of an EPW file: temperature counts the hours of the day, light is a plain arch."""
    light = max(0.0, 600.0 * float(np.sin(np.pi * (hour - 6.5) / 12.0)))
    row = ["0"] * 35
    row[:6] = [str(day.year), str(day.month), str(day.day), str(hour), "60", "?"]
    row[6:10] = [f"{5.0 + 0.5 * hour + day.month:.1f}", "3.0", "60", "101000"]
    row[12:16] = ["300", f"{light:.0f}", f"{light / 2:.0f}", f"{light / 2:.0f}"]
    row[20:24] = ["350" if hour % 2 else "10", "2.5", "5", "5"]
    row[33] = "0.5" if hour == 3 else "0"
    return row


def epw_lines(year: int = 2021) -> list[str]:
    """Return a whole file."""
    days = [date(year, 1, 1) + timedelta(days=day) for day in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return HEAD + [",".join(epw_row(day, hour)) for day in days for hour in range(1, 25)]


WHOLE = epw_lines()


def write(folder: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    """Write a file and return where it is."""
    path = folder / "weather.epw"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def set_cell(place: int, value: str, *hours_of_year: int) -> Change:
    """Return a change that writes a value into a column at some hours."""

    def change(lines: list[str]) -> list[str]:
        new = list(lines)
        for hour in hours_of_year:
            cells = new[HEADER_LINES + hour].split(",")
            cells[place] = value
            new[HEADER_LINES + hour] = ",".join(cells)
        return new

    return change


def without(first: int, last: int) -> Change:
    """Return a change that leaves out hours."""
    return lambda lines: lines[: HEADER_LINES + first] + lines[HEADER_LINES + last :]


def swapped(lines: list[str]) -> list[str]:
    """Return the lines with two hours exchanged."""
    new = list(lines)
    new[HEADER_LINES + 50], new[HEADER_LINES + 80] = new[HEADER_LINES + 80], new[HEADER_LINES + 50]
    return new


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (without(100, 104), "line 109", "4 hours are missing"),
        pytest.param(without(8700, 8760), "line 8708", "60 hours before the end", marks=pytest.mark.slow),
        pytest.param(
            set_cell(6, "99.9", 10, 11, 12, 13), "line 19", "temperature is missing for 4 h", marks=pytest.mark.slow
        ),
        (set_cell(14, "9999", *range(40, 60)), "line 49", "direct light is missing for 20 h"),
        (set_cell(0, "1999", 200), "line 209", "the year is 1999, but 2021"),
        (set_cell(0, "12", 0), "line 9", "year is 12"),
        (set_cell(2, "31", 24 * 100), "line 2409", "no day 31 in month 4"),
        (set_cell(6, "240", 7), "line 16", "temperature is 240"),
        (set_cell(6, "warm", 7), "line 16", "'warm', no number"),
        (set_cell(3, "25", 7), "line 16", "hour is 25"),
        pytest.param(swapped, "line 59", "hours are missing", marks=pytest.mark.slow),
        (lambda lines: [*lines[:60], *lines[59:]], "line 61", "comes twice"),
        (lambda lines: [*lines[:100], lines[100][:30], *lines[101:]], "line 101", "columns"),
        (lambda lines: ["PLACE,x", *lines[1:]], "line 1", "neither an EPW"),
        (lambda lines: ["LOCATION,x", *lines[1:]], "line 1", "LOCATION has 2"),
        (lambda lines: [*lines[:7], "DATA PERIODS,1,4,Data", *lines[8:]], "line 8", "4 records an hour"),
        (lambda lines: lines[:HEADER_LINES], "weather.epw", "no hours"),
        pytest.param(set_cell(8, "999", *range(8760)), "line", "humidity", marks=pytest.mark.slow),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, change: Change, line: str, words: str) -> None:
    if words == "humidity":
        change = _no_vapour
    path = write(tmp_path, change(WHOLE))
    with pytest.raises(SumikaError) as caught:
        year_of_file(path)
    assert str(path) in caught.value.where
    assert words in caught.value.problem
    assert caught.value.remedy
    if line != "line":
        assert caught.value.where.endswith(line)


def _no_vapour(lines: list[str]) -> list[str]:
    return set_cell(7, "99.9", *range(8760))(set_cell(8, "999", *range(8760))(lines))


@pytest.mark.parametrize("content", [b"", b"  \n \n", b"\x00\x01\x02" * 50, b"\xff\xfe\x00"])
def test_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weather.epw"
    path.write_bytes(content)
    with pytest.raises(SumikaError):
        year_of_file(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.epw", tmp_path):
        with pytest.raises(SumikaError, match="cannot be read"):
            year_of_file(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "weather.epw"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(SumikaError, match="200 MB"):
        year_of_file(path)


def test_small_gaps_are_filled_and_told(tmp_path: Path) -> None:
    lines = without(100, 103)(set_cell(6, "99.9", 10, 11)(WHOLE))
    year = year_of_file(write(tmp_path, lines))
    temperature = year.values["temperature"]
    assert len(temperature) == 8760
    assert temperature[10:12] == pytest.approx([6.0 + 0.5 * 11, 6.0 + 0.5 * 12])
    assert any("3 hours are not in the file" in note for note in year.notes)
    assert any("temperature" in note for note in year.notes)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_letters_may_be_written_in_any_usual_way(tmp_path: Path, encoding: str) -> None:
    lines = [WHOLE[0].replace("Testville", "Orléans"), *WHOLE[1:]]
    assert year_of_file(write(tmp_path, lines, encoding)).station.name == "Orléans"


@pytest.mark.slow
def test_a_leap_day_is_left_out_and_told(tmp_path: Path) -> None:
    year = year_of_file(write(tmp_path, epw_lines(2024)))
    assert any("29 February" in note for note in year.notes)
    assert np.array_equal(year.values["temperature"], year_of_file(write(tmp_path, WHOLE)).values["temperature"])


@pytest.mark.slow
def test_humidity_follows_from_the_dew_point(tmp_path: Path) -> None:
    year = year_of_file(write(tmp_path, set_cell(8, "999", *range(8760))(WHOLE)))
    air = year.values["temperature"][5]
    expected = 100.0 * float(np.exp(17.625 * 3.0 / 246.04 - 17.625 * air / (air + 243.04)))
    assert year.values["humidity"][5] == pytest.approx(expected)


def test_hours_of_a_file_come_back_from_the_weather(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    site = Site(weather_file=path.name)
    start = datetime(2030, 6, 1, tzinfo=UTC) - timedelta(hours=9)
    weather = weather_of(site, start, 3, 1, tmp_path)
    year = year_of_file(path)
    first = 24 * 151
    for hour in range(1, 24):
        assert weather.outside(3600.0 * (hour + 1), 0.0).temperature_c == pytest.approx(
            year.values["temperature"][first + hour], abs=1e-6
        )
    light = weather.table(np.arange(0.0, 24 * 3600.0, 300.0))[:, hours.DIFFUSE].reshape(24, 12).mean(axis=1)
    lit = year.values["diffuse light"][first : first + 24]
    assert light == pytest.approx(lit, abs=1e-6)
    assert weather.outside(3600.0 * 2.5, 0.0).rain_mm_h == pytest.approx(0.5)
    wind = weather.outside(3600.0 * 4.5, 0.0).wind_from_deg
    assert min(wind, 360.0 - wind) < 1.0, "between 350 and 10 degrees lies north"


@pytest.mark.slow
def test_another_place_than_the_site_is_told(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    weather = weather_of(
        Site(weather_file="weather.epw", latitude_deg=43.0), datetime(2026, 1, 1, tzinfo=UTC), 1, 1, tmp_path
    )
    assert any("Testville" in note for note in weather.notes)


@pytest.mark.slow
def test_a_published_tmy3_file_is_read_as_pvlib_reads_it() -> None:
    path = Path(pvlib.__file__).parent / "data" / "723170TYA.CSV"
    year = year_of_file(path)
    with path.open(encoding="latin-1") as file:
        next(file)
        rows = list(csv.DictReader(file))
    ours = {"temperature": "Dry-bulb (C)", "direct light": "DNI (W/m^2)", "humidity": "RHum (%)", "wind": "Wspd (m/s)"}
    frame, _ = pvlib.iotools.read_tmy3(str(path), map_variables=False)
    for what, column in ours.items():
        assert np.array_equal(year.values[what], frame[column].to_numpy(dtype=float)), what
    assert len(rows) == 8760


@pytest.mark.slow
def test_our_epw_file_is_read_as_pvlib_reads_it(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    frame, head = pvlib.iotools.read_epw(str(path))
    year = year_of_file(path)
    names = {"temperature": "temp_air", "direct light": "dni", "diffuse light": "dhi", "wind": "wind_speed"}
    for what, column in names.items():
        assert np.array_equal(year.values[what], frame[column].to_numpy(dtype=float)), what
    assert head["TZ"] == year.station.zone_h
