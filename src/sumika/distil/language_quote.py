"""What a language recipe will take, predicted from some seconds of its very work on this machine."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from sumika.distil import problems
from sumika.distil.clean import clean
from sumika.distil.grade.grader import grade_all
from sumika.distil.judge import judge_quality
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample, encode_trace
from sumika.distil.language.folder import read_shape
from sumika.distil.language.generate import LanguageStudent, Sampling
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.training import train
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.calibrate import Rate, measure_rate
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.quote import (
    Lengths,
    Quote,
    StageEstimate,
    counted_work,
    endpoint_teacher,
    generation,
    language_training,
    sampled_lengths,
)
from sumika.distil.precheck import precheck
from sumika.distil.recipe import ProblemPool
from sumika.distil.recipe_teachers import EndpointTeacher, TrainedTeacher
from sumika.distil.records import Example

SAMPLED = 300
SECONDS = 4.0
KEPT_SHARE = 0.8  # of a soiled pool what is left after cleaning; of a teacher's traces those that are right
ANSWERS_AT_ONCE = 256
CHARACTERS_PER_TOKEN = 4.0  # of English text in the tokenizers of large models
ANSWER_SHARE = 0.3  # of `max_tokens` that an answer is assumed to take until one was seen
TOKENS_PER_S = 50.0  # that an endpoint is assumed to write for one caller


class LanguageQuote:
    """Predicts a recipe's stages.

    Attributes:
        works: The recipe; nothing of it is run.
    """

    def __init__(self, works: LanguageFinish, say: Callable[[str], None] = lambda line: None) -> None:
        self.works = works
        self.recipe = works.recipe
        self.prices = works.stages.prices
        self._say = say
        self._stages: list[StageEstimate] = []
        self._writing: dict[DecoderShape, Rate] = {}
        self._learning: dict[tuple[DecoderShape, LanguageTrainSettings, tuple[int, ...]], Rate] = {}

    def quote(self) -> Quote:
        """Measure, calculate, and return the quote.

        Raises:
            SumikaError: if the recipe could not come to its end here; a quote would promise what cannot be.
        """
        precheck(self.recipe, lambda: self.works.tokenizer.size)
        self._data()
        teacher = self.recipe.teacher
        if isinstance(teacher, TrainedTeacher):
            shape = teacher.shape.decoder(self.works.tokenizer.size)
            self._training("teacher", shape, teacher.train, teacher.examples, Role.TEACHER)
            self._answers(shape)
        elif isinstance(teacher, EndpointTeacher):
            self._endpoint(teacher)
        self._students()
        return Quote(name=self.recipe.name, stages=tuple(self._stages), prices=self.prices.values())

    # What the lengths are

    def _sample(self) -> list[Example]:
        if isinstance(self.recipe.data, ProblemPool):
            domains = self.recipe.data.domains
            return problems.even(SAMPLED, 0, without=set(), domains=domains)
        return self.works.candidates[:SAMPLED]

    def _samples(self, *, hardness: tuple[int, ...] = problems.HARDNESS, reasoning: bool = True) -> list[Sample]:
        found = self._sample()
        if isinstance(self.recipe.data, ProblemPool):
            domains = self.recipe.data.domains
            found = problems.even(SAMPLED, 1, hardness=hardness, without=set(), domains=domains)
        tokenizer = self.works.tokenizer
        return [encode_trace(tokenizer, one.prompt, one.reasoning if reasoning else "", one.answer) for one in found]

    def _lengths(self, samples: list[Sample]) -> Lengths:
        return sampled_lengths([len(one.token_ids) for one in samples], f"mean of {len(samples)} problems")

    # Stages

    def _data(self) -> None:
        if not isinstance(self.recipe.data, ProblemPool):
            return
        size, domains = self.recipe.data.size, self.recipe.data.domains
        found = problems.pool(2000, 0, domains)
        steps: dict[str, tuple[Role, Callable[[], object]]] = {
            "pool": (Role.CHOOSING, lambda: problems.pool(2000, 0, domains)),
            "clean": (Role.CHOOSING, lambda: clean(found, {}, self.recipe.clean)),
            "judge quality": (Role.JUDGING, lambda: judge_quality(found, self.recipe.quality)),
        }
        self._say("measuring the pool ...")
        for stage, (role, step) in steps.items():
            rate = measure_rate(_counted(step, len(found)), seconds=0.5)
            made = counted_work(
                stage, units=size, unit="examples", flops_per_unit=0, speed=rate, prices=self.prices, role=role
            )
            self._stages.append(made)

    def _training(
        self,
        stage: str,
        shape: DecoderShape,
        settings: LanguageTrainSettings,
        count: int,
        role: Role,
        samples: list[Sample] | None = None,
    ) -> None:
        samples = samples or self._samples()
        measured = shape, settings, tuple(len(one.token_ids) for one in samples)
        if measured not in self._learning:
            self._say(f"measuring {stage} ...")
            self._learning[measured] = training_rate(shape, samples, settings)
        made = language_training(
            stage,
            shape,
            samples=count,
            lengths=self._lengths(samples),
            epochs=settings.epochs,
            speed=self._learning[measured],
            prices=self.prices,
            role=role,
        )
        self._stages.append(made)

    def _answering(
        self, stage: str, shape: DecoderShape, count: int, role: Role, samples: list[Sample] | None = None
    ) -> None:
        samples = samples or self._samples()
        if shape not in self._writing:
            self._say(f"measuring answers of {shape.parameters():,} weights ...")
            self._writing[shape] = self._writing_rate(shape)
        made = generation(
            stage,
            shape,
            answers=count,
            prompt_tokens=sum(one.loss_from for one in samples) / len(samples),
            output_tokens=sum(one.loss_tokens for one in samples) / len(samples),
            speed=self._writing[shape],
            prices=self.prices,
            role=role,
        )
        self._stages.append(made)

    def _writing_rate(self, shape: DecoderShape) -> Rate:
        """Return tokens written per second, the grading of the answers included."""
        examples = self._sample()[:ANSWERS_AT_ONCE]
        student = LanguageStudent(Decoder(shape, seed=0), self.works.tokenizer)
        samples = self._samples()
        written = round(sum(one.loss_tokens for one in samples) / len(samples))
        prompts = [one.prompt for one in examples]

        def step() -> float:
            told = student.answer(prompts, Sampling(max_tokens=written))
            grade_all(examples, [one.answer for one in examples])  # true answers: random weights write no program
            return float(sum(one.tokens for one in told))

        return _measured(step, least=2)

    def _answers(self, shape: DecoderShape) -> None:
        count = self.recipe.choose.count
        times = 2 if "random" in self.recipe.compare else 1  # both are traced under one name of a stage
        self._answering(f"teach {count}", shape, count * times, Role.TRACING)
        self._answering("evaluate teacher", shape, self._evaluation(), Role.EVALUATION)

    def _endpoint(self, teacher: EndpointTeacher) -> None:
        settings, count = teacher.endpoint, self.recipe.choose.count * teacher.endpoint.samples
        asked = sum(len(one.prompt) for one in self._sample()) / max(1, len(self._sample())) / CHARACTERS_PER_TOKEN
        made = endpoint_teacher(
            f"teach {self.recipe.choose.count}",
            calls=count,
            prompt_tokens=asked,
            output_tokens=settings.max_tokens * ANSWER_SHARE,
            usd_per_million_prompt=settings.input_usd_per_million,
            usd_per_million_output=settings.output_usd_per_million,
            seconds_per_call=settings.max_tokens * ANSWER_SHARE / TOKENS_PER_S,
            concurrency=settings.concurrency,
            money_cap_usd=settings.cap_usd or 0.0,
        )
        self._stages.append(made)

    def _student_shape(self) -> DecoderShape:
        if self.recipe.student is not None:
            return self.recipe.student.decoder(self.works.tokenizer.size)
        assert self.recipe.model is not None  # a recipe has one of both
        return read_shape(Path(self.recipe.model.folder))

    def _evaluation(self) -> int:
        data = self.recipe.data
        if isinstance(data, ProblemPool):
            return data.per_domain * (len(data.domains) or len((*problems.MATHS, *problems.CODING)))
        return len(self.works.evaluation)

    def _students(self) -> None:
        recipe = self.recipe
        shape = self._student_shape()
        if recipe.base is not None:
            easy = self._samples(hardness=recipe.base.hardness)
            self._training("base", shape, recipe.base.train, recipe.base.examples, Role.STUDENT, easy)
            half = recipe.base.examples // 2
            self._training("reference", shape, recipe.base.train, half, Role.JUDGING, easy)
        if "difficulty" not in recipe.choose.without:
            self._answering("judge difficulty", shape, 2 * recipe.judged, Role.JUDGING)
        kept = round(recipe.choose.count * (KEPT_SHARE if recipe.teach.keep == "correct" else 1))
        self._training("student", shape, recipe.train, kept, Role.STUDENT)
        self._answering("evaluate student", shape, self._evaluation(), Role.EVALUATION)
        if "random" in recipe.compare:
            self._training("student of random examples", shape, recipe.train, kept, Role.COMPARISON)
            self._answering(f"evaluate random {recipe.choose.count}", shape, self._evaluation(), Role.EVALUATION)
        if "without" in recipe.compare:
            bare = self._samples(reasoning=recipe.base is not None)
            if recipe.base is None:
                self._training("student of answers alone", shape, recipe.train, kept, Role.COMPARISON, bare)
            self._answering("evaluate without distillation", shape, self._evaluation(), Role.EVALUATION, bare)


def _counted(step: Callable[[], object], count: int) -> Callable[[], float]:
    def counted() -> float:
        step()
        return float(count)

    return counted


def training_rate(shape: DecoderShape, samples: list[Sample], settings: LanguageTrainSettings) -> Rate:
    """Return tokens trained on per second, of some steps of this very training from random weights."""
    decoder = Decoder(shape, seed=0)
    few = msgspec.structs.replace(settings, most_steps=2, epochs=50)

    def step() -> float:
        return float(train(decoder, samples, few, None).tokens)

    return _measured(step, least=3)


def _measured(step: Callable[[], float], *, least: int) -> Rate:
    """Return how fast a step goes: of some steps, so that a quick one takes a second and not several."""
    begun_s = time.perf_counter()
    step()  # claims memory, fills caches
    once_s = time.perf_counter() - begun_s
    return measure_rate(step, seconds=min(SECONDS, max(1.0, 4 * once_s)), warm_up=0, least=least)
