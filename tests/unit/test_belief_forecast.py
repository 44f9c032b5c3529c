"""What is to come: what services answer, what the house's own record says where nobody foretells, and prices."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from sumika.belief.forecast import Foreteller
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.belief.record import Record
from sumika.belief.sunlight import Sun
from sumika.belief.weather_answers import clear_sky_w_m2, told_by
from sumika.clock import Instant
from sumika.schema import Origin, SumikaError, WeatherForecast, WeatherSample
from sumika.schema.building import Site
from sumika.schema.house import House, Room

TOKYO = ZoneInfo("Asia/Tokyo")
SUN = Sun(Site())
STAMP = Instant(0, 1_768_897_800_000_000_000, "boot")
AT = datetime(2026, 1, 20, 17, 30, tzinfo=TOKYO)
HOUSE = House(rooms=(Room(id="room", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),))


def read(data: Any) -> WeatherForecast:
    encoded = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    return told_by(encoded, STAMP, Origin.LIVE, TOKYO, SUN)


def open_meteo(hours: int = 4, **series: Any) -> dict[str, Any]:
    first = int(AT.replace(minute=0).timestamp())
    hourly = {
        "time": [first + 3600 * one for one in range(hours)],
        "temperature_2m": [5.0 + one for one in range(hours)],
        "relative_humidity_2m": [50.0] * hours,
        "wind_speed_10m": [3.0] * hours,
        "shortwave_radiation": [0.0, 100.0, 200.0, 300.0][:hours],
        **series,
    }
    return {"hourly": hourly, "utc_offset_seconds": 0, "hourly_units": {"wind_speed_10m": "m/s"}}


def test_open_meteo_light_of_an_hour_is_told_at_its_end_and_units_become_ours() -> None:
    told = read(open_meteo())
    assert told.global_horizontal_w_m2 == (100.0, 200.0, 300.0, 300.0)
    assert told.temperature_c[:3] == (5.5, 6.5, 7.5)
    assert told.relative_humidity == (0.5,) * 4
    assert told.ends_unix_s - told.begins_unix_s[0] == 4 * 3600
    faster = open_meteo()
    faster["hourly_units"]["wind_speed_10m"] = "km/h"
    assert read(faster).wind_m_s[0] == pytest.approx(3.0 / 3.6)


def test_open_meteo_times_as_text_are_moved_by_its_offset() -> None:
    told = open_meteo()
    told["hourly"]["time"] = ["2026-01-20T17:00", "2026-01-20T18:00", "2026-01-20T19:00", "2026-01-20T20:00"]
    told["utc_offset_seconds"] = 9 * 3600
    assert read(told).begins_unix_s[0] == AT.replace(minute=0).timestamp()


def test_a_series_with_gaps_is_left_out() -> None:
    assert read(open_meteo(wind_speed_10m=[1.0, None, 1.0, 1.0])).wind_m_s == ()


JMA = [
    {
        "publishingOffice": "気象庁",
        "reportDatetime": "2026-01-20T17:00:00+09:00",
        "timeSeries": [
            {
                "timeDefines": ["2026-01-20T17:00:00+09:00", "2026-01-21T00:00:00+09:00"],
                "areas": [{"area": {"code": "130010"}, "weatherCodes": ["200", "100"]}],
            },
            {
                "timeDefines": ["2026-01-21T00:00:00+09:00", "2026-01-21T09:00:00+09:00"],
                "areas": [{"area": {"code": "44132"}, "temps": ["2", "11"]}],
            },
        ],
    },
    {
        "reportDatetime": "2026-01-20T17:00:00+09:00",
        "timeSeries": [
            {
                "timeDefines": ["2026-01-21T00:00:00+09:00", "2026-01-22T00:00:00+09:00"],
                "areas": [{"tempsMin": ["", "3"], "tempsMax": ["", "9"]}],
            }
        ],
    },
]


def test_the_agencys_words_and_extremes_become_hours() -> None:
    told = read(JMA)
    begins = [datetime.fromtimestamp(one, TOKYO) for one in told.begins_unix_s]
    air = dict(zip([(one.day, one.hour) for one in begins], told.temperature_c, strict=True))
    assert begins[0] == datetime(2026, 1, 20, 17, tzinfo=TOKYO)
    assert air[21, 5] == pytest.approx(2.0, abs=0.1)
    assert air[21, 13] == pytest.approx(11.0, abs=0.2)
    assert air[21, 5] < air[21, 9] < air[21, 13]
    assert air[22, 5] == pytest.approx(3.0, abs=0.1)
    light = dict(zip([(one.day, one.hour) for one in begins], told.global_horizontal_w_m2, strict=True))
    noon = datetime(2026, 1, 21, 11, tzinfo=TOKYO).timestamp() + 1800.0
    assert light[21, 11] == pytest.approx(0.75 * clear_sky_w_m2(SUN, np.array([noon]))[0])
    assert light[21, 2] == 0.0


def told_by_the_agency(hour: int, when: list[str], temps: list[str]) -> dict[tuple[int, int], float]:
    """Return by (day, hour) what is made of a report of 22 February."""
    series = [
        {"timeDefines": ["2022-02-22T05:00:00+09:00"], "areas": [{"weatherCodes": ["101"]}]},
        {"timeDefines": [f"2022-02-{one}:00:00+09:00" for one in when], "areas": [{"temps": temps}]},
    ]
    told = read([{"reportDatetime": f"2022-02-22T{hour:02}:00:00+09:00", "timeSeries": series}])
    begins = [datetime.fromtimestamp(one, TOKYO) for one in told.begins_unix_s]
    return dict(zip([(one.day, one.hour) for one in begins], told.temperature_c, strict=True))


def test_the_agencys_morning_is_not_as_warm_as_its_afternoon() -> None:
    """Its report of five o'clock repeats the day's warmest where the morning's coldest was told."""
    air = told_by_the_agency(5, ["22T09", "22T00", "23T00", "23T09"], ["10", "10", "0", "9"])
    assert air[22, 5] == pytest.approx(0.0, abs=0.1), "as tomorrow's morning"
    assert 0.0 < air[22, 8] < air[22, 11] < air[22, 13]
    assert air[22, 13] == pytest.approx(10.0, abs=0.1)
    assert air[23, 5] == pytest.approx(0.0, abs=0.1)
    assert air[23, 23] < 6.0


