"""Answers to "why": from commands and verdicts with their reasons, wishes, windows, the plan, and who is there."""

from typing import Any

import msgspec

from sumika.assistant.answer_devices import setting_text, value_text
from sumika.assistant.answer_people import ABSENT, PRESENT
from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Judged, Order, Period, Row
from sumika.schema import (
    AirSample,
    Asker,
    ComfortWish,
    DeviceState,
    GateRule,
    PlanOutlook,
    Presence,
    ResidentWish,
    Ruling,
    WeatherSample,
)
from sumika.schema.house import Device
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY

WARMS = frozenset({"room_air_conditioner", "whole_house_air_conditioner", "floor_heating", "boiler", "radiator"})
"""Kinds that make a room as warm as it is."""

LOOKS_BACK_S = 2.0 * SECONDS_PER_DAY
OPEN_SHARE = 0.05
MOST_ORDERS, LOOKED_AT = 3, 50


def why(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return why a room is as it is, why a device does what it does, or who asked for it."""
    if wanted.call.what == "who" or wanted.devices:
        return _of_devices(sources, wanted)
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    if not rooms:
        return (
            _of_devices(sources, wanted) if wanted.call.what == "device" else (sources.voice.sentence("talk.ask.room"),)
        )
    return tuple(one for room in rooms[:3] for one in _of_room(sources, room, wanted))


def _of_room(sources: Sources, room: str, wanted: Wanted) -> list[Sentence]:
    """Return the facts that make a room as warm as it is; which of them is the cause, nobody claims."""
    told = [
        *_air(sources, room),
        *_wish(sources, room),
        *_window(sources, room),
        *_orders_in(sources, room),
        *_foreseen(sources, room),
        *_who_is_there(sources, room),
        *_weather(sources),
    ]
    has_reason = any(
        row.source not in ("air.temperature_c", "weather.temperature_c") for one in told for row in one.rows
    )
    if not has_reason:
        name = sources.voice.room(room)
        told.append(sources.voice.sentence("talk.why.unknown", room=name))
    return told


def _air(sources: Sources, room: str) -> list[Sentence]:
    voice = sources.voice
    samples = [one for one in sources.newest.all(AirSample) if one.room == room and one.temperature_c is not None]
    if not samples:
        figure = sources.book.climate(room, "temperature_c", _recent(sources), "now")
        if figure.value is None:
            return []
        return [voice.figure("talk.why.air", figure, room=voice.room(room), value=voice.celsius(figure.value))]
    sample = samples[0]
    value = sample.temperature_c or 0.0
    row = sources.voice.row(sample, "air.temperature_c", sample.sensor, value, "°C")
    return [
        voice.sentence("talk.why.air", (row,), sample.origin.value, room=voice.room(room), value=voice.celsius(value))
    ]


def _recent(sources: Sources) -> Period:
    return Period(begin_unix_s=sources.now_s - LOOKS_BACK_S, end_unix_s=sources.now_s)


def _wish(sources: Sources, room: str) -> list[Sentence]:
    """Return the wish for warmth that holds in a room."""
    voice, wish = sources.voice, sources.newest.last(ComfortWish, room)
    if wish is not None:
        if wish.offset_k == 0.0 and wish.temperature_c is None:
            return []
        since_s = wish.stamp.wall_ns / NANOSECONDS_PER_SECOND - wish.age_s
        temperature_c, offset_k, resident, origin = wish.temperature_c, wish.offset_k, wish.resident, wish.origin.value
        value, unit = (temperature_c, "°C") if temperature_c is not None else (offset_k, "K")
        rows: tuple[Row, ...] = (sources.voice.row(wish, "comfort_wish", room, value, unit),)
    else:
        held = [one for one in sources.book.wishes(room, _recent(sources)) if one.end_unix_s is None]
        if not held:
            return []
        last = held[-1]
        since_s, rows, resident, origin = last.begin_unix_s, last.rows, last.resident, last.origin
        temperature_c, offset_k = last.temperature_c, last.offset_k
    who = voice.resident(resident) if resident else voice.say("talk.somebody")
    shown = voice.celsius(temperature_c) if temperature_c is not None else voice.number(abs(offset_k), 1)
    key = "temperature" if temperature_c is not None else "warmer" if offset_k > 0 else "cooler"
    return [
        voice.sentence(
            f"talk.why.wish.{key}",
            rows,
            origin,
            (since_s, abs(offset_k)),
            who=who,
            room=voice.room(room),
            value=shown,
            since=voice.moment(since_s),
        )
    ]


def _window(sources: Sources, room: str) -> list[Sentence]:
    voice = sources.voice
    for sample in sources.newest.all(AirSample):
        if sample.room == room and (sample.window_open or 0.0) > OPEN_SHARE:
            row = sources.voice.row(sample, "air.window_open", sample.sensor, sample.window_open, "1")
            return [voice.sentence("talk.why.window", (row,), sample.origin.value, room=voice.room(room))]
    today = Period(begin_unix_s=sources.now_s - 3600.0, end_unix_s=sources.now_s)
    open_now = [one for one in sources.book.happenings("window", today, room) if one.end_unix_s > sources.now_s - 900.0]
    return [voice.sentence("talk.why.window", one.rows, one.origin, room=voice.room(room)) for one in open_now[-1:]]


def _orders_in(sources: Sources, room: str) -> list[Sentence]:
    """Return what devices that warm a room were told last."""
    devices = [one for one in sources.house.devices if one.kind in WARMS and _serves(sources, one, room)]
    return [one for device in devices for one in _orders(sources, device)[:1]]


def _serves(sources: Sources, device: Device, room: str) -> bool:
    return device.room == room or device.kind in ("whole_house_air_conditioner", "boiler")


def _orders(sources: Sources, device: Device) -> list[Sentence]:
    """Return what a device was told last, by whom and why; what the gate made of it goes before what was asked."""
    period = _recent(sources)
    judged = sources.book.last_verdicts(device.id, period, limit=LOOKED_AT)
    # A controller that stands in and was not let in is no reason why anything is as it is.
    verdicts = [one for one in judged if one.rule != GateRule.OUTRANKED][:MOST_ORDERS]
    if judged:
        orders = sources.book.last_commands(device.id, period, limit=20)
        return [_verdict(sources, device, one, orders) for one in verdicts]
    return [_order(sources, device, one) for one in sources.book.last_commands(device.id, period, limit=MOST_ORDERS)]


def _by(sources: Sources, asked_by: str, device: str) -> str:
    """Return who asked, in words; a resident by name where the newest wish tells it."""
    voice = sources.voice
    if asked_by == Asker.RESIDENT:
        wish = sources.newest.last(ResidentWish, device)
        return voice.resident(wish.resident) if wish is not None and wish.resident else voice.say("talk.somebody")
    key = f"talk.asker.{asked_by}"
    return voice.say(key) if voice.has(key) else voice.quoted(asked_by)


def _reason(sources: Sources, english: str, japanese: str) -> str:
    voice = sources.voice
    words = japanese if voice.is_japanese and japanese else english
    return voice.say("talk.why.because", why=voice.quoted(words)) if words else ""


def _order(sources: Sources, device: Device, one: Order) -> Sentence:
    return sources.voice.sentence(
        "talk.why.order",
        tuple(_showing(row, one.why, one.why_ja) for row in one.rows),
        one.origin,
        (one.value, one.at_unix_s),
        device=sources.voice.device(device.id),
        what=setting_text(sources.voice, device.kind, one.action, one.value),
        at=sources.voice.moment(one.at_unix_s),
        who=_by(sources, one.asked_by, device.id),
        why=_reason(sources, one.why, one.why_ja),
    )


def _showing(row: Row, *texts: str) -> Row:
    """Return a row that holds both languages of a reason: the sentence quotes one of them."""
    missing = [text for text in texts if text and text not in row.text]
    return (
        msgspec.structs.replace(row, text=" / ".join([*([row.text] if row.text else []), *missing])) if missing else row
    )


def _verdict(sources: Sources, device: Device, one: Judged, orders: tuple[Order, ...]) -> Sentence:
    voice = sources.voice
    # The command that the verdict is about holds its reason in Japanese too.
    same = (each for each in orders if each.action == one.action and abs(each.at_unix_s - one.at_unix_s) < 5.0)
    order = next(same, None)
    japanese = order.why_ja if order is not None else ""
    asked, written = one.asked or 0.0, one.written
    rule = voice.say(f"rule.{one.rule}") if voice.has(f"rule.{one.rule}") else one.rule
    value = asked if written is None else written
    return voice.sentence(
        {Ruling.PASSED: "talk.why.order", Ruling.CLIPPED: "talk.why.clipped"}.get(
            Ruling(one.ruling), "talk.why.vetoed"
        ),
        tuple(_showing(row, one.why, japanese) for row in one.rows),
        one.origin,
        (asked, value, one.at_unix_s),
        device=voice.device(device.id),
        what=setting_text(voice, device.kind, one.action, value),
        asked=value_text(voice, device.kind, one.action, asked),
        at=voice.moment(one.at_unix_s),
        when=voice.on(one.at_unix_s),
        who=_by(sources, one.asked_by, device.id),
        why=_reason(sources, one.why, japanese),
        rule=rule.rstrip("。."),
    )


def _foreseen(sources: Sources, room: str) -> list[Sentence]:
    """Return between what the plan keeps a room now."""
    voice, outlook = sources.voice, sources.newest.only(PlanOutlook)
    if outlook is None:
        return []
    told = next((one for one in outlook.rooms if one.room == room), None)
    step = max((n for n, at_s in enumerate(outlook.begins_unix_s) if at_s <= sources.house_s), default=0)
    if told is None or step >= len(told.coolest_c):
        return []
    coolest, warmest = told.coolest_c[step], told.warmest_c[step] if step < len(told.warmest_c) else None
    about: dict[str, Any] = {
        "subject": room,
        "begin_unix_s": outlook.begins_unix_s[step],
        "end_unix_s": outlook.begins_unix_s[step],
        "zone": voice.zone_name,
    }
    if coolest is None or warmest is None:
        people = told.people[step] if step < len(told.people) else 0.0
        row = Row(source="outlook.people", value=people, unit="1", **about)
        return [voice.sentence("talk.why.nobody_expected", (row,), outlook.origin.value, room=voice.room(room))]
    rows = [
        Row(source=f"outlook.{name}", value=value, unit="°C", **about)
        for name, value in (("coolest_c", coolest), ("warmest_c", warmest))
    ]
    low, high = voice.celsius(coolest), voice.celsius(warmest)
    return [voice.sentence("talk.why.kept", rows, outlook.origin.value, room=voice.room(room), low=low, high=high)]


def _who_is_there(sources: Sources, room: str) -> list[Sentence]:
    voice, told = sources.voice, sources.newest.one(Presence, room)
    if told is None or told.probability is None or ABSENT < told.probability < PRESENT:
        return []
    key = "talk.presence.somebody" if told.probability >= PRESENT else "talk.presence.nobody"
    row = sources.voice.row(told, "presence.probability", room, told.probability, "1")
    return [voice.sentence(key, (row,), told.origin.value, room=voice.room(room), share="")]


def _weather(sources: Sources) -> list[Sentence]:
    voice, sample = sources.voice, sources.newest.only(WeatherSample)
    if sample is None or sample.temperature_c is None:
        return []
    row = sources.voice.row(sample, "weather.temperature_c", sample.source, sample.temperature_c, "°C")
    return [voice.sentence("talk.why.weather", (row,), sample.origin.value, value=voice.celsius(sample.temperature_c))]


def _of_devices(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return why devices do what they do, and who asked for it."""
    voice = sources.voice
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    devices = [one for one in sources.house.devices if one.id in wanted.devices]
    if not devices:
        devices = [one for one in sources.house.devices if one.kind in WARMS and (not rooms or one.room in rooms)]
    told: list[Sentence] = []
    for device in devices[:3]:
        orders = _orders(sources, device)
        told += orders[: 1 if len(devices) > 1 else 2]
        if not orders:
            told.append(_no_order(sources, device))
    return tuple(told) or (voice.sentence("talk.state.none"),)


def _no_order(sources: Sources, device: Device) -> Sentence:
    """Return that nobody asked a device for anything, with what it says of itself."""
    voice, name = sources.voice, sources.voice.device(device.id)
    told = sources.newest.one(DeviceState, device.id)
    if told is not None and told.why:
        row = sources.voice.row(told, "device_state", device.id, text=told.why)
        return voice.sentence("talk.why.says", (row,), told.origin.value, device=name, why=voice.quoted(told.why))
    return voice.sentence("talk.why.no_order", device=name)
