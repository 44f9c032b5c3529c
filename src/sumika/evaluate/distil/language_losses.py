"""What each way of teaching a language student brings: one task, one teacher, one student, as many steps.

The task is small enough for seconds of training and cannot be done at a glance: add six digits one after the other,
modulo five. The reasoning is the running sum, the answer its end: `2+4+1+0+3+3`, `12203`, `3`. Whoever errs once errs
from there on.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
import torch

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample, encode_trace, question
from sumika.distil.language.generate import Answered, Generator, LanguageStudent, Request, Sampling
from sumika.distil.language.on_policy import train_on_policy
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer
from sumika.distil.language.top_k import load_top_k, store_top_k
from sumika.distil.language.training import train
from sumika.distil.recipe_teachers import Shape
from sumika.distil.store import Store
from sumika.schema import SumikaError

MODULUS, DIGITS = 5, 6
LONGEST = 16  # tokens of an answer
AGAINST = {
    "sequence traces": "answers alone",
    "and top-k": "sequence traces",
    "trained on": "sequence traces",
    "on-policy": "trained on",
    "own tries": "trained on",
}
"""Way of teaching -> the way it is compared with; the last three go on from the student of the traces."""
TOKENIZER = CharacterTokenizer("".join(map(str, range(MODULUS))) + "+", SPECIAL)


class Problem(msgspec.Struct, frozen=True):
    """One sum."""

    prompt: str
    reasoning: str
    answer: str


class LanguageSizes(msgspec.Struct, frozen=True, kw_only=True):
    """How large the experiment is.

    Attributes:
        teacher: Sizes of the teacher.
        teacher_examples: Problems that it learns from.
        teacher_epochs: Passes over them.
        student: Sizes of a student.
        examples: Problems that the teacher answers for a student.
        epochs: Passes over the traces.
        further_steps: Of those that go on from there.
        tries: Of a student at each problem that the teacher failed.
        unseen: Problems that all are scored on.
    """

    teacher: Shape = Shape(width=48, layers=2, head_width=16)
    teacher_examples: int = 2000
    teacher_epochs: int = 5
    student: Shape = Shape(width=32, layers=2, head_width=16)
    examples: int = 1200
    epochs: int = 10
    further_steps: int = 150
    tries: int = 8
    unseen: int = 600


def draw(count: int, seed: str, without: set[str]) -> list[Problem]:
    """Return so many sums, none of whose prompts is in `without`, none twice."""
    random, found = Random(seed), list[Problem]()
    seen = set(without)
    while len(found) < count:
        digits = [random.randrange(MODULUS) for _ in range(DIGITS)]
        prompt = "+".join(map(str, digits))
        if prompt in seen:
            continue
        seen.add(prompt)
        sums = [sum(digits[: place + 1]) % MODULUS for place in range(1, DIGITS)]
        found.append(Problem(prompt, "".join(map(str, sums)), str(sums[-1])))
    return found


class Lesson:
    """The teacher, trained once, and what every student is scored on.

    Attributes:
        sizes: How large everything is.
        teacher: The teacher.
    """

    def __init__(self, sizes: LanguageSizes) -> None:
        self.sizes = sizes
        self._unseen = draw(sizes.unseen, "unseen", set())
        self._kept_out = {one.prompt for one in self._unseen}
        self.teacher = self._new(sizes.teacher, 0)
        worked = draw(sizes.teacher_examples, "teacher", self._kept_out)
        self._train(
            self.teacher, [_sample(one, one.reasoning) for one in worked], _settings(5e-3, sizes.teacher_epochs)
        )

    def scores(self, seed: int) -> dict[str, float]:
        """Return way of teaching -> share of unseen problems that its student solves, and the teacher's own.

        Args:
            seed: Draws the problems that are traced, and the student's start.
        """
        torch.set_num_threads(1)  # threads that wait for each other cost networks this small far more than they bring
        sizes = self.sizes
        asked = draw(sizes.examples, f"asked {seed}", self._kept_out)
        told = _answers(self.teacher, asked)
        right = [(one, reply.reasoning) for one, reply in zip(asked, told, strict=True) if reply.answer == one.answer]
        failed = [one for one, reply in zip(asked, told, strict=True) if reply.answer != one.answer]
        if not right:
            raise SumikaError("the teacher solves nothing", remedy="Train it longer.")
        traces = [_sample(one, reasoning) for one, reasoning in right]
        settings = _settings(6e-3, sizes.epochs)
        students = {
            "answers alone": self._taught([_sample(one, "") for one, _ in right], settings, seed),
            "sequence traces": self._taught(traces, settings, seed),
            "and top-k": self._from_probabilities(traces, settings, seed),
        }
        further = msgspec.structs.replace(_settings(2e-3, 1000), most_steps=sizes.further_steps)
        taught = students["sequence traces"]
        tries = self._tries(taught, failed, seed)
        students["trained on"] = self._train(_copy(taught), traces, further, seed)
        students["on-policy"] = self._on_policy(_copy(taught), [one for one, _ in right], further, seed)
        students["own tries"] = self._train(_copy(taught), [*traces, *tries], further, seed)
        found = {"teacher": self._score(self.teacher)}
        return found | {name: self._score(student) for name, student in students.items()}

    def _new(self, shape: Shape, seed: int) -> Decoder:
        return Decoder(shape.decoder(TOKENIZER.size), seed=seed)

    def _train(
        self, decoder: Decoder, samples: Sequence[Sample], settings: LanguageTrainSettings, seed: int = 0
    ) -> Decoder:
        train(decoder, samples, settings, None, seed=seed)
        return decoder

    def _taught(self, samples: Sequence[Sample], settings: LanguageTrainSettings, seed: int) -> Decoder:
        return self._train(self._new(self.sizes.student, seed + 1), samples, settings, seed)

    def _from_probabilities(self, traces: Sequence[Sample], settings: LanguageTrainSettings, seed: int) -> Decoder:
        student = self._new(self.sizes.student, seed + 1)
        with TemporaryDirectory(prefix="sumika-losses-") as name:
            store = Store(Path(name))
            self.teacher.eval()
            likely = load_top_k(store, store_top_k(self.teacher, traces, store, k=MODULUS))
            mixed = msgspec.structs.replace(settings, soft_weight=0.5, temperature=1.0)
            train(student, traces, mixed, None, seed=seed, top_k=likely)
        return student

    def _on_policy(
        self, student: Decoder, problems: Sequence[Problem], settings: LanguageTrainSettings, seed: int
    ) -> Decoder:
        asked = [question(TOKENIZER, one.prompt) for one in problems]
        train_on_policy(student, self.teacher, asked, _write, settings, None, per_step=20, seed=seed)
        return student

    def _tries(self, student: Decoder, failed: Sequence[Problem], seed: int) -> list[Sample]:
        """Return the student's right tries at what its teacher failed, one of each problem."""
        tries = self.sizes.tries
        told = _answers(student, failed, Sampling(temperature=0.8, max_tokens=LONGEST, seed=seed), tries)
        found = []
        for number, problem in enumerate(failed):
            replies = told[number * tries : (number + 1) * tries]
            first = next((reply for reply in replies if reply.answer == problem.answer), None)
            found += [_sample(problem, first.reasoning)] if first else []
        return found

    def _score(self, decoder: Decoder) -> float:
        told = _answers(decoder, self._unseen)
        right = [reply.answer == one.answer for reply, one in zip(told, self._unseen, strict=True)]
        return sum(right) / len(right)


