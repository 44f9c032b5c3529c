"""From a trained language student to what a person takes home: exports, card, result and signature in one folder."""

import shutil
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sumika.distil import problems
from sumika.distil.answering import answer_cost
from sumika.distil.card.records import Card, Evaluation, Export, Licensed
from sumika.distil.card.render import write_card
from sumika.distil.compare import RunResult
from sumika.distil.export.gguf import export_gguf
from sumika.distil.export.language_onnx import OnnxLanguageStudent, export_language_onnx
from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.grade.grader import grade_all
from sumika.distil.language.dialogue import question, write_ask
from sumika.distil.language.generate import Completion
from sumika.distil.language.kept import FILE, ONE, put_folder
from sumika.distil.language.tokenizer import FolderTokenizer
from sumika.distil.language_run import LanguageRun
from sumika.distil.ledger.ledger import Role, Summary
from sumika.distil.ledger.quote import PredictedActual, Quote, predicted_and_actual
from sumika.distil.model_folder import make_room
from sumika.distil.outcome import AnswerCost, Outcome, Scored
from sumika.distil.precheck import precheck
from sumika.distil.recipe import ProblemPool
from sumika.distil.records import Grading, Trace
from sumika.distil.sign import sign_folder
from sumika.distil.stages import Made, StageContext, StageResult
from sumika.distil.store import Store, key_of, write_whole
from sumika.distil.teachers.lineage import lineage

RESULT, OUTCOME = "result.json", "outcome.json"
TIMED_ANSWERS = 31