def test_the_agencys_evening_is_not_as_cold_as_the_morning_after_it() -> None:
    air = told_by_the_agency(17, ["23T00", "23T09"], ["0", "9"])
    assert air[22, 17] > 6.0
    assert air[22, 17] > air[22, 21] > air[23, 1] > air[23, 5]


def test_a_morning_is_never_warmer_than_its_day() -> None:
    air = told_by_the_agency(5, ["22T09", "22T00", "23T00", "23T09"], ["3", "3", "6", "14"])
    assert max(air[22, hour] for hour in range(5, 14)) == pytest.approx(3.0)


def test_a_table_with_our_names_is_read() -> None:
    told = read("time,temperature_c,wind_m_s\n2026-01-20T17:00,4.0,1.0\n2026-01-20T18:00,3.5,2.0\n")
    assert told.temperature_c == (4.0, 3.5)
    assert told.begins_unix_s[0] == datetime(2026, 1, 20, 17, tzinfo=TOKYO).timestamp()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        "{}",
        "[1]",
        "time,temperature_c\n",
        "time,temperature_c\nnever,1\n2026-01-20T18:00,1\n",
        "time,temperature_c\n2026-01-20T18:00,nan\n2026-01-20T19:00,1\n",
        "time,temperature_c\n2026-01-20T18:00,1\n2026-01-20T17:00,1\n",
        {"hourly": {"time": [1, 2]}},
        {"hourly": {"time": [0, 3600], "temperature_2m": ["a", "b"]}},
        {"hourly": {"time": list(range(0, 3600 * 600, 3600)), "temperature_2m": [1.0] * 600}},
        "x" * 2_000_001,
    ],
)
def test_what_is_no_forecast_is_refused_with_a_remedy(data: Any) -> None:
    with pytest.raises(SumikaError, match="record stands in"):
        read(data)


