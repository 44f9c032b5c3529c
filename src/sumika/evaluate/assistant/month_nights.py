"""Nights of a made-up month, as the house would have told them in the mornings."""

from datetime import timedelta

import numpy as np

from sumika.evaluate.assistant.month_life import Lived
from sumika.evaluate.assistant.month_time import MonthTime
from sumika.evaluate.assistant.month_truth import TrueNight
from sumika.schema.house import House, Resident
from sumika.schema.living import Life

TOLD_AFTER_S = 1200.0
_ALONE, _SHARED = 0.93, 0.4
"""Share of nights that can be measured in a bedroom of one's own, and in one that two share."""


def nights_of(house: House, time: MonthTime, lived: Lived, rng: np.random.Generator) -> list[TrueNight]:
    """Return the nights of all who have agreed.

    Args:
        house: As described.
        time: The month.
        lived: Who slept when.
        rng: Of everything random.
    """
    found: list[TrueNight] = []
    for room in house.watched_bedrooms:
        sleepers = [one for one in house.residents if one.life is not None and one.life.bedroom == room]
        if not house.agreed(room) or not sleepers:
            continue
        ended_s: float | None = None
        for number in range(len(lived.slept[sleepers[0].id])):
            slept = [lived.slept[one.id][number] for one in sleepers]
            if max(last for _, _, last, _ in slept) >= time.minutes:
                continue
            night = _night(room, sleepers, slept, time, rng, ended_s)
            ended_s = night.got_up_s
            found.append(night)
    return sorted(found, key=lambda one: (one.told_s, one.room))


def _night(
    room: str,
    sleepers: list[Resident],
    slept: list[tuple[int, int, int, int]],
    time: MonthTime,
    rng: np.random.Generator,
    ended_s: float | None,
) -> TrueNight:
    first, last = min(one[1] for one in slept), max(one[2] for one in slept)
    in_bed_min = float(last - first)
    is_told = rng.random() < (_ALONE if len(sleepers) == 1 else _SHARED)
    asleep = round(in_bed_min * float(rng.uniform(0.8, 0.93)), 1)
    rem = round(asleep * float(rng.uniform(0.17, 0.25)), 1)
    life = sleepers[0].life or Life()
    off = 12.0 + 0.06 * in_bed_min
    to_bed_s = time.at_s(first)
    return TrueNight(
        room=room,
        evening=time.dates[0] + timedelta(days=slept[0][0]),
        to_bed_s=to_bed_s,
        got_up_s=time.at_s(last),
        told_s=time.at_s(last) + TOLD_AFTER_S,
        in_bed_min=in_bed_min,
        asleep_min=asleep if is_told else None,
        asleep_low_min=round(asleep - off, 1) if is_told else None,
        asleep_high_min=round(min(in_bed_min, asleep + off), 1) if is_told else None,
        non_rem_min=round(asleep - rem, 1) if is_told else None,
        rem_min=rem if is_told else None,
        ups=sum(one[3] for one in slept),
        measured=round(float(rng.uniform(0.6, 0.98) if is_told else rng.uniform(0.1, 0.45)), 2),
        heart_bpm=round((life.resting_heart_bpm or 62.0) + float(rng.normal()) * 1.5, 1) if is_told else None,
        breath_bpm=round((life.resting_breath_bpm or 15.0) + float(rng.normal()) * 0.4, 1) if is_told else None,
        out_of_bed_h=None if ended_s is None else round(round((to_bed_s - ended_s) / 3600.0 / 0.05) * 0.05, 2),
        walking_m_s=round(0.72 + 0.04 * float(rng.normal()), 2) if rng.random() < 0.8 else None,
    )
