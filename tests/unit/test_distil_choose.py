"""The choice is good, hard and diverse, and says where the pool falls short."""

from collections import Counter
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.distil.choose import (
    ChooseSettings,
    array_domains,
    choose,
    choose_arrays,
    choose_rows,
    diverse,
    lengths_of,
    text_domains,
)
from sumika.distil.records import ArraySet, Example
from sumika.schema import SumikaError

DIVERSITY = ChooseSettings(count=30, by=("diversity",))


def _pool(sizes: dict[str, int]) -> list[Example]:
    return [Example(prompt=f"{domain} {row}", domain=domain) for domain, size in sizes.items() for row in range(size)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 120), st.integers(0, 9), st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_choice_is_uniform_over_domains_as_far_as_they_reach(
    sizes: list[int], count: int, seed: int, longer: bool
) -> None:
    domains = np.repeat([f"domain {number}" for number in range(len(sizes))], sizes)
    lengths = np.arange(len(domains), dtype=np.float64) if longer else None
    rows = diverse(domains, lengths, count, seed)
    assert len(rows) == len(set(rows.tolist())) == min(count, len(domains))
    chosen = Counter(domains[rows].tolist())
    most = max(chosen.values())
    for number, size in enumerate(sizes):
        assert chosen[f"domain {number}"] >= min(size, most - 1)
    assert diverse(domains, lengths, count, seed).tolist() == rows.tolist()


def test_longer_traces_are_preferred_by_a_power_of_two_per_rank() -> None:
    lengths = np.array([5.0, 40.0, 20.0, 10.0])
    first = Counter(int(diverse(["a"] * 4, lengths, 1, seed)[0]) for seed in range(2000))
    expected = np.array([1, 8, 4, 2]) / 15
    assert np.array([first[row] for row in range(4)]) / 2000 == pytest.approx(expected, abs=0.04)


def test_another_seed_is_another_choice_and_the_order_of_ties_is_random() -> None:
    choices = {tuple(diverse(["a"] * 50, np.zeros(50), 5, seed).tolist()) for seed in range(20)}
    assert len(choices) > 15
    assert len({row for choice in choices for row in choice}) > 30


def test_shorter_traces_can_be_preferred() -> None:
    lengths = np.arange(400, dtype=np.float64)

    def mean_length(prefer: Literal["longer", "shorter", "none"]) -> float:
        settings = ChooseSettings(count=50, by=("diversity",), prefer=prefer)
        return float(lengths[choose_rows(np.full(400, "a"), None, None, lengths, settings)[0]].mean())

    assert mean_length("longer") > 330
    assert 150 < mean_length("none") < 250
    assert mean_length("shorter") < 70


def test_bad_and_easy_problems_are_not_chosen_while_there_are_others() -> None:
    pool = _pool({"a": 40, "b": 40})
    quality = (np.arange(80) % 2).astype(np.float64)
    difficulty = (np.arange(80) % 4 > 1).astype(np.float64)
    rows, report = choose(pool, quality, difficulty, None, ChooseSettings(count=10))
    assert quality[rows].min() == difficulty[rows].min() == 1
    assert report.per_domain == {"a": 5, "b": 5}
    assert (report.pool, report.good, report.hard, report.chosen, report.filled) == (80, 40, 20, 10, 0)


@pytest.mark.parametrize("criterion", ["quality", "difficulty", "diversity"])
def test_one_flag_takes_one_criterion_out(criterion: str) -> None:
    pool = _pool({"a": 190, "b": 10})
    quality, difficulty = (np.arange(200) % 2).astype(np.float64), (np.arange(200) % 4 > 1).astype(np.float64)
    whole = ChooseSettings(count=20, fill=False)
    ablated = ChooseSettings(count=20, fill=False, without=(criterion,))  # type: ignore[arg-type]  # a parameter of pytest is a str
    rows, report = choose(pool, quality, difficulty, None, ablated)
    assert report.criteria == tuple(name for name in whole.by if name != criterion)
    assert (quality[rows].min() == 0) == (criterion == "quality")
    assert (difficulty[rows].min() == 0) == (criterion == "difficulty")


def test_without_diversity_a_rare_domain_is_as_rare_as_in_the_pool() -> None:
    pool = _pool({"a": 190, "b": 10})
    by = ChooseSettings(count=20, by=("quality", "diversity"))
    without = ChooseSettings(count=20, by=("quality", "diversity"), without=("diversity",))
    assert choose(pool, np.ones(200), None, None, by)[1].per_domain == {"a": 10, "b": 10}
    assert choose(pool, np.ones(200), None, None, without)[1].per_domain.get("b", 0) <= 4


def test_without_every_criterion_it_is_a_random_choice_that_needs_no_scores() -> None:
    pool = _pool({"a": 900, "b": 100})
    rows, report = choose(
        pool, None, None, None, ChooseSettings(count=200, without=("quality", "difficulty", "diversity"))
    )
    assert len(set(rows.tolist())) == 200
    assert 8 <= report.per_domain["b"] <= 36


def test_a_criterion_without_scores_is_an_error() -> None:
    with pytest.raises(ValueError, match="difficulty counts, but there are no scores"):
        choose(_pool({"a": 3}), np.ones(3), None, None, ChooseSettings())
    with pytest.raises(ValueError, match="2 scores of quality for 3 examples"):
        choose(_pool({"a": 3}), np.ones(2), None, None, ChooseSettings())


