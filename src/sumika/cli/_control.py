"""Controllers against each other on the command line: tables, pictures, JSON, and the tuning of the simple ones."""

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.baselines.tuned import Kept, keep, tuned_book
from sumika.evaluate.control.baselines.tuning import tune_all
from sumika.evaluate.control.compare import Plan, Run, compare
from sumika.evaluate.control.contenders import CONTENDERS
from sumika.evaluate.control.outsiders import enter_outsider, is_outside
from sumika.evaluate.control.summary import Line, Spread, lines_of, total
from sumika.evaluate.control.weeks import SCORED_SEEDS, Week, week_of
from sumika.schema import Origin, UsageError
from sumika.text import banner, language_of, say

_LEAST_DAYS = 0.01

Tell = Callable[[str], None]

_COSTS: tuple[tuple[str, str, Callable[[Run], float]], ...] = (
    ("control.money", "{:.0f}", lambda run: run.cost.money),
    ("control.discomfort", "{:.0f}", lambda run: run.cost.discomfort),
    ("control.air", "{:.0f}", lambda run: run.cost.air),
    ("control.energy", "{:.0f}", lambda run: run.indicators.energy_kwh),
    ("control.discomfort_k_h", "{:.0f}", lambda run: run.indicators.discomfort_k_h),
    ("control.co2", "{:.0f}", lambda run: run.indicators.co2_ppm_h / 1000.0),
    ("control.peak", "{:.1f}", lambda run: run.indicators.peak_kw),
)
_OTHERS: tuple[tuple[str, str, Callable[[Run], float]], ...] = (
    ("control.emissions", "{:.0f}", lambda run: run.indicators.emissions_kg),
    ("control.dust", "{:.1f}", lambda run: run.indicators.dust_ug_h / 1000.0),
    ("control.humidity", "{:.0f}", lambda run: run.indicators.humidity_h),
    ("control.switched", "{:.0f}", lambda run: run.indicators.switched),
    ("control.night", "{:.0f}", lambda run: run.indicators.night_dba),
    ("control.sleep", "{:.1f}", lambda run: run.indicators.sleep_off_k),
    ("control.disturbed", "{:.0f}", lambda run: run.indicators.sleep_disturbed),
    ("control.wishes", "{:.0f}", lambda run: run.indicators.wishes),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line."""

    weeks: tuple[str, ...]
    controllers: tuple[str, ...]
    seeds: int
    days: float
    warm_up_days: int
    presence: str
    processes: int
    plot: Path | None
    as_json: bool


def compare_controllers(wanted: Wanted, tell: Tell) -> None:
    """Let controllers live weeks and print how each did.

    Args:
        wanted: What was asked for.
        tell: Takes what is printed.

    Raises:
        UsageError: if there is no such week or controller, or more seeds are wanted than there are.
        SumikaError: if a picture cannot be drawn.
    """
    if not 1 <= wanted.seeds <= len(SCORED_SEEDS):
        raise UsageError(f"there are no {wanted.seeds} seeds", where="--seeds", remedy=f"Take 1 to {len(SCORED_SEEDS)}")
    if not (wanted.days >= _LEAST_DAYS and wanted.warm_up_days >= 0):
        raise UsageError("nothing would be lived through", where="--days", remedy="Take at least 0.01 days")
    plan = Plan(
        weeks=wanted.weeks,
        controllers=entered(wanted.controllers),
        seeds=SCORED_SEEDS[: wanted.seeds],
        days=wanted.days,
        warm_up_days=wanted.warm_up_days,
        presence=wanted.presence,
        processes=wanted.processes,
    )
    runs = compare(plan, say_on_stderr)
    lines = lines_of(runs)
    language = language_of(os.environ)
    if wanted.plot is not None:
        from sumika.evaluate.control.pictures import draw_weeks

        for file in draw_weeks(lines, wanted.plot, banner(Origin.SIMULATED, "en")):
            say_on_stderr(say("score.wrote", language, file=file))
    if wanted.as_json:
        tell(runs_as_json(runs))
        return
    _print(lines, language)


def entered(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names under which controllers compete; those of the planner and of others are entered first.

    Args:
        names: As asked for: known names, or files and modules (`sumika.evaluate.control.outsiders`).

    Raises:
        UsageError: if there is no such file, module or function.
        SumikaError: if it cannot be imported.
    """
    if "ours" not in CONTENDERS and any(name not in CONTENDERS for name in names):
        from sumika.evaluate.control.ours import enter_ours

        enter_ours()
    return tuple(enter_outsider(name) if is_outside(name) else name for name in names)


def tune_controllers(weeks: tuple[str, ...], file: Path | None, tell: Tell) -> None:
    """Tune the simple controllers for weeks, print the grid as it is searched, and keep what was found.

    Args:
        weeks: Their names.
        file: Where it is kept; None: it is only printed.
        tell: Takes what is printed.

    Raises:
        UsageError: if there is no such week.
    """
    for week in [week_of(name) for name in weeks]:
        tell(week.name)
        found = tune_all(week, tell)
        for name, tuned in found.items():
            tell(f"{name}: {tuned.cost:.0f} {settings_in_words(tuned.settings)}")
        if file is not None:
            kept = {name: Kept(settings=one.settings, cost=one.cost, tried=one.tried) for name, one in found.items()}
            keep({week.name: kept}, file)


def print_grids(weeks: tuple[str, ...], tell: Tell) -> None:
    """Print what tuning tried and found for weeks.

    Raises:
        UsageError: if there is no such week.
    """
    for week in [week_of(name) for name in weeks]:
        for name, kept in tuned_book().get(week.name, {}).items():
            tell(f"{week.name}, {name}: {kept.cost:.0f} {settings_in_words(kept.settings)}")
            for knob, costs in _by_knob(kept).items():
                tell(f"  {knob}: {costs}")


def settings_in_words(settings: Settings) -> str:
    """Return the knobs that are not as they are set by hand."""
    usual = Settings()
    changed = [one.name for one in fields(settings) if getattr(settings, one.name) != getattr(usual, one.name)]
    return ", ".join(f"{name} {getattr(settings, name):g}" for name in changed)


def runs_as_json(runs: tuple[Run, ...]) -> str:
    """Return one JSON object with every run, its costs and its indicators, and whether simple ones were tuned."""
    told = [
        {
            "week": run.week,
            "controller": run.controller,
            "seed": run.seed,
            "simple": run.simple,
            "tuned": _is_tuned(run) if run.simple else None,
            "currency": run.currency,
            "cost": {**asdict(run.cost), "money": run.cost.money, "air": run.cost.air, "total": run.cost.total},
            "indicators": asdict(run.indicators),
        }
        for run in runs
    ]
    return msgspec.json.encode({"simulated": True, "runs": told}).decode()


def _is_tuned(one: Run | Line) -> bool:
    return one.controller in tuned_book().get(one.week, {})


def say_on_stderr(line: str) -> None:
    """Print a line of progress where it disturbs no reader of the results."""
    sys.stderr.write(line + "\n")


def _by_knob(kept: Kept) -> dict[str, str]:
    by_knob: dict[str, list[str]] = {}
    for knob, value, cost in kept.tried:
        by_knob.setdefault(knob, []).append(f"{value:g}={cost:.0f}")
    return {knob: ", ".join(costs) for knob, costs in by_knob.items()}


def _print(lines: tuple[Line, ...], language: str) -> None:
    console = Console(highlight=False, soft_wrap=False)
    console.print(banner(Origin.SIMULATED, language), style="bold red", markup=False)
    for name in dict.fromkeys(line.week for line in lines):
        of_week = [line for line in lines if line.week == name]
        console.print(_title(week_of(name), of_week[0], language), style="bold", markup=False)
        if any(line.simple and not _is_tuned(line) for line in of_week):
            console.print(say("control.untuned", language), style="yellow", markup=False)
        console.print(_costs(of_week, language))
        console.print(_others(of_week, language))
    for key in ("control.intervals", "control.units_of_comfort", "control.units_of_air", "control.units_of_night"):
        console.print(say(key, language), markup=False)


def _title(week: Week, line: Line, language: str) -> str:
    return say(
        "control.week",
        language,
        week=week.name,
        household=week.household,
        grade=week.grade.value,
        tariff=week.tariff,
        currency=line.runs[0].currency,
    )


def _table(columns: tuple[str, ...], language: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, key in enumerate(("control.controller", *columns)):
        table.add_column(say(key, language), justify="right" if number else "left", no_wrap=True)
    return table


def _costs(lines: list[Line], language: str) -> Table:
    table = _table(("control.total", *(name for name, _, _ in _COSTS)), language)
    for line in lines:
        cells = [form.format(line.spread(quantity).mean) for _, form, quantity in _COSTS]
        mark = " *" if line.best else ""
        table.add_row(line.controller + mark, _with_interval(line.spread(total)), *cells)
    return table


def _others(lines: list[Line], language: str) -> Table:
    table = _table(tuple(name for name, _, _ in _OTHERS), language)
    for line in lines:
        table.add_row(line.controller, *(form.format(line.spread(quantity).mean) for _, form, quantity in _OTHERS))
    return table


def _with_interval(spread: Spread) -> str:
    text = f"{spread.mean:.0f}"
    return f"{text}\n{spread.low:.0f}-{spread.high:.0f}" if spread.low == spread.low else text
