"""Figures of body and air: what they are made of, on examples whose answer is known."""

import numpy as np
import pytest

from sumika.evaluate.people import body_figures
from sumika.evaluate.people.night_totals import half_range, night_totals
from sumika.evaluate.people.strain_control import left_out_auc
from sumika.models.features import comfort


def test_a_total_sleep_time_is_as_wide_as_other_peoples_errors() -> None:
    person = np.repeat([f"person {number}" for number in range(10)], 100)
    is_awake = np.tile(np.arange(100) < 20, 10)
    told = night_totals(person, np.where(is_awake, 1.0, 0.0), is_awake)
    assert told.bias_min == 0.0
    assert told.covered == 1.0
    awake = np.where(is_awake, 1.0, 0.1)  # four minutes too little sleep in every night
    told = night_totals(person, awake, is_awake)
    assert told.bias_min == pytest.approx(-4.0)
    assert told.low_min == pytest.approx(told.high_min)
    assert told.half_range_min == pytest.approx(4.0)
    assert told.nights == 10


def test_the_range_of_few_nights_is_that_of_the_worst() -> None:
    assert half_range(np.array([1.0, -7.0])) == 7.0
    assert half_range(np.arange(100.0)) == 80.0


def test_a_control_finds_what_there_is_and_nothing_where_nothing_is() -> None:
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(6), 200)
    y = random.integers(0, 2, len(group))
    assert left_out_auc((y + random.normal(0, 0.3, len(y)))[:, None], y, group) > 0.95
    assert left_out_auc(random.normal(size=(len(y), 2)), y, group) == pytest.approx(0.5, abs=0.06)


def test_own_base_rates_are_those_of_the_features() -> None:
    then = [comfort.Conditions(at_s=3600.0 * hour, hour=float(hour)) for hour in range(5)]
    votes = [comfort.Felt(vote=comfort.WARM, then=one) for one in then]
    x = comfort.comfort_features(votes, comfort.Conditions(at_s=20_000.0, hour=5.5))
    rates = np.exp(body_figures.own_base_rates(x[None]))[0]
    assert rates.sum() == pytest.approx(1.0)
    usual = np.array(comfort.USUAL_SHARES)
    np.testing.assert_allclose(rates, (np.array([0, 0, 5.0]) + comfort.USUAL_VOTES * usual) / 10.0, rtol=1e-5)


def test_quick_runs_measure_nothing_and_absent_recordings_are_told(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert body_figures.measure(full=False) == {}
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    assert body_figures.measure(full=True) == {}
    assert "left out" in capsys.readouterr().err
