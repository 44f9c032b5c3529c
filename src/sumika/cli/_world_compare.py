"""Sets variants side by side for the command line."""

import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from sumika.cli._houses import load
from sumika.cli._world_files import make_ready
from sumika.schema import Origin, UsageError
from sumika.schema.house import House, Radar
from sumika.text import banner, language_of, say
from sumika.world.compare.coverage import Coverage, coverage_of
from sumika.world.compare.variants import VariantResult, run_variants, variants_of

Say = Callable[[str], None]

Seen = list[tuple[Coverage, Coverage | None]]
"""Of each storey: what the radars see, and what they would see from another place."""

_SIDE_BY_SIDE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was asked for on the command line."""

    house: Path | None
    grades: tuple[str, ...]
    classes: tuple[str, ...]
    climate: str | None
    radars: tuple[str, ...]
    days: int
    seed: int
    plot: Path | None
    as_json: bool


def compare_variants(wanted: Comparison, tell: Say) -> None:
    """Simulate every variant and print what each brings.

    Raises:
        UsageError: if a grade, a class or a radar is not there, or a radar's place is not five numbers.
        SumikaError: if the picture cannot be drawn.
    """
    language = language_of(os.environ)
    make_ready(picture=wanted.plot)
    loaded = load(wanted.house)
    house = loaded.house
    placed = tuple(placed_radar(house, text) for text in wanted.radars)
    variants = variants_of(
        house,
        grades=wanted.grades,
        classes=wanted.classes,
        climate=wanted.climate or "",
        radars=placed,
        seed=wanted.seed,
        folder=loaded.path.parent,
    )
    results = list(run_variants(variants, wanted.days, _progress))
    storeys = sorted({room.storey for room in house.rooms})
    seen = [(coverage_of(house, one), coverage_of(variants[0].house, one) if placed else None) for one in storeys]
    if wanted.as_json:
        tell(_as_json(results, seen))
    else:
        console = Console()
        for table in _energy_tables(results, wanted.days, language):
            console.print(table)
        console.print(_coverage_table(seen, language))
    if wanted.plot is not None:  # last: whatever goes wrong with it, the numbers are told
        _draw(variants[0].house, [after or before for before, after in seen], wanted.plot, language)


def placed_radar(house: House, text: str) -> Radar:
    """Return a radar of a house at another place.

    Args:
        house: The house.
        text: id=x,y,z,yaw,pitch in metres and degrees.

    Raises:
        UsageError: if there is no such radar, or there are not five numbers.
    """
    name, _, numbers = text.partition("=")
    known = {radar.id: radar for radar in house.radars}
    if name not in known:
        raise UsageError(
            f"there is no radar {name!r}", where="--radar", remedy=f"The house has {', '.join(known) or 'none'}"
        )
    try:
        x, y, z, yaw, pitch = (float(part) for part in numbers.split(","))
    except ValueError as error:
        raise UsageError(
            f"{numbers!r} are not five numbers", where=f"--radar {text}", remedy="Write id=x,y,z,yaw,pitch"
        ) from error
    if not all(map(math.isfinite, (x, y, z, yaw, pitch))):
        raise UsageError("a radar has a finite place", where=f"--radar {text}", remedy="Write id=x,y,z,yaw,pitch")
    return msgspec.structs.replace(known[name], position_m=(x, y, z), yaw_deg=yaw, pitch_deg=pitch)


def _progress(name: str, share: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{name:<28} {100 * share:3.0f} %" if share < 1.0 else f"\r{'':<34}\r")
        sys.stderr.flush()


def _energy_tables(results: list[VariantResult], days: int, language: str) -> Iterator[Table]:
    """Yield tables of a few variants each, so that eighty columns do."""
    for first in range(0, len(results), _SIDE_BY_SIDE):
        some = results[first : first + _SIDE_BY_SIDE]
        table = Table(title=say("world.compare_title", language, days=days))
        table.add_column("")
        for one in some:
            table.add_column(one.name, justify="right", overflow="fold")
        rows: tuple[tuple[str, Callable[[VariantResult], str]], ...] = (
            ("ua", lambda one: f"{one.ua_w_m2_k:.2f}"),
            ("kwh", lambda one: f"{one.electricity_kwh:.0f}"),
            ("climate_kwh", lambda one: f"{one.heating_cooling_kwh:.0f}"),
            ("cost", lambda one: f"{one.cost:.0f} {one.currency}"),
            ("uncomfortable", lambda one: f"{one.uncomfortable_h:.0f}"),
            ("coldest", lambda one: f"{one.coldest_room_c:.1f}\n{one.coldest_room}"),
            ("mould", lambda one: f"{one.mould_h:.0f}\n{one.mould_room}"),
            ("co2", lambda one: f"{one.co2_p95_ppm:.0f}"),
        )
        for key, text in rows:
            table.add_row(say(f"world.column_{key}", language), *(text(one) for one in some))
        yield table


def _coverage_table(seen: Seen, language: str) -> Table:
    table = Table(title=say("world.coverage_title", language))
    for key in ("room", "seen", "by", "blind"):
        table.add_column(say(f"world.column_{key}", language), justify="left" if key in ("room", "by") else "right")
    moved = {one.room: one for _, after in seen if after is not None for one in after.rooms}
    for one in (one for before, _ in seen for one in before.rooms):
        now = moved.get(one.room, one)
        was = f"{100 * one.seen_share:.0f} % → " if moved else ""
        blind = f"{now.blind_m2:.1f}"
        if now.blind_at_m is not None:
            blind += f" ({now.blind_at_m[0]:.1f}, {now.blind_at_m[1]:.1f})"
        table.add_row(one.room, f"{was}{100 * now.seen_share:.0f} %", ", ".join(now.radars), blind)
    return table


def _as_json(results: list[VariantResult], seen: Seen) -> str:
    moved = [one for _, after in seen if after is not None for one in after.rooms]
    found = {
        "simulated": True,
        "variants": results,
        "coverage": [one for before, _ in seen for one in before.rooms],
        "coverage_moved": moved or None,
    }
    return msgspec.json.encode(found).decode()


def _draw(house: House, storeys: list[Coverage], path: Path, language: str) -> None:
    from sumika.evaluate.plots import draw
    from sumika.evaluate.plots.coverage_panels import coverage_panels

    above = banner(Origin.SIMULATED, language if path.suffix == ".html" else "en")
    panels = [panel for coverage in storeys for panel in coverage_panels(house, coverage)]
    draw(panels, path, title=say("world.coverage_title", "en"), banner=above)
