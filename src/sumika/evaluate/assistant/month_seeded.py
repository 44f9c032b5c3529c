"""Records of a made-up month that cannot all be true, put there on purpose: whoever reads them must notice."""

from dataclasses import replace

import msgspec
import numpy as np

from sumika.evaluate.assistant.month_life import Lived, Spell
from sumika.evaluate.assistant.month_time import MonthTime
from sumika.evaluate.assistant.month_truth import MonthTruth, Seeded, Track, TrueHappening
from sumika.schema import AlarmStage
from sumika.schema.house import House

IMPOSSIBLE_C = 99.5
TOO_MUCH_W = 5000.0
_COOKING = "air_events.cooking_probability"


def seed_contradictions(
    truth: MonthTruth, house: House, time: MonthTime, lived: Lived, rng: np.random.Generator
) -> None:
    """Put in one of each kind, where the month has what it takes.

    Args:
        truth: Of the month, before its sums are counted.
        house: As described.
        time: The month.
        lived: Who was where.
        rng: Of everything random.
    """
    day = int(rng.integers(6, 10))
    truth.contradictions.append(_impossible(truth, house, time, day))
    truth.contradictions.append(_too_much(truth, house, time, day + 1))
    night = next((place for place, one in enumerate(truth.nights) if place > day and one.asleep_min is not None), None)
    if night is not None:
        truth.contradictions.append(_too_long_asleep(truth, night))
    if truth.alarms:
        truth.contradictions.append(_closed_first(truth, time))
    nobody = _nobody(truth, time, lived, house, day + 2)
    truth.contradictions += [] if nobody is None else [nobody]


def _impossible(truth: MonthTruth, house: House, time: MonthTime, day: int) -> Seeded:
    sensor = [one.id for one in house.sensors if one.kind in ("air", "climate")][-1]
    signal = "air.temperature_c"
    track = truth.tracks[sensor, signal]
    place = int(np.searchsorted(track.at_s, time.at_s(time.minute(day, 15.0))))
    value = track.value.copy()
    value[place] = IMPOSSIBLE_C
    truth.tracks[sensor, signal] = Track(track.at_s, value)
    at_s = float(track.at_s[place])
    return Seeded("impossible", (signal,), sensor, at_s, at_s, f"{sensor} says {IMPOSSIBLE_C} °C")


def _too_much(truth: MonthTruth, house: House, time: MonthTime, day: int) -> Seeded:
    device = next(one.id for one in house.devices if one.kind == "air_purifier")
    signal = "device_state.power_w"
    track = truth.tracks[device, signal]
    begin_s, end_s = time.at_s(time.minute(day, 0.0)), time.at_s(time.minute(day + 1, 0.0))
    inside = (track.at_s >= begin_s) & (track.at_s < end_s)
    truth.tracks[device, signal] = Track(track.at_s, np.where(inside, TOO_MUCH_W, track.value))
    sources = (signal, "meter.imported_kwh")
    return Seeded("part_exceeds_whole", sources, device, begin_s, end_s, f"{device} draws more than the house takes")


def _too_long_asleep(truth: MonthTruth, place: int) -> Seeded:
    night = truth.nights[place]
    asleep_min = night.in_bed_min + 75.0
    truth.nights[place] = replace(night, asleep_min=asleep_min, asleep_high_min=asleep_min)
    sources = ("sleep_night.asleep_min", "sleep_night.in_bed_min")
    words = f"asleep for {asleep_min:.0f} min of {night.in_bed_min:.0f} in bed"
    return Seeded("asleep_out_of_bed", sources, night.room, night.told_s, night.told_s, words)


def _closed_first(truth: MonthTruth, time: MonthTime) -> Seeded:
    name, states = next(iter(sorted(truth.alarms.items())))
    at_s = states[0].since_unix_s - 600.0
    answered = msgspec.structs.replace(
        states[0],
        stamp=time.stamp(at_s),
        stage=AlarmStage.ACKNOWLEDGED,
        cancel_left_s=None,
        closed_unix_s=at_s,
        acknowledged_by="somebody",
    )
    truth.alarms[name] = [answered, *states]
    words = "acknowledged ten minutes before it was raised"
    return Seeded("closed_first", ("alarm",), name, at_s, states[0].since_unix_s, words)


def _nobody(truth: MonthTruth, time: MonthTime, lived: Lived, house: House, day: int) -> Seeded | None:
    room = next(one.room for one in house.furniture if one.kind.value == "kitchen")
    first, last = time.minute(day, 3.2), time.minute(day, 3.5)
    if lived.people(room)[first:last].any():
        return None
    spell = Spell("cooking", room, first, last)
    track = truth.tracks[room, _COOKING]
    at = np.arange(first, last + 1)
    likely = np.where(at < last, 0.95, 0.0)
    at_s = np.concatenate(
        [track.at_s[(track.at_s < time.at_s(first)) | (track.at_s > time.at_s(last))], time.moments(at)]
    )
    order = np.argsort(at_s, kind="stable")
    kept = track.value[(track.at_s < time.at_s(first)) | (track.at_s > time.at_s(last))]
    truth.tracks[room, _COOKING] = Track(at_s[order], np.concatenate([kept, likely])[order])
    happening = TrueHappening(spell.kind, room, time.at_s(first), time.at_s(last))
    truth.happenings = sorted([*truth.happenings, happening], key=lambda one: one.begin_s)
    sources = (_COOKING, "occupancy_count.count")
    return Seeded(
        "nobody", sources, room, happening.begin_s, happening.end_s, f"cooking in {room} while nobody is there"
    )
