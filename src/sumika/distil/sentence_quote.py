"""What a recipe for a reader of sentences will take, predicted from some seconds of its very work on this machine."""

from collections.abc import Callable

import msgspec
import numpy as np

from sumika.distil.array_finish import one_thread
from sumika.distil.array_rates import once
from sumika.distil.ledger.calibrate import Rate, measure_rate
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.quote import Quote, StageEstimate, counted_work
from sumika.distil.networks.reader import ReaderShape, build_reader, flops_per_place
from sumika.distil.sentence_data import Coded, coded
from sumika.distil.sentence_finish import SentenceFinish
from sumika.distil.sentence_fit import FORWARD_AND_BACKWARD, SentenceFitSettings, answers_of, fit_reader
from sumika.distil.sentence_recipe import ReaderTeacher
from sumika.distil.sentence_scores import readings_of

SECONDS = 4.0
FEW = 2000


class SentenceQuote:
    """Predicts a recipe's stages.

    Attributes:
        works: The recipe. Its sentences are made, which is then done; nothing else of it is run.

    Each training is measured for `seconds`, everything on a `few` of the sentences.
    """

    def __init__(
        self,
        works: SentenceFinish,
        say: Callable[[str], None] = lambda line: None,
        *,
        seconds: float = SECONDS,
        few: int = FEW,
    ) -> None:
        self.works, self._say, self._seconds, self._few = works, say, seconds, few
        self.prices = works.stages.prices
        self._stages: list[StageEstimate] = []

    def quote(self) -> Quote:
        """Measure, calculate, and return the quote.

        Raises:
            SumikaError: if the sentences cannot be made.
        """
        self.works.check_licence()
        self._say("making the sentences ...")
        recipe, works = self.works.recipe, self.works
        count = len(works.learnt)
        few = coded(works.learnt[: self._few], works.table, works.coding)
        with one_thread():
            if recipe.teacher is not None:
                self._teacher(recipe.teacher, few)
            self._say("measuring the student's training ...")
            rate = self._training(recipe.student, recipe.train, few)
            for number in range(1 + len(recipe.partners)):
                name = f"student {number + 1}" if number else "student"
                self._fit(name, Role.STUDENT, recipe.student, recipe.train, count, rate)
            names = (*(() if recipe.teacher is None else ("without teacher",)), *recipe.compare)
            for name in names:
                self._fit(f"student {name}", Role.COMPARISON, recipe.student, recipe.train, count, rate)
            read = self._reading(recipe.student, few)
            readers = len(names) + 3 + 2 * len(recipe.partners)
            self._add("evaluate", Role.EVALUATION, readers * len(works.scored), "readings", read)
        return Quote(name=recipe.name, stages=tuple(self._stages), prices=self.prices.values())

    def _teacher(self, teacher: ReaderTeacher, few: Coded) -> None:
        self._say("measuring the teacher's training ...")
        count = len(self.works.learnt)
        rate = self._training(teacher.network, teacher.train, few)
        for number in range(teacher.members):
            self._fit(f"teacher {number + 1}", Role.TEACHER, teacher.network, teacher.train, count, rate)
        asked = teacher.members * (count + len(self.works.scored))
        self._add("teacher answers", Role.TEACHER, asked, "sentences", self._answering(teacher.network, few))

    def _add(self, stage: str, role: Role, units: int, unit: str, rate: Rate, flops: float = 0.0) -> None:
        made = counted_work(
            stage, units=units, unit=unit, flops_per_unit=flops, speed=rate, prices=self.prices, role=role
        )
        self._stages.append(made)

    def _fit(
        self, stage: str, role: Role, shape: ReaderShape, settings: SentenceFitSettings, count: int, rate: Rate
    ) -> None:
        places = float(self.works.lessons.lengths.mean())
        each = FORWARD_AND_BACKWARD * flops_per_place(shape, self.works.outputs) * places
        self._add(stage, role, settings.epochs * count, "sentences", rate, each)

    def _training(self, shape: ReaderShape, settings: SentenceFitSettings, few: Coded) -> Rate:
        works = self.works
        one = msgspec.structs.replace(settings, epochs=1)
        rows = _part(few, 10 * settings.batch)

        def step() -> float:
            network = build_reader(shape, works.coding.size, works.outputs, 0)
            fit_reader(network, rows, one, seed=0)
            return float(len(rows))

        return measure_rate(step, seconds=self._seconds, warm_up=1, least=2)

    def _answering(self, shape: ReaderShape, few: Coded) -> Rate:
        network = build_reader(shape, self.works.coding.size, self.works.outputs, 0)
        return once(lambda: answers_of(network, few)).rate(len(few))

    def _reading(self, shape: ReaderShape, few: Coded) -> Rate:
        works = self.works
        network = build_reader(shape, works.coding.size, works.outputs, 0)
        answers = answers_of(network, few)
        return once(lambda: readings_of(works.learnt[: len(few)], few, answers, works.reading)).rate(len(few))


def _part(few: Coded, count: int) -> Coded:
    rows = np.arange(min(count, len(few)))
    last = few.starts[rows[-1] + 1]
    return Coded(
        codes=few.codes[:last],
        rare=few.rare[:last],
        marks=few.marks[:last],
        starts=few.starts[: len(rows) + 1],
        intent=few.intent[rows],
        statistic=few.statistic[rows],
    )
