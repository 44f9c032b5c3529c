"""Made-up weather: true to its normals, the same for the same seed, right for the sun anywhere on Earth."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pvlib
import pytest

from sumika.physics.psychrometrics import relative_humidity
from sumika.schema import SumikaError, WeatherSample
from sumika.schema.building import Site
from sumika.world.weather import CLIMATES, Weather, cold_spell, heat_wave, hours, rainy_season, shift, weather_of
from sumika.world.weather.days import days_between, normals_by_day
from sumika.world.weather.seasons import MONTH_OF_DAY, by_day

START = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
DAY_S = 86_400.0


def tokyo(seed: int = 1, days: float = 5.0, start: datetime = START) -> Weather:
    """Return some days in Tokyo."""
    return weather_of(Site(), start, days, seed, None)


@pytest.mark.parametrize("name", sorted(CLIMATES))
def test_days_lie_true_to_each_month(name: str) -> None:
    climate = CLIMATES[name]
    days = by_day(climate.mean_c)
    assert [days[month == MONTH_OF_DAY].mean() for month in range(12)] == pytest.approx(list(climate.mean_c))
    south = by_day(climate.mean_c, southern=True)
    assert south[MONTH_OF_DAY == 6].mean() == pytest.approx(climate.mean_c[0])


def test_an_unknown_climate_says_which_there_are() -> None:
    with pytest.raises(SumikaError, match=r"atlantis.*minneapolis, naha, paris, sapporo, tokyo"):
        weather_of(Site(climate="atlantis"), START, 1, 1, None)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CLIMATES))
def test_monthly_means_come_back_over_many_years(name: str) -> None:
    climate, years = CLIMATES[name], 40
    normals = normals_by_day(climate, southern=False)
    first = date(1999, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
    warm, rain, wet, sun = (np.empty((years, 12)) for _ in range(4))
    for year in range(years):
        days = days_between(climate, 10 + year, first, first + 365, southern=False)
        for month in range(12):
            now = month == MONTH_OF_DAY
            warm[year, month] = days.temperature_c[now].mean()
            rain[year, month], wet[year, month] = days.rain_mm[now].sum(), (days.rain_mm[now] > 0.0).sum()
            sun[year, month] = days.sunshine[now].mean()
    for made, normal in (
        (warm, np.array(climate.mean_c)),
        (rain, np.array(climate.rain_mm)),
        (wet, np.array(climate.rain_days)),
        (sun, np.array([normals[3][month == MONTH_OF_DAY].mean() for month in range(12)])),
    ):
        error = made.std(axis=0, ddof=1) / np.sqrt(years)
        away = (made.mean(axis=0) - normal) / error
        assert np.abs(away).max() < 4.0
        assert np.abs(away).mean() < 1.6, "twelve months together show a bias that one would not"


def test_days_remember_the_day_before() -> None:
    climate = CLIMATES["paris"]
    made = [days_between(climate, seed, 20_089, 20_089 + 365, southern=False) for seed in range(30)]
    apart = np.array([days.temperature_c - by_day(climate.mean_c) for days in made]) / by_day(climate.spread_k)
    mean = 0.125 * apart[:, :-2] + 0.75 * apart[:, 1:-1] + 0.125 * apart[:, 2:]  # straight lines from noon to noon
    assert float(np.mean(mean[:, 1:] * mean[:, :-1]) / np.mean(mean**2)) == pytest.approx(climate.persistence, abs=0.05)
    assert float(np.std(mean)) == pytest.approx(1.0, abs=0.05)
    wet = np.array([days.rain_mm > 0.0 for days in made])
    assert wet[:, 1:][wet[:, :-1]].mean() > wet[:, 1:][~wet[:, :-1]].mean() + 0.15
    sun, spans = np.array([days.sunshine for days in made]), np.array([days.range_k for days in made])
    assert sun[wet].mean() < 0.6 * sun[~wet].mean()
    assert np.corrcoef(sun.ravel(), spans.ravel())[0, 1] > 0.4


def test_the_same_seed_makes_the_same_weather_wherever_it_begins() -> None:
    at_s = np.arange(0.0, 2 * DAY_S, 300.0)
    early = tokyo(start=START - timedelta(days=40), days=2)
    assert np.array_equal(tokyo().table(at_s), tokyo().table(at_s))
    assert early.table(at_s + 40 * DAY_S) == pytest.approx(tokyo().table(at_s), rel=1e-8, abs=1e-8), (
        "the grid grows without a change"
    )
    assert not np.array_equal(tokyo(2).table(at_s), tokyo().table(at_s))


def test_weather_goes_on_over_new_years_and_leap_days() -> None:
    weather = tokyo(start=datetime(2027, 12, 30, tzinfo=UTC), days=1)
    steps = weather.table(np.arange(0.0, 70 * DAY_S, 300.0))
    assert np.isfinite(steps).all()
    assert np.abs(np.diff(steps[:, hours.TEMPERATURE])).max() < 1.5
    assert weather.outside(-3 * DAY_S, 300.0).temperature_c < 25.0


def test_everything_outside_can_be() -> None:
    table = tokyo(days=60).table(np.arange(0.0, 60 * DAY_S, 300.0))
    relative = np.array(
        [relative_humidity(float(row[hours.TEMPERATURE]), float(row[1]), float(row[2])) for row in table[::50]]
    )
    assert relative.min() > 0.05
    assert relative.max() <= 1.0
    night = table[:, hours.SUN_UP] < -0.05
    assert table[night][:, [hours.DIRECT, hours.DIFFUSE, hours.GLOBAL]].max() == 0.0
    assert table[:, [hours.DIRECT, hours.DIFFUSE, hours.RAIN, hours.WIND]].min() >= 0.0
    assert (table[:, hours.SKY] < table[:, hours.TEMPERATURE] + 0.5).all()
    assert 400.0 < table[:, hours.CO2].min() < table[:, hours.CO2].max() < 500.0


def test_the_day_is_warmest_in_the_afternoon_and_coldest_near_sunrise() -> None:
    weather = tokyo(days=60)
    mean = weather.table(np.arange(0.0, 60 * DAY_S, 300.0))[:, hours.TEMPERATURE].reshape(60, 288).mean(axis=0)
    assert 12.5 < np.argmax(mean) / 12.0 < 15.5
    assert 3.5 < np.argmin(mean) / 12.0 < 6.5


@pytest.mark.parametrize(("latitude", "longitude"), [(35.69, 139.75), (-33.9, 151.2), (78.2, 15.6), (-90.0, 0.0)])
def test_the_sun_is_where_pvlib_sees_it(latitude: float, longitude: float) -> None:
    site = Site(latitude_deg=latitude, longitude_deg=longitude, altitude_m=0.0)
    weather = weather_of(site, START, 2, 1, None)
    at_s = np.arange(17.0, 2 * DAY_S, 1_777.0)
    ours = [weather.outside(float(at), 0.0) for at in at_s]
    times = [START.astimezone(UTC) + timedelta(seconds=float(at)) for at in at_s]
    truth = pvlib.solarposition.get_solarposition(times, latitude, longitude, altitude=0.0)
    away = np.array([one.sun_elevation_deg for one in ours]) - truth["apparent_elevation"].to_numpy()
    near_horizon = np.abs(truth["elevation"].to_numpy() + 0.83) < 0.05
    assert np.abs(away[~near_horizon]).max() < 1e-4
    if abs(latitude) < 80.0:
        turn = (np.array([one.sun_azimuth_deg for one in ours]) - truth["azimuth"].to_numpy() + 180.0) % 360.0 - 180.0
        assert np.abs(turn).max() < 2e-3


def test_seasons_are_turned_round_in_the_south() -> None:
    south = weather_of(Site(latitude_deg=-35.0), START, 30, 1, None).table(np.arange(0.0, 30 * DAY_S, 900.0))
    assert south[:, hours.TEMPERATURE].mean() < 12.0
    assert tokyo(days=30).table(np.arange(0.0, 30 * DAY_S, 900.0))[:, hours.TEMPERATURE].mean() > 22.0


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Chicago"])
def test_summer_time_moves_the_clock_and_not_the_sun(zone: str) -> None:
    site = Site(latitude_deg=48.8, longitude_deg=2.3, timezone=zone, climate="paris")
    before = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo(zone))
    weather = weather_of(site, before, 60, 1, None)
    days = (datetime(2026, 4, 20, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC) - before.astimezone(UTC)).total_seconds()
    assert days % DAY_S == DAY_S - 3600.0
    moment = before.astimezone(UTC) + timedelta(seconds=days)
    truth = pvlib.solarposition.get_solarposition([moment], 48.8, 2.3)
    assert weather.outside(days, 0.0).sun_azimuth_deg == pytest.approx(float(truth["azimuth"].iloc[0]), abs=0.01)


def test_a_long_step_is_the_mean_of_short_ones() -> None:
    weather = tokyo()
    long = weather.outside(36_000.0, 3600.0)
    short = [weather.outside(36_000.0 + 300.0 * part, 300.0) for part in range(12)]
    assert long.temperature_c == pytest.approx(np.mean([one.temperature_c for one in short]))
    assert long.global_horizontal_w_m2 == pytest.approx(np.mean([one.global_horizontal_w_m2 for one in short]))
    assert long.sun_elevation_deg == pytest.approx(weather.outside(37_800.0, 0.0).sun_elevation_deg)


def test_a_sample_has_the_fields_of_the_message() -> None:
    fields = tokyo().sample(40_000.0)
    assert set(fields) <= set(WeatherSample.__struct_fields__)
    assert fields["source"] == "tokyo"


def test_errors_of_forecasts_grow_with_lead_time() -> None:
    weather = tokyo(days=120)
    errors, light = [], []
    for issue in range(300):
        forecast = weather.forecast(issue * 6 * 3600.0, 72)
        truth = weather.table(forecast.at_s)
        errors.append(forecast.temperature_c - truth[:, hours.TEMPERATURE])
        light.append((forecast.global_horizontal_w_m2 - truth[:, hours.GLOBAL]) / 500.0)
    spread = np.std(errors, axis=0)
    assert spread[6] == pytest.approx(0.8, rel=0.2)
    assert spread[72] == pytest.approx(2.5, rel=0.2)
    assert spread[6] < spread[24] < spread[48] < spread[72]
    assert np.std(light, axis=0)[48:].mean() > 1.3 * np.std(light, axis=0)[:24].mean()
    together = np.corrcoef(np.array(errors)[:, 24], np.array(errors)[:, 26])[0, 1]
    assert together > 0.7, "within an issue, neighbouring hours err alike"


def test_a_forecast_stays_the_same_until_the_next_one() -> None:
    weather = tokyo()
    first, later = weather.forecast(100.0, 48), weather.forecast(3000.0, 48)
    assert np.array_equal(first.temperature_c, later.temperature_c)
    assert first.issued_at_s <= 100.0 < first.issued_at_s + 6 * 3600.0
    assert np.array_equal(weather.forecast(100.0, 12).temperature_c, first.temperature_c[:13])
    assert not np.array_equal(weather.forecast(8 * 3600.0, 48).temperature_c, first.temperature_c)
    with pytest.raises(ValueError, match="240"):
        weather.forecast(0.0, 1000)


def test_what_is_unusual_comes_and_goes() -> None:
    plain = tokyo()
    at_s = np.array([-DAY_S, 1.5 * DAY_S, 4.0 * DAY_S])
    hot, cold = plain.changed(heat_wave(DAY_S, 1.0, 5.0)), plain.changed(cold_spell(DAY_S, 1.0, 5.0))
    warm = plain.table(at_s)[:, hours.TEMPERATURE]
    assert hot.table(at_s)[:, hours.TEMPERATURE] - warm == pytest.approx([0.0, 5.0, 0.0])
    assert cold.table(at_s)[:, hours.TEMPERATURE] - warm == pytest.approx([0.0, -5.0, 0.0])
    assert plain.changed(shift(2.0)).table(at_s)[:, hours.TEMPERATURE] - warm == pytest.approx([2.0, 2.0, 2.0])


def test_a_rainy_season_is_dark_and_wet() -> None:
    at_s = np.arange(0.0, 5 * DAY_S, 300.0)
    plain, wet = tokyo().table(at_s), tokyo().changed(rainy_season(-DAY_S, 10.0)).table(at_s)
    assert wet[:, hours.GLOBAL].sum() < 0.7 * plain[:, hours.GLOBAL].sum()
    assert wet[:, hours.RAIN].mean() > plain[:, hours.RAIN].mean() + 0.4
    assert (wet[:, hours.DIFFUSE] >= -1e-9).all()
    assert (wet[:, hours.SKY] >= plain[:, hours.SKY]).all()
