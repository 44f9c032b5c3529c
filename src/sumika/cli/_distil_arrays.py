"""Recipes of array students, as the commands of `sumika distil` need them."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sumika.cli._distil_progress import ProgressWatcher
from sumika.distil.array_recipe import ArrayRecipe, FileData
from sumika.distil.ledger.prices import Prices
from sumika.distil.ledger.quote import Quote
from sumika.distil.recipe_file import read_recipe
from sumika.distil.runs import Run
from sumika.distil.store import Store
from sumika.schema import UsageError
from sumika.training import RECIPES

if TYPE_CHECKING:
    from sumika.distil.array_finish import ArrayFinish

TEACHERS = ("networks", "varied-networks", "boosting")


@cache
def names() -> tuple[str, ...]:
    """Return the names of the recipes that ship."""
    return tuple(RECIPES)


def abouts() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    return {name: load(name).about for name in RECIPES}


def load(name: str) -> ArrayRecipe:
    """Return a recipe: one that ships, or a file."""
    return read_recipe(name, RECIPES, ArrayRecipe)


def changed(recipe: ArrayRecipe, *, without: Iterable[str]) -> ArrayRecipe:
    """Return a recipe that chooses without some criteria.

    Raises:
        UsageError: if it chooses nothing: then there is no criterion to leave out.
    """
    choose = recipe.choose
    if choose is None:
        raise UsageError(
            f"the recipe '{recipe.name}' teaches all of its examples: nothing can be left out of a choice",
            where="--without",
            remedy="Leave the option away, or state `choose` in the recipe.",
        )
    left_out = tuple(dict.fromkeys((*choose.without, *without)))
    restated = msgspec.convert(msgspec.to_builtins(choose) | {"without": left_out}, type(choose))
    return msgspec.structs.replace(recipe, choose=restated)


def _works(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher | None = None) -> "ArrayFinish":
    from sumika.distil.array_finish import ArrayFinish
    from sumika.distil.array_outcome import Provenance
    from sumika.distil.stages import Stages

    recipe = msgspec.convert(run.recipe, ArrayRecipe)
    stages = Stages(store, prices, run.id, watcher)
    if isinstance(recipe.data, FileData) and recipe.pretrain is None:
        return ArrayFinish(recipe, stages)  # a file of one's own: no recording is needed
    from sumika.training.sources import SOURCES

    provenance = {
        name: Provenance(licence=source.licence, cite=source.cite, evidence=source.evidence)
        for name, source in SOURCES.items()
    }
    return ArrayFinish(recipe, stages, SOURCES, provenance)


def quote_of(run: Run, store: Store, prices: Prices, *, say: Callable[[str], None]) -> Quote:
    """Return what a run will take."""
    from sumika.distil.array_quote import ArrayQuote

    return ArrayQuote(_works(run, store, prices), say).quote()


def finish(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher) -> tuple[str, set[str]]:
    """Run everything, write the model folder, and return the table and the keys of the stages."""
    from sumika.distil.about import ABOUT, read_about
    from sumika.distil.array_about import asked_lines
    from sumika.distil.array_outcome import as_text

    works = _works(run, store, prices, watcher)
    report = works.finish(Path(run.folder), quote=run.quote, command=run.command, commit=run.commit)
    asked = asked_lines(read_about(Path(run.folder))) if (Path(run.folder) / ABOUT).is_file() else []
    return as_text(report) + "".join(f"{line}\n" for line in asked), works.stages.keys


def export(folder: Path, form: str, target: Path) -> Path:
    """Write a finished student in another form."""
    from sumika.distil.array_files import export_form

    return export_form(folder, form, target)