def weather(at: datetime, temperature_c: float, light_w_m2: float) -> WeatherSample:
    return WeatherSample(
        stamp=STAMP,
        origin=Origin.LIVE,
        source="station",
        temperature_c=temperature_c,
        relative_humidity=0.5,
        wind_m_s=4.0,
        global_horizontal_w_m2=light_w_m2,
    )


def record_of(days: float, clearness: float = 0.5) -> Record:
    """Return a record of days whose warmth follows the hour: coldest 4 °C, warmest 12 °C at 14 o'clock."""
    record, first = Record(HOUSE), AT - timedelta(days=days)
    record.turn(first.timestamp())
    for step in range(round(days * 96)):
        at = first + timedelta(minutes=15 * step)
        clear = float(clear_sky_w_m2(SUN, np.array([at.timestamp() + 450.0]))[0])
        record.weather(weather(at, shape(at), clearness * clear))
        record.turn((at + timedelta(minutes=15)).timestamp())
    return record


def shape(at: datetime) -> float:
    hour = at.hour + at.minute / 60.0
    return 8.0 + 4.0 * math.cos(2.0 * math.pi * (hour - 14.0) / 24.0)


def foreteller(tariff: KnownTariff | None = None) -> Foreteller:
    return Foreteller(SUN, PriceBook(tariff or KnownTariff(flat=30.0)))


def test_without_a_forecast_days_go_on_as_they_went_ever_less_surely() -> None:
    forecast = foreteller().now(AT, record_of(4.0).rows())
    expected = np.array([shape(one + timedelta(minutes=30)) for one in forecast.begins])
    assert np.abs(forecast.temperature_c - expected).max() < 0.8
    assert forecast.source == "record"
    assert forecast.temperature_sigma_k[0] < forecast.temperature_sigma_k[12] < forecast.temperature_sigma_k[40]
    noon = next(place for place, one in enumerate(forecast.begins) if one.hour == 12)
    clear = clear_sky_w_m2(SUN, np.array([forecast.begins[noon].timestamp() + 1800.0]))[0]
    up = SUN.position(np.array([forecast.begins[noon].timestamp() + 1800.0]))[0][0]
    level = forecast.diffuse_horizontal_w_m2[noon] + forecast.direct_normal_w_m2[noon] * math.sin(up)
    assert level == pytest.approx(0.5 * clear, rel=0.05)


def test_nothing_known_is_said_to_be_unsure_and_is_finite() -> None:
    forecast = foreteller().now(AT, Record(HOUSE).rows())
    assert (forecast.temperature_sigma_k >= 6.0).all()
    for name in ("temperature_c", "relative_humidity", "direct_normal_w_m2", "wind_m_s", "price_per_kwh"):
        assert np.isfinite(getattr(forecast, name)).all()


def foretold(hours: int = 60, offset_k: float = 0.0, issued: datetime = AT) -> WeatherForecast:
    first = AT.replace(minute=0)
    begins = [first + timedelta(hours=one) for one in range(hours)]
    return WeatherForecast(
        stamp=STAMP,
        origin=Origin.LIVE,
        source="service",
        issued_unix_s=issued.timestamp(),
        begins_unix_s=tuple(one.timestamp() for one in begins),
        ends_unix_s=(first + timedelta(hours=hours)).timestamp(),
        temperature_c=tuple(20.0 + offset_k for _ in begins),
    )


def test_a_forecast_is_set_right_by_what_is_measured_now() -> None:
    told = foreteller()
    told.hear(foretold())
    record = Record(HOUSE)
    record.turn(AT.timestamp() - 900.0)
    record.weather(weather(AT, 18.0, 0.0))
    record.turn(AT.timestamp())
    forecast = told.now(AT, record.rows())
    assert forecast.source == "service"
    assert forecast.temperature_c[0] == pytest.approx(18.0, abs=0.1)
    assert forecast.temperature_c[6] == pytest.approx(20.0 - 2.0 * math.exp(-1.0), abs=0.1)
    assert forecast.temperature_c[40] == pytest.approx(20.0, abs=0.1)
    assert (np.diff(forecast.temperature_sigma_k) >= 0.0).all()


