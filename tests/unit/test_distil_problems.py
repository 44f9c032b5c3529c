"""Built-in problems: right by their own working, skewed and soiled as stated, and never seen before the evaluation."""

import re
import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from sumika.distil import problems
from sumika.distil.clean import CleanSettings, clean
from sumika.distil.grade.grader import grade_all
from sumika.distil.judge import QualitySettings, judge_quality
from sumika.distil.problems.pool import POOL_SHARES, SOILED_SHARES, draw, ones_first
from sumika.distil.records import Grading
from sumika.schema import UsageError

EVERY = (*problems.MATHS, *problems.CODING)
SUM = re.compile(r"(-?\d+)([+*-])(\d+)=(-?\d+)")
MODULE = sys.modules[draw.__module__]  # its package names a function like it


@pytest.mark.parametrize("hardness", problems.HARDNESS)
@pytest.mark.parametrize("domain", problems.MATHS)
def test_each_step_of_maths_is_right_and_the_last_one_is_the_answer(domain: str, hardness: int) -> None:
    random = Random(domain)
    for _ in range(60):
        worked = problems.MATHS[domain](random, hardness)
        sums = [match.groups() for step in worked.steps for match in SUM.finditer(step)]
        assert sums
        for left, sign, right, result in sums:
            a, b = int(left), int(right)
            assert {"+": a + b, "-": a - b, "*": a * b}[sign] == int(result), worked
        last = worked.steps[-1].partition("=")[2] if domain != "dates" else ""
        assert not last or worked.answer.split()[0] == last, worked


@pytest.mark.parametrize("domain", problems.CODING)
def test_every_program_passes_its_own_tests_and_a_slip_does_not(domain: str) -> None:
    drawn = [draw(domain, hardness, Random(f"{domain} {hardness}")) for hardness in problems.HARDNESS]
    right = grade_all(drawn, [one.answer for one in drawn])
    wrong = grade_all(drawn, [one.answer.replace(": return ", ": return 1+") for one in drawn])
    assert [grade.correct for grade in right] == [True] * 3
    assert [grade.correct for grade in wrong] == [False] * 3
    assert {one.grading for one in drawn} == {Grading.CODE}
    assert all(len(one.tests) >= 3 for one in drawn)


def test_an_expression_is_worth_what_its_working_says() -> None:
    random = Random(0)
    for hardness in problems.HARDNESS:
        for _ in range(50):
            worked = problems.MATHS["arithmetic"](random, hardness)
            numbers = re.fullmatch(r"[\d+*()-]+", worked.prompt)
            assert numbers, worked.prompt
            assert _value(worked.prompt) == int(worked.answer)


def _value(text: str) -> int:
    """Return the value of sums, products and brackets, read from left to right with products first."""
    while "(" in text:
        text = re.sub(r"\(([^()]*)\)", lambda match: str(_value(match[1])), text)
    while "*" in text:
        text = re.sub(r"(\d+)\*(\d+)", lambda match: str(int(match[1]) * int(match[2])), text, count=1)
    return sum(int(part) for part in re.findall(r"[+-]?\d+", text))


def test_numbers_of_a_working_are_written_ones_first() -> None:
    assert ones_first("47+8=55;38*7=266") == "74+8=55;83*7=662"
    assert ones_first("7*12=84;mon+2=wed") == "7*21=48;mon+2=wed"
    drawn = problems.even(50, 0, without=set(), domains=("stories",))
    for one in drawn:
        last = ones_first(one.reasoning).rpartition("=")[2]
        assert one.answer.split()[0] == last, "turned round twice it is as usual"


def test_a_seed_decides_everything() -> None:
    assert problems.pool(200, 1) == problems.pool(200, 1)
    assert problems.pool(200, 1) != problems.pool(200, 2)
    assert problems.even(50, 1, without=set()) == problems.even(50, 1, without=set())
    assert problems.even(50, 1, without=set()) != problems.even(50, 2, without=set())
    first, second = (problems.evaluation(3, seed, without=set()) for seed in (1, 2))
    assert first == problems.evaluation(3, 1, without=set()) != second


