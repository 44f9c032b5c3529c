"""Contacts at windows: they go before what the air tells, for as long as they say anything, and no longer."""

import math
from collections.abc import Iterator

import msgspec
import pytest

from sumika.perception import air_events
from sumika.schema import AirEvent, AirEventKind, AirEvents, AirSample, Message, Origin, Reason, Tick, WeatherSample
from tests.knowing_helpers import at

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


def heard(state: air_events.AirEventsState, *messages: AirSample | WeatherSample | Tick) -> list[AirEvents]:
    """Return what is told of messages."""
    told: list[Message] = []
    for message in messages:
        told += air_events.step(state, message)[1]
    return [one for one in told if isinstance(one, AirEvents)]


def contact(second: float, share: float | None, sensor: str = "contact") -> AirSample:
    return AirSample(stamp=at(second), origin=Origin.LIVE, room="living", sensor=sensor, window_open=share)


def passing(begin_s: float, end_s: float) -> Iterator[Tick]:
    for second in range(round(begin_s), round(end_s), 60):
        yield Tick(stamp=at(second), origin=Origin.LIVE, node="n")


def aired(second: float, opened_s: float) -> AirSample:
    """Return the air of a room whose window is opened at a time, on a cold day."""
    for_s = max(0.0, second - opened_s)
    return AirSample(
        stamp=at(second),
        origin=Origin.LIVE,
        room="living",
        sensor="air",
        co2_ppm=420.0 + 980.0 * math.exp(-for_s / 400.0),
        temperature_c=15.0 + 6.0 * math.exp(-for_s / 900.0),
        relative_humidity=0.45,
    )


def windows(told: list[AirEvents]) -> list[AirEvent]:
    return [event for one in told for event in one.events if event.kind is AirEventKind.WINDOW]


@pytest.mark.parametrize(("share", "tells"), [(None, True), (0.0, False)])
def test_a_contact_of_another_sensor_that_is_shut_goes_before_what_the_air_tells(
    share: float | None, tells: bool
) -> None:
    state = air_events.start("living")
    told = heard(state, WeatherSample(stamp=at(0), origin=Origin.LIVE, source="w", temperature_c=2.0))
    for second in range(0, round(2 * HOUR_S), 30):
        if second % 300 == 0:
            told += heard(state, contact(second, share))
        told += heard(state, aired(second, 4800.0))
    assert bool(windows(told)) is tells
    assert AirEventKind.WINDOW in told[-1].can_tell


def test_a_contact_that_says_nothing_any_more_is_believed_no_longer() -> None:
    state = air_events.start("living")
    combined = AirSample(
        stamp=at(0), origin=Origin.LIVE, room="living", sensor="combined", temperature_c=20.0, window_open=1.0
    )
    assert windows(heard(state, combined))
    told = heard(
        state,
        *(
            AirSample(stamp=at(second), origin=Origin.LIVE, room="living", sensor="combined", temperature_c=20.0)
            for second in range(60, 3600, 60)
        ),
    )
    assert windows(told) == []
    assert AirEventKind.WINDOW not in told[-1].can_tell


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_a_contact_that_was_silent_for_a_day_behind_a_link_that_lives_is_believed_no_longer(share: float) -> None:
    silent = air_events.start("living")
    heard(silent, contact(0.0, share))
    assert not heard(silent, *passing(DAY_S, DAY_S + 1200.0))[-1].valid
    told_again = air_events.start("living")
    assert heard(told_again, held(2 * DAY_S, share, DAY_S - 60.0))[-1].valid
    late = heard(told_again, held(2 * DAY_S + 120.0, share, DAY_S + 60.0), *passing(2 * DAY_S + 180.0, 2 * DAY_S + 600))
    assert (late[-1].valid, late[-1].events) == (False, ())
    assert heard(told_again, contact(2 * DAY_S + 660.0, share))[-1].valid  # a new battery