def test_a_short_forecast_is_continued_by_the_record_and_an_old_one_is_none() -> None:
    told = foreteller()
    told.hear(foretold(hours=12))
    rows = record_of(3.0).rows()
    forecast = told.now(AT, rows)
    assert forecast.temperature_c[10] > 15.0 > forecast.temperature_c[30]
    stale = foreteller()
    stale.hear(foretold(issued=AT - timedelta(hours=40)))
    assert stale.now(AT, rows).source == "record"


def test_an_older_issue_does_not_replace_a_newer_one() -> None:
    told = foreteller()
    told.hear(foretold(offset_k=5.0))
    told.hear(foretold(issued=AT - timedelta(hours=3)))
    assert told.weather is not None
    assert told.weather.temperature_c[0] == 25.0


def test_a_forecast_that_is_damaged_inside_is_no_series() -> None:
    told = foreteller()
    told.hear(msgspec.structs.replace(foretold(), temperature_c=(1.0,)))
    assert np.isfinite(told.now(AT, record_of(2.0).rows()).temperature_c).all()


def when(hours: int, first: datetime = AT) -> list[datetime]:
    return [first + timedelta(hours=one) for one in range(hours)]


def test_prices_by_time_of_use_are_the_tariffs() -> None:
    by_hour = tuple(float(hour) for hour in range(24))
    ahead = PriceBook(KnownTariff(hours=by_hour, feed_in=9.0)).ahead(when(30))
    assert ahead.per_kwh.tolist() == [float(one.hour) for one in when(30)]
    assert ahead.sigma.max() == 0.0
    assert ahead.feed_in.tolist() == [9.0] * 30


def test_a_flat_price_is_what_the_meter_says_now() -> None:
    book = PriceBook(KnownTariff(flat=30.0))
    assert set(book.ahead(when(3)).per_kwh.tolist()) == {30.0}
    book.see(AT, 36.4, None)
    assert set(book.ahead(when(3)).per_kwh.tolist()) == {36.4}


def test_a_markets_price_is_last_weeks_mean_of_the_hour_with_its_spread() -> None:
    book = PriceBook(KnownTariff(usual=32.0))
    assert book.ahead(when(2)).per_kwh[1] == 32.0
    for day in range(7, 0, -1):
        for hour in range(24):
            book.see(AT.replace(hour=hour, minute=0) - timedelta(days=day), 20.0 + hour + day, 300.0 + hour)
    ahead = book.ahead(when(24, AT.replace(minute=0) + timedelta(hours=1)))
    assert ahead.per_kwh[0] == pytest.approx(20.0 + 18 + np.mean([1, 2, 3, 4, 5, 6]), abs=0.6)
    assert ahead.sigma[0] == pytest.approx(np.std([1, 2, 3, 4, 5, 6]), rel=0.35)
    assert ahead.carbon_g_kwh[0] == pytest.approx(318.0, abs=1.0)


@pytest.mark.parametrize("price", [None, math.nan, math.inf])
def test_a_price_that_is_none_is_left_alone_and_a_negative_one_is_not(price: float | None) -> None:
    book = PriceBook(KnownTariff(flat=30.0))
    book.see(AT, price, math.nan)
    assert book.ahead(when(1)).per_kwh[0] == 30.0
    book.see(AT, -4.0, None)
    assert book.ahead(when(1)).per_kwh[0] == -4.0


def test_an_epoch_in_another_zone_is_the_same_hour() -> None:
    record = record_of(3.0)
    there = foreteller().now(AT, record.rows()).temperature_c
    here = foreteller().now(AT.astimezone(UTC), record.rows()).temperature_c
    assert np.abs(there - here).max() < 1e-9


def test_the_price_of_now_is_the_tariffs_or_the_meters_and_no_guess() -> None:
    assert PriceBook(KnownTariff(hours=tuple(float(hour) for hour in range(24)))).now(AT) == float(AT.hour)
    assert PriceBook(KnownTariff(flat=30.0)).now(AT) == 30.0
    market = PriceBook(KnownTariff())
    assert market.now(AT) is None
    market.see(AT, 12.5, None)
    assert market.now(AT) == 12.5
