"""The stages of an array recipe, and what they show: teacher, student, and the same student without its teacher."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_branch import Branch
from sumika.distil.array_pretraining import Pretrained
from sumika.distil.array_rating import Rated, Rating, Truth
from sumika.distil.array_recipe import (
    ArrayRecipe,
    BoostedTeacher,
    FileData,
    NetworkTeacher,
    SlowSource,
    Source,
    SourceData,
)
from sumika.distil.calibration import CALIBRATED
from sumika.distil.clean import clean_arrays
from sumika.distil.compare import Interval
from sumika.distil.judge import judge_signals
from sumika.distil.ledger.ledger import Role
from sumika.distil.networks.kept import ArrayModel
from sumika.distil.networks.layers import flops
from sumika.distil.networks.scores import METRICS, ClassScores, ValueScores, gain, score_classes, score_values
from sumika.distil.networks.tallies import MetricName
from sumika.distil.pool import PoolError, read_arrays
from sumika.distil.records import ArraySet
from sumika.distil.stages import Made, StageContext, StageResult, Stages
from sumika.distil.store_arrays import kept_arrays, put_arrays
from sumika.schema import UsageError

Array = NDArray[np.float32]
TEACHER, STUDENT, PLAIN = "teacher", "student", "student without teacher"
FEW_GROUPS = 8


class ArrayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has shown, on groups (people, rooms, sessions) that nobody had learnt from.

    Attributes:
        recipe: Its name.
        scores: Of the teacher, the student, and the student without a teacher; of classes or of values.
        over_plain: Accuracy, macro F1 and kappa of the student, each minus that of the same student without a teacher,
            paired by group; empty for values.
        over_teacher: The same against the teacher.
        teacher_parameters: Of one ensemble; of trees their nodes, at most.
        student_parameters: Of the student.
        parameter_ratio: Teacher's over student's.
        student_flops: Of one answer.
        notes: What must be known to read the figures.
        metric: The recipe's score; "error" for values.
        rated: Everybody in that score, calibrated.
        kept: Share of the teacher's score that the student keeps; of errors, the teacher's over the student's.
        gained: By how much the student's score is better than without a teacher.
    """

    recipe: str
    scores: dict[str, ClassScores | ValueScores]
    over_plain: dict[str, Interval]
    over_teacher: dict[str, Interval]
    teacher_parameters: int
    student_parameters: int
    parameter_ratio: float
    student_flops: int
    notes: tuple[str, ...] = ()
    metric: MetricName = "accuracy"
    rated: dict[str, Rated] = {}
    kept: Interval | None = None
    gained: Interval | None = None


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """Of the rows that were left out in their turn, in the order of the rows."""

    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    by: dict[str, Array]


