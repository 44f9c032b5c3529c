"""Answers about the air of rooms and the weather: now from the newest messages, past times from the records."""

from collections.abc import Iterator

from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Figure, Period, Row
from sumika.schema import AirSample, WeatherForecast, WeatherSample

QUANTITIES: dict[str, tuple[str, ...]] = {
    "temperature": ("temperature_c",),
    "humidity": ("relative_humidity",),
    "co2": ("co2_ppm",),
    "air": ("co2_ppm", "pm2_5_ug_m3", "voc_ug_m3"),
    "light": ("illuminance_lux",),
    "noise": ("sound_dba",),
}
"""What each word of the tool means in records."""

UNITS = {
    "temperature_c": "°C",
    "relative_humidity": "1",
    "co2_ppm": "ppm",
    "voc_ug_m3": "µg/m³",
    "pm2_5_ug_m3": "µg/m³",
    "illuminance_lux": "lx",
    "sound_dba": "dB",
    "wind_m_s": "m/s",
    "rain_mm_h": "mm",
    "global_horizontal_w_m2": "W/m²",
}
MOST_ROOMS = 8


def climate(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what is known of the air of rooms."""
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    quantities = QUANTITIES[wanted.call.what]
    if not rooms:
        known = [one.room for quantity in quantities for one in _samples(sources, quantity)]
        sensed = [sensor.room for sensor in sources.house.sensors]
        there = set(known or sensed)
        rooms = tuple(room.id for room in sources.house.rooms if room.id in there) or (sources.house.rooms[0].id,)
    found = [_of_room(sources, wanted, room) for room in rooms[:MOST_ROOMS]]
    of_known = [sentences for sentences, is_known in found if is_known]
    if not wanted.rooms and wanted.call.statistic in ("highest", "lowest") and len(quantities) == 1 < len(of_known):
        return _furthest_first(sources, wanted, [one for sentences in of_known for one in sentences])
    told = [one for sentences in of_known for one in sentences]
    return tuple(told or [one for sentences, _ in found for one in sentences][:MOST_ROOMS])


def _furthest_first(sources: Sources, wanted: Wanted, told: list[Sentence]) -> tuple[Sentence, ...]:
    """Return in which room it was highest or lowest, then what is known of each, that room first."""
    sign = 1.0 if wanted.call.statistic == "lowest" else -1.0
    told = sorted(told, key=lambda one: sign * (one.rows[0].value or 0.0))
    row, quantity = told[0].rows[0], QUANTITIES[wanted.call.what][0]
    room = next((one.room for one in sources.house.sensors if one.id == row.subject), row.subject)
    key, voice = f"talk.climate.room.{wanted.call.statistic}", sources.voice
    shown = voice.say(f"talk.quantity.{quantity}")
    return (voice.sentence(key, (row,), told[0].origin, quantity=shown, room=voice.room(room)), *told)


def _of_room(sources: Sources, wanted: Wanted, room: str) -> tuple[list[Sentence], bool]:
    """Return sentences about a room, and whether anything is known of it; "the air" names only what is measured."""
    told: list[Sentence] = []
    missing: list[Sentence] = []
    for quantity in QUANTITIES[wanted.call.what]:
        sentence, is_known = _room_sentence(sources, wanted, room, quantity)
        (told if is_known else missing).append(sentence)
    return (told, True) if told else (missing[:1], False)


def _room_sentence(sources: Sources, wanted: Wanted, room: str, quantity: str) -> tuple[Sentence, bool]:
    voice, statistic = sources.voice, wanted.call.statistic
    names = {"quantity": voice.say(f"talk.quantity.{quantity}"), "room": voice.room(room)}
    if statistic == "now" and wanted.period is None:
        sample = next((one for one in _samples(sources, quantity) if one.room == room), None)
        if sample is not None:
            value = getattr(sample, quantity)
            row = sources.voice.row(sample, f"air.{quantity}", sample.sensor, value, UNITS[quantity])
            return _now(sources, "talk.climate.now", quantity, value, (row,), sample.origin.value, **names), True
    period = wanted.period or Period.today(sources.now_s, voice.zone)
    statistic = "mean" if statistic == "now" and wanted.period is not None else statistic
    figure = sources.book.climate(room, quantity, period.until(sources.now_s), statistic)
    return _past(sources, "climate", quantity, figure, period, statistic, **names)


def _now(
    sources: Sources, key: str, field: str, value: float, rows: tuple[Row, ...], origin: str, **names: str
) -> Sentence:
    shown = sources.voice.quantity(field, value)
    return sources.voice.sentence(key, rows, origin, (value,), value=shown, **names)


def _past(
    sources: Sources, key: str, field: str, figure: Figure, period: Period, statistic: str, **names: str
) -> tuple[Sentence, bool]:
    """Return what a figure of a past time says, or why there is none."""
    voice = sources.voice
    if figure.value is None:
        return voice.not_known(voice.say(f"talk.{key}.what", **names), figure), False
    at = voice.at(figure.rows[0].begin_unix_s, period) if figure.rows else ""
    return (
        voice.figure(
            f"talk.{key}.{statistic}",
            figure,
            value=voice.quantity(field, figure.value),
            period=voice.period(period),
            at=at,
            **names,
        ),
        True,
    )


def _samples(sources: Sources, quantity: str) -> Iterator[AirSample]:
    """Yield fresh samples that say something of a quantity."""
    yield from (one for one in sources.newest.all(AirSample) if getattr(one, quantity) is not None)


def outside(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what is known of the weather: now, as it was, or as it is forecast."""
    what, statistic = wanted.call.what, wanted.call.statistic
    period = wanted.period
    is_ahead = period is not None and period.end_unix_s > sources.now_s + 60.0
    if period is not None and is_ahead and (what == "weather" or period.begin_unix_s > sources.now_s):
        return _forecast(sources, period)
    if statistic == "now" and wanted.period is None:
        return _weather_now(sources, what)
    period = wanted.period or Period.today(sources.now_s, sources.voice.zone)
    statistic = "mean" if statistic == "now" else statistic
    quantities = {"temperature": ("temperature_c",), "humidity": ("relative_humidity",)}.get(what, ("temperature_c",))
    told = [_outside_past(sources, quantity, period, statistic) for quantity in quantities]
    if what == "weather":
        told += [_outside_past(sources, "temperature_c", period, one) for one in ("lowest", "highest")]
    return tuple(told)


def _outside_past(sources: Sources, quantity: str, period: Period, statistic: str) -> Sentence:
    figure = sources.book.outside(quantity, period.until(sources.now_s), statistic)
    name = sources.voice.say(f"talk.quantity.outside.{quantity}")
    return _past(sources, "outside", quantity, figure, period, statistic, quantity=name)[0]


def _weather_now(sources: Sources, what: str) -> tuple[Sentence, ...]:
    voice, sample = sources.voice, sources.newest.only(WeatherSample)
    quantities = {
        "temperature": ("temperature_c",),
        "humidity": ("relative_humidity",),
        "weather": ("temperature_c", "relative_humidity", "wind_m_s", "rain_mm_h"),
    }[what]
    if sample is None:
        figure = sources.book.outside(quantities[0], Period.today(sources.now_s, voice.zone), "now")
        name = voice.say(f"talk.quantity.outside.{quantities[0]}")
        if figure.value is None:
            return (voice.not_known(name, figure),)
        return (
            voice.figure("talk.outside.now", figure, quantity=name, value=voice.quantity(quantities[0], figure.value)),
        )
    told: list[Sentence] = []
    for quantity in quantities:
        value = getattr(sample, quantity)
        if value is None or (quantity == "rain_mm_h" and what == "weather" and value < 0.05):
            continue
        row = sources.voice.row(sample, f"weather.{quantity}", sample.source, value, UNITS[quantity])
        name = voice.say(f"talk.quantity.outside.{quantity}")
        told.append(_now(sources, "talk.outside.now", quantity, value, (row,), sample.origin.value, quantity=name))
    return tuple(told) or (
        voice.sentence("talk.not_known", what=voice.say("talk.outside.weather"), why=voice.say("talk.no_records")),
    )


def _forecast(sources: Sources, period: Period) -> tuple[Sentence, ...]:
    voice, forecast = sources.voice, sources.newest.only(WeatherForecast)
    if forecast is None or not forecast.temperature_c:
        why = voice.say("talk.outside.no_forecast")
        return (voice.sentence("talk.not_known", what=voice.say("talk.outside.weather"), why=why),)
    ahead_s = sources.ahead_s
    steps = [n for n, at_s in enumerate(forecast.begins_unix_s) if period.holds(at_s - ahead_s)]
    if not steps:
        why = voice.say("talk.outside.too_far")
        return (voice.sentence("talk.not_known", what=voice.say("talk.outside.weather"), why=why),)
    lowest, highest = (pick(steps, key=forecast.temperature_c.__getitem__) for pick in (min, max))
    rows = [_foretold(forecast, "temperature_c", step, voice.zone_name) for step in (lowest, highest)]
    told = [
        voice.sentence(
            "talk.outside.forecast",
            rows,
            forecast.origin.value,
            period=voice.period(period),
            low=voice.celsius(forecast.temperature_c[lowest]),
            high=voice.celsius(forecast.temperature_c[highest]),
        )
    ]
    if forecast.rain_mm_h:
        told.append(_rain(sources, forecast, steps))
    return tuple(told)


def _rain(sources: Sources, forecast: WeatherForecast, steps: list[int]) -> Sentence:
    """Return when most rain is foretold, or that none is."""
    voice = sources.voice
    wettest = max(steps, key=forecast.rain_mm_h.__getitem__)
    row = _foretold(forecast, "rain_mm_h", wettest, voice.zone_name)
    key = "talk.outside.rain" if forecast.rain_mm_h[wettest] >= 0.1 else "talk.outside.dry"
    at, value = (
        sources.planner_voice.moment(forecast.begins_unix_s[wettest]),
        voice.quantity("rain_mm_h", forecast.rain_mm_h[wettest]),
    )
    return voice.sentence(key, (row,), forecast.origin.value, at=at, value=value)


def _foretold(forecast: WeatherForecast, field: str, step: int, zone: str) -> Row:
    ends = (*forecast.begins_unix_s[1:], forecast.ends_unix_s)
    return Row(
        source=f"forecast.{field}",
        subject=forecast.source,
        begin_unix_s=forecast.begins_unix_s[step],
        end_unix_s=ends[step],
        value=getattr(forecast, field)[step],
        unit=UNITS[field],
        zone=zone,
    )
