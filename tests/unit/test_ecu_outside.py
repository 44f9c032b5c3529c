"""How warm it is outside where nobody measures it, and what of a dead sensor is believed."""

from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from sumika.belief.forecast import Foreteller
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.belief.record import FORETOLD
from sumika.ecu import Ecu, Measurements
from sumika.ecu.first_guess import guess_first
from sumika.schema import Origin, Vote, WeatherForecast, WeatherSample
from sumika.schema.building import Building, Window
from sumika.schema.house import Device, House, Room
from tests.plan_helpers import STAMP, TOKYO, air

SUMMER = datetime(2026, 8, 4, 13, 0, tzinfo=TOKYO)
SQUARE = ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))


def _ecu() -> Ecu:
    return Ecu(House(rooms=(Room(id="living", floor_m=SQUARE),)), guarded=False)


def _teller(ecu: Ecu, foretold_c: float | None) -> Foreteller:
    teller = Foreteller(ecu.belief.sun, PriceBook(KnownTariff(flat=30.0)))
    if foretold_c is not None:
        begins = tuple(SUMMER.timestamp() - 7200.0 + 3600.0 * hour for hour in range(72))
        teller.hear(
            WeatherForecast(
                stamp=STAMP,
                origin=Origin.LIVE,
                source="open_meteo",
                issued_unix_s=SUMMER.timestamp(),
                begins_unix_s=begins,
                ends_unix_s=begins[-1] + 3600.0,
                temperature_c=(foretold_c,) * 72,
            )
        )
    return teller


def _lived(ecu: Ecu, measured_c: tuple[float | None, ...], foretold_c: float | None) -> list[float]:
    """Live quarters of an hour; return what was believed to be the running mean outside in each."""
    teller, means = _teller(ecu, foretold_c), []
    for quarter, said_c in enumerate(measured_c):
        at = SUMMER + timedelta(minutes=15 * quarter)
        told = WeatherSample(stamp=STAMP, origin=Origin.LIVE, source="s", temperature_c=said_c)
        ecu.observe(
            Measurements(
                at=at, air=(air("living", 26.0 + 0.1 * (quarter % 3)),), weather=None if said_c is None else told
            )
        )
        guess_first(ecu.belief, (air("living", 26.0),))
        means.append(ecu.situate(teller.now(at, ecu.belief.record.rows())).inputs.outdoor_mean_c)
    return means


def test_where_nobody_measures_outside_it_is_as_warm_as_is_foretold() -> None:
    ecu = _ecu()
    means = _lived(ecu, (None,) * 8, 31.0)
    assert means == pytest.approx([31.0] * 8)
    rows = ecu.belief.record.rows()
    assert rows.outdoor_c()[1:] == pytest.approx(31.0)
    assert ecu.belief.thermal.driven(rows).outdoor_c == pytest.approx(31.0)
    # What is foretold is no measurement: the next forecast is not set right by the one before.
    assert np.isnan(rows.outside[:, 0]).all()
    assert ecu.mains_c > 20.0


def test_what_is_measured_goes_before_what_is_foretold() -> None:
    ecu = _ecu()
    assert _lived(ecu, (28.0,) * 6, 31.0)[-1] == pytest.approx(28.0)
    assert np.isnan(ecu.belief.record.rows().setting(*FORETOLD)).all()


def test_a_station_that_has_been_silent_for_an_hour_is_stood_in_for() -> None:
    ecu = _ecu()
    _lived(ecu, (28.0,) * 2 + (None,) * 8, 31.0)
    told = ecu.belief.record.rows().outdoor_c()
    assert told[0] == pytest.approx(28.0)
    assert told[-1] == pytest.approx(31.0)


def test_a_forecast_that_has_ended_goes_on_with_its_last_day() -> None:
    ecu = _ecu()
    teller = _teller(ecu, 27.0)
    assert teller.weather is not None
    course = tuple(27.0 + 6.0 * np.sin(2.0 * np.pi * hour / 24.0) for hour in range(72))
    teller.hear(msgspec.structs.replace(teller.weather, temperature_c=course))
    for hour in range(6 * 24):
        at = SUMMER + timedelta(hours=hour)
        ecu.observe(Measurements(at=at, air=(air("living", 26.0 + 0.1 * (hour % 3)),)))
        if hour == 0:
            guess_first(ecu.belief, (air("living", 26.0),))
            # No other forecast comes.
            ecu.situate(teller.now(at, ecu.belief.record.rows()))
    told = ecu.belief.record.rows().outdoor_c()
    days = told[np.isfinite(told)][-96:].reshape(4, 24)
    assert days.min(axis=1) == pytest.approx([21.0] * 4, abs=1.0)
    assert days.max(axis=1) == pytest.approx([33.0] * 4, abs=1.0)
    assert days[-1] == pytest.approx(days[0], abs=1.0)


def test_without_station_and_forecast_nothing_is_known_and_a_vote_still_counts() -> None:
    ecu = _ecu()
    _lived(ecu, (None,) * 4, None)
    assert np.isnan(ecu.belief.record.rows().outdoor_c()).all()
    before = ecu.likings["living"].warmer_k
    ecu.vote(Vote(stamp=STAMP, origin=Origin.LIVE, resident="anna", room="living", sensation=3.0))
    assert ecu.likings["living"].warmer_k != before


def _opened(foretold_mm_h: float, measured_mm_h: float | None) -> np.ndarray:
    """Return (step,) how far a plan opens a window over a stale room, warmer than outside."""
    house = House(
        rooms=(Room(id="living", floor_m=SQUARE),),
        building=Building(windows=(Window(id="skylight", room="living", wall=0, width_m=0.8, height_m=1.2),)),
        devices=(Device(id="opener", room="living", kind="window_opener", window="skylight"),),
    )
    ecu = Ecu(house, guarded=False)
    told = _teller(ecu, 21.0)
    assert told.weather is not None
    told.hear(msgspec.structs.replace(told.weather, rain_mm_h=(foretold_mm_h,) * 72, wind_m_s=(2.0,) * 72))
    outside = WeatherSample(stamp=STAMP, origin=Origin.LIVE, source="s", temperature_c=21.0, rain_mm_h=measured_mm_h)
    for quarter in range(2):
        at = SUMMER + timedelta(minutes=15 * quarter)
        ecu.observe(
            Measurements(at=at, air=(air("living", 25.0, 2200.0),), weather=outside, presence={"living": (0.97, 4.0)})
        )
    return ecu.think(told.now(at, ecu.belief.record.rows())).controls["opener", "level"]


def test_a_window_is_opened_where_it_is_dry_and_not_while_it_rains() -> None:
    assert _opened(0.0, 0.0)[:4].max() > 0.2
    assert _opened(3.0, None).max() < 1e-3
    # It rains although nobody foretold it: for the next hour that is taken to go on.
    surprised = _opened(0.0, 2.0)
    assert surprised[:4].max() < 1e-3
    assert surprised[5:12].max() > 0.2


@pytest.mark.parametrize("dead_c", [-127.0, 85.0, float("nan")])
def test_what_a_dead_sensor_says_of_the_weather_is_not_believed(dead_c: float) -> None:
    ecu = _ecu()
    assert _lived(ecu, (30.0, dead_c, dead_c, 30.0, 30.0), None)[-1] == pytest.approx(30.0)
    told = ecu.belief.record.rows().outdoor_c()
    assert told[np.isfinite(told)] == pytest.approx(30.0)
