"""The kinds of recipes behind one set of functions: students that write, of arrays, and that read sentences."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from sumika.cli import _distil_arrays, _distil_language, _distil_sentences
from sumika.cli._distil_progress import ProgressWatcher
from sumika.cli._distil_spread import Spread
from sumika.distil.about import ABOUT, read_about
from sumika.distil.ledger.prices import Prices
from sumika.distil.ledger.quote import Quote
from sumika.distil.runs import Run
from sumika.distil.store import Store
from sumika.schema import UsageError
from sumika.settings_file import outline

KINDS: dict[str, ModuleType] = {
    "language": _distil_language,
    "arrays": _distil_arrays,
    "sentences": _distil_sentences,
}
"""Kind -> module with `TEACHERS`, `names`, `abouts`, `load`, `changed`, `quote_of`, `finish` and `export`."""


def abouts() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    return {name: about for module in KINDS.values() for name, about in module.abouts().items()}


def load(name: str) -> tuple[str, Any]:
    """Return kind and recipe: one that ships, or a file.

    Raises:
        UsageError: if there is none, or it is not right.
    """
    for kind, module in KINDS.items():
        if name in module.names():
            return kind, module.load(name)
    if not Path(name).is_file():
        ships = [one for module in KINDS.values() for one in module.names()]
        if name.endswith((".yaml", ".yml")):
            remedy = f"Check the path, or name a recipe that ships: {', '.join(ships)}."
            raise UsageError("there is no such file", where=name, remedy=remedy)
        near = difflib.get_close_matches(name, ships, n=1)
        meant = f"Did you mean '{near[0]}'? " if near else ""
        raise UsageError(f"no recipe '{name}'", remedy=f"{meant}Name a file, or one that ships: {', '.join(ships)}.")
    kind = _kind_of(outline(Path(name)), name)
    return kind, KINDS[kind].load(name)


def _kind_of(recipe: Mapping[str, Any], where: str) -> str:
    """Return the kind of a recipe: by who teaches, and by what only students of sentences have, who need no teacher.

    Raises:
        UsageError: if nobody is known who teaches so: read as one of the kinds it would be told of other fields.
    """
    teacher = recipe.get("teacher")
    whose = teacher.get("from") if isinstance(teacher, dict) else None
    if teacher is None and "coding" in recipe:
        return "sentences"
    if not isinstance(whose, str):
        return "language"
    for one, module in KINDS.items():
        if whose in module.TEACHERS:
            return one
    known = [teaches for module in KINDS.values() for teaches in module.TEACHERS]
    near = difflib.get_close_matches(whose, known, n=1)
    remedy = f"Did you mean '{near[0]}'? " if near else ""
    raise UsageError(
        f"teacher.from: nobody teaches from '{whose}'", where=where, remedy=f"{remedy}Known: {', '.join(known)}."
    )


def changed(kind: str, recipe: Any, *, seed: int | None, without: Iterable[str]) -> Any:
    """Return a recipe with what options say."""
    if seed is not None:
        recipe = msgspec.structs.replace(recipe, seed=seed)
    return KINDS[kind].changed(recipe, without=without) if without else recipe


def open_store(folder: Path) -> Store:
    """Return a store; made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(folder)


def quote_of(run: Run, store: Store, prices: Prices, *, say: Callable[[str], None]) -> Quote:
    """Return what a run will take, from some seconds of its very work."""
    found: Quote = KINDS[run.kind].quote_of(run, store, prices, say=say)
    return found


def spread_out(run: Run, store: Store, prices: Prices, spread: Spread, *, say: Callable[[str], None]) -> None:
    """Make what can be made apart, several parts at once.

    Raises:
        UsageError: if the kind of recipe has no such parts.
    """
    if run.kind != "language":
        raise UsageError("such recipes take minutes and are not spread", remedy="Run it without --workers and --ray.")
    _distil_language.spread_out(run, store, prices, spread, say=say)


def finish(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher) -> tuple[str, set[str]]:
    """Run everything, write the model folder, and return the table and the keys of the stages."""
    made: tuple[str, set[str]] = KINDS[run.kind].finish(run, store, prices, watcher)
    return made


def export(folder: Path, form: str, target: Path) -> Path:
    """Write a finished student in another form."""
    kind = "language" if (folder / "outcome.json").is_file() else "arrays"
    if kind == "arrays" and (folder / ABOUT).is_file() and read_about(folder).reading is not None:
        kind = "sentences"
    written: Path = KINDS[kind].export(folder, form, target)
    return written