@pytest.mark.parametrize("share", [None, math.nan])
def test_a_contact_that_speaks_when_it_changes_is_believed_until_then(share: float | None) -> None:
    state = air_events.start("living")
    told = heard(state, contact(0.0, 1.0), *passing(60.0, DAY_S))
    assert all(one.valid for one in told)
    (event,) = told[-1].events
    assert (event.kind, event.probability, event.sigma, event.sensor) == (AirEventKind.WINDOW, 1.0, 0.0, "contact")
    assert event.for_s == pytest.approx(DAY_S, abs=120.0)
    shut = heard(state, contact(DAY_S, 0.0))
    assert (shut[-1].valid, shut[-1].events) == (True, ())
    gone = heard(state, contact(DAY_S + 1.0, 1.0), contact(DAY_S + 2.0, share), *passing(DAY_S + 60.0, DAY_S + 1200.0))
    assert (gone[-1].valid, gone[-1].events) == (False, ())


def test_a_window_that_is_opened_and_shut_within_seconds_is_shut() -> None:
    state = air_events.start("living")
    assert heard(state, contact(0.0, 0.0), contact(5.0, 1.0))[-1].events
    told = heard(state, contact(12.0, 0.0), *passing(60.0, 600.0))
    assert windows(told) == []


def test_a_room_is_open_while_one_of_its_windows_is() -> None:
    state = air_events.start("living")
    heard(state, contact(0.0, 1.0, "left"), contact(60.0, 1.0, "right"))
    told = heard(state, contact(120.0, 0.0, "left"))
    assert [(one.sensor, one.for_s) for one in windows(told[-1:])] == [("right", 60.0)]
    assert heard(state, contact(180.0, 0.0, "right"))[-1].events == ()


def test_a_sensor_of_the_air_that_falls_silent_takes_its_contact_with_it() -> None:
    state = air_events.start("living")
    combined = AirSample(
        stamp=at(0), origin=Origin.LIVE, room="living", sensor="combined", temperature_c=20.0, window_open=1.0
    )
    assert windows(heard(state, combined))
    assert not heard(state, *passing(60.0, HOUR_S))[-1].valid


def held(second: float, share: float | None, held_s: float, sensor: str = "contact") -> AirSample:
    return msgspec.structs.replace(contact(second, share, sensor), held_s=held_s)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_a_contact_that_is_only_told_again_is_known_for_as_long_as_it_is(share: float) -> None:
    state = air_events.start("living")
    told = heard(state, held(10_000.0, share, 7200.0))
    assert (told[-1].valid, told[-1].can_tell) == (True, (AirEventKind.WINDOW,))
    assert [(one.sensor, one.for_s) for one in windows(told)] == ([("contact", 7200.0)] if share else [])
    told = heard(state, held(10_030.0, share, 7230.0), *passing(10_060.0, 10_900.0))
    assert told[-1].valid
    assert bool(told[-1].events) is bool(share)
    # Its link is gone: nobody says any more that it holds.
    late = heard(state, *passing(10_960.0, 11_200.0))[-1]
    assert (late.valid, late.reason, late.events) == (False, Reason.NO_SIGNAL, ())


def test_a_held_contact_makes_no_air_any_newer() -> None:
    state = air_events.start("living")
    told: list[AirEvents] = []
    for second in range(0, round(2 * HOUR_S), 30):
        told += heard(state, msgspec.structs.replace(aired(second, 1e9), window_open=1.0, pm2_5_ug_m3=4.0))
    assert AirEventKind.SMOKE in told[-1].can_tell
    for second in range(540, 3600, 540):
        told += heard(state, held(2 * HOUR_S + second, 1.0, second, "air"))
    assert told[-1].can_tell == (AirEventKind.WINDOW,)
    assert windows(told[-1:])[0].for_s == pytest.approx(2 * HOUR_S + 3240.0)
    # It reads the air again: from before the silence nothing is left of that.
    again = msgspec.structs.replace(aired(3 * HOUR_S, 1e9), window_open=1.0, pm2_5_ug_m3=400.0)
    assert heard(state, again)[-1].can_tell == (AirEventKind.WINDOW,)
