"""One recipe on many machines: teacher, references, traces and students as tasks over a shared store.

What a task makes are the recipe's own stages. Whoever runs the recipe afterwards finds them all; a worker that is
killed loses nothing but its last seconds.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import torch

from sumika.distil.cluster import Task, run_tasks, task
from sumika.distil.language_run import LanguageRun
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.stages import StageResult, Stages
from sumika.distil.store import Store
from sumika.schema import SumikaError

PARTS: dict[str, Callable[[LanguageRun], StageResult | None]] = {
    "teacher": lambda run: run.teacher,
    "base": lambda run: run.references[0],
    "reference": lambda run: run.references[1],
    "traces": lambda run: run.traced(run.taken()),
    "random traces": lambda run: run.traced(run.random()),
    "student": lambda run: run.student,
    "without": lambda run: run.without,
    "random": lambda run: run.random_student,
}
"""What can be made apart from each other, by name."""


def rounds(recipe: LanguageRecipe) -> list[list[str]]:
    """Return which parts a recipe has, those of one round independent of each other."""
    judges = "difficulty" not in recipe.choose.without
    compared = [name for name in ("without", "random") if name in recipe.compare]
    first = ["teacher", *(["base"] if judges or recipe.base else []), *(["reference"] if judges else [])]
    second = ["traces", *(["random traces"] if "random" in compared else [])]
    return [first, second, ["student", *compared]]


@task
def make_part(
    store: Store,
    work: Path,
    *,
    recipe: dict[str, Any],
    content: list[str],
    run_id: str,
    prices: dict[str, float],
    part: str,
) -> str:
    """Make one part of a recipe's run and return the key of its last stage; "" where it has none.

    Args:
        store: The shared one.
        work: Not used: stages have folders of their own.
        recipe: The whole recipe.
        content: Digests of its data, as whoever spreads it found them: the files need not be on this machine.
        run_id: Of the run.
        prices: Bare values.
        part: Key of `PARTS`.
    """
    del work
    torch.set_num_threads(1)  # sums are added in one order, on every machine
    stages = Stages(store, load_prices(prices), run_id)
    run = LanguageRun(msgspec.convert(recipe, LanguageRecipe), stages)
    run.content = content
    made = PARTS[part](run)
    return made.key if made else ""


def spread(
    run: LanguageRun,
    *,
    workers: int = 2,
    executor: Literal["local", "ray"] = "local",
    address: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Make everything of a run that can be made apart, several parts at once.

    Args:
        run: Whose parts; data are cleaned and judged here first.
        workers: Processes at once on this machine; a running cluster decides by its own cores.
        executor: Processes of this machine, or Ray.
        address: Of a running Ray cluster; None starts one here. Its machines must see the store under the same path.
        say: Told which parts are made.

    Raises:
        ClusterError: if a part failed; the others are kept.
        SumikaError: if there are no workers.
    """
    if workers < 1:
        raise SumikaError(f"{workers} workers do nothing", remedy="Say --workers 1 or more.")
    _ = run.quality
    for names in rounds(run.recipe):
        say(f"{', '.join(names)}: {min(workers, len(names))} at once ...")
        run_tasks(
            _tasks(run, names), store=run.stages.store.folder, workers=workers, executor=executor, address=address
        )


def _tasks(run: LanguageRun, names: Sequence[str]) -> list[Task]:
    shared = {
        "recipe": msgspec.to_builtins(run.recipe),
        "content": run.content,
        "run_id": run.stages.run_id,
        "prices": run.stages.prices.values(),
    }
    return [
        Task(name=name, function="sumika.distil.many_machines:make_part", arguments={**shared, "part": name})
        for name in names
    ]