class ArrayWorks:
    """One recipe over one store.

    Attributes:
        recipe: What is wanted.
        stages: Runs the stages.
        sources: Recordings by name.
    """

    def __init__(self, recipe: ArrayRecipe, stages: Stages, sources: Mapping[str, Source] | None = None) -> None:
        self.recipe, self.stages = recipe, stages
        self.sources: Mapping[str, Source] = sources or {}

    @cached_property
    def pool(self) -> StageResult:
        """Every example."""
        data = self.recipe.data
        if isinstance(data, FileData):
            pool = data.pool

            def work(context: StageContext) -> Made:
                arrays, report = read_arrays(pool)
                _refuse_without_labels(arrays, pool.path)
                facts = {"bad_rows": report.bad, "notes": list(report.notes)}
                return Made(outputs=put_arrays(context, arrays), facts={"rows": len(arrays), **facts})

            return self.stages.run("pool", Role.CHOOSING, work, data, _files_digest(Path(pool.path)))
        source = self._source(data, "data.name")

        def read(context: StageContext) -> Made:
            arrays = source.read(data.options)
            return Made(outputs=put_arrays(context, arrays), facts={"rows": len(arrays)})

        return self.stages.run("pool", Role.CHOOSING, read, data, source.fingerprint())

    @cached_property
    def judged(self) -> StageResult:
        """The examples without duplicates and without faults."""
        recipe, pool = self.recipe, self.pool

        def work(context: StageContext) -> Made:
            arrays, cleaned = clean_arrays(kept_arrays(self.stages, pool), {}, recipe.clean)
            quality, report = judge_signals(arrays, recipe.quality)
            good = arrays.take(quality.score >= recipe.least_quality)
            facts: dict[str, Any] = {"rows": cleaned.rows, "duplicates": cleaned.rows - cleaned.kept}
            facts |= {"faults": dict(report.faults), "kept": len(good), "groups": len(np.unique(good.group))}
            return Made(outputs=put_arrays(context, good), facts=facts)

        decided = (recipe.clean, recipe.quality, recipe.least_quality, pool.outputs)
        return self.stages.run("clean and judge", Role.JUDGING, work, *decided)

    @cached_property
    def arrays(self) -> ArraySet:
        """The examples that teacher and student may see."""
        return kept_arrays(self.stages, self.judged)

    @cached_property
    def branches(self) -> list[Branch]:
        """One for each part of the groups, which it leaves out."""
        _ = self.metric  # one that the data do not have is told before anything is trained
        groups = np.unique(self.arrays.group)
        folds = self.recipe.evaluate.folds or len(groups)
        if not 2 <= folds <= len(groups):
            raise UsageError(
                f"{len(groups)} groups cannot be left out in {folds} parts",
                where="evaluate.folds",
                remedy=f"Say 2 to {len(groups)}; data of a single group cannot be evaluated honestly.",
            )
        order = np.random.default_rng(self.recipe.seed).permutation(groups)
        parts = [tuple(sorted(part.tolist())) for part in np.array_split(order, folds)]
        return [self._branch(f"fold {number} of {folds}", part) for number, part in enumerate(parts, 1)]

    @cached_property
    def final(self) -> Branch:
        """The branch of the student that is kept: it knows every group."""
        return self._branch("", ())

    @cached_property
    def model(self) -> ArrayModel:
        """The student that is kept."""
        return self.final.model(self.final.student)

    @cached_property
    def said(self) -> _Said:
        """What everybody says of each group, having learnt from the others."""
        by: dict[str, list[Array]] = {TEACHER: [], STUDENT: [], PLAIN: []}
        for branch in self.branches:
            by[TEACHER].append(branch.teacher_said)
            by[STUDENT].append(branch.said(branch.student))
            by[PLAIN].append(branch.said(branch.plain))
        rows = np.concatenate([branch.test_rows for branch in self.branches])
        fold = np.repeat(np.arange(len(self.branches)), [len(branch.test_rows) for branch in self.branches])
        return _Said(rows=rows, fold=fold, by={name: np.concatenate(parts) for name, parts in by.items()})

    @cached_property
    def evaluated(self) -> StageResult:
        """The scores, as facts."""
        decided = [
            [branch.teacher_parameters, branch.student.outputs, branch.plain.outputs] for branch in self.branches
        ]
        members = [[one.outputs for one in branch.members] for branch in self.branches]
        final = self.final.student.outputs

        def work(context: StageContext) -> Made:
            said = self.said
            report = self._report(said)
            kept = context.store.put_arrays({"rows": said.rows, "fold": said.fold, **said.by})
            return Made(outputs={"said": kept}, facts={"report": msgspec.to_builtins(report)})

        return self.stages.run("evaluate", Role.EVALUATION, work, decided, members, final, self.recipe, CALIBRATED)

    @cached_property
    def report(self) -> ArrayReport:
        """What the run has shown."""
        return msgspec.convert(self.evaluated.facts["report"], ArrayReport)

    @cached_property
    def pretrained(self) -> Pretrained | None:
        """What the teacher's networks learn first; None if the recipe asks for nothing."""
        recipe = self.recipe
        if recipe.pretrain is None or not isinstance(recipe.teacher, NetworkTeacher):
            return None
        source = self._source(recipe.pretrain.data, "pretrain.data.name")
        shape = self.arrays.x.shape[1:]
        return Pretrained(recipe.pretrain, recipe.teacher, source, self.stages, seed=recipe.seed, shape=shape)

    def _source(self, data: SourceData, where: str) -> Source:
        if data.name not in self.sources:
            known = ", ".join(sorted(self.sources)) or "none"
            raise UsageError(f"no recordings '{data.name}'", where=where, remedy=f"There are: {known}.")
        return self.sources[data.name]

    @property
    def reading_takes_s(self) -> float:
        """About how long the data take to come by, in seconds of a core; 0 where that is not long."""
        data = self.recipe.data
        source = None if isinstance(data, FileData) else self._source(data, "data.name")
        return source.takes_s(data.options) if isinstance(source, SlowSource) and isinstance(data, SourceData) else 0.0

    def _branch(self, name: str, held_out: tuple[str, ...]) -> Branch:
        return Branch(self.recipe, self.stages, self.arrays, self.judged.outputs, name, held_out, self.pretrained)

    @property
    def metric(self) -> MetricName:
        """The score that keep and gain are told in.

        Raises:
            UsageError: if the recipe names one that its data do not have.
        """
        wanted, is_classes = self.recipe.evaluate.metric, self.final.is_classes
        if not wanted:
            return "accuracy" if is_classes else "error"
        if (wanted == "error") == is_classes or (wanted == "auc" and self.final.outputs != 2):
            have = "classes" if is_classes else "values"
            raise UsageError(
                f"'{wanted}' is no score of {self.final.outputs} {have}",
                where="evaluate.metric",
                remedy="Take accuracy, macro_f1 or kappa for classes, auc for two of them, error for values.",
            )
        return wanted

    def truth(self, rows: NDArray[np.int64], fold: NDArray[np.int64]) -> Truth:
        """Return what is true of rows that were left out in their turn, each with its fold."""
        arrays = self.arrays
        return Truth(y=arrays.y[rows], group=arrays.group[rows], fold=fold, outputs=self.final.outputs)

    def _report(self, said: _Said) -> ArrayReport:
        arrays = self.arrays.take(said.rows)
        rating = Rating(self.metric, self.truth(said.rows, said.fold), said.by)
        branch = self.branches[0]
        scores: dict[str, ClassScores | ValueScores] = {}
        over: dict[str, dict[str, Interval]] = {TEACHER: {}, PLAIN: {}}
        if arrays.y.dtype == np.int64:
            y = np.asarray(arrays.y, np.int64)
            guess = {name: np.asarray(outputs.argmax(axis=1), np.int64) for name, outputs in said.by.items()}
            classes = branch.outputs
            scores = {name: score_classes(y, one, arrays.group, classes) for name, one in guess.items()}
            for name in over:
                pair = guess[STUDENT], guess[name]
                over[name] = {kind: gain(y, *pair, arrays.group, classes, of) for kind, of in METRICS.items()}
        else:
            truth = np.asarray(arrays.y, np.float32)
            scores = {name: score_values(truth, one, arrays.group) for name, one in said.by.items()}
        student = self.model
        return ArrayReport(
            recipe=self.recipe.name,
            scores=scores,
            over_plain=over[PLAIN],
            over_teacher=over[TEACHER],
            teacher_parameters=branch.teacher_parameters,
            student_parameters=student.parameters,
            parameter_ratio=branch.teacher_parameters / student.parameters,
            student_flops=flops(student.layers, student.shape),
            notes=self._notes(),
            metric=rating.metric,
            rated={name: rating.rated(name) for name in said.by},
            kept=rating.kept(STUDENT, TEACHER),
            gained=rating.gain(STUDENT, PLAIN),
        )

    def _notes(self) -> tuple[str, ...]:
        groups = len(np.unique(self.arrays.group))
        notes = [
            f"{groups} groups; teacher and students are scored on groups that neither they nor any choice has seen"
        ]
        if groups < FEW_GROUPS:
            notes.append(f"{groups} groups are few: the intervals are narrower than the truth")
        if self.pretrained is not None:
            before = self.pretrained
            notes.append(
                f"the teacher has first learnt from {len(before.arrays)} examples of {before.settings.data.name}"
            )
        if isinstance(self.recipe.teacher, BoostedTeacher):
            notes.append("the teacher's parameters are the nodes of its trees, at most")
        return tuple(notes)


def _files_digest(path: Path) -> str:
    """Return a hash of a file, or of the arrays in a folder; "" where there is nothing, which the reader then tells."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(path.glob("*.npy")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _refuse_without_labels(arrays: ArraySet, path: str) -> None:
    if arrays.y.dtype == np.int64 and not (arrays.y >= 0).any():
        raise PoolError(
            "no row has a label: there is nothing that a teacher could learn from",
            where=path,
            remedy="Add `y`, or say which array it is: `columns: {y: NAME}`. Single rows may be without one (-1).",
        )
