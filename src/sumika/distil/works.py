"""Models of a language recipe: teacher, traces, students and their scores, each a stage over the store."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from sumika.distil import problems
from sumika.distil.grade.grader import grade_all
from sumika.distil.language.budget import Budget
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import PROMPT, Sample, encode_trace
from sumika.distil.language.folder import read_folder, read_shape
from sumika.distil.language.generate import Answered, LanguageStudent, Sampling
from sumika.distil.language.kept import keep, kept
from sumika.distil.language.memory import check_memory
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer, FolderTokenizer, Tokenizer, check_tokenizer
from sumika.distil.language.top_k import load_top_k, store_top_k
from sumika.distil.language.training import train
from sumika.distil.language_data import LanguageData
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import GPUS
from sumika.distil.recipe import FilePool, ProblemPool, StartModel
from sumika.distil.recipe_teachers import ProgramTeacher, Shape, TrainedTeacher
from sumika.distil.records import Example, Spent, Trace, Usage
from sumika.distil.stages import Made, StageContext, StageResult
from sumika.distil.teachers.lineage import check_lineage, lineage
from sumika.distil.teachers.terms import check_terms
from sumika.distil.teaching import ask, asked_of
from sumika.schema import SumikaError

ALPHABET = "".join(chr(code) for code in range(32, 127))
ASKED_AT_ONCE = 2048


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is trained on, made when it is needed.

    Attributes:
        make: Makes the samples.
        decided_by: Everything that decides them.
    """

    make: Callable[[], list[Sample]]
    decided_by: tuple[Any, ...]


def held_gpu() -> str:
    """Return the kind of accelerator that models run on; "" for none, or one whose price nobody has stated."""
    name = torch.cuda.get_device_name().lower() if torch.cuda.is_available() else ""
    return next((kind for kind in GPUS if kind in name), "")


def together(parts: Sequence[Samples]) -> Samples:
    """Return several as one."""

    def make() -> list[Sample]:
        return [sample for part in parts for sample in part.make()]

    return Samples(make=make, decided_by=tuple(part.decided_by for part in parts))


