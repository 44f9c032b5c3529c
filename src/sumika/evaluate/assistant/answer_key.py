"""What is true of a held-out question: computed from the month as it was made up, never read back or asked of facts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import msgspec
import numpy as np

from sumika.evaluate.assistant.household_things import names_of_device, names_of_subject
from sumika.evaluate.assistant.month_truth import MonthTruth, Track, TrueNight
from sumika.evaluate.assistant.questions import Asked, Question
from sumika.evaluate.assistant.said_numbers import Unit
from sumika.evaluate.assistant.score_answers import Key, Number, Says
from sumika.metrics.estimates import NORMAL_95
from sumika.schema import AlarmState, Command, Ruling
from sumika.schema.house import House

_QUANTITIES: Mapping[str, tuple[Unit, float]] = {
    "temperature_c": (Unit.CELSIUS, 1.0),
    "relative_humidity": (Unit.PERCENT, 100.0),
    "co2_ppm": (Unit.PPM, 1.0),
    "pm2_5_ug_m3": (Unit.PLAIN, 1.0),
}
_SAME = 0.003
"""Share by which a sum over records may lie off the truth: samples at the edges of a day."""

_MINUTES_OFF = 2.0
_WHO: Mapping[str, tuple[str, ...]] = {
    "resident": (
        *("resident", "somebody", "someone", "by hand", "a person", "the household"),
        *("住人", "居住者", "どなたか", "誰か", "家族", "家の人", "手で", "人が"),
    ),
    "plan": ("plan", "the house", "automatic", "計画", "自動", "家が", "プラン"),
    "rules": ("rule", "規則", "ルール"),
}


def key_of(question: Question, truth: MonthTruth, house: House) -> Key:
    """Return what a right answer to a question holds.

    Args:
        question: About that household.
        truth: Of the month.
        house: Its description.
    """
    asked_s = question.moment.replace(tzinfo=truth.zone).timestamp()
    case = _Case(question.truth, truth, house, asked_s)
    key = _KEYS[question.truth.figure](case)
    return msgspec.structs.replace(key, also=(*key.also, *case.days_said()))


class _Case:
    """A question with all that its answer may rest on."""

    def __init__(self, asked: Asked, truth: MonthTruth, house: House, asked_s: float) -> None:
        self.asked, self.truth, self.house, self.asked_s = asked, truth, house, asked_s

    def dates(self) -> tuple[date, ...]:
        """Return the days that are asked for."""
        kind, _, days = self.asked.period.partition(":")
        if kind == "month":
            first = date.fromisoformat(f"{days}-01")
            after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            return tuple(first + timedelta(days=day) for day in range((after - first).days))
        begin, _, end = days.partition("..")
        first, last = date.fromisoformat(begin), date.fromisoformat(end or begin)
        return tuple(first + timedelta(days=day) for day in range((last - first).days + 1))

    def stretch(self) -> tuple[float, float]:
        """Return (begin, end) of what is asked for, as far as it has gone when it is asked."""
        days = self.dates()
        return self._midnight_s(days[0]), min(self._midnight_s(days[-1] + timedelta(days=1)), self.asked_s)

    def _midnight_s(self, day: date) -> float:
        return datetime.combine(day, clock_time(), self.truth.zone).astimezone(UTC).timestamp()

    def days_said(self) -> Iterator[Number]:
        """Yield the numbers by which an answer names the days that are asked for: "from 16 to 22 November"."""
        days = self.dates() if self.asked.period else ()
        days = (*days, date.fromisoformat(self.asked.evening)) if self.asked.evening else days
        for day in (*days[:1], *days[-1:]):
            for next_day in (day, day + timedelta(days=1)):
                yield Number(value=next_day.month * 100.0 + next_day.day, unit=Unit.DATE)
            yield from (Number(value=float(part), unit=Unit.PLAIN) for part in (day.year, day.month))
        yield Number(value=float(len(days)), unit=Unit.DAYS)

    def clock(self, unix_s: float, tolerance: float = _MINUTES_OFF) -> Number:
        """Return a moment as the clock on the wall has it."""
        at = datetime.fromtimestamp(unix_s, self.truth.zone)
        return Number(value=at.hour * 60.0 + at.minute + at.second / 60.0, unit=Unit.CLOCK, tolerance=tolerance)


def _of_days(case: _Case, by_day: Mapping[date, float], unit: Unit) -> Key:
    if not all(day in by_day for day in case.dates()):
        return Key(says=Says.UNKNOWN)
    total = sum(by_day[day] for day in case.dates())
    return Key(numbers=(Number(value=total, unit=unit, tolerance=_SAME * abs(total)),))


def _cost(case: _Case) -> Key:
    return _of_days(case, case.truth.cost, Unit.MONEY)


def _saved(case: _Case) -> Key:
    key = _of_days(case, case.truth.saved, Unit.MONEY)
    return msgspec.structs.replace(key, also=tuple(_interval(case)))


def _interval(case: _Case) -> Iterator[Number]:
    """Yield the ends of the 95 % interval of a sum of days that scatter as these do."""
    values = np.array([case.truth.saved[day] for day in case.dates() if day in case.truth.saved])
    if len(values) > 1:
        off = NORMAL_95 * float(values.std(ddof=1)) * len(values) ** 0.5
        for end in (float(values.sum()) - off, float(values.sum()) + off):
            # Student's quantile is a quarter wider than the normal one for a week.
            yield Number(value=end, unit=Unit.MONEY, tolerance=0.3 * off)


def _solar(case: _Case) -> Key:
    return _of_days(case, case.truth.solar_kwh, Unit.KWH)


def _used(case: _Case) -> Key:
    if case.asked.device:
        return _of_days(case, case.truth.device_kwh.get(case.asked.device, {}), Unit.KWH)
    taken = _of_days(case, case.truth.energy_kwh, Unit.KWH)
    if case.asked.ask == "grid" or not case.truth.solar_kwh:
        return taken
    # Where there is a roof, "used" may be what came from the grid or all that the house drew.
    drawn = {
        day: kwh + case.truth.solar_kwh.get(day, 0.0) - case.truth.exported_kwh.get(day, 0.0)
        for day, kwh in case.truth.energy_kwh.items()
    }
    return Key(any_of=(*taken.numbers, *_of_days(case, drawn, Unit.KWH).numbers))


def _price(case: _Case) -> Key:
    track = case.truth.tracks["meter", "meter.price_per_kwh"]
    price = float(track.value[np.flatnonzero(track.at_s <= case.asked_s)[-1]])
    return Key(numbers=(Number(value=price, unit=Unit.MONEY),))


def _climate(case: _Case) -> Key:
    sensors = [one.id for one in case.house.sensors if one.room == case.asked.room]
    signal = f"air.{case.asked.quantity}"
    places = [(sensor, signal) for sensor in sensors if (sensor, signal) in case.truth.tracks]
    return _of_track(case, case.truth.tracks[places[0]]) if places else Key(says=Says.UNKNOWN)


def _outside(case: _Case) -> Key:
    return _of_track(case, case.truth.tracks["site", f"weather.{case.asked.quantity}"])


def _of_track(case: _Case, track: Track) -> Key:
    unit, factor = _QUANTITIES[case.asked.quantity]
    if case.asked.statistic == "now":
        value = float(track.value[np.flatnonzero(track.at_s <= case.asked_s)[-1]])
        return Key(numbers=(Number(value=value * factor, unit=unit),))
    inside = track.during(*case.stretch())
    if not len(inside.value):
        return Key(says=Says.UNKNOWN)
    place = {"highest": inside.value.argmax, "lowest": inside.value.argmin}.get(case.asked.statistic)
    if place is None:
        mean = float(inside.value.mean()) * factor
        return Key(numbers=(Number(value=mean, unit=unit, tolerance=_SAME * abs(mean)),))
    at = int(place())
    found = Number(value=float(inside.value[at]) * factor, unit=unit)
    return Key(numbers=(found,), also=(case.clock(float(inside.at_s[at])),))


def _night(case: _Case) -> Key:
    evening = date.fromisoformat(case.asked.evening)
    room = case.asked.room or next(
        one.life.bedroom for one in case.house.residents if one.id == case.asked.resident and one.life
    )
    nights = [one for one in case.truth.nights if one.room == room and one.evening == evening]
    if not nights or nights[-1].told_s > case.asked_s:
        return Key(says=Says.UNKNOWN)
    return _of_night(case, nights[-1])


def _of_night(case: _Case, night: TrueNight) -> Key:
    also = tuple(_beside(case, night))
    if case.asked.what in ("to_bed", "got_up"):
        moment = night.to_bed_s if case.asked.what == "to_bed" else night.got_up_s
        return Key(numbers=(case.clock(moment, 1.0),), also=also)
    if case.asked.what == "ups":
        return _times(night.ups, also=also)
    value, unit = {
        "heart": (night.heart_bpm, Unit.PER_MINUTE),
        "breath": (night.breath_bpm, Unit.PER_MINUTE),
    }.get(case.asked.what, (night.asleep_min, Unit.MINUTES))
    if value is None:
        return Key(says=Says.UNKNOWN, also=also)
    return Key(numbers=(Number(value=value, unit=unit, tolerance=_SAME * value),), also=also)


def _beside(case: _Case, night: TrueNight) -> Iterator[Number]:
    """Yield what else of a night may be told beside what was asked."""
    for minutes in (night.in_bed_min, night.asleep_min, night.asleep_low_min, night.asleep_high_min, night.rem_min):
        if minutes is not None:
            yield Number(value=minutes, unit=Unit.MINUTES, tolerance=1.0)
    yield from (case.clock(moment, 1.0) for moment in (night.to_bed_s, night.got_up_s))
    yield Number(value=float(night.ups), unit=Unit.TIMES)


def _times(count: int, also: tuple[Number, ...] = ()) -> Key:
    """Return a number of times; none is also said in words."""
    if not count:
        return Key(says=Says.NO, also=also)
    return Key(numbers=(Number(value=float(count), unit=Unit.TIMES),), also=also)


def _count(case: _Case) -> Key:
    begins = _begins(case)
    guests = {one.people for one in case.truth.happenings if one.kind == "visit" == case.asked.kind}
    also = (
        *(case.clock(at) for at in begins),
        *(Number(value=float(people), unit=Unit.TIMES) for people in guests),
    )
    if begins and (case.asked.ask == "whether" or len(begins) == 1):
        # Who tells when it was, the only time, has said that it was once.
        return Key(any_of=(Number(value=float(len(begins)), unit=Unit.TIMES), *also[: len(begins)]), also=also)
    return _times(len(begins), also)


def _when(case: _Case) -> Key:
    begins = _begins(case)
    if not begins:
        return Key(says=Says.NO)
    wanted = {"first": begins[:1], "last": begins[-1:]}.get(case.asked.which, begins)
    return Key(numbers=tuple(case.clock(at) for at in wanted), also=tuple(case.clock(at) for at in begins))


def _begins(case: _Case) -> list[float]:
    """Return when what is asked for began, each time, in order."""
    begin_s, end_s = case.stretch()
    kind = case.asked.kind
    if kind in ("alarm", "fall"):
        found = [states[0].since_unix_s for states in _alarms(case, "suspected_fall" if kind == "fall" else "")]
    elif kind == "fault":
        found = [fault.begin_s for fault in case.truth.faults]
    else:
        found = [one.begin_s for one in case.truth.happenings if one.kind == kind]
    return sorted(at for at in found if begin_s <= at < end_s)


def _alarms(case: _Case, cause: str) -> list[Sequence[AlarmState]]:
    return [states for states in case.truth.alarms.values() if cause in ("", states[0].cause.value)]


def _alarm(case: _Case) -> Key:
    found = _alarms(case, case.asked.cause)
    if not found:
        return Key(says=Says.NO)
    first, last = found[0][0], found[0][-1]
    if case.asked.what == "answered":
        return Key(words=(names_of_subject(case.house, last.acknowledged_by),))
    at = datetime.fromtimestamp(first.since_unix_s, case.truth.zone)
    day = Number(value=at.month * 100.0 + at.day, unit=Unit.DATE)
    return Key(any_of=(day, case.clock(first.since_unix_s)), also=(day, case.clock(first.since_unix_s)))


def _orders(case: _Case) -> list[Command]:
    """Return the last order to a device before the question, and the last that the gate let through."""
    before = [one for one in case.truth.commands if one.device == case.asked.device and _at(one) <= case.asked_s]
    stopped = {
        (one.device, one.action, one.stamp.wall_ns) for one in case.truth.verdicts if one.ruling is Ruling.VETOED
    }
    passed = [one for one in before if not any(_is_of(one, veto) for veto in stopped)]
    return [*before[-1:], *passed[-1:]]


def _at(command: Command) -> float:
    return command.stamp.wall_ns / 1e9


def _is_of(command: Command, veto: tuple[str, str, int]) -> bool:
    """Return whether a veto, told within a second, is that of an order."""
    return (command.device, command.action) == veto[:2] and 0 <= veto[2] - command.stamp.wall_ns < 1_000_000_000


def _who(case: _Case) -> Key:
    orders = _orders(case)
    if not orders:
        return Key(says=Says.UNKNOWN)
    words = tuple(word for one in orders for word in _WHO[one.asked_by])
    return Key(words=(words,), subjects=(case.asked.device,))


def _why(case: _Case) -> Key:
    orders = _orders(case)
    if not orders:
        return Key(says=Says.UNKNOWN)
    words = tuple(why for one in orders for why in (one.why.rstrip("."), one.why_ja.rstrip("。")))
    return Key(words=(words,), subjects=(case.asked.device,))


def _maintenance(case: _Case) -> Key:
    due = [subject for _, subject in case.truth.due if case.asked.device in ("", subject)]
    if not due:
        return Key(says=Says.NO)
    limits = {one.ratings["filter_h"] for one in case.house.devices if "filter_h" in one.ratings}
    also = tuple(Number(value=60.0 * hours, unit=Unit.MINUTES) for hours in limits)
    return Key(words=tuple(names_of_device(case.house, one) for one in due), subjects=tuple(due), also=also)


_KEYS: Mapping[str, Callable[[_Case], Key]] = {
    "cost": _cost,
    "used": _used,
    "solar": _solar,
    "saved": _saved,
    "price": _price,
    "climate": _climate,
    "outside": _outside,
    "night": _night,
    "count": _count,
    "when": _when,
    "alarm": _alarm,
    "who": _who,
    "why": _why,
    "maintenance": _maintenance,
    "unknown": lambda _: Key(says=Says.UNKNOWN),
    "refuse": lambda _: Key(),
}
