"""What the simulated world brings is told paired by person, of teacher and student, and the least of it counts."""

import numpy as np
import pytest

from sumika.evaluate.people.finished import shipped
from sumika.evaluate.people.world_first import Told, learning_first, table_of, without
from sumika.schema import SumikaError

PEOPLE, EACH = 6, 50


def told(teacher: int, student: int) -> Told:
    """Return answers of which so many of each person's are wrong."""
    truth = np.tile(np.arange(EACH) % 5, PEOPLE)
    number = np.arange(PEOPLE * EACH) % EACH

    def guess(wrong: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.where(number < wrong, (truth + 1) % 5, truth)

    who = np.repeat([f"person {n}" for n in range(PEOPLE)], EACH)
    return Told(truth, who, {"teacher": guess(teacher), "student": guess(student)})


def test_who_gains_least_is_the_figure() -> None:
    found = table_of({"much": (told(2, 5), told(10, 15)), "little": (told(2, 5), told(3, 6))})["world_first_gain"]
    assert round(found.value, 6) == 2.0
    assert found.unit == "points of little"
    assert found.detail["interval"] == "+2.0 [+2.0, +2.0]"
    assert found.detail["much, student"] == "90.0 % instead of 70.0 %, +20.0 [+20.0, +20.0] points"
    assert found.detail["little, teacher"] == "96.0 % instead of 94.0 %, +2.0 [+2.0, +2.0] points"


def test_other_examples_are_no_comparison() -> None:
    one = told(2, 5)
    other = Told(one.truth, one.group[::-1], one.guess)
    with pytest.raises(SumikaError, match="different examples"):
        table_of({"mixed": (one, other)})


def test_recipes_that_ask_for_it_are_found_and_can_do_without() -> None:
    names = learning_first()
    assert "movement-tiny" in names
    assert "pose-tiny" not in names
    assert table_of({}) == {}
    recipe = shipped("movement-tiny")
    assert recipe.pretrain is not None
    anew = without(recipe)
    assert anew.pretrain is None
    assert anew.teacher == recipe.teacher
