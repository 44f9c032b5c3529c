"""Figures of body and air: what they are made of, on examples whose answer is known."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.distil.array_recipe import SourceData
from sumika.distil.array_works import ArrayWorks
from sumika.distil.records import ArraySet
from sumika.evaluate.people import body_figures
from sumika.evaluate.people.night_totals import called_awake, half_range, night_totals
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


def kappa(
    truth: np.ndarray[tuple[int], np.dtype[np.bool_]], guess: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> float:
    by_chance = truth.mean() * guess.mean() + (1 - truth.mean()) * (1 - guess.mean())
    return float(((truth == guess).mean() - by_chance) / (1 - by_chance))


def test_what_is_rare_is_called_so_from_less_than_a_half_on() -> None:
    random = np.random.default_rng(3)
    awake = random.beta(0.3, 3.0, size=20_000)
    truth = random.random(len(awake)) < awake
    called = called_awake(awake)
    assert awake[called].min() >= awake[~called].max()
    best = max(kappa(truth, awake >= threshold) for threshold in np.linspace(0.05, 0.9, 86))
    assert kappa(truth, called) > best - 0.02
    assert kappa(truth, called) > kappa(truth, awake >= 0.5) + 0.02


def test_who_surely_sleeps_all_night_and_who_surely_lies_awake_are_called_so() -> None:
    assert not called_awake(np.zeros(50)).any()
    assert called_awake(np.ones(50)).all()
    np.testing.assert_array_equal(called_awake(np.repeat([1.0, 0.0, 1.0], 20)), np.repeat([True, False, True], 20))


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


def nights(names: tuple[str, ...]) -> ArraySet:
    """Return a hundred half minutes of each night; two columns."""
    x = np.random.default_rng(len(names)).normal(size=(100 * len(names), 2)).astype(np.float32)
    group = np.repeat(np.array(names), 100)
    return ArraySet(x=x, y=np.arange(len(x)) % 3, group=group, domain=group, classes=("wake", "NREM", "REM"))


class Everything:
    """Recordings that leave a night out where they are asked to."""

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return three nights, or the two of which much was read."""
        return nights(("a", "b", "dark") if not options["least_read"] else ("a", "b"))


class KeptStudent:
    """Says the first column of wake."""

    def outputs_of(self, x: NDArray[np.float32], mask: object) -> NDArray[np.float32]:
        """Return logits (example, 3)."""
        assert mask is None
        return np.column_stack([x[:, :1], np.zeros((len(x), 2))]).astype(np.float32)


def test_nights_too_dark_to_learn_from_are_scored_all_the_same() -> None:
    known = Everything().read({"least_read": 0.5})
    data = SourceData(name="made", options={"least_read": 0.5})
    works = SimpleNamespace(
        recipe=SimpleNamespace(data=data), sources={"made": Everything()}, arrays=known, model=KeptStudent()
    )
    order = np.arange(len(known))[::-1]
    said = np.random.default_rng(0).normal(size=(len(known), 3)).astype(np.float32)
    fold = np.repeat([0, 1], 100)
    night = body_figures.Scored(
        works=cast(ArrayWorks, works), arrays=known.take(order), fold=fold, said={"student": said, "teacher": said}
    )
    every = body_figures.with_unread_nights(night)
    dark = every.arrays.group == "dark"
    assert dark.sum() == 100
    assert set(every.fold[dark]) == {2}, "decided by all others, none of which it has to do with"
    np.testing.assert_array_equal(every.said["student"][~dark], said)
    np.testing.assert_array_equal(every.said["student"][dark, 0], every.arrays.x[dark, 0])
    np.testing.assert_array_equal(every.y[~dark], night.y)
    assert set(every.said) == {"student"}, "nobody else is asked of what they cannot be asked"


def test_quick_runs_measure_nothing_and_absent_recordings_are_told(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert body_figures.measure(full=False) == {}
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    assert body_figures.measure(full=True) == {}
    assert "left out" in capsys.readouterr().err
