"""How well sentences are understood: right as meant, asked back, missed, or, what must not be, carried out wrongly."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec
import numpy as np

from sumika.assistant.calls import TOOLS, Call
from sumika.distil.compare import Interval, bootstrap_mean
from sumika.evaluate.assistant.phrasings import Phrasing
from sumika.evaluate.assistant.same_meaning import Resolve, same_meaning
from sumika.schema import SumikaError

_RESAMPLES = 2000


class Heard(Protocol):
    """What an assistant makes of a sentence."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """What it would do or look up; nothing where it did not understand."""
        ...

    @property
    def ask_back(self) -> str:
        """What it asks back; then it does nothing. Empty: it asks nothing."""
        ...


Understand = Callable[[str, str, str], Heard]
"""(sentence, language, speaker's room) → what was understood."""


class Outcome(StrEnum):
    """What became of a sentence."""

    RIGHT = "right"
    ASKED = "asked"
    """It asked back where enough had been said."""
    MISSED = "missed"
    """It said that it does not understand."""
    WRONG_ANSWER = "wrong_answer"
    """It looked up something else, which harms nobody."""
    WRONG_ACTION = "wrong_action"
    """It did something that was not asked for."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence with its outcome.

    Attributes:
        phrasing: What was said and meant.
        calls: What was understood.
        outcome: What became of it.
    """

    phrasing: Phrasing
    calls: tuple[Call, ...]
    outcome: Outcome


class SentenceScore(msgspec.Struct, frozen=True, kw_only=True):
    """Score over many sentences.

    Attributes:
        cases: Each.
        right: Share that was understood as meant, with its 95 % interval over sentences.
        wrong_actions: Share that was carried out wrongly, alike.
    """

    cases: tuple[Case, ...]
    right: Interval
    wrong_actions: Interval

    def count(self, outcome: Outcome) -> int:
        """Return how many had an outcome."""
        return sum(case.outcome is outcome for case in self.cases)

    def by_style(self) -> dict[str, float]:
        """Return the share that was right, per way of speaking, worst first."""
        return _shares((case.phrasing.style, case) for case in self.cases)

    def by_tool(self) -> dict[str, float]:
        """Return the share that was right, per tool that was meant, worst first; "none" and "ask" are beside them."""
        return _shares((_meant(case.phrasing), case) for case in self.cases)


def _meant(phrasing: Phrasing) -> str:
    return phrasing.call if isinstance(phrasing.call, str) else phrasing.call.tool


def _shares(cases: Iterable[tuple[str, Case]]) -> dict[str, float]:
    count: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, case in cases:
        count[name] += 1
        right[name] += case.outcome is Outcome.RIGHT
    shares = {name: right[name] / count[name] for name in count}
    return dict(sorted(shares.items(), key=lambda item: item[1]))


def score_sentences(
    phrasings: Sequence[Phrasing], understand: Understand, language: str, resolve: Resolve | None = None
) -> SentenceScore:
    """Say every sentence and score what is made of it.

    Args:
        phrasings: At least one.
        understand: The assistant, or a part of it.
        language: Theirs: ja or en.
        resolve: What calls come to in the held-out house; None: only words are compared, which is stricter.

    Raises:
        SumikaError: if there is none.
    """
    if not phrasings:
        raise SumikaError("there are no sentences to score")
    cases = tuple(_case(one, understand(one.text, language, one.room), resolve) for one in phrasings)
    return SentenceScore(
        cases=cases,
        right=_interval(cases, Outcome.RIGHT),
        wrong_actions=_interval(cases, Outcome.WRONG_ACTION),
    )


def _interval(cases: Sequence[Case], outcome: Outcome) -> Interval:
    return bootstrap_mean(np.array([float(case.outcome is outcome) for case in cases]), resamples=_RESAMPLES)


def _case(phrasing: Phrasing, heard: Heard, resolve: Resolve | None) -> Case:
    calls = () if heard.ask_back else heard.calls
    return Case(
        phrasing=phrasing, calls=heard.calls, outcome=outcome_of(phrasing, calls, bool(heard.ask_back), resolve)
    )


def outcome_of(phrasing: Phrasing, calls: Sequence[Call], asked: bool, resolve: Resolve | None = None) -> Outcome:
    """Return what became of a sentence.

    Args:
        phrasing: What was meant.
        calls: What would be done; empty where it asks back or did not understand.
        asked: Whether it asks back.
        resolve: As for `score_sentences`.
    """
    # What cannot be resolved is asked back for before anything is done.
    done = [call for call in calls if resolve is None or resolve(call, phrasing.room) is not None]
    asked = asked or len(done) < len(calls)
    if not done:
        return _of_nothing(phrasing, asked)
    if len(done) == len(calls) == 1 and same_meaning(phrasing, done[0], resolve):
        return Outcome.RIGHT
    acts = any(TOOLS[call.tool].acts for call in done)
    return Outcome.WRONG_ACTION if acts else Outcome.WRONG_ANSWER


def _of_nothing(phrasing: Phrasing, asked: bool) -> Outcome:
    """Return what became of a sentence at which nothing is done."""
    if phrasing.call == "none" or (phrasing.call == "ask" and asked):
        return Outcome.RIGHT
    return Outcome.ASKED if asked else Outcome.MISSED
