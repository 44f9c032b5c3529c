"""Asks the records again for what a paper's rows say: sample by sample, with neither `sumika.facts` nor the desk.

Each kind of row has its own small query, written from its meaning. A row that no query knows is counted as such.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from sumika.evaluate.assistant.month_queries import Queries
from sumika.evaluate.assistant.month_time import Array
from sumika.evaluate.assistant.month_truth import MonthTruth
from sumika.facts import Row
from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import House

HOLDS_S, AIR_HOLDS_S, PEOPLE_HOLD_S, PRICE_HOLDS_S, SLACK_S = 600.0, 900.0, 900.0, 3600.0, 7200.0
_NOT_OF_RECORDS = ("house.yaml", "sumika.", "rule", "calendar", "desk", "figure.", "quantity", "inspection", "due")
"""Rows that rest on the description of the house or on the calendar."""


@dataclass(slots=True)
class Asked:
    """What asking again came to.

    Attributes:
        value: What the records say; None: they say nothing.
        known: Whether there is a query for such rows.
    """

    value: float | None = None
    known: bool = True


@dataclass
class AskedAgain:
    """Queries over one month of one household."""

    truth: MonthTruth
    house: House
    _signals: dict[tuple[str, str], tuple[Array, Array]] = field(default_factory=dict)

    @cached_property
    def _queries(self) -> Queries:
        return self.truth.queries

    def ask(self, row: Row) -> Asked:
        """Return what the records say in place of a row.

        Args:
            row: Of a paper.
        """
        if row.source.startswith(_NOT_OF_RECORDS):
            return Asked(row.value)
        if row.source.startswith("query."):
            return self._counted(row)
        if row.source.startswith("happening."):
            return Asked(row.value, known=self._happened(row))
        if row.source in ("event", "command", "verdict", "command.why") or row.source.startswith("alarm"):
            return Asked(row.value, known=self._recorded(row))
        if row.source == "saved":
            return Asked(self._saved(row))
        if row.source.startswith("trend."):
            return Asked(row.value, known=False)
        return Asked(self._measured(row))

    # -- signals -----------------------------------------------------------------------------------------------------

    def _all(self, key: str, signal: str) -> tuple[Array, Array]:
        if (key, signal) not in self._signals:
            begin_s, end_s = self.truth.begin_s - 86_400.0, self.truth.end_s + SLACK_S
            self._signals[key, signal] = self._queries.samples(key, signal, begin_s, end_s)
        return self._signals[key, signal]

    def _during(self, row: Row, before_s: float = 0.0) -> tuple[Array, Array]:
        at_s, values = self._all(row.subject, row.source)
        end_s = row.end_unix_s if row.end_unix_s > row.begin_unix_s else row.begin_unix_s + 1e-3
        inside = (at_s >= row.begin_unix_s - before_s) & (at_s < end_s)
        return at_s[inside], values[inside]

    def _measured(self, row: Row) -> float | None:
        name = row.source.rsplit(".", 1)[-1]
        if name in ("imported_kwh", "exported_kwh"):
            return self._stepped(row)
        if name == "price_per_kwh":
            return self._mean_price(row)
        if row.source in ("meter.pv_w", "device_state.power_w"):
            return self._hours(row) if row.unit == "h" else self._energy(row)
        if row.text and row.unit == "1" and name == "temperature_c":
            return self._within(row)
        if row.source == "occupancy_count.count" and row.unit == "h":
            return None if row.value is None else float(self._is_there(row).sum()) / 60.0
        if row.part == "told":
            return row.value  # a share of time; no paper shows it
        values = self._during(row)[1]
        return self._statistic(row, values) if len(values) else None

    @staticmethod
    def _statistic(row: Row, values: Array) -> float:
        if row.end_unix_s - row.begin_unix_s == 60.0:  # the minute of the highest or lowest
            ends = (float(values.max()), float(values.min()))
            return min(ends, key=lambda end: abs(end - (row.value or 0.0)))
        if row.source.startswith(("air.", "weather.")):
            return float(values.mean())
        return float(values.max())

    def _stepped(self, row: Row) -> float | None:
        at_s, values = self._during(row, 86_400.0)
        steps = np.diff(values)
        inside = at_s[1:] >= row.begin_unix_s
        good = inside & (steps >= 0.0) & (steps <= 50.0)
        return float(steps[good].sum()) if len(values) else None

    def _mean_price(self, row: Row) -> float | None:
        counter = Row(
            source="meter.imported_kwh", subject=row.subject, begin_unix_s=row.begin_unix_s, end_unix_s=row.end_unix_s
        )
        at_s, values = self._during(counter, 86_400.0)
        price_at_s, prices = self._during(row, PRICE_HOLDS_S)
        paid = priced = 0.0
        for at, step in zip(at_s[1:], np.diff(values), strict=True):
            newest = int(np.searchsorted(price_at_s, at, side="right")) - 1
            if (
                at < row.begin_unix_s
                or not 0.0 <= step <= 50.0
                or newest < 0
                or at - price_at_s[newest] > PRICE_HOLDS_S
            ):
                continue
            paid, priced = paid + float(step * prices[newest]), priced + float(step)
        return paid / priced if priced else None

    def _held(self, row: Row) -> tuple[Array, Array]:
        at_s, values = self._during(row, HOLDS_S)
        begins = np.maximum(at_s, row.begin_unix_s)
        ends = np.minimum(np.append(at_s[1:], np.inf), np.minimum(at_s + HOLDS_S, row.end_unix_s))
        return values, np.maximum(0.0, ends - begins)

    def _energy(self, row: Row) -> float:
        power_w, held_s = self._held(row)
        return float((power_w * held_s).sum()) / 3.6e6

    def _hours(self, row: Row) -> float:
        device = next(one for one in self.house.devices if one.id == row.subject)
        usual = DEVICE_KINDS[device.kind].ratings
        rest_w = max(1.0, 2.0 * float(device.ratings.get("standby_w", usual.get("standby_w", 0.0))))
        power_w, held_s = self._held(row)
        return float(held_s[power_w > rest_w].sum()) / 3600.0

    def _within(self, row: Row) -> float | None:
        """Return the share of the minutes with somebody there in which it was within what the row's text says."""
        low_c, high_c = (float(end) for end in row.text.removesuffix(" °C").split(".."))
        air_c = _by_minute(*self._during(row, AIR_HOLDS_S), row, AIR_HOLDS_S)
        room = next(one.room for one in self.house.sensors if one.id == row.subject)
        people = Row(
            source="occupancy_count.count", subject=room, begin_unix_s=row.begin_unix_s, end_unix_s=row.end_unix_s
        )
        counts_somebody = len(self._all(room, people.source)[0]) > 0
        known = np.isfinite(air_c) & (self._is_there(people) if counts_somebody else np.ones(len(air_c), bool))
        return float(((air_c >= low_c) & (air_c <= high_c))[known].mean()) if known.any() else None

    def _is_there(self, row: Row) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        found = _by_minute(*self._during(row, PEOPLE_HOLD_S), row, PEOPLE_HOLD_S)
        return np.asarray(np.nan_to_num(found) >= 0.5)

    def _saved(self, row: Row) -> float | None:
        said = json.loads((Path(self.truth.folder) / "plan" / "saved.json").read_text(encoding="utf-8"))
        day = datetime.fromtimestamp(row.begin_unix_s, self.truth.zone).date().isoformat()
        return float(said[day]["saved"]) if day in said else None

    # -- what happened -----------------------------------------------------------------------------------------------

    def _counted(self, row: Row) -> Asked:
        kind = row.source.removeprefix("query.")
        truth, queries = self.truth, self._queries
        counts: dict[str, Callable[[], int]] = {
            "alarm": lambda: sum(
                row.begin_unix_s <= states[-1].since_unix_s < row.end_unix_s and not any(one.test for one in states)
                for states in truth.alarms.values()
            ),
            "command": lambda: len(queries.records("command", row.begin_unix_s, row.end_unix_s)),
            "told": lambda: sum(not one.closing for one in truth.alarms[row.subject][-1].deliveries),
        }
        if kind in ("cooking", "bath", "visit"):
            begun = [one for one in truth.happenings if one.kind == kind]
            return Asked(float(sum(row.begin_unix_s <= one.begin_s < row.end_unix_s for one in begun)))
        return Asked(float(counts[kind]())) if kind in counts else Asked(row.value, known=False)

    def _happened(self, row: Row) -> bool:
        kind = row.source.removeprefix("happening.")
        return any(
            one.kind == kind
            and abs(one.begin_s - row.begin_unix_s) <= 120.0
            and abs(one.end_s - row.end_unix_s) <= 120.0
            for one in self.truth.happenings
        )

    def _recorded(self, row: Row) -> bool:
        if row.source.startswith("alarm"):
            moments = [at for states in self.truth.alarms.values() for one in states for at in _moments_of(one)]
            return any(abs(at - row.begin_unix_s) < 1.0 for at in moments)
        kind = "command" if row.source.startswith("command") else row.source
        return bool(self._queries.records(kind, row.begin_unix_s - 1.0, row.begin_unix_s + 1.0))


def _moments_of(state: object) -> list[float]:
    stamp = getattr(getattr(state, "stamp", None), "wall_ns", 0) / 1e9
    told = [one.at_unix_s for one in getattr(state, "deliveries", ())]
    closed = getattr(state, "closed_unix_s", None)
    return [stamp, getattr(state, "since_unix_s", 0.0), *told, *([] if closed is None else [closed])]


def _by_minute(at_s: Array, values: Array, row: Row, hold_s: float) -> Array:
    """Return (minute,) the mean of each minute's samples, or the mean of the newest minute that is not too old."""
    minutes = math.ceil((row.end_unix_s - row.begin_unix_s) / 60.0)
    minute = np.floor((at_s - row.begin_unix_s) / 60.0).astype(int)
    found = np.full(minutes, np.nan)
    newest, value = -math.inf, np.nan
    means = {int(one): float(values[minute == one].mean()) for one in np.unique(minute)}
    for one in range(min(means, default=0), minutes):
        if one in means:
            newest, value = one, means[one]
        if one >= 0 and 60.0 * (one - newest) <= hold_s:
            found[one] = value
    return found