def test_where_everything_is_easy_the_hardest_are_taken_and_it_is_said() -> None:
    difficulty = np.linspace(0, 0.9, 50)
    rows, report = choose(_pool({"a": 50}), np.ones(50), difficulty, None, ChooseSettings(count=5))
    assert sorted(rows.tolist()) == [45, 46, 47, 48, 49]
    assert report.filled == 5
    assert any("nothing is hard" in note for note in report.notes)
    none, strict = choose(_pool({"a": 50}), np.ones(50), difficulty, None, ChooseSettings(count=5, fill=False))
    assert len(none) == 0
    assert any("left out" in note for note in strict.notes)


def test_more_than_there_are_takes_all_and_says_so() -> None:
    rows, report = choose(_pool({"a": 7}), np.ones(7), np.ones(7), None, ChooseSettings(count=99))
    assert sorted(rows.tolist()) == list(range(7))
    assert any("99 were asked for, 7 could be chosen" in note for note in report.notes)


def test_nothing_need_be_traced_before_it_is_chosen_and_what_stands_in_is_said() -> None:
    traced = [Example(prompt="abc", reasoning="a long thought"), Example(prompt="abcd")]
    lengths, proxy = lengths_of(traced)
    assert (lengths.tolist(), proxy) == ([14, 0], "length of the reasoning that came with the data")
    lengths, proxy = lengths_of([Example(prompt="abc", answer="4")])
    assert (lengths.tolist(), proxy) == ([3], "length of the prompt")
    _rows, report = choose(_pool({"a": 9, "b": 9}), None, None, None, ChooseSettings(count=4, by=("diversity",)))
    assert any("stands in for the length of the trace: length of the prompt" in note for note in report.notes)


def test_texts_without_domains_are_clustered_by_their_words() -> None:
    kinds = ("how many apples does the farmer have", "write python code that sorts lists", "which day follows monday")
    pool = [Example(prompt=f"{kinds[row % 3]} {row}") for row in range(90)]
    domains, origin = text_domains(pool, 3, seed=0)
    assert "3 clusters" in origin
    assert all(len({domains[row] for row in range(kind, 90, 3)}) == 1 for kind in range(3))
    assert text_domains(pool, 3, seed=0)[0] == domains


def _arrays(groups: int, domains: tuple[str, ...] = ("",)) -> ArraySet:
    x = np.random.default_rng(0).normal(size=(120, 2, 16)).astype(np.float32)
    x[::3] *= 20
    return ArraySet(
        x=x,
        y=np.arange(120) % 2,
        group=np.array([f"person {row % groups}" for row in range(120)]),
        domain=np.array([domains[row % len(domains)] for row in range(120)]),
        classes=("walk", "box"),
    )


def test_arrays_take_domains_then_groups_then_clusters() -> None:
    assert array_domains(_arrays(4, ("a", "b")), "auto", 3, 0)[1] == "domains as the data state them"
    assert array_domains(_arrays(4), "auto", 3, 0)[1] == "groups"
    domains, origin = array_domains(_arrays(120), "auto", 3, 0)
    assert origin == "clusters within classes"
    assert len(np.unique(domains)) == 6
    assert array_domains(_arrays(4), "class", 3, 0)[0].tolist()[:2] == ["0", "1"]


def test_a_regression_has_no_classes_to_choose_over() -> None:
    arrays = _arrays(4)
    regression = ArraySet(x=arrays.x, y=np.zeros((120, 1), np.float32), group=arrays.group, domain=arrays.domain)
    with pytest.raises(SumikaError, match="a regression has no classes"):
        array_domains(regression, "class", 3, 0)
    assert array_domains(regression, "clusters", 3, 0)[1] == "clusters within classes"


def test_sets_of_points_are_clustered_by_their_real_points() -> None:
    arrays = _arrays(120)
    x = np.swapaxes(arrays.x, 1, 2).copy()
    mask = np.ones((120, 16), bool)
    mask[:, 12:] = False
    one = ArraySet(x=x, y=arrays.y, group=arrays.group, domain=arrays.domain, mask=mask)
    x = x.copy()
    x[:, 12:] = 1e6
    other = ArraySet(x=x, y=arrays.y, group=arrays.group, domain=arrays.domain, mask=mask)
    assert array_domains(one, "clusters", 3, 0)[0].tolist() == array_domains(other, "clusters", 3, 0)[0].tolist()


def test_arrays_are_chosen_uniformly_over_persons_and_the_harder_preferred() -> None:
    difficulty = np.linspace(0.5, 1, 120)
    some = ChooseSettings(count=20, least_difficulty=0.5)
    rows, report = choose_arrays(_arrays(4), np.ones(120), difficulty, some)
    assert set(report.per_domain.values()) == {5}
    assert difficulty[rows].mean() > 0.9
    assert choose_arrays(_arrays(4), np.ones(120), difficulty, some)[0].tolist() == rows.tolist()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="names 'difficulty', which is not among `by`"):
        ChooseSettings(by=("quality",), without=("difficulty",))
    with pytest.raises(ValueError, match="at least one"):
        ChooseSettings(count=0)
