"""Asks the held-out questions and scores the answers: how many are right, and how many numbers are invented."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec
import numpy as np

from sumika.distil.compare import Interval, bootstrap_mean
from sumika.evaluate.assistant.answer_key import key_of
from sumika.evaluate.assistant.households import household
from sumika.evaluate.assistant.month_truth import MonthTruth
from sumika.evaluate.assistant.questions import Question
from sumika.evaluate.assistant.score_answers import Judged, SaidSentence, judge
from sumika.schema import SumikaError

_RESAMPLES = 2000


class Answered(Protocol):
    """What the assistant answers."""

    @property
    def sentences(self) -> Sequence[SaidSentence]:
        """Each with the rows that it rests on."""
        ...

    @property
    def done(self) -> Sequence[object]:
        """What it did; nothing, for a question."""
        ...


Ask = Callable[[Question], Answered]
"""Asks a question of the assistant of that household, at the moment that the question names."""


class AnswerCase(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its answer.

    Attributes:
        question: What was asked.
        text: What was answered.
        judged: What it is worth.
    """

    question: Question
    text: str
    judged: Judged


class AnswersScore(msgspec.Struct, frozen=True, kw_only=True):
    """Score over many questions.

    Attributes:
        cases: Each.
        right: Share that was answered rightly, with its 95 % interval over questions.
        invented: How many numbers rest on nothing, in all answers together.
    """

    cases: tuple[AnswerCase, ...]
    right: Interval
    invented: int

    def by_figure(self) -> dict[str, float]:
        """Return the share that was right, by what was asked for, worst first."""
        found: dict[str, list[bool]] = {}
        for case in self.cases:
            found.setdefault(case.question.truth.figure, []).append(case.judged.right)
        shares = {name: sum(rights) / len(rights) for name, rights in found.items()}
        return dict(sorted(shares.items(), key=lambda item: item[1]))


def score_questions(questions: Sequence[Question], ask: Ask, truths: Mapping[str, MonthTruth]) -> AnswersScore:
    """Ask every question and judge the answers.

    Args:
        questions: At least one.
        ask: The assistant.
        truths: Of each household's month, by its name.

    Raises:
        SumikaError: if there is no question.
    """
    if not questions:
        raise SumikaError("there are no questions to ask")
    cases = tuple(_case(question, ask(question), truths[question.household]) for question in questions)
    right = np.array([float(case.judged.right) for case in cases])
    return AnswersScore(
        cases=cases,
        right=bootstrap_mean(right, resamples=_RESAMPLES),
        invented=sum(len(case.judged.invented) for case in cases),
    )


def _case(question: Question, answered: Answered, truth: MonthTruth) -> AnswerCase:
    key = key_of(question, truth, household(question.household).house)
    judged = judge(question.text, answered.sentences, key, truth.zone, done=answered.done, hostile=question.hostile)
    return AnswerCase(question=question, text=" ".join(one.text for one in answered.sentences), judged=judged)
