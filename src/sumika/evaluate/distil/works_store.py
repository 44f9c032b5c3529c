"""Where the long runs of the distillation bench keep their stages: what was done is found again, bill and all."""

import os
from pathlib import Path

import platformdirs

from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import load_recipe
from sumika.distil.records import Spent
from sumika.distil.stages import Stages
from sumika.distil.store import Store, key_of
from sumika.evaluate.bench import say_on_stderr


class Told:
    """Says on standard error which stage is at work."""

    def begin(self, stage: str, *, reused: bool) -> None:
        """A stage begins."""
        if not reused:
            say_on_stderr(f"  {stage} ...")

    def progress(self, stage: str, done: int, total: int) -> None:
        """Nothing."""

    def end(self, stage: str, spent: Spent) -> None:
        """Nothing."""


def bench_folder() -> Path:
    """Return the folder of the bench's store; $SUMIKA_BENCH_STORE names another one."""
    named = os.environ.get("SUMIKA_BENCH_STORE")
    return Path(named) if named else platformdirs.user_cache_path("sumika") / "bench-distil"


def works_of(recipe: str) -> LanguageFinish:
    """Return the stages of a shipped recipe over the bench's store."""
    folder = bench_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stated = load_recipe(recipe)
    # Whatever was tried with this very recipe is on its bill; what was tried with another one is on that one's.
    run_id = f"bench-{recipe}-{key_of(stated)[:8]}"
    return LanguageFinish(stated, Stages(Store(folder), load_prices(), run_id, Told()))
