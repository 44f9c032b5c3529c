"""Perfect foresight: what it knows of days that were lived, and that living them again makes them cheaper."""

from dataclasses import replace

import numpy as np
import pytest

from sumika.evaluate.control import foresight
from sumika.evaluate.control.arena import Arena, Span
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.diary import Diary, joined
from sumika.evaluate.control.foresight import with_foresight
from sumika.evaluate.control.lived import Limit, lived
from sumika.evaluate.control.weeks import Week, week_of
from sumika.schema.worth import Worth, worth_of

WEEK = "winter_tokyo"
SPAN = Span(warm_up_days=0.5, days=0.25)


def arena_of(week: Week) -> Arena:
    return Arena(week.house(11, warm_up_days=1), perfect_forecast=True, seed=11, span=SPAN)


def under_a_thermostat(days: float) -> Diary:
    arena = arena_of(week_of(WEEK))
    return arena.run(FAMILIES["thermostat"].make(arena.house, tuned_settings(WEEK, "thermostat")), days)


@pytest.fixture(scope="module")
def diary() -> Diary:
    return under_a_thermostat(0.5)


def limits(diary: Diary, name: str, carried: str, *, above: bool) -> list[Limit]:
    told = lived(diary, Worth(), frozenset()).limits
    return [one for one in told if (one.name, one.carried, one.above) == (name, carried, above)]


@pytest.mark.slow
def test_what_was_missing_to_a_limit_times_its_price_is_what_it_cost(diary: Diary) -> None:
    """The limits of a diary, read as the plan reads them, give back the diary's own bill."""
    bill = cost_of(diary, Worth())
    for above, sign in ((True, -1.0), (False, 1.0)):
        assert all(np.isfinite(one.away).all() for one in limits(diary, "comfort", "heat", above=above)), sign
    told = 0.0
    for above in (True, False):
        for one in limits(diary, "comfort", "heat", above=above):
            beyond = np.maximum(-one.away if above else one.away, 0.0)
            told += float((beyond * one.cost_per_h).sum()) * 0.25
    assert told == pytest.approx(bill.discomfort, rel=0.1)
    stale = sum(
        float((np.maximum(-one.away, 0.0) * one.cost_per_h).sum()) * 0.25
        for one in limits(diary, "air", "co2", above=True)
    )
    assert stale == pytest.approx(bill.stale_air, rel=0.15, abs=3.0)


@pytest.mark.slow
def test_nobody_minds_a_room_that_nobody_is_in(diary: Diary) -> None:
    nobody = replace(diary, people=replace(diary.people, room=np.full_like(diary.people.room, -1)))
    told = lived(nobody, Worth(), frozenset())
    assert not any((one.cost_per_h > 0.0).any() for one in told.limits if one.carried != "humidity")
    assert not any(one.name == "comfort" for one in told.limits)


@pytest.mark.slow
def test_a_house_that_is_lived_in_on_and_on_has_one_diary(diary: Diary) -> None:
    arena = arena_of(week_of(WEEK))
    controller = FAMILIES["thermostat"].make(arena.house, tuned_settings(WEEK, "thermostat"))
    both = joined(arena.run(controller, 0.25), arena.run(controller, 0.25))
    assert both.began == diary.began
    assert both.ended == diary.ended
    np.testing.assert_allclose(both.grid_w, diary.grid_w)
    assert cost_of(both, Worth()).total == pytest.approx(cost_of(diary, Worth()).total)


@pytest.mark.slow
def test_days_that_were_lived_before_are_cheaper_than_with_a_thermostat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "AFTER_DAYS", 0.75)
    week = week_of(WEEK)
    arena = arena_of(week)
    thermostat = FAMILIES["thermostat"].make(arena.house, tuned_settings(WEEK, "thermostat"))
    arena.run(thermostat, SPAN.warm_up_days)
    worth = worth_of(arena.house.control, "JPY")
    simple = cost_of(arena.run(thermostat, SPAN.days), worth).total
    foreseen = arena_of(week)
    knows = with_foresight(foreseen, week, lives=2)
    thermostat = FAMILIES["thermostat"].make(foreseen.house, tuned_settings(WEEK, "thermostat"))
    foreseen.run(thermostat, SPAN.warm_up_days, learners=(knows,))
    assert cost_of(foreseen.run(knows, SPAN.days), worth).total < simple
