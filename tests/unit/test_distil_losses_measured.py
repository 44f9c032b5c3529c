"""The measurement behind the cookbook of losses: what it compares, and how sure it says it is."""

import math

import numpy as np
import pytest

from sumika.distil.recipe_teachers import Shape
from sumika.evaluate.distil import array_losses, language_losses
from sumika.evaluate.distil.losses import as_text, effects, interval_over_seeds

pytestmark = pytest.mark.slow


def test_the_interval_is_students() -> None:
    found = interval_over_seeds([1.0, 2.0, 3.0, 4.0, 5.0])
    half = 2.776445 * math.sqrt(2.5) / math.sqrt(5)  # t of 4 degrees of freedom, from a table
    assert found.value == pytest.approx(3.0)
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half), abs=1e-4)


def test_one_seed_says_nothing() -> None:
    found = interval_over_seeds([7.0])
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_effects_are_paired_and_in_points() -> None:
    # Each way varies far more over the seeds than the two differ: paired, the difference is still clear.
    scores = [
        {"plain": base, "better": base + 0.02 + wobble} for base, wobble in ((0.2, 0.0), (0.5, 0.002), (0.8, 0.0))
    ]
    scores = [one | {"same": one["plain"] + shift} for one, shift in zip(scores, (0.01, -0.01, 0.0), strict=True)]
    better, same = effects(scores, {"better": "plain", "same": "plain"})
    assert better.gain.value == pytest.approx(2.0667, abs=1e-3)
    assert better.is_clear
    assert not same.is_clear
    table = as_text(scores, [better, same])
    assert "| plain | 0.500 | | | |" in table
    assert "not measurable" in table.splitlines()[-1]
    assert "not measurable" not in table.splitlines()[-2]


def test_every_way_of_arrays_is_scored() -> None:
    sizes = array_losses.ArraySizes(
        labelled=200, unlabelled=100, unseen=300, members=2, teacher_epochs=6, student_epochs=12
    )
    found = array_losses.scores(0, sizes)
    assert {*array_losses.AGAINST, *array_losses.AGAINST.values()} <= set(found)
    assert all(0 <= one <= 1 for one in found.values())
    assert found["teacher"] > 1.3 / len(array_losses.CLASSES)  # it has learnt something to teach
    assert len({found[name] for name in array_losses.AGAINST}) > 2  # the ways are different ways


def test_the_table_has_classes_that_can_be_told_apart_and_others_that_overlap() -> None:
    data = array_losses.rows(4000, 1)
    places = np.random.default_rng(0).normal(size=(array_losses.PLACES, array_losses.COLUMNS))
    nearest = np.linalg.norm(data.x[:, None] - places[None], axis=2).argmin(axis=1) % len(array_losses.CLASSES)
    best = float((nearest == data.y).mean())  # equal heaps, equally likely: nobody can do better
    assert 0.6 < best < 0.95


def test_sums_are_right_and_never_repeated() -> None:
    problems = language_losses.draw(500, "here", set())
    for one in problems:
        digits = [int(digit) for digit in one.prompt.split("+")]
        assert one.answer == str(sum(digits) % language_losses.MODULUS)
        assert one.reasoning[0] == str(sum(digits[:2]) % language_losses.MODULUS)
        assert one.reasoning[-1] == one.answer
    prompts = {one.prompt for one in problems}
    assert len(prompts) == len(problems)
    assert not prompts & {one.prompt for one in language_losses.draw(500, "there", prompts)}


def test_every_way_of_language_is_scored() -> None:
    tiny = Shape(width=16, layers=1, head_width=16)
    sizes = language_losses.LanguageSizes(
        teacher=Shape(width=32, layers=2, head_width=16),
        teacher_examples=200,
        teacher_epochs=3,
        student=tiny,
        examples=60,
        epochs=2,
        further_steps=2,
        tries=2,
        unseen=40,
    )
    found = language_losses.Lesson(sizes).scores(0)
    assert {*language_losses.AGAINST, *language_losses.AGAINST.values()} <= set(found)
    assert all(0 <= one <= 1 for one in found.values())
