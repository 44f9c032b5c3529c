"""The bench of talking: a few sentences and answers go all the way, and the figures say what was scored."""

from pathlib import Path

import pytest

from sumika.distil.compare import Interval
from sumika.evaluate.assistant import answers, sentences
from sumika.evaluate.assistant.phrasings import held_phrasings
from sumika.evaluate.assistant.questions import held_questions
from sumika.evaluate.assistant.sampled_english import sampled_phrasings
from sumika.evaluate.assistant.score_questions import AnswersScore, score_questions
from sumika.evaluate.assistant.score_sentences import Outcome
from sumika.evaluate.figure import Evidence


def test_sentences_are_scored_through_the_whole_assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "held_phrasings", lambda language: held_phrasings(language)[::40])
    monkeypatch.setattr(sentences, "sampled_phrasings", lambda: sampled_phrasings()[::40])
    figures = sentences.measure(full=False)
    assert set(figures) == {"intents_right_ja", "intents_right_en", "intents_right_en_by_hand", "wrong_actions"}
    for key in ("intents_right_ja", "intents_right_en"):
        figure = figures[key]
        counted = sum(float(figure.detail[outcome.value]) for outcome in Outcome)
        assert counted == float(figure.detail["sentences"]) > 10
        assert figure.value == pytest.approx(float(figure.detail[Outcome.RIGHT.value]) / counted)
        assert figure.evidence is Evidence.SIMULATION
    assert figures["intents_right_en"].value > 0.5


@pytest.mark.slow
def test_questions_are_asked_of_a_month_and_judged(tmp_path: Path) -> None:
    household = answers.open_household(tmp_path, "alone")
    asked = [one for one in held_questions("ja") if one.household == "alone"][::8]
    score = score_questions(asked, household.ask, {"alone": household.truth})
    assert len(score.cases) == len(asked) > 5
    assert score.invented == 0
    assert score.right.value > 0.4


def test_the_worse_language_is_the_figure_and_inventions_are_added() -> None:
    def score(right: float, invented: int) -> AnswersScore:
        return AnswersScore(cases=(), right=Interval(value=right, low=right, high=right), invented=invented)

    figures = answers.figures({"ja": score(0.9, 1), "en": score(0.8, 2)})
    assert figures["answers_right"].value == pytest.approx(0.8)
    assert figures["invented_numbers"].value == 3
    assert answers.measure(full=False) == {}
