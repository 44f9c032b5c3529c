"""Shipped recipes, run to their end in the bench's store: what was done before is found again, bill and all."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_finish import ArrayFinish
from sumika.distil.array_outcome import ArrayOutcome, Provenance
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe_file import read_recipe
from sumika.distil.records import ArraySet
from sumika.distil.stages import Stages
from sumika.distil.store import key_of
from sumika.evaluate.bench import commit
from sumika.evaluate.code_behind import ARRAY_WORKS
from sumika.evaluate.distil.works_store import Told, bench_folder, store_of
from sumika.training import RECIPES
from sumika.training.sources import SOURCES


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A recipe that was run.

    Attributes:
        outcome: Scores, costs and bill.
        arrays: The examples that were scored, in the order of `said`.
        said: Outputs (example, output) of "teacher", "student" and "student without teacher", each of an example whose
            person or room it has not learnt from.
        folder: The model folder.
    """

    outcome: ArrayOutcome
    arrays: ArraySet
    said: dict[str, NDArray[np.float32]]
    folder: Path


def shipped(name: str) -> ArrayRecipe:
    """Return a recipe that ships."""
    return read_recipe(name, RECIPES, ArrayRecipe)


def works_of(recipe: ArrayRecipe) -> ArrayFinish:
    """Return the stages of a recipe over the bench's store."""
    provenance = {
        source: Provenance(licence=one.licence, cite=one.cite, evidence=one.evidence) for source, one in SOURCES.items()
    }
    run_id = f"bench-{recipe.name}-{key_of(recipe)[:8]}"
    return ArrayFinish(recipe, Stages(store_of(ARRAY_WORKS), load_prices(), run_id, Told()), SOURCES, provenance)


@cache
def finished(name: str) -> Finished:
    """Run a shipped recipe, or take up what was run before.

    Args:
        name: Of the recipe.

    Raises:
        SumikaError: if its recordings are not there; says which, and where to get them.
    """
    works = works_of(shipped(name))
    folder = bench_folder() / "people" / name
    outcome = works.finish(folder, command=f"sumika bench people --full ({name})", commit=commit())
    kept = works.stages.store.get_arrays(works.evaluated.outputs["said"])
    rows = np.asarray(kept.pop("rows"), np.int64)
    kept.pop("fold", None)
    return Finished(outcome=outcome, arrays=works.arrays.take(rows), said=kept, folder=folder)
