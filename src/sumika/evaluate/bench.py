"""`sumika bench`: measures the quick figures now, quotes the long ones from the last long run, and says which."""

import importlib
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from sumika.evaluate.code_behind import ARRAY_WORKS, LANGUAGE_WORKS, PACKAGE, part_hash
from sumika.evaluate.figure import Figure
from sumika.evaluate.kept_figures import Results, keep, merged, quotable, quoted
from sumika.schema import SumikaError, UsageError

_FALL = tuple(f"perception/{name}" for name in ("fall", "_fall_*", "_drops", "_low_points", "_resting"))

_NIGHT = (*(f"perception/{name}" for name in ("sleep*", "strain", "_bed_rates", "_night_parts")), "models/students")

AREAS: dict[str, dict[str, tuple[str, ...]]] = {
    "spine": {
        "spine.ring": ("bus",),
        "spine.history": ("history",),
        "spine.replay": ("runtime", "log", "radar", "perception"),
        "spine.power_cut": ("history", "log"),
        "spine.demo": ("runtime", "bus", "log", "history", "radar", "perception", "sensors", "terminal"),
    },
    "radar": {
        "radar.respiration": ("radar", "perception", "sensors"),
        "radar.truth_sets": (
            "radar",
            "perception",
            "sensors",
            "evaluate/radar/truth_file",
            "evaluate/radar/truth_people",
            "evaluate/radar/truth_rates",
            "evaluate/vitals_against_reference",
        ),
        "radar.chain_speed": ("radar/detection", "world/radar_scene", "evaluate/radar/chain_speed"),
        "radar.chain_reference": ("radar/detection", "world/radar_scene", "evaluate/radar/chain_reference"),
        "radar.limits": ("radar/detection", "world/radar_scene", "evaluate/radar/limits"),
        "radar.false_alarms": ("radar/detection", "world/radar_scene", "evaluate/radar/false_alarms"),
        "radar.people_speed": ("radar", "world/radar_scene"),
        "radar.tracking_score": ("radar", "world/radar_scene"),
        "radar.vitals_score": (
            "radar/vitals",
            "radar/detection",
            "radar/breathing_rate",
            "radar/periodicity",
            "world/radar_scene",
        ),
    },
    "distil": {
        "distil.reason": LANGUAGE_WORKS,
        "distil.demo": ("distil/language", "distil/problems", "distil/ledger"),
        "distil.curation": LANGUAGE_WORKS,
        "distil.budget_forcing": LANGUAGE_WORKS,
        "distil.killed_run": ("distil/language", "distil/stages", "distil/store"),
        "distil.paid_once": ("distil/teachers",),
        "distil.sft": ("distil/language",),
        "distil.serving": ("distil/language",),
        "distil.cluster": ("distil/cluster", "distil/store"),
        "distil.exports": ("distil/export", "distil/networks"),
        "distil.s1_quotes": ("distil/ledger",),
    },
    "world": {
        "world.building_balances": ("world/building", "physics"),
        "world.grades": ("world/building", "world/weather", "physics"),
        "world.weather_normals": ("world/weather",),
        "world.heart_statistics": ("world/residents",),
        "world.cube_speed": ("world/radar_scene",),
        "world.scatterer_truth": ("world/radar_scene",),
        "world.perception_level": ("world/perception_level", "world/radar_scene", "radar", "perception"),
        "world.house_year": ("world", "physics"),
        "world.demo": ("world", "runtime", "sensors", "radar", "perception"),
    },
    "control": {
        "control.plan_speed": ("plan", "ecu", "belief"),
        "control.learned_model": ("belief", "world"),
        "control.faults": ("belief", "ecu", "world", "evaluate/control/breakages", "evaluate/control/watched_life"),
        "control.gate_figures": ("safety", "evaluate/control/gate"),
        "control.policy_figures": ("plan", "ecu", "belief", "world", "evaluate/control", "training/planner_policy"),
        "control.standing": ("plan", "ecu", "belief", "world", "evaluate/control"),
    },
    "dashboard": {
        "dashboard.live": ("dashboard", "runtime/page_loop", "bus"),
        "dashboard.year": ("dashboard", "history"),
    },
    "people": {
        "people.students": ("models/students",),
        "people.gestures": (*ARRAY_WORKS, "training/gestures", "training/point_views"),
        "people.points_figures": (*ARRAY_WORKS, "training", "models/features"),
        "people.body_figures": (*ARRAY_WORKS, "training", "models/features"),
        "people.comfort_tables": ("physics",),
        "people.falls": (*_FALL, "radar", "world/radar_scene"),
        "people.home_moments": (*_FALL, "radar", "world"),
        "people.home_months": (*_FALL, "world"),
        "people.lived_night": (*_NIGHT, "runtime", "bus", "log"),
        "people.air_events": ("perception/air_events", "perception/_air_rules", "perception/_air_course", "world"),
        "people.counts": ("perception/occupancy", "perception/_co2_people", "world"),
        "people.weeks": ("belief/well_being",),
        "people.personal": (*ARRAY_WORKS, "models/_personal", "training", "models/features"),
        "people.world_first": (*ARRAY_WORKS, "training", "models/features"),
        "people.ablations": (*ARRAY_WORKS, "training", "models/features"),
    },
    "assistant": {
        "assistant.house_student": ("assistant/student", "models/students/house-tiny"),
        "assistant.sentences": ("assistant", "models/students/house-tiny"),
        "assistant.answers": ("assistant", "facts"),
        "assistant.desk_months": ("desk", "facts"),
    },
    "seed": {"seed.essay": ("distil/ledger",)},
}
"""Area -> part -> the packages whose change makes a quoted figure of that part stale."""

