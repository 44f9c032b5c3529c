"""Counts the truth of a made-up month: energy and money by day, running hours, what is due."""

from datetime import date

import numpy as np

from sumika.evaluate.assistant.month_energy import DEVICE_MIN
from sumika.evaluate.assistant.month_time import Array
from sumika.evaluate.assistant.month_truth import MonthTruth
from sumika.schema.house import House

RUNS_FROM_W = 10.0
_PRICE_HOLDS_S = 3600.0
_DUE = {"drifting_reading": "sensor", "does_not_obey": "disobeys", "unreachable": "unreachable"}


def count(truth: MonthTruth, house: House, after: MonthTruth | None) -> None:
    """Fill in the sums of a truth from its tracks.

    Args:
        truth: With everything but its sums.
        house: As described.
        after: The month before in the same folder; None: there is none.
    """
    _energy(truth, after)
    power_s = DEVICE_MIN * 60.0
    for (key, signal), track in truth.tracks.items():
        if signal == "device_state.power_w":
            truth.device_kwh[key] = truth.by_day(track.at_s, track.value * power_s / 3.6e6)
            truth.running_h[key] = round(float((track.value > RUNS_FROM_W).sum()) * power_s / 3600.0, 6)
        elif signal == "meter.pv_w":
            truth.solar_kwh = _solar(truth, track.at_s, track.value)
    _due(truth, house, after)


def _energy(truth: MonthTruth, after: MonthTruth | None) -> None:
    prices = truth.tracks["meter", "meter.price_per_kwh"]
    for field, by_day in (("imported_kwh", truth.energy_kwh), ("exported_kwh", truth.exported_kwh)):
        place = ("meter", f"meter.{field}")
        if place not in truth.tracks:
            continue
        track = truth.tracks[place]
        last = track.value[0] if after is None else after.tracks[place].value[-1]
        steps = np.diff(track.value, prepend=last)
        if truth.meter_anew is not None:
            steps[truth.meter_anew] = 0.0
        by_day.update(truth.by_day(track.at_s, steps))
        if field == "imported_kwh":
            newest = np.searchsorted(prices.at_s, track.at_s, side="right") - 1
            truth.cost = truth.by_day(track.at_s, steps * prices.value[newest])


def _solar(truth: MonthTruth, at_s: Array, power_w: Array) -> dict[date, float]:
    holds_s = np.minimum(np.diff(at_s, append=truth.end_s), DEVICE_MIN * 60.0)
    return truth.by_day(at_s, power_w * holds_s / 3.6e6)


def _due(truth: MonthTruth, house: House, after: MonthTruth | None) -> None:
    """Say what is due when the month is over: filters by their hours, faults that are still open."""
    ran = {} if after is None else after.ran_h
    truth.ran_h = {device: hours + ran.get(device, 0.0) for device, hours in truth.running_h.items()}
    still = set() if after is None else set(after.still_open)
    for event in truth.events:
        place = (event.subject, event.code)
        if event.recovered:
            still.discard(place)
        elif event.code in _DUE:
            still.add(place)
    truth.still_open = sorted(still)
    filters = [one for one in house.devices if one.ratings.get("filter_h", 0.0) > 0.0]
    truth.due = [("filter", one.id) for one in filters if truth.ran_h[one.id] >= one.ratings["filter_h"]]
    truth.due += [(_DUE[code], subject) for subject, code in truth.still_open]
