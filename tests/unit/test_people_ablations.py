"""What a part of the works brings is told paired by person, and a thousand chosen examples against a thousand drawn."""

import msgspec
import numpy as np

from sumika.evaluate.people.ablations import ALL, RECORDINGS, Answers, table_of, variants
from sumika.evaluate.people.finished import shipped

PEOPLE, EACH = 6, 50


def answers(wrong: int) -> Answers:
    """Return answers of which so many of each person's are wrong."""
    truth = np.tile(np.arange(EACH) % 5, PEOPLE)
    guess = truth.copy()
    guess[np.arange(PEOPLE * EACH) % EACH < wrong] = 4
    guess[(truth == 4) & (guess == 4) & (np.arange(PEOPLE * EACH) % EACH < wrong)] = 0
    return Answers(truth, guess, np.repeat([f"person {n}" for n in range(PEOPLE)], EACH))


def test_every_variant_changes_one_thing() -> None:
    recipe = shipped("gesture-tiny")
    found = dict(variants(recipe))
    assert found[ALL] == recipe
    encoded = {msgspec.json.encode(one) for one in found.values()}
    assert len(encoded) == len(found)
    assert found["a thousand of them, at random"].choose is not None
    assert found["a thousand of them, at random"].choose.criteria == ()


def test_what_brings_most_is_named_with_its_interval() -> None:
    table = table_of({ALL: answers(5), "without views": answers(15), RECORDINGS: answers(10)})
    most = table["ablation_most"]
    assert round(most.value, 6) == 20.0
    assert most.unit == "points over without views"
    assert most.detail["without views"] == "70.0 %; all parts +20.0 [+20.0, +20.0] points"
    assert "thousand_gain" not in table


def test_a_thousand_chosen_stand_against_a_thousand_at_random() -> None:
    names = ("a thousand of them, chosen", "a thousand of them, at random", ALL, RECORDINGS)
    found = table_of({name: answers(wrong) for name, wrong in zip(names, (10, 11, 5, 5), strict=True)})
    assert round(found["thousand_gain"].value, 6) == 2.0
    assert found["thousand_gain"].detail["against all of them"] == "-10.0 [-10.0, -10.0]"
