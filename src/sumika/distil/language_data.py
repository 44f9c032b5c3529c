"""Data of a language recipe: pool, clean, judge, choose, as stages found again by the hash of what decides them."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil import problems
from sumika.distil.choose import ChooseReport, ChooseSettings, choose, lengths_of
from sumika.distil.clean import WORD_RULES, clean
from sumika.distil.judge import judge_quality
from sumika.distil.ledger.ledger import Role
from sumika.distil.pool import digests_of, read_examples
from sumika.distil.recipe import FilePool, LanguageRecipe
from sumika.distil.records import Example
from sumika.distil.stages import Made, StageContext, StageResult, Stages


class Scores(msgspec.Struct):
    """Scores of a judging stage, kept as JSON."""

    scores: list[float]


class LanguageData:
    """The examples of one recipe over one store.

    Attributes:
        recipe: What is wanted.
        stages: Runs the stages.
    """

    def __init__(self, recipe: LanguageRecipe, stages: Stages) -> None:
        self.recipe = recipe
        self.stages = stages

    @cached_property
    def content(self) -> list[str]:
        """SHA-256 of every file of the data, so that an edited file is another pool; none of problems written here.

        Raises:
            PoolError: if a file is not there.
        """
        data = self.recipe.data
        return [*digests_of(data.pool), *digests_of(data.evaluation)] if isinstance(data, FilePool) else []

    @cached_property
    def pool(self) -> StageResult:
        """Pool and evaluation set."""
        data, seed = self.recipe.data, self.recipe.seed

        def work(context: StageContext) -> Made:
            facts: dict[str, Any] = {}
            if isinstance(data, FilePool):
                found, report = read_examples(data.pool)
                unseen, _ = read_examples(data.evaluation)
                facts = {"bad_rows": report.bad, "first_bad": [str(one) for one in report.first_bad]}
                facts["signs"] = _signs(found)
            else:
                found = problems.pool(data.size, seed, data.domains)
                seen = {one.prompt for one in found}
                unseen = problems.evaluation(data.per_domain, seed, without=seen, domains=data.domains)
            put = context.store.put_records
            outputs = {"pool": put(found), "evaluation": put(unseen)}
            return Made(outputs=outputs, facts={"rows": len(found), "evaluation": len(unseen), **facts})

        return self.stages.run("pool", Role.CHOOSING, work, data, seed, *self.content)

    @cached_property
    def evaluation(self) -> list[Example]:
        """What everybody is scored on."""
        return self.stages.store.get_records(self.pool.outputs["evaluation"], Example)

    @cached_property
    def pool_signs(self) -> str:
        """Every sign that occurs in the pool, each once, in the order of their codes."""
        told = self.pool.facts.get("signs")
        if isinstance(told, str):
            return told
        return _signs(self.stages.store.get_records(self.pool.outputs["pool"], Example))

    @cached_property
    def cleaned(self) -> StageResult:
        """The pool without duplicates and contamination."""
        recipe, pool = self.recipe, self.pool

        def work(context: StageContext) -> Made:
            examples = context.store.get_records(pool.outputs["pool"], Example)
            kept, report = clean(examples, {"evaluation": self.evaluation}, recipe.clean, context.progress)
            facts = {"rows": report.rows, "kept": report.kept, "removed": dict(report.removed)}
            return Made(outputs={"pool": context.store.put_records(kept)}, facts=facts)

        return self.stages.run("clean", Role.CHOOSING, work, recipe.clean, WORD_RULES, pool.outputs)

    @cached_property
    def candidates(self) -> list[Example]:
        """The cleaned pool."""
        return self.stages.store.get_records(self.cleaned.outputs["pool"], Example)

    @cached_property
    def quality(self) -> StageResult:
        """A score of quality for every candidate."""

        def work(context: StageContext) -> Made:
            quality, report = judge_quality(self.candidates, self.recipe.quality, context.progress)
            scores = context.store.put(msgspec.json.encode(Scores(quality.score.tolist())))
            facts = {"faultless": report.faultless, "faults": dict(report.faults)}
            return Made(outputs={"scores": scores}, facts=facts)

        return self.stages.run("judge quality", Role.JUDGING, work, self.recipe.quality, self.cleaned.outputs)

    def scores(self, result: StageResult) -> NDArray[np.float64]:
        """Return what a judging stage has given."""
        content = self.stages.store.get(result.outputs["scores"])
        return np.asarray(msgspec.json.decode(content, type=Scores).scores)

    def chosen(
        self, settings: ChooseSettings, difficulty: StageResult | None = None, rows: NDArray[np.int64] | None = None
    ) -> StageResult:
        """Choose examples before any trace exists.

        Args:
            settings: How many, by which criteria.
            difficulty: The stage that judged it; needed unless it is left out.
            rows: Choose among these candidates only; difficulty is theirs, in this order.
        """

        def work(context: StageContext) -> Made:
            examples, quality = self.candidates, self.scores(self.quality)
            if rows is not None:
                examples, quality = [examples[row] for row in rows], quality[rows]
            lengths, proxy = lengths_of(examples)
            hard = None if difficulty is None else self.scores(difficulty)
            taken, report = choose(examples, quality, hard, lengths, settings)
            outputs = {"examples": context.store.put_records(examples[row] for row in taken)}
            return Made(outputs=outputs, facts=_facts(report, proxy))

        decided = (settings, self.quality.outputs, difficulty.outputs if difficulty else None)
        only = None if rows is None else rows.tolist()
        return self.stages.run(f"choose {settings.count}", Role.CHOOSING, work, *decided, only)

    def examples(self, result: StageResult) -> list[Example]:
        """Return the examples that a stage has chosen."""
        return self.stages.store.get_records(result.outputs["examples"], Example)


def _signs(examples: Iterable[Example]) -> str:
    found = set[str]()
    for one in examples:
        found.update(one.prompt, one.reasoning, one.answer)
    return "".join(sorted(found))


def _facts(report: ChooseReport, proxy: str) -> dict[str, Any]:
    return {
        "chosen": report.chosen,
        "good": report.good,
        "hard": report.hard,
        "per_domain": dict(report.per_domain),
        "lengths": proxy,
        "notes": list(report.notes),
    }