class LanguageWorks(LanguageData):
    """One recipe over one store: its data, and the models made of them."""

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Of the model that the student begins as; from scratch: printable characters and the recipe's pieces.

        A pool of files adds its own characters, in whatever language it is written.
        """
        if self.recipe.model is not None:
            return FolderTokenizer(Path(self.recipe.model.folder))
        pieces = sorted(self.recipe.pieces, key=lambda piece: (-len(piece), piece))
        found = set(self.recipe.ask)
        if isinstance(self.recipe.data, FilePool):
            found.update(self.pool_signs)
        return CharacterTokenizer(ALPHABET + "".join(sorted(found - set(ALPHABET))), (*SPECIAL, *pieces))

    @cached_property
    def teacher(self) -> StageResult | None:
        """The teacher, trained here on worked problems drawn evenly; None where somebody else is asked."""
        settings = self.recipe.teacher
        check_terms(settings.terms, self.recipe.purpose)
        if not isinstance(settings, TrainedTeacher):
            return None
        worked = self.worked(settings.examples, "teacher", problems.HARDNESS)
        return self.fit("teacher", Role.TEACHER, settings.shape, worked, settings.train)

    @cached_property
    def asked_teacher(self) -> tuple[Any, ...]:
        """What decides the answers of a teacher that is not trained here; of a program that it is another one now."""
        settings = self.recipe.teacher
        return (settings, asked_of(settings).version) if isinstance(settings, ProgramTeacher) else (settings,)

    def encoded(self, example: Example, reasoning: str, answer: str) -> Sample:
        """Return a sample: the problem as the student is asked it, the reasoning and the answer."""
        return encode_trace(self.tokenizer, self.asked(example), reasoning, answer)

    def asked(self, example: Example) -> str:
        """Return a problem as the student is asked it."""
        return self.recipe.ask.replace(PROMPT, example.prompt)

    def worked(self, size: int, name: str, hardness: tuple[int, ...]) -> Samples:
        """Return worked problems drawn evenly, none of them in the evaluation set.

        Args:
            size: How many.
            name: Another name draws other problems.
            hardness: Steps that they take.
        """

        def make() -> list[Sample]:
            without = {example.prompt for example in self.evaluation}
            seed = sum(map(ord, name)) * 1000 + self.recipe.seed
            domains = self.recipe.data.domains if isinstance(self.recipe.data, ProblemPool) else ()
            drawn = problems.even(size, seed, hardness=hardness, without=without, domains=domains)
            return [self.encoded(one, one.reasoning, one.answer) for one in drawn]

        return Samples(make=make, decided_by=("worked", size, name, hardness, self.pool.outputs))

    def fit(
        self,
        name: str,
        role: Role,
        shape: Shape | None,
        samples: Samples,
        settings: LanguageTrainSettings,
        *,
        start: StageResult | None = None,
        seed: int = 0,
        soft: bool = False,
    ) -> StageResult:
        """Train a decoder, from scratch or from an earlier one.

        Args:
            name: Of the stage.
            role: On whose account.
            shape: Of a decoder from scratch; None begins as the recipe's model.
            samples: What it is trained on.
            settings: How.
            start: The stage that made what it starts from.
            seed: Added to the recipe's.
            soft: Also from the teacher's stored probabilities, where the recipe has them.
        """
        own_seed = self.recipe.seed + seed
        stored = self.probabilities(samples) if soft and self.recipe.top_k else None

        def work(context: StageContext) -> Made:
            decoder = self._begun(shape, settings, start, own_seed)
            check_memory(decoder.shape, settings, decoder.device.type)
            likely = load_top_k(context.store, stored.outputs["top_k"]) if stored else None
            report = train(
                decoder, samples.make(), settings, context.folder, context.progress, seed=own_seed, top_k=likely
            )
            context.add(Spent(flops=report.flops, output_tokens=report.tokens))
            facts = {
                "parameters": decoder.shape.parameters(),
                "steps": report.steps,
                "tokens": report.tokens,
                "final_loss": report.final_loss,
                "seconds": report.seconds,
            }
            return Made(outputs=keep(context.store, decoder, self.tokenizer), facts=facts)

        begun: Any = start.outputs if start else None
        if shape is None and start is None:
            begun = _digest_of(self.recipe.model)
        decided = [samples.decided_by, begun, own_seed, self.tokenizer.fingerprint]
        more = [stored.outputs] if stored else []
        return self.stages.run(name, role, work, shape, settings, *decided, *more, gpu=held_gpu())

    def probabilities(self, samples: Samples) -> StageResult:
        """Return the teacher's likeliest pieces, with their probabilities, at every place of some samples."""
        teacher, count = self.teacher, self.recipe.top_k
        assert teacher is not None  # a recipe with `top_k` has one that is trained here
        temperature = self.recipe.train.temperature

        def work(context: StageContext) -> Made:
            decoder, _ = kept(context.store, teacher.outputs)
            digest = store_top_k(
                decoder, samples.make(), context.store, k=count, temperature=temperature, progress=context.progress
            )
            return Made(outputs={"top_k": digest})

        decided = (count, temperature, samples.decided_by, teacher.outputs)
        return self.stages.run(f"teach top {count}", Role.TRACING, work, *decided)

    def _begun(
        self, shape: Shape | None, settings: LanguageTrainSettings, start: StageResult | None, seed: int
    ) -> Decoder:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if settings.precision.pure else torch.float32
        if start is not None:
            return kept(self.stages.store, start.outputs, device=device, dtype=dtype)[0]
        if shape is not None:
            return Decoder(shape.decoder(self.tokenizer.size), seed=seed).to(device)
        assert self.recipe.model is not None
        folder = Path(self.recipe.model.folder)
        model_shape = read_shape(folder)
        check_tokenizer(self.tokenizer, model_shape.vocabulary, where=str(folder))
        check_memory(model_shape, settings, device)  # before gigabytes are read
        return read_folder(folder, device=device, dtype=dtype)

    def student_of(self, model: StageResult) -> LanguageStudent:
        """Return a trained model, ready to be asked."""
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return LanguageStudent(*kept(self.stages.store, model.outputs, device=device))

    def answers(
        self,
        model: StageResult,
        examples: Sequence[Example],
        *,
        sampling: Sampling | None = None,
        budget: Budget | None = None,
        samples: int = 1,
    ) -> list[Answered]:
        """Return a model's answers.

        Args:
            model: The stage that trained it.
            examples: What it is asked.
            sampling: Greedy if None.
            budget: Of its thinking.
            samples: Answers to each problem, those of one problem together.
        """
        sampling = sampling or Sampling(max_tokens=self.recipe.teach.max_tokens)
        return self.student_of(model).answer([self.asked(one) for one in examples], sampling, budget, samples)

    def traced(self, chosen: StageResult) -> StageResult:
        """Let the teacher answer what was chosen; graded."""
        teacher, teach = self.teacher, self.recipe.teach

        def work(context: StageContext) -> Made:
            examples = self.examples(chosen)
            facts: dict[str, Any] = {}
            if teacher is None:
                journals = self.stages.store.folder / "journals"
                traces, report = ask(self.recipe.teacher, examples, journals, context.progress, context.add)
                facts["report"] = report.lines()
            else:
                traces = self._own_traces(teacher, examples, context)
            check_lineage(lineage(traces, examples), self.recipe.purpose)
            tokens = sum(trace.usage.reasoning_tokens + trace.usage.answer_tokens for trace in traces)
            context.add(Spent(output_tokens=tokens))
            facts |= {"traces": len(traces), "correct": sum(bool(one.correct) for one in traces), "tokens": tokens}
            return Made(outputs={"traces": context.store.put_records(traces)}, facts=facts)

        name = f"teach {len(self.examples(chosen))}"
        who = self.asked_teacher if teacher is None else (teacher.outputs,)
        return self.stages.run(name, Role.TRACING, work, teach, chosen.outputs, *who, gpu=held_gpu())

    def _own_traces(self, teacher: StageResult, examples: list[Example], context: StageContext) -> list[Trace]:
        student, traces = self.student_of(teacher), list[Trace]()
        for first in range(0, len(examples), ASKED_AT_ONCE):
            part = examples[first : first + ASKED_AT_ONCE]
            told = student.answer([self.asked(one) for one in part], Sampling(max_tokens=self.recipe.teach.max_tokens))
            grades = grade_all(part, [one.answer for one in told])
            traces += [
                trace_of(example, one, "trained here", teacher.outputs["model"][:16], correct=grade.correct)
                for example, one, grade in zip(part, told, grades, strict=True)
            ]
            context.progress(len(traces), len(examples))
        return traces

    def samples_of(self, chosen: StageResult, traced: StageResult, *, reasoning: bool = True) -> Samples:
        """Return the samples of a student: traces, or their answers alone."""

        def make() -> list[Sample]:
            by_id = {example.id: example for example in self.examples(chosen)}
            traces = self.stages.store.get_records(traced.outputs["traces"], Trace)
            kept_ones = [
                self.encoded(by_id[one.example_id], one.reasoning if reasoning else "", one.answer)
                for one in traces
                if self._keeps(one)
            ]
            if not kept_ones:
                raise SumikaError(
                    f"none of the {len(traces)} traces can be learnt from: none is right, or none ended",
                    where="teach.keep",
                    remedy="Look at the teacher's answers, raise teach.max_tokens, or keep: all.",
                )
            return kept_ones

        return Samples(make=make, decided_by=(traced.outputs, self.recipe.teach.keep, reasoning))

    def _keeps(self, trace: Trace) -> bool:
        whole = trace.finish == "stop"
        return whole and (self.recipe.teach.keep == "all" or trace.correct is not False)

    def scored(self, name: str, model: StageResult) -> StageResult:
        """Score a model on the evaluation set: whether it is right, problem by problem."""

        def work(context: StageContext) -> Made:
            told = self.answers(model, self.evaluation)
            grades = grade_all(self.evaluation, [one.answer for one in told])
            correct = {example.id: int(grade.correct) for example, grade in zip(self.evaluation, grades, strict=True)}
            tokens = sum(one.tokens for one in told)
            context.add(Spent(output_tokens=tokens))
            right = context.store.put(msgspec.json.encode(correct))
            facts = {"share": float(np.mean(list(correct.values()))), "tokens": tokens}
            return Made(outputs={"correct": right}, facts=facts)

        return self.stages.run(f"evaluate {name}", Role.EVALUATION, work, model.outputs, self.pool.outputs)

    def correct(self, scored: StageResult, domains: Sequence[str] = ()) -> dict[str, int]:
        """Return problem id -> 0 or 1, of some domains or all."""
        right = msgspec.json.decode(self.stages.store.get(scored.outputs["correct"]), type=dict[str, int])
        wanted = {example.id for example in self.evaluation if not domains or example.domain in domains}
        return {name: value for name, value in right.items() if name in wanted}


def _digest_of(model: StartModel | None) -> list[str]:
    """Return what decides a model in a folder: its licence, and name, size and time of each of its files."""
    if model is None:
        return []
    files = sorted(path for path in Path(model.folder).iterdir() if path.is_file())
    return [model.licence, *(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)]


def trace_of(example: Example, told: Answered, teacher: str, version: str, *, correct: bool) -> Trace:
    """Return an answer of a model of this machine as a trace."""
    return Trace(
        example_id=example.id,
        reasoning=told.reasoning,
        answer=told.answer,
        teacher=teacher,
        version=version,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        terms="own",
        finish=told.finish,
        correct=correct,
        usage=Usage(reasoning_tokens=told.thinking_tokens, answer_tokens=told.tokens - told.thinking_tokens),
    )
