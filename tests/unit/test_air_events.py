"""What happens in a room by its air: told when it happens, not when it does not, and never by who cannot know."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from sumika.clock import Instant
from sumika.evaluate.people import air_events as scored
from sumika.evaluate.people.air_days import SETTLES_S, AirDays, Span
from sumika.perception import air_events
from sumika.schema import AirEventKind, AirEvents, AirSample, Message, Origin, Reason, Tick, WeatherSample
from sumika.schema.living import Furniture, FurnitureKind

HOUR_S = 3600.0


def at(second: float, boot: str = "b") -> Instant:
    return Instant(int(second * 1e9), int(second * 1e9), boot)


def sample(second: float, **values: float | None) -> AirSample:
    usual: dict[str, Any] = {
        "temperature_c": 21.0,
        "relative_humidity": 0.5,
        "co2_ppm": 700.0,
        "pm2_5_ug_m3": 4.0,
        "voc_ug_m3": 90.0,
    }
    return AirSample(
        stamp=at(second), origin=Origin.SIMULATED, sensor="kitchen_air", room="kitchen", **{**usual, **values}
    )


def lived(state: air_events.AirEventsState, begin_s: float, minutes: int, **ends: float) -> Iterator[AirEvents]:
    """Let values go in a line to where they end, a sample a minute."""
    first = sample(begin_s)
    for minute in range(minutes):
        share = (minute + 1) / minutes
        values = {name: (1.0 - share) * getattr(first, name) + share * end for name, end in ends.items()}
        yield from events(state, sample(begin_s + 60.0 * minute, **values))


def events(state: air_events.AirEventsState, message: AirSample | WeatherSample | Tick) -> list[AirEvents]:
    told: tuple[Message, ...] = air_events.step(state, message)[1]
    return [one for one in told if isinstance(one, AirEvents)]


def kinds(told: list[AirEvents]) -> set[AirEventKind]:
    return {event.kind for one in told for event in one.events}


def quiet(room: str = "kitchen") -> air_events.AirEventsState:
    state = air_events.start(room)
    air_events.step(state, WeatherSample(stamp=at(0), origin=Origin.SIMULATED, source="w", temperature_c=5.0))
    told = list(lived(state, 0.0, 180))
    assert kinds(told) == set()
    return state


def test_dust_that_shoots_up_is_smoke_and_one_that_comes_with_warmth_and_water_is_cooking() -> None:
    smoke = list(lived(quiet(), 3 * HOUR_S, 8, pm2_5_ug_m3=900.0, voc_ug_m3=3000.0))
    assert AirEventKind.SMOKE in kinds(smoke)
    cooking = list(
        lived(quiet(), 3 * HOUR_S, 30, pm2_5_ug_m3=90.0, voc_ug_m3=450.0, temperature_c=22.5, relative_humidity=0.56)
    )
    assert kinds(cooking) == {AirEventKind.COOKING}


def test_water_without_dust_is_a_shower_and_its_end_is_told() -> None:
    state = quiet()
    going = list(lived(state, 3 * HOUR_S, 20, relative_humidity=0.95, temperature_c=22.0))
    assert kinds(going) == {AirEventKind.SHOWER}
    after = list(lived(state, 4 * HOUR_S, 120))
    assert after[-1].events == ()
    assert after[-1].valid


def test_a_contact_at_the_window_is_believed_at_once() -> None:
    state = air_events.start("kitchen")
    told = events(state, sample(0.0, window_open=1.0))
    assert [(event.kind, event.probability, event.sigma) for event in told[-1].events] == [
        (AirEventKind.WINDOW, 1.0, 0.0)
    ]
    assert events(state, sample(60.0, window_open=0.0))[-1].events == ()


def test_a_sensor_that_measures_no_dust_knows_nothing_of_smoke() -> None:
    state = air_events.start("kitchen")
    told = [one for i in range(60) for one in events(state, sample(60.0 * i, pm2_5_ug_m3=None, co2_ppm=None))]
    assert (told[0].valid, told[0].reason) == (False, Reason.WARMING_UP)
    assert told[-1].can_tell == (AirEventKind.SHOWER,)


def test_numbers_that_are_none_and_clocks_that_go_back_break_nothing() -> None:
    state = quiet()
    for value in (math.nan, math.inf, -1e9):
        events(state, sample(4 * HOUR_S, pm2_5_ug_m3=value, temperature_c=21.0))
    told = [one for i in range(60) for one in events(state, sample(60.0 * i))]
    assert all(not math.isnan(event.probability) for one in told for event in one.events)


def test_silence_is_no_signal_and_another_boot_begins_anew() -> None:
    state = quiet()
    late = events(state, Tick(stamp=at(5 * HOUR_S), origin=Origin.LIVE, node="n"))
    assert (late[-1].valid, late[-1].reason) == (False, Reason.NO_SIGNAL)
    again = events(state, Tick(stamp=at(1.0, boot="another"), origin=Origin.LIVE, node="n"))
    assert again == []


def test_nobody_cooks_where_there_is_no_kitchen() -> None:
    furniture = (
        Furniture(kind=FurnitureKind.KITCHEN, room="kitchen", at_m=(1.0, 1.0)),
        Furniture(kind=FurnitureKind.BED, room="bedroom", at_m=(1.0, 1.0)),
    )
    assert AirEventKind.COOKING in air_events.kinds_of(furniture, "kitchen")
    assert air_events.kinds_of(furniture, "bedroom") == {AirEventKind.SMOKE, AirEventKind.WINDOW}
    assert air_events.kinds_of((), "bedroom") == set(AirEventKind)


def test_what_is_told_is_counted_against_what_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    shower = {"relative_humidity": 0.95, "temperature_c": 22.0}
    begin_s = SETTLES_S + HOUR_S
    samples = [sample(60.0 * i) for i in range(int(begin_s / 60.0))]
    samples += [sample(begin_s + 60.0 * i, **shower) for i in range(20)]
    samples += [sample(begin_s + 1200.0 + 60.0 * i) for i in range(60)]
    days = AirDays(tuple(samples), (Span("kitchen", AirEventKind.SHOWER, begin_s, begin_s + 1200.0),), begin_s + 4800.0)
    monkeypatch.setattr(air_events, "kinds_of", lambda furniture, room: frozenset(AirEventKind))
    found = scored.counted(days)
    assert found[AirEventKind.SHOWER] == scored.Counted(happened=1, found=1, told=1, right=1)
    assert found[AirEventKind.SMOKE] == scored.Counted(0, 0, 0, 0)


def test_no_day_or_two_are_scored_as_if_they_said_how_sure_it_is() -> None:
    assert scored.measure(full=False) == {}
