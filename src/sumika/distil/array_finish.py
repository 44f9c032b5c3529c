"""From a trained array student to what a person takes home: exports, card, result and signature in one folder."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sumika.distil.about import ABOUT, About, about_json
from sumika.distil.array_about import about_of
from sumika.distil.array_branch import Branch
from sumika.distil.array_card import card_of, result_of
from sumika.distil.array_costs import TIMED_ANSWERS, TREES_ANSWER, ArrayCost, network_cost, onnx_latency_s, trees_cost
from sumika.distil.array_described import Described, describe
from sumika.distil.array_files import NAMES, WholeStudent, write_form, write_student
from sumika.distil.array_outcome import INT8, ArrayOutcome, EightBits, Exported, Provenance
from sumika.distil.array_rating import Rating
from sumika.distil.array_recipe import ArrayRecipe, BoostedTeacher, FileData, Source
from sumika.distil.array_works import STUDENT, TEACHER, ArrayReport, ArrayWorks
from sumika.distil.calibration import CALIBRATED
from sumika.distil.card.records import Licensed, Teacher
from sumika.distil.card.render import write_card
from sumika.distil.compare import Interval
from sumika.distil.export.c import export_c, run_c
from sumika.distil.export.onnx_graph import HIDDEN
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.quote import Quote, predicted_and_actual
from sumika.distil.model_folder import make_room
from sumika.distil.networks.kept import kept_model
from sumika.distil.networks.scores import METRICS, gain, score_classes, score_values
from sumika.distil.records import ArraySet
from sumika.distil.sign import sign_folder
from sumika.distil.stages import Made, StageContext, StageResult, Stages
from sumika.distil.store import write_whole
from sumika.distil.tabular import boost
from sumika.distil.teachers.arrays import OnnxTeacher
from sumika.distil.teachers.lineage import Lineage, check_lineage
from sumika.distil.teachers.terms import terms_of

RESULT, REPORT = "result.json", "report.json"
DESCRIPTION = "3"
"""To be raised whenever something else is said of a student: then it is said anew."""
CALIBRATION = 500
MOST_COMPARED = 2000


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: for small models, threads that wait for each other cost far more than they bring.

    On a busy machine they wait by counting, so that a few seconds of trees have been seen to take a minute of
    processor time, which would stand in the bill.
    """
    threads = torch.get_num_threads()
    with threadpool_limits(1):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


