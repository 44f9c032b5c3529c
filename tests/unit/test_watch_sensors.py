"""Sensors that lie: what cannot be, another unit, a leap, a drift; left out, named, and taken back when sound again."""

import numpy as np
import pytest
from msgspec import structs

from sumika.belief.drift import EVERY_S, LEARNS_LOOKS, Drift
from sumika.belief.plausible import RETURNS, Plausible
from sumika.belief.suspicion import Fault
from sumika.schema import AirSample
from sumika.text import LANGUAGES
from tests.lived_house import Lived, two_rooms, watched

FITS = (21.0, 1.0)


@pytest.mark.parametrize(
    ("quantity", "said", "fault"),
    [
        ("temperature_c", 70.0, Fault.WRONG_UNIT),  # Fahrenheit
        ("temperature_c", 294.0, Fault.WRONG_UNIT),  # kelvins
        ("temperature_c", 2150.0, Fault.WRONG_UNIT),  # hundredths
        ("relative_humidity", 45.0, Fault.WRONG_UNIT),  # per cent
        ("co2_ppm", 0.0008, Fault.WRONG_UNIT),  # a fraction
        ("co2_ppm", 0.08, Fault.WRONG_UNIT),  # per cent
        ("co2_ppm", 200.0, Fault.IMPOSSIBLE_READING),  # less than outdoors
        ("temperature_c", float("nan"), Fault.IMPOSSIBLE_READING),
        ("temperature_c", -85.0, Fault.IMPOSSIBLE_READING),
        ("pm2_5_ug_m3", -1.0, Fault.IMPOSSIBLE_READING),
    ],
)
def test_what_cannot_be_is_left_out_and_a_unit_is_recognised(quantity: str, said: float, fault: Fault) -> None:
    good, doubt = Plausible().look("air", quantity, said, 0.0, None)
    assert not good
    assert doubt is not None
    assert doubt.fault is fault


@pytest.mark.parametrize(
    ("quantity", "said"),
    [("temperature_c", 38.0), ("temperature_c", -5.0), ("relative_humidity", 1.0), ("co2_ppm", 5000.0)],
)
def test_what_can_be_is_believed(quantity: str, said: float) -> None:
    assert Plausible().look("air", quantity, said, 0.0, None) == (True, None)


def test_one_leap_is_left_out_without_a_word_and_the_second_is_told() -> None:
    plausible = Plausible()
    assert plausible.look("air", "temperature_c", 21.0, 0.0, FITS) == (True, None)
    assert plausible.look("air", "temperature_c", 35.0, 300.0, FITS) == (False, None)
    assert plausible.look("air", "temperature_c", 21.1, 600.0, FITS) == (True, None)
    plausible.look("air", "temperature_c", 35.0, 900.0, FITS)
    good, doubt = plausible.look("air", "temperature_c", 35.0, 1200.0, FITS)
    assert not good
    assert doubt is not None
    assert doubt.fault is Fault.JUMPING_READING


def test_a_sensor_is_believed_again_when_it_fits_the_model_for_a_while_and_not_before() -> None:
    plausible = Plausible()
    plausible.look("air", "temperature_c", 70.0, 0.0, FITS)
    for reading in range(10):
        assert plausible.look("air", "temperature_c", 30.0, 300.0 * reading, FITS)[0] is False
    told = [plausible.look("air", "temperature_c", 21.5, 6000.0 + 300.0 * one, FITS)[0] for one in range(RETURNS)]
    assert told == [False] * (RETURNS - 1) + [True]
    assert plausible.look("air", "temperature_c", 21.5, 9000.0, FITS) == (True, None)


def fahrenheit(sample: AirSample, after_h: float) -> AirSample:
    if sample.room != "living" or not 6.0 < after_h <= 9.0 or sample.temperature_c is None:
        return sample
    return structs.replace(sample, temperature_c=1.8 * sample.temperature_c + 32.0)


@pytest.mark.slow
def test_a_sensor_that_speaks_fahrenheit_for_hours_moves_nothing_and_is_taken_back() -> None:
    lived = Lived(house=two_rooms(), hours=12.0)
    honest, lied = watched(lived), watched(lived, lie=fahrenheit)
    assert [(one.finding.suspicion.fault, one.finding.recovered) for one in lied.told] == [
        (Fault.WRONG_UNIT, False),
        (Fault.WRONG_UNIT, True),
    ]
    assert lied.told[0].after_h == 6.25
    assert 9.0 < lied.told[1].after_h <= 9.25 + 0.25 * RETURNS
    assert all("living_air" in lied.told[0].finding.words(language) for language in LANGUAGES)
    assert lied.belief.state is not None
    assert honest.belief.state is not None
    assert lied.belief.state[:2] == pytest.approx(honest.belief.state[:2], abs=0.3)
    assert honest.told == []


def looked(away: list[float], *, start: int = 0, drift: Drift | None = None) -> Drift:
    """Let a drift watch look at one room's temperature."""
    drift = drift or Drift(1)
    for number, one in enumerate(away, start):
        drift.take(np.array([one, np.nan]), EVERY_S * number, np.ones(2, bool))
    return drift


def ordinary(count: int, seed: int) -> list[float]:
    """Errors of a room's model as they are: wrong by half a kelvin always, and by another half for half a day."""
    chance = np.random.default_rng(seed)
    found, error = [], 0.0
    for _ in range(count):
        error = 0.6 * error + 0.3 * float(chance.standard_normal())
        found.append(0.5 + error)
    return found


def test_a_drift_is_found_within_days_and_fits_again_afterwards() -> None:
    drift = looked(ordinary(5 * LEARNS_LOOKS, 1))
    assert drift.found() == []
    away = [one + min(0.2 * number, 3.0) for number, one in enumerate(ordinary(32, 2))]
    drift = looked(away, start=200, drift=drift)
    (found,) = drift.found()
    assert (found.room, found.quantity) == (0, "temperature_c")
    assert found.off == pytest.approx(3.0, abs=1.2)
    drift = looked(ordinary(80, 3), start=300, drift=drift)
    assert drift.fits(0, "temperature_c")


@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_a_sound_sensor_is_never_taken_for_a_drift(seed: int) -> None:
    drift = Drift(1)
    for week in range(52):
        drift = looked(ordinary(56, 1000 * seed + week), start=56 * week, drift=drift)
        assert drift.found() == []
