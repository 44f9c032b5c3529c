"""What an array recipe will take, predicted from some seconds of its very work on this machine."""

import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.array_branch import Branch
from sumika.distil.array_costs import REPEATS, TIMED_ANSWERS, network_cost
from sumika.distil.array_described import DISTURBED, LEARNT_FROM
from sumika.distil.array_files import NAMES, WholeStudent, write_form
from sumika.distil.array_finish import CALIBRATION, MOST_COMPARED, ArrayFinish, c_mismatches, one_thread
from sumika.distil.array_rates import (
    ANSWERING_S,
    SECONDS,
    answering_rate,
    boosting_once,
    once,
    reference_rate,
    training_rate,
    untrained_model,
)
from sumika.distil.array_recipe import BoostedTeacher
from sumika.distil.choose import choose_arrays
from sumika.distil.clean import clean_arrays
from sumika.distil.export.integer import forward_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.judge import judge_signals
from sumika.distil.ledger.calibrate import Rate
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.quote import Quote, StageEstimate, counted_work
from sumika.distil.networks.augment import Augmentation
from sumika.distil.networks.fit import FORWARD_AND_BACKWARD, FitSettings
from sumika.distil.networks.layers import flops
from sumika.distil.networks.presets import Preset, layers_of
from sumika.distil.networks.scores import METRICS, gain, score_classes, score_values
from sumika.distil.records import ArraySet, Spent

CHOSEN_FROM = 2000
TRIED = 5
"""Forms in which a student is tried: inputs as they are, and disturbed in four ways."""
FEW_ASKED = 20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """So many times the same work.

    Attributes:
        units: How many.
        unit: Of what.
        rate: How fast that goes.
        flops_per_unit: Operations that the ledger will count.
    """

    units: int
    unit: str
    rate: Rate
    flops_per_unit: float = 0.0