class ArrayFinish(ArrayWorks):
    """A recipe's run with its exports, its bill and its card.

    Attributes:
        provenance: Of each of the sources, by its name.
    """

    def __init__(
        self,
        recipe: ArrayRecipe,
        stages: Stages,
        sources: Mapping[str, Source] | None = None,
        provenance: Mapping[str, Provenance] | None = None,
    ) -> None:
        super().__init__(recipe, stages, sources)
        self.provenance: Mapping[str, Provenance] = provenance or {}

    # Where everything comes from

    @property
    def data_name(self) -> str:
        """Of the recordings, or of the file."""
        data = self.recipe.data
        return Path(data.pool.path).name if isinstance(data, FileData) else data.name

    @property
    def origin(self) -> Provenance:
        """Of the data."""
        data = self.recipe.data
        if isinstance(data, FileData):
            return Provenance(licence=data.pool.licence, cite=Path(data.pool.path).name, evidence=data.evidence)
        return self.provenance.get(data.name, Provenance())

    def check_licence(self) -> None:
        """Do nothing if the data's licence allows the recipe's purpose, as far as it is known.

        Raises:
            UsageError: if it does not.
        """
        data = Licensed(name=self.data_name, licence=self.origin.licence)
        check_lineage(Lineage(teachers=(), data=(data, *self._learnt_first())), self.recipe.purpose)

    def _learnt_first(self) -> tuple[Licensed, ...]:
        """What the teacher's networks learn before the data; nothing is read for it."""
        if self.recipe.pretrain is None:
            return ()
        name = self.recipe.pretrain.data.name
        origin = self.provenance.get(name, Provenance())
        return (Licensed(name=name, licence=origin.licence, source=origin.cite),)

    def lineage(self) -> Lineage:
        """Return what the student has learnt from; everything must have been run."""
        keys = {member.key for member in self.final.members}
        entries = self.stages.ledger.entries(self.stages.run_id, keys)
        days = sorted(entry.started[:10] for entry in entries if entry.key in keys)
        kind = "boosted trees" if isinstance(self.recipe.teacher, BoostedTeacher) else "networks"
        teacher = Teacher(
            name=f"{len(self.final.members)} {kind}, {self.final.teacher_parameters:,} parameters, trained here",
            version=self.final.members[0].key[:16],
            dates=(days[0], days[-1]) if days else ("", ""),
            traces=len(self.final.rows),
            terms="own",
            clause=terms_of("own").said,
        )
        data = Licensed(
            name=self.data_name,
            licence=self.origin.licence,
            source=self.origin.cite,
            examples=len(self.final.rows),
            sha256=self.pool.outputs["arrays"],
        )
        return Lineage(teachers=(teacher,), data=(data, *map(self._as_read, self._learnt_first())))

    def _as_read(self, first: Licensed) -> Licensed:
        before = self.pretrained
        assert before is not None
        return msgspec.structs.replace(first, examples=len(before.arrays), sha256=before.pool.outputs["arrays"])

    # Stages

    def whole_of(self, branch: Branch) -> WholeStudent:
        """Return a branch's student in whole numbers, calibrated by examples that it has learnt from."""
        model, few = branch.model(branch.student), self._some(branch.rows, CALIBRATION)
        network = quantise(model.layers, model.weights, few.x, few.mask, inputs=model.inputs)
        return WholeStudent(network=network, classes=model.classes)

    @cached_property
    def exported(self) -> StageResult:
        """The student in every format that the recipe names, and what makes the others of it."""

        def work(context: StageContext) -> Made:
            whole, facts = self.whole_of(self.final), dict[str, Any]()
            with tempfile.TemporaryDirectory(prefix="sumika-export-") as name:
                folder = Path(name)
                write_student(folder, self.model, whole)
                for number, form in enumerate(self.recipe.export):
                    source = write_form(form, folder / NAMES[form], self.model, whole)
                    if source is not None:
                        facts = {"flash_bytes": source.flash_bytes, "ram_bytes": source.ram_bytes}
                    context.progress(number + 1, len(self.recipe.export))
                paths = sorted(folder.iterdir())
                return Made(outputs={path.name: context.store.put(path.read_bytes()) for path in paths}, facts=facts)

        decided = (self.recipe.export, self.final.student.outputs, self.final.chosen.outputs, CALIBRATION, HIDDEN)
        return self.stages.run("export", Role.STUDENT, work, *decided)

    @cached_property
    def eight_bits(self) -> EightBits:
        """What rounding to 8 bits costs, on the groups that were left out in their turn."""
        compiles = bool(shutil.which("gcc") or shutil.which("cc"))

        def work(context: StageContext) -> Made:
            said = []
            for number, branch in enumerate(self.branches):
                tests = self.arrays.take(branch.test_rows)
                said.append(_onnx_outputs(self.whole_of(branch), tests))
                context.progress(number + 1, len(self.branches))
            found = self._eight_bits(np.concatenate(said))
            if compiles:
                few = self._some(np.arange(len(self.arrays)), MOST_COMPARED)
                mismatches = c_mismatches(self.whole_of(self.final), few)
                found = msgspec.structs.replace(found, compared=len(few), mismatches=mismatches)
            return Made(facts=msgspec.to_builtins(found))

        decided = (self.evaluated.outputs, self.exported.outputs, CALIBRATED, CALIBRATION, MOST_COMPARED, compiles)
        result = self.stages.run("evaluate int8", Role.EVALUATION, work, *decided)
        return msgspec.convert(result.facts, EightBits)

    def _eight_bits(self, outputs: NDArray[np.float32]) -> EightBits:
        kept = self.stages.store.get_arrays(self.evaluated.outputs["said"])
        arrays = self.arrays.take(kept["rows"])
        truth = self.truth(kept["rows"], kept["fold"])
        rating = Rating(self.metric, truth, {STUDENT: kept[STUDENT], INT8: outputs})
        rated, score_lost = rating.rated(INT8), rating.gain(STUDENT, INT8)
        if arrays.y.dtype != np.int64:
            scores = score_values(np.asarray(arrays.y, np.float32), outputs, arrays.group)
            return EightBits(scores=scores, lost={}, rated=rated, score_lost=score_lost)
        y, classes = np.asarray(arrays.y, np.int64), self.final.outputs
        guess, own = (np.asarray(one.argmax(axis=1), np.int64) for one in (outputs, kept[STUDENT]))
        lost: dict[str, Interval] = {
            name: gain(y, own, guess, arrays.group, classes, metric) for name, metric in METRICS.items()
        }
        scored = score_classes(y, guess, arrays.group, classes)
        return EightBits(scores=scored, lost=lost, rated=rated, score_lost=score_lost)

    @cached_property
    def costs(self) -> dict[str, ArrayCost]:
        """What an answer costs: of the teacher, the student, and the student in 8 bits."""
        watts = self.stages.prices.values()["cpu_core_w"]
        members = [member.outputs for member in self.final.members]

        def work(context: StageContext) -> Made:
            asked = self._some(self.final.rows, TIMED_ANSWERS)
            found = {TEACHER: self._teacher_cost(asked, watts)}
            context.progress(1, 3)
            found[STUDENT] = network_cost([self.model], asked, core_w=watts)
            context.progress(2, 3)
            with tempfile.TemporaryDirectory(prefix="sumika-cost-") as name:
                path = export_onnx_int8(self.whole_of(self.final).network, Path(name) / "int8.onnx")
                latency_s = onnx_latency_s([path], asked)
            timed = {"latency_s": latency_s, "energy_j": latency_s * watts}
            found[INT8] = msgspec.structs.replace(
                found[STUDENT], how="ONNX Runtime, 8 bits, asked one at a time", **timed
            )
            return Made(facts=msgspec.to_builtins(found))

        decided = (self.recipe.teacher, members, self.exported.outputs, watts, TIMED_ANSWERS, TREES_ANSWER)
        result = self.stages.run("time answers", Role.EVALUATION, work, *decided)
        return msgspec.convert(result.facts, dict[str, ArrayCost])

    def _teacher_cost(self, asked: ArraySet, watts: float) -> ArrayCost:
        teacher, members = self.recipe.teacher, self.final.members
        if isinstance(teacher, BoostedTeacher):
            # Trees are not kept, only what they said: one is grown again, as large as they were.
            trees = boost(self.arrays.take(self.final.rows), teacher.trees, self.final.outputs, seed=self.recipe.seed)
            many = self._some(self.final.rows, TREES_ANSWER)
            return trees_cost(trees, teacher.trees, len(members), many, core_w=watts)
        models = [kept_model(self.stages.store, member.outputs["model"]) for member in members]
        return network_cost(models, asked, core_w=watts)

    def some(self, rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
        """Return at most so many of some rows, drawn by the seed, in their order."""
        return np.sort(np.random.default_rng(self.recipe.seed).permutation(rows)[:most])

    def _some(self, rows: NDArray[np.int64], most: int) -> ArraySet:
        return self.arrays.take(self.some(rows, most))

    @cached_property
    def described(self) -> Described:
        """What the house must know of the student in 8 bits, from groups that it had not learnt from."""

        def work(context: StageContext) -> Made:
            return Made(facts=msgspec.to_builtins(describe(self, context.progress)))

        decided = (DESCRIPTION, CALIBRATED, self.metric, self.evaluated.outputs, self.exported.outputs, CALIBRATION)
        result = self.stages.run("describe", Role.EVALUATION, work, *decided)
        return msgspec.convert(result.facts, Described)

    @property
    def features(self) -> str:
        """What the inputs are, with their version; the file's name where they come from one."""
        data = self.recipe.data
        if isinstance(data, FileData):
            return f"file:{self.data_name}"
        return str(getattr(self.sources[data.name], "features", "") or data.name)

    # What is handed over

    def finish(self, folder: Path, *, quote: Quote | None = None, command: str = "", commit: str = "") -> ArrayOutcome:
        """Run everything and write the model folder: exports, card, result, report; signed.

        Args:
            folder: Made if it is not there; files of an earlier run of the same name are replaced.
            quote: Made before the run; stands in the card beside what happened.
            command: That was given.
            commit: Of the code.

        Raises:
            UsageError: if the licence of the data does not allow the recipe's purpose.
        """
        self.check_licence()
        with one_thread():
            described = self.described  # before the bill is drawn up
            outcome = self._outcome(quote)
            about = self._about(outcome, described, commit)
        card = card_of(self.recipe, outcome, self.lineage(), described, command=command, commit=commit)
        kept = self.stages.store.get_arrays(self.evaluated.outputs["said"])
        result = result_of(outcome, self.arrays.take(kept["rows"]), kept[STUDENT])
        make_room(folder)  # as late as can be: until here an earlier model stays whole
        for name, digest in self.exported.outputs.items():
            write_whole(folder / name, self.stages.store.get(digest))
        write_card(folder, card)
        write_whole(folder / RESULT, msgspec.json.encode(result))
        write_whole(folder / REPORT, msgspec.json.encode(outcome))
        (folder / ABOUT).unlink(missing_ok=True)
        if about is not None:
            write_whole(folder / ABOUT, about_json(about))
        sign_folder(folder)
        return outcome

    def _about(self, outcome: ArrayOutcome, described: Described, commit: str) -> About | None:
        """Return what the student says of itself; None where it is not written in 8 bits, as the house asks it."""
        digest = self.exported.outputs.get(NAMES["onnx-int8"])
        if digest is None:
            return None
        whole, onnx = self.whole_of(self.final), self.stages.store.get(digest)
        return about_of(self.recipe, outcome, described, whole, onnx, features=self.features, commit=commit)

    def _outcome(self, quote: Quote | None) -> ArrayOutcome:
        report: dict[str, Any] = {name: getattr(self.report, name) for name in ArrayReport.__struct_fields__}
        eight_bits, costs, exports = self.eight_bits, self.costs, self._exports()  # before the bill is drawn up
        entries = self.stages.ledger.entries(self.stages.run_id, self.stages.keys)
        return ArrayOutcome(
            **report,
            eight_bits=eight_bits,
            costs=costs,
            exports=exports,
            run_id=self.stages.run_id,
            data=self.data_name,
            provenance=self.origin,
            trained_usd={TEACHER: self._paid(*self.final.members), STUDENT: self._paid(self.final.student)},
            bill=self.stages.ledger.summary(self.stages.run_id, self.stages.keys),
            predicted=tuple(predicted_and_actual(quote, entries)) if quote else (),
        )

    def _paid(self, *results: StageResult) -> float:
        keys = {one.key for one in results}
        entries = self.stages.ledger.entries(self.stages.run_id, keys)
        return sum(entry.bill.total_usd for entry in entries if entry.key in keys)

    def _exports(self) -> tuple[Exported, ...]:
        outputs, facts, costs = self.exported.outputs, self.exported.facts, self.costs
        latency = {"onnx": costs[STUDENT].latency_s, "onnx-int8": costs[INT8].latency_s}
        found = []
        for form in self.recipe.export:
            size = len(self.stages.store.get(outputs[NAMES[form]]))
            memory = 0
            if form == "c":  # what matters on a microcontroller is what the compiler makes of it
                size, memory = facts["flash_bytes"], facts["ram_bytes"]
            found.append(Exported(form=form, size_bytes=size, memory_bytes=memory, latency_s=latency.get(form, 0.0)))
        return tuple(found)


def _onnx_outputs(whole: WholeStudent, asked: ArraySet) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory(prefix="sumika-int8-") as name:
        path = export_onnx_int8(whole.network, Path(name) / "int8.onnx")
        return OnnxTeacher(path, terms="own").logits(asked.x, asked.mask)


def c_mismatches(whole: WholeStudent, asked: ArraySet) -> int:
    """Return how many inputs compiled C and ONNX Runtime do not answer alike, to the bit.

    Raises:
        SumikaError: if there is no C compiler.
    """
    logits = _onnx_outputs(whole, asked)
    with tempfile.TemporaryDirectory(prefix="sumika-c-") as name:
        found, answers = run_c(export_c(whole.network, "student", Path(name)), asked.x, asked.mask)
    unlike = (found != logits).any(axis=1) | (answers != logits.argmax(axis=1))
    return int(unlike.sum())
