"""One teacher and its student, from a set of groups: once for the student that is kept, once for each part left out.

Everything that could look at the groups left out happens inside a branch: cleaning against them, judging what is hard,
choosing, teaching and training.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from sumika.distil.array_pretraining import Pretrained
from sumika.distil.array_recipe import ArrayRecipe, BoostedTeacher
from sumika.distil.choose import choose_arrays
from sumika.distil.clean import clean_arrays
from sumika.distil.judge import array_difficulty, judge_signals
from sumika.distil.ledger.ledger import Role
from sumika.distil.networks.augment import Augmentation, Kind, augment
from sumika.distil.networks.build import build
from sumika.distil.networks.fit import FitReport, FitSettings, fit, outputs_of
from sumika.distil.networks.kept import ArrayModel, keep_model, kept_model, model_of, network_of, start_from
from sumika.distil.networks.losses import ensemble_logits
from sumika.distil.networks.presets import Preset, inputs_of, is_signal, layers_of
from sumika.distil.records import ArraySet, Spent
from sumika.distil.stages import Made, StageContext, StageResult, Stages
from sumika.distil.store import key_of
from sumika.distil.tabular import boost
from sumika.schema import SumikaError

Array = NDArray[np.float32]
Rows = NDArray[np.int64]


class Branch:
    """A teacher and a student that know nothing of some groups.

    Attributes:
        recipe: What is wanted.
        stages: Runs the stages.
        arrays: Every example, cleaned of faults.
        source: Digests that decide `arrays`.
        name: Put before the stages' names; "" for the student that is kept.
        held_out: Groups that this branch must not know.
        before: What the teacher's networks learn first, if the recipe asks for it; the same for every branch.
    """

    def __init__(
        self,
        recipe: ArrayRecipe,
        stages: Stages,
        arrays: ArraySet,
        source: dict[str, str],
        name: str = "",
        held_out: Sequence[str] = (),
        before: Pretrained | None = None,
    ) -> None:
        self.recipe, self.stages, self.arrays, self.source = recipe, stages, arrays, source
        self.name, self.held_out, self.before = name, tuple(held_out), before
        out = np.isin(arrays.group, held_out) if held_out else np.zeros(len(arrays), bool)
        self.test_rows, self.known_rows = np.flatnonzero(out & ~arrays.is_view), np.flatnonzero(~out)
        self.outputs = len(arrays.classes) or int(arrays.y.shape[1])
        self.is_classes = arrays.y.dtype == np.int64

    def _run(self, stage: str, role: Role, work: Any, *decided_by: Any) -> StageResult:
        own = Role.EVALUATION if self.name else role
        name = f"{self.name}: {stage}" if self.name else stage
        return self.stages.run(name, own, work, self.source, self.held_out, *decided_by)

    def _seed(self, *parts: Any) -> int:
        return int(key_of(self.recipe.seed, *parts)[:8], 16)

    # What is taught

    @cached_property
    def cleaned(self) -> StageResult:
        """The rows that may be learnt from: nothing of the groups left out, nothing near one of their examples."""
        settings = self.recipe.clean

        def work(context: StageContext) -> Made:
            known = self.arrays.take(self.known_rows)
            # Rows ride along as the domain, so that what is kept can be found again.
            numbered = msgspec.structs.replace(known, domain=self.known_rows.astype(str))
            tests = {"held out": self.arrays.take(self.test_rows)} if len(self.test_rows) else {}
            kept, report = clean_arrays(numbered, tests, settings)
            rows = context.store.put_arrays({"rows": kept.domain.astype(np.int64)})
            return Made(outputs={"rows": rows}, facts={"kept": report.kept, "removed": dict(report.removed)})

        return self._run("clean", Role.CHOOSING, work, settings)

    @cached_property
    def difficulty(self) -> StageResult:
        """How hard each row is for reference students that have not learnt from its group."""
        recipe = self.recipe
        if not self.is_classes:
            raise SumikaError(
                "what is hard is judged for classes only", where="choose", remedy="Say `without: [difficulty]`."
            )

        def work(context: StageContext) -> Made:
            rows = self._rows(self.cleaned)
            found = []
            for reference in range(recipe.references):
                logits = np.zeros((len(rows), self.outputs), np.float32)
                for part in self._parts(rows, 2, reference):
                    others = self.arrays.take(rows[~part])
                    model, _ = self._fitted(context, recipe.student, recipe.train, others, ("reference", reference))
                    taken = self.arrays.take(rows[part])
                    logits[part] = model.outputs_of(taken.x, taken.mask)
                found.append(softmax(logits, axis=1))
                context.progress(reference + 1, recipe.references)
            y = np.asarray(self.arrays.y[rows], np.int64)
            difficulty, report = array_difficulty(np.stack(found), y)
            facts = {"accuracy": list(report.accuracy), "all_fail": report.all_fail, "notes": list(report.notes)}
            return Made(outputs={"scores": context.store.put_arrays({"scores": difficulty.score})}, facts=facts)

        decided = (recipe.student, recipe.train, recipe.references, recipe.seed, self.cleaned.outputs)
        return self._run("judge difficulty", Role.JUDGING, work, *decided)

    @cached_property
    def chosen(self) -> StageResult:
        """The rows that are taught."""
        settings = self.recipe.choose
        if settings is None:
            return self.cleaned
        hard = self.difficulty if "difficulty" in settings.criteria else None

        def work(context: StageContext) -> Made:
            rows = self._rows(self.cleaned)
            candidates = self.arrays.take(rows)
            quality, _ = judge_signals(candidates, self.recipe.quality)
            scores = None if hard is None else context.store.get_arrays(hard.outputs["scores"])["scores"]
            taken, report = choose_arrays(candidates, quality.score, scores, settings)
            facts = {"chosen": report.chosen, "hard": report.hard, "notes": list(report.notes)}
            facts["per_domain"] = dict(report.per_domain)
            return Made(outputs={"rows": context.store.put_arrays({"rows": rows[taken]})}, facts=facts)

        decided = (settings, self.recipe.quality, self.cleaned.outputs, hard.outputs if hard else None)
        return self._run("choose", Role.CHOOSING, work, *decided)

    @cached_property
    def rows(self) -> Rows:
        """The rows that are taught."""
        return self._rows(self.chosen)

    @cached_property
    def taught(self) -> ArraySet:
        """What the teacher labels: the rows as they are, then each of the further views of all of them."""
        arrays, recipe = self.arrays.take(self.rows), self.recipe
        if recipe.teacher.views == 1:
            return arrays
        signal = is_signal(layers_of(recipe.student, self.outputs))
        kind: Kind = "signal" if signal else "points" if arrays.x.ndim == 3 else "table"
        scale = np.asarray(inputs_of(arrays, signal=signal).scale, np.float32)
        random = np.random.default_rng(self._seed("views"))
        further = range(recipe.teacher.views - 1)
        changed = [augment(arrays.x, arrays.mask, scale, recipe.train.augment, random, kind) for _ in further]
        views = [(arrays.x, arrays.mask), *changed]
        every = arrays.take(np.tile(np.arange(len(arrays)), len(views)))
        masks = [mask if mask is not None else np.ones(x.shape[:2], bool) for x, mask in views]
        mask = None if all(mask is None for _, mask in views) else np.concatenate(masks)
        return msgspec.structs.replace(every, x=np.concatenate([x for x, _ in views]), mask=mask)

    # The teacher

    @cached_property
    def members(self) -> list[StageResult]:
        """The teacher's members, each with what it says of the rows that it labels and of the groups left out."""
        teacher = self.recipe.teacher
        apart = teacher.labels == "out-of-fold"
        everything = np.ones(len(self.rows), bool)
        parts = self._parts(self.rows, teacher.members, 0) if apart else [everything] * teacher.members
        return [self._member(number, part, apart=apart) for number, part in enumerate(parts)]

    def _member(self, number: int, labels: NDArray[np.bool_], *, apart: bool) -> StageResult:
        teacher = self.recipe.teacher
        learnt = self.arrays.take(self.rows[~labels] if apart else self.rows)
        seed = self._seed("teacher", number)
        before = self.before.member(number) if self.before is not None else None

        def work(context: StageContext) -> Made:
            taught, tests = self.taught.take(np.tile(labels, teacher.views)), self.arrays.take(self.test_rows)
            if isinstance(teacher, BoostedTeacher):
                trees = boost(learnt, teacher.trees, self.outputs, seed=seed)
                said = {"taught": trees.outputs_of(taught.x)}
                said["held_out"] = trees.outputs_of(tests.x) if len(tests) else said["taught"][:0]
                facts: dict[str, Any] = {"parameters": trees.parameters}
                return Made(outputs={"said": context.store.put_arrays(said)}, facts=facts)
            start = None if before is None else self.model(before)
            own = ("teacher", number)
            model, report = self._fitted(context, teacher.network, teacher.train_of(number), learnt, own, start)
            said = {"held_out": model.outputs_of(tests.x, tests.mask)} if len(tests) else {}
            network = network_of(model)
            said["taught"], said["hidden"] = outputs_of(network, taught.x, taught.mask, model.inputs)
            said.setdefault("held_out", said["taught"][:0])
            outputs = keep_model(context.store, model) | {"said": context.store.put_arrays(said)}
            return Made(outputs=outputs, facts=_facts(report))

        changed = self.recipe.train.augment if teacher.views > 1 else None
        decided = (teacher, changed, self.chosen.outputs, seed, labels.tolist() if apart else None)
        started = () if before is None else (before.outputs,)
        return self._run(f"teacher {number + 1}", Role.TEACHER, work, *decided, *started)

    @cached_property
    def labels(self) -> Array:
        """What the teacher says of each of `taught`: logits (example, class) or values (example, output)."""
        said = [self._get(member)["taught"] for member in self.members]
        teacher = self.recipe.teacher
        if teacher.labels == "in-sample":
            return self._together(said)
        found = np.zeros((len(self.taught), self.outputs), np.float32)
        for part, own in zip(self._parts(self.rows, teacher.members, 0), said, strict=True):
            found[np.tile(part, teacher.views)] = own
        return found

    @cached_property
    def teacher_said(self) -> Array:
        """What the whole ensemble says of the groups left out."""
        return self._together([self._get(member)["held_out"] for member in self.members])

    @cached_property
    def teacher_parameters(self) -> int:
        """Of all members."""
        return sum(int(member.facts["parameters"]) for member in self.members)

    # The student

    @cached_property
    def student(self) -> StageResult:
        """The student: labels and the teacher's answers."""
        return self._trained("student", Role.STUDENT, taught=True)

    @cached_property
    def plain(self) -> StageResult:
        """The same network from the same start, from labels alone."""
        return self._trained("student without teacher", Role.COMPARISON, taught=False)

    def model(self, result: StageResult) -> ArrayModel:
        """Return a trained network."""
        return kept_model(self.stages.store, result.outputs["model"])

    def said(self, result: StageResult) -> Array:
        """Return what a student says of the groups left out."""
        tests = self.arrays.take(self.test_rows)
        return self.model(result).outputs_of(tests.x, tests.mask)

    def _trained(self, stage: str, role: Role, *, taught: bool) -> StageResult:
        recipe = self.recipe
        settings = recipe.train
        if not taught:
            settings = msgspec.structs.replace(settings, loss=msgspec.structs.replace(settings.loss, hint_weight=0.0))
        elif (views := recipe.teacher.views) > 1:
            settings = msgspec.structs.replace(settings, augment=Augmentation(), epochs=settings.epochs // views)
        hints = taught and settings.loss.hint_weight > 0
        before = None if self.before is None else self.before.student(recipe.student)

        def work(context: StageContext) -> Made:
            said = {"teacher_logits": self.labels} if taught else {}
            if hints:
                said["teacher_hidden"] = self._get(self.members[0])["hidden"]
            learnt = self.taught if taught else self.arrays.take(self.rows)
            start = None if before is None else self.model(before)
            model, report = self._fitted(context, recipe.student, settings, learnt, ("student",), start, **said)
            return Made(outputs=keep_model(context.store, model), facts=_facts(report))

        teacher = [member.outputs for member in self.members] if taught else None
        decided = (recipe.student, settings, recipe.seed, self.chosen.outputs, teacher)
        return self._run(stage, role, work, *decided, *(() if before is None else (before.outputs,)))

    # Common

    def _fitted(
        self,
        context: StageContext,
        preset: Preset,
        settings: FitSettings,
        learnt: ArraySet,
        seed: tuple[Any, ...],
        start: ArrayModel | None = None,
        **said: Array,
    ) -> tuple[ArrayModel, FitReport]:
        shape = self.arrays.x.shape[1:]
        own = self._seed(*seed)
        network = build(layers_of(preset, self.outputs), shape, self.outputs, seed=own)
        if start is not None:
            start_from(network, start)
        # A stage may train several networks; in one folder their checkpoints would push each other out.
        folder = context.folder / key_of(seed, hashlib.sha256(learnt.x.tobytes()).hexdigest())
        report = fit(network, learnt, settings, folder, context.progress, seed=own, **said)
        context.add(Spent(flops=report.flops))
        return model_of(network, shape, report.inputs, self.arrays.classes), report

    def _together(self, said: list[Array]) -> Array:
        return ensemble_logits(said) if self.is_classes else np.mean(said, axis=0, dtype=np.float32)

    def _parts(self, rows: Rows, parts: int, salt: int) -> list[NDArray[np.bool_]]:
        """Return the rows of each part of the groups, as masks over `rows`."""
        groups = np.unique(self.arrays.group[rows])
        if len(groups) < parts:
            raise SumikaError(
                f"{len(groups)} groups cannot be divided into {parts} parts",
                where=self.name or "teach",
                remedy="Take fewer members or folds, or `labels: in-sample`.",
            )
        order = np.random.default_rng(self._seed("parts", parts, salt)).permutation(groups)
        return [np.isin(self.arrays.group[rows], part) for part in np.array_split(order, parts)]

    def _rows(self, result: StageResult) -> Rows:
        return np.asarray(self.stages.store.get_arrays(result.outputs["rows"])["rows"], np.int64)

    def _get(self, member: StageResult) -> dict[str, NDArray[Any]]:
        return self.stages.store.get_arrays(member.outputs["said"])


def _facts(report: FitReport) -> dict[str, Any]:
    return {
        "parameters": report.parameters,
        "steps": report.steps,
        "final_loss": report.losses[-1],
        "kept_epoch": report.kept_epoch,
        "seconds": report.seconds,
    }
