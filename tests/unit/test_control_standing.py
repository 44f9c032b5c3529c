"""Where ours stands: the worst of all weeks, and the bound only in the weeks that foresight lived."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from sumika.evaluate.control.baselines import FAMILIES
from sumika.evaluate.control.baselines.tuned import tuned_book
from sumika.evaluate.control.compare import Run
from sumika.evaluate.control.standing import BESIDE_SIMPLE, WEEKS, figures_of


def run(week: str, controller: str, total: float, *, simple: bool = False) -> Run:
    cost: Any = SimpleNamespace(total=total)
    fields = {"week": week, "controller": controller, "seed": 11, "simple": simple, "currency": "JPY", "cost": cost}
    return cast(Run, SimpleNamespace(**fields, indicators=None))


BOUNDED = [
    run("winter", "thermostat", 200.0, simple=True),
    run("winter", "rules", 180.0, simple=True),
    run("winter", "ours", 120.0),
    run("winter", "forecast", 105.0),
    run("winter", "foresight", 100.0),
    run("winter", "perceives", 125.0),
    run("winter", "blind", 170.0),
]
BESIDE = [run("rainy", "thermostat", 50.0, simple=True), run("rainy", "ours", 51.0)]


def test_the_worst_week_may_be_one_without_a_bound_which_counts_for_nothing_else() -> None:
    figures = figures_of([*BOUNDED, *BESIDE])
    assert figures["worst_scenario"].value == pytest.approx(0.02)
    assert figures["gap_closed"].value == pytest.approx(60.0 / 80.0)
    assert figures["gap_perfect_forecast"].value == pytest.approx(0.05)
    assert figures["sensing_value"].value == pytest.approx(45.0 / 50.0)
    detail = figures["worst_scenario"].detail
    assert detail is not None
    assert detail["week"] == "rainy"
    assert detail["rainy, ours"] == 51.0


def test_what_does_not_bound_is_no_bound(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [one for one in BOUNDED if one.controller != "foresight"] + [run("winter", "foresight", 121.0)]
    assert set(figures_of([*runs, *BESIDE])) == {"worst_scenario", "sensing_value"}
    assert "foresight was not the cheapest" in capsys.readouterr().err


def test_no_simple_controller_stands_in_a_published_figure_as_it_was_set_by_hand() -> None:
    book = tuned_book()
    assert [week for week in (*WEEKS, *BESIDE_SIMPLE) if set(book.get(week, {})) != set(FAMILIES)] == []