class ArrayQuote:
    """Predicts a recipe's stages.

    Attributes:
        works: The recipe. Its data are read and cleaned, which is then done; nothing else of it is run.

    Each training is measured for `seconds`, or as long as it takes itself where that is shorter.
    """

    def __init__(
        self, works: ArrayFinish, say: Callable[[str], None] = lambda line: None, *, seconds: float = SECONDS
    ) -> None:
        self.works, self.recipe = works, works.recipe
        self.prices = works.stages.prices
        self._say, self._seconds, self._answering_s = say, seconds, min(seconds, ANSWERING_S)
        self._stages: list[StageEstimate] = []

    def quote(self) -> Quote:
        """Measure, calculate, and return the quote.

        Raises:
            SumikaError: if the data are not there or cannot be left out in parts, before anything is trained.
        """
        self.works.check_licence()
        minutes = self.works.reading_takes_s / 60.0
        self._say("reading the data ..." if minutes < 1.0 else f"making the data: some {minutes:.0f} core-minutes ...")
        branches = [*self.works.branches, self.works.final]
        with one_thread():
            self._before()
            for branch in branches:
                self._branch(branch)
            self._say("measuring exports and scores ...")
            self._ends()
        return Quote(name=self.recipe.name, stages=tuple(self._stages), prices=self.prices.values())

    # What is measured, once each

    @property
    def _arrays(self) -> ArraySet:
        return self.works.arrays

    @cached_property
    def _outputs(self) -> int:
        return self.works.final.outputs

    @cached_property
    def _taught(self) -> ArraySet:
        """What a branch learns from, more or less: the rates are measured on it."""
        known = self._arrays.take(self.works.branches[0].known_rows)
        return known.take(np.arange(self._rows_of(len(known))))

    def _rows_of(self, known: int) -> int:
        choose = self.recipe.choose
        return known if choose is None else min(known, choose.count)

    @cached_property
    def _cleaning(self) -> dict[bool, Rate]:
        """Rows cleaned per second: with groups left out, against which they are held, and without."""
        found = {}
        first, final = self.works.branches[0], self.works.final
        for branch in (first, final):
            known = self._arrays.take(branch.known_rows)
            tests = {"held out": self._arrays.take(branch.test_rows)} if len(branch.test_rows) else {}
            took = once(partial(clean_arrays, known, tests, self.recipe.clean))
            found[bool(tests)] = took.rate(len(known))
        return found

    @cached_property
    def _student_settings(self) -> FitSettings:
        """How a student with a teacher is trained; views are made and labelled before."""
        train, views = self.recipe.train, self.recipe.teacher.views
        if views == 1:
            return train
        return msgspec.structs.replace(train, augment=Augmentation(), epochs=train.epochs // views)

    @cached_property
    def _student_rates(self) -> tuple[Rate, Rate]:
        """Steps per second of the student, without rounding to 8 bits and with it."""
        self._say("measuring the student's training ...")
        return self._training_rates(self.recipe.student, self._student_settings, taught=True)

    @cached_property
    def _plain_rates(self) -> tuple[Rate, Rate]:
        """The same of the student without a teacher."""
        return self._training_rates(self.recipe.student, self.recipe.train, taught=False)

    def _training_rates(self, preset: Preset, settings: FitSettings, *, taught: bool) -> tuple[Rate, Rate]:
        def measured(*, rounded: bool) -> Rate:
            return training_rate(
                preset, settings, self._taught, self._outputs, rounded=rounded, taught=taught, seconds=self._seconds
            )

        plain = measured(rounded=False)
        return plain, measured(rounded=True) if settings.int8_epochs else plain

    @cached_property
    def _teacher_rates(self) -> tuple[Rate, Rate]:
        """Steps per second of a member; of trees, rounds."""
        self._say("measuring the teacher's training ...")
        teacher = self.recipe.teacher
        if isinstance(teacher, BoostedTeacher):
            rate = boosting_once(teacher.trees, self._taught, self._outputs).rate(teacher.trees.rounds)
            return rate, rate
        return self._training_rates(teacher.network, teacher.train, taught=False)

    # Stages

    def _add(self, stage: str, role: Role, *parts: Part) -> None:
        estimates = [
            counted_work(
                stage,
                units=one.units,
                unit=one.unit,
                flops_per_unit=one.flops_per_unit,
                speed=one.rate,
                prices=self.prices,
                role=role,
            )
            for one in parts
            if one.units
        ]
        spent = sum((one.spent for one in estimates), start=Spent())
        arithmetic = tuple(line for one in estimates for line in one.arithmetic)
        self._stages.append(StageEstimate(stage=stage, role=role, spent=spent, arithmetic=arithmetic))

    def _before(self) -> None:
        """What the teacher's networks learn first, once for all branches."""
        before, teacher = self.works.pretrained, self.recipe.teacher
        if before is None or isinstance(teacher, BoostedTeacher):
            return
        train, rows, outputs = before.settings.train, len(before.arrays), before.outputs
        for number in range(teacher.members):
            parts = self._training(teacher.network, train, rows, self._teacher_rates, outputs)
            self._add(f"pretraining {number + 1}", Role.TEACHER, *parts)
        if before.settings.student:
            student = self._training(self.recipe.student, train, rows, self._plain_rates, outputs)
            self._add("pretraining of the student", Role.STUDENT, *student)

    def _branch(self, branch: Branch) -> None:
        def add(stage: str, role: Role, *parts: Part) -> None:
            name = f"{branch.name}: {stage}" if branch.name else stage
            self._add(name, Role.EVALUATION if branch.name else role, *parts)

        known, tests = len(branch.known_rows), len(branch.test_rows)
        add("clean", Role.CHOOSING, Part(units=known, unit="rows", rate=self._cleaning[bool(tests)]))
        choose = self.recipe.choose
        if choose is not None:
            if "difficulty" in choose.criteria:
                trained = self._training(self.recipe.student, self.recipe.train, known, self._plain_rates)
                times = self.recipe.references  # each learns from one half, then from the other
                add("judge difficulty", Role.JUDGING, *(_times(part, times) for part in trained))
            add("choose", Role.CHOOSING, Part(units=known, unit="rows", rate=self._choosing))
        rows = self._rows_of(known)
        for number in range(self.recipe.teacher.members):
            add(f"teacher {number + 1}", Role.TEACHER, *self._member(rows, tests))
        views = rows * self.recipe.teacher.views
        student = self._training(self.recipe.student, self._student_settings, views, self._student_rates)
        add("student", Role.STUDENT, *student)
        if branch.name:
            plain = self._training(self.recipe.student, self.recipe.train, rows, self._plain_rates)
            add("student without teacher", Role.COMPARISON, *plain)

    def _training(
        self, preset: Preset, settings: FitSettings, rows: int, rates: tuple[Rate, Rate], outputs: int | None = None
    ) -> tuple[Part, ...]:
        learnt = rows * (1 - settings.validation_share)
        per_epoch = -(-round(learnt) // settings.batch)
        operations = flops(layers_of(preset, outputs or self._outputs), self._arrays.x.shape[1:])
        each = FORWARD_AND_BACKWARD * operations * learnt / max(per_epoch, 1)
        rounded = min(settings.int8_epochs, settings.epochs)
        plain = (settings.epochs - rounded) * per_epoch
        return (
            Part(units=plain, unit="steps", rate=rates[0], flops_per_unit=each),
            Part(units=rounded * per_epoch, unit="steps in 8 bits", rate=rates[1], flops_per_unit=each),
        )

    def _member(self, rows: int, tests: int) -> tuple[Part, ...]:
        teacher, members = self.recipe.teacher, self.recipe.teacher.members
        apart = teacher.labels == "out-of-fold"
        labelled, learnt = (rows // members, rows - rows // members) if apart else (rows, rows)
        if isinstance(teacher, BoostedTeacher):
            # A round's time is that of its rows.
            rounds = round(teacher.trees.rounds * learnt / max(len(self._taught), 1))
            return (Part(units=rounds, unit="rounds", rate=self._teacher_rates[0]),)
        return (
            *self._training(teacher.network, teacher.train, learnt, self._teacher_rates),
            Part(units=labelled * teacher.views, unit="examples labelled", rate=self._teacher_answers),
            Part(units=tests, unit="examples left out", rate=self._teacher_reference),
        )

    @cached_property
    def _choosing(self) -> Rate:
        """Rows judged and chosen from per second."""
        assert self.recipe.choose is not None
        settings = self.recipe.choose
        known = self._arrays.take(self.works.branches[0].known_rows)
        few = known.take(np.arange(min(CHOSEN_FROM, len(known))))
        wanted = max(1, round(len(few) * self._rows_of(len(known)) / len(known)))
        settings = msgspec.structs.replace(settings, count=wanted)

        def chosen() -> None:
            quality, _ = judge_signals(few, self.recipe.quality)
            scores = np.linspace(0, 1, len(few)) if "difficulty" in settings.criteria else None
            choose_arrays(few, quality.score, scores, settings)

        return once(chosen).rate(len(few))

    @cached_property
    def _teacher_answers(self) -> Rate:
        assert not isinstance(self.recipe.teacher, BoostedTeacher)
        network = self.recipe.teacher.network
        return answering_rate(network, self._taught, self._outputs, seconds=self._answering_s)

    @cached_property
    def _teacher_reference(self) -> Rate:
        assert not isinstance(self.recipe.teacher, BoostedTeacher)
        model = untrained_model(self.recipe.teacher.network, self._taught, self._outputs)
        return reference_rate(model, self._taught, seconds=self._answering_s)

    # What comes after the training

    def _ends(self) -> None:
        total, folds = len(self._arrays), len(self.works.branches)
        model = untrained_model(self.recipe.student, self._taught, self._outputs)
        few = self._taught.take(np.arange(min(CALIBRATION, len(self._taught))))
        whole = WholeStudent(
            network=quantise(model.layers, model.weights, few.x, few.mask, inputs=model.inputs), classes=model.classes
        )
        rounding = once(lambda: quantise(model.layers, model.weights, few.x, few.mask, inputs=model.inputs))
        scoring = once(self._score)
        answering = reference_rate(model, self._taught, seconds=self._answering_s)
        evaluated = (
            Part(units=2 * total, unit="answers", rate=answering),
            Part(units=len(METRICS), unit="comparisons", rate=scoring.rate(1)),
        )
        self._add("evaluate", Role.EVALUATION, *evaluated)

        def exported() -> None:
            with tempfile.TemporaryDirectory(prefix="sumika-quote-") as name:
                for form in self.recipe.export:
                    write_form(form, Path(name) / NAMES[form], model, whole)

        forms = Part(units=1, unit="export", rate=once(exported).rate(1))
        self._add("export", Role.STUDENT, Part(units=1, unit="rounding", rate=rounding.rate(1)), forms)
        self._eight_bits(whole, folds, rounding.rate(1), scoring.rate(1))
        self._timed_answers()

    def _score(self) -> None:
        """Score as often as one comparison of three with each other does."""
        arrays = self._arrays
        random = np.random.default_rng(0)
        if arrays.y.dtype != np.int64:
            score_values(np.asarray(arrays.y, np.float32), np.asarray(arrays.y, np.float32), arrays.group)
            return
        y = np.asarray(arrays.y, np.int64)
        guess = random.integers(0, self._outputs, len(y))
        score_classes(y, guess, arrays.group, self._outputs)
        for _ in range(2):
            gain(y, guess, y, arrays.group, self._outputs)

    def _eight_bits(self, whole: WholeStudent, folds: int, rounding: Rate, scoring: Rate) -> None:
        total = len(self._arrays)
        few = self._arrays.take(np.arange(min(256, total)))
        answering = once(lambda: forward_int8(whole.network, few.x, few.mask)).rate(len(few))
        parts = [
            Part(units=folds + 1, unit="roundings", rate=rounding),
            Part(units=total, unit="answers in 8 bits", rate=answering),
            Part(units=2, unit="comparisons", rate=scoring),
        ]
        if shutil.which("gcc") or shutil.which("cc"):
            compared = self._arrays.take(np.arange(min(MOST_COMPARED, total)))
            compiled = once(lambda: c_mismatches(whole, compared))
            parts.append(Part(units=1, unit="compilation and comparison", rate=compiled.rate(1)))
        self._add("evaluate int8", Role.EVALUATION, *parts)
        asked = total + (folds + 1) * LEARNT_FROM + TRIED * DISTURBED
        described = (
            Part(units=folds + 1, unit="roundings", rate=rounding),
            Part(units=asked, unit="answers in 8 bits", rate=answering),
            Part(units=TRIED, unit="comparisons", rate=scoring),
        )
        self._add("describe", Role.EVALUATION, *described)

    def _timed_answers(self) -> None:
        teacher, watts = self.recipe.teacher, self.prices.values()["cpu_core_w"]
        asked = self._taught.take(np.arange(min(FEW_ASKED, len(self._taught))))
        parts = []
        presets = [self.recipe.student] * 2  # in floats, and in 8 bits
        if isinstance(teacher, BoostedTeacher):
            rate = self._teacher_rates[0]
            parts.append(Part(units=teacher.trees.rounds + REPEATS, unit="rounds", rate=rate))
        else:
            presets += [teacher.network] * teacher.members
        models = [untrained_model(preset, self._taught, self._outputs) for preset in presets]
        took = once(lambda: network_cost(models, asked, core_w=watts))
        count = min(TIMED_ANSWERS, len(self._taught))
        parts.append(Part(units=count, unit="answers", rate=took.rate(len(asked))))
        self._add("time answers", Role.EVALUATION, *parts)


def _times(part: Part, times: int) -> Part:
    return msgspec.structs.replace(part, units=part.units * times)