QUOTES = frozenset({"seed"})
"""Areas that only quote what others claim and what other areas keep: nothing of theirs is kept."""


class Part(Protocol):
    """A module that measures some figures of an area."""

    def measure(self, full: bool) -> dict[str, Figure]:
        """Return the figures; the long ones only when `full`."""
        ...


def commit() -> str:
    """Return the short commit of the checkout, or the package's version where there is none."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(PACKAGE), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.strip() or "unknown"


def area_of(parts: Sequence[str]) -> str:
    """Return the area that has all of some parts.

    Raises:
        UsageError: if no area has one of them, or they are of several.
    """
    areas: list[str] = []
    for part in parts:
        own = [area for area, known in AREAS.items() if part in known]
        if not own:
            every = ", ".join(one for known in AREAS.values() for one in known)
            raise UsageError(f"no area has a part '{part}'", remedy=f"There are: {every}.")
        areas += own
    if len(set(areas)) > 1:
        raise UsageError(f"parts of several areas: {', '.join(dict.fromkeys(areas))}", remedy="Call one at a time.")
    return areas[0]


def results_folder() -> Path:
    """Return where long runs are kept: in the checkout, or below the present folder."""
    checkout = PACKAGE.parents[1] / "bench" / "results"
    return checkout if checkout.is_dir() else Path("bench") / "results"


def code_of(area: str) -> dict[str, str]:
    """Return the hash of what decides the figures of each part of an area now."""
    return {part: part_hash(part, packages) for part, packages in AREAS[area].items()}


def quoted_now(area: str, folder: Path) -> dict[str, Figure]:
    """Return the kept figures of an area, each marked stale where what decides it has changed since.

    Raises:
        SumikaError: if they cannot be read.
    """
    return quotable(quoted(area, folder), code_of(area))


def run_area(
    area: str,
    *,
    full: bool,
    only: Sequence[str] = (),
    folder: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Results:
    """Measure an area; what a part fails with stands in `failed` and costs the other parts nothing.

    Args:
        area: One of `AREAS`.
        full: Measure the long figures too, and keep them after each part for later quick calls; what is kept of parts
            and figures that are not measured this time stays, with its day.
        only: These parts of it.
        folder: Where long runs are kept.
        say: Takes a line of progress.

    Raises:
        UsageError: if there is no such area, or no such part of it.
        SumikaError: if the kept long run cannot be read.
    """
    _check_names(area, only)
    folder = folder or results_folder()
    if only or not full:
        quoted(area, folder)  # before the minute of measuring: it may be unreadable
    # Of the code before anything is measured: what is changed meanwhile is not what was measured.
    code = code_of(area)
    results = Results(area, commit(), {}, code)
    for part in only or AREAS[area]:
        say(f"{part} ...")
        if _measure_into(results, part, full, say) and full and area not in QUOTES:
            keep(_with_kept(results, folder, say), folder)
    if full and area not in QUOTES:
        whole = _told_of_older(_with_kept(results, folder, say), results, say)
        # Only as it is shown: whether a figure is stale is found anew each time, and never kept.
        return msgspec.structs.replace(whole, figures=quotable(whole, code) | results.figures)
    for key, figure in quotable(quoted(area, folder), code).items():
        results.figures.setdefault(key, figure)
    return results


def _check_names(area: str, only: Sequence[str]) -> None:
    if area not in AREAS:
        raise UsageError(f"no bench area '{area}'", remedy=f"There are: {', '.join(AREAS)}.")
    for part in only:
        if part not in AREAS[area]:
            raise UsageError(f"area '{area}' has no part '{part}'", remedy=f"It has: {', '.join(AREAS[area])}.")


def _measure_into(results: Results, part: str, full: bool, say: Callable[[str], None]) -> bool:
    """Add the figures of a part, or what it failed with; return whether it was measured."""
    try:
        measured = _measured(part, full, say)
    except Exception as problem:  # a damaged file or a missing tool of one part costs no other part its hour
        reason = _reason(problem)
        say(f"{part}: not measured: {reason}")
        results.failed[part] = reason
        return False
    results.figures.update(measured)
    results.parts.update(dict.fromkeys(measured, part))
    return True


def _reason(problem: Exception) -> str:
    """Return what a part failed with, and what helps where that is known."""
    if isinstance(problem, SumikaError):
        return str(problem)
    lacks = (problem.name or "").partition(".")[0] if isinstance(problem, ModuleNotFoundError) else ""
    if lacks and lacks != __package__.partition(".")[0]:
        return (
            f"it needs the package '{lacks}', which is not installed. Run: make for-distil in a checkout, else "
            f'{sys.executable} -m pip install "sumika[all,distil]"'
        )
    return f"{type(problem).__name__}: {problem}"


def _measured(part: str, full: bool, say: Callable[[str], None]) -> dict[str, Figure]:
    module: Part = importlib.import_module(f"sumika.evaluate.{part}")
    found = {key: _finite(key, figure, say) for key, figure in module.measure(full=full).items()}
    return {key: figure for key, figure in found.items() if figure is not None}


def _finite(key: str, figure: Figure, say: Callable[[str], None]) -> Figure | None:
    """Return a figure that JSON can hold: what is no number stands in words; None where its value is none."""
    if not math.isfinite(figure.value):
        say(f"{key}: left out: its value is {figure.value}")
        return None
    detail = {name: one if isinstance(one, str | int) else _word(float(one)) for name, one in figure.detail.items()}
    return msgspec.structs.replace(figure, value=float(figure.value), detail=detail)


def _word(number: float) -> float | str:
    """Return a number, or what it says where it is none: a time that never came, a mean of nothing."""
    if math.isfinite(number):
        return number
    return "never" if number > 0 else "none"


def _with_kept(results: Results, folder: Path, say: Callable[[str], None]) -> Results:
    """Return results with what is kept of the rest, to which another run may have added meanwhile."""
    try:
        kept = quoted(results.area, folder)
    except SumikaError as problem:
        say(f"replaced: {problem}")
        kept = None
    return merged(results, kept, tuple(AREAS[results.area]))


def _told_of_older(whole: Results, results: Results, say: Callable[[str], None]) -> Results:
    """Say which figures stay as they were though their part was measured, and return all."""
    for key in whole.older:
        if whole.parts[key] in results.parts.values():
            say(f"{key}: {whole.parts[key]} did not tell it this time; it stays as of {whole.figures[key].run}")
    return whole


def as_json(results: Results) -> bytes:
    """Return the one object that `--json` prints."""
    # A figure's encoding leaves out what is as usual; here it says also of a fresh one that it is.
    figures = {key: msgspec.to_builtins(figure) | {"run": figure.run} for key, figure in results.figures.items()}
    shown: dict[str, object] = {"area": results.area, "commit": results.commit, "figures": figures}
    if results.failed:
        shown["failed"] = results.failed
    return msgspec.json.format(msgspec.json.encode(shown), indent=2)


def say_on_stderr(line: str) -> None:
    """Print a line of progress where it disturbs no reader of the results."""
    sys.stderr.write(line + "\n")
