"""What a part of the works brings is told paired by person, and a thousand chosen examples against a thousand drawn."""

import msgspec
import numpy as np
import pytest

from sumika.evaluate.people.ablations import ALL, RECORDINGS, Answers, of_all, table_of, variants
from sumika.evaluate.people.finished import shipped
from sumika.schema import SumikaError

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


def test_variants_are_compared_on_the_people_whom_all_of_them_were_asked() -> None:
    whole, other = answers(5), answers(10)
    rows = np.concatenate([np.flatnonzero(other.group == f"person {n}") for n in reversed(range(1, PEOPLE))])
    part = Answers(other.truth[rows], other.guess[rows], other.group[rows])
    found = of_all({ALL: whole, "without views": part})
    assert set(found[ALL].group.tolist()) == {f"person {n}" for n in range(1, PEOPLE)}
    assert np.array_equal(found[ALL].truth, found["without views"].truth)
    assert table_of({ALL: whole, "without views": part})["ablation_most"].value > 0
    short = Answers(part.truth[:-1], part.guess[:-1], part.group[:-1])
    with pytest.raises(SumikaError, match="different gestures"):
        of_all({ALL: whole, "without views": short})
