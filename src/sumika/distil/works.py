"""The stages of a language recipe: each decided by the recipe and by what went before, found again by its hash."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil import problems
from sumika.distil.choose import ChooseReport, ChooseSettings, choose, lengths_of
from sumika.distil.clean import clean
from sumika.distil.grade.grader import grade_all
from sumika.distil.judge import difficulty_of, judge_quality
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample, encode_trace
from sumika.distil.language.generate import Answered, LanguageStudent, Sampling
from sumika.distil.language.kept import keep_model, kept_model
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer
from sumika.distil.language.training import train
from sumika.distil.ledger.ledger import Role
from sumika.distil.pool import read_examples
from sumika.distil.recipe import FilePool, LanguageRecipe, ProblemPool, Shape, TrainedTeacher
from sumika.distil.records import Example, Spent, Trace, Usage
from sumika.distil.stages import Made, StageContext, StageResult, Stages

ALPHABET = "".join(chr(code) for code in range(32, 127))
EASY = (1,)


class Arrays(msgspec.Struct):
    """Scores of a stage, kept as JSON."""

    scores: list[float]


class LanguageWorks:
    """One recipe over one store.

    Attributes:
        recipe: What is wanted.
        stages: Runs the stages.
    """

    def __init__(self, recipe: LanguageRecipe, stages: Stages) -> None:
        self.recipe = recipe
        self.stages = stages

    @cached_property
    def tokenizer(self) -> CharacterTokenizer:
        """Of a student from scratch: printable characters and the recipe's pieces, the longest first."""
        pieces = sorted(self.recipe.pieces, key=lambda piece: (-len(piece), piece))
        return CharacterTokenizer(ALPHABET, (*SPECIAL, *pieces))

    # Data

    @cached_property
    def pool(self) -> StageResult:
        """Pool and evaluation set."""
        data, seed = self.recipe.data, self.recipe.seed

        def work(context: StageContext) -> Made:
            if isinstance(data, FilePool):
                found, report = read_examples(data.pool)
                unseen, _ = read_examples(data.evaluation)
                facts = {"bad_rows": len(report.first_bad)}
            else:
                found = problems.pool(data.size, seed)
                unseen = problems.evaluation(data.per_domain, seed, without={one.prompt for one in found})
                facts = {}
            put = context.store.put_records
            outputs = {"pool": put(found), "evaluation": put(unseen)}
            return Made(outputs=outputs, facts={"rows": len(found), "evaluation": len(unseen), **facts})

        return self.stages.run("pool", Role.CHOOSING, work, data, seed)

    @cached_property
    def evaluation(self) -> list[Example]:
        """What everybody is scored on."""
        return self.stages.store.get_records(self.pool.outputs["evaluation"], Example)

    @cached_property
    def cleaned(self) -> StageResult:
        """The pool without duplicates and contamination."""
        recipe, pool = self.recipe, self.pool

        def work(context: StageContext) -> Made:
            examples = context.store.get_records(pool.outputs["pool"], Example)
            kept, report = clean(examples, {"evaluation": self.evaluation}, recipe.clean, context.progress)
            facts = {"rows": report.rows, "kept": report.kept, "removed": dict(report.removed)}
            return Made(outputs={"pool": context.store.put_records(kept)}, facts=facts)

        return self.stages.run("clean", Role.CHOOSING, work, recipe.clean, pool.outputs)

    @cached_property
    def candidates(self) -> list[Example]:
        """The cleaned pool."""
        return self.stages.store.get_records(self.cleaned.outputs["pool"], Example)

    @cached_property
    def quality(self) -> StageResult:
        """A score of quality for every candidate."""

        def work(context: StageContext) -> Made:
            quality, report = judge_quality(self.candidates, self.recipe.quality, context.progress)
            scores = context.store.put(msgspec.json.encode(Arrays(quality.score.tolist())))
            return Made(outputs={"scores": scores}, facts={"faultless": report.faultless, "faults": dict(report.faults)})

        return self.stages.run("judge quality", Role.JUDGING, work, self.recipe.quality, self.cleaned.outputs)

    def scores(self, result: StageResult) -> NDArray[np.float64]:
        """Return what a judging stage has given."""
        content = self.stages.store.get(result.outputs["scores"])
        return np.asarray(msgspec.json.decode(content, type=Arrays).scores)

    def chosen(
        self, settings: ChooseSettings, difficulty: StageResult | None = None, rows: NDArray[np.int64] | None = None
    ) -> StageResult:
        """Choose examples before any trace exists.

        Args:
            settings: How many, by which criteria.
            difficulty: The stage that judged it; needed unless it is left out.
            rows: Choose among these candidates only.
        """

        def work(context: StageContext) -> Made:
            examples, quality = self.candidates, self.scores(self.quality)
            if rows is not None:
                examples, quality = [examples[row] for row in rows], quality[rows]
            lengths, proxy = lengths_of(examples)
            hard = None if difficulty is None else self.scores(difficulty)
            taken, report = choose(examples, quality, hard, lengths, settings)
            outputs = {"examples": context.store.put_records(examples[row] for row in taken)}
            return Made(outputs=outputs, facts=_choice_facts(report, proxy))

        decided = (settings, self.quality.outputs, difficulty.outputs if difficulty else None)
        only = None if rows is None else rows.tolist()
        return self.stages.run(f"choose {settings.count}", Role.CHOOSING, work, *decided, only)

    def examples(self, result: StageResult) -> list[Example]:
        """Return the examples of a stage."""
        return self.stages.store.get_records(result.outputs["examples"], Example)

    # Models

    @cached_property
    def teacher(self) -> StageResult:
        """The teacher, trained here on worked problems drawn evenly, none of them in the evaluation set."""
        settings = self.recipe.teacher
        if not isinstance(settings, TrainedTeacher):
            raise NotImplementedError("only a teacher that is trained here can be asked")
        worked = self._worked(settings.examples, "teacher", problems.HARDNESS)
        return self.fit("teacher", Role.TEACHER, settings.shape, worked, settings.train)

    def _worked(self, size: int, name: str, hardness: tuple[int, ...]) -> Callable[[], list[Sample]]:
        def samples() -> list[Sample]:
            without = {example.prompt for example in self.evaluation}
            seed = sum(map(ord, name)) * 1000 + self.recipe.seed
            drawn = problems.even(size, seed, hardness=hardness, without=without)
            return [encode_trace(self.tokenizer, one.prompt, one.reasoning, one.answer) for one in drawn]

        samples.decided_by = ("worked", size, name, hardness, self.pool.outputs)  # type: ignore[attr-defined] # a label
        return samples

    def fit(
        self,
        name: str,
        role: Role,
        shape: Shape,
        samples: Callable[[], list[Sample]],
        settings: LanguageTrainSettings,
        *,
        start: StageResult | None = None,
        seed: int = 0,
    ) -> StageResult:
        """Train a decoder, from scratch or from an earlier one.

        Args:
            name: Of the stage.
            role: On whose account.
            shape: Of a decoder from scratch.
            samples: Returns what it is trained on; carries `decided_by`.
            settings: How.
            start: The stage that made what it starts from.
            seed: Added to the recipe's.
        """
        own_seed = self.recipe.seed + seed

        def work(context: StageContext) -> Made:
            if start is None:
                decoder = Decoder(shape.decoder(self.tokenizer.size), seed=own_seed)
            else:
                decoder, _ = kept_model(context.store, start.outputs["model"])
            report = train(decoder, samples(), settings, context.folder, context.progress, seed=own_seed)
            context.add(Spent(flops=report.flops, output_tokens=report.tokens))
            facts = {
                "parameters": decoder.shape.parameters(),
                "steps": report.steps,
                "tokens": report.tokens,
                "final_loss": report.final_loss,
                "seconds": report.seconds,
            }
            return Made(outputs={"model": keep_model(context.store, decoder, self.tokenizer)}, facts=facts)

        decided = samples.decided_by  # type: ignore[attr-defined] # set where the samples are defined
        begun = start.outputs if start else None
        fingerprint = self.tokenizer.fingerprint
        return self.stages.run(name, role, work, shape, settings, decided, begun, own_seed, fingerprint)

    def student_of(self, model: StageResult) -> LanguageStudent:
        """Return a trained model, ready to be asked."""
        return LanguageStudent(*kept_model(self.stages.store, model.outputs["model"]))

    def answers(
        self, model: StageResult, examples: Sequence[Example], *, thinks: bool = True, sampling: Sampling | None = None
    ) -> list[Answered]:
        """Return a model's answers.

        Args:
            model: The stage that trained it.
            examples: What it is asked.
            thinks: False for a student that was taught answers alone: it ends its thinking at once.
            sampling: Greedy if None.
        """
        del thinks  # one that was taught answers alone has learnt to end its thinking at once
        sampling = sampling or Sampling(max_tokens=self.recipe.teach.max_tokens)
        return self.student_of(model).answer([example.prompt for example in examples], sampling)

    def traced(self, chosen: StageResult) -> StageResult:
        """Let the teacher answer what was chosen; graded."""
        teacher, teach = self.teacher, self.recipe.teach

        def work(context: StageContext) -> Made:
            examples = self.examples(chosen)
            student = self.student_of(teacher)
            traces: list[Trace] = []
            size = 2048
            for first in range(0, len(examples), size):
                part = examples[first : first + size]
                told = student.answer([one.prompt for one in part], Sampling(max_tokens=teach.max_tokens))
                grades = grade_all(part, [one.answer for one in told])
                traces += [
                    _trace(example, one, teacher.outputs["model"][:16], correct=grade.correct)
                    for example, one, grade in zip(part, told, grades, strict=True)
                ]
                context.progress(len(traces), len(examples))
            right = sum(bool(trace.correct) for trace in traces)
            tokens = sum(trace.usage.reasoning_tokens + trace.usage.answer_tokens for trace in traces)
            context.add(Spent(output_tokens=tokens))
            facts = {"traces": len(traces), "correct": right, "tokens": tokens}
            return Made(outputs={"traces": context.store.put_records(traces)}, facts=facts)

        return self.stages.run(f"teach {len(self.examples(chosen))}", Role.TRACING, work, teach, chosen.outputs, teacher.outputs)

    def samples_of(
        self, chosen: StageResult, traced: StageResult, *, reasoning: bool = True
    ) -> Callable[[], list[Sample]]:
        """Return what makes the samples of a student: traces, or their answers alone."""

        def samples() -> list[Sample]:
            by_id = {example.id: example for example in self.examples(chosen)}
            traces = self.stages.store.get_records(traced.outputs["traces"], Trace)
            return [
                encode_trace(
                    self.tokenizer, by_id[one.example_id].prompt, one.reasoning if reasoning else "", one.answer
                )
                for one in traces
                if one.correct or (self.recipe.teach.keep == "all" and one.finish == "stop")
            ]

        decided = (traced.outputs, self.recipe.teach.keep, reasoning)
        samples.decided_by = decided  # type: ignore[attr-defined] # a label that `fit` reads
        return samples

    def scored(self, name: str, model: StageResult) -> StageResult:
        """Score a model on the evaluation set: whether it is right, problem by problem."""

        def work(context: StageContext) -> Made:
            told = self.answers(model, self.evaluation)
            grades = grade_all(self.evaluation, [one.answer for one in told])
            correct = {
                example.id: int(grade.correct) for example, grade in zip(self.evaluation, grades, strict=True)
            }
            tokens = sum(one.tokens for one in told)
            context.add(Spent(output_tokens=tokens))
            right = context.store.put(msgspec.json.encode(correct))
            return Made(outputs={"correct": right}, facts={"share": float(np.mean(list(correct.values()))), "tokens": tokens})

        return self.stages.run(f"evaluate {name}", Role.EVALUATION, work, model.outputs, self.pool.outputs)

    def correct(self, scored: StageResult, domains: Sequence[str] = ()) -> dict[str, int]:
        """Return problem id -> 0 or 1, of some domains or all."""
        right = msgspec.json.decode(self.stages.store.get(scored.outputs["correct"]), type=dict[str, int])
        wanted = {example.id for example in self.evaluation if not domains or example.domain in domains}
        return {name: value for name, value in right.items() if name in wanted}


def _choice_facts(report: ChooseReport, proxy: str) -> dict[str, Any]:
    return {
        "chosen": report.chosen,
        "good": report.good,
        "hard": report.hard,
        "per_domain": dict(report.per_domain),
        "lengths": proxy,
        "notes": list(report.notes),
    }


def _trace(example: Example, told: Answered, version: str, *, correct: bool) -> Trace:
    return Trace(
        example_id=example.id,
        reasoning=told.reasoning,
        answer=told.answer,
        teacher="trained here",
        version=version,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        terms="own",
        finish=told.finish,
        correct=correct,
        usage=Usage(reasoning_tokens=told.thinking_tokens, answer_tokens=told.tokens - told.thinking_tokens),
    )
