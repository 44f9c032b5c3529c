"""Difficulty: what reference students fail. Who they are is not known here; they are handed in."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import Example
from sumika.schema import SumikaError

Answers = Callable[[Sequence[Example]], list[str]]
Grade = Callable[[Example, str], bool]
ASKED_AT_ONCE = 256


class Difficulty(msgspec.Struct, frozen=True, kw_only=True):
    """Difficulty per example.

    Attributes:
        score: float64 (example,): 0 easy, 1 hard. For texts the share of references that fail.
        all_fail: bool (example,): every reference fails; s1 keeps these alone.
        correct: bool (reference, example).
    """

    score: NDArray[np.float64]
    all_fail: NDArray[np.bool_]
    correct: NDArray[np.bool_]


class DifficultyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        judged: Examples.
        all_fail: Those that every reference fails.
        all_solve: Those that every reference solves.
        accuracy: Share solved, per reference.
        notes: What makes the judgement worth little.
    """

    judged: int
    all_fail: int
    all_solve: int
    accuracy: tuple[float, ...]
    notes: tuple[str, ...] = ()


def difficulty_of(correct: NDArray[np.bool_]) -> tuple[Difficulty, DifficultyReport]:
    """Return the difficulty from who solved what.

    Args:
        correct: bool (reference, example), at least one reference.

    Raises:
        ValueError: if the shape is another.
    """
    if correct.ndim != 2 or not len(correct) or correct.dtype != np.bool_:
        raise ValueError(f"bool (reference, example) is expected, found {correct.dtype} of shape {correct.shape}")
    return _judged(1.0 - correct.mean(axis=0), correct)


def judge_difficulty(
    examples: Sequence[Example],
    references: Sequence[Answers],
    grade: Grade,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Difficulty, DifficultyReport]:
    """Let every reference student answer every example.

    Args:
        examples: What is asked.
        references: Each answers a list of examples, one answer each.
        grade: Whether an answer is right.
        progress: Called with (answers graded, all).

    Raises:
        SumikaError: if a reference returns another number of answers than it was asked for.
    """
    correct = np.zeros((len(references), len(examples)), bool)
    for number, answers in enumerate(references):
        for start in range(0, len(examples), ASKED_AT_ONCE):
            asked = examples[start : start + ASKED_AT_ONCE]
            given = answers(asked)
            if len(given) != len(asked):
                raise SumikaError(
                    f"it returned {len(given)} answers to {len(asked)} questions",
                    where=f"reference student {number}",
                    remedy='Return one answer per question; "" where there is none.',
                )
            correct[number, start : start + len(asked)] = [
                grade(example, answer) for example, answer in zip(asked, given, strict=True)
            ]
            progress(number * len(examples) + start + len(asked), correct.size)
    return difficulty_of(correct)


def array_difficulty(probabilities: NDArray[np.float32], y: NDArray[np.int64]) -> tuple[Difficulty, DifficultyReport]:
    """Return the difficulty of classified arrays: how far the true class lies behind the best other one.

    The score is (1 - margin) / 2, the mean over the references, with margin = p(true) - max p(other): 0.5 is undecided.

    Args:
        probabilities: float32 (reference, example, class).
        y: int64 (example,); for examples without a label (< 0) the margin between the two best classes is taken, the
            score is 1 at full doubt, and nobody counts as right where the references disagree.

    Raises:
        ValueError: if the shapes do not fit.
    """
    if probabilities.ndim != 3 or probabilities.shape[1] != len(y) or not len(probabilities):
        raise ValueError(f"(reference, {len(y)} examples, class) is expected, found {probabilities.shape}")
    if probabilities.shape[2] < 2 or (len(y) and int(y.max()) >= probabilities.shape[2]):
        raise ValueError(f"probabilities of {probabilities.shape[2]} classes do not fit the labels")
    guess = probabilities.argmax(axis=2)
    true = np.maximum(y, 0)[None, :, None]
    of_true = np.take_along_axis(probabilities, true, axis=2)[..., 0]
    others = probabilities.copy()
    np.put_along_axis(others, np.broadcast_to(true, (*guess.shape, 1)), -np.inf, axis=2)
    score = ((1 - (of_true - others.max(axis=2))) / 2).mean(axis=0, dtype=np.float64)
    best = np.sort(probabilities, axis=2)
    doubt = 1 - (best[..., -1] - best[..., -2]).mean(axis=0, dtype=np.float64)
    correct = np.where(y < 0, (guess == guess[0]).all(axis=0), guess == y)
    return _judged(np.where(y < 0, doubt, score), np.asarray(correct, np.bool_))


def _judged(score: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[Difficulty, DifficultyReport]:
    all_fail, all_solve = np.asarray(~correct.any(axis=0)), np.asarray(correct.all(axis=0))
    notes = []
    if correct.shape[1] and all_solve.all():
        notes.append("every reference solves everything: difficulty tells nothing apart; take weaker references")
    if correct.shape[1] and all_fail.all():
        notes.append("every reference fails everything: difficulty tells nothing apart; take stronger references")
    report = DifficultyReport(
        judged=correct.shape[1],
        all_fail=int(all_fail.sum()),
        all_solve=int(all_solve.sum()),
        accuracy=tuple(float(share) for share in correct.mean(axis=1)) if correct.shape[1] else (),
        notes=tuple(notes),
    )
    return Difficulty(score=score, all_fail=all_fail, correct=correct), report
