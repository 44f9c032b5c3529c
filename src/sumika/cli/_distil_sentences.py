"""Recipes of students that read sentences, as the commands of `sumika distil` need them."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sumika.cli._distil_progress import ProgressWatcher
from sumika.distil.ledger.prices import Prices
from sumika.distil.ledger.quote import Quote
from sumika.distil.recipe_file import read_recipe
from sumika.distil.runs import Run
from sumika.distil.sentence_recipe import SentenceRecipe
from sumika.distil.store import Store
from sumika.schema import UsageError
from sumika.training.recipes import SENTENCE_RECIPES

if TYPE_CHECKING:
    from sumika.distil.sentence_finish import SentenceFinish

TEACHERS = ("readers",)


def names() -> tuple[str, ...]:
    """Return the names of the recipes that ship."""
    return tuple(SENTENCE_RECIPES)


def abouts() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    return {name: load(name).about for name in SENTENCE_RECIPES}


def load(name: str) -> SentenceRecipe:
    """Return a recipe: one that ships, or a file."""
    return read_recipe(name, SENTENCE_RECIPES, SentenceRecipe)


def changed(recipe: SentenceRecipe, *, without: Iterable[str]) -> SentenceRecipe:
    """Refuse: nothing is chosen.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        f"the recipe '{recipe.name}' teaches all of its sentences: nothing can be left out of a choice",
        where="--without",
        remedy="Leave the option away.",
    )


def _works(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher | None = None) -> "SentenceFinish":
    from sumika.distil.sentence_finish import SentenceFinish
    from sumika.distil.stages import Stages
    from sumika.training.house_language import HOUSE_LANGUAGE

    recipe = msgspec.convert(run.recipe, SentenceRecipe)
    return SentenceFinish(recipe, Stages(store, prices, run.id, watcher), {HOUSE_LANGUAGE.name: HOUSE_LANGUAGE})


def quote_of(run: Run, store: Store, prices: Prices, *, say: Callable[[str], None]) -> Quote:
    """Return what a run will take."""
    from sumika.distil.sentence_quote import SentenceQuote

    return SentenceQuote(_works(run, store, prices), say).quote()


def finish(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher) -> tuple[str, set[str]]:
    """Run everything, write the model folder, and return the table and the keys of the stages."""
    from sumika.distil.sentence_finish import as_text

    works = _works(run, store, prices, watcher)
    about = works.finish(Path(run.folder), quote=run.quote, command=run.command, commit=run.commit)
    return as_text(works.outcome, about), works.stages.keys


def export(folder: Path, form: str, target: Path) -> Path:
    """Copy one of the forms that a finished student was written in.

    Raises:
        UsageError: if it was not written in that form.
    """
    from sumika.distil.sentence_run import NAMES

    path = folder / NAMES.get(form, "")
    if not path.is_file():
        raise UsageError(f"a student of sentences has no form '{form}'", remedy="Choose onnx or onnx-int8.")
    return Path(shutil.copyfile(path, target))
