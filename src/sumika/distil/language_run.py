"""A whole language recipe: what is chosen, the student, and those that it is compared with."""

from functools import cached_property
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil import problems
from sumika.distil.choose import ChooseSettings, diverse
from sumika.distil.grade.grader import grade_all
from sumika.distil.judge import difficulty_of
from sumika.distil.language.generate import Sampling
from sumika.distil.language_data import Scores
from sumika.distil.ledger.ledger import Role
from sumika.distil.recipe import Base, ProblemPool
from sumika.distil.recipe_teachers import DataTeacher
from sumika.distil.records import Example
from sumika.distil.stages import Made, StageContext, StageResult
from sumika.distil.teaching import ask
from sumika.distil.works import LanguageWorks, Samples, together
from sumika.schema import UsageError

Criterion = Literal["quality", "difficulty", "diversity"]
PART, PRACTICE_SEED = 50_000, 7_000_000
CRITERIA: tuple[Criterion, ...] = ("quality", "difficulty", "diversity")


class LanguageRun(LanguageWorks):
    """Chooses, teaches, trains and scores as one recipe says."""

    # What is chosen

    @cached_property
    def base(self) -> StageResult | None:
        """What the student starts from; None for random weights."""
        return self._base("base", 0) if self.recipe.base else None

    @cached_property
    def references(self) -> tuple[StageResult, StageResult]:
        """Two students whose failures say what is difficult: the base, and one with another start and half as much."""
        return self.base or self._base("base", 0), self._base("reference", 1)

    def _base(self, name: str, number: int) -> StageResult:
        base = self.recipe.base
        if base is None:  # a recipe without a base judges by small students of the same problems
            if not isinstance(self.recipe.data, ProblemPool) or self.recipe.student is None:
                raise UsageError(
                    "nobody is there to judge difficulty by",
                    where="choose",
                    remedy="State `base`, or choose without it: without: [difficulty].",
                )
            base = Base(examples=20_000, hardness=problems.HARDNESS, train=self.recipe.train)
        worked = self.worked(base.examples // (1 + number), name, base.hardness)
        role = Role.JUDGING if number else Role.STUDENT
        return self.fit(name, role, self.recipe.student, worked, base.train, seed=number)

    @cached_property
    def judged(self) -> NDArray[np.int64]:
        """Candidates that the reference students try: without faults if quality counts, as many of each domain."""
        choose = self.recipe.choose
        least = -np.inf if "quality" in choose.without else choose.least_quality
        good = np.flatnonzero(self.scores(self.quality) >= least)
        count = min(self.recipe.judged or len(good), len(good))
        domains = np.array([self.candidates[row].domain for row in good])
        return np.sort(good[diverse(domains, None, count, self.recipe.seed)])

    @cached_property
    def difficulty(self) -> StageResult:
        """What both reference students fail."""
        models = self.references

        def work(context: StageContext) -> Made:
            examples = [self.candidates[row] for row in self.judged]
            correct = []
            for number, model in enumerate(models):
                told = self.answers(model, examples, sampling=Sampling(max_tokens=self.recipe.teach.max_tokens))
                correct.append([grade.correct for grade in grade_all(examples, [one.answer for one in told])])
                context.progress(number + 1, len(models))
            difficulty, report = difficulty_of(np.array(correct))
            scores = context.store.put(msgspec.json.encode(Scores(difficulty.score.tolist())))
            facts = {"judged": report.judged, "all_fail": report.all_fail, "all_solve": report.all_solve}
            return Made(outputs={"scores": scores}, facts=facts)

        decided = ([model.outputs for model in models], self.judged.tolist(), self.recipe.teach.max_tokens)
        return self.stages.run("judge difficulty", Role.JUDGING, work, *decided)

    def taken(self, *, seed: int = 0, without: tuple[Criterion, ...] = ()) -> StageResult:
        """Return what is traced: chosen by every criterion of the recipe but those left out."""
        settings = self.recipe.choose
        left_out = tuple(one for one in CRITERIA if one in (*settings.without, *without))
        settings = msgspec.structs.replace(settings, without=left_out, seed=settings.seed + seed)
        if "difficulty" in left_out:
            return self.chosen(settings)
        return self.chosen(settings, self.difficulty, self.judged)

    def random(self, *, seed: int = 0) -> StageResult:
        """Return as many of the cleaned pool at random."""
        settings = self.recipe.choose
        return self.chosen(ChooseSettings(count=settings.count, without=CRITERIA, seed=settings.seed + seed))

    @cached_property
    def practice(self) -> list[StageResult]:
        """Problems that are written for the purpose, in parts; none where the recipe wants none."""
        data = self.recipe.data
        wanted = data.practice if isinstance(data, ProblemPool) else 0
        return [
            self._practice(number, min(PART, wanted - first)) for number, first in enumerate(range(0, wanted, PART))
        ]

    def _practice(self, number: int, size: int) -> StageResult:
        assert isinstance(self.recipe.data, ProblemPool)  # nobody else has practice
        domains, seed = self.recipe.data.domains, PRACTICE_SEED + self.recipe.seed * 1000 + number

        def work(context: StageContext) -> Made:
            pool = context.store.get_records(self.pool.outputs["pool"], Example)
            without = {one.prompt for one in (*pool, *self.evaluation)}
            drawn = problems.even(size, seed, without=without, domains=domains)
            return Made(outputs={"examples": context.store.put_records(drawn)}, facts={"problems": size})

        return self.stages.run(f"practice {number + 1}", Role.CHOOSING, work, size, seed, domains, self.pool.outputs)

    # Who is trained

    def student_after(
        self, name: str, taken: StageResult, *, reasoning: bool = True, role: Role = Role.COMPARISON, seed: int = 0
    ) -> StageResult:
        """Return the student after the traces, or the bare answers, of some examples."""
        parts = [self.samples_of(one, self.traced(one), reasoning=reasoning) for one in (taken, *self.practice)]
        base = self.recipe.base
        if base is not None and base.rehearse:
            parts.append(self.worked(base.rehearse, "base", base.hardness))
        samples = parts[0] if len(parts) == 1 else together(parts)
        return self.trained(name, samples, role=role, seed=seed, soft=reasoning)

    def trained(
        self, name: str, samples: Samples, *, role: Role = Role.COMPARISON, seed: int = 0, soft: bool = False
    ) -> StageResult:
        """Return the student after some samples, begun where the recipe says; with `soft` see `fit`."""
        shape, train = self.recipe.student, self.recipe.train
        return self.fit(name, role, shape, samples, train, start=self.base, seed=seed, soft=soft)

    @cached_property
    def student(self) -> StageResult:
        """The student that is kept."""
        return self.student_after("student", self.taken(), role=Role.STUDENT)

    @cached_property
    def without(self) -> StageResult:
        """The student without distillation: its base; or, from scratch, after bare answers to the same examples."""
        if self.base is not None:
            return self.base
        return self.student_after("student of answers alone", self.taken(), reasoning=False)

    @cached_property
    def random_student(self) -> StageResult:
        """The student after as many examples taken at random."""
        return self.student_after("student of random examples", self.random())

    @cached_property
    def models(self) -> dict[str, StageResult]:
        """Every model of this machine that is compared, by name; the teacher first."""
        _ = self.quality  # unfit data are refused in seconds, before anything is trained
        found = {"teacher": self.teacher} if self.teacher else {}
        found["student"] = self.student
        if "without" in self.recipe.compare:
            found["without distillation"] = self.without
        if "random" in self.recipe.compare:
            found[f"random {self.recipe.choose.count}"] = self.random_student
        return found

    @cached_property
    def marks(self) -> dict[str, dict[str, int]]:
        """Right or wrong, problem by problem, of everybody who is compared; the teacher first if it can be asked."""
        found: dict[str, dict[str, int]] = {}
        if self.teacher is None and self.recipe.score_teacher and not isinstance(self.recipe.teacher, DataTeacher):
            found["teacher"] = self.correct(self._asked_teacher())
        return found | {name: self.correct(self.scored(name, model)) for name, model in self.models.items()}

    def _asked_teacher(self) -> StageResult:
        """Let a teacher that is not trained here answer the evaluation set; what it does not answer is wrong."""

        def work(context: StageContext) -> Made:
            journals = self.stages.store.folder / "journals"
            traces, report = ask(self.recipe.teacher, self.evaluation, journals, context.progress, context.add)
            right = {one.example_id for one in traces if one.correct}
            marks = {example.id: int(example.id in right) for example in self.evaluation}
            facts = {"share": float(np.mean(list(marks.values()))), "report": report.lines()}
            return Made(outputs={"correct": context.store.put(msgspec.json.encode(marks))}, facts=facts)

        return self.stages.run("evaluate teacher", Role.EVALUATION, work, *self.asked_teacher, self.pool.outputs)
