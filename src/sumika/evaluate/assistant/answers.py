"""What the assistant answers to held-out questions about a simulated month, and whether it makes up any number.

The questions were written apart from sentences, answers and facts; what is true of each is worked out from what made
the month, never from its records. Talk is asked as in a house: by sentences, by the student that ships, from records.
No larger model is asked.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sumika.assistant.names import Names
from sumika.assistant.talk import Talk
from sumika.assistant.talk_ear import Newest
from sumika.assistant.talk_open import open_understander
from sumika.clock import Instant, SimulatedClock
from sumika.evaluate.assistant.households import HOUSEHOLDS, household
from sumika.evaluate.assistant.month_truth import MonthTruth
from sumika.evaluate.assistant.months import write_month
from sumika.evaluate.assistant.phrasings import LANGUAGES
from sumika.evaluate.assistant.questions import MONTH, MONTH_SEED, Question, held_questions
from sumika.evaluate.assistant.score_questions import AnswersScore, score_questions
from sumika.evaluate.figure import Evidence, Figure
from sumika.facts import Book
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkAnswer, TalkRequest
from sumika.units import seconds_to_ns

Detail = dict[str, float | str]


@dataclass(frozen=True)
class Household:
    """One household whose month is asked about.

    Attributes:
        truth: What happened.
        talk: Who answers.
        clock: Of whoever reads the records; it stands at the moment at which a question is asked.
    """

    truth: MonthTruth
    talk: Talk
    clock: SimulatedClock

    def ask(self, question: Question) -> TalkAnswer:
        """Return the answer to a question, at the moment that it names."""
        at_unix_s = question.moment.replace(tzinfo=self.truth.zone).timestamp()
        # Questions do not come in order of time: only the calendar moves.
        self.clock.move_to(Instant(monotonic_ns=0, wall_ns=seconds_to_ns(at_unix_s), boot_id="asked"))
        return self.talk.say(TalkRequest(text=question.text, may=ALL_RIGHTS, sees=(EVERYBODY,)), at_unix_s)


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures.

    Args:
        full: Months are written and asked about; without it nothing is measured, which takes a minute and more.
    """
    if not full:
        return {}
    with tempfile.TemporaryDirectory() as name:
        households = {one: open_household(Path(name) / one, one) for one in HOUSEHOLDS}
        scores = {language: scored(language, households) for language in LANGUAGES}
    return figures(scores)


def open_household(folder: Path, name: str) -> Household:
    """Write a household's month into a folder and return who is asked about it."""
    truth = write_month(folder, name, *MONTH, MONTH_SEED, contradictory=False)
    house, clock = household(name).house, SimulatedClock()
    names = Names(house)
    talk = Talk(house, open_understander(names), Newest(lambda: 0), Book(folder, house, clock), names=names)
    return Household(truth, talk, clock)


def scored(language: str, households: dict[str, Household]) -> AnswersScore:
    """Ask all questions of a language."""
    truths = {name: one.truth for name, one in households.items()}
    return score_questions(held_questions(language), lambda asked: households[asked.household].ask(asked), truths)


def figures(scores: dict[str, AnswersScore]) -> dict[str, Figure]:
    """Return what the scores of the languages come to; the value is the worse one's."""
    right: Detail = {}
    for language, score in scores.items():
        right[language] = f"{score.right.value:.3f} [{score.right.low:.3f}, {score.right.high:.3f}]"
        right |= {f"{language}, {figure}": round(share, 3) for figure, share in score.by_figure().items()}
    invented: Detail = {language: float(score.invented) for language, score in scores.items()}
    worst = min(score.right.value for score in scores.values())
    return {
        "answers_right": Figure(value=worst, unit="share", evidence=Evidence.SIMULATION, detail=right),
        "invented_numbers": Figure(
            value=float(sum(score.invented for score in scores.values())),
            unit="numbers",
            evidence=Evidence.SIMULATION,
            detail=invented,
        ),
    }
