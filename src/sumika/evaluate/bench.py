"""`sumika bench`: measures the quick figures now, quotes the long ones from the last long run, and says which."""

import hashlib
import importlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from sumika.evaluate.figure import Figure
from sumika.schema import SumikaError, UsageError

PACKAGE = Path(__file__).resolve().parents[1]

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
        "distil.reason": ("distil/language", "distil/problems", "distil/choose", "distil/clean", "distil/grade"),
        "distil.demo": ("distil/language", "distil/problems", "distil/ledger"),
        "distil.curation": ("distil/language", "distil/problems", "distil/choose", "distil/clean", "distil/judge"),
        "distil.budget_forcing": ("distil/language", "distil/problems"),
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
        "people.gestures": ("distil/networks", "distil/array_works", "training/gestures", "training/point_views"),
        "people.points_figures": ("distil/networks", "distil/array_works", "training", "models/features"),
        "people.body_figures": ("distil/networks", "distil/array_works", "training", "models/features"),
        "people.comfort_tables": ("physics",),
        "people.falls": (*_FALL, "radar", "world/radar_scene"),
        "people.home_moments": (*_FALL, "radar", "world"),
        "people.home_months": (*_FALL, "world"),
        "people.lived_night": (*_NIGHT, "runtime", "bus", "log"),
        "people.air_events": ("perception/air_events", "perception/_air_rules", "perception/_air_course", "world"),
        "people.counts": ("perception/occupancy", "perception/_co2_people", "world"),
        "people.weeks": ("belief/well_being",),
        "people.personal": ("models/_personal", "training", "models/features"),
        "people.world_first": ("distil/networks", "distil/array_works", "training", "models/features"),
        "people.ablations": ("distil/networks", "distil/array_works", "training", "models/features"),
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


class Part(Protocol):
    """A module that measures some figures of an area."""

    def measure(self, full: bool) -> dict[str, Figure]:
        """Return the figures; the long ones only when `full`."""
        ...


class Results(msgspec.Struct, frozen=True):
    """What one bench call found.

    Attributes:
        area: Its area.
        commit: Commit of the code, "-dirty" if it had changes.
        figures: By key.
        code: Hash of the code behind each part.
        parts: Which part each figure comes from.
    """

    area: str
    commit: str
    figures: dict[str, Figure]
    code: dict[str, str] = msgspec.field(default_factory=dict)
    parts: dict[str, str] = msgspec.field(default_factory=dict)


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


def code_hash(packages: tuple[str, ...]) -> str:
    """Return a hash of the Python source of some of our packages and modules, and of students, named by their paths."""
    digest = hashlib.sha256()
    for package in packages:
        folder = PACKAGE / package
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("about.json"), *PACKAGE.glob(f"{package}.py")]):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def results_folder() -> Path:
    """Return where long runs are kept: in the checkout, or below the present folder."""
    checkout = PACKAGE.parents[1] / "bench" / "results"
    return checkout if checkout.is_dir() else Path("bench") / "results"


def quoted(area: str, folder: Path) -> Results | None:
    """Return the kept long run of an area; None if there is none.

    Raises:
        SumikaError: if it cannot be read.
    """
    path = folder / f"{area}.json"
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Results)
    except (msgspec.DecodeError, OSError) as error:
        raise SumikaError(
            f"not a result of a bench run ({error})", where=str(path), remedy=f"Run: sumika bench {area} --full"
        ) from error


def run_area(
    area: str,
    *,
    full: bool,
    only: Sequence[str] = (),
    folder: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Results:
    """Measure an area.

    Args:
        area: One of `AREAS`.
        full: Measure the long figures too, and keep them for later quick calls.
        only: These parts of it; with `full`, what is kept of the others stays.
        folder: Where long runs are kept.
        say: Takes a line of progress.

    Raises:
        UsageError: if there is no such area, or no such part of it.
        SumikaError: if the kept long run cannot be read.
    """
    if area not in AREAS:
        raise UsageError(f"no bench area '{area}'", remedy=f"There are: {', '.join(AREAS)}.")
    for part in only:
        if part not in AREAS[area]:
            raise UsageError(f"area '{area}' has no part '{part}'", remedy=f"It has: {', '.join(AREAS[area])}.")
    folder = folder or results_folder()
    kept = quoted(area, folder) if only or not full else None  # before the minute of measuring: it may be unreadable
    figures: dict[str, Figure] = {}
    parts: dict[str, str] = {}
    for part in only or AREAS[area]:
        say(f"{part} ...")
        module: Part = importlib.import_module(f"sumika.evaluate.{part}")
        measured = module.measure(full=full)
        figures |= measured
        parts |= dict.fromkeys(measured, part)
    code = {
        part: code_hash((*packages, "evaluate/" + part.replace(".", "/"))) for part, packages in AREAS[area].items()
    }
    if full:
        # Read again: another part may have been kept while this one was measured.
        kept = quoted(area, folder) if only else None
        results = _with_kept(Results(area, commit(), figures, code, parts), kept)
        _keep(results, folder)
        return results
    for key, figure in (kept.figures if kept else {}).items():
        if kept and key not in figures:
            part = kept.parts.get(key, "")
            stale = kept.code.get(part) != code.get(part)
            figures[key] = msgspec.structs.replace(figure, stale=stale)
    return Results(area, commit(), figures, code, parts)


def _with_kept(results: Results, kept: Results | None) -> Results:
    """Return the results with the figures of those parts that were not measured again, as they were kept."""
    if kept is None:
        return results
    measured = set(results.parts.values())
    others = {key: part for key, part in kept.parts.items() if part not in measured}
    figures = {key: kept.figures[key] for key in others if key in kept.figures} | results.figures
    code = results.code | {part: digest for part, digest in kept.code.items() if part not in measured}
    order = {part: number for number, part in enumerate(AREAS[results.area])}
    parts = others | results.parts
    figures = dict(sorted(figures.items(), key=lambda item: order.get(parts[item[0]], len(order))))
    return Results(results.area, results.commit, figures, code, parts)


def _keep(results: Results, folder: Path) -> None:
    run = f"{datetime.now(UTC):%Y-%m-%d} {results.commit}"
    dated = {
        key: msgspec.structs.replace(figure, run=run) if figure.run == "now" else figure  # what is quoted keeps its day
        for key, figure in results.figures.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.encode(msgspec.structs.replace(results, figures=dated))
    path = folder / f"{results.area}.json"
    new = path.with_suffix(".json.new")
    new.write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")
    new.replace(path)  # an hour's work is not lost because the disk was full halfway


def as_json(results: Results) -> bytes:
    """Return the one object that `--json` prints."""
    # A figure's encoding leaves out what is as usual; here it says also of a fresh one that it is.
    figures = {key: msgspec.to_builtins(figure) | {"run": figure.run} for key, figure in results.figures.items()}
    shown = {"area": results.area, "commit": results.commit, "figures": figures}
    return msgspec.json.format(msgspec.json.encode(shown), indent=2)


def say_on_stderr(line: str) -> None:
    """Print a line of progress where it disturbs no reader of the results."""
    sys.stderr.write(line + "\n")
