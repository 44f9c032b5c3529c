"""What a run has left: counts down, learns the pace of this machine, and is not misled by a slow second."""

import itertools

import pytest

from sumika.distil.forecast import LEAST_PACE, MOST_PACE, Forecast, Left
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import bill_of, load_prices
from sumika.distil.ledger.quote import Quote, StageEstimate
from sumika.distil.records import Spent


class Told:
    """A forecast of three stages, 100, 200 and 300 s long, on a clock of its own."""

    def __init__(self, lengths_s: tuple[float, ...] = (100.0, 200.0, 300.0)) -> None:
        stages = tuple(
            StageEstimate(stage=name, role=Role.STUDENT, spent=Spent(wall_s=length_s, cpu_s=length_s))
            for name, length_s in zip("abcdef", lengths_s, strict=False)
        )
        self.now_s = 1000.0
        self.quote = Quote(name="mine", stages=stages, prices=load_prices().values())
        self.forecast = Forecast(self.quote, lambda: self.now_s)

    def runs(self, stage: str, seconds: float) -> None:
        self.forecast.begin(stage, reused=False)
        self.now_s += seconds
        self.forecast.end()

    def left(self) -> Left:
        return self.forecast.left()


def test_before_the_start_everything_is_left() -> None:
    told = Told()
    assert told.left().seconds == 600.0
    assert told.left().share == 0.0
    whole = bill_of(Spent(wall_s=600.0, cpu_s=600.0), told.quote.prices, "").total_usd
    assert told.left().usd == pytest.approx(whole)


def test_it_counts_down_within_a_stage_and_over_stages() -> None:
    told = Told()
    seen = [told.left()]
    for stage, length_s in (("a", 100), ("b", 200), ("c", 300)):
        told.forecast.begin(stage, reused=False)
        for step in range(1, 5):
            told.now_s += length_s / 4
            told.forecast.progress(step, 4)
            seen.append(told.left())
        told.forecast.end()
    seen.append(told.left())
    for before, after in itertools.pairwise(seen):
        assert after.seconds <= before.seconds + 1e-9
        assert after.usd <= before.usd + 1e-12
        assert after.share >= before.share
    assert seen[2].seconds == pytest.approx(550.0)
    assert (seen[-1].seconds, seen[-1].usd, seen[-1].share) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(("took_s", "pace"), [(200.0, 2.0), (50.0, 0.5), (5000.0, MOST_PACE), (11.0, LEAST_PACE)])
def test_the_pace_so_far_corrects_what_is_left_within_limits(took_s: float, pace: float) -> None:
    told = Told()
    before_usd = told.left().usd
    told.runs("a", took_s)
    assert told.left().seconds == pytest.approx(500.0 * pace)
    assert told.left().usd == pytest.approx(before_usd * 500 / 600 * pace)


def test_one_slow_second_at_the_start_promises_no_hours() -> None:
    told = Told((0.1, 200.0, 300.0))
    told.runs("a", 9.0)
    assert told.left().seconds == pytest.approx(500.0)


def test_a_stage_that_knows_better_than_its_quote_is_believed() -> None:
    told = Told()
    told.forecast.begin("a", reused=False)
    told.now_s += 80.0
    told.forecast.progress(1, 10)
    assert told.left().seconds == pytest.approx(80 * 9 + 500)
    told.now_s += 800.0
    told.forecast.progress(0, 0)
    assert told.left().seconds == pytest.approx(500.0), "never less than nothing"


def test_what_is_reused_takes_nothing_and_says_nothing_of_the_pace() -> None:
    told = Told()
    told.forecast.begin("a", reused=True)
    told.now_s += 0.01
    told.forecast.end()
    assert told.left().seconds == 500.0
    assert told.left().share == pytest.approx(1 / 6)
    told.runs("b", 400.0)
    assert told.left().seconds == pytest.approx(600.0)


def test_a_stage_that_the_quote_does_not_know_costs_nothing_in_it() -> None:
    told = Told()
    told.runs("export", 1000.0)
    assert told.left().seconds == 600.0
    told.runs("a", 100.0)
    told.runs("a", 100.0)
    assert told.left().seconds == pytest.approx(500.0), "a name that comes again was not quoted twice"


def test_an_empty_quote_has_nothing_left() -> None:
    told = Told(())
    told.runs("a", 10.0)
    assert told.left() == Left(share=0.0, seconds=0.0, usd=0.0)
