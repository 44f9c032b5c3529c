"""Numbers, durations, hours and periods, from what people say to values."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sumika.assistant.numbers import Number, delay_of, duration_of, number_of
from sumika.assistant.periods import Hour, hour_of, period_of

TOKYO = ZoneInfo("Asia/Tokyo")
NOW_S = datetime(2026, 11, 29, 21, 30, tzinfo=TOKYO).timestamp()  # a Sunday


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("23.5", 23.5, ""),
        ("\uff12\uff13度", 23.0, "c"),
        ("二十三度半", 23.5, "c"),
        ("百二十", 120.0, ""),
        ("二〇度", 20.0, "c"),
        ("十点五度", 10.5, "c"),
        ("三割五分", 0.35, "share"),
        ("半分", 0.5, "share"),
        ("\uff14\uff10\uff05", 0.4, "share"),
        ("四千ケルビン", 4000.0, "k"),
        ("レベル3", 3.0, "step"),
        ("twenty-two and a half", 22.5, ""),
        ("twenty three and a half degrees", 23.5, "c"),
        ("twenty-two point five", 22.5, ""),
        ("one hundred and twenty", 120.0, ""),
        ("a hundred percent", 1.0, "share"),
        ("72 degrees Fahrenheit", 22.2, "c"),
        ("minus five degrees", -5.0, "c"),
        ("three quarters", 0.75, "share"),
        ("2700K", 2700.0, "k"),
        ("level 2", 2.0, "step"),
    ],
)
def test_numbers_are_read_with_their_unit(said: str, value: float, unit: str) -> None:
    """Digits, kanji and words, with what was said beside them."""
    found = number_of(said)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert str(found.unit) == unit


@pytest.mark.parametrize(
    "said", ["", "foo", "twenty foo", "十二十", "一二三四五度五度", "度", "percent", "23 23", "three four"]
)
def test_what_is_no_number_gives_none(said: str) -> None:
    """Nothing is guessed."""
    assert number_of(said) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2時間半", 9000),
        ("三十分間", 1800),
        ("1時間30分", 5400),
        ("90秒", 90),
        ("半日", 43200),
        ("二週間", 1_209_600),
        ("an hour and a half", 5400),
        ("half an hour", 1800),
        ("two and a half hours", 9000),
        ("1 hour and 20 minutes", 4800),
        ("a quarter of an hour", 900),
        ("45 min", 2700),
    ],
)
def test_durations_are_read(said: str, seconds: float) -> None:
    """Hours, minutes, halves; kanji, digits and words."""
    assert duration_of(said) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("10分後", 600),
        ("三十分したら", 1800),
        ("1時間後に", 3600),
        ("in half an hour", 1800),
        ("ten minutes from now", 600),
        ("in 2 hours' time", 7200),
        ("30分", 1800),
    ],
)
def test_delays_are_read(said: str, seconds: float) -> None:
    """In how long."""
    assert delay_of(said) == pytest.approx(seconds)


def test_durations_without_a_length_are_none() -> None:
    """A number alone is no length of time, nor is "a while"."""
    assert [duration_of(said) for said in ("ten", "", "a while", "しばらく", "10")] == [None] * 5


@pytest.mark.parametrize(
    ("said", "hour", "days"),
    [
        ("夜十時", 22.0, None),
        ("午後3時半", 15.5, None),
        ("明日の朝七時", 7.0, 1),
        ("22:30", 22.5, None),
        ("正午", 12.0, None),
        ("夜12時", 0.0, None),
        ("half past ten", 22.5, None),  # it is half past nine in the evening: that comes first
        ("seven o'clock", 7.0, None),
        ("quarter to seven", 6.75, None),
        ("10 p.m.", 22.0, None),
        ("tomorrow at 7", 7.0, 1),
        ("ten at night", 22.0, None),
        ("midnight", 0.0, None),
    ],
)
def test_hours_are_read(said: str, hour: float, days: int | None) -> None:
    """An hour without morning or evening is whichever comes first."""
    assert hour_of(said, NOW_S, TOKYO) == Hour(hour, days)


def test_an_hour_that_no_clock_shows_is_none() -> None:
    """Hours end at 24."""
    assert [hour_of(said, NOW_S, TOKYO) for said in ("25時", "7:70", "hour", "")] == [None] * 4


def _period(said: str, *, ahead: bool = False) -> tuple[str, str] | None:
    found = period_of(said, NOW_S, TOKYO, ahead=ahead)
    if found is None:
        return None
    begin, end = (
        datetime.fromtimestamp(at, TOKYO).strftime("%m-%d %H:%M") for at in (found.begin_unix_s, found.end_unix_s)
    )
    return begin, end


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("昨夜", "11-28 18:00", "11-29 12:00"),
        ("ゆうべ", "11-28 18:00", "11-29 12:00"),
        ("今日", "11-29 00:00", "11-29 21:30"),
        ("先週", "11-16 00:00", "11-23 00:00"),
        ("三日前", "11-26 00:00", "11-27 00:00"),
        ("先週の火曜", "11-17 00:00", "11-18 00:00"),
        ("十一月三日の夜", "11-03 18:00", "11-04 12:00"),
        ("先月の15日", "10-15 00:00", "10-16 00:00"),
        ("この1時間", "11-29 20:30", "11-29 21:30"),
        ("夜中", "11-28 18:00", "11-29 12:00"),
        ("last night", "11-28 18:00", "11-29 12:00"),
        ("this month", "11-01 00:00", "11-29 21:30"),
        ("on Tuesday night", "11-24 18:00", "11-25 12:00"),
        ("the 3rd of November", "11-03 00:00", "11-04 00:00"),
        ("the night of November 3", "11-03 18:00", "11-04 12:00"),
        ("the last 7 days", "11-23 00:00", "11-29 21:30"),
        ("since Monday", "11-23 00:00", "11-29 21:30"),
        ("the week before last", "11-09 00:00", "11-16 00:00"),
        ("2026-11-03", "11-03 00:00", "11-04 00:00"),
    ],
)
def test_periods_are_read_in_the_houses_own_days(said: str, begin: str, end: str) -> None:
    """A night is from evening to noon; what is yet to come is cut off."""
    assert _period(said) == (begin, end)


def test_what_lies_ahead_is_read_forwards() -> None:
    """A weekday of a forecast is the next one."""
    assert _period("on Tuesday", ahead=True) == ("12-01 00:00", "12-02 00:00")
    assert _period("今日", ahead=True) == ("11-29 21:30", "11-30 00:00")


@pytest.mark.parametrize("said", ["", "foo", "13月", "2月30日", "99999999日前", "99999999999 days ago", "2026-13-40"])
def test_days_that_no_calendar_has_are_none(said: str) -> None:
    """They are asked back and never guessed, however large."""
    assert period_of(said, NOW_S, TOKYO) is None


def test_a_day_of_23_hours_is_whole() -> None:
    """Where clocks are put forward a day has 23 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 30, 12, tzinfo=berlin).timestamp()
    found = period_of("yesterday", now, berlin)
    assert found is not None
    assert found.seconds == 23 * 3600


def test_a_number_is_what_it_says() -> None:
    """Two of the same are equal."""
    assert number_of("23度") == Number(23.0, "c")