def _settings(learning_rate: float, epochs: int) -> LanguageTrainSettings:
    return LanguageTrainSettings(
        epochs=epochs, batch_tokens=400, learning_rate=learning_rate, weight_decay=0.05, beta2=0.98, last_rate=0.05
    )


def _sample(problem: Problem, reasoning: str) -> Sample:
    return encode_trace(TOKENIZER, problem.prompt, reasoning, problem.answer)


def _answers(
    decoder: Decoder, problems: Sequence[Problem], sampling: Sampling | None = None, samples: int = 1
) -> list[Answered]:
    decoder.eval()
    sampling = sampling or Sampling(max_tokens=LONGEST)
    return LanguageStudent(decoder, TOKENIZER).answer([one.prompt for one in problems], sampling, None, samples)


def _write(decoder: Decoder, questions: list[list[int]], seed: int) -> list[list[int]]:
    """Return what a student writes, its end included: the end is judged too."""
    requests = [Request(token_ids=ids, seed=seed + number) for number, ids in enumerate(questions)]
    told = Generator(decoder, [TOKENIZER.end_id]).run(requests, Sampling(temperature=1.0, max_tokens=LONGEST))
    return [[*one.token_ids, TOKENIZER.end_id] if one.finish == "stop" else one.token_ids for one in told]


def _copy(decoder: Decoder) -> Decoder:
    copied = Decoder(decoder.shape, seed=0)
    copied.load_state_dict(decoder.state_dict())
    return copied