class LanguageFinish(LanguageRun):
    """A recipe's run with its exports, its bill and its card."""

    def cost(self, name: str, model: StageResult) -> AnswerCost:
        """Return what one answer of a model costs."""
        watts = self.stages.prices.values()["cpu_core_w"]
        asked = self.evaluation[:: max(1, len(self.evaluation) // TIMED_ANSWERS)][:TIMED_ANSWERS]

        def work(context: StageContext) -> Made:
            found = answer_cost(
                self.student_of(model),
                [self.asked(one) for one in asked],
                max_tokens=self.recipe.teach.max_tokens,
                core_w=watts,
                progress=context.progress,
            )
            return Made(facts=msgspec.to_builtins(found))

        result = self.stages.run(f"time answers of {name}", Role.EVALUATION, work, model.outputs, watts, TIMED_ANSWERS)
        return msgspec.convert(result.facts, AnswerCost)

    @cached_property
    def exported(self) -> StageResult:
        """The student in every format that the recipe names."""

        def work(context: StageContext) -> Made:
            student = self.student_of(self.student)
            whole = {name: digest for name, digest in self.student.outputs.items() if name.startswith(FILE)}
            outputs: dict[str, str] = {}
            with tempfile.TemporaryDirectory(dir=context.store.folder / "work") as name:
                folder = Path(name)
                tokenizer = student.tokenizer
                if ONE not in self.student.outputs:  # read from a folder that is gone by now
                    tokenizer = FolderTokenizer(put_folder(context.store, whole, folder / "source"))
                for number, kind in enumerate(self.recipe.export):
                    if kind == "safetensors" and whole:  # the stage's own files, as they are
                        outputs |= {f"{kind}/{name.removeprefix(FILE)}": digest for name, digest in whole.items()}
                        ending = msgspec.json.encode({"eos_token_id": tokenizer.end_id})
                        outputs[f"{kind}/generation_config.json"] = context.store.put(ending)
                    elif kind == "safetensors":
                        export_safetensors(student.generator.decoder, tokenizer, folder / kind)
                    elif kind == "gguf":
                        export_gguf(student.generator.decoder, tokenizer, folder / "student.q8_0.gguf")
                    else:
                        export_language_onnx(student.generator.decoder, folder / "student.int8.onnx")
                    context.progress(number + 1, len(self.recipe.export))
                for path in sorted(folder.rglob("*")):
                    if path.is_file() and folder / "source" not in path.parents:
                        outputs[path.relative_to(folder).as_posix()] = context.store.put_file(path)
            return Made(outputs=outputs)

        return self.stages.run("export", Role.STUDENT, work, self.recipe.export, self.student.outputs)

    @cached_property
    def int8(self) -> StageResult | None:
        """The marks of the int8 student in ONNX Runtime, one problem after the other; None if it was not exported."""
        digest = self.exported.outputs.get("student.int8.onnx")
        if digest is None:
            return None

        def work(context: StageContext) -> Made:
            student, onnx = self.student_of(self.student), OnnxLanguageStudent(context.store.path_of(digest))
            most, told = self.recipe.teach.max_tokens, []
            for number, example in enumerate(self.evaluation):
                asked = question(self.tokenizer, self.asked(example))
                ids = onnx.generate(asked, [self.tokenizer.end_id], most)
                read = Completion(token_ids=ids, log_probabilities=[], finish="stop" if len(ids) < most else "length")
                told.append(student.read(read).answer)
                context.progress(number + 1, len(self.evaluation))
            grades = grade_all(self.evaluation, told)
            pairs = zip(self.evaluation, grades, strict=True)
            correct = {example.id: int(grade.correct) for example, grade in pairs}
            marks = context.store.put(msgspec.json.encode(correct))
            return Made(outputs={"correct": marks}, facts={"share": float(np.mean(list(correct.values())))})

        return self.stages.run("evaluate int8", Role.EVALUATION, work, digest, self.pool.outputs)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return subject -> ids of its problems: maths and coding apart."""
        found: dict[str, list[str]] = {}
        for one in self.evaluation:
            subject = (
                "coding" if one.grading is Grading.CODE else "maths" if one.domain in problems.MATHS else "answers"
            )
            found.setdefault(subject, []).append(one.id)
        return {name: tuple(ids) for name, ids in found.items()}

    def bill(self) -> Summary:
        """Return the bill of this run, with every earlier stage whose result it uses."""
        return self.stages.ledger.summary(self.stages.run_id, self.stages.keys)

    @cached_property
    def outcome(self) -> Outcome:
        """Everybody's marks and costs."""
        scored = []
        for name, marks in self.marks.items():
            model = self.models.get(name)
            cost = self.cost(name, model) if model else None
            scored.append(Scored(name=name, correct=marks, cost=cost, trained_usd=self._paid(model)))
            if name == "student" and self.int8 is not None:
                scored.append(Scored(name="student, int8", correct=self.correct(self.int8)))
        notes = ("Simulated problems: drawn by a program, not by people. Everything was measured in this run.",)
        return Outcome(
            name=self.recipe.name,
            run_id=self.stages.run_id,
            models=tuple(scored),
            groups=self.groups(),
            bill=self.bill(),
            notes=notes if isinstance(self.recipe.data, ProblemPool) else (),
        )

    def _paid(self, model: StageResult | None) -> float:
        if model is None:
            return 0.0
        entries = self.stages.ledger.entries(self.stages.run_id, {model.key})
        return sum(entry.bill.total_usd for entry in entries if entry.key == model.key)

    def finish(self, folder: Path, *, quote: Quote | None = None, command: str = "", commit: str = "") -> Outcome:
        """Write the model folder: exports, card, result, outcome; signed.

        Args:
            folder: Made if it is not there; files of an earlier run of the same name are replaced.
            quote: Made before the run; stands in the card beside what happened.
            command: That was given.
            commit: Of the code.

        Raises:
            SumikaError: if it cannot come to its end; what can be told ahead is told before anything is done.
        """
        precheck(self.recipe, lambda: self.tokenizer.size)
        outcome = self.outcome
        exported = self.exported.outputs
        entries = self.stages.ledger.entries(self.stages.run_id, self.stages.keys)
        predicted = predicted_and_actual(quote, entries) if quote else []
        card, result = self._card(outcome, predicted, command, commit), self._result(outcome)
        make_room(folder)  # as late as can be: until here an earlier model stays whole
        for name, digest in exported.items():
            _take_out(self.stages.store, digest, folder / name)
        if "safetensors" in self.recipe.export:
            write_ask(folder / "safetensors", self.recipe.ask)
        write_card(folder, card)
        write_whole(folder / RESULT, msgspec.json.encode(result))
        write_whole(folder / OUTCOME, msgspec.json.encode(outcome))
        sign_folder(folder)
        return outcome

    def _result(self, outcome: Outcome) -> RunResult:
        student = outcome.model("student")
        marks = {
            group: {one: float(student.correct[one]) for one in ids if one in student.correct}
            for group, ids in outcome.groups.items()
        }
        sizes = [self._size_bytes(digest) for name, digest in self.exported.outputs.items() if "int8" in name]
        return RunResult(
            name=f"{self.recipe.name} {self.stages.run_id}",
            scores=marks,
            parameters=student.cost.parameters if student.cost else 0,
            size_bytes=sum(sizes),
            latency_s=student.cost.latency_s if student.cost else 0.0,
            student_usd=outcome.bill.student.bill.total_usd,
            all_in_usd=outcome.bill.all_in.bill.total_usd,
        )

    def _card(self, outcome: Outcome, predicted: list[PredictedActual], command: str, commit: str) -> Card:
        student = outcome.model("student")
        taken = self.taken()
        traces = self.stages.store.get_records(self.traced(taken).outputs["traces"], Trace)
        line = lineage(traces, self.examples(taken))
        evaluations = tuple(
            Evaluation(
                name=group,
                examples=len(ids),
                scores={one.name: outcome.score(one.name, group) for one in outcome.models},
                note="one greedy answer each, graded by value or by running the program",
            )
            for group, ids in outcome.groups.items()
        )
        return Card(
            name=self.recipe.name,
            summary=self.recipe.about,
            purposes=(f"Problems like those it was taught (made for the purpose {self.recipe.purpose}).",),
            not_for=("Questions of another kind than its data: it has read nothing else.",),
            parameters=student.cost.parameters if student.cost else 0,
            flops_per_answer=student.cost.flops if student.cost else 0.0,
            licence=self.recipe.model.licence if self.recipe.model else "Apache-2.0",
            base=self._base_model(),
            data=line.data,
            teachers=line.teachers,
            evaluations=evaluations,
            exports=self._exports(outcome),
            bill=outcome.bill,
            predicted=tuple(predicted),
            command=command,
            seed=self.recipe.seed,
            commit=commit,
            recipe_sha256=key_of(self.recipe),
            limits=outcome.notes,
        )

    def _base_model(self) -> tuple[Licensed, ...]:
        model = self.recipe.model
        return (Licensed(name=Path(model.folder).name, licence=model.licence),) if model else ()

    def _size_bytes(self, digest: str) -> int:
        return self.stages.store.path_of(digest).stat().st_size

    def _exports(self, outcome: Outcome) -> tuple[Export, ...]:
        sizes: dict[str, int] = {}
        for name, digest in self.exported.outputs.items():
            kind = "safetensors" if name.startswith("safetensors/") else name.removeprefix("student.")
            sizes[kind] = sizes.get(kind, 0) + self._size_bytes(digest)
        loss = _points_lost(outcome) if self.int8 is not None else {}
        return tuple(Export(format=kind, size_bytes=size, **loss.get(kind, {})) for kind, size in sizes.items())


def _take_out(store: Store, digest: str, path: Path) -> None:
    """Copy an object, however large, to where a person finds it; a half-written copy never stands under its name."""
    store.check(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    shutil.copyfile(store.path_of(digest), new)
    new.replace(path)


def _points_lost(outcome: Outcome) -> Mapping[str, dict[str, Any]]:
    own, rounded = (outcome.model(name).correct for name in ("student", "student, int8"))
    lost = 100 * float(np.mean(list(own.values())) - np.mean([rounded[one] for one in own]))
    return {"int8.onnx": {"loss_points": lost}}
