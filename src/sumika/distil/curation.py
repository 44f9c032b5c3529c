"""The s1 experiment: a base model, a thousand examples chosen by three criteria, and a thousand taken at random."""

from functools import cached_property
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.choose import ChooseSettings, diverse
from sumika.distil.grade.grader import grade_all
from sumika.distil.judge import difficulty_of
from sumika.distil.language.generate import Sampling
from sumika.distil.language_data import Scores
from sumika.distil.ledger.ledger import Role
from sumika.distil.recipe import Curation
from sumika.distil.stages import Made, StageContext, StageResult
from sumika.distil.works import LanguageWorks

Criterion = Literal["quality", "difficulty", "diversity"]
CRITERIA: tuple[Criterion, ...] = ("quality", "difficulty", "diversity")
EASY = (1,)
THOUSAND = 1000


class CurationTrial:
    """Trains a base model on easy problems, then the same model on chosen and on random examples.

    Attributes:
        works: The recipe's stages.
        settings: Of the experiment.
    """

    def __init__(self, works: LanguageWorks, settings: Curation) -> None:
        self.works = works
        self.settings = settings

    @cached_property
    def base(self) -> StageResult:
        """The base model: it has read easy problems of every domain and none that takes many steps."""
        worked = self.works.worked(self.settings.base_examples, "base", EASY)
        return self.works.fit("base", Role.COMPARISON, self.works.recipe.student, worked, self.settings.base_train)

    @cached_property
    def reference(self) -> StageResult:
        """A second reference student: another start, half as much reading."""
        worked = self.works.worked(self.settings.base_examples // 2, "reference", EASY)
        shape, train = self.works.recipe.student, self.settings.base_train
        return self.works.fit("reference", Role.JUDGING, shape, worked, train, seed=1)

    @cached_property
    def judged(self) -> NDArray[np.int64]:
        """Candidates that the reference students try: without faults, as many of each domain."""
        quality = self.works.scores(self.works.quality)
        good = np.flatnonzero(quality >= self.works.recipe.choose.least_quality)
        domains = np.array([self.works.candidates[row].domain for row in good])
        rows = diverse(domains, None, min(self.settings.judged, len(good)), self.works.recipe.seed)
        return np.sort(good[rows])

    @cached_property
    def difficulty(self) -> StageResult:
        """What both reference students fail."""
        works = self.works
        models = (self.base, self.reference)

        def work(context: StageContext) -> Made:
            examples = [works.candidates[row] for row in self.judged]
            correct = []
            for number, model in enumerate(models):
                told = works.student_of(model).answer(
                    [one.prompt for one in examples], Sampling(max_tokens=works.recipe.teach.max_tokens)
                )
                correct.append([grade.correct for grade in grade_all(examples, [one.answer for one in told])])
                context.progress(number + 1, len(models))
            difficulty, report = difficulty_of(np.array(correct))
            scores = context.store.put(msgspec.json.encode(Scores(difficulty.score.tolist())))
            facts = {"judged": report.judged, "all_fail": report.all_fail, "all_solve": report.all_solve}
            return Made(outputs={"scores": scores}, facts=facts)

        decided = ([model.outputs for model in models], self.judged.tolist(), works.recipe.teach.max_tokens)
        return works.stages.run("judge difficulty", Role.JUDGING, work, *decided)

    def chosen(self, seed: int, without: tuple[Criterion, ...] = ()) -> StageResult:
        """Return the thousand, by every criterion but those left out."""
        settings = ChooseSettings(count=THOUSAND, without=without, seed=seed)
        return self.works.chosen(settings, self.difficulty, self.judged)

    def random(self, seed: int) -> StageResult:
        """Return a thousand of the cleaned pool at random."""
        return self.works.chosen(ChooseSettings(count=THOUSAND, without=CRITERIA, seed=seed))

    def student(self, name: str, taken: StageResult, seed: int) -> StageResult:
        """Return the score of the base model after a thousand traces."""
        works = self.works
        samples = works.samples_of(taken, works.traced(taken))
        shape, train = works.recipe.student, self.settings.train
        model = works.fit(f"student {name}", Role.COMPARISON, shape, samples, train, start=self.base, seed=seed)
        return works.scored(name, model)
