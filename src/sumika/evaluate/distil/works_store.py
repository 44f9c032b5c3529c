"""Where the long runs of the distillation bench keep their stages: what was done is found again, bill and all."""

import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import load_recipe
from sumika.distil.records import Spent
from sumika.distil.stages import Stages
from sumika.distil.store import Store, key_of
from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.code_behind import LANGUAGE_WORKS, code_hash


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


def store_of(code: Sequence[str]) -> Store:
    """Return the bench's store of what was done with the present code: what other code had done is measured anew.

    Args:
        code: Packages and modules that decide what is done; settings and data decide each stage in it.
    """
    folder = bench_folder() / f"code-{code_hash(code)}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(folder)


def works_of(recipe: str) -> LanguageFinish:
    """Return the stages of a shipped recipe over the bench's store."""
    stated = load_recipe(recipe)
    # Whatever was tried with this very recipe is on its bill; what was tried with another one is on that one's.
    run_id = f"bench-{recipe}-{key_of(stated)[:8]}"
    return LanguageFinish(stated, Stages(store_of(LANGUAGE_WORKS), load_prices(), run_id, Told()))
