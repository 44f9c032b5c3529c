"""Beyond the teacher: a student tries what its teacher failed, a grader keeps what is right, and it learns from that.

Distillation alone makes no leap: a student of traces can at best become its teacher. Rejection sampling (Zelikman et
al. 2022, STaR, arXiv:2203.14465; Yuan et al. 2023, arXiv:2308.01825) needs no teacher, only a grader.
"""

from collections.abc import Sequence
from typing import Any

from sumika.distil.grade.grader import grade_all
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.generate import Answered, Sampling
from sumika.distil.language_run import LanguageRun
from sumika.distil.ledger.ledger import Role
from sumika.distil.recipe import OwnTries
from sumika.distil.records import Example, Spent, Trace
from sumika.distil.stages import Made, StageContext, StageResult
from sumika.distil.works import Samples, together, trace_of
from sumika.schema import SumikaError

ASKED_AT_ONCE = 512


class SelfTaught:
    """A finished student's own way on.

    Attributes:
        works: The recipe's stages.
        settings: How it tries and learns.
    """

    def __init__(self, works: LanguageRun, settings: OwnTries) -> None:
        self.works = works
        self.settings = settings

    def failed(self) -> list[Example]:
        """Return what the teacher was asked and did not solve, though it has a known answer."""
        works, missed = self.works, list[Example]()
        for part in self._lessons():
            traces = works.stages.store.get_records(works.traced(part).outputs["traces"], Trace)
            solved = {one.example_id for one in traces if one.correct}
            missed += [one for one in works.examples(part) if one.id not in solved and (one.answer or one.tests)]
        return missed[: self.settings.most_problems or None]

    def _lessons(self) -> list[StageResult]:
        return [self.works.taken(), *self.works.practice]

    def tries(self) -> StageResult:
        """Return the student's verified tries at what its teacher failed: the shortest right one of each problem."""
        works, settings, student = self.works, self.settings, self.works.student
        examples = self.failed()

        def work(context: StageContext) -> Made:
            found: list[Trace] = []
            written = 0
            for first in range(0, len(examples), ASKED_AT_ONCE):
                part = examples[first : first + ASKED_AT_ONCE]
                told = works.answers(student, part, sampling=self._sampling(first), samples=settings.tries)
                written += sum(one.tokens for one in told)
                found += _right(part, told, settings.tries, student.outputs["model"][:16])
                context.progress(first + len(part), len(examples))
            if not found:
                raise SumikaError(
                    f"none of {settings.tries} tries at {len(examples)} problems is right",
                    where="own_tries",
                    remedy="Allow more tries, or a higher temperature.",
                )
            context.add(Spent(output_tokens=written))
            facts = {"problems": len(examples), "solved": len(found), "tokens": written}
            return Made(outputs={"traces": context.store.put_records(found)}, facts=facts)

        traced = [works.traced(part).outputs for part in self._lessons()]
        decided = (settings.tries, settings.temperature, settings.most_problems, traced)
        return works.stages.run("own tries", Role.OTHER, work, *decided, student.outputs)

    def _sampling(self, first: int) -> Sampling:
        return Sampling(
            max_tokens=self.works.recipe.teach.max_tokens,
            temperature=self.settings.temperature,
            seed=self.works.recipe.seed * 1_000_003 + first * self.settings.tries,
        )

    def samples(self, *, own: bool) -> Samples:
        """Return the teacher's traces, with the student's own verified tries or without."""
        works = self.works
        before = together([works.samples_of(part, works.traced(part)) for part in self._lessons()])
        tries = self.tries() if own else None

        def make() -> list[Sample]:
            found = before.make()
            if tries is not None:
                by_id = {one.id: one for one in self.failed()}
                traces = works.stages.store.get_records(tries.outputs["traces"], Trace)
                found += [works.encoded(by_id[one.example_id], one.reasoning, one.answer) for one in traces]
            return found

        more: tuple[Any, ...] = (tries.outputs,) if tries else ()
        return Samples(make=make, decided_by=(*before.decided_by, "own tries", *more))

    def student(self, *, own: bool = True) -> StageResult:
        """Return the student after further training; without its own tries, to know what that training alone does."""
        name = "student with own tries" if own else "student trained on"
        samples, train = self.samples(own=own), self.settings.train
        return self.works.fit(
            name, Role.OTHER, self.works.recipe.student, samples, train, start=self.works.student, seed=1
        )


def _right(examples: Sequence[Example], told: Sequence[Answered], tries: int, version: str) -> list[Trace]:
    """Return the shortest right try at each problem."""
    repeated = [one for one in examples for _ in range(tries)]
    grades = grade_all(repeated, [one.answer for one in told])
    found = []
    for number, example in enumerate(examples):
        rows = range(number * tries, (number + 1) * tries)
        right = [row for row in rows if grades[row].correct and told[row].finish == "stop"]
        if right:
            best = min(right, key=lambda row: told[row].tokens)
            found.append(trace_of(example, told[best], "the student itself", version, correct=True))
    return found