def test_a_pool_is_skewed_and_soiled_as_stated_and_the_engine_finds_that() -> None:
    pool = problems.pool(4000, 1)
    counts = Counter(one.domain for one in pool)
    for domain, share in POOL_SHARES.items():
        assert counts[domain] / len(pool) == pytest.approx(share, abs=0.03)
    cut = sum(not one.answer for one in pool)
    garbled = sum("[image]" in one.reasoning for one in pool)
    assert cut / len(pool) == pytest.approx(SOILED_SHARES["cut"], abs=0.01)
    assert garbled / len(pool) == pytest.approx(SOILED_SHARES["garbled"], abs=0.01)
    kept, report = clean(pool[:1500], {}, CleanSettings())
    assert report.share("exact duplicate") >= SOILED_SHARES["repeated"] / 2
    assert len({one.prompt for one in kept}) == len(kept)
    quality, _ = judge_quality(kept, QualitySettings())
    soiled = [not one.answer or "[image]" in one.reasoning for one in kept]
    assert all(score < 0.5 for score, bad in zip(quality.score, soiled, strict=True) if bad)
    sound = [score for score, bad in zip(quality.score, soiled, strict=True) if not bad]
    assert sum(score >= 0.5 for score in sound) / len(sound) > 0.99


def test_an_evaluation_shares_nothing_with_the_pool_and_has_as_many_of_each_domain() -> None:
    pool = problems.pool(3000, 1)
    seen = {one.prompt for one in pool}
    found = problems.evaluation(20, 1, without=seen)
    assert Counter(one.domain for one in found) == dict.fromkeys(EVERY, 20)
    assert not seen & {one.prompt for one in found}
    assert len({one.prompt for one in found}) == len(found)
    assert all(one.answer and one.reasoning and one.licence for one in found)


def test_worked_problems_are_even_and_avoid_what_is_named() -> None:
    first = problems.even(300, 1, without=set(), domains=("units", "lists"))
    counts = Counter(one.domain for one in first)
    assert set(counts) == {"units", "lists"}
    assert min(counts.values()) > 100
    seen = {one.prompt for one in first[:100]}
    assert not seen & {one.prompt for one in problems.even(300, 1, without=seen, domains=("units", "lists"))}
    easy = problems.even(100, 1, hardness=(1,), without=set(), domains=("compose",))
    assert all(one.reasoning.count(";") == 1 for one in easy)


def test_only_the_named_domains_are_drawn() -> None:
    assert {one.domain for one in problems.pool(200, 1, ("dates", "repeats"))} == {"dates", "repeats"}
    assert {one.domain for one in problems.evaluation(2, 1, without=set(), domains=("dates",))} == {"dates"}


def test_an_unknown_domain_is_told_with_those_that_there_are() -> None:
    calls: list[Callable[[], object]] = [
        lambda: problems.pool(1, 0, ("sums",)),
        lambda: problems.evaluation(1, 0, without=set(), domains=("sums",)),
        lambda: problems.even(1, 0, without=set(), domains=("sums",)),
    ]
    for draws in calls:
        with pytest.raises(UsageError, match=r"no domain 'sums' of problems.*arithmetic, dates"):
            draws()


def test_a_domain_that_is_used_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "MISSES", 20)
    only = draw("units", 1, Random(0))
    monkeypatch.setattr(MODULE, "draw", lambda domain, hardness, random: only)
    with pytest.raises(UsageError, match=r"units has no 2 problems that are not in the pool.*`per_domain` smaller"):
        problems.evaluation(2, 0, without=set(), domains=("units",))
    assert problems.evaluation(1, 0, without=set(), domains=("units",)) == [only]


def test_a_harder_problem_stands_in_where_no_easy_one_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "MISSES", 20)
    easy = draw("units", 1, Random(0))

    def few(domain: str, hardness: int, random: Random) -> object:
        return easy if hardness == 1 else draw(domain, hardness, random)

    monkeypatch.setattr(MODULE, "draw", few)
    found = problems.evaluation(6, 0, without={easy.prompt}, domains=("units",))
    assert len(found) == 6
    assert easy not in found
