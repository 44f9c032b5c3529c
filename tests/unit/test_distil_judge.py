"""Every fault of quality has its rule, and difficulty is what reference students fail."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sumika.distil.judge import (
    QualitySettings,
    SignalQualitySettings,
    array_difficulty,
    difficulty_of,
    judge_difficulty,
    judge_quality,
    judge_signals,
)
from sumika.distil.judge._rules import RULES
from sumika.distil.records import ArraySet, Example, Grading
from sumika.schema import SumikaError

GOOD: dict[str, Any] = {
    "prompt": "A box holds (3 + 4) * 2 pens. How many pens are that?",
    "answer": "14",
    "reasoning": "3 + 4 = 7, and 7 * 2 = 14. The answer is 14.",
}
ART = "What is drawn?\n+-----+\n|     |\n+--|--+\n\\-----/"
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("empty_answer", {"answer": " ", "reasoning": ""}),
    ("broken_answer", {"answer": "N/A", "reasoning": ""}),
    ("broken_answer", {"answer": "I cannot answer that.", "reasoning": ""}),
    ("ascii_art", {"prompt": ART}),
    ("placeholder", {"prompt": "Hello {{name}}, how many pens are that?"}),
    ("image_reference", {"prompt": "How many pens are shown in the figure?"}),
    ("image_reference", {"reasoning": "[image]14"}),
    ("truncated_reasoning", {"reasoning": "3 + 4 = 7, and"}),
    ("truncated_reasoning", {"reasoning": "```python\nprint(14)"}),
    ("inconsistent_answer", {"reasoning": "So the answer is 15."}),
    ("inconsistent_answer", {"reasoning": r"\boxed{14} or rather \boxed{15}"}),
    ("undecodable", {"prompt": "How many pens\ufffd are that?"}),
    ("unbalanced_brackets", {"prompt": "What is (3 + 4 * 2 all in all?"}),
    ("too_short", {"prompt": "Eh"}),
    ("too_long", {"prompt": " ".join(map(str, range(50_000)))}),
    ("repeated", {"reasoning": "Wait, let me think.\n" * 9}),
]


@pytest.mark.parametrize(("rule", "changes"), FAULTS)
def test_a_fault_is_found_by_its_rule_alone_and_falls_under_the_threshold(rule: str, changes: dict[str, Any]) -> None:
    quality, report = judge_quality([Example(**(GOOD | changes))], QualitySettings())
    assert quality.reasons == ((rule,),)
    assert quality.score[0] < 0.5
    assert report.faults == {rule: 1}
    without, _report = judge_quality([Example(**(GOOD | changes))], QualitySettings(without=(rule,)))
    assert without.score[0] == 1


def test_every_rule_has_a_fault_that_it_finds() -> None:
    assert {rule for rule, _ in FAULTS} == set(RULES)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reasoning": ""},
        {"prompt": "On which of [0, 1) and (1, 2] is it true? a) one b) two"},
        {"answer": "14.0"},
        {"reasoning": r"It is \boxed{14}."},
        {"answer": "def f(x):\n    return x  # TODO", "grading": Grading.CODE, "reasoning": "The answer is a program."},
        {"answer": "", "tests": ("assert f(1) == 1",)},
    ],
)
def test_what_is_right_has_no_fault(changes: dict[str, Any]) -> None:
    quality, report = judge_quality([Example(**(GOOD | changes))], QualitySettings())
    assert quality.reasons == ((),)
    assert (quality.score[0], report.faultless) == (1, 1)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="names 'empty', which is no rule"):
        QualitySettings(without=("empty",))


def test_hard_is_what_every_reference_fails() -> None:
    difficulty, report = difficulty_of(np.array([[True, False, False], [True, True, False]]))
    assert difficulty.score.tolist() == [0, 0.5, 1]
    assert difficulty.all_fail.tolist() == [False, False, True]
    assert (report.all_fail, report.all_solve) == (1, 1)
    assert report.accuracy == pytest.approx((1 / 3, 2 / 3))


def test_references_are_asked_in_parts_and_graded() -> None:
    examples = [Example(prompt=str(number), answer=str(number)) for number in range(600)]
    asked: list[int] = []
    told: list[tuple[int, int]] = []

    def echo(some: Sequence[Example]) -> list[str]:
        asked.append(len(some))
        return [example.prompt for example in some]

    def mute(some: Sequence[Example]) -> list[str]:
        return ["1"] * len(some)

    difficulty, _report = judge_difficulty(
        examples,
        [echo, mute],
        lambda example, answer: example.answer == answer,
        progress=lambda done, total: told.append((done, total)),
    )
    assert sum(asked) == 600
    assert told[-1] == (1200, 1200)
    assert difficulty.score[:3].tolist() == [0.5, 0, 0.5]


def test_a_reference_that_loses_answers_is_named() -> None:
    with pytest.raises(SumikaError, match="reference student 0: it returned 0 answers to 1 questions"):
        judge_difficulty([Example(prompt="a")], [lambda _some: []], lambda _example, _answer: True)


def test_everything_easy_is_said() -> None:
    assert "weaker references" in difficulty_of(np.ones((2, 3), bool))[1].notes[0]
    assert "stronger references" in difficulty_of(np.zeros((2, 3), bool))[1].notes[0]


def test_correctness_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="bool"):
        difficulty_of(np.ones(3, bool))


def test_arrays_are_hard_as_far_as_the_true_class_lies_behind() -> None:
    probabilities = np.array([[[0.9, 0.1, 0], [0.5, 0.5, 0], [0.2, 0.8, 0], [0.1, 0.1, 0.8]]], np.float32)
    difficulty, _report = array_difficulty(probabilities, np.array([0, 0, 0, -1]))
    assert difficulty.score == pytest.approx([0.1, 0.5, 0.8, 0.3])
    assert difficulty.correct.tolist() == [[True, True, False, True]]
    with pytest.raises(ValueError, match="do not fit the labels"):
        array_difficulty(probabilities, np.array([0, 0, 0, 3]))


def test_missing_flat_and_clipped_signals_are_found() -> None:
    x = np.random.default_rng(0).normal(size=(6, 2, 64)).astype(np.float32)
    x[1, 0, 3] = np.nan
    x[2] = 0.25
    x[3] = np.clip(x[3], -0.4, 0.4)
    x[4] = np.sign(x[4])
    arrays = ArraySet(x=x, y=np.array([0, 0, 0, 0, 0, -1]), group=np.full(6, "a"), domain=np.full(6, ""))
    quality, report = judge_signals(arrays, SignalQualitySettings())
    assert quality.reasons == ((), ("not_finite",), ("flat",), ("clipped",), (), ("unlabelled",))
    assert (quality.score >= 0.5).tolist() == [True, False, False, False, True, True]
    assert report.first["flat"] == ("row 2 of group 'a'",)


def test_sets_without_points_are_found_and_padding_may_be_anything() -> None:
    x = np.full((2, 4, 3), np.nan, np.float32)
    x[0, :2] = 1
    mask = np.array([[True, True, False, False], [False] * 4])
    arrays = ArraySet(x=x, y=np.zeros(2, np.int64), group=np.full(2, "a"), domain=np.full(2, ""), mask=mask)
    assert judge_signals(arrays, SignalQualitySettings())[0].reasons == ((), ("no_points",))
