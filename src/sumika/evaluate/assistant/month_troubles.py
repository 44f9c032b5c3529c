"""Faults and alarms of a made-up month."""

from collections.abc import Iterator

import msgspec
import numpy as np

from sumika.evaluate.assistant.month_life import Lived, Spell
from sumika.evaluate.assistant.month_orders import HOSTILE, HOSTILE_JA
from sumika.evaluate.assistant.month_time import MonthTime
from sumika.evaluate.assistant.month_truth import TrueFault
from sumika.schema import (
    AlarmCause,
    AlarmDelivery,
    AlarmStage,
    AlarmState,
    DeliveryState,
    Event,
    Origin,
    Severity,
)
from sumika.schema.house import House

_WORDS = {
    AlarmCause.SUSPECTED_FALL: ("Suspected fall", "転倒の疑い"),
    AlarmCause.LONG_IN_BATHROOM: ("Long in the bathroom", "浴室に長くいます"),
    AlarmCause.NOT_BACK_IN_BED: ("Not back in bed", "ベッドに戻っていません"),
    AlarmCause.SMOKE_OR_CO: ("Smoke or carbon monoxide", "煙または一酸化炭素"),
    AlarmCause.NODE_DEGRADED: ("A part of the house fails again and again", "機能の一部が繰り返し停止しています"),
}
_CAUSES = {
    "alone": (AlarmCause.SUSPECTED_FALL, AlarmCause.LONG_IN_BATHROOM, AlarmCause.NOT_BACK_IN_BED),
    "family": (AlarmCause.SMOKE_OR_CO, AlarmCause.NODE_DEGRADED),
    "flat": (AlarmCause.NODE_DEGRADED, AlarmCause.SUSPECTED_FALL),
}


def faults_of(
    house: House, time: MonthTime, rng: np.random.Generator
) -> tuple[list[Event], list[TrueFault], list[str]]:
    """Return what was reported, in order of time, what of it are faults, and which texts give orders."""
    sensors = [one.id for one in house.sensors if one.kind == "air"]
    devices = [one.id for one in house.devices if one.kind.endswith(("conditioner", "fan", "purifier"))]
    hostile = HOSTILE_JA if house.language == "ja" else HOSTILE
    plans = (
        (str(rng.choice(sensors)), "drifting_reading", 8.4, 70.0 if rng.random() < 0.5 else None, "+1.8 K"),
        (str(rng.choice(devices)), "does_not_obey", 14.6, 3.5 if rng.random() < 0.6 else None, hostile),
        (str(rng.choice(devices)), "unreachable", 19.3, float(rng.uniform(0.5, 4.0)), "no answer"),
        ("belief", "node_died", 5.2, 0.1, "signal 11"),
    )
    events: list[Event] = []
    faults: list[TrueFault] = []
    for subject, code, day, hours, detail in plans:
        begin_s = time.begin_s + round(86_400.0 * (day + float(rng.uniform(0.0, 0.3))))
        end_s = None if hours is None else begin_s + round(3600.0 * hours)
        faults.append(TrueFault(subject, code, begin_s, end_s))
        events.append(_event(time, begin_s, subject, code, Severity.WARNING, detail=detail))
        if end_s is not None:
            events.append(_event(time, end_s, subject, code, Severity.INFO, recovered=True))
    return events, faults, [hostile]


def _event(
    time: MonthTime,
    at_s: float,
    subject: str,
    code: str,
    severity: Severity,
    *,
    recovered: bool = False,
    detail: str = "",
) -> Event:
    return Event(
        stamp=time.stamp(at_s),
        origin=Origin.SIMULATED,
        subject=subject,
        code=code,
        severity=severity,
        recovered=recovered,
        detail=detail,
    )


def alarms_of(
    name: str, house: House, time: MonthTime, lived: Lived, rng: np.random.Generator
) -> tuple[dict[str, list[AlarmState]], list[Event], list[Spell]]:
    """Return what became of each alarm by its id, the events that tell of them, and the smoke that there was."""
    alarms: dict[str, list[AlarmState]] = {}
    events: list[Event] = []
    smoke: list[Spell] = []
    for number, cause in enumerate(_CAUSES[name]):
        if rng.random() < 0.2:
            continue
        minute = time.minute(3 + 8 * number, float(rng.uniform(9.0, 17.0)))
        room = _room_of(cause, house, lived)
        told = list(_stages(f"{time.dates[0]:%Y%m}-{number}", cause, room, house, time.at_s(minute), time, rng))
        alarms[told[0].id] = told
        events.append(_event(time, time.at_s(minute), told[0].id, "alarm_raised", Severity.ALARM, detail=told[0].words))
        closed_s = told[-1].closed_unix_s
        if closed_s is not None:
            detail = told[-1].stage.value
            events.append(
                _event(time, closed_s, told[0].id, "alarm_raised", Severity.INFO, recovered=True, detail=detail)
            )
        if cause is AlarmCause.SMOKE_OR_CO:
            smoke.append(Spell("smoke", room, minute - 2, minute + 6))
    return alarms, events, smoke


def _room_of(cause: AlarmCause, house: House, lived: Lived) -> str:
    bath = next(one.room for one in house.furniture if one.kind.value == "bath")
    kitchen = next(one.room for one in house.furniture if one.kind.value == "kitchen")
    return {
        AlarmCause.SUSPECTED_FALL: lived.rooms[lived.living],
        AlarmCause.LONG_IN_BATHROOM: bath,
        AlarmCause.NOT_BACK_IN_BED: house.watched_bedrooms[0],
        AlarmCause.SMOKE_OR_CO: kitchen,
    }.get(cause, "")


def _stages(
    name: str,
    cause: AlarmCause,
    room: str,
    house: House,
    since_s: float,
    time: MonthTime,
    rng: np.random.Generator,
) -> Iterator[AlarmState]:
    """Yield an alarm as it goes: prompted, then told, then answered; one in three is cancelled at home."""
    words, words_ja = _WORDS[cause]
    first = AlarmState(
        stamp=time.stamp(since_s),
        origin=Origin.SIMULATED,
        id=name,
        cause=cause,
        subject=room,
        room=room,
        stage=AlarmStage.PROMPT,
        since_unix_s=since_s,
        cancel_left_s=60.0,
        words=words,
        words_ja=words_ja,
    )
    yield first
    if rng.random() < 0.33:
        closed_s = since_s + float(rng.integers(15, 55))
        by = house.residents[0].id
        yield _at(first, time, closed_s, stage=AlarmStage.CANCELLED, closed_unix_s=closed_s, acknowledged_by=by)
        return
    contact = house.alarms.contacts[0].id if house.alarms is not None else "nobody"
    sending = AlarmDelivery(contact=contact, how="webhook", state=DeliveryState.SENDING, at_unix_s=since_s + 60.0)
    yield _at(first, time, since_s + 60.0, stage=AlarmStage.CONTACTS, deliveries=(sending,))
    sent = msgspec.structs.replace(sending, state=DeliveryState.SENT, at_unix_s=since_s + 63.0, receipt="200")
    told = _at(first, time, since_s + 63.0, stage=AlarmStage.CONTACTS, deliveries=(sent,))
    yield told
    closed_s = since_s + 60.0 * float(rng.integers(3, 25))
    yield _at(told, time, closed_s, stage=AlarmStage.ACKNOWLEDGED, closed_unix_s=closed_s, acknowledged_by=contact)


def _at(state: AlarmState, time: MonthTime, at_s: float, **changed: object) -> AlarmState:
    return msgspec.structs.replace(state, stamp=time.stamp(at_s), cancel_left_s=None, **changed)
