"""Runs a scenario for the command line: a line per hour, true speed where it is slower than asked, then the checks."""

import csv
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sumika.cli._world_files import make_ready
from sumika.clock import Clock, WallClock
from sumika.schema import Origin, SumikaError
from sumika.schema.house import House
from sumika.text import banner, language_of, say
from sumika.units import ns_to_seconds, seconds_to_ns
from sumika.world.course import HOUSE_QUANTITIES, ROOM_QUANTITIES, Course
from sumika.world.scenarios import Finding, ScenarioRun, house_of, load_scenario
from sumika.world.simulation import WorldStep

Say = Callable[[str], None]

_TOLD_EVERY_S = 3600.0
_LAGS_S = 1.0
_ROOM_COLUMNS, _OTHER_COLUMNS = 28, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line; None leaves it to the scenario."""

    name: str
    speed: float | None = None
    seed: int | None = None
    hours: float | None = None
    plot: Path | None = None
    table: Path | None = None
    radar: bool = False
    log: Path | None = None


class Pace:
    """Holds a simulation to so many times real time, and says how fast it really is where it cannot keep that up."""

    def __init__(self, speed: float | None, clock: Clock) -> None:
        """Begin now.

        Args:
            speed: Times real time; None: as fast as it goes.
            clock: The machine's.
        """
        self._speed, self._clock = speed, clock
        self._began_ns = clock.now().monotonic_ns

    def wait(self, at_s: float) -> None:
        """Wait until a moment of the simulation is due."""
        if self._speed is not None:
            self._clock.sleep_until(self._began_ns + seconds_to_ns(at_s / self._speed))

    def true_speed(self, at_s: float) -> float:
        """Return how many times real time it has been so far."""
        return at_s / max(1e-9, self._past_s())

    def lags(self, at_s: float) -> bool:
        """Return whether it is behind what was asked."""
        return self._speed is not None and self._past_s() > at_s / self._speed + _LAGS_S

    def _past_s(self) -> float:
        return ns_to_seconds(self._clock.now().monotonic_ns - self._began_ns)


def run_scenario(wanted: Wanted, tell: Say, clock: Clock | None = None) -> bool:
    """Run a scenario and tell how it goes; return whether all its checks hold.

    Args:
        wanted: What was asked for.
        tell: Takes each line.
        clock: The machine's, for the pace.

    Raises:
        SumikaError: if there is no such scenario, its house cannot be, or a file cannot be written.
    """
    language = language_of(os.environ)
    scenario, file = load_scenario(wanted.name)
    if wanted.seed is not None:
        scenario = msgspec.structs.replace(scenario, seed=wanted.seed)
    if wanted.hours is not None:
        scenario = msgspec.structs.replace(scenario, hours=wanted.hours)
    loaded = house_of(scenario, file)
    make_ready(picture=wanted.plot, table=wanted.table)
    tell(scenario.title_ja if language == "ja" and scenario.title_ja else scenario.title)
    run = ScenarioRun(scenario, loaded.house, folder=loaded.path.parent)
    rooms = rooms_told(loaded.house)
    pace = Pace(wanted.speed, clock or WallClock())
    watcher = _Watcher(run, rooms, pace, tell, language)
    if wanted.radar or wanted.log is not None:
        from sumika.cli._world_logged import run_logged

        result = run_logged(run, loaded, watcher.take, wanted.log, with_radar=wanted.radar)
    else:
        result = run.run(watcher.take)
    # What was found first: a disk that is full must not take it along.
    for finding in result.findings:
        tell(finding_line(finding, language))
    if wanted.table is not None:
        write_table(result.course, wanted.table)
        tell(say("world.wrote", language, path=wanted.table))
    if wanted.plot is not None:
        tell(
            say("world.wrote", language, path=_drawn(run, result.course, rooms, wanted.plot, scenario.title, language))
        )
    return result.holds


def rooms_told(house: House) -> tuple[str, ...]:
    """Return the rooms that a radar or a sensor tells of; all, where nothing tells of any."""
    told = {radar.room for radar in house.radars} | {sensor.room for sensor in house.sensors}
    found = tuple(room.id for room in house.rooms if room.id in told)
    return found or tuple(room.id for room in house.rooms)


def finding_line(finding: Finding, language: str) -> str:
    """Return a check, its number and its limits in a line."""
    check = finding.check
    low = "" if check.least is None else f">= {check.least:g}"
    high = "" if check.most is None else f"<= {check.most:g}"
    limits = " ".join(part for part in (low, high) if part)
    where = f"{check.room}." if check.room else ""
    mark = say("world.holds" if finding.holds else "world.fails", language)
    statistic = "total" if finding.adds_up else check.statistic
    head = f"{mark} {where}{check.what} {statistic} = {finding.value:.4g} ({limits})"
    return f"{head}: {check.why}" if check.why else head


def write_table(course: Course, path: Path) -> None:
    """Write a course as CSV, a line per step.

    Raises:
        SumikaError: if it cannot be written.
    """
    columns = {"at_s": course.at_s, **{name: course.of_house[name] for name in HOUSE_QUANTITIES}}
    for name in ROOM_QUANTITIES:
        for room in course.rooms:
            columns[f"{room}.{name}"] = course.quantity(name, room)
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))
    except OSError as error:
        raise SumikaError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Name another file"
        ) from error


class _Watcher:
    """Tells of a run, hour by hour."""

    def __init__(self, run: ScenarioRun, rooms: tuple[str, ...], pace: Pace, tell: Say, language: str) -> None:
        self._run, self._rooms, self._pace, self._tell, self._language = run, rooms, pace, tell, language
        self._told = -1

    def take(self, step: WorldStep) -> None:
        self._pace.wait(step.at_s)
        local = self._run.world.local_time(step.at_s - step.seconds)
        turn = int(local.timestamp() // _TOLD_EVERY_S)
        if turn == self._told:
            return
        self._told = turn
        self._tell(self._line(step))
        if self._pace.lags(step.at_s):
            self._tell(say("world.true_speed", self._language, speed=self._pace.true_speed(step.at_s)))

    def _line(self, step: WorldStep) -> str:
        world = self._run.world
        parts = [f"{world.local_time(step.at_s - step.seconds):%d %H:%M}", f"{step.outside.temperature_c:5.1f} °C"]
        for room in self._rooms[: _rooms_that_fit()]:
            index = world.rooms.index(room)
            rooms = step.rooms
            here = sum(where == room for where in step.where.values())
            parts.append(
                f"{room[:7]:<7}{rooms.air_temperature_c[index]:5.1f}° {100 * rooms.relative_humidity[index]:2.0f}% "
                f"{rooms.co2_ppm[index]:4.0f} {here}"
            )
        parts.append(f"{step.meter.grid_w:5.0f} W")
        return " | ".join(parts)


def _rooms_that_fit() -> int:
    columns = shutil.get_terminal_size().columns
    return max(1, (columns - _OTHER_COLUMNS) // _ROOM_COLUMNS)


def _drawn(run: ScenarioRun, course: Course, rooms: tuple[str, ...], path: Path, title: str, language: str) -> Path:
    """Draw the page, with a minute of radar phase where somebody rests before a radar."""
    from sumika.evaluate.plots import draw
    from sumika.evaluate.plots.world_panels import world_panels
    from sumika.evaluate.plots.world_phase import phase_minute

    phase = phase_minute(run.world, course)
    above = banner(Origin.SIMULATED, language if path.suffix == ".html" else "en")
    return draw(world_panels(course, rooms, phase), path, title=f"{title} ({course.start:%Y-%m-%d})", banner=above)
